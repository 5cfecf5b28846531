"""Events tell how far a crawl is, in right numbers, and cost little."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path

import pytest

from cj_async import APIError, CJClient, crawl
from cj_async.crawl import CrawlProgress
from cj_async.crawl import _pulse as pulses
from cj_async.crawl._segment import Segment, Terms
from cj_async.crawl._state import _runs, _segments
from cj_async.crawl._state._file import StateFile
from cj_async.crawl._verdict import summed
from cj_async.simulator import Simulator
from tests.crawl.collecting import Lines
from tests.crawl.one_clock import OneClock, crawled, timed


async def test_events_grow_to_the_report(tmp_path: Path) -> None:
    clock, events = OneClock(), list[CrawlProgress]()
    async with timed(clock, 6000, points=2000) as (_, cj):
        report = await crawled(cj, clock, tmp_path / "s", watcher=events, every=600)
    assert len(events) > 20
    for name in ("rows", "new", "pages", "points", "seconds", "repeats"):
        told = [getattr(each, name) for each in events]
        assert told == sorted(told), name
    last = events[-1]
    assert last.report == report
    assert [each.report for each in events[:-1]] == [None] * (len(events) - 1)
    assert (last.new, last.pages, last.points) == (6000, report.requests, report.points)
    assert (last.verdict, last.phase) == ("complete", "done")
    assert {each.verdict for each in events} == {"complete"}


async def test_what_is_left_is_told_by_rate_and_by_points(tmp_path: Path) -> None:
    clock, events = OneClock(), list[CrawlProgress]()
    async with timed(clock, 6000, points=2000) as (_, cj):
        await crawled(cj, clock, tmp_path / "s", watcher=events, every=600)
    middle = [each for each in events if 3500 < each.new < 4500]
    assert middle
    ended = events[-1].seconds
    for each in middle:
        assert each.expected == pytest.approx(6000, rel=0.15)
        assert each.seconds_by_points is not None
        left = timedelta(seconds=ended - each.seconds).total_seconds()
        assert each.seconds_by_points == pytest.approx(left, rel=0.4)
        assert each.points_left is not None


async def test_a_watcher_that_fails_does_not_end_the_crawl(
    simulator: Simulator, cj: CJClient, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(progress: CrawlProgress) -> None:
        raise RuntimeError("no terminal")

    report = await crawl.run(cj, state=tmp_path / "s", on_progress=fail, every=0.001)
    assert report.verdict == "complete"
    assert [each for each in caplog.messages if "on_progress failed" in each] != []
    assert len(caplog.messages) == 1


async def test_a_look_that_fails_ends_the_crawl_and_is_told(
    simulator: Simulator, cj: CJClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def look(self: pulses.Pulse, terms: Terms) -> CrawlProgress:
        raise crawl.StateError("s", "the disk failed")

    monkeypatch.setattr(pulses.Pulse, "look", look)
    simulator.fail("products.search", kind="delay", seconds=0.1, times=1_000)
    with pytest.raises(crawl.StateError, match="the disk failed"):
        await crawl.run(cj, state=tmp_path / "s", on_progress=print, every=0.001)
    monkeypatch.undo()
    assert (await crawl.run(cj, state=tmp_path / "s")).is_complete


async def test_a_look_reads_segments_that_are_done_only_once(
    cj: CJClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = await StateFile(tmp_path / "s").open()
    number = await state.do(_runs.begin, "{}", since=None, until=10**12, cap=6000, slack=0)
    done = [
        Segment(state="done", distinct=3, rows=4, repeats=1, requests=1, last_total=3)
        for _ in range(3000)
    ]
    await state.do(_segments.add, number, [*done, Segment(cursor=5, start=0, end=10)])
    begun = await state.do(_runs.run_of, number)
    pulse = pulses.Pulse(state, begun, cj, OneClock(), crawl.Plan().limits, lambda _: None)
    reads = [0]
    read = _segments.read

    def counted(*told: object) -> Segment:
        reads[0] += 1
        return read(*told)  # type: ignore[arg-type]

    monkeypatch.setattr(_segments, "read", counted)
    for _ in range(4):
        await pulse.look(Terms(size=100))
    progress = await pulse.look(Terms(size=100))
    assert reads[0] <= 3000
    assert progress.verdict == "complete"
    sums = await state.do(lambda database: summed(_segments.every(database, number)))
    assert sums.distinct == 9000
    await state.aclose()


async def test_a_stream_gives_events_and_ends_with_the_report(
    simulator: Simulator, cj: CJClient, tmp_path: Path
) -> None:
    sink = Lines()
    events = [each async for each in crawl.stream(cj, state=tmp_path / "s", sink=sink, every=0.005)]
    assert events[-1].report is not None
    assert events[-1].report.verdict == "complete"
    assert all(each.report is None for each in events[:-1])
    assert len(sink.told) == 300


async def test_a_slow_reader_of_a_stream_misses_events_but_not_the_last(
    simulator: Simulator, cj: CJClient, tmp_path: Path
) -> None:
    events: list[CrawlProgress] = []
    async for each in crawl.stream(cj, state=tmp_path / "s", every=0.001):
        events.append(each)
        await asyncio.sleep(0.3)
    assert events[-1].report is not None
    assert len(events) <= 6


async def test_a_stream_raises_what_the_crawl_raises(
    simulator: Simulator, cj: CJClient, tmp_path: Path
) -> None:
    simulator.fail("products.search", code=987654, after=2, times=100)
    with pytest.raises(APIError):
        _ = [each async for each in crawl.stream(cj, state=tmp_path / "s", every=0.001)]


async def test_a_stream_that_is_left_early_can_be_resumed(tmp_path: Path) -> None:
    clock = OneClock()
    async with timed(clock, 3000, latency=0.01) as (_, cj):
        async with aclosing(crawl.stream(cj, state=tmp_path / "s", every=0.02)) as events:
            async for _ in events:
                break
        report = await crawl.run(cj, state=tmp_path / "s")
    assert (report.run, report.verdict, report.products) == (1, "complete", 3000)
