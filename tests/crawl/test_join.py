"""Two processes on one state: the second is refused, or works along and takes over what the other leaves."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from cj_async import CJClient, crawl
from cj_async.simulator import Simulator
from tests.conftest import client_of, error_of
from tests.crawl.another import another
from tests.crawl.collecting import Lines, alive, asked
from tests.crawl.nursery import (
    Child,
    Nursery,
    left_over,
    local_cj,
    names_in,
    opened,
    pages_kept,
    pids_of,
    told,
)
from tests.crawl.states import sql

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

PRODUCTS = 3_000


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def nursery() -> AsyncGenerator[Nursery]:
    async with opened() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def local() -> AsyncGenerator[Simulator]:
    async with local_cj(PRODUCTS, latency=0.1) as simulator:
        yield simulator
    assert simulator.mistakes == []


@pytest_asyncio.fixture(loop_scope="module")
async def cj(local: Simulator) -> AsyncGenerator[CJClient]:
    async with client_of(local) as client:
        yield client


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(40):
        while not happened():  # noqa: ASYNC110  # another process has no event for it
            await asyncio.sleep(0.01)


async def listing(child: Child, folder: Path, pages: int = 6) -> Child:
    """A crawl that has kept some pages."""
    await until(lambda: pages_kept(folder) >= pages or child.ended.is_set())
    return child


def check(local: Simulator, folder: Path) -> None:
    catalog = pids_of(local, PRODUCTS)
    for sink, found in told(folder).items():
        lost, double = catalog - found, found - catalog
        assert found == catalog, f"{sink}: {lost.total()} lost, {double.total()} double"
    assert left_over(folder) == []


async def test_a_second_process_is_refused_and_told_which_one_works(
    local: Simulator, nursery: Nursery, cj: CJClient, tmp_path: Path
) -> None:
    child = await listing(await nursery.crawl(local, tmp_path), tmp_path)
    error = await error_of(crawl.run(cj, state=tmp_path / "state.db"), crawl.StateInUse)
    assert f"process {child.pid} crawls with it" in error.reason
    assert "--join" in error.reason
    assert (await child.result())["verdict"] == "complete"
    check(local, tmp_path)


async def test_a_second_task_of_the_same_process_is_refused(cj: CJClient, tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    first = asyncio.create_task(crawl.run(cj, state=state))
    await listing(Child(0), tmp_path, 1)
    error = await error_of(crawl.run(cj, state=state), crawl.StateInUse)
    assert "this process crawls with it already" in error.reason
    assert (await first).is_complete


async def test_two_processes_work_side_by_side_and_every_product_comes_once(
    local: Simulator, nursery: Nursery, tmp_path: Path
) -> None:
    one, two = [await nursery.crawl(local, tmp_path, join=True) for _ in range(2)]
    results = [await one.result(), await two.result()]
    assert [each["verdict"] for each in results] == ["complete"] * 2
    assert results[0]["products"] == results[1]["products"] == PRODUCTS
    assert pages_kept(tmp_path) == sum(asked(local).values())
    assert pages_kept(tmp_path) < 1.5 * PRODUCTS / 100
    check(local, tmp_path)


@pytest.mark.parametrize("victim", [0, 1])
async def test_when_one_of_two_is_killed_the_other_takes_over_at_once(
    victim: int, local: Simulator, nursery: Nursery, tmp_path: Path
) -> None:
    both = [await nursery.crawl(local, tmp_path, join=True) for _ in range(2)]
    await listing(both[victim], tmp_path, 10)
    await both[victim].kill()
    async with asyncio.timeout(25):  # a lease is longer
        result = await both[1 - victim].result()
    assert result["verdict"] == "complete"
    check(local, tmp_path)


async def test_a_process_that_hangs_loses_its_work_and_stores_nothing_twice_when_it_wakes(
    local: Simulator, nursery: Nursery, tmp_path: Path
) -> None:
    one = await listing(await nursery.crawl(local, tmp_path, lease=0.5), tmp_path)
    await _stop_between_commits(one, tmp_path / "state.db")
    two = await nursery.crawl(local, tmp_path, join=True, lease=0.5, sinks=False)
    try:
        result = await two.result()
    finally:
        one.signal(signal.SIGCONT)
    assert result["verdict"] == "complete"
    assert (await one.result())["verdict"] == "complete"
    assert pages_kept(tmp_path) == sum(asked(local).values())  # also those that were refused
    assert pages_kept(tmp_path) < 1.5 * PRODUCTS / 100
    check(local, tmp_path)


async def _stop_between_commits(child: Child, state: Path) -> None:
    """One that is stopped in the middle of a commit holds the file: nobody can work until it goes on."""
    while True:
        child.signal(signal.SIGSTOP)
        await asyncio.sleep(0.05)
        with closing(sqlite3.connect(state, timeout=0.1, isolation_level=None)) as db:
            try:
                db.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                child.signal(signal.SIGCONT)
                await asyncio.sleep(0.01)
            else:
                return


async def test_the_other_feeds_the_sinks_when_the_one_that_had_them_ends_first(
    local: Simulator, nursery: Nursery, cj: CJClient, tmp_path: Path
) -> None:
    state, rows = tmp_path / "state.db", tmp_path / "rows.jsonl"
    few = crawl.Plan(limit=500, parallel=2)
    first = asyncio.create_task(crawl.run(cj, few, state=state, sink=crawl.JsonlSink(rows)))
    await listing(Child(0), tmp_path, 1)
    second = await crawl.run(cj, state=state, sink=crawl.JsonlSink(rows), join=True)
    report = await first
    assert (report.verdict, second.verdict) == ("budget_stopped", "complete")
    assert report.stopped == "limit=500 products were found"
    found = [json.loads(line)["id"] for line in rows.read_bytes().splitlines()]
    assert len(found) == len(set(found)) == PRODUCTS


@pytest_asyncio.fixture(loop_scope="module")
async def begun(cj: CJClient, tmp_path: Path) -> Path:
    """A state whose run has some pages."""
    state = tmp_path / "state.db"
    assert not (await crawl.run(cj, crawl.Plan(limit=100), state=state)).is_complete
    return state


async def test_one_that_is_told_to_stop_does_not_wait_for_the_sink_of_another(
    cj: CJClient, begun: Path
) -> None:
    stop = crawl.Stop()
    stop.ask("enough")
    async with another(begun) as other, asyncio.timeout(10):
        await other.holds_sink("memory")
        report = await crawl.run(cj, state=begun, sink=Lines(), join=True, stop=stop)
    assert (report.verdict, report.stopped) == ("budget_stopped", "enough")


async def test_the_wait_for_the_sink_of_another_ends_when_it_is_told_to_stop(
    cj: CJClient, begun: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "cj_async")
    stop = crawl.Stop()
    async with another(begun) as other, asyncio.timeout(20):
        await other.holds_sink("memory")
        crawling = asyncio.create_task(
            crawl.run(cj, state=begun, sink=Lines(), join=True, stop=stop)
        )
        await until(lambda: sql(begun, "SELECT phase FROM runs") == [("done",)])
        stop.ask("enough")
        report = await crawling
    assert report.verdict == "complete"
    assert caplog.messages[-1:] == [
        "crawl: another process has sink memory, and owes it lines still"
    ]


async def test_a_sink_that_a_process_that_hangs_owes_lines_is_named_and_gets_them_later(
    local: Simulator, cj: CJClient, begun: Path
) -> None:
    sink = Lines()
    async with another(begun) as other:
        await other.holds_sink("memory")
        await other.hangs()
        crawling = crawl.run(cj, state=begun, sink=sink, join=True)
        error = await error_of(crawling, crawl.SinkFailed)
    assert error.sink == "memory"
    assert "end that one (`cj crawl status` shows which), and run again" in error.reason
    assert sink.told == []
    assert (await crawl.run(cj, state=begun, sink=sink)).is_complete
    assert sink.pids("products", "new") == alive(local)


async def test_lock_files_of_the_dead_are_removed(cj: CJClient, tmp_path: Path) -> None:
    (tmp_path / "state.db-worker-00000000abcd").touch()
    assert (await crawl.run(cj, state=tmp_path / "state.db")).is_complete
    assert names_in(tmp_path) == ["state.db"]
