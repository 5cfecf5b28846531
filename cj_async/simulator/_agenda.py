"""What happens by itself later? Entries that wait for their time: parcels move, jobs end."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field


@dataclass(order=True, slots=True)
class Entry:
    """Something that is due: when, in seconds since 1970, what, of which account, and about what."""

    at: float
    turn: int
    action: str = field(compare=False)
    account: int = field(compare=False)
    about: str = field(default="", compare=False)


@dataclass(slots=True)
class Agenda:
    """Entries in the order in which they are due; plain data, so that it can be snapshotted."""

    entries: list[Entry] = field(default_factory=list[Entry])
    made: int = 0

    def add(self, at: float, action: str, account: int, about: str = "") -> None:
        """Something happens at a time; ``action`` is a key of ``_operations.ACTIONS``."""
        self.made += 1
        heapq.heappush(self.entries, Entry(at, self.made, action, account, about))

    def due(self, now: float) -> Entry | None:
        """Take out the next entry whose time has come."""
        if self.entries and self.entries[0].at <= now:
            return heapq.heappop(self.entries)
        return None

    @property
    def next_at(self) -> float | None:
        """When the next entry is due; None when nothing is."""
        return self.entries[0].at if self.entries else None
