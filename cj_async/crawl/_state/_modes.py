"""How is the list read from here on? Side by side once it proved to sort; in other ways if it does not."""

from __future__ import annotations

from msgspec.structs import replace

from cj_async.crawl._scan import is_large
from cj_async.crawl._segment import Segment, Step, Terms
from cj_async.crawl._split import by_time, has_span, spans
from cj_async.crawl._state import _runs, _segments
from cj_async.crawl._state._file import Database

_PAGES_EACH = 30
"""A list with fewer pages than this for each segment is read by fewer: each one costs half a page."""

_BARREN = 100
"""Splits beyond the fruitful ones that may bring nothing new, before they are given up."""


def agreed(run: _runs.Run, terms: Terms, *, is_refused: bool) -> Terms:
    """What the list is like by what all processes have learned in a run; a refusal told the cap."""
    cap = terms.cap if is_refused else run.cap
    return replace(terms, cap=cap, slack=max(terms.slack, run.slack))


def settle(
    database: Database, run: _runs.Run, before: Segment, step: Step, terms: Terms, parallel: int
) -> Terms:
    """Draws the consequences of a page; returns what the list is like, by what is known now.

    Args:
        database: The state, in the transaction of the page.
        run: The run, as it was before the page.
        before: The segment before the page.
        step: Where the page led.
        terms: What the list was taken to be like.
        parallel: How many segments to begin with.
    """
    if step.doubt is not None:
        _distrust(database, run, step.segment, step.doubt, terms)
    elif step.is_late:
        _runs.change(database, run.id, slack=terms.grain)
        terms = replace(terms, slack=terms.grain)
    elif step.split is not None and _is_barren(database, run.id, step.segment):
        _stop_splitting(database, run, step.split, terms)
    elif run.phase == "check" and step.segment.mode == "seek":
        _check(database, run.id, before, step.segment, terms, parallel)
    if terms.cap != run.cap:
        _runs.change(database, run.id, cap=terms.cap)
        _expect_nothing(database, run.id)
    return terms


def _expect_nothing(database: Database, run: int) -> None:
    """Forgets what totals let expect while they were taken to be exact, and were the cap."""
    for segment in _segments.opened(database, run):
        if segment.expected is not None:
            _segments.store(database, replace(segment, expected=None))


def _check(
    database: Database, run: int, before: Segment, segment: Segment, terms: Terms, parallel: int
) -> None:
    """A page proves it: in order, not too early, and beginning with the row that the last one ended with.

    That the end of a window is kept needs no proof: a segment ends with the first row after it.
    """
    is_proven = before.is_tied and not segment.hollow and segment.loose == before.loose
    if is_proven or segment.state != "open":
        _runs.change(database, run, phase="list")
        _spread(database, run, segment, terms, parallel)


def _spread(database: Database, run: int, segment: Segment, terms: Terms, parallel: int) -> None:
    """Shares what is left of the first segment among several."""
    if segment.state != "open" or segment.cursor is None or segment.end is None:
        return
    many = min(parallel, int(_segments.ahead(segment, terms)) // (terms.size * _PAGES_EACH))
    if many < 2:
        return
    first, *others = spans(segment.cursor, segment.end, many, terms)
    _segments.store(database, replace(segment, end=first.end, expected=None, last_total=None))
    _segments.add(database, run, others)


def _distrust(
    database: Database, run: _runs.Run, segment: Segment, doubt: str, terms: Terms
) -> None:
    """Goes over to a way of reading that does not need what turned out not to hold."""
    _runs.doubt(database, run.id, doubt)
    if doubt == "filter_ignored":
        _give_up(database, run.id, segment)
        return
    _segments.supersede(database, run.id)
    if doubt == "time_ignored":
        _runs.change(database, run.id, mode="split", phase="list")
        _segments.add(database, run.id, [Segment(mode="scan", end=run.until)])
    else:
        _runs.change(database, run.id, mode="scan", phase="list")
        _segments.add(database, run.id, [_root(run, segment, terms)])


def _root(run: _runs.Run, segment: Segment, terms: Terms) -> Segment:
    """The window that everything is in; without a start where it can be read in one.

    A start may hide what has no creation time.
    """
    is_all = (
        segment.mode == "seek" and segment.cursor is None and terms.is_exact(segment.last_total)
    )
    if segment.undated and is_all and not is_large(segment.last_total, terms):
        return Segment(mode="scan", end=run.until)
    return by_time(run.since, run.until)


def _give_up(database: Database, run: int, segment: Segment) -> None:
    """A filter does not part the rows: neither for this window nor, if it never did, for others."""
    _segments.store(database, replace(segment, state="capped"))
    alike = [
        each
        for each in _segments.every(database, run)
        if each.mode != "seek" and (each.category is None) == (segment.category is None)
    ]
    if any(each.state == "done" and each.rows for each in alike):
        return
    for each in alike:
        if each.state == "open":
            _segments.store(database, replace(each, state="capped"))


def _is_barren(database: Database, run: int, segment: Segment) -> bool:
    """Whether windows are split and split, and show the same rows all the time."""
    if segment.mode != "scan" or segment.distinct:
        return False
    split = [each for each in _segments.every(database, run) if each.state == "split"]
    fruitful = sum(each.distinct > 0 for each in split)
    return len(split) - 2 * fruitful > _BARREN


def _stop_splitting(database: Database, run: _runs.Run, window: Segment, terms: Terms) -> None:
    """What windows are split by is ignored, although no row shows it."""
    if run.mode == "scan" and has_span(window, terms):
        _distrust(database, run, window, "time_ignored", terms)
        return
    _runs.doubt(database, run.id, "filter_ignored")
    for each in _segments.opened(database, run.id):
        if each.mode != "seek":
            _segments.store(database, replace(each, state="capped"))
