"""When may the next call start? One start at a time, ``(1 + margin) / rate`` seconds apart.

``AsyncLimiter(N, 1)`` lets up to 2N - 1 calls into one second; ``AsyncLimiter(1, interval)`` does
not, so that is what sits inside. Around it: pauses, a margin that grows after refusals, and
learning the true rate.
"""

from __future__ import annotations

import asyncio
import math
from asyncio import get_running_loop
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from cj_async._refusals import FASTEST, SLOWEST
from cj_async.errors import ConfigurationError

if TYPE_CHECKING:
    from aiolimiter import AsyncLimiter

FIRST_STEP_TO, STEP, CEILING, DECAY = 0.05, 0.02, 0.25, 0.002
"""The margin: what the first incident raises it to at least, what every other one adds, the most it
can become, and the share of its growth that one success takes back.

Simulated and measured against a strict one-second window with 0 to 50 ms of jitter, which needs 5 %:
to reach that in one incident matters, because an account of one request a second feels each for a
minute; bigger further steps overshoot, and a faster decay buys more refusals than it saves time.
"""

# The limiter computes in its own floating-point steps; a tenth of a microsecond more than the
# interval makes sure that it agrees whenever `ready_at` says "now", so that `take` never suspends.
_ROUNDING = 1e-7

# Without a rate there is no slot to pause for; the free tier's second is what a refusal then costs.
_SLOT_WITHOUT_RATE = 1.0


class Neighbour(Protocol):
    """Somebody in the line for a bucket that several share."""

    def proceed(self) -> None:
        """Called when the head of the line has changed."""


class Bucket:
    """The starts of one account, one endpoint or one IP address, spaced.

    Args:
        rate: Requests a second, 1/300 to 1e6; None for no limit.
        margin: Share by which starts are further apart than the rate asks for; a grown margin
            decays back to it.
        learn_up: Believe a server that tells a higher rate than ours, too. For token endpoints,
            whose documented limit may be outdated; elsewhere it may be another limit's.
        clock: Seconds, by default the running loop's clock. Give another one only where `take` is
            not called: the limiter inside always reads the loop's.

    Raises:
        ConfigurationError: The rate or the margin is out of range.
    """

    __slots__ = (
        "_clock",
        "_floor",
        "_gap",
        "_incident_at",
        "_interval",
        "_learn_up",
        "_limiter",
        "_margin",
        "_paused_until",
        "_rate",
        "_ready_at",
        "_started_at",
        "line",
    )

    def __init__(
        self,
        rate: float | None,
        *,
        margin: float = 0.01,
        learn_up: bool = False,
        clock: Callable[[], float] | None = None,
    ) -> None:
        if rate is not None and not SLOWEST <= rate <= FASTEST:
            raise ConfigurationError(
                f"a rate of {rate!r} requests a second cannot be kept:"
                " give 1/300 to 1e6, or None for no limit"
            )
        if not 0 <= margin <= CEILING:
            raise ConfigurationError(f"a margin of {margin!r} is out of range: give 0 to {CEILING}")
        self._rate = rate
        self._floor = self._margin = margin
        self._learn_up = learn_up
        self._clock = clock
        self._started_at = self._paused_until = self._incident_at = -math.inf
        self._ready_at = -math.inf
        self.line: deque[Neighbour] = deque()
        """Who wants the next start of a bucket that several share; first come, first served."""
        self._space()

    def __repr__(self) -> str:
        return (
            f"Bucket(rate={self._rate}, margin={self._margin:.3f}, interval={self._interval:.6f})"
        )

    @property
    def rate(self) -> float | None:
        """Requests a second, as configured or as learned from a refusal; None for no limit."""
        return self._rate

    @property
    def margin(self) -> float:
        """Share by which starts are further apart than the rate asks for; 0.01 is 1 %."""
        return self._margin

    @property
    def interval(self) -> float:
        """Seconds between two starts; 0 when there is no limit."""
        return self._interval

    def ready_at(self) -> float:
        """Time of the clock from which a start is allowed, pauses included; may be in the past."""
        return self._ready_at

    async def take(self) -> float:
        """Start and return when that was. Waits until ready; never suspends if it already is."""
        clock = self._clock or get_running_loop().time
        wait = self._ready_at - clock()
        while wait > 0:
            await asyncio.sleep(wait)
            wait = self._ready_at - clock()  # a pause may have come
        if self._limiter is not None:
            await self._limiter.acquire()
        self._started_at = now = clock()
        self._ready_at = now + self._gap
        return now

    def pause(self, seconds: float) -> None:
        """Allow no start for that long; never shortens a pause."""
        self._paused_until = max(self._paused_until, self._now() + seconds)
        self._ready_at = max(self._ready_at, self._paused_until)

    def refused(self, started_at: float, *, rate: float | None = None) -> None:
        """Note that the server refused a call because of its rate.

        The first refusal of an incident pauses everyone for one slot and adds to the margin. Calls
        that were in flight by then tell nothing new: they belong to the same incident.

        Args:
            started_at: When the refused call started, by the clock.
            rate: Requests a second that the refusal names (see `rate_in`), if it does.
        """
        self._learn(rate)
        if started_at <= self._incident_at:
            return
        self._incident_at = self._now()
        self._margin = min(max(FIRST_STEP_TO, self._margin + STEP), CEILING)
        self._space()
        self.pause(_SLOT_WITHOUT_RATE if self._rate is None else 1 / self._rate)

    def succeeded(self) -> None:
        """Note that a call was let through; a grown margin decays a little."""
        if self._margin > self._floor:
            excess = (self._margin - self._floor) * (1 - DECAY)
            self._margin = self._floor + (excess if excess > 1e-4 else 0.0)
            self._space()

    def _learn(self, rate: float | None) -> None:
        if rate is None:
            return
        if self._rate is None or rate < self._rate or self._learn_up:
            self._rate = rate
            self._space()

    def _space(self) -> None:
        """Bring the interval, the limiter and the next start in line with rate and margin."""
        self._interval = 0.0 if self._rate is None else (1 + self._margin) / self._rate
        # A limiter cannot change its speed, so a new one takes over. It knows nothing of the last
        # start; `ready_at` does.
        self._limiter = _limiter(self._interval) if self._interval else None
        self._gap = self._interval + _ROUNDING if self._interval else 0.0
        self._ready_at = max(self._started_at + self._gap, self._paused_until)

    def _now(self) -> float:
        return (self._clock or get_running_loop().time)()


def _limiter(interval: float) -> AsyncLimiter:
    # Imported late: `import cj_async` alone would pay for it with a tenth of its time.
    from aiolimiter import AsyncLimiter

    return AsyncLimiter(1, interval)
