"""One time for all: the local CJ, the client's ledger of points, and the crawl. Nobody really waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cj_async import CJClient, Pool
from cj_async._account import Account
from cj_async._points import Points
from cj_async._transport import Options, Transport
from cj_async.crawl import CrawlProgress, Plan, Report, Sink, Stop
from cj_async.crawl import _run as running
from cj_async.crawl._state._file import StateFile
from cj_async.crawl._state._workers import Worker
from cj_async.simulator import Clock, Simulator
from tests.conftest import RATE, inside


class OneClock:
    """The simulator's clock, as a crawl uses one: it is moved by those who wait on it.

    Attributes:
        naps: How long each wait was.
    """

    def __init__(self, hour: int = 12) -> None:
        today = datetime.now(UTC).replace(hour=hour, minute=0, second=0, microsecond=0)
        self.shown = Clock(today, frozen=True)
        self.naps: list[float] = []
        self._awaited: list[tuple[float, asyncio.Event]] = []

    def time(self) -> float:
        """Seconds since 1970."""
        return self.shown.time()

    def now(self) -> datetime:
        """The moment."""
        return self.shown.now()

    async def sleep(self, seconds: float) -> None:
        """Lets the others go on, then moves on to the end of the wait."""
        until = self.time() + seconds
        await asyncio.sleep(0.001)
        self.naps.append(seconds)
        for moment, come in sorted(self._awaited, key=lambda each: each[0]):
            if moment <= until:
                self._move_to(moment)
                come.set()
                await asyncio.sleep(0.001)
        self._move_to(until)

    async def until(self, moment: float) -> None:
        """Waits until others have moved it there."""
        if moment > self.time():
            come = asyncio.Event()
            self._awaited.append((moment, come))
            await come.wait()

    def _move_to(self, moment: float) -> None:
        self.shown.advance(timedelta(seconds=max(moment - self.time(), 0.0)))


class TimedClient(CJClient):
    """A client that lives by such a clock."""

    clock: OneClock

    def _new_transport(self, account: Account, options: Options) -> Transport:
        transport = super()._new_transport(account, options)
        transport.now = lambda: self.clock.now()
        return transport


@asynccontextmanager
async def timed(
    clock: OneClock, products: int = 2000, **settings: Any
) -> AsyncGenerator[tuple[Simulator, CJClient]]:
    """A local CJ and a client of it, both by the same clock."""
    known: dict[str, Any] = {"tier": RATE, "per_ip": None, "points": None, **settings}
    async with (
        Simulator(products=products, clock=clock.shown, **known) as simulator,
        Pool(per_ip=None) as pool,
    ):
        made = type("Timed", (TimedClient,), {"clock": clock})
        cj = made(simulator.api_key, base_url=simulator.base_url, tier=RATE, pool=pool)
        assert isinstance(cj, CJClient)
        inside(cj).account.points = Points(clock=clock.time)
        async with cj:
            yield simulator, cj
        assert simulator.mistakes == []


async def crawled(
    cj: CJClient,
    clock: OneClock,
    state: Path,
    sink: Sink | Sequence[Sink] = (),
    *,
    watcher: list[CrawlProgress] | None = None,
    every: float = 1.0,
    join: bool = False,
    stop: Stop | None = None,
    **plan: Any,
) -> Report:
    """A run by that clock."""
    report = await vars(running)["_run"](
        cj,
        Plan(**plan),
        StateFile(state),
        Worker(state),
        sinks=[sink] if isinstance(sink, Sink) else [*sink],
        watcher=None if watcher is None else watcher.append,
        every=every,
        join=join,
        stop=stop,
        clock=clock,
    )
    assert isinstance(report, Report)
    return report
