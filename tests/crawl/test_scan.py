"""Where does a page of a window lead?"""

from __future__ import annotations

from msgspec.structs import replace

from cj_async.crawl._scan import can_split, scan
from cj_async.crawl._segment import Seen, Segment, Step, Terms, ask_of

TERMS = Terms(size=3, cap=30)
WINDOW = Segment(mode="scan", start=0, end=100)


def after(segment: Segment, *times: int, total: int | None, repeated: int = 0) -> Step:
    seen = Seen(times=times, total=total, repeated=repeated, known=len(times))
    return scan(segment, ask_of(segment, TERMS), seen, TERMS)


def pages(*shown: tuple[int, int]) -> tuple[list[int], Segment]:
    """Numbers of the pages that are asked for, when each shows so many rows of such a total."""
    segment, asked = WINDOW, list[int]()
    for rows, total in shown:
        asked.append(segment.page)
        segment = after(segment, *range(rows), total=total).segment
        segment = replace(segment, requests=segment.requests + 1)
    return asked, segment


def test_pages_are_read_from_past_the_end_to_the_second() -> None:
    asked, done = pages((3, 7), (0, 7), (1, 7), (3, 7))
    assert asked == [1, 4, 3, 2]
    assert (done.state, done.gap) == ("done", 0)


def test_the_first_page_is_read_once_more_when_the_total_fell() -> None:
    asked, done = pages((3, 7), (0, 7), (1, 7), (3, 6), (3, 6))
    assert asked[-1] == 1
    assert (done.state, done.gap) == ("done", 1)


def test_a_window_that_lacks_rows_is_read_again_and_then_withheld() -> None:
    turn = [(3, 7), (0, 7), (1, 7), (2, 7), (2, 7), (2, 7)]
    segment = pages(*turn)[1]
    assert (segment.turn, segment.page, segment.state) == (2, 1, "open")
    done = pages(*turn, *turn)[1]
    assert (done.state, done.withheld) == ("done", 1)


def test_nearly_the_cap_is_split() -> None:
    step = after(WINDOW, 1, 2, 3, total=27)
    assert step.segment.state == "split"
    assert step.split is not None


def test_what_cannot_be_split_is_capped() -> None:
    single = Segment(mode="scan", start=5, end=5, category="a", low=7, high=7)
    assert not can_split(single, TERMS)
    segment = single
    for _ in range(10):
        segment = after(segment, 5, 5, 5, total=30).segment
    assert segment.state == "capped"


def test_a_refused_page_was_beyond_a_lower_cap() -> None:
    segment = after(WINDOW, 1, 2, 3, total=20).segment
    step = scan(segment, ask_of(segment, TERMS), Seen(beyond_cap=True), TERMS)
    assert step.split is not None


CENSUS = Segment(mode="count", family=7, start=5, end=5)


def test_a_window_that_counts_takes_the_total_and_is_counted_again_later() -> None:
    counted = after(CENSUS, 5, 5, 5, total=12)
    assert counted.segment.state == "done"
    recounted = replace(CENSUS, before=12)
    assert counted.aside == recounted
    again = after(recounted, 5, 5, 5, total=11)
    assert (again.segment.state, again.segment.gap, again.aside) == ("done", 1, None)


def test_a_window_that_cannot_be_counted_is_counted_by_price() -> None:
    assert after(CENSUS, 5, 5, 5, total=30).segment.state == "split"
    assert after(replace(CENSUS, before=12), 5, 5, 5, total=30).segment.state == "capped"
    seen = Seen(times=(5, 5, 5), total=30)
    only_prices = replace(TERMS, by_category=False)
    step = scan(CENSUS, ask_of(CENSUS, only_prices), seen, only_prices)
    assert step.segment.state == "capped"


def test_a_count_without_a_total_is_given_up() -> None:
    assert after(CENSUS, 5, 5, 5, total=None).segment.state == "capped"


def test_a_count_without_rows_is_asked_for_again() -> None:
    hollow = after(CENSUS, total=0).segment
    assert (hollow.state, hollow.hollow) == ("open", 1)
    assert after(hollow, total=0).segment.state == "done"


def test_rows_elsewhere_are_doubts() -> None:
    late = Segment(mode="scan", start=50, end=60)
    assert after(late, 1, 2, 3, total=9).doubt == "time_ignored"
    seen = Seen(times=(1, 2, 3), total=9, misfits=2)
    assert scan(WINDOW, ask_of(WINDOW, TERMS), seen, TERMS).doubt == "filter_ignored"
