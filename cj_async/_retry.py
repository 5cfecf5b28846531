"""How long to wait before another attempt, and whether one is allowed at all."""

from __future__ import annotations

from collections.abc import Callable

FIRST_WAIT = 0.5
LONGEST_WAIT = 20.0
SHARE = 0.1
FLOOR = 3


def backoff(attempt: int, random: Callable[[], float]) -> float:
    """Seconds before attempt ``attempt + 1`` (from 1): full jitter below a doubling, capped bound."""
    # Doubling ends where the cap is surely reached: 2.0 ** 1024 is no number any more.
    return random() * min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(attempt - 1, 32))


class RetryBudget:
    """Keeps an outage from being amplified.

    While nothing succeeds, retries are a tenth of the calls (or what one call may use, when there are
    few calls), so that an outage sees at most 1.1 times the callers' own calls. The first answer ends
    the outage and forgives its retries but a few; every other one pays one retry back.
    """

    __slots__ = ("_calls", "_spent")

    def __init__(self) -> None:
        self._calls = 0
        self._spent = 0

    def called(self) -> None:
        """Counts a call of the caller's own."""
        self._calls += 1

    def succeeded(self) -> None:
        """An answer came: the outage, if there was one, is over."""
        self._calls = 0
        if self._spent:
            self._spent = min(self._spent - 1, FLOOR)

    def take(self, least: int = FLOOR) -> bool:
        """Whether one more attempt is allowed; counts it.

        Args:
            least: Attempts that are allowed however few the calls were: what one call may use.
        """
        if self._spent >= max(least, int(self._calls * SHARE)):
            return False
        self._spent += 1
        return True
