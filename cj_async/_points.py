"""How many API points does the account have left, and when will they cover a call?

CJ charges points per call on top of the rate limit, refills ``total / 1440`` a minute up to the
total and fills up at 00:00 UTC. The truth arrives with answers; in between this ledger reckons.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from cj_async._pace import Priority
from cj_async._refusals import ASSUMED_TOTAL

DAY = 86_400.0
"""Seconds from one full reset (00:00 UTC) to the next."""

LATE = 120.0
"""Seconds for which an answer with fewer used points is a late one, not a new day on CJ's clock."""

SPARES_THE_RESERVE = frozenset({Priority.BACKGROUND})
"""Priorities that leave the reserve to the others."""

# Longer than the clock's rounding error is worth in points, so that a wait is always long enough.
_ROUNDING = 0.001


class PointsInfo(msgspec.Struct, frozen=True):
    """API points of an account: as CJ told them, and reckoned from the calls and the time since.

    Attributes:
        used_today: Points used since 00:00 UTC.
        remaining: Points that can be spent now.
        total: Points a day; None until CJ has told it.
    """

    used_today: int
    remaining: int
    total: int | None


class Points:
    """The ledger of one account's points. It counts; waiting and raising is the caller's business.

    Nothing is held back while nothing is known: CJ's older editions have no points at all. A call
    that waited has to ask `wait_for` again, right before it is sent: others may have been faster.

    Args:
        reserve_share: Share of the total, 0 to 1, that background work leaves to the others.
        clock: Wall clock, in seconds since 1970 (UTC).
    """

    def __init__(
        self, *, reserve_share: float = 0.05, clock: Callable[[], float] = time.time
    ) -> None:
        self._reserve_share = reserve_share
        self._clock = clock
        self._total: int | None = None
        self._told_used = 0
        self._used = 0
        self._remaining: float | None = None
        self._reckoned_at = 0.0
        self._learned_at = 0.0
        self._in_flight = 0

    @property
    def info(self) -> PointsInfo | None:
        """What is left now, as far as it is known; None when CJ has told nothing (today)."""
        self._reckon()
        if self._remaining is None:
            return None
        return PointsInfo(self._used, int(self._remaining), self._total)

    def spent(self, cost: int) -> None:
        """Note that a call starts; to be followed by one `settled` with the same cost."""
        if not cost:
            return
        self._reckon()
        self._in_flight += cost
        self._take(cost)

    def settled(self, cost: int, *, charged: bool = True) -> None:
        """Note that a call has ended, in whatever way; before `learned` or `refused` of its answer.

        Args:
            cost: What was given to `spent`.
            charged: False when CJ cannot have counted it, because nothing was sent.
        """
        if not cost:
            return
        self._reckon()
        self._in_flight -= cost
        if not charged:
            self._take(-cost)

    def learned(self, used_today: int, remaining: int, total: int) -> None:
        """Take over what an answer tells (its ``pointsInfo``)."""
        self._reckon()
        if total > 0:
            self._total = total
        self._believe(used_today, remaining)

    def refused(self, used: int | None, remaining: int | None, required: int) -> None:
        """Take over what a refusal tells (see `points_in`).

        Args:
            used: Points used today, None when the refusal does not say.
            remaining: Points left, None when the refusal does not say.
            required: Points that the refused call costs.
        """
        self._reckon()
        # Whatever it says, it did not cover the call; to believe more is to ask again at once.
        left = min(remaining or 0, max(required - 1, 0))
        self._believe(self._told_used if used is None else used, left)

    def wait_for(self, cost: int, priority: Priority = Priority.INTERACTIVE) -> float:
        """Seconds until the points cover a call, if nobody else spends them; 0: unknown, or enough.

        A call that costs more than a full account waits until it is full.

        Args:
            cost: Points that the call costs.
            priority: BACKGROUND leaves the reserve alone.
        """
        remaining = self._reckoned() if cost else None
        if remaining is None:
            return 0.0
        total = self._total or ASSUMED_TOTAL
        reserve = self._reserve_share * total if priority in SPARES_THE_RESERVE else 0.0
        short = min(cost + reserve, total) - remaining
        if short <= 0:
            return 0.0
        refilled_in = short * DAY / total
        reset_in = DAY - self._reckoned_at % DAY
        return min(refilled_in, reset_in) + _ROUNDING

    def retry_at(self, cost: int, priority: Priority = Priority.INTERACTIVE) -> datetime:
        """The moment when the points cover a call, as an aware datetime in UTC; see `wait_for`."""
        wait = self.wait_for(cost, priority)
        return datetime.fromtimestamp(self._clock() + wait, UTC)

    def _reckoned(self) -> float | None:
        """The points that are left now; asks for the time only where points are known."""
        if self._remaining is not None:
            self._reckon()
        return self._remaining

    def _reckon(self) -> None:
        """Bring the ledger up to now: the refill since the last time, or a new day."""
        now = self._clock()
        before, self._reckoned_at = self._reckoned_at, now
        if self._remaining is None:
            return
        if now // DAY > before // DAY:
            self._told_used = self._used = 0
            # Without a total a full account is an unknown number of points: as at the beginning.
            self._remaining = self._total
        elif now > before:
            refill = (now - before) * (self._total or ASSUMED_TOTAL) / DAY
            self._remaining = self._capped(self._remaining + refill)

    def _take(self, cost: int) -> None:
        if self._remaining is not None:
            self._used = max(0, self._used + cost)
            self._remaining = self._capped(max(0.0, self._remaining - cost))

    def _believe(self, used: int, remaining: int) -> None:
        # Calls that are still under way may or may not be in the answer's numbers, so they count
        # here: better a call too late than one refused, and their own answers put it right.
        left = self._capped(max(0.0, remaining - self._in_flight))
        if self._remaining is not None and self._is_late(used):
            self._remaining = min(self._remaining, left)
            return
        self._told_used, self._learned_at = max(0, used), self._reckoned_at
        self._used, self._remaining = self._told_used + self._in_flight, left

    def _is_late(self, used: int) -> bool:
        # Used points only grow within a day. An answer with fewer was written before one that is
        # known already, and must not give back what newer calls have spent. But CJ's midnight may
        # not be ours: when nothing newer has come for a while, fewer used points are a new day.
        return used < self._told_used and self._reckoned_at - self._learned_at < LATE

    def _capped(self, points: float) -> float:
        return points if self._total is None else min(points, self._total)
