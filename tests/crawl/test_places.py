"""A product stands once in the state and comes once to the sinks, whatever its creation time looks like."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cj_async import CJClient, crawl
from cj_async.simulator import Simulator
from tests.conftest import RATE
from tests.crawl.collecting import Lines
from tests.crawl.collecting import crawled as kept
from tests.crawl.garbling import garble, rows_of
from tests.crawl.one_clock import OneClock, crawled, timed
from tests.crawl.test_removed import hide, pid_of

PRODUCTS = 300
Row = dict[str, Any]


@pytest.fixture
async def simulator() -> AsyncGenerator[Simulator]:
    async with Simulator(PRODUCTS, tier=RATE, per_ip=None, points=None) as running:
        yield running
    assert running.mistakes == []


def each_row(pid: str | None, change: Callable[[Row], object]) -> Callable[[Row], None]:
    """Changes the rows of one product; of all with None."""

    def changed(body: Row) -> None:
        for row in rows_of(body):
            if pid in (None, row["id"]):
                change(row)

    return changed


def without_sense(row: Row) -> None:
    row["createAt"] = "soon"


def without_time(row: Row) -> None:
    row["createAt"] = None


async def exported(state: Path, folder: Path) -> list[str]:
    """The ids of an export, in its order."""
    path = folder / "exported.jsonl"
    path.unlink(missing_ok=True)
    await crawl.export(state, crawl.JsonlSink(path))
    path.with_name(".exported.jsonl.crawl").unlink(missing_ok=True)
    return [msgspec.json.decode(line)["id"] for line in path.read_bytes().splitlines()]


@pytest.mark.parametrize("place", [0, 50, -1])
@pytest.mark.parametrize("answer", [1, 2, 3])
async def test_a_time_that_is_garbled_once_is_asked_for_again(
    cj: CJClient, tmp_path: Path, place: int, answer: int
) -> None:
    sink = Lines()
    with pytest.MonkeyPatch.context() as patch:
        garble(patch, lambda body: without_sense(rows_of(body)[place]), only=(answer,))
        report = await crawl.run(cj, state=tmp_path / "cj.db", sink=sink)
    assert report.verdict == "complete"
    assert len(sink.changes("products")) == len(sink.of("products")) == PRODUCTS
    assert None not in {row["createAt"] for row in sink.of("products")}


@pytest.mark.parametrize("number", [0, 98, 99, 100, 198, 250, 299])
@pytest.mark.parametrize("change", [without_sense, without_time])
@pytest.mark.parametrize("runs", ["first", "second"])
async def test_a_product_whose_time_cannot_be_read_in_one_run_is_the_same_in_others(
    cj: CJClient, tmp_path: Path, number: int, change: Callable[[Row], object], runs: str
) -> None:
    state, order = tmp_path / "cj.db", [row.id async for row in crawl.products(cj)]
    sink = Lines()
    reports: list[crawl.Report] = []
    for run in ("first", "second", "third"):
        with pytest.MonkeyPatch.context() as patch:
            if run == runs:
                garble(patch, each_row(order[number], change))
            reports.append(await crawl.run(cj, state=state, sink=sink))
    assert [report.products for report in reports] == [PRODUCTS] * 3
    assert [report.new for report in reports] == [PRODUCTS, 0, 0]
    assert sorted(row["pid"] for row in sink.of("products")) == sorted(order)
    assert sorted(await exported(state, tmp_path)) == sorted(order)
    checked = await crawl.verify(cj, state, products=0, windows=5)
    assert checked.missing == ()


async def test_a_product_whose_creation_time_changes_stays_one(
    simulator: Simulator, cj: CJClient, tmp_path: Path
) -> None:
    state, moved = tmp_path / "cj.db", [row.id async for row in crawl.products(cj)][40]

    def earlier(row: Row) -> None:
        row["createAt"] = int(row["createAt"]) - 1_000

    await kept(cj, state, enrich=("details",))
    with pytest.MonkeyPatch.context() as patch:
        garble(patch, each_row(None, earlier))
        changed = await kept(cj, state, enrich=("details",))
    before = len(simulator.requests.of("products.get"))
    again = await kept(cj, state, enrich=("details",))
    assert [report.products for report in (changed, again)] == [PRODUCTS] * 2
    assert len(simulator.requests.of("products.get")) - before <= PRODUCTS
    pids = await exported(state, tmp_path)
    assert (len(pids), pids.count(moved)) == (PRODUCTS, 1)
    assert again.removed == changed.removed == 0


async def test_since_last_does_not_trust_a_clock_that_was_ahead(tmp_path: Path) -> None:
    clock, ahead = OneClock(), OneClock()
    ahead.shown.advance(timedelta(days=10))
    async with timed(clock, 500) as (simulator, cj):
        await crawled(cj, ahead, tmp_path / "cj.db")
        clock.shown.advance(timedelta(days=2))
        simulator.churn(seed=1, inserted=20)
        clock.shown.advance(timedelta(days=1))
        report = await crawled(cj, clock, tmp_path / "cj.db", since="last")
    assert (report.verdict, report.new) == ("complete", 20)


async def test_what_is_there_but_not_listed_is_not_asked_for_every_other_run(
    simulator: Simulator, cj: CJClient, tmp_path: Path
) -> None:
    state = tmp_path / "cj.db"
    await crawl.run(cj, state=state)
    hide(simulator, *(pid_of(simulator, number) for number in range(40, 80)))
    for _ in range(8):
        report = await crawl.run(cj, state=state)
        assert (report.products, report.removed) == (PRODUCTS, 0)
    assert len(simulator.requests.of("products.get")) == 40


TWO_WORKERS = """
import asyncio, sys
from pathlib import Path
from cj_async.crawl import StateInUse
from cj_async.crawl._state._file import StateFile
from cj_async.crawl._state._workers import Worker

async def main():
    path = Path(sys.argv[1])
    one, two = await StateFile(path).open(), await StateFile(path).open()
    await one.do(Worker(path).register, join=False)
    try:
        await two.do(Worker(path).register, join=False)
    except StateInUse:
        print("refused")
    await one.aclose()
    await two.aclose()

asyncio.run(main())
"""


@pytest.mark.parametrize("flags", [(), ("-O",)])
def test_a_second_process_is_refused_also_where_nothing_is_asserted(
    tmp_path: Path, flags: tuple[str, ...]
) -> None:
    command = [sys.executable, *flags, "-c", TWO_WORKERS, str(tmp_path / "cj.db")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "refused\n"
