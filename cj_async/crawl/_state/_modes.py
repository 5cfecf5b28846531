"""How is the list read from here on? Side by side once it proved to sort; in other ways if it does not."""

from __future__ import annotations

from msgspec.structs import replace

from cj_async.crawl._segment import Segment, Step, Terms
from cj_async.crawl._split import as_scan, spans
from cj_async.crawl._state import _runs, _segments
from cj_async.crawl._state._file import Database

_PAGES_EACH = 10
"""A list with fewer pages than this for each segment is read by fewer."""

_CHECKS = 2  # pages of the self-check


def settle(
    database: Database, run: int, before: Segment, step: Step, terms: Terms, parallel: int
) -> Terms:
    """Draws the consequences of a page; returns what the list is like, by what is known now.

    Args:
        database: The state, in the transaction of the page.
        run: Number of the run.
        before: The segment before the page.
        step: Where the page led.
        terms: What the list was taken to be like.
        parallel: How many segments to begin with.
    """
    known = _runs.run_of(database, run)
    if step.doubt is not None:
        _distrust(database, known, step)
    elif known.phase == "check":
        terms = _check(database, known, before, step.segment, terms, parallel)
    if terms.cap != known.cap:
        _runs.change(database, run, cap=terms.cap)
    return terms


def _check(
    database: Database,
    run: _runs.Run,
    before: Segment,
    segment: Segment,
    terms: Terms,
    parallel: int,
) -> Terms:
    """The second page of a run must begin with the last row of the first."""
    is_second = before.requests == _CHECKS - 1 and before.cursor is not None
    if is_second and segment.repeats == before.repeats and not terms.slack and segment.rows:
        _runs.change(database, run.id, slack=terms.grain)
        _segments.store(database, replace(before, requests=segment.requests, points=segment.points))
        return replace(terms, slack=terms.grain)
    if segment.requests >= _CHECKS or segment.state != "open":
        _runs.change(database, run.id, phase="list")
        _spread(database, run.id, segment, terms, parallel)
    return terms


def _spread(database: Database, run: int, segment: Segment, terms: Terms, parallel: int) -> None:
    """Shares what is left of the first segment among several."""
    if segment.state != "open" or segment.cursor is None or segment.end is None:
        return
    due = segment.expected
    many = parallel if due is None else min(parallel, due // (terms.size * _PAGES_EACH))
    if many < _CHECKS:
        return
    first, *others = spans(segment.cursor, segment.end, many, terms)
    _segments.store(database, replace(segment, end=first.end, expected=None))
    _segments.add(database, run, others)


def _distrust(database: Database, run: _runs.Run, step: Step) -> None:
    """Goes over to a way of reading that does not need what turned out not to hold."""
    assert step.doubt is not None
    _runs.doubt(database, run.id, step.doubt)
    if step.doubt == "filter_ignored":
        _segments.store(database, replace(step.segment, state="capped"))
        return
    left = _segments.opened(database, run.id)
    if step.doubt == "unsorted":
        left = [segment for segment in left if segment.mode == "seek"]
    for segment in left:
        _segments.store(database, replace(segment, state="split"))
    if step.doubt == "unsorted":
        _runs.change(database, run.id, mode="scan", phase="list")
        _segments.add(database, run.id, [as_scan(each) for each in left])
    elif run.mode != "split":
        _runs.change(database, run.id, mode="split", phase="list")
        _segments.add(database, run.id, [Segment(mode="scan")])
