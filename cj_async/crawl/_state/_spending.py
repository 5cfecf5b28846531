"""What have calls cost that the state does not know of yet? The next transaction takes it along."""

from __future__ import annotations

from typing import NamedTuple

from cj_async.crawl._state import _runs
from cj_async.crawl._state._file import Database


class _Spent(NamedTuple):
    requests: int = 0
    points: int = 0


class Spending:
    """The calls of this process, and their points: added as they end, entered in the run at the next chance.

    Args:
        run: Number of the run.
    """

    def __init__(self, run: int) -> None:
        self._run = run
        self._made = self._entering = self._entered = _Spent()

    def add(self, points: int) -> None:
        """Adds a call that was sent."""
        made = self._made
        self._made = _Spent(made.requests + 1, made.points + points)

    def enter(self, database: Database) -> None:
        """Enters what is new; may be another thread than the one that adds."""
        self._entering = made = self._made
        requests = made.requests - self._entered.requests
        if requests:
            points = made.points - self._entered.points
            _runs.add(database, self._run, requests=requests, points=points)

    def entered(self) -> None:
        """Notes that it is committed."""
        self._entered = self._entering
