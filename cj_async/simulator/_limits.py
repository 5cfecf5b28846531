"""May a request pass? The strict sliding window and the points, as arithmetic on given times."""

from __future__ import annotations

from collections import deque
from math import floor

_DAY = 86_400.0
_MINUTES_A_DAY = 1440
_ROUNDING = 1e-6  # a clock that is advanced by a second may show a few ulps less


class Window:
    """A strict sliding window: no more than ``times`` requests in any ``seconds``."""

    def __init__(self, times: int, seconds: float = 1.0) -> None:
        self._times = times
        self._seconds = seconds - _ROUNDING
        self._passed: deque[float] = deque(maxlen=times)

    @classmethod
    def per_second(cls, rate: float) -> Window:
        """The window of a rate in requests a second; 0.5 means one request in any two seconds."""
        times = max(1, floor(rate))
        return cls(times, times / rate)

    def is_open(self, at: float) -> bool:
        """Whether a request now (seconds, never before the last one) comes late enough."""
        passed = self._passed
        return len(passed) < self._times or at - passed[0] >= self._seconds

    def passed(self, at: float) -> None:
        """Count a request that was let through; refused ones do not count."""
        self._passed.append(at)


class Points:
    """The points of one account: spent by calls, refilled by the minute, full again at 00:00 UTC.

    Args:
        total: points of a day; they are also where the refill stops.
        at: now, in seconds since 1970.
    """

    def __init__(self, total: int, at: float) -> None:
        self.total = total
        self.used_today = 0
        self._left = float(total)
        self._settled = at

    @property
    def remaining(self) -> int:
        """Points that could be spent when they were last settled."""
        return max(0, floor(self._left + _ROUNDING))

    @remaining.setter
    def remaining(self, points: int) -> None:
        self._left = float(points)

    def settle(self, at: float) -> None:
        """Add what was refilled until now, or start the new day."""
        if at // _DAY > self._settled // _DAY:
            self.used_today, self._left = 0, float(self.total)
        else:
            minutes = max(0.0, at - self._settled) / 60
            self._left = min(float(self.total), self._left + minutes * self.total / _MINUTES_A_DAY)
        self._settled = at

    def spend(self, cost: int) -> None:
        """Take the cost of one call."""
        self.used_today += cost
        self._left -= cost

    def info(self) -> dict[str, int]:
        """What answers carry as ``pointsInfo``."""
        return {"usedToday": self.used_today, "remaining": self.remaining, "total": self.total}
