"""The merge jobs of an account: the newest search and the newest submission, and what they found."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Job:
    """Work in the background; times are seconds since 1970.

    Attributes:
        answer: what it found, as its result call gives it once the job has ended.
    """

    started: float
    ends: float
    answer: object


@dataclass(slots=True)
class MergeState:
    """The merge jobs of an account.

    Attributes:
        search, submission: the newest of each kind; None before the first one.
        taken_out: codes of orders that were taken out of a group by hand, on CJ's website.
    """

    search: Job | None = None
    submission: Job | None = None
    taken_out: set[str] = field(default_factory=set[str])
