"""PURE: where does a page lead that was asked for by creation time, oldest first?

The next page begins with the creation time of the last row, inclusive, so that nothing between two
pages is missed however products come and go. Pages are numbered on only inside a moment that fills a
whole page.
"""

from __future__ import annotations

from itertools import pairwise

from msgspec.structs import replace

from cj_async.crawl._segment import Ask, Doubt, Seen, Segment, Step, Terms, as_read

HOLLOW = 3
"""Empty pages in a row that are believed, although rows were due."""


def seek(segment: Segment, ask: Ask, seen: Seen, terms: Terms) -> Step:
    """Moves a segment on by a page.

    Args:
        segment: As it was when the page came; its end may have moved since the page was asked for.
        ask: What the page was asked for.
        seen: What it showed.
        terms: What the list is like.
    """
    if seen.beyond_cap:
        return _past_moment(segment, terms)
    doubt = _doubt(ask, seen, terms)
    if doubt is not None:
        return Step(segment=segment, doubt=doubt)
    told = as_read(segment, seen)
    if not seen.times:
        return Step(segment=_after_nothing(told, ask, seen, terms))
    times = _filled(seen.times, ask)
    told = replace(told, hollow=0, gap=told.gap + _surprise(segment, ask, seen, terms))
    if _is_last(told, ask, seen, times[-1], terms):
        return Step(segment=replace(told, state="done", expected=None))
    begin = _aligned(times[-1], terms)
    if ask.start is None or begin - terms.slack > ask.start:
        left = _left(ask, seen, times, begin, terms) if _is_asked_end(told, ask, terms) else None
        return Step(segment=replace(told, cursor=begin, page=1, expected=left))
    if terms.is_reachable(ask.page + 1):
        return Step(segment=replace(told, page=ask.page + 1))
    return _past_moment(told, terms)


def _doubt(ask: Ask, seen: Seen, terms: Terms) -> Doubt | None:
    """Whether rows are out of order, or earlier than asked for."""
    known = [time for time in seen.times if time is not None]
    if ask.start is not None and any(time < ask.start - terms.grain for time in known):
        return "time_ignored"
    if any(later < earlier for earlier, later in pairwise(known)):
        return "unsorted"
    return None


def _filled(times: tuple[int | None, ...], ask: Ask) -> list[int]:
    """Rows without a time get that of their neighbour: they stand in order, too."""
    filled: list[int] = []
    before = (
        ask.start if ask.start is not None else min((t for t in times if t is not None), default=0)
    )
    for time in times:
        before = before if time is None else time
        filled.append(before)
    return filled


def _aligned(time: int, terms: Terms) -> int:
    return time - time % terms.grain


def _after_nothing(segment: Segment, ask: Ask, seen: Seen, terms: Terms) -> Segment:
    """An empty page is the end, unless rows were due: then it is asked for again, a few times."""
    due = seen.total if seen.total is not None else (segment.expected or 0)
    missing = max(0, due - (ask.page - 1) * terms.size)
    if not missing:
        return replace(segment, state="done", expected=None)
    if segment.hollow + 1 < HOLLOW:
        return replace(segment, hollow=segment.hollow + 1)
    return replace(segment, state="done", gap=segment.gap + missing, expected=None)


def _surprise(segment: Segment, ask: Ask, seen: Seen, terms: Terms) -> int:
    """By how many rows the total differs from what the page before let expect."""
    is_comparable = ask.page == 1 and _is_asked_end(segment, ask, terms)
    if segment.expected is None or not is_comparable or seen.total is None:
        return 0
    return abs(seen.total - segment.expected)


def _is_asked_end(segment: Segment, ask: Ask, terms: Terms) -> bool:
    """Whether the page was asked for with the end that the segment has now."""
    return ask.end == (None if segment.end is None else segment.end + terms.slack)


def _is_last(segment: Segment, ask: Ask, seen: Seen, last: int, terms: Terms) -> bool:
    if segment.end is not None and last > segment.end:
        return True
    so_far = (ask.page - 1) * terms.size + len(seen.times)
    return terms.is_exact(seen.total) and so_far >= (seen.total or 0)


def _left(ask: Ask, seen: Seen, times: list[int], begin: int, terms: Terms) -> int | None:
    """How many rows a query from the new cursor on should show."""
    if not terms.is_exact(seen.total):
        return None
    passed = (ask.page - 1) * terms.size + sum(time < begin - terms.slack for time in times)
    return (seen.total or 0) - passed


def _past_moment(segment: Segment, terms: Terms) -> Step:
    """A single moment holds more rows than a query shows: it is split, the rest goes on after it."""
    moment = segment.cursor if segment.cursor is not None else segment.start
    if moment is None:
        return Step(segment=replace(segment, state="capped"))
    last = moment + terms.grain - 1
    window = Segment(mode="scan", start=moment, end=last)
    rest = replace(segment, cursor=last + 1, page=1, expected=None)
    if segment.end is not None and rest.cursor is not None and rest.cursor > segment.end:
        rest = replace(rest, state="done")
    return Step(segment=rest, split=window)
