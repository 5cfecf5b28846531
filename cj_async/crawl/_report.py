"""What did a run come to?"""

from __future__ import annotations

from datetime import datetime

import msgspec

from cj_async.crawl._segment import Segment
from cj_async.crawl._verdict import Verdict


class ParkedTask(msgspec.Struct, frozen=True, kw_only=True):
    """A document that could not be fetched.

    Attributes:
        pid: The product.
        document: What was to be fetched: ``reviews``, or what one call brings of ``details``,
            ``variants`` and ``stock``, such as ``details+stock``; ``gone`` when the
            question was whether the product is gone.
        error: What went wrong last.
        raw: The first bytes of CJ's last answer, where there was one.
    """

    pid: str
    document: str
    error: str
    raw: bytes | None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a run came to.

    Attributes:
        run: Number of the run in its state file.
        verdict: How complete it is; see `Verdict`.
        because: Why, in words.
        products: Products that are known and not gone, of all runs.
        rows: Rows received.
        new: Products that were not known before the run.
        changed: Products whose price, stock, texts or pictures changed since the run before.
        removed: Products that turned out to be gone.
        repeats: Rows that were received more than once; the overlap of pages, about 1 %.
        documents: Documents fetched.
        parked: Documents that could not be fetched, the first hundred.
        requests: Calls that were sent, over all processes and resumes, also those that failed; what a
            process had in flight when it was killed is not in it.
        points: Points that they cost, or may have cost, by the documentation.
        started: When the run began.
        seconds: How long this process worked on it.
        segments: The ledger of each segment.
        doubts: What was not as relied on: ``unsorted``, ``time_ignored``, ``undated``,
            ``filter_ignored``.
        stopped: Why it stopped before its end; None when it did not.
        drift: How often which field held a value that fits nothing, in this process.
    """

    run: int
    verdict: Verdict
    because: str
    products: int
    rows: int
    new: int
    changed: int
    removed: int
    repeats: int
    documents: int
    parked: tuple[ParkedTask, ...]
    requests: int
    points: int
    started: datetime
    seconds: float
    segments: tuple[Segment, ...]
    doubts: tuple[str, ...]
    stopped: str | None
    drift: dict[str, int]

    @property
    def is_complete(self) -> bool:
        """Whether everything was found that was there throughout."""
        return self.verdict in ("complete", "complete_with_churn")

    def __repr__(self) -> str:
        return (
            f"Report(run={self.run}, verdict={self.verdict!r}, because={self.because!r},"
            f" products={self.products}, new={self.new}, changed={self.changed},"
            f" removed={self.removed}, requests={self.requests}, points={self.points},"
            f" seconds={self.seconds:.1f}, segments=<{len(self.segments)}>)"
        )
