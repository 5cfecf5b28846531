"""How far is a crawl, as its state file tells it? Looks only, and changes nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from cj_async.crawl._given import state_of
from cj_async.crawl._lists import moment_of
from cj_async.crawl._report import ParkedTask
from cj_async.crawl._segment import Segment
from cj_async.crawl._sink import Kind
from cj_async.crawl._state import _census, _items, _runs, _segments, _sinks, _tasks
from cj_async.crawl._state._file import Database
from cj_async.crawl._state._reading import log_of, look
from cj_async.crawl._state._schema import KINDS
from cj_async.crawl._verdict import Verdict


class RunStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A run, the one under way or an earlier one.

    Attributes:
        number: From 1.
        plan: What it is about: ``profile``, ``filters``, ``features``.
        phase: ``check``, ``list``, ``missing`` (documents and what is gone), ``done``.
        mode: How the list is read: ``seek``, ``scan`` (by time) or ``split`` (category and price).
        since: Creation time from which it looks; None for all.
        until: Creation time up to which it looks.
        started: When it began.
        ended: When it was through; None while it is not.
        verdict: How complete it is; None while it is not ended.
        because: Why, in words.
        requests: Calls of lists and documents.
        points: Points they cost by the documentation.
        rows: Rows received from the list.
        new: Products that were not known before.
        changed: Products that are not as the run before saw them.
        removed: Products that turned out to be gone.
        repeats: Rows that were received more than once.
        documents: Documents fetched.
        doubts: What was not as relied on: ``unsorted``, ``time_ignored``, ``undated``,
            ``filter_ignored``.
    """

    number: int
    plan: Mapping[str, Any]
    phase: str
    mode: str
    since: datetime | None
    until: datetime
    started: datetime
    ended: datetime | None
    verdict: Verdict | None
    because: str | None
    requests: int
    points: int
    rows: int
    new: int
    changed: int
    removed: int
    repeats: int
    documents: int
    doubts: tuple[str, ...]


class SinkStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A sink.

    Attributes:
        name: Its name.
        position: How far it was told.
        behind: Lines that it was not told yet.
    """

    name: str
    position: int
    behind: int


class WorkerStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A process that entered the state, and did not leave it in order.

    Attributes:
        process: Its id.
        host: Its machine.
        is_expired: Its lease ran out: it was killed, or has hung for a while.
    """

    process: int
    host: str
    is_expired: bool


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """What a state file holds.

    Attributes:
        runs: All runs, the oldest first.
        products: Products that are known and not gone.
        documents: How many there are of each kind.
        waiting: Tasks (a document of a product to fetch, or to ask whether it is gone) that wait.
        parked: Tasks that kept failing and are not tried again in their run.
        first_parked: The first hundred of those.
        sinks: Who is told.
        workers: Who works on it.
        segments: Windows of the newest run's list that are still to be read.
        bytes: Size of the file and its log.
    """

    runs: tuple[RunStatus, ...]
    products: int
    documents: Mapping[Kind, int]
    waiting: int
    parked: int
    first_parked: tuple[ParkedTask, ...]
    sinks: tuple[SinkStatus, ...]
    workers: tuple[WorkerStatus, ...]
    segments: tuple[Segment, ...]
    bytes: int

    @property
    def is_finished(self) -> bool:
        """Whether there was a run, and the newest is at its end."""
        return bool(self.runs) and self.runs[-1].ended is not None


async def status(state: str | Path) -> Status:
    """Says what a state file holds, at one moment, while a crawl runs or not. No file is changed.

    Args:
        state: Path of the state file.

    Returns:
        All of it; `Status.runs` is empty while nothing was crawled.

    Raises:
        InvalidRequest: the state is no path.
        StateError: there is no such state, or it cannot be read.
    """
    path = state_of(state, "crawl.status")
    return await look(path, _status, path, time.time())


def _status(database: Database, path: Path, now: float) -> Status:
    runs = _runs.all_runs(database)
    counts: dict[Kind, int] = {
        KINDS[number]: _items.count(database, number) for number in range(len(KINDS))
    }
    return Status(
        runs=tuple(_run(run) for run in runs),
        products=counts.pop("products"),
        documents=counts,
        waiting=_tasks.waiting(database),
        parked=_census.parked(database),
        first_parked=tuple(
            ParkedTask(pid=each.pid, document=each.task, error=each.error, raw=each.raw)
            for each in _tasks.parked(database)
        ),
        sinks=tuple(
            SinkStatus(
                name=each.name,
                position=each.position,
                behind=_sinks.waiting(database, each.position),
            )
            for each in _census.sinks(database)
        ),
        workers=tuple(
            WorkerStatus(process=each.process, host=each.host, is_expired=each.lease < now)
            for each in _census.workers(database)
        ),
        segments=tuple(_segments.opened(database, runs[-1].id) if runs else ()),
        bytes=sum(each.stat().st_size for each in (path, log_of(path)) if each.exists()),
    )


def _run(run: _runs.Run) -> RunStatus:
    """A run, with moments in place of numbers."""
    told = {
        **msgspec.structs.asdict(run),
        "number": run.id,
        "plan": run.about,
        "since": None if run.since is None else moment_of(run.since),
        "until": moment_of(run.until),
        "started": datetime.fromtimestamp(run.started, UTC),
        "ended": None if run.ended is None else datetime.fromtimestamp(run.ended, UTC),
    }
    return msgspec.convert(told, RunStatus)
