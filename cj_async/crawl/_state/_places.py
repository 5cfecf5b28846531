"""One product, one place: what happens when the creation time of a product cannot be read, or changes?

Products stand in the state by creation time and id. A row without a readable time is held against the
products beside it, and a product that was known without a time moves to where it belongs. What shows
another time than before is found when the list has been read: all places of a product become one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cj_async.crawl._rows import UNDATED, Key, Row
from cj_async.crawl._state._file import Database
from cj_async.crawl._state._schema import KINDS

_NEIGHBOURS = 1_000
"""How many products beside it are looked through for one whose row shows no time."""

_AFTER = """
SELECT place FROM (SELECT place, pid FROM items WHERE kind = 0 AND place >= ?
                   ORDER BY place LIMIT ?) WHERE pid = ?
"""
_BEFORE = """
SELECT place FROM (SELECT place, pid FROM items WHERE kind = 0 AND place BETWEEN 0 AND ?
                   ORDER BY place DESC LIMIT ?) WHERE pid = ?
"""
_MOVE = "UPDATE OR IGNORE items SET place = ? WHERE kind = ? AND place = ? AND pid = ?"
_DOUBLE = """
SELECT pid, place FROM items WHERE kind = 0 AND pid IN
    (SELECT pid FROM items WHERE kind = 0 GROUP BY pid HAVING count(*) > 1)
ORDER BY pid, run DESC, place DESC
"""
_DELETE = "DELETE FROM items WHERE kind = ? AND place = ? AND pid = ?"


def settle(database: Database, rows: Sequence[Row]) -> Sequence[Row]:
    """The rows of a page, each where its product stands; moves products that stood without a time.

    Args:
        database: The state.
        rows: In the order of the page.
    """
    if any(row.created is None for row in rows) and any(row.created is not None for row in rows):
        rows = [*_beside(database, rows)]
    if _is_any_undated(database):
        for row in rows:
            if row.created is not None:
                _move(database, Key(UNDATED, row.pid), row.created)
    return rows


def unite(database: Database) -> int:
    """Leaves one place to each product, that of its newest row; returns how many had several."""
    doubles: dict[str, list[int]] = {}
    for pid, place in database.execute(_DOUBLE).fetchall():
        doubles.setdefault(pid, []).append(place)
    for pid, (kept, *others) in doubles.items():
        for place in others:
            _move(database, Key(place, pid), kept)
            for kind in range(len(KINDS)):
                database.execute(_DELETE, (kind, place, pid))
    return len(doubles)


def _beside(database: Database, rows: Sequence[Row]) -> Iterator[Row]:
    """The rows; one without a time gets that of its product, if that stands near those beside it."""
    times = [row.created for row in rows]
    for number, row in enumerate(rows):
        if row.created is not None:
            yield row
            continue
        before = next((time for time in times[number::-1] if time is not None), None)
        after = next((time for time in times[number:] if time is not None), None)
        yield row._replace(created=_found(database, row.pid, before, after))


def _found(database: Database, pid: str, before: int | None, after: int | None) -> int | None:
    found = None
    if before is not None:
        found = database.execute(_AFTER, (before, _NEIGHBOURS, pid)).fetchone()
    if found is None and after is not None:
        found = database.execute(_BEFORE, (after, _NEIGHBOURS, pid)).fetchone()
    return None if found is None else found[0]


def _is_any_undated(database: Database) -> bool:
    found = database.execute("SELECT 1 FROM items WHERE kind = 0 AND place = ? LIMIT 1", (UNDATED,))
    return found.fetchone() is not None


def _move(database: Database, key: Key, place: int) -> None:
    """Puts a product and its documents elsewhere; what stands there already stays."""
    for kind in range(len(KINDS)):
        database.execute(_MOVE, (place, kind, *key))
    database.execute("UPDATE tasks SET place = ? WHERE place = ? AND pid = ?", (place, *key))
