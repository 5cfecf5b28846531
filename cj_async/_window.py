"""When may the next call start, where a few calls are allowed within a long period?

The token endpoints allow five calls a minute, or one in five minutes: too slow to space them evenly, so
the starts of the last period are remembered and counted, strictly.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable

from cj_async._bucket import Neighbour

MARGIN = 0.01
"""Share by which the period is kept longer than asked for: starts do not arrive as evenly as they leave."""


class Window:
    """At most ``times`` starts within any ``period``; stands in for a bucket in a lane.

    Args:
        times: Starts within the period, at least 1.
        period: Seconds.
        clock: Seconds, by default the running loop's clock.
    """

    __slots__ = (
        "_clock",
        "_incident_at",
        "_paused_until",
        "_period",
        "_starts",
        "_times",
        "line",
    )

    def __init__(
        self, times: int, period: float, *, clock: Callable[[], float] | None = None
    ) -> None:
        self._clock = clock
        self._paused_until = self._incident_at = -math.inf
        self.line: deque[Neighbour] = deque()
        self._allow(times, period, ())

    def __repr__(self) -> str:
        return f"Window({self._times} in {self._period:g} s)"

    @property
    def interval(self) -> float:
        """Seconds between two starts on average, when the window is always full."""
        return self._period / self._times

    def ready_at(self) -> float:
        """Time of the clock from which a start is allowed, pauses included; may be in the past."""
        if len(self._starts) < self._times:
            return self._paused_until
        return max(self._starts[0] + self._period, self._paused_until)

    async def take(self) -> float:
        """Start now and return the time of the clock; waits for its turn if the window is full."""
        wait = self.ready_at() - self._now()
        while wait > 0:
            await asyncio.sleep(wait)
            wait = self.ready_at() - self._now()  # a pause may have come
        now = self._now()
        self._starts.append(now)
        return now

    def pause(self, seconds: float) -> None:
        """Allow no start for that long; never shortens a pause."""
        self._paused_until = max(self._paused_until, self._now() + seconds)

    def refused(self, started_at: float, *, rate: float | None = None) -> None:
        """Note a refusal: believe the rate that it names, and start nothing for a slot.

        Calls that were in flight when the first refusal came tell nothing new: they belong to the
        same incident, and only what they say of the rate is taken from them.
        """
        if rate is not None:
            self._learn(rate)
        if started_at <= self._incident_at:
            return
        self._incident_at = self._now()
        self.pause(self.interval)

    def succeeded(self) -> None:
        """Note that a call was let through; there is nothing to learn from it."""

    def take_back(self) -> None:
        """Note that the last start came to nothing: no connection could be made."""
        if self._starts:
            self._starts.pop()

    def _learn(self, rate: float) -> None:
        """The documented limit may be outdated in either direction; a refusal names the true one."""
        period = self._period / (1 + MARGIN)
        times = max(1, round(rate * period)) if rate < 1 else 1
        self._allow(times, times / rate, self._starts)

    def _allow(self, times: int, period: float, starts: tuple[()] | deque[float]) -> None:
        self._times = times
        self._period = period * (1 + MARGIN)
        self._starts = deque(starts, maxlen=times)

    def _now(self) -> float:
        return asyncio.get_running_loop().time() if self._clock is None else self._clock()
