"""Which windows of the list are still to be read, and who reads them?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from msgspec.structs import replace

from cj_async.crawl._segment import Segment, Terms
from cj_async.crawl._split import tail
from cj_async.crawl._state._file import Database

_ENCODE = msgspec.json.Encoder().encode
_DECODE = msgspec.json.Decoder(Segment).decode
_FEWEST_PAGES = 6
"""A segment with fewer pages to go is not worth sharing: each one more costs about half a page."""

_PAGES_PER_OTHER = 4
"""And so many more for each that is being read: while many are, nobody's rate is left unused."""

_NEXT = """
WITH opened AS (
    SELECT id, worker, body, json_extract(body, '$.family') AS family,
        CASE WHEN json_extract(body, '$.mode') IS NOT 'count' THEN 1
             WHEN json_extract(body, '$.before') IS NULL THEN 0 ELSE 2 END AS stage
    FROM segments WHERE run = ? AND state = 'open'),
staged AS (SELECT *, min(stage) OVER (PARTITION BY family) AS now FROM opened)
SELECT body FROM staged WHERE worker IS NULL AND (family IS NULL OR stage = now) ORDER BY id LIMIT 1
"""
"""A family is counted as a whole before the first of it is read, and again after the last of it."""

_SHARE = 0.01  # of the pages so far: what sharing costs stays below half of it


def add(database: Database, run: int, segments: Iterable[Segment]) -> list[Segment]:
    """Stores new segments; returns them with their numbers."""
    return [_added(database, run, segment) for segment in segments]


def store(database: Database, segment: Segment) -> None:
    """Stores where a segment is."""
    database.execute(
        "UPDATE segments SET state = ?, body = ? WHERE id = ?",
        (segment.state, _ENCODE(segment).decode(), segment.id),
    )


def held(database: Database, number: int, worker: int) -> Segment | None:
    """A segment as it is now; None when this worker does not hold it (any more)."""
    row = database.execute(
        "SELECT body FROM segments WHERE id = ? AND worker = ? AND state = 'open'", (number, worker)
    ).fetchone()
    return None if row is None else _DECODE(row[0])


def read(database: Database, number: int) -> Segment:
    """A segment by its number."""
    row = database.execute("SELECT body FROM segments WHERE id = ?", (number,)).fetchone()
    return _DECODE(row[0])


def claim(database: Database, run: int, worker: int) -> Segment | None:
    """Takes an open segment that nobody holds, and for which nothing else has to be done first."""
    row = database.execute(_NEXT, (run,)).fetchone()
    return None if row is None else _taken(database, _DECODE(row[0]), worker)


def share(database: Database, run: int, worker: int, terms: Terms) -> Segment | None:
    """Takes the later half of the seek that has most before it; None when none is worth it."""
    others = opened(database, run)
    best = max(others, key=lambda each: ahead(each, terms), default=None)
    if best is None or best.end is None or best.cursor is None:
        return None
    done = database.execute("SELECT requests FROM runs WHERE id = ?", (run,)).fetchone()[0]
    least = max(_FEWEST_PAGES, _PAGES_PER_OTHER * len(others), done * _SHARE)
    if ahead(best, terms) < terms.size * least:
        return None
    middle = (best.cursor + best.end) // 2
    middle -= middle % terms.grain
    if middle <= best.cursor:
        return None
    kept, rest = tail(best, middle)
    store(database, kept)
    return _taken(database, _added(database, run, rest), worker)


def ahead(segment: Segment, terms: Terms) -> float:
    """About how many rows a seek still has before it; 0 where that is not known."""
    if segment.mode != "seek" or segment.cursor is None or segment.end is None:
        return 0.0
    if segment.expected is not None:
        return segment.expected
    gone = segment.cursor - (segment.start if segment.start is not None else segment.cursor)
    least = terms.cap if terms.cap and segment.last_total == terms.cap else 0
    if gone <= 0:
        return least or 0
    return max(segment.distinct / gone * (segment.end - segment.cursor), 0.0)


def release(database: Database, number: int, worker: int) -> None:
    """Lets go of a segment, unless another process has taken it over."""
    database.execute(
        "UPDATE segments SET worker = NULL WHERE id = ? AND worker = ?", (number, worker)
    )


def supersede(database: Database, run: int) -> None:
    """Marks all segments of a run as split: what they stood for is read in another way."""
    for segment in every(database, run):
        store(database, replace(segment, state="split", fresh=0))
    database.execute("DELETE FROM shown")


def opened(database: Database, run: int) -> list[Segment]:
    """The segments that are not done."""
    rows = database.execute("SELECT body FROM segments WHERE run = ? AND state = 'open'", (run,))
    return [_DECODE(body) for (body,) in rows.fetchall()]


def closed(database: Database, run: int) -> set[int]:
    """Numbers of the segments that are done."""
    rows = database.execute(
        "SELECT id FROM segments WHERE run = ? AND state IN ('done', 'split', 'capped')", (run,)
    )
    return {number for (number,) in rows}


def is_any_open(database: Database, run: int) -> bool:
    """Whether something of the list is still to be read."""
    found = database.execute(
        "SELECT 1 FROM segments WHERE run = ? AND state = 'open' LIMIT 1", (run,)
    ).fetchone()
    return found is not None


def is_family_open(database: Database, run: int, family: int) -> bool:
    """Whether something of a family is still to be counted or read."""
    found = database.execute(
        "SELECT 1 FROM segments WHERE run = ? AND state = 'open'"
        " AND json_extract(body, '$.family') = ? LIMIT 1",
        (run, family),
    ).fetchone()
    return found is not None


def every(database: Database, run: int) -> Iterator[Segment]:
    """All segments of a run."""
    rows = database.execute("SELECT body FROM segments WHERE run = ? ORDER BY id", (run,))
    return (_DECODE(body) for (body,) in rows.fetchall())


def _added(database: Database, run: int, segment: Segment) -> Segment:
    cursor = database.execute(
        "INSERT INTO segments (run, state, body) VALUES (?, ?, '')", (run, segment.state)
    )
    assert cursor.lastrowid is not None
    numbered = replace(segment, id=cursor.lastrowid)
    store(database, numbered)
    return numbered


def _taken(database: Database, segment: Segment, worker: int) -> Segment:
    database.execute("UPDATE segments SET worker = ? WHERE id = ?", (worker, segment.id))
    return segment
