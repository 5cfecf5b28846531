"""Which products are known, and which lines say so?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from cj_async.crawl._rows import Key, Row, lines_of
from cj_async.crawl._state import _places
from cj_async.crawl._state._file import Database

# One statement for all rows of a page takes half the time of one for each.
_UPSERT = """
INSERT INTO items (kind, place, pid, hash, position, run) VALUES {}
ON CONFLICT (kind, place, pid) DO UPDATE SET
    hash = excluded.hash, position = excluded.position, run = excluded.run, missing = 0, gone = 0
"""
_TOUCH = """
UPDATE items SET run = ?, missing = 0 FROM (VALUES {}) AS seen
WHERE kind = ? AND place = seen.column1 AND pid = seen.column2
"""
_KNOWN = """
WITH wanted (place, pid) AS (VALUES {})
SELECT items.pid, hash, run, gone FROM wanted CROSS JOIN items
    ON kind = ? AND items.place = wanted.place AND items.pid = wanted.pid
"""
_PEACE = -8
"""So many complete runs more may miss a product before CJ is asked for it once more."""

_ONE = "kind = 0 AND place = ? AND pid = ?"


class Sorted(NamedTuple):
    """The rows of a page by what they are.

    Attributes:
        new: Rows of products that were not known, or were gone.
        changed: Rows that differ from what is known.
        same: Products whose row is as it was.
        repeats: Rows that this run had seen before.
    """

    new: list[Row]
    changed: list[Row]
    same: list[Key]
    repeats: int


def sort(database: Database, kind: int, run: int, rows: Sequence[Row]) -> Sorted:
    """Tells new rows from changed and known ones; a row that stands twice counts once."""
    if kind == 0:
        rows = _places.settle(database, rows)
    before = known(database, kind, [row.key for row in rows])
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
            found.same.append(row.key)
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
        rows = ((kind, *row.key, row.hash, position, run) for row in fresh)
        database.execute(_UPSERT.format(places), [*chain.from_iterable(rows)])
    if found.same:
        places = ", ".join(["(?, ?)"] * len(found.same))
        database.execute(_TOUCH.format(places), (run, *chain.from_iterable(found.same), kind))
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


def newest(database: Database) -> int | None:
    """The newest creation time of a product, milliseconds since 1970; None where none is known."""
    found = database.execute("SELECT max(place) FROM items WHERE kind = 0").fetchone()[0]
    return None if found is None or found < 0 else int(found)


def count_missing(database: Database, run: int) -> None:
    """Notes which products a complete run did not see."""
    database.execute(
        "UPDATE items SET missing = missing + 1 WHERE kind = 0 AND run < ? AND gone = 0", (run,)
    )


def suspects(database: Database, least: int) -> list[Key]:
    """Products that so many complete runs in a row did not see."""
    rows = database.execute(
        "SELECT place, pid FROM items WHERE kind = 0 AND gone = 0 AND missing >= ?", (least,)
    )
    return [Key(*row) for row in rows]


def bury(database: Database, run: int, key: Key, body: bytes, *, seen: str) -> None:
    """Marks a product as removed, and tells the sinks."""
    position = append(database, 0, run, [("removed", body)], seen=seen)
    database.execute(
        f"UPDATE items SET gone = 1, position = ?, run = ? WHERE {_ONE}",  # noqa: S608
        (position, run, *key),
    )


def revive(database: Database, key: Key) -> None:
    """Notes that a product is there after all, although lists do not show it; it is left in peace a while."""
    database.execute(f"UPDATE items SET missing = ? WHERE {_ONE}", (_PEACE, *key))  # noqa: S608


def known(database: Database, kind: int, keys: Sequence[Key]) -> dict[str, tuple[int, int, int]]:
    """What is known of products: hash, the run that saw them last, whether they are gone."""
    if not keys:
        return {}
    places = ", ".join(["(?, ?)"] * len(keys))
    rows = database.execute(_KNOWN.format(places), (*chain.from_iterable(keys), kind))
    return {pid: (value, run, gone) for pid, value, run, gone in rows}
