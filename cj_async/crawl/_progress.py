"""How far is a crawl, and how long will it take? An event now and then, for whoever watches."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from cj_async.crawl._report import Report
from cj_async.crawl._verdict import Verdict


class CrawlProgress(msgspec.Struct, frozen=True, kw_only=True):
    """Where a crawl is.

    Attributes:
        run: Number of the run.
        phase: ``check``, ``list``, ``missing`` (documents and what is gone), ``done``.
        rows: Rows received, in all processes of the run.
        new: Products that were not known.
        changed: Products that changed.
        removed: Products that are gone.
        repeats: Rows received more than once.
        pages: Calls made: pages and documents.
        documents: Documents fetched.
        waiting: Documents still to be fetched.
        expected: About how many products there are in all; None while that cannot be told.
        rate: Calls a second, of this process, lately.
        points: Points spent.
        points_left: Points of the account that are left; None while CJ has not told.
        seconds: Seconds since this process began.
        seconds_by_rate: About how many seconds are left at this rate; None while unknown.
        seconds_by_points: About how many seconds until the points suffice; None while unknown.
        parked_until: When it goes on (seconds since 1970), while it waits for points.
        verdict: The verdict so far: what it would be if nothing more were wrong.
        report: What it came to; only in the last event.
    """

    run: int
    phase: str
    rows: int
    new: int
    changed: int
    removed: int
    repeats: int
    pages: int
    documents: int
    waiting: int
    expected: int | None
    rate: float
    points: int
    points_left: int | None
    seconds: float
    seconds_by_rate: float | None
    seconds_by_points: float | None
    parked_until: float | None
    verdict: Verdict
    report: Report | None = None


Watcher = Callable[[CrawlProgress], None]
"""Is told events, and returns at once; what it returns is not awaited."""
