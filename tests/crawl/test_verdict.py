"""Does a verdict say no more than the ledger proves?"""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from cj_async.crawl._segment import Segment
from cj_async.crawl._verdict import Sums, judge, summed


def sums(**more: int) -> Sums:
    return replace(Sums(segments=1, requests=100, distinct=10_000, is_told=True), **more)


def test_all_agrees() -> None:
    assert judge(sums()).verdict == "complete"


def test_a_percent_of_churn_a_day_is_no_alarm() -> None:
    assert judge(sums(gap=100)).verdict == "complete_with_churn"
    assert judge(sums(gap=1_000), days=10).verdict == "complete_with_churn"
    assert judge(sums(gap=1_000), days=1).verdict == "unverified"


@pytest.mark.parametrize(
    "more",
    [{"withheld": 1}, {"untold": 1}, {"uncounted": 1}, {"unread": 1}, {"counted": 1}, {"loose": 9}],
)
def test_what_churn_cannot_explain_is_unverified(more: dict[str, int]) -> None:
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
            Segment(mode="count", state="done", last_total=7),
            Segment(mode="scan", state="done", category="a", turn_rows=7, last_total=7),
        ]
    )
    assert (total.gap, total.withheld, total.loose) == (0, 0, 0)
    assert (total.counted, total.parted) == (7, 7)
