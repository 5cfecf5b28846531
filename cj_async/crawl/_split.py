"""PURE: into which smaller windows does a window fall? In time first, then by category, then by price."""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt

from msgspec.structs import replace

from cj_async.crawl._segment import Segment, Terms

_FIRST_PRICE = 1_000  # cents
_GROWTH = 4
_OLDEST = 0  # 1970: the first split finds the years without products


def needs_categories(window: Segment, terms: Terms) -> bool:
    """Whether the next split of a window is the one by category."""
    return (
        not has_span(window, terms)
        and terms.by_category
        and window.category is None
        and window.mode == "scan"
    )


def parts(window: Segment, terms: Terms, categories: Sequence[str] = ()) -> list[Segment]:
    """The windows that together are this one; new ones, with empty ledgers.

    A split by category or price comes with the window itself once more, only to be counted: what has
    no price, or none of the categories in CJ's list of them, would be missed without a word.
    """
    fresh = Segment(
        mode="count" if window.mode == "count" else "scan",
        family=window.family,
        start=window.start,
        end=window.end,
        category=window.category,
        low=window.low,
        high=window.high,
    )
    if has_span(window, terms):
        return _halves(fresh, terms)
    if window.family:
        return _by_price(fresh)
    fresh = replace(fresh, family=window.id)
    census = replace(fresh, mode="count")
    if needs_categories(window, terms):
        return [census, *(replace(fresh, category=each) for each in categories)]
    return [census, *_by_price(fresh)]


def recount(counted: Segment) -> Segment:
    """A window that was counted, to be counted once more."""
    return Segment(
        mode="count",
        family=counted.family,
        start=counted.start,
        end=counted.end,
        category=counted.category,
        low=counted.low,
        high=counted.high,
        before=counted.last_total,
    )


def tail(segment: Segment, middle: int) -> tuple[Segment, Segment]:
    """A seek in two: what it keeps, and a new one from ``middle`` on."""
    total = 0 if segment.last_total == 0 else None  # nothing in all of it: nothing in a part
    kept = replace(segment, end=middle - 1, expected=None, last_total=total)
    return kept, Segment(mode="seek", start=middle, end=segment.end, cursor=middle)


def spans(start: int, end: int, many: int, terms: Terms) -> list[Segment]:
    """Seeks side by side over a time span, of equal length."""
    step = max((end - start) // many, terms.grain)
    starts = [start + place * step - (start + place * step) % terms.grain for place in range(many)]
    starts = sorted({each for each in [start, *starts[1:]] if each <= end})
    ends = [each - 1 for each in starts[1:]] + [end]
    return [
        Segment(mode="seek", start=low, end=high, cursor=low)
        for low, high in zip(starts, ends, strict=True)
    ]


def by_time(start: int | None, end: int) -> Segment:
    """A span as a window that can be split in time."""
    return Segment(mode="scan", start=_OLDEST if start is None else start, end=end)


def has_span(window: Segment, terms: Terms) -> bool:
    """Whether a window can be split in time."""
    if window.start is None or window.end is None:
        return False
    return window.end - window.start + 1 > terms.grain


def _halves(window: Segment, terms: Terms) -> list[Segment]:
    assert window.start is not None
    assert window.end is not None
    middle = (window.start + window.end + 1) // 2
    middle = max(
        middle - middle % terms.grain, window.start - window.start % terms.grain + terms.grain
    )
    return [replace(window, end=middle - 1), replace(window, start=middle)]


def _by_price(window: Segment) -> list[Segment]:
    low = window.low or 0
    if window.high is None:
        middle = max(low * _GROWTH, _FIRST_PRICE)
    else:
        middle = min(max(isqrt(max(low, 1) * window.high), low), window.high - 1)
    return [
        replace(window, low=low, high=middle),
        replace(window, low=middle + 1, high=window.high),
    ]
