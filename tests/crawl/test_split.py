"""Do the parts of a window make up the window?"""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cj_async.crawl._segment import Segment, Terms
from cj_async.crawl._split import needs_categories, parts, spans, tail

TERMS = Terms(size=100)
grains = st.sampled_from([1, 1_000])


@given(start=st.integers(0, 10**13), length=st.integers(1, 10**12), grain=grains)
def test_halves_of_time_touch(start: int, length: int, grain: int) -> None:
    window = Segment(mode="scan", start=start, end=start + length + grain)
    early, late = parts(window, Terms(size=100, grain=grain))
    assert (early.start, late.end) == (window.start, window.end)
    assert early.end is not None
    assert late.start == early.end + 1
    assert start <= early.end < start + length + grain


@given(low=st.integers(0, 10**6), width=st.one_of(st.none(), st.integers(1, 10**6)))
def test_halves_of_price_touch(low: int, width: int | None) -> None:
    high = None if width is None else low + width
    window = Segment(mode="scan", family=3, category="a", low=low, high=high)
    cheap, dear = parts(window, TERMS)
    assert (cheap.low, dear.high) == (low, high)
    assert cheap.family == dear.family == 3
    assert cheap.high is not None
    assert dear.low == cheap.high + 1
    assert low <= cheap.high
    assert high is None or cheap.high < high


def test_categories_come_with_a_count_of_all() -> None:
    moment = Segment(id=7, mode="scan", start=5, end=5)
    assert needs_categories(moment, TERMS)
    census, *each = parts(moment, TERMS, ["a", "b"])
    assert [window.category for window in each] == ["a", "b"]
    assert (census.mode, census.category) == ("count", None)
    assert {window.family for window in (census, *each)} == {7}


def test_prices_come_with_a_count_of_all_where_no_category_parts() -> None:
    moment = Segment(id=7, mode="scan", start=5, end=5)
    census, *each = parts(moment, Terms(size=100, by_category=False))
    assert [window.low is not None for window in (census, *each)] == [False, True, True]
    assert (census.mode, census.family) == ("count", 7)


@given(
    start=st.integers(0, 10**6), length=st.integers(0, 10**6), many=st.integers(1, 9), grain=grains
)
def test_seeks_side_by_side_leave_nothing_out(
    start: int, length: int, many: int, grain: int
) -> None:
    made = spans(start, start + length, many, Terms(size=100, grain=grain))
    assert (made[0].start, made[-1].end) == (start, start + length)
    assert all(a.end is not None and b.start == a.end + 1 for a, b in pairwise(made))


def test_a_seek_in_two_keeps_its_place() -> None:
    seek = Segment(start=0, end=99, cursor=40, is_tied=True, expected=7, last_total=9)
    kept, rest = tail(seek, 70)
    assert (kept.cursor, kept.end, kept.expected, kept.last_total) == (40, 69, None, None)
    assert (rest.start, rest.end, rest.is_tied) == (70, 99, False)
