"""PURE: how many rows does a query of this list really show? Learned from totals that stand still."""

from __future__ import annotations

from cj_async.crawl._segment import Ask, Seen, Segment, Terms


def plateau(segment: Segment, ask: Ask, seen: Seen, terms: Terms) -> int | None:
    """The cap that a total gives away; None where it gives away nothing.

    A seek leaves at least half a page of rows behind with each page. A total that is the same
    afterwards is no number of rows.
    """
    passed = terms.size // 2
    if segment.mode != "seek" or ask.page != 1 or segment.page != 1 or segment.cursor is None:
        return None
    if seen.total is None or seen.total != segment.last_total or seen.total == terms.cap:
        return None
    if segment.expected is None or seen.total - segment.expected < passed:
        return None
    return seen.total
