"""Where does a page of a seek lead?"""

from __future__ import annotations

from msgspec.structs import replace

from cj_async.crawl._caps import plateau
from cj_async.crawl._seek import HOLLOW, seek
from cj_async.crawl._segment import Seen, Segment, Step, Terms, ask_of

TERMS = Terms(size=3, cap=9)
BEGINNING = Segment(end=100)
ON = Segment(
    start=1, end=100, cursor=20, is_tied=True, expected=6, last_total=8, requests=1, rows=3
)


def after(segment: Segment, *times: int | None, total: int | None, known: int = 1) -> Step:
    seen = Seen(times=times, total=total, known=known)
    return seek(segment, ask_of(segment, TERMS), seen, TERMS)


def after_each(segment: Segment, *seen: Seen) -> Segment:
    for each in seen:
        segment = replace(
            seek(segment, ask_of(segment, TERMS), each, TERMS).segment,
            requests=segment.requests + 1,
        )
    return segment


def test_the_next_page_begins_with_the_moment_of_the_last_row() -> None:
    moved = after(BEGINNING, 1, 2, 2, total=8, known=0).segment
    assert (moved.cursor, moved.is_tied, moved.expected) == (2, True, 7)


def test_a_page_that_is_not_full_is_the_last() -> None:
    assert after(ON, 20, 30, total=2).segment.state == "done"


def test_a_full_page_is_not_the_last_whatever_its_total_says() -> None:
    assert after(BEGINNING, 1, 2, 3, total=3, known=0).segment.state == "open"


def test_a_row_after_the_end_is_the_end() -> None:
    assert after(ON, 20, 30, 101, total=9).segment.state == "done"


def test_a_total_that_fell_is_a_gap() -> None:
    assert after(ON, 20, 30, 40, total=4).segment.gap == 2


def test_a_capped_total_lets_expect_the_least() -> None:
    capped = replace(ON, expected=None, last_total=9)
    assert after(capped, 20, total=1).segment.gap == 5


def test_a_page_without_the_row_it_was_asked_from_shows_that_bounds_exclude() -> None:
    step = after(ON, 21, 30, 40, total=6, known=0)
    assert step.is_late
    assert step.segment.cursor == ON.cursor


def test_a_moment_that_fills_a_page_becomes_a_window() -> None:
    step = after(ON, 20, 20, 20, total=6)
    assert step.aside == Segment(mode="scan", start=20, end=20)
    assert (step.segment.cursor, step.segment.is_tied) == (21, False)


def test_an_empty_page_is_believed_only_after_several_when_rows_are_due() -> None:
    nothing = Seen(total=0)
    untied = replace(ON, is_tied=False)
    assert after_each(untied, *[nothing] * (HOLLOW - 1)).state == "open"
    ended = after_each(untied, *[nothing] * HOLLOW)
    assert (ended.state, ended.withheld) == ("done", 6)


def test_nothing_from_the_start_is_believed_when_said_twice() -> None:
    assert after_each(BEGINNING, Seen(total=0)).state == "open"
    ended = after_each(BEGINNING, Seen(total=0), Seen(total=0))
    assert (ended.state, ended.gap, ended.withheld) == ("done", 0, 0)


def test_one_odd_page_is_no_doubt_yet() -> None:
    odd = Seen(times=(30, 20, 40), total=6, known=1)
    assert after_each(ON, odd).hollow == 1
    doubtful = after_each(ON, *[odd] * (HOLLOW - 1))
    assert seek(doubtful, ask_of(doubtful, TERMS), odd, TERMS).doubt == "unsorted"


def test_rows_before_the_start_and_rows_without_times_are_doubts() -> None:
    tired = replace(ON, hollow=HOLLOW - 1)
    assert after(tired, 1, 2, 3, total=6).doubt == "time_ignored"
    assert after(tired, None, None, None, total=6).doubt == "undated"


def test_a_short_page_is_asked_for_again_and_then_counted() -> None:
    short = Seen(times=(20, 30), total=6, known=1)
    assert after_each(ON, short).cursor == 20
    assert after_each(ON, *[short] * HOLLOW).withheld == 1


def test_a_total_that_stands_still_is_the_cap() -> None:
    segment = replace(ON, expected=5, last_total=7)
    ask = ask_of(segment, TERMS)
    assert plateau(segment, ask, Seen(times=(20, 30, 40), total=7), TERMS) == 7
    assert plateau(segment, ask, Seen(times=(1, 2, 3), total=7), TERMS) is None
