"""What happens in the one transaction of a page: rows, cursor, ledger, points and queue together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from cj_async.crawl._caps import plateau
from cj_async.crawl._rows import Row, rows_of
from cj_async.crawl._scan import scan
from cj_async.crawl._seek import seek
from cj_async.crawl._segment import Ask, Seen, Segment, Step, Terms
from cj_async.crawl._split import needs_categories, parts
from cj_async.crawl._state import _items, _modes, _runs, _segments, _tasks
from cj_async.crawl._state._file import Database

PRODUCTS = 0


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page that came, with all that is needed to store it.

    Attributes:
        ask: What was asked for.
        models: The decoded rows.
        seen: What it showed.
        pid: Reads the id of a row.
        watched: Reads the fields of a row whose change counts.
        terms: What the list is like.
        points: What it cost.
        moment: When it came, as text.
        tasks: What to queue for each new or changed product.
        categories: Ids of the third-level categories; None while they were not needed.
        parallel: How many segments to begin with, once the list has shown that it sorts.
        with_lines: Whether the rows themselves are kept.
    """

    ask: Ask
    models: Sequence[Any]
    seen: Seen
    pid: Callable[[Any], str]
    watched: Callable[[Any], Any]
    terms: Terms
    points: int
    moment: str
    tasks: tuple[str, ...] = ()
    categories: tuple[str, ...] | None = None
    parallel: int = 1
    with_lines: bool = True


class Committed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a page.

    Attributes:
        segment: Where the segment is now; None when another process took it over: nothing was stored.
        new: Places of the rows that this run sees for the first time.
        changed: How many differ from what an earlier run saw.
        repeats: How many this run had seen before.
        terms: What the list is like, by what is known now.
        doubt: What was not as relied on.
        wants_categories: Nothing was stored: the window has to be split by category.
    """

    segment: Segment | None
    new: tuple[int, ...] = ()
    changed: int = 0
    repeats: int = 0
    terms: Terms | None = None
    doubt: str | None = None
    wants_categories: bool = False


def commit(database: Database, run: int, worker: int, number: int, page: Page) -> Committed:
    """Stores a page and moves its segment on."""
    segment = _segments.held(database, number, worker)
    if segment is None:
        return Committed(segment=None)
    cap = plateau(segment, page.ask, page.seen, page.terms)
    terms = page.terms if cap is None else replace(page.terms, cap=cap)
    segment = segment if cap is None else replace(segment, expected=None)
    step = (seek if segment.mode == "seek" else scan)(segment, page.ask, page.seen, terms)
    if step.split is not None and page.categories is None and needs_categories(step.split, terms):
        return Committed(segment=segment, wants_categories=True)
    rows = rows_of(page.models, page.seen.times, pid=page.pid, watched=page.watched)
    found = _stored(database, run, page, rows)
    moved = _entered(segment, step, page, found)
    _segments.store(database, moved)
    if step.split is not None:
        _segments.add(database, run, parts(step.split, terms, page.categories or ()))
    terms = _modes.settle(
        database, run, segment, replace(step, segment=moved), terms, page.parallel
    )
    return Committed(
        segment=_segments.read(database, number),
        new=_places(rows, found),
        changed=len(found.changed),
        repeats=found.repeats,
        terms=terms,
        doubt=step.doubt,
    )


def _stored(database: Database, run: int, page: Page, rows: Sequence[Row]) -> _items.Sorted:
    found = _items.sort(database, PRODUCTS, run, rows)
    _items.keep(database, PRODUCTS, run, found, seen=page.moment, with_lines=page.with_lines)
    if page.tasks:
        pids = [row.pid for row in (*found.new, *found.changed)]
        _tasks.enqueue(database, run, pids, page.tasks)
    _runs.add(
        database,
        run,
        requests=1,
        points=page.points,
        rows=len(rows),
        new=len(found.new),
        changed=len(found.changed),
        repeats=found.repeats,
        undated=sum(time is None for time in page.seen.times),
    )
    return found


def _entered(segment: Segment, step: Step, page: Page, found: _items.Sorted) -> Segment:
    """The segment with the page in its ledger."""
    rows = len(page.models)
    return replace(
        step.segment,
        rows=segment.rows + rows,
        distinct=segment.distinct + rows - found.repeats,
        repeats=segment.repeats + found.repeats,
        requests=segment.requests + 1,
        points=segment.points + page.points,
    )


def _places(rows: Sequence[Row], found: _items.Sorted) -> tuple[int, ...]:
    """Where in the page the rows stand that this run sees for the first time."""
    first = {row.pid: place for place, row in reversed([*enumerate(rows)])}
    fresh = [row.pid for row in (*found.new, *found.changed)] + found.same
    return tuple(sorted(first[pid] for pid in fresh))
