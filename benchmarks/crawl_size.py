"""The crawl of large catalogs: target 8 of the performance notes, and its calls.

The bare pipeline fetches, decodes with the generated models and writes; it keeps nothing in mind, looks
for nothing twice, and is told where each page begins.
"""

from __future__ import annotations

import asyncio
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.answers import PAGE_PATH
from benchmarks.catalog import SIZE, catalog, created
from benchmarks.simulators import UNLIMITED, Kind, simulators
from cj_async import CJClient, Pool

Row = tuple[str, str, str]

PRODUCTS = 1_000_000
SLICE = 100_000
"""Products of a bare run; one goes before the crawl, and one after it."""

SIMULATED = 50_000
ROUNDS = 3

IN_FLIGHT = 16
LOOK = 0.25  # seconds between two looks at the memory


class Job(msgspec.Struct, kw_only=True):
    """What a process of its own is to do: one way through a catalog."""

    way: str
    url: str
    token: str
    folder: str
    starts: list[int] = []
    """Where the pages begin: creation times, for the bare pipeline."""


class Taken(msgspec.Struct, kw_only=True):
    """What it took: seconds, seconds of CPU, megabytes of memory in each quarter of the time.

    A crawl that only explores tells where pages begin.
    """

    products: int
    seconds: float
    cpu: float
    quarters: list[float] = []
    verdict: str = ""
    requests: int = 0
    starts: list[int] = []


def run() -> list[Row]:
    """Name, target and what was reached."""
    return [*large(), *simulated(), *calls()]


def large() -> list[Row]:
    """One crawl of a million products from a server that costs nothing, between two bare runs."""
    starts = [created(number, PRODUCTS) for number in range(0, SLICE, SIZE)]
    with catalog(PRODUCTS) as url:
        before = _measured("bare", url, starts=starts)
        ours = _measured("crawl", url)
        after = _measured("bare", url, starts=starts)
    assert (ours.verdict, ours.products) == ("complete", PRODUCTS), ours
    first, *_, last = ours.quarters
    cpu = (ours.cpu / PRODUCTS) / ((before.cpu + after.cpu) / 2 / SLICE)
    return [
        (
            "8 crawl of 1,000,000: memory of the last quarter / first quarter",
            "<= 1.03",
            f"{last / first:.3f} ({' '.join(f'{each:.0f}' for each in ours.quarters)} MB)",
        ),
        (
            "8 products a second / bare pipeline, a server that costs nothing",
            ">= 0.8",
            _rates([ours], [before, after]),
        ),
        ("  CPU of the crawl's process / of the bare one's, a product", "figure", f"{cpu:.2f}"),
        ("  calls / pages", "<= 1.03", f"{ours.requests / math.ceil(PRODUCTS / SIZE):.4f}"),
    ]


def simulated() -> list[Row]:
    """The same over the simulator, in a process of its own: crawl and bare pipeline in turn."""
    ours: list[Taken] = []
    bare: list[Taken] = []
    with simulators([Kind(UNLIMITED, 0.0, SIMULATED)]) as (places, _):
        place = places[0]
        starts = _measured("explore", place.url, place.token).starts
        for _ in range(ROUNDS):
            ours.append(_measured("crawl", place.url, place.token))
            bare.append(_measured("bare", place.url, place.token, starts=starts))
    assert all(each.verdict == "complete" for each in ours), ours
    name = "8 products a second / bare pipeline, over the simulator"
    return [(name, ">= 0.8", _rates(ours, bare))]


def calls() -> list[Row]:
    """Calls of a crawl of 100,000 products over the pages that their rows fill."""
    with catalog(SLICE) as url:
        ours = _measured("crawl", url)
    share = ours.requests / math.ceil(SLICE / SIZE)
    return [("crawl of 100,000: calls / pages", "<= 1.03", f"{share:.4f}")]


def _rates(ours: Sequence[Taken], bare: Sequence[Taken]) -> str:
    """Products a second of several runs, and their ratio."""
    mine, theirs = (
        sum(each.products for each in runs) / sum(each.seconds for each in runs)
        for runs in (ours, bare)
    )
    return f"{mine / theirs:.2f} ({mine:.0f} / {theirs:.0f})"


# --- each way is gone in a process of its own


