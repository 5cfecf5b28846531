"""Which products are drawn, so that each has the same chance, however many there are?"""

from __future__ import annotations

from random import Random

from cj_async.crawl._rows import UNDATED
from cj_async.crawl._state._file import Database

_LISTED = "kind = 0 AND gone = 0"
_DATED = f"{_LISTED} AND place BETWEEN 0 AND ?"


def earliest(database: Database, until: int) -> int | None:
    """The earliest creation time that is known; None when none is, up to some time."""
    query = f"SELECT min(place) FROM items WHERE {_DATED}"  # noqa: S608
    found: int | None = database.execute(query, (until,)).fetchone()[0]
    return found


def times(database: Database, chance: Random, many: int, until: int) -> list[int]:
    """Creation times of so many products that were created by a time."""
    return [row[1] for row in _drawn(database, chance, many, _DATED, until)]


def pids(database: Database, chance: Random, many: int) -> list[str]:
    """Ids of so many products; fewer when there are not as many."""
    return [str(row[0]) for row in _drawn(database, chance, many, _LISTED)]


def _drawn(
    database: Database, chance: Random, many: int, condition: str, *values: int
) -> list[tuple[str, int]]:
    """Walks the table once, from one drawn place to the next."""
    counting = f"SELECT count(*) FROM items WHERE {condition}"  # noqa: S608
    step = (
        f"SELECT pid, place FROM items WHERE {condition} AND (place, pid) > (?, ?)"  # noqa: S608
        " ORDER BY place, pid LIMIT 1 OFFSET ?"
    )
    count = database.execute(counting, values).fetchone()[0]
    found: list[tuple[str, int]] = []
    last, passed = (UNDATED - 1, ""), 0
    for place in sorted(chance.sample(range(count), min(many, count))):
        row = database.execute(step, (*values, *last, place - passed)).fetchone()
        found.append(row)
        last, passed = (row[1], row[0]), place + 1
    return found
