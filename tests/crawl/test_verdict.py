"""Does a verdict say no more than the ledger proves?"""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from cj_async.crawl._segment import Segment
from cj_async.crawl._verdict import Family, Judged, Sums, judge, summed


def sums(**more: Any) -> Sums:
    return replace(Sums(segments=1, requests=100, distinct=10_000, is_told=True), **more)


def test_all_agrees() -> None:
    assert judge(sums()).verdict == "complete"


def test_a_percent_of_churn_a_day_is_no_alarm() -> None:
    assert judge(sums(gap=100)).verdict == "complete_with_churn"
    assert judge(sums(gap=1_000), days=10).verdict == "complete_with_churn"
    assert judge(sums(gap=1_000), days=1).verdict == "unverified"


@pytest.mark.parametrize(
    "more",
    [
        {"withheld": 1},
        {"untold": 1},
        {"uncounted": 1},
        {"unread": 1},
        {"risen": 1},
        {"loose": 9},
        {"families": {1: Family(counted=1)}},
        {"families": {1: Family(found=1)}},
    ],
)
def test_what_churn_cannot_explain_is_unverified(more: dict[str, Any]) -> None:
    assert judge(sums(**more)).verdict == "unverified"


def test_other_ends() -> None:
    assert judge(sums(capped=1)).verdict == "cap_suspected"
    assert judge(sums(), ["filter_ignored"]).verdict == "unverified"
    assert judge(sums(), stopped="points").verdict == "budget_stopped"
    assert judge(Sums()).verdict == "unverified"


def test_a_window_that_was_split_is_judged_by_its_parts() -> None:
    total = summed(
        [
            Segment(state="split", gap=5, withheld=3, loose=1, last_total=9),
            *a_family(1, counted=7, found=7),
        ]
    )
    assert (total.gap, total.withheld, total.loose) == (0, 0, 0)
    assert total.families == {1: Family(counted=7, found=7)}


def a_family(family: int, *, counted: int, found: int, again: int | None = None) -> list[Segment]:
    """A window that was split by category: counted, read, counted again."""
    told = counted if again is None else again
    window = Segment(family=family, state="done")
    gap = max(counted - told, 0)
    return [
        replace(window, mode="count", last_total=counted),
        replace(window, mode="scan", category="a", fresh=found, last_total=found),
        replace(window, mode="count", before=counted, last_total=told, gap=gap),
    ]


def judged(*segments: Segment) -> Judged:
    return judge(summed([Segment(state="done", distinct=900, last_total=9), *segments]))


def test_what_one_window_lacks_no_other_makes_up_for() -> None:
    assert judged(*a_family(1, counted=5, found=5)).verdict == "complete"
    less, more = a_family(1, counted=5, found=4), a_family(2, counted=4, found=5)
    assert judged(*less, *more).verdict == "unverified"


def test_what_went_when_it_was_found_is_churn() -> None:
    assert judged(*a_family(1, counted=5, found=5, again=4)).verdict == "complete_with_churn"
    assert judged(*a_family(1, counted=5, found=4, again=4)).verdict == "unverified"
    assert judged(*a_family(1, counted=5, found=5, again=6)).verdict == "unverified"


def test_windows_of_prices_are_proven_only_by_a_count_without_prices() -> None:
    counted, read, again = a_family(1, counted=5, found=5)
    priced = replace(read, low=0, high=9)
    assert judged(counted, priced, again).verdict == "complete"
    assert judged(replace(counted, low=0), read, replace(again, low=0)).verdict == "complete"
    told = judged(replace(counted, low=0), priced, replace(again, low=0))
    assert told.verdict == "unverified"
    assert "price" in told.because


def test_windows_of_time_do_not_prove_what_shows_no_time() -> None:
    timed = Segment(mode="scan", start=1, end=5, state="done", undated=2, last_total=3)
    assert judge(summed([timed]), ["undated"]).verdict == "unverified"
    assert judge(summed([replace(timed, start=None)]), ["undated"]).verdict == "complete"
    assert judge(summed([replace(timed, undated=0)]), ["unsorted"]).verdict == "complete"
