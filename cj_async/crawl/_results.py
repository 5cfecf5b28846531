"""How does a run end? With a verdict in the state, and a report."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from cj_async import CJClient
from cj_async.crawl._pulse import Pulse
from cj_async.crawl._report import ParkedTask, Report
from cj_async.crawl._state import _items, _runs, _segments, _tasks
from cj_async.crawl._state._file import Database, StateFile
from cj_async.crawl._verdict import judge, summed


async def finish(
    state: StateFile, run: int, cj: CJClient, pulse: Pulse, stopped: str | None
) -> Report:
    """Ends a run that is done, and says what it came to; one that was stopped stays open."""
    return await state.do(_report, run, dict(cj.drift), pulse.seconds, stopped)


def _report(
    database: Database, number: int, drift: dict[str, int], seconds: float, stopped: str | None
) -> Report:
    run = _runs.run_of(database, number)
    segments = tuple(_segments.every(database, number))
    is_done = run.phase == "done"
    why = None if is_done else stopped or "another process works on it"
    judged = judge(summed(segments), run.doubts, stopped=why, days=run.days(time.time()))
    if is_done and run.ended is None:
        _runs.change(
            database, number, ended=time.time(), verdict=judged.verdict, because=judged.because
        )
    return Report(
        run=number,
        verdict=judged.verdict,
        because=judged.because,
        products=_items.count(database, 0),
        rows=run.rows,
        new=run.new,
        changed=run.changed,
        removed=run.removed,
        repeats=run.repeats,
        documents=run.documents,
        parked=tuple(
            ParkedTask(pid=each.pid, document=each.task, error=each.error, raw=each.raw)
            for each in _tasks.parked(database)
        ),
        requests=run.requests,
        points=run.points,
        started=datetime.fromtimestamp(run.started, UTC),
        seconds=seconds,
        segments=segments,
        doubts=run.doubts,
        stopped=why,
        drift=drift,
    )