def _measured(way: str, url: str, token: str = "token", starts: Sequence[int] = ()) -> Taken:
    with tempfile.TemporaryDirectory() as folder:
        job = Job(way=way, url=url, token=token, folder=folder, starts=[*starts])
        told = subprocess.run(
            [sys.executable, "-m", "benchmarks.crawl_size", "job"],
            input=msgspec.json.encode(job),
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
    return msgspec.json.decode(told, type=Taken)


async def bare(job: Job) -> Taken:
    import aiohttp
    from yarl import URL

    from cj_async._decode import reader
    from cj_async._envelope import Envelope
    from cj_async.crawl._lists import FEATURES
    from cj_async.models.product import ProductSearchPage

    read = reader(Envelope[ProductSearchPage]).read
    encode = msgspec.json.Encoder().encode_lines
    features = "".join(f"&features={each}" for each in FEATURES)
    head = f"{job.url}{PAGE_PATH}?orderBy=3&sort=asc&page=1&size={SIZE}{features}"
    end = job.starts[-1] + (job.starts[1] - job.starts[0]) - 1
    starts, products = iter(job.starts), 0

    async def worker(session: aiohttp.ClientSession, out: Any) -> None:
        nonlocal products
        for start in starts:
            address = URL(f"{head}&timeStart={start}&timeEnd={end}", encoded=True)
            async with session.get(address) as response:
                page: Any = read(await response.read(), False, None)
            rows = page.data.content[0].product_list
            out.write(encode(rows))
            products += len(rows)

    began, busy = time.perf_counter(), _cpu()
    with Path(job.folder, "bare.jsonl").open("wb") as out:  # noqa: ASYNC230
        async with aiohttp.ClientSession(headers={"CJ-Access-Token": job.token}) as session:
            await asyncio.gather(*(worker(session, out) for _ in range(IN_FLIGHT)))
    return Taken(products=products, seconds=time.perf_counter() - began, cpu=_cpu() - busy)


async def crawl(job: Job) -> Taken:
    """The crawl as a user runs it: a state file and a sink."""
    from cj_async.crawl import JsonlSink
    from cj_async.crawl import run as crawl_run

    memory: list[float] = []
    lines, state = Path(job.folder, "products.jsonl"), Path(job.folder, "state.db")
    async with (
        Pool(per_ip=None) as pool,
        CJClient(access_token=job.token, base_url=job.url, tier=UNLIMITED, pool=pool) as cj,
    ):
        looking = asyncio.create_task(_look(memory))
        began, busy = time.perf_counter(), _cpu()
        report = await crawl_run(cj, state=state, sink=JsonlSink(lines))
        seconds, cpu = time.perf_counter() - began, _cpu() - busy
        looking.cancel()
    return Taken(
        products=report.products,
        seconds=seconds,
        cpu=cpu,
        quarters=[*_quarters(memory)],
        verdict=report.verdict,
        requests=report.requests,
        starts=_starts(lines) if job.way == "explore" else [],
    )


def _starts(lines: Path) -> list[int]:
    rows = msgspec.json.Decoder(_Dated).decode_lines(lines.read_bytes())
    return sorted(int(row.createAt.timestamp() * 1000) for row in rows)[::SIZE]


class _Dated(msgspec.Struct):
    createAt: datetime  # noqa: N815


async def _look(memory: list[float]) -> None:
    """Resident memory of this process, MB, again and again."""
    page = os.sysconf("SC_PAGE_SIZE")
    while True:
        await asyncio.sleep(LOOK)
        resident = Path("/proc/self/statm").read_text().split()[1]  # noqa: ASYNC240
        memory.append(int(resident) * page / 1e6)


def _quarters(memory: list[float]) -> Iterator[float]:
    """The mean of each quarter of the time."""
    length = max(len(memory) // 4, 1)
    for place in range(4):
        quarter = memory[place * length : (place + 1) * length]
        yield sum(quarter) / max(len(quarter), 1)


def _cpu() -> float:
    times = os.times()
    return times.user + times.system


if __name__ == "__main__":
    if sys.argv[1:] == ["job"]:
        job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
        taken = asyncio.run((bare if job.way == "bare" else crawl)(job))
        sys.stdout.write(msgspec.json.encode(taken).decode())
    else:
        for name, target, reached in run():
            print(f"{name:75} {target:20} {reached}", flush=True)
