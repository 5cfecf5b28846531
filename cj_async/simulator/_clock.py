"""What time is it for the simulator? A clock that can be frozen, moved forward and run faster."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_FASTEST = 1_000_000
_LONGEST_JUMP = timedelta(days=36_500)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a clock showed at a moment: seconds since it was made, and how it went on."""

    elapsed: float
    frozen: bool
    factor: float


class Clock:
    """The simulator's time; every limit, token and reset runs on it.

    Args:
        start: the moment the clock shows first, aware; now when left out.
        frozen: whether it stands still until it is advanced or thawed.

    Attributes:
        watchers: called whenever it is moved, stopped, started or put back.

    Raises:
        ValueError: ``start`` has no time zone.
    """

    def __init__(self, start: datetime | None = None, *, frozen: bool = False) -> None:
        if start is not None and start.tzinfo is None:
            raise ValueError(f"start must carry a time zone, got {start!r}")
        self._wall = time.time() if start is None else start.timestamp()
        self._origin = self._since = time.monotonic()
        self._elapsed = 0.0
        self._frozen = frozen
        self._factor = 1.0
        self._as_of: float | None = None
        self.watchers: list[Callable[[], None]] = []

    @property
    def frozen(self) -> bool:
        """Whether it stands still."""
        return self._frozen

    @property
    def factor(self) -> float:
        """How many of its seconds pass in a real one, unless it is frozen."""
        return self._factor

    def elapsed(self) -> float:
        """Seconds since the clock was made."""
        if self._frozen:
            return self._elapsed
        return self._elapsed + (time.monotonic() - self._since) * self._factor

    def monotonic(self) -> float:
        """Seconds that never run backwards, unless the clock is put back; their zero means nothing."""
        return self._origin + self.elapsed()

    def time(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        return self._wall + self.elapsed() if self._as_of is None else self._as_of

    @contextmanager
    def as_of(self, moment: float) -> Generator[None, None, None]:
        """Shows a past moment, in seconds since 1970, to what should have happened then."""
        self._as_of = moment
        try:
            yield
        finally:
            self._as_of = None

    def now(self) -> datetime:
        """The moment it shows, in UTC."""
        return datetime.fromtimestamp(self.time(), UTC)

    def advance(self, by: timedelta) -> None:
        """Move forward, frozen or not.

        Args:
            by: at most 100 years.

        Raises:
            ValueError: ``by`` is negative, or absurd; time does not run backwards.
        """
        if by < timedelta(0):
            raise ValueError(f"by must not be negative, got {by!r}")
        if by > _LONGEST_JUMP:
            raise ValueError(f"by must be at most 100 years, got {by!r}")
        self._elapsed += by.total_seconds()
        self._moved()

    def freeze(self) -> None:
        """Stand still from now on."""
        self._elapsed = self.elapsed()
        self._frozen = True
        self._moved()

    def thaw(self) -> None:
        """Run again, from the moment it shows."""
        if self._frozen:
            self._since = time.monotonic()
            self._frozen = False
            self._moved()

    def speed(self, factor: float) -> None:
        """Run faster or slower from now on; a frozen clock does so once it is thawed.

        Args:
            factor: seconds that pass in a real one: 1 is real time, 60 lets an hour take a minute; above
                0, up to 1,000,000.

        Raises:
            ValueError: ``factor`` is outside its range.
        """
        if not 0 < factor <= _FASTEST:
            raise ValueError(f"factor must be above 0 and up to {_FASTEST:,}, got {factor!r}")
        self._elapsed = self.elapsed()
        self._since = time.monotonic()
        self._factor = factor
        self._moved()

    def shown(self) -> Shown:
        """What it shows now, to be put back to later."""
        return Shown(self.elapsed(), self._frozen, self._factor)

    def put_back(self, shown: Shown) -> None:
        """Show again what it showed, and go on as it went on; the one way time runs backwards."""
        self._elapsed = shown.elapsed
        self._since = time.monotonic()
        self._frozen, self._factor = shown.frozen, shown.factor
        self._moved()

    def seconds_until(self, at: float) -> float | None:
        """Real seconds until it shows a time, given in seconds since 1970; None while it is frozen."""
        return None if self._frozen else max(0.0, at - self.time()) / self._factor

    def _moved(self) -> None:
        for watcher in tuple(self.watchers):
            watcher()
