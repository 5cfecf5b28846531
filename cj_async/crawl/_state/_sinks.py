"""How far has each sink been told, and what comes next for it?"""

from __future__ import annotations

from typing import NamedTuple

from cj_async.crawl._state._file import Database


class Mark(NamedTuple):
    """How far a sink is: the position, and its own token for it."""

    position: int
    token: str | None
    is_new: bool


class Lines(NamedTuple):
    """Lines of one kind at one position."""

    position: int
    kind: int
    many: int
    lines: bytes


def enter(database: Database, name: str, worker: int) -> Mark | None:
    """Takes a sink; None when another process has it."""
    row = database.execute(
        "SELECT position, token, worker FROM sinks WHERE name = ?", (name,)
    ).fetchone()
    if row is None:
        database.execute("INSERT INTO sinks (name, worker) VALUES (?, ?)", (name, worker))
        return Mark(0, None, is_new=True)
    if row[2] not in (None, worker):
        return None  # one that let go of it, or died, is not there any more
    database.execute("UPDATE sinks SET worker = ? WHERE name = ?", (worker, name))
    return Mark(row[0], row[1], is_new=False)


def confirm(database: Database, name: str, worker: int, position: int, token: str | None) -> bool:
    """Notes how far a sink is; False when another process has it."""
    cursor = database.execute(
        "UPDATE sinks SET position = ?, token = ? WHERE name = ? AND worker = ?",
        (position, token, name, worker),
    )
    return bool(cursor.rowcount)


def is_left(database: Database, name: str, now: float) -> bool | None:
    """Whether another process still has a sink, and something to hand to it.

    Returns:
        True when it has; False when it has handed on everything, or has let go; None when it has not
        been heard of for so long that there is no waiting for it.
    """
    row = database.execute(
        "SELECT position, lease FROM sinks LEFT JOIN workers ON workers.id = worker WHERE name = ?",
        (name,),
    ).fetchone()
    if row is None or row[1] is None or row[0] >= last(database):
        return False
    return None if row[1] < now else True


def forget(database: Database, name: str) -> None:
    """Forgets a sink that could not be opened the first time."""
    database.execute("DELETE FROM sinks WHERE name = ? AND position = 0", (name,))


def due(database: Database, position: int, most: int) -> list[Lines]:
    """The lines after a position, in order: at least one page, and no more than so many lines."""
    found: list[Lines] = []
    total = 0
    rows = database.execute(
        "SELECT position, kind, count, lines FROM pages WHERE position > ? ORDER BY position",
        (position,),
    )
    for row in rows:
        page = Lines(*row)
        total += page.many
        if found and total > most:
            break
        found.append(page)
    rows.close()
    return found


def waiting(database: Database, position: int) -> int:
    """How many lines stand after a position."""
    found = database.execute(
        "SELECT sum(count) FROM pages WHERE position > ?", (position,)
    ).fetchone()[0]
    return int(found or 0)


def last(database: Database) -> int:
    """The newest position."""
    return int(database.execute("SELECT coalesce(max(position), 0) FROM pages").fetchone()[0])
