"""The crawl at the edge of a rate: how much of it it uses, whom it keeps waiting, calls over ideal."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from statistics import quantiles

from benchmarks.pacing import Stalls
from benchmarks.simulators import Kind, Place, Seen, simulators
from cj_async import CJClient, Pool

Row = tuple[str, str, str]

SECONDS = 25.0
RATES = (2, 6)
LATENCIES = (0.0, 0.1, 0.3)
SETTLED = 4.0  # seconds until the self-check is done and the segments stand side by side
ENOUGH = 20_000  # products: more pages than fit in the time


def run() -> list[Row]:
    """Name, target and what was reached."""
    return [*rates(), *waits()]


def rates() -> list[Row]:
    """How much of the rate a crawl uses once its segments are side by side; one after another."""
    stalls = Stalls()
    rows = [_rate(rate, latency, stalls) for rate in RATES for latency in LATENCIES]
    noise = f"{stalls.longest * 1e3:.1f} ms"
    return [("crawl: longest stall of this machine", "< 10 ms to count", noise), *rows]


def _rate(rate: int, latency: float, stalls: Stalls) -> Row:
    seen = asyncio.run(_crawled_for_a_while(Kind(rate, latency, ENOUGH), stalls))
    steady = [at for at in seen.pages if at >= seen.pages[0] + SETTLED]
    share = (len(steady) - 1) / (rate * (steady[-1] - steady[0]))
    name = f"crawl: share of {rate}/s that is used, {latency * 1e3:.0f} ms of latency"
    return name, ">= 0.97, none", f"{share:.3f}, {seen.violations} violations in {len(seen.pages)}"


async def _crawled_for_a_while(kind: Kind, stalls: Stalls) -> Seen:
    with simulators([kind]) as (places, told):
        async with _crawled(places[0], kind.rate):
            watching = asyncio.create_task(stalls.watch())
            await asyncio.sleep(SETTLED + SECONDS)
            watching.cancel()
            return (await asyncio.to_thread(told))[0]


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
    with simulators([Kind(rate, latency, ENOUGH)]) as (places, _):
        async with _crawled(places[0], rate) as cj:
            await asyncio.sleep(SETTLED)
            until = time.perf_counter() + SECONDS
            while time.perf_counter() < until:
                await asyncio.sleep(0.4 + 0.0371 * (len(waited) % 10))
                began = time.perf_counter()
                await cj.settings.get()
                waited.append(time.perf_counter() - began - latency)
    return waited


@asynccontextmanager
async def _crawled(place: Place, rate: float) -> AsyncGenerator[CJClient]:
    """A client that crawls at the edge of its rate."""
    from cj_async.crawl import run as crawl

    with tempfile.TemporaryDirectory() as folder:
        async with (
            Pool(per_ip=None) as pool,
            CJClient(place.key, base_url=place.url, tier=rate, pool=pool) as cj,
        ):
            crawling = asyncio.create_task(crawl(cj, state=Path(folder) / "state.db"))
            try:
                yield cj
            finally:
                crawling.cancel()
                with suppress(asyncio.CancelledError):
                    await crawling


if __name__ == "__main__":
    for name, target, reached in run():
        print(f"{name:75} {target:20} {reached}", flush=True)
