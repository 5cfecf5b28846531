"""PURE: where does a page lead that was asked for by creation time, oldest first?

The next page begins with the creation time of the last row, inclusive, so that nothing between two
pages is missed however products come and go; it must show that row again. Pages are never numbered
on: a moment that fills a page becomes a window of its own.
"""

from __future__ import annotations

from itertools import pairwise

from msgspec.structs import replace

from cj_async.crawl._segment import Ask, Doubt, Seen, Segment, Step, Terms, as_read, asked_end

HOLLOW = 3
"""Answers in a row after which one is believed that does not look right."""

_MOST_LOOSE = 3  # pages that do not go on where the page before had ended: products may be gone


def seek(segment: Segment, ask: Ask, seen: Seen, terms: Terms) -> Step:
    """Moves a segment on by a page.

    Args:
        segment: As it was when the page came; its end may have moved since the page was asked for.
        ask: What the page was asked for.
        seen: What it showed.
        terms: What the list is like.
    """
    if seen.beyond_cap:
        return Step(segment=replace(segment, state="capped"))
    told = as_read(segment, seen)
    doubt = _doubt(ask, seen, terms)
    if doubt is not None:
        return _disbelieved(told, doubt)
    is_loose = segment.is_tied and not seen.known
    if is_loose and terms.slack < terms.grain and (seen.times or seen.total == 0):
        return Step(segment=segment, is_late=True)
    if not seen.places:
        return Step(segment=_after_nothing(segment, told, seen, terms))
    short = max(terms.due(seen.total, 1) - seen.places, 0)
    is_untold = seen.total is None and segment.last_total is not None
    is_odd = is_untold or (short > 0 and not segment.withheld)
    if is_odd and segment.hollow + 1 < HOLLOW:
        return Step(segment=replace(told, hollow=segment.hollow + 1))
    told = replace(
        told,
        hollow=0,
        gap=told.gap + _surprise(segment, ask, seen, terms),
        withheld=told.withheld + short,
        loose=told.loose + is_loose,
    )
    if told.loose > _MOST_LOOSE and told.loose * 2 > told.requests:
        return Step(segment=told, doubt="unsorted")
    return _moved(told, ask, seen, terms)


def _doubt(ask: Ask, seen: Seen, terms: Terms) -> Doubt | None:
    """Whether rows are out of order, earlier than asked for, or all without a time."""
    known = [time for time in seen.times if time is not None]
    if ask.start is not None and any(time < ask.start - terms.grain for time in known):
        return "time_ignored"
    if any(later < earlier for earlier, later in pairwise(known)):
        return "unsorted"
    if seen.times and not known and not _ends(seen, terms):
        return "undated"
    return None


def _disbelieved(segment: Segment, doubt: Doubt) -> Step:
    """One odd answer may be an accident: what to rely on is only given up after several."""
    if segment.hollow + 1 < HOLLOW:
        return Step(segment=replace(segment, hollow=segment.hollow + 1))
    return Step(segment=segment, doubt=doubt)


def _moved(segment: Segment, ask: Ask, seen: Seen, terms: Terms) -> Step:
    """A segment after a page with rows: done, on to the last row's moment, or past it."""
    known = [time for time in seen.times if time is not None]
    is_past = segment.end is not None and bool(known) and known[-1] > segment.end
    if is_past or _ends(seen, terms):
        return Step(segment=replace(segment, state="done", expected=None))
    if not known:
        return Step(segment=replace(segment, state="capped"))
    if segment.start is None:
        segment = replace(segment, start=known[0])
    begin = _aligned(known[-1], terms)
    if ask.start is None or begin - terms.slack > ask.start:
        if ask.end != asked_end(segment, terms):
            segment = replace(segment, last_total=None)  # it counted more than is left to this one
        left = _left(segment, ask, seen, begin, terms)
        return Step(segment=replace(segment, cursor=begin, is_tied=True, expected=left))
    return _past_moment(segment, begin, terms)


def _ends(seen: Seen, terms: Terms) -> bool:
    """Whether nothing comes after a page. A full one does not prove it: totals may stop there."""
    return terms.is_exact(seen.total) and (seen.total or 0) < terms.size


def _aligned(time: int, terms: Terms) -> int:
    return time - time % terms.grain


def _owed(segment: Segment, terms: Terms) -> int:
    """How many rows the next page and those after it must have at least, by what is known."""
    if segment.expected is None and terms.cap is not None and segment.last_total == terms.cap:
        return max(terms.cap - terms.size, 1)
    asked_before = segment.last_total or 0 if segment.hollow else 0
    return max(segment.expected or 0, int(segment.is_tied), asked_before)


def _after_nothing(before: Segment, told: Segment, seen: Seen, terms: Terms) -> Segment:
    """An empty page is asked for again: success without data may mean "nothing found", or nothing.

    It is believed when it says twice that nothing matches and nothing was due, or after a few times.
    """
    due = max(_owed(before, terms), seen.total or 0)
    is_certain = seen.total == 0 == before.last_total
    if not (is_certain and not due) and before.hollow + 1 < HOLLOW:
        return replace(told, hollow=before.hollow + 1, expected=due or None)
    done = replace(told, state="done", expected=None, hollow=0)
    if is_certain and due < terms.size:
        return replace(done, gap=done.gap + due)
    return replace(done, withheld=done.withheld + max(due, 1))


def _surprise(segment: Segment, ask: Ask, seen: Seen, terms: Terms) -> int:
    """By how many rows the total differs from what the page before let expect."""
    if seen.total is None or not terms.is_exact(seen.total) or segment.hollow:
        return 0
    if ask.end != asked_end(segment, terms) or seen.total == segment.last_total:
        return 0  # another window; or a total that stands still, which is no number of rows
    if segment.expected is None:
        return max(_owed(segment, terms) - seen.total, 0)
    return abs(seen.total - segment.expected)


def _left(segment: Segment, ask: Ask, seen: Seen, begin: int, terms: Terms) -> int | None:
    """How many rows a query from the new cursor on should show; None where nobody can say."""
    if not terms.is_exact(seen.total) or ask.end != asked_end(segment, terms):
        return None
    first = begin - terms.slack  # rows of this very grain may count or not
    places = [place for place, time in enumerate(seen.times) if time is not None and time < first]
    passed = places[-1] + 1 if places else 0
    following = seen.times[passed]
    is_clear = following is not None and following >= first + min(terms.slack, terms.grain)
    return (seen.total or 0) - passed if is_clear and not seen.unread else None


def _past_moment(segment: Segment, begin: int, terms: Terms) -> Step:
    """A single moment fills a page: it becomes a window of its own, the rest goes on after it."""
    moment = segment.cursor if segment.cursor is not None else begin
    last = moment + terms.grain - 1
    window = Segment(mode="scan", start=moment, end=last)
    rest = replace(segment, cursor=last + 1, is_tied=False, expected=None)
    if segment.end is not None and last + 1 > segment.end:
        return Step(segment=replace(rest, state="done"), aside=window)
    return Step(segment=replace(rest, last_total=None), aside=window)
