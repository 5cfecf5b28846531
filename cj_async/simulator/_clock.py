"""What time is it for the simulator? A clock that can be frozen and moved forward."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """The simulator's time; every limit, token and reset runs on it.

    Args:
        start: the moment the clock shows first, aware; now when left out.
        frozen: whether it stands still until it is advanced or thawed.

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

    def elapsed(self) -> float:
        """Seconds since the clock was made."""
        return self._elapsed if self._frozen else self._elapsed + time.monotonic() - self._since

    def monotonic(self) -> float:
        """Seconds that never run backwards; their zero means nothing."""
        return self._origin + self.elapsed()

    def time(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        return self._wall + self.elapsed()

    def now(self) -> datetime:
        """The moment it shows, in UTC."""
        return datetime.fromtimestamp(self.time(), UTC)

    def advance(self, by: timedelta) -> None:
        """Move forward, frozen or not.

        Raises:
            ValueError: ``by`` is negative; time does not run backwards.
        """
        if by < timedelta(0):
            raise ValueError(f"by must not be negative, got {by!r}")
        self._elapsed += by.total_seconds()

    def freeze(self) -> None:
        """Stand still from now on."""
        self._elapsed = self.elapsed()
        self._frozen = True

    def thaw(self) -> None:
        """Run again, from the moment it shows."""
        if self._frozen:
            self._since = time.monotonic()
            self._frozen = False
