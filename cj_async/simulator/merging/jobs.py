"""How far is a merge job? Five steps on the simulator's clock, and what it gives at its end."""

from __future__ import annotations

from .._evidence import behaves
from .model import Job

SECONDS = 5.0
"""How long a search and a submission take."""
SHARES = (10, 20, 30, 10, 30)
"""The share of each step in the whole, as documented."""
_WHOLE_STEP = 10_000


@behaves("merge_orders", "A search and a submission take five seconds each.", "assumed")
def begin(now: float, answer: object) -> Job:
    """A job that starts now."""
    return Job(now, now + SECONDS, answer)


def is_running(job: Job | None, now: float) -> bool:
    """Whether a job is under way."""
    return job is not None and now < job.ends


@behaves(
    "merge_orders.auto_match_progress",
    "Steps are counted from 1 and have the shares of stepCount; stepPercent goes up to 10000; noTask "
    "says that nothing runs.",
    "documented",
    "002, 5.5.2 and 5.5.5; that steps count from 1 is assumed",
)
@behaves(
    "merge_orders.auto_match_progress",
    "Before the first job it is in step 0; after a job it stays in the last step, at 10000.",
    "assumed",
)
def progress(job: Job | None, now: float) -> dict[str, object]:
    """Where a job stands, as CJ tells it."""
    step, percent = _place(job, now)
    return {
        "noTask": not is_running(job, now),
        "step": step,
        "stepCount": list(SHARES),
        "stepPercent": percent,
    }


def _place(job: Job | None, now: float) -> tuple[int, int]:
    """The step, from 1, and how much of it is done, in parts of 10000."""
    if job is None:
        return 0, 0
    if now >= job.ends:
        return len(SHARES), _WHOLE_STEP
    done = max(0.0, now - job.started) / (job.ends - job.started) * sum(SHARES)
    for step, share in enumerate(SHARES, 1):
        if done < share:
            return step, int(done / share * _WHOLE_STEP)
        done -= share
    return len(SHARES), _WHOLE_STEP
