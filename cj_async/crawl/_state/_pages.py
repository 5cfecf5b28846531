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
from cj_async.crawl._segment import Ask, Seen, Segment, Step, Terms, ask_of, asked_end
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
    known = _runs.run_of(database, run)
    terms = _modes.agreed(known, page.terms, is_refused=page.seen.beyond_cap)
    cap = plateau(segment, page.ask, page.seen, terms)
    if cap is not None:
        terms, segment = replace(terms, cap=cap), replace(segment, expected=None)
    rows = rows_of(page.models, page.seen.times, pid=page.pid, watched=page.watched)
    found = _items.sort(database, PRODUCTS, run, rows)
    seen = replace(page.seen, known=found.repeats, repeated=_repeated(database, segment, rows))
    step = _step(segment, page.ask, seen, terms)
    if step.split is not None and page.categories is None and needs_categories(step.split, terms):
        return Committed(segment=segment, wants_categories=True)
    _store(database, run, page, rows, found)
    moved = _noted(database, segment, _entered(segment, step, page, found), rows, terms)
    _segments.store(database, moved)
    if step.aside is not None:
        _segments.add(database, run, [step.aside])
    if step.split is not None:
        _segments.add(database, run, parts(step.split, terms, page.categories or ()))
    terms = _modes.settle(
        database, known, segment, replace(step, segment=moved), terms, page.parallel
    )
    if moved.family and not _segments.is_family_open(database, run, moved.family):
        _items.forget_shown(database, moved.family)
    return Committed(
        segment=_segments.read(database, number),
        new=_places(rows, found),
        changed=len(found.changed),
        repeats=found.repeats,
        terms=terms,
        doubt=step.doubt,
    )


def _step(segment: Segment, ask: Ask, seen: Seen, terms: Terms) -> Step:
    """Where a page leads; nowhere when it was asked for before others learned to begin earlier."""
    start = ask_of(segment, terms).start
    if start is not None and ask.start is not None and ask.start > start:
        return Step(segment=segment)
    return (seek if segment.mode == "seek" else scan)(segment, ask, seen, terms)


def _store(
    database: Database, run: int, page: Page, rows: Sequence[Row], found: _items.Sorted
) -> None:
    """Enters the rows of a page, and what is to be done for them."""
    _items.keep(database, PRODUCTS, run, found, seen=page.moment, with_lines=page.with_lines)
    if page.tasks:
        for rows_of_kind, whose in ((found.new, _tasks.NEW), (found.changed, _tasks.CHANGED)):
            _tasks.enqueue(database, run, [row.key for row in rows_of_kind], page.tasks, whose)
    _runs.add(
        database,
        run,
        rows=len(rows),
        new=len(found.new),
        changed=len(found.changed),
        repeats=found.repeats,
    )


def _repeated(database: Database, segment: Segment, rows: Sequence[Row]) -> int:
    """How many rows of the page its window has shown before; no seek asks for that."""
    return 0 if segment.mode == "seek" else _items.repeated(database, segment.id, rows)


def _noted(
    database: Database, before: Segment, moved: Segment, rows: Sequence[Row], terms: Terms
) -> Segment:
    """Keeps in mind what a window has shown, as long as it is being paged through; and its family.

    An answer that was not believed counts for nothing: its rows come again.
    """
    if moved.mode == "seek" or moved.hollow > before.hollow:
        return moved
    if moved.state == "open" and moved.turn == before.turn:
        _items.show(database, moved.id, rows)
    else:
        _items.forget_shown(database, moved.id)
    if not moved.family:
        return moved
    end = asked_end(moved, terms)
    due = [row for row in rows if end is None or row.created is None or row.created <= end]
    fresh = len(due) - _items.repeated(database, moved.family, due)
    _items.show(database, moved.family, due)
    return replace(moved, fresh=moved.fresh + fresh)


def _entered(segment: Segment, step: Step, page: Page, found: _items.Sorted) -> Segment:
    """The segment with the page in its ledger."""
    rows = len(page.models)
    return replace(
        step.segment,
        rows=segment.rows + rows,
        distinct=segment.distinct + rows - found.repeats,
        repeats=segment.repeats + found.repeats,
        unread=segment.unread + page.seen.unread,
        undated=segment.undated + sum(time is None for time in page.seen.times),
        requests=segment.requests + 1,
        points=segment.points + page.points,
    )


def _places(rows: Sequence[Row], found: _items.Sorted) -> tuple[int, ...]:
    """Where in the page the rows stand that this run sees for the first time."""
    first = {row.pid: place for place, row in reversed([*enumerate(rows)])}
    fresh = [row.pid for row in (*found.new, *found.changed)] + [key.pid for key in found.same]
    return tuple(sorted(first[pid] for pid in fresh))
