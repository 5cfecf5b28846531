"""Which run does a state go on with? The one that is not at its end, or a new one."""

from __future__ import annotations

import json

from cj_async.crawl._documents import tasks_of
from cj_async.crawl._errors import StateError
from cj_async.crawl._lists import LISTS, milliseconds
from cj_async.crawl._plan import Plan, identity
from cj_async.crawl._segment import Segment
from cj_async.crawl._state import _items, _runs, _segments, _wanted
from cj_async.crawl._state._file import Database
from cj_async.crawl._state._workers import Worker

_SECOND = 1_000  # milliseconds
_LIST_READ = ("missing", "done")


def begin_or_go_on(
    database: Database, worker: Worker, plan: Plan, name: str, *, now: float, join: bool
) -> _runs.Run:
    """Enters this process, and returns the run that it works on.

    Raises:
        StateInUse: another process works on it, and ``join`` is not set.
        StateError: the state is about another plan.
    """
    worker.register(database, join=join)
    blank = None
    if _runs.is_blank(database):
        # Such as one whose filter CJ refused: the next plan may be another.
        blank = _runs.clear(database)
    newest = _runs.newest(database)
    _check_same(newest, plan, name)
    tasks = tasks_of(plan.enrich)
    _wanted.fit(database, tasks)
    if newest is not None and newest.ended is None:
        if newest.phase in _LIST_READ:
            _wanted.queue_lacking(database, newest.id, tasks)
        return newest
    run = _begin(database, plan, newest, int(now * _SECOND))
    if blank is not None:
        _runs.add(database, run, requests=blank.requests, points=blank.points)
    return _runs.run_of(database, run)


def _check_same(newest: _runs.Run | None, plan: Plan, name: str) -> None:
    if newest is None:
        return
    was, wanted = dict[str, object](newest.about), identity(plan)
    differing = [each for each in wanted if was.get(each) != wanted[each]]
    if differing:
        each = differing[0]
        raise StateError(
            name,
            f"it is about {each}={was.get(each)!r}, and the plan says {wanted[each]!r}:"
            " give the same, or another state file",
        )


def _begin(database: Database, plan: Plan, newest: _runs.Run | None, until: int) -> int:
    terms = LISTS[plan.profile].terms
    since = _since(plan, database)
    run = _runs.begin(
        database,
        json.dumps(identity(plan)),
        since=since,
        until=until,
        cap=terms.cap,
        slack=terms.slack if newest is None else newest.slack,
    )
    _segments.add(database, run, [Segment(mode="seek", start=since, end=until, cursor=since)])
    return run


def _since(plan: Plan, database: Database) -> int | None:
    if plan.since == "last":
        read = _runs.last_read(database)
        if read is None:
            return None
        seen = _items.newest(database)  # this machine's clock may have been ahead
        return min(read, read if seen is None else seen) - int(plan.lag.total_seconds() * _SECOND)
    return milliseconds(plan.since)
