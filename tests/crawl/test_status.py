"""Does a state file tell how far its crawl is, without being touched?"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cj_async import crawl
from cj_async.crawl._state._file import StateFile
from tests.conftest import error_of
from tests.crawl.states import UNUSABLE, Memory, beside, catalog, files_in, sql

COUNTERS = ("requests", "points", "rows", "new", "changed", "removed", "repeats", "documents")


async def test_a_finished_crawl_is_told_as_its_report_told_it(tmp_path: Path) -> None:
    state = tmp_path / "cj.db"
    async with catalog(500) as (_, cj):
        report = await crawl.run(cj, state=state, sink=Memory())
    found = await crawl.status(state)
    (run,) = found.runs
    assert [getattr(run, name) for name in COUNTERS] == [getattr(report, name) for name in COUNTERS]
    assert (run.number, run.verdict, run.because) == (1, "complete", report.because)
    assert (run.phase, run.mode, run.doubts, run.since) == ("done", "seek", (), None)
    assert run.started == report.started
    assert run.ended is not None
    assert run.started <= run.ended <= datetime.now(UTC)
    assert abs(run.until - run.started) < timedelta(minutes=1)
    assert (run.plan["profile"], run.plan["filters"]) == ("rich", {})
    assert found.is_finished
    assert (found.products, found.waiting, found.parked, found.first_parked) == (500, 0, 0, ())
    assert found.documents == {"details": 0, "variants": 0, "stock": 0, "reviews": 0}
    assert (found.workers, found.segments) == ((), ())
    assert found.bytes == state.stat().st_size


async def test_runs_come_in_their_order(tmp_path: Path) -> None:
    state = tmp_path / "cj.db"
    async with catalog(300) as (local, cj):
        times = [row.create_at async for row in crawl.products(cj) if row.create_at]
        await crawl.run(cj, state=state)
        local.churn(1, inserted=7, repriced=11)
        await crawl.run(cj, crawl.Plan(since="last"), state=state)
        await crawl.run(cj, state=state)
    runs = (await crawl.status(state)).runs
    assert [run.number for run in runs] == [1, 2, 3]
    assert runs[1].since == max(times) - timedelta(days=1)
    assert [run.new for run in runs] == [300, 7, 0]
    assert runs[2].changed + runs[1].changed == 11


async def test_a_stopped_crawl_is_not_finished_and_shows_what_is_left(tmp_path: Path) -> None:
    state = tmp_path / "cj.db"
    async with catalog(3000) as (_, cj):
        plan = crawl.Plan(max_points=500)
        await crawl.run(cj, plan, state=state)
        found = await crawl.status(state)
        assert not found.is_finished
        run = found.runs[-1]
        assert (run.ended, run.verdict, run.because) == (None, None, None)
        assert run.points == 500
        assert 0 < found.products < 1000
        assert all(segment.state == "open" for segment in found.segments)
        assert found.segments
        await crawl.run(cj, state=state)
    assert (await crawl.status(state)).is_finished


async def test_a_sink_that_was_not_told_again_is_behind(tmp_path: Path) -> None:
    state = tmp_path / "cj.db"
    async with catalog(250) as (local, cj):
        await crawl.run(cj, state=state, sink=Memory())
        (sink,) = (await crawl.status(state)).sinks
        assert (sink.name, sink.behind) == ("memory", 0)
        local.churn(1, inserted=9, repriced=21)
        await crawl.run(cj, state=state)
    (later,) = (await crawl.status(state)).sinks
    assert (later.position, later.behind) == (sink.position, 30)


async def test_tasks_are_counted_and_the_parked_ones_told(tmp_path: Path) -> None:
    state = tmp_path / "cj.db"
    async with catalog(10) as (_, cj):
        await crawl.run(cj, state=state)
    sql(
        state,
        "INSERT INTO tasks (place, pid, task, run, priority, state, error, raw)"
        " SELECT 0, printf('p%03d', value), 'details', 1, 0,"
        "        iif(value % 3, 'parked', 'waiting'), 'no', x'7b7d'"
        " FROM (WITH RECURSIVE numbers (value) AS"
        "       (SELECT 0 UNION ALL SELECT value + 1 FROM numbers WHERE value < 149)"
        "       SELECT value FROM numbers)",
    )
    found = await crawl.status(state)
    assert (found.waiting, found.parked, len(found.first_parked)) == (50, 100, 100)
    first = crawl.ParkedTask(pid="p001", document="details", error="no", raw=b"{}")
    assert found.first_parked[0] == first


async def test_it_works_while_a_crawl_runs(tmp_path: Path) -> None:
    state, told = tmp_path / "cj.db", list[crawl.Status]()

    async def look() -> None:
        told.append(await crawl.status(state))

    async with catalog(2000, latency=0.01) as (_, cj):
        await beside(crawl.run(cj, state=state), state, look)
    seen = [each for each in told if each.runs and each.workers]
    rows = [each.runs[-1].rows for each in seen]
    assert rows == sorted(rows)
    assert len(set(rows)) > 2
    for each in seen:
        (worker,) = each.workers
        assert (worker.process, worker.is_expired) == (os.getpid(), False)
        assert each.bytes > 0


async def test_a_crawl_that_was_killed_is_seen_by_its_lease(tmp_path: Path) -> None:
    state, left = tmp_path / "cj.db", tmp_path / "left"
    async with catalog(1000) as (_, cj):

        def copy(progress: crawl.CrawlProgress) -> None:
            if progress.report is None and progress.rows and not left.exists():
                left.mkdir()
                for path in tmp_path.glob("cj.db*"):
                    shutil.copy(path, left)

        await crawl.run(cj, state=state, on_progress=copy, every=0.001)
    found = await crawl.status(left / "cj.db")
    assert [each.is_expired for each in found.workers] == [False]
    assert not found.is_finished
    sql(left / "cj.db", "UPDATE workers SET lease = ?", time.time() - 1)
    assert (await crawl.status(left / "cj.db")).workers[0].is_expired


async def test_a_state_that_was_made_but_not_used_has_no_runs(tmp_path: Path) -> None:
    made = await StateFile(tmp_path / "cj.db").open()
    await made.aclose()
    found = await crawl.status(tmp_path / "cj.db")
    assert (found.runs, found.products, found.is_finished) == ((), 0, False)


async def test_no_file_is_made_or_changed(tmp_path: Path) -> None:
    state = tmp_path / "a name with %41?&#.db"
    async with catalog(50) as (_, cj):
        await crawl.run(cj, state=state)
    before = files_in(tmp_path)
    await crawl.status(str(state))
    assert files_in(tmp_path) == before


async def test_a_crawl_that_begins_in_between_is_not_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = tmp_path / "cj.db"
    async with catalog(50) as (_, cj):
        await crawl.run(cj, state=state)
    reads = list[str]()

    def begin_in_between(*_: object) -> list[object]:
        reads.append("read")
        if len(reads) == 1:
            sql(state, "UPDATE items SET gone = 1")
        return []

    monkeypatch.setattr("cj_async.crawl._status._census.workers", begin_in_between)
    assert (await crawl.status(state)).products == 0
    assert len(reads) == 2


@pytest.mark.parametrize(("make", "words"), UNUSABLE)
async def test_what_is_no_state_is_refused_and_nothing_is_made(
    tmp_path: Path, make: Callable[[Path], None], words: str
) -> None:
    make(tmp_path / "cj.db")
    before = files_in(tmp_path)
    error = await error_of(crawl.status(tmp_path / "cj.db"), crawl.StateError)
    assert words in error.reason
    assert files_in(tmp_path) == before


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE runs SET plan = '{'",
        """UPDATE runs SET plan = '{"profile":"rich"}'""",
        "UPDATE runs SET doubts = '[1'",
        "UPDATE runs SET points = 'many'",
        "DELETE FROM meta WHERE key = 'source'",
    ],
)
async def test_what_a_damaged_state_holds_is_never_taken_for_something_else(
    damage: str, tmp_path: Path
) -> None:
    state = tmp_path / "cj.db"
    async with catalog(50) as (_, cj):
        await crawl.run(cj, state=state)
        sql(state, damage)
        for work in (
            crawl.status(state),
            crawl.verify(cj, state),
            crawl.export(state, Memory()),
            crawl.run(cj, state=state),
        ):
            assert "it is damaged" in (await error_of(work, crawl.StateError)).reason
