"""PURE: where does a page lead that belongs to a window small enough to be paged through?

The way out where a list does not sort as the seek needs it. A window with nearly as many rows as a
query shows is split. A smaller one is read from its last page to its second, and the first page once
more if the total moved: products that go push others towards pages that are still to come.
"""

from __future__ import annotations

from msgspec.structs import replace

from cj_async.crawl._seek import HOLLOW
from cj_async.crawl._segment import Ask, Doubt, Seen, Segment, Step, Terms, as_read
from cj_async.crawl._split import has_span, recount

TURNS = 5
"""How often a window is read at most while it does not show all that it counts."""

NEARLY = 0.9
"""Share of the cap from which a window is split: what is added meanwhile must not reach the cap."""

DEAREST = 100_000_000
"""Cents from which an open window of prices is not split any more."""

_MOST_MISFITS = 0.5


def scan(segment: Segment, ask: Ask, seen: Seen, terms: Terms) -> Step:
    """Moves a window on by a page; see `_seek.seek` for the arguments."""
    if seen.beyond_cap:
        return _refused(segment, ask, terms)
    told = as_read(segment, seen)
    if ask.page == 1 and not segment.is_closing:
        told = replace(told, first_total=seen.total)
    doubt = _doubt(ask, seen)
    if doubt is not None:
        return Step(segment=told, doubt=doubt)
    is_count = segment.mode == "count"
    if ask.page == 1 and not is_count and is_large(seen.total, terms) and can_split(told, terms):
        return _too_large(told, terms)
    if _is_hollow(segment, ask, seen, terms):
        return Step(segment=replace(told, hollow=segment.hollow + 1))
    if is_count:
        return _counted(told, seen, terms)
    short = max(terms.due(seen.total, ask.page) - seen.places, 0)
    if seen.total == 0 and segment.hollow:
        short = segment.last_total or 0
    return _paged(_entered(told, seen, short), ask, seen, terms)


def can_split(segment: Segment, terms: Terms) -> bool:
    """Whether a window can be made smaller: in time, by category, or by price.

    Counting by price says nothing where only prices part the rows, too: both miss what has none.
    """
    if has_span(segment, terms):
        return True
    if segment.mode == "count" and (segment.before is not None or not terms.by_category):
        return False
    if terms.by_category and segment.category is None and segment.mode == "scan":
        return True
    if not terms.by_price:
        return False
    is_open = segment.high is None and (segment.low or 0) < DEAREST
    return is_open or (segment.high is not None and segment.low != segment.high)


def _doubt(ask: Ask, seen: Seen) -> Doubt | None:
    known = [time for time in seen.times if time is not None]
    outside = sum(
        (ask.start is not None and time < ask.start) or (ask.end is not None and time > ask.end)
        for time in known
    )
    if ask.start is not None and outside > len(known) * _MOST_MISFITS:
        return "time_ignored"
    if seen.misfits > len(seen.times) * _MOST_MISFITS:
        return "filter_ignored"
    return None


def is_large(total: int | None, terms: Terms) -> bool:
    """Whether a window holds nearly as many rows as a query shows, or more."""
    return total is not None and terms.cap is not None and total >= terms.cap * NEARLY


def _refused(segment: Segment, ask: Ask, terms: Terms) -> Step:
    """The cap is lower than was thought; a first page can only be refused for another reason."""
    if ask.page == 1:
        return Step(segment=replace(segment, state="capped"))
    return _too_large(segment, terms)


def _too_large(segment: Segment, terms: Terms) -> Step:
    if can_split(segment, terms):
        return Step(segment=replace(segment, state="split"), split=segment)
    return Step(segment=replace(segment, state="capped"))


def _counted(segment: Segment, seen: Seen, terms: Terms) -> Step:
    """A window that is only counted; it is counted again after its family was read."""
    if seen.total is None:
        return Step(segment=replace(segment, state="capped"))
    if not terms.is_exact(seen.total):
        return _too_large(segment, terms)
    short = max(terms.due(seen.total, 1) - seen.places, 0)
    fell = 0 if segment.before is None else max(segment.before - seen.total, 0)
    done = replace(segment, state="done", hollow=0, withheld=short, gap=fell)
    return Step(segment=done, aside=recount(done) if segment.before is None else None)


