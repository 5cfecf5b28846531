"""PURE: where does a page lead that belongs to a window small enough to be paged through?

The way out where a list does not sort as the seek needs it: a window with nearly as many rows as a
query shows is split, a smaller one is read page by page, and once more when its total moved meanwhile.
"""

from __future__ import annotations

from msgspec.structs import replace

from cj_async.crawl._segment import Ask, Doubt, Seen, Segment, Step, Terms, as_read

TURNS = 3
"""How often a window is read while products keep moving in it."""

NEARLY = 0.9
"""Share of the cap from which a window is split: what is added meanwhile must not reach the cap."""

_MOST_MISFITS = 0.5


def scan(segment: Segment, ask: Ask, seen: Seen, terms: Terms) -> Step:
    """Moves a window on by a page; see `_seek.seek` for the arguments."""
    if seen.beyond_cap:
        return _too_large(segment, terms)
    doubt = _doubt(ask, seen, terms)
    if doubt is not None:
        return Step(segment=segment, doubt=doubt)
    told = as_read(segment, seen)
    if segment.mode == "count" and terms.is_exact(seen.total):
        return Step(segment=replace(told, state="done"))
    if ask.page == 1 and _is_large(seen.total, terms) and can_split(segment, terms):
        return _too_large(told, terms)
    return _paged(told, ask, seen, terms)


def _doubt(ask: Ask, seen: Seen, terms: Terms) -> Doubt | None:
    known = [time for time in seen.times if time is not None]
    earliest = None if ask.start is None else ask.start - terms.grain
    latest = None if ask.end is None else ask.end + terms.grain
    outside = sum(
        (earliest is not None and time < earliest) or (latest is not None and time > latest)
        for time in known
    )
    if outside > len(known) * _MOST_MISFITS:
        return "time_ignored"
    if seen.misfits > len(seen.times) * _MOST_MISFITS:
        return "filter_ignored"
    return None


def _is_large(total: int | None, terms: Terms) -> bool:
    return total is not None and terms.cap is not None and total >= terms.cap * NEARLY


def _too_large(segment: Segment, terms: Terms) -> Step:
    if can_split(segment, terms):
        return Step(segment=replace(segment, state="split"), split=segment)
    return Step(segment=replace(segment, state="capped"))


def can_split(segment: Segment, terms: Terms) -> bool:
    """Whether a window can be made smaller: in time, by category, or by price."""
    span = None if segment.start is None or segment.end is None else segment.end - segment.start
    if span is not None and span + 1 > terms.grain:
        return True
    if terms.by_category and segment.category is None and segment.mode == "scan":
        return True
    return terms.by_price and (segment.high is None or segment.low != segment.high)


def _paged(segment: Segment, ask: Ask, seen: Seen, terms: Terms) -> Step:
    rows = segment.turn_rows + len(seen.times)
    read = replace(segment, turn_rows=rows, page=ask.page + 1)
    is_all = terms.is_exact(seen.total) and rows >= (seen.total or 0)
    if seen.times and not is_all:
        if terms.is_reachable(read.page):
            return Step(segment=read)
        return _too_large(read, terms)
    moved = abs((seen.total if seen.total is not None else rows) - rows)
    if (moved or seen.total != segment.first_total) and segment.turn < TURNS:
        again = replace(read, turn=segment.turn + 1, turn_rows=0, page=1, first_total=seen.total)
        return Step(segment=again)
    return Step(segment=replace(read, state="done", gap=segment.gap + moved))
