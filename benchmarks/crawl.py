"""The crawl: target 8 of the performance notes, the rate it uses, whom it keeps waiting, calls over ideal."""

from __future__ import annotations

import asyncio
import json
import math
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from decimal import Decimal
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import quantiles
from typing import Any, NamedTuple

from benchmarks.answers import PAGE_PATH
from benchmarks.catalog import SIZE, catalog, created
from benchmarks.pacing import Stalls
from cj_async import CJClient, Pool

Row = tuple[str, str, str]

PRODUCTS = 1_000_000
SLICE = 100_000
"""Products of a bare run; one goes before the crawl, and one after it."""

IN_FLIGHT = 16
LOOK = 0.25  # seconds between two looks at the memory

SECONDS = 25.0
RATES = (2, 6)
LATENCIES = (0.0, 0.1, 0.3)
SETTLED = 4.0  # seconds until the self-check is done and the segments stand side by side
ENOUGH = 20_000  # products: more pages than fit in the time


# --- target 8: memory and products a second; each measured in a process of its own


def large() -> list[Row]:
    """One crawl of a million products, between two bare runs over the same server."""
    with catalog(PRODUCTS) as url:
        before = _measured("bare", url, SLICE, PRODUCTS)
        ours = _measured("crawl", url, PRODUCTS, PRODUCTS)
        after = _measured("bare", url, SLICE, PRODUCTS)
    assert ours["verdict"] == "complete", ours
    assert ours["products"] == PRODUCTS, ours
    quarters = ours["quarters"]
    bare = 2 * SLICE / (before["seconds"] + after["seconds"])
    rate = PRODUCTS / ours["seconds"]
    return [
        (
            "8 crawl of 1,000,000: memory of the last quarter / first quarter",
            "<= 1.03",
            f"{quarters[-1] / quarters[0]:.3f} ({' '.join(f'{each:.0f}' for each in quarters)} MB)",
        ),
        (
            "8 products a second / bare fetch, typed decode, write of JSON lines",
            ">= 0.8",
            f"{rate / bare:.2f} ({rate:.0f} / {bare:.0f})",
        ),
        (
            "  CPU of the crawl's process / of the bare one's, a product",
            "figure",
            f"{ours['cpu'] / PRODUCTS / ((before['cpu'] + after['cpu']) / 2 / SLICE):.2f}",
        ),
        ("  calls / pages", "<= 1.03", f"{ours['requests'] / math.ceil(PRODUCTS / SIZE):.4f}"),
    ]


def _measured(what: str, url: str, products: int, of: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "benchmarks.crawl",
            what,
            url,
            str(products),
            str(of),
            folder,
        ]
        told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    measured: dict[str, Any] = json.loads(told)
    return measured


async def bare(url: str, products: int, of: int, folder: Path) -> dict[str, Any]:
    """Fetches, decodes with the generated models, writes; keeps nothing in mind, looks for nothing twice."""
    import aiohttp
    import msgspec
    from yarl import URL

    from cj_async._envelope import Envelope
    from cj_async._wire import dec_hook
    from cj_async.models.product import ProductSearchPage

    kind: Any = Envelope[ProductSearchPage]
    decode = msgspec.json.Decoder(kind, dec_hook=dec_hook, float_hook=Decimal, strict=False).decode
    encode = msgspec.json.Encoder().encode_lines
    head = f"{url}{PAGE_PATH}?orderBy=3&sort=asc&page=1&size={SIZE}&timeEnd={created(products, of) - 1}"
    firsts = iter(range(0, products, SIZE))

    async def worker(session: aiohttp.ClientSession, out: Any) -> None:
        for first in firsts:
            address = URL(f"{head}&timeStart={created(first, of)}", encoded=True)
            async with session.get(address) as response:
                page = decode(await response.read())
            out.write(encode(page.data.content[0].product_list))

    began, busy = time.perf_counter(), _cpu()
    with (folder / "bare.jsonl").open("wb") as out:
        async with aiohttp.ClientSession(headers={"CJ-Access-Token": "token"}) as session:
            await asyncio.gather(*(worker(session, out) for _ in range(IN_FLIGHT)))
    seconds, cpu = time.perf_counter() - began, _cpu() - busy
    assert sum(1 for _ in (folder / "bare.jsonl").open("rb")) == products
    return {"seconds": seconds, "cpu": cpu}


