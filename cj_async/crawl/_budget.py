"""May the next call be made now? Points, deadline and limits, asked before every call of a crawl."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

import msgspec

from cj_async import PointsExhausted, PointsInfo, QuotaExhausted

logger = logging.getLogger("cj_async")

DAY = 86_400.0
RESERVE_SHARE = 0.05
"""Share of the points that a client leaves to interactive calls; background calls cannot have it."""

_ROUNDING = 0.01
_PLENTY = 10  # calls that the points cover before running dry is worth saying again


class Clock(Protocol):
    """Where time comes from."""

    def time(self) -> float:
        """Seconds since 1970."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Waits."""


class WallClock:
    """The time of this machine."""

    def time(self) -> float:
        """Seconds since 1970."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Waits."""
        await asyncio.sleep(seconds)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a crawl may spend; None for no limit of its own.

    Attributes:
        max_points: Points it may spend, from when it was started or resumed.
        deadline: When it stops.
        reserve: Points that it leaves in the account.
        limit: Products after which it stops.
        waits: Whether it waits for points; it stops otherwise.
    """

    max_points: int | None = None
    deadline: datetime | None = None
    reserve: int = 0
    limit: int | None = None
    waits: bool = True


class Budget:
    """Says of each call whether it may be made, waits for points, and remembers why it stopped.

    What is left of the points is what CJ told last (``pointsInfo`` and refusals, in ``cj.points``);
    while it has told nothing, only the settings count.

    Args:
        limits: What may be spent.
        points: Asks for what is left.
        clock: Time.
        parked: Told when the crawl begins to wait for points (seconds since 1970), and when it goes on.
    """

    def __init__(
        self,
        limits: Limits,
        points: Callable[[], PointsInfo | None],
        clock: Clock,
        parked: Callable[[float | None], None],
    ) -> None:
        self._limits = limits
        self._points = points
        self._clock = clock
        self._parked = parked
        self._gate = asyncio.Lock()
        self._stopping = asyncio.Event()
        self.stopped: str | None = None
        self.spent = 0
        self._promised = 0
        self._is_dry = False

    def stop(self, why: str) -> None:
        """Lets nothing more be begun; the first reason counts."""
        if self.stopped is None:
            self.stopped = why
            self._stopping.set()

    async def admit(self, cost: int, products: int) -> bool:
        """Waits until a call may be made; False when none may be made any more.

        Args:
            cost: Points that the call costs.
            products: Products that were found so far.
        """
        async with self._gate:
            while self._is_within(cost, products):
                wait = self._wait_for(cost)
                if not wait:
                    self._promised += cost
                    return True
                await self._park(wait)
        return False

    def settle(self, cost: int, *, made: bool) -> None:
        """Notes that an admitted call has ended; ``made`` unless it was never sent."""
        self._promised -= cost
        self.spent += cost if made else 0

    async def refused(self, error: PointsExhausted | QuotaExhausted) -> None:
        """Waits after CJ refused a call for want of points or quota; nobody else is let through meanwhile."""
        async with self._gate:
            wait = max(error.retry_at.timestamp() - self._clock.time(), 1.0)
            if self._is_within(0, 0):
                await self._park(wait)

    async def pause(self, seconds: float) -> bool:
        """Waits, unless it is stopped meanwhile; whether it may go on."""
        nap = asyncio.ensure_future(self._clock.sleep(seconds))
        stop = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({nap, stop}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            nap.cancel()
            stop.cancel()
            await asyncio.gather(nap, stop, return_exceptions=True)
        return self.stopped is None

    def _is_within(self, cost: int, products: int) -> bool:
        limits = self._limits
        most, deadline = limits.max_points, limits.deadline
        if most is not None and self.spent + self._promised + cost > most:
            self.stop(f"max_points={most} are spent")
        if deadline is not None and self._clock.time() >= deadline.timestamp():
            self.stop(f"the deadline {deadline:%Y-%m-%d %H:%M:%S %Z} has passed")
        if limits.limit is not None and products >= limits.limit:
            self.stop(f"limit={limits.limit} products were found")
        return self.stopped is None

    def _wait_for(self, cost: int) -> float:
        """Seconds until the points cover a call and leave the reserve; 0 when they do."""
        info = self._points()
        if info is None or not cost or not info.total:
            return 0.0
        kept = max(self._limits.reserve, info.total * RESERVE_SHARE)
        short = min(cost + kept, info.total) - info.remaining
        if short <= 0:
            self._is_dry &= short > -_PLENTY * cost
            return 0.0
        until_reset = DAY - self._clock.time() % DAY
        return min(short * DAY / info.total, until_reset) + _ROUNDING

    async def _park(self, wait: float) -> None:
        if not self._limits.waits:
            self.stop("the points are used up")
            return
        until = self._clock.time() + wait
        if not self._is_dry:
            self._is_dry = True
            when = f"{datetime.fromtimestamp(until, UTC):%Y-%m-%d %H:%M:%S} UTC"
            logger.info("crawl: out of points; goes on as they are refilled, next at %s", when)
        self._parked(until)
        if self._limits.deadline is not None:
            wait = min(wait, max(self._limits.deadline.timestamp() - self._clock.time(), 0.0))
        await self.pause(wait)
        self._parked(None)
