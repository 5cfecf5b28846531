"""Which products are known, and which lines say so?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, NamedTuple

from cj_async.crawl._rows import Row, lines_of
from cj_async.crawl._state._file import Database

# One statement for all rows of a page: a statement for each would hand the interpreter back and forth.
_UPSERT = """
INSERT INTO items (kind, pid, hash, created, position, run) VALUES {}
ON CONFLICT (kind, pid) DO UPDATE SET
    hash = excluded.hash, created = coalesce(excluded.created, created),
    position = excluded.position, run = excluded.run, missing = 0, gone = 0
"""
_TOUCH = "UPDATE items SET run = ?, missing = 0 WHERE kind = ? AND pid IN ({})"


class Sorted(NamedTuple):
    """The rows of a page by what they are.

    Attributes:
        new: Rows of products that were not known, or were gone.
        changed: Rows that differ from what is known.
        same: Ids of products whose row is as it was.
        repeats: Rows that this run had seen before.
    """

    new: list[Row]
    changed: list[Row]
    same: list[str]
    repeats: int


def sort(database: Database, kind: int, run: int, rows: Sequence[Row]) -> Sorted:
    """Tells new rows from changed and known ones; a row that stands twice counts once."""
    before = known(database, kind, [row.pid for row in rows])
    found = Sorted([], [], [], 0)
    repeats, here = 0, set[str]()
    for row in rows:
        was = before.get(row.pid)
        if row.pid in here or (was is not None and was[1] == run):
            repeats += 1
        elif was is None or was[2]:
            found.new.append(row)
        elif was[0] != row.hash:
            found.changed.append(row)
        else:
            found.same.append(row.pid)
        here.add(row.pid)
    return found._replace(repeats=repeats)


def keep(
    database: Database, kind: int, run: int, found: Sorted, *, seen: str, with_lines: bool
) -> int | None:
    """Stores what is new, changed and seen again; returns the position of its lines, if any."""
    fresh = [*found.new, *found.changed]
    position = None
    if fresh and with_lines:
        told = [("new", row.body) for row in found.new]
        told += [("changed", row.body) for row in found.changed]
        position = append(database, kind, run, told, seen=seen)
    if fresh:
        places = ", ".join(["(?, ?, ?, ?, ?, ?)"] * len(fresh))
        rows = ((kind, row.pid, row.hash, row.created, position, run) for row in fresh)
        database.execute(_UPSERT.format(places), [*chain.from_iterable(rows)])
    if found.same:
        places = ", ".join("?" * len(found.same))
        database.execute(_TOUCH.format(places), (run, kind, *found.same))
    return position


def repeated(database: Database, segment: int, rows: Sequence[Row]) -> int:
    """How many rows of a page a window has shown before, or shows twice here."""
    pids = [*{row.pid for row in rows}]
    marks = ", ".join("?" * len(pids))
    before = database.execute(
        f"SELECT count(*) FROM shown WHERE segment = ? AND pid IN ({marks})",  # noqa: S608
        [segment, *pids],
    ).fetchone()[0]
    return int(before) + len(rows) - len(pids)


def show(database: Database, segment: int, rows: Sequence[Row]) -> None:
    """Notes which rows a window has shown in this turn."""
    values = [(segment, row.pid) for row in rows]
    database.executemany("INSERT OR IGNORE INTO shown VALUES (?, ?)", values)


def forget_shown(database: Database, segment: int) -> None:
    """Forgets which rows a window has shown: it is done, or begins anew."""
    database.execute("DELETE FROM shown WHERE segment = ?", (segment,))


def append(
    database: Database, kind: int, run: int, told: Sequence[tuple[str, bytes]], *, seen: str
) -> int:
    """Adds lines for the sinks; returns their position."""
    cursor = database.execute(
        "INSERT INTO pages (run, kind, count, lines) VALUES (?, ?, ?, ?)",
        (run, kind, len(told), lines_of(told, run=run, seen=seen)),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def count(database: Database, kind: int) -> int:
    """How many there are of a kind, those apart that are gone."""
    return int(
        database.execute(
            "SELECT count(*) FROM items WHERE kind = ? AND gone = 0", (kind,)
        ).fetchone()[0]
    )


def count_missing(database: Database, run: int) -> None:
    """Notes which products a complete run did not see."""
    database.execute(
        "UPDATE items SET missing = missing + 1 WHERE kind = 0 AND run < ? AND gone = 0", (run,)
    )


def suspects(database: Database, least: int) -> list[str]:
    """Products that so many complete runs in a row did not see."""
    rows = database.execute(
        "SELECT pid FROM items WHERE kind = 0 AND gone = 0 AND missing >= ?", (least,)
    )
    return [pid for (pid,) in rows]


def bury(database: Database, run: int, pid: str, body: bytes, *, seen: str) -> None:
    """Marks a product as removed, and tells the sinks."""
    position = append(database, 0, run, [("removed", body)], seen=seen)
    database.execute(
        "UPDATE items SET gone = 1, position = ?, run = ? WHERE kind = 0 AND pid = ?",
        (position, run, pid),
    )


def revive(database: Database, pid: str) -> None:
    """Notes that a product is there after all, although lists do not show it."""
    database.execute("UPDATE items SET missing = 0 WHERE kind = 0 AND pid = ?", (pid,))


def known(database: Database, kind: int, pids: Iterable[str]) -> dict[str, tuple[int, int, int]]:
    """What is known of products: hash, the run that saw them last, whether they are gone."""
    wanted: list[Any] = [*pids]
    marks = ", ".join("?" * len(wanted))
    rows = database.execute(
        f"SELECT pid, hash, run, gone FROM items WHERE kind = ? AND pid IN ({marks})",  # noqa: S608
        [kind, *wanted],
    )
    return {pid: (value, run, gone) for pid, value, run, gone in rows}