async def crawl(url: str, products: int, of: int, folder: Path) -> dict[str, Any]:
    """The crawl as a user runs it: a state file and a sink."""
    from cj_async.crawl import JsonlSink, run

    memory: list[float] = []
    async with (
        Pool(per_ip=None) as pool,
        CJClient(access_token="token", base_url=url, tier=1e5, pool=pool) as cj,
    ):
        looking = asyncio.create_task(_look(memory))
        began, busy = time.perf_counter(), _cpu()
        sink = JsonlSink(folder / "products.jsonl")
        report = await run(cj, state=folder / "state.db", sink=sink)
        seconds, cpu = time.perf_counter() - began, _cpu() - busy
        looking.cancel()
    assert report.products == products == of
    return {
        "seconds": seconds,
        "cpu": cpu,
        "quarters": [*_quarters(memory)],
        "verdict": report.verdict,
        "products": report.products,
        "requests": report.requests,
    }


async def _look(memory: list[float]) -> None:
    """Resident memory of this process, MB, again and again."""
    page = os.sysconf("SC_PAGE_SIZE")
    while True:
        await asyncio.sleep(LOOK)
        resident = Path("/proc/self/statm").read_text().split()[1]  # noqa: ASYNC240
        memory.append(int(resident) * page / 1e6)


def _quarters(memory: list[float]) -> Iterator[float]:
    """The mean of each quarter of the time."""
    length = len(memory) // 4
    for place in range(4):
        yield sum(memory[place * length : (place + 1) * length]) / length


def _cpu() -> float:
    times = os.times()
    return times.user + times.system


# --- the rate, and whom the crawl keeps waiting: over simulators in a process of their own


class Place(NamedTuple):
    """Where a simulator answers."""

    rate: int
    latency: float
    url: str
    key: str


class Seen(NamedTuple):
    """What a simulator saw: when pages were asked for, and how many calls came too early."""

    pages: list[float]
    violations: int


def rates() -> list[Row]:
    """How much of the rate crawls use, side by side, once their segments are."""
    kinds = [(rate, latency) for rate in RATES for latency in LATENCIES]
    stalls = Stalls()
    seen = asyncio.run(_all_rates(kinds, stalls))
    noise = f"{stalls.longest * 1e3:.1f} ms"
    rows: list[Row] = [("crawl: longest stall of this machine", "< 10 ms to count", noise)]
    for (rate, latency), each in zip(kinds, seen, strict=True):
        steady = [at for at in each.pages if at >= each.pages[0] + SETTLED]
        share = (len(steady) - 1) / (rate * (steady[-1] - steady[0]))
        name = f"crawl: share of {rate}/s that is used, {latency * 1e3:.0f} ms of latency"
        reached = f"{share:.3f}, {each.violations} violations in {len(each.pages)} calls"
        rows.append((name, ">= 0.97, none", reached))
    return rows


async def _all_rates(kinds: list[tuple[int, float]], stalls: Stalls) -> list[Seen]:
    async with AsyncExitStack() as closing:
        places, told = closing.enter_context(_simulators(kinds))
        for place in places:
            await closing.enter_async_context(_crawled(place))
        watching = asyncio.create_task(stalls.watch())
        await asyncio.sleep(SETTLED + SECONDS)
        watching.cancel()
        return await asyncio.to_thread(told)


