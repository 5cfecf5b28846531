"""PURE: how many rows does a query of this list really show? Learned from totals that stand still."""

from __future__ import annotations

from cj_async.crawl._segment import Ask, Seen, Segment, Terms, asked_end


def plateau(segment: Segment, ask: Ask, seen: Seen, terms: Terms) -> int | None:
    """The cap that a total gives away; None where it gives away nothing.

    Mostly a seek leaves nearly a page of rows behind with each page. A total that is the same
    afterwards is no number of rows, unless the list went back to its beginning.
    """
    many = terms.size // 2
    if segment.mode != "seek" or segment.hollow or ask.end != asked_end(segment, terms):
        return None
    start = ask.start
    known = [time for time in seen.times if time is not None]
    if start is None or not known or min(known) < start:
        return None
    if seen.total is None or seen.total != segment.last_total or seen.total == terms.cap:
        return None
    if segment.expected is None or seen.total - segment.expected < many:
        return None
    return seen.total
