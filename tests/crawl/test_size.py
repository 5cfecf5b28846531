"""Catalogs far beyond the cap of a query: everything is found once, at hardly more calls than pages."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Generator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal

import msgspec
import pytest

from cj_async import CJClient, Pool
from cj_async.crawl import Batch, Plan, run
from cj_async.simulator import Simulator

Profile = Literal["rich", "cheap"]

RATE = 1e5
SIZES: dict[Profile, int] = {"rich": 100, "cheap": 200}
MOST_CALLS = 1.03
"""Calls against those that the rows alone would need."""

CATALOGS: list[tuple[int, Profile]] = [(100_000, "rich"), (400_000, "rich"), (400_000, "cheap")]


class Told(msgspec.Struct):
    """What counts of a line; either profile's name of the id."""

    id: str = ""
    pid: str = ""


class Ids:
    """A sink that keeps the ids, in the order of the lines."""

    name, batch = "ids", 20_000

    def __init__(self) -> None:
        self.found: list[str] = []
        self._read = msgspec.json.Decoder(Told).decode_lines

    async def open(self, source: str, token: str | None) -> int | None:
        return None

    async def write(self, batch: Batch) -> str | None:
        for part in batch.parts:
            self.found += [told.id or told.pid for told in self._read(part.lines)]
        return None

    async def aclose(self) -> None:
        pass


def simulated(products: int) -> Simulator:
    return Simulator(products, tier=RATE, points=None, per_ip=None, validate=False)


async def serve(products: int, ready: Connection) -> None:
    async with simulated(products) as local:
        ready.send((local.base_url, local.api_key))
        await asyncio.get_running_loop().run_in_executor(None, ready.recv)
        ready.send(local.mistakes)


def serve_until_told(products: int, ready: Connection) -> None:
    asyncio.run(serve(products, ready))


@contextmanager
def elsewhere(products: int) -> Generator[tuple[str, str]]:
    """A simulator in a process of its own, so that client and server each have a core."""
    processes = multiprocessing.get_context("spawn")
    ours, theirs = processes.Pipe()
    process = processes.Process(target=serve_until_told, args=(products, theirs), daemon=True)
    process.start()
    try:
        yield ours.recv()
        ours.send("stop")
        assert ours.recv() == []
    finally:
        process.join(5)
        process.terminate()
        process.join()
        ours.close()
        theirs.close()


async def check(products: int, profile: Profile, folder: Path) -> None:
    """Crawls a catalog of that size, and compares."""
    catalog = simulated(products).control.world.catalog
    sink = Ids()
    with elsewhere(products) as (address, key):
        async with (
            Pool(per_ip=None) as pool,
            CJClient(key, base_url=address, tier=RATE, pool=pool) as cj,
        ):
            report = await run(cj, Plan(profile=profile), state=folder / "state.db", sink=sink)

    assert len(sink.found) == products
    assert set(sink.found) == {catalog.pid(number) for number in range(products)}
    assert report.verdict == "complete"
    assert report.requests <= MOST_CALLS * -(-products // SIZES[profile])


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("products", "profile"), CATALOGS)
async def test_a_large_catalog_is_found_once_with_hardly_more_calls_than_it_has_pages(
    products: int, profile: Profile, tmp_path: Path
) -> None:
    await check(products, profile, tmp_path)