def _is_hollow(segment: Segment, ask: Ask, seen: Seen, terms: Terms) -> bool:
    """Whether a page is to be asked for again: it lacks rows that are due, or its total."""
    if segment.hollow + 1 >= HOLLOW:
        return False
    if seen.total is None:
        return not seen.places or segment.first_total is not None
    if not seen.total and ask.page == 1:
        return segment.last_total != 0
    return seen.places < terms.due(seen.total, ask.page) and not segment.withheld


def _entered(segment: Segment, seen: Seen, short: int) -> Segment:
    """The window with the rows of a page counted, and those that it lacks."""
    end = segment.end
    young = sum(time is None or end is None or time > end for time in seen.times)
    return replace(
        segment,
        hollow=0,
        withheld=segment.withheld + short,
        turn_rows=segment.turn_rows + seen.places - seen.repeated,
        news=segment.news + min(young, len(seen.times) - seen.known),
    )


def _paged(segment: Segment, ask: Ask, seen: Seen, terms: Terms) -> Step:
    """On to the next page of the turn."""
    if segment.first_total is None:
        return _onward(segment, ask, seen, terms)
    if ask.page == 1 and not segment.is_closing:
        last = _past_end(seen, terms)
        return Step(segment=replace(segment, page=last)) if last > 1 else _turned(segment, terms)
    if ask.page > 2:
        return Step(segment=replace(segment, page=ask.page - 1))
    if ask.page == 2 and seen.total != segment.first_total:
        return Step(segment=replace(segment, page=1, is_closing=True))
    return _turned(segment, terms)


def _onward(segment: Segment, ask: Ask, seen: Seen, terms: Terms) -> Step:
    """Without totals: page after page, until one is empty."""
    if not seen.places:
        return Step(segment=replace(segment, state="done", last_total=None))
    if terms.is_reachable(ask.page + 1):
        return Step(segment=replace(segment, page=ask.page + 1))
    return _too_large(segment, terms)


def _past_end(seen: Seen, terms: Terms) -> int:
    """Number of the page to go on with: one past the end; 1 where the first showed everything.

    It must be empty. When it is refused, the total was the cap.
    """
    if (seen.total or 0) < terms.size:
        return 1
    page = -(-(seen.total or 0) // terms.size) + 1
    while not terms.is_reachable(page):
        page -= 1
    return page


def _turned(segment: Segment, terms: Terms) -> Step:
    """After a turn: done, unless something is missing, or may have slipped through."""
    first, last = segment.first_total or 0, segment.last_total or 0
    if terms.cap is not None and max(first, last) >= terms.cap:
        return _too_large(segment, terms)
    missing = max(last - segment.turn_rows, 0)
    drift = abs(last - first)
    is_sure = not missing and _held_still(segment, drift, terms)
    if not is_sure and segment.turn < TURNS and (segment.turn == 1 or drift or segment.news):
        turn = segment.turn + 1
        again = replace(segment, turn=turn, page=1, turn_rows=0, news=0, withheld=0)
        return Step(segment=replace(again, is_closing=False))
    moved = drift if is_sure or missing else max(drift, segment.news, 1)
    withheld = max(segment.withheld, missing)
    gap = segment.gap + moved
    return Step(segment=replace(segment, state="done", gap=gap, withheld=withheld))


def _held_still(segment: Segment, drift: int, terms: Terms) -> bool:
    """Whether nothing can have slipped from one page to another while they were read.

    In a window of the past products only go, which the order of the pages makes up for. Where new
    ones can come, a turn is needed that shows none of them, of a total that stood still.
    """
    is_single = max(segment.first_total or 0, segment.last_total or 0) < terms.size
    only_fell = (segment.last_total or 0) <= (segment.first_total or 0)
    is_past = segment.start is not None and only_fell
    return is_single or (not segment.news and (is_past or not drift))
