"""May the next call be made now? Points, deadline and limits, asked before every call of a crawl."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

import msgspec

from cj_async import PointsExhausted, PointsInfo, QuotaExhausted
from cj_async.crawl._waiting import first_of

logger = logging.getLogger("cj_async")

DAY = 86_400.0
RESERVE_SHARE = 0.05
"""Share of the points that a client leaves to interactive calls; background calls cannot have it."""

ASSUMED_TOTAL = 50_000
"""Points of a day, where refusals tell that points count and nothing tells how many there are."""

_ROUNDING = 0.01
_PLENTY = 10  # calls that the points cover before running dry is worth saying again
_LOOK = 60.0  # seconds between two looks at the points while waiting: CJ may have told more


class Clock(Protocol):
    """Where time comes from."""

    def time(self) -> float:
        """Seconds since 1970."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Waits."""

    async def until(self, moment: float) -> None:
        """Waits for a moment (seconds since 1970)."""


class WallClock:
    """The time of this machine."""

    def time(self) -> float:
        """Seconds since 1970."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Waits."""
        await asyncio.sleep(seconds)

    async def until(self, moment: float) -> None:
        """Waits for a moment; looks now and then, for the machine may sleep or be set right."""
        while True:
            left = moment - time.time()
            if left <= 0:
                return
            await asyncio.sleep(min(left, _LOOK))


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

    def kept(self, total: int) -> float:
        """Points that are left in an account with so many a day."""
        return max(self.reserve, total * RESERVE_SHARE)


class Budget:
    """Says of each call whether it may be made, waits for points, and remembers why it stopped.

    What is left of the points is what CJ told last (``pointsInfo`` and refusals, in ``cj.points``);
    while it has told nothing, only the settings count.

    Args:
        limits: What may be spent.
        points: Asks for what is left.
        clock: Time.
        parked: Told when the crawl begins to wait for points (seconds since 1970), and when it goes on.

    Attributes:
        stopped: Why nothing more may be begun; None while it may.
        stopping: Set when that is so.
        spent: Points that were, or may have been, charged.
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
        self._settling = asyncio.Event()
        self.stopping = asyncio.Event()
        self.stopped: str | None = None
        self.spent = 0
        self._promised = 0
        self._is_dry = False

    def stop(self, why: str) -> None:
        """Lets nothing more be begun; the first reason counts."""
        if self.stopped is None:
            self.stopped = why
            self.stopping.set()

    async def keep_deadline(self) -> None:
        """Stops when the deadline comes, also while nobody asks for a call."""
        if self._limits.deadline is not None:
            await self._clock.until(self._limits.deadline.timestamp())
            self._look_at_deadline()

    async def admit(self, cost: int, products: int) -> bool:
        """Waits until a call may be made; False when none may be made any more.

        Args:
            cost: Points that the call costs.
            products: Products that were found so far.
        """
        async with self._gate:
            try:
                while self._is_within(cost, products):
                    short = self._short_of(cost)
                    if short > 0:
                        await self._park(self._refilled_in(short), self._used_up())
                    elif self._promised and self._is_close(cost, short):
                        await first_of(self._settling.wait(), self.stopping.wait())
                    else:
                        self._promised += cost
                        return True
            finally:
                self._parked(None)
        return False

    def settle(self, cost: int, *, charged: bool) -> None:
        """Notes that an admitted call has ended; ``charged`` unless it surely cost nothing."""
        self._promised -= cost
        self.spent += cost if charged else 0
        self._settling.set()
        self._settling = asyncio.Event()

    async def refused(self, error: PointsExhausted | QuotaExhausted) -> None:
        """Waits after CJ refused a call for want of points or quota; nobody else is let through meanwhile."""
        until = max(error.retry_at.timestamp(), self._clock.time() + 1.0)
        why = "a quota is" if isinstance(error, QuotaExhausted) else "the points are"
        async with self._gate:
            try:
                while self._is_within(0, 0) and (wait := until - self._clock.time()) > 0:
                    await self._park(wait, f"{why} used up")
            finally:
                self._parked(None)

    async def pause(self, seconds: float) -> bool:
        """Waits, unless it is stopped meanwhile; whether it may go on."""
        await first_of(self._clock.sleep(seconds), self.stopping.wait())
        return self.stopped is None

    def _is_within(self, cost: int, products: int) -> bool:
        limits, most = self._limits, self._limits.max_points
        if most is not None and self.spent + cost > most:
            self.stop(f"max_points={most} allows no further call")
        self._look_at_deadline()
        if limits.limit is not None and products >= limits.limit:
            self.stop(f"limit={limits.limit} products were found")
        total = self._total()
        if cost and total is not None and limits.reserve + cost > total:
            self.stop(f"reserve={limits.reserve} leaves nothing of {total} points a day")
        return self.stopped is None

    def _look_at_deadline(self) -> None:
        deadline = self._limits.deadline
        if deadline is not None and self._clock.time() >= deadline.timestamp():
            self.stop(f"the deadline {deadline:%Y-%m-%d %H:%M:%S %Z} has passed")

    def _total(self) -> int | None:
        """Points a day; None while the account seems to have none."""
        info = self._points()
        return None if info is None else info.total or ASSUMED_TOTAL

    def _short_of(self, cost: int) -> float:
        """Points that are missing until a call is covered and the reserve left; negative: to spare."""
        info = self._points()
        if info is None:
            self._is_dry = False
        if info is None or not cost:
            return -math.inf
        total = info.total or ASSUMED_TOTAL
        short = math.ceil(min(cost + self._limits.kept(total), total)) - info.remaining
        self._is_dry &= short > -_PLENTY * cost
        return short

    def _used_up(self) -> str:
        kept = math.ceil(self._limits.kept(self._total() or ASSUMED_TOTAL))
        return f"the points are used up but for the reserve of {kept:,}"

    def _is_close(self, cost: int, short: float) -> bool:
        """Whether what others were promised may be what is missing in the end.

        Their calls may not have been sent yet, so that the account's points do not show them.
        """
        most = self._limits.max_points
        over = most is not None and self.spent + self._promised + cost > most
        return over or short + self._promised > 0

    def _refilled_in(self, short: float) -> float:
        now = self._clock.time()
        refill = short * DAY / (self._total() or ASSUMED_TOTAL)
        return min(refill, DAY - now % DAY) + _ROUNDING

    async def _park(self, wait: float, why: str) -> None:
        """Waits for some of that time; who asks looks again, for CJ may have told more meanwhile."""
        if not self._limits.waits:
            self.stop(why)
            return
        until = self._clock.time() + wait
        if not self._is_dry:
            self._is_dry = True
            when = f"{datetime.fromtimestamp(until, UTC):%Y-%m-%d %H:%M:%S} UTC"
            logger.info("crawl: %s; goes on as they are refilled, next at %s", why, when)
        self._parked(until)
        await self.pause(min(wait, _LOOK))