def waits() -> list[Row]:
    """How long interactive calls wait while a crawl has all the rate: all their time but the latency."""
    rate, latency = 6, 0.1
    waited = asyncio.run(_waits(rate, latency))
    late = quantiles(waited, n=20)[-1] * 1e3
    return [
        (
            "crawl: wait of interactive calls beside it, 6/s, 95th percentile",
            f"<= {1e3 / rate + 50:.0f} ms",
            f"{late:.0f} ms (of {len(waited)}; the longest {max(waited) * 1e3:.0f})",
        )
    ]


async def _waits(rate: int, latency: float) -> list[float]:
    """Every call asks some time after the one before, at moments that do not follow the slots."""
    waited: list[float] = []
    with _simulators([(rate, latency)]) as (places, _):
        async with _crawled(places[0]) as cj:
            await asyncio.sleep(SETTLED)
            until = time.perf_counter() + SECONDS
            while time.perf_counter() < until:
                await asyncio.sleep(0.4 + 0.0371 * (len(waited) % 10))
                began = time.perf_counter()
                await cj.settings.get()
                waited.append(time.perf_counter() - began - latency)
    return waited


@asynccontextmanager
async def _crawled(place: Place) -> AsyncGenerator[CJClient]:
    """A client that crawls at the edge of its rate."""
    from cj_async.crawl import run

    with tempfile.TemporaryDirectory() as folder:
        async with (
            Pool(per_ip=None) as pool,
            CJClient(place.key, base_url=place.url, tier=place.rate, pool=pool) as cj,
        ):
            crawling = asyncio.create_task(run(cj, state=Path(folder) / "state.db"))
            try:
                yield cj
            finally:
                crawling.cancel()
                with suppress(asyncio.CancelledError):
                    await crawling


@contextmanager
def _simulators(
    kinds: list[tuple[int, float]],
) -> Generator[tuple[list[Place], Callable[[], list[Seen]]]]:
    """Runs simulators of these rates and latencies; where they are, and how to learn what they saw."""
    processes = multiprocessing.get_context("spawn")
    ours, theirs = processes.Pipe()
    process = processes.Process(target=_simulate, args=(kinds, theirs), daemon=True)
    process.start()

    def told() -> list[Seen]:
        ours.send("tell")
        seen: list[Seen] = ours.recv()
        return seen

    try:
        yield ours.recv(), told
    finally:
        process.terminate()
        process.join(10)


def _simulate(kinds: list[tuple[int, float]], ready: Connection) -> None:
    asyncio.run(_all_simulators(kinds, ready))


async def _all_simulators(kinds: list[tuple[int, float]], ready: Connection) -> None:
    from cj_async.simulator import Simulator

    async with AsyncExitStack() as closing:
        running: list[tuple[Place, Simulator]] = []
        for rate, latency in kinds:
            local = Simulator(
                ENOUGH, tier=rate, points=None, per_ip=None, validate=False, latency=latency
            )
            await closing.enter_async_context(local)
            running.append((Place(rate, latency, local.base_url, local.api_key), local))
        ready.send([place for place, _ in running])
        await asyncio.to_thread(ready.recv)
        pages = [[each.at for each in local.requests.of("products.search")] for _, local in running]
        ready.send(
            [Seen(at, local.violations) for at, (_, local) in zip(pages, running, strict=True)]
        )
        await asyncio.to_thread(ready.recv)  # nothing comes: it is ended from outside


def calls() -> list[Row]:
    """Calls of a crawl of 100,000 products over the pages that their rows fill."""
    with catalog(SLICE) as url:
        ours = _measured("crawl", url, SLICE, SLICE)
    share = ours["requests"] / math.ceil(SLICE / SIZE)
    return [("crawl of 100,000: calls / pages", "<= 1.03", f"{share:.4f}")]


def run() -> list[Row]:
    """Name, target and what was reached."""
    return [*large(), *calls(), *rates(), *waits()]


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["bare" | "crawl" as what, url, products, of, folder]:
            way = bare if what == "bare" else crawl
            print(json.dumps(asyncio.run(way(url, int(products), int(of), Path(folder)))))
        case _:
            for name, target, reached in run():
                print(f"{name:75} {target:20} {reached}", flush=True)
