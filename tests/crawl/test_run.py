"""A durable job from its first call to its report."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from cj_async import CJClient, InvalidRequest
from cj_async.crawl import CrawlError, JsonlSink, Plan, Stop, run, stream
from cj_async.crawl._state._file import Database
from cj_async.crawl._state._workers import Worker
from cj_async.simulator import Simulator
from tests.crawl.collecting import Lines, alive


def is_empty(folder: Path) -> bool:
    return not [*folder.iterdir()]


async def test_a_run_ends_with_a_report_and_every_product_in_each_sink(
    simulator: Simulator, cj: CJClient, tmp_path: Path
) -> None:
    sinks = [Lines(), Lines(batch=7)]
    sinks[1].name = "second"
    report = await run(cj, state=tmp_path / "s", sink=sinks)
    assert (report.verdict, report.products, report.new, report.stopped) == (
        "complete",
        300,
        300,
        None,
    )
    for sink in sinks:
        assert sink.pids("products", "new") == alive(simulator)


async def test_a_second_run_finds_nothing_new(
    simulator: Simulator, cj: CJClient, tmp_path: Path
) -> None:
    sink = Lines()
    await run(cj, state=tmp_path / "s", sink=sink)
    report = await run(cj, state=str(tmp_path / "s"), sink=sink)
    assert (report.run, report.new, report.changed, report.removed) == (2, 0, 0, 0)
    assert len(sink.told) == 300


async def test_a_stop_is_told_in_the_report_and_the_run_goes_on_later(
    simulator: Simulator, cj: CJClient, tmp_path: Path
) -> None:
    stop, sink = Stop(), Lines()
    stop.ask("SIGTERM")
    stop.ask("again")
    report = await run(cj, state=tmp_path / "s", sink=sink, stop=stop)
    assert (report.verdict, report.stopped) == ("budget_stopped", "SIGTERM")
    report = await run(cj, state=tmp_path / "s", sink=sink)
    assert (report.run, report.verdict) == (1, "complete")
    assert sink.pids("products", "new") == alive(simulator)


async def test_a_cancelled_run_can_be_resumed(
    simulator: Simulator, cj: CJClient, tmp_path: Path
) -> None:
    sink = Lines()
    simulator.fail("products.search", kind="delay", seconds=5, after=1, times=100)
    crawling = asyncio.create_task(run(cj, state=tmp_path / "s", sink=sink))
    while simulator.requests.operations["products.search"] < 2:  # noqa: ASYNC110  # no event for it
        await asyncio.sleep(0.001)
    crawling.cancel()
    await asyncio.gather(crawling, return_exceptions=True)
    simulator.heal()
    report = await run(cj, state=tmp_path / "s", sink=sink)
    assert report.verdict == "complete"
    assert sink.pids("products", "new") == alive(simulator)


async def test_a_process_that_cannot_keep_its_lease_ends_and_says_so(
    simulator: Simulator,
    cj: CJClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def keep(self: Worker, database: Database) -> bool:
        raise RuntimeError("broken")

    monkeypatch.setattr(Worker, "beat", 0.001)
    monkeypatch.setattr(Worker, "keep", keep)
    simulator.fail("products.search", kind="delay", seconds=0.1, times=1_000)
    with pytest.raises(RuntimeError, match="broken"):
        await run(cj, state=tmp_path / "s")
    assert caplog.messages == ["crawl: it ends, for something is broken"]
    monkeypatch.undo()
    assert (await run(cj, state=tmp_path / "s")).is_complete


async def test_another_plan_for_the_same_state_is_refused(
    simulator: Simulator, cj: CJClient, tmp_path: Path
) -> None:
    await run(cj, state=tmp_path / "s")
    with pytest.raises(CrawlError, match="profile"):
        await run(cj, Plan(profile="cheap"), state=tmp_path / "s")
    with pytest.raises(CrawlError, match="profile"):
        _ = [each async for each in stream(cj, Plan(profile="cheap"), state=tmp_path / "s")]


@pytest.mark.parametrize("sink", ["out.jsonl", JsonlSink, [Lines(), 3], None])
async def test_what_is_no_sink_is_refused_before_anything_is_opened(
    sink: Any, simulator: Simulator, cj: CJClient, tmp_path: Path
) -> None:
    with pytest.raises(InvalidRequest, match=r"sink.*name, batch, open, write and aclose"):
        await run(cj, state=tmp_path / "s", sink=sink)
    assert is_empty(tmp_path)
    assert simulator.requests.total == 0


@pytest.mark.parametrize(
    ("name", "value"), [("plan", {"profile": "rich"}), ("every", 0), ("every", "1")]
)
async def test_a_wrong_argument_is_named(
    name: str, value: Any, cj: CJClient, tmp_path: Path
) -> None:
    given: dict[str, Any] = {name: value}
    with pytest.raises(InvalidRequest, match=f"crawl.run: {name}="):
        await run(cj, state=tmp_path / "s", **given)
