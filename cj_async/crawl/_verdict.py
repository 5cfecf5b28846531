"""PURE: how complete is what was found? Says no more than the ledger of the run can prove."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec

from cj_async.crawl._segment import Segment

Verdict = Literal[
    "complete", "complete_with_churn", "cap_suspected", "budget_stopped", "unverified"
]
"""
``complete``: every window was read to its end, and all totals agree.
``complete_with_churn``: the same, while products came and went.
``cap_suspected``: somewhere more rows match than CJ shows, and no filter parts them.
``budget_stopped``: it was told to stop: points, deadline, limit, or a signal. It can be resumed.
``unverified``: something that completeness rests on did not hold; ``because`` says what.
"""

CHURN = 0.05
"""Share of the rows that may come and go during a run; more is taken for something missing."""

_DOUBTS = {
    "unsorted": "the list does not sort by creation time; it was read in windows of time instead",
    "time_ignored": "the list ignores bounds of time; it was split by category and price instead",
    "filter_ignored": "the list ignores category or price, so that its windows could not be told apart",
}


class Sums(msgspec.Struct, kw_only=True):
    """The ledgers of a run's segments in one.

    Attributes:
        segments: How many there are.
        requests: Pages fetched.
        distinct: Rows seen for the first time.
        gap: Rows by which totals and rows disagreed.
        capped: Windows with rows out of reach.
        counted: Rows of the windows that only count.
        parted: Rows of the windows of single categories.
        is_told: Whether any total was told.
    """

    segments: int = 0
    requests: int = 0
    distinct: int = 0
    gap: int = 0
    capped: int = 0
    counted: int = 0
    parted: int = 0
    is_told: bool = False


class Judged(NamedTuple):
    """A verdict, and the reason in words."""

    verdict: Verdict
    because: str


def summed(segments: Iterable[Segment]) -> Sums:
    """Adds up ledgers."""
    sums = Sums()
    for segment in segments:
        sums.segments += 1
        sums.requests += segment.requests
        sums.distinct += segment.distinct
        sums.gap += segment.gap
        sums.capped += segment.state == "capped"
        sums.is_told |= segment.last_total is not None
        if segment.state == "done" and segment.mode == "count":
            sums.counted += segment.last_total or 0
        elif segment.state == "done" and segment.category is not None:
            sums.parted += segment.turn_rows
    return sums


def judge(sums: Sums, doubts: Iterable[str] = (), *, stopped: str | None = None) -> Judged:
    """The verdict on a run.

    Args:
        sums: Of its segments.
        doubts: What was not as relied on.
        stopped: Why it was stopped before its end, if it was.
    """
    told = [_DOUBTS.get(each, each) for each in doubts]
    if stopped is not None:
        return Judged("budget_stopped", f"stopped: {stopped}")
    if "filter_ignored" in doubts:
        return Judged("unverified", "; ".join(told))
    if sums.capped:
        windows = "one window" if sums.capped == 1 else f"{sums.capped} windows"
        return Judged(
            "cap_suspected", f"{windows} hold more rows than CJ shows, and cannot be split"
        )
    if not sums.is_told:
        return Judged("unverified", "the list told no totals to check against")
    gap = sums.gap + abs(sums.counted - sums.parted)
    if gap > max(sums.distinct * CHURN, 1):
        return Judged("unverified", f"totals and rows disagree by {gap} of {sums.distinct} rows")
    if gap:
        return Judged("complete_with_churn", "; ".join([f"{gap} products came or went", *told]))
    return Judged(
        "complete", "; ".join(["every window was read to its end, all totals agree", *told])
    )
