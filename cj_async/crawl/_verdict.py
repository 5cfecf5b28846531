"""PURE: how complete is what was found? Says no more than the ledger of the run can prove."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import msgspec
from msgspec.structs import replace

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

CHURN = 0.02
"""Share of the rows that may come and go during a run; more is taken for something missing."""

CHURN_A_DAY = 0.03
"""What may come and go beyond that, for each day that the run takes."""

_LOOSE = 0.02  # share of pages whose first row may be gone when they come; a few are always allowed
_FEW = 2

_DOUBTS = {
    "undated": "the list shows rows without creation times; it was read in windows instead",
    "unsorted": "the list does not sort by creation time; it was read in windows of time instead",
    "time_ignored": "the list ignores bounds of time; it was split by category and price instead",
    "filter_ignored": "the list ignores category or price, so that its windows could not be told apart",
}


_FEWER = "filters that leave fewer rows than one query shows would help"


class Family(NamedTuple):
    """What proves that a window beyond the cap was found whole, although it was split by category or price.

    Attributes:
        counted: Rows that matched before any of them was read.
        found: Different rows that its windows then showed.
        is_priced: Whether prices part its rows.
        is_counted_by_price: Whether its rows could only be counted price by price.
    """

    counted: int = 0
    found: int = 0
    is_priced: bool = False
    is_counted_by_price: bool = False


class Sums(msgspec.Struct, kw_only=True):
    """The ledgers of a run's segments in one.

    Attributes:
        segments: How many there are.
        requests: Pages fetched.
        distinct: Rows seen for the first time.
        gap: Rows by which totals and rows disagreed.
        withheld: Rows that were counted, and not shown.
        loose: Pages that did not show the row again from which they were asked for.
        unread: Rows that could not be read.
        undated: Rows that showed no creation time.
        timed: Windows of time that were paged through.
        capped: Windows with rows out of reach.
        uncounted: Windows that could not even be counted.
        risen: Rows by which windows counted more when they had been read than before.
        families: What was counted and found where windows were split by category or price.
        untold: Windows whose last page told no total.
        is_told: Whether any total was told.
    """

    segments: int = 0
    requests: int = 0
    distinct: int = 0
    gap: int = 0
    withheld: int = 0
    loose: int = 0
    unread: int = 0
    undated: int = 0
    timed: int = 0
    capped: int = 0
    uncounted: int = 0
    risen: int = 0
    families: dict[int, Family] = msgspec.field(default_factory=dict[int, Family])
    untold: int = 0
    is_told: bool = False


class Judged(NamedTuple):
    """A verdict, and the reason in words."""

    verdict: Verdict
    because: str


def summed(segments: Iterable[Segment], before: Sums | None = None) -> Sums:
    """Adds up ledgers, to what was added up before."""
    sums = Sums() if before is None else replace(before, families=dict(before.families))
    for segment in segments:
        sums.segments += 1
        sums.requests += segment.requests
        sums.distinct += segment.distinct
        sums.unread += segment.unread
        sums.undated += segment.undated
        sums.is_told |= segment.last_total is not None
        _add_window(sums, segment)
        if segment.family or segment.mode == "count":
            before_it = sums.families.get(segment.family, Family())
            sums.families[segment.family] = _with(before_it, segment)
    return sums


def _add_window(sums: Sums, segment: Segment) -> None:
    """What a window that was read to its end adds; one that was split is judged by its parts."""
    is_done, is_capped = segment.state == "done", segment.state == "capped"
    if segment.state == "split":
        return
    sums.gap += segment.gap
    sums.withheld += segment.withheld
    sums.loose += segment.loose
    sums.untold += is_done and segment.last_total is None
    if segment.mode != "count":
        sums.capped += is_capped
        sums.timed += is_done and segment.mode == "scan" and segment.start is not None
        return
    sums.uncounted += is_capped
    if is_done and segment.before is not None:
        sums.risen += max((segment.last_total or 0) - segment.before, 0)


def _with(family: Family, segment: Segment) -> Family:
    """A family and one more of its windows."""
    found = family.found + segment.fresh
    is_priced = segment.state == "done" and segment.low is not None
    if segment.mode != "count":
        return family._replace(found=found, is_priced=family.is_priced or is_priced)
    is_first = segment.state == "done" and segment.before is None
    return family._replace(
        found=found,
        counted=family.counted + is_first * (segment.last_total or 0),
        is_counted_by_price=family.is_counted_by_price or is_priced,
    )


def judge(
    sums: Sums, doubts: Sequence[str] = (), *, stopped: str | None = None, days: float = 0.0
) -> Judged:
    """The verdict on a run.

    Args:
        sums: Of its segments.
        doubts: What was not as relied on.
        stopped: Why it was stopped before its end, if it was.
        days: How long it took; the longer, the more products may come and go.
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
    why_not = _unverified(sums, days) or _hidden(sums, doubts)
    if why_not is not None:
        return Judged("unverified", "; ".join([why_not, *told]))
    gap = _gap(sums)
    if gap:
        return Judged("complete_with_churn", "; ".join([f"{gap} products came or went", *told]))
    return Judged(
        "complete", "; ".join(["every window was read to its end, all totals agree", *told])
    )


def _unverified(sums: Sums, days: float) -> str | None:
    """What completeness rests on and that does not hold; the first that is found."""
    if sums.unread:
        rows = "one row" if sums.unread == 1 else f"{sums.unread} rows"
        return f"{rows} could not be read: no object, or without an id"
    if not sums.is_told:
        return "the list told no totals to check against"
    if sums.withheld:
        return f"the list counted {sums.withheld} rows that it did not show"
    if sums.untold:
        return f"{sums.untold} windows ended without a total to check against"
    if sums.loose > _FEW + sums.requests * _LOOSE:
        return f"{sums.loose} pages did not go on where the page before had ended"
    gap, share = _gap(sums), CHURN + CHURN_A_DAY * days
    if gap > max(sums.distinct * share, _FEW):
        return f"totals and rows disagree by {gap} of {sums.distinct} rows"
    return None


def _hidden(sums: Sums, doubts: Sequence[str]) -> str | None:
    """Why windows of time, category or price may have passed over products, if they may."""
    if doubts and sums.undated and sums.timed:
        return (
            "rows without a creation time were seen, and windows of time need not show them all;"
            f" {_FEWER}"
        )
    families = sums.families.values()
    if sums.uncounted or any(each.is_priced and each.is_counted_by_price for each in families):
        return (
            "more rows than CJ shows could only be told apart by price: one without a price, or whose"
            f" price changed meanwhile, may be missing; {_FEWER}"
        )
    less = sum(max(each.counted - each.found, 0) for each in families)
    if less:
        return (
            f"{less} products were counted, and then not found in windows of category or price: they"
            " went meanwhile, or have none of CJ's categories; a run while less changes would tell"
        )
    if sums.risen or any(each.found > each.counted for each in families):
        return (
            "products came or changed their price while windows of category or price were read, so"
            " that one may be missing; a run while less changes would tell"
        )
    return None


def _gap(sums: Sums) -> int:
    """Products that came or went. One of them may show as a page that does not begin as it ended."""
    return max(sums.gap, sums.loose)
