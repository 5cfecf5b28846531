"""Who is at work on a state, who is told, and what is left to do? In numbers, for whoever asks."""

from __future__ import annotations

from typing import NamedTuple

from cj_async.crawl._state._file import Database


class Told(NamedTuple):
    """A sink, and how far it is."""

    name: str
    position: int


class Entered(NamedTuple):
    """A process that is entered, and until when it counts as alive; seconds since 1970."""

    process: int
    host: str
    lease: float


def sinks(database: Database) -> list[Told]:
    """The sinks that were ever told."""
    return [
        Told(*row) for row in database.execute("SELECT name, position FROM sinks ORDER BY name")
    ]


def workers(database: Database) -> list[Entered]:
    """The processes that entered and did not leave; one that was killed is among them."""
    rows = database.execute("SELECT process, host, lease FROM workers ORDER BY id")
    return [Entered(*row) for row in rows]


def parked(database: Database) -> int:
    """How many tasks are parked."""
    found = database.execute("SELECT count(*) FROM tasks WHERE state = 'parked'").fetchone()
    return int(found[0])
