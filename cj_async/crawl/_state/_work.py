"""What should a worker do next? A segment, a document, wait for others, or nothing more."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from cj_async.crawl._segment import Segment, Terms
from cj_async.crawl._state import _items, _places, _runs, _segments, _tasks, _wanted
from cj_async.crawl._state._file import Database
from cj_async.crawl._state._tasks import Task
from cj_async.crawl._verdict import judge, summed

MISSING = 2
"""Complete runs in a row that did not see a product, after which it is asked for."""

_COMPLETE = ("complete", "complete_with_churn")
_SOON = 1.0


class Wait(msgspec.Struct, frozen=True):
    """Nothing can be done now; others are at work, or a repetition is not due yet."""

    seconds: float


Work = Segment | Task | Wait | None


def next_work(
    database: Database, run: int, worker: int, terms: Terms, tasks: Sequence[str], now: float
) -> Work:
    """Takes the next piece of work; None when the run is done.

    Args:
        database: The state.
        run: Number of the run.
        worker: Who asks.
        terms: What the list is like.
        tasks: What the plan wants to have fetched for each product.
        now: Seconds since 1970.
    """
    known = _runs.run_of(database, run)
    segment = _segments.claim(database, run, worker)
    if segment is None and known.phase == "list":
        segment = _segments.share(database, run, worker, terms)
    if segment is not None:
        return segment
    task = _tasks.claim(database, worker, now)
    if task is not None:
        return task
    if _segments.is_any_open(database, run):
        return Wait(_SOON)
    if known.phase == "list":
        _look_for_missing(database, known, tasks, now)
        return Wait(0.0)
    due = _tasks.next_due(database)
    if due is not None:
        return Wait(max(min(due - now, _SOON), 0.05))
    if _tasks.waiting(database):
        return Wait(_SOON)
    _runs.change(database, run, phase="done")
    return None


def _look_for_missing(database: Database, run: _runs.Run, tasks: Sequence[str], now: float) -> None:
    """After a complete list: what it did not show is counted, and asked for the second time."""
    _places.unite(database)
    _wanted.queue_lacking(database, run.id, tasks)
    sums = summed(_segments.every(database, run.id))
    judged = judge(sums, run.doubts, days=run.days(now))
    if run.since is None and judged.verdict in _COMPLETE:
        _items.count_missing(database, run.id)
        _tasks.enqueue(database, run.id, _items.suspects(database, MISSING), [_tasks.GONE])
    _runs.change(database, run.id, phase="missing")
