"""Never more than was allowed, and on as soon as the points are back."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cj_async import PointsExhausted, PointsInfo, ServerFailed
from cj_async.crawl import CrawlProgress, Stop, status
from cj_async.crawl._budget import DAY, Budget, Limits
from cj_async.simulator import Simulator
from tests.conftest import eventually
from tests.crawl.another import another
from tests.crawl.collecting import Lines, alive, asked
from tests.crawl.garbling import garble, rows_of
from tests.crawl.one_clock import OneClock, crawled, timed

COST = 50


def dry_spells(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each for each in caplog.messages if "goes on as they are refilled" in each]


@pytest.mark.parametrize("parallel", [1, 8])
@pytest.mark.parametrize("most", [0, 49, 500, 549])
async def test_max_points_are_never_exceeded_however_many_calls_are_in_flight(
    tmp_path: Path, most: int, parallel: int
) -> None:
    clock = OneClock()
    async with timed(clock, 4000, points=100_000, latency=0.005) as (simulator, cj):
        report = await crawled(cj, clock, tmp_path / "s", parallel=parallel, max_points=most)
        assert simulator.points.used_today == most // COST * COST
    assert report.verdict == "budget_stopped"
    assert report.stopped == f"max_points={most} allows no further call"


async def test_max_points_count_answers_that_were_lost_too(tmp_path: Path) -> None:
    clock = OneClock()
    async with timed(clock, 4000, points=100_000) as (simulator, cj):
        simulator.fail("products.search", kind="cut", when="after", probability=0.3)
        await crawled(cj, clock, tmp_path / "s", max_points=1000)
        assert simulator.points.used_today <= 1000
        assert simulator.requests.operations["products.search"] == 20


async def test_max_points_are_counted_anew_when_a_crawl_is_resumed(tmp_path: Path) -> None:
    clock, sink = OneClock(), Lines()
    async with timed(clock, 2000, points=100_000) as (simulator, cj):
        reports = [await crawled(cj, clock, tmp_path / "s", sink, max_points=400) for _ in range(3)]
        assert [each.verdict for each in reports] == ["budget_stopped"] * 2 + ["complete"]
        assert sink.pids("products", "new") == alive(simulator)
        assert reports[-1].points == simulator.points.used_today


def cost(simulator: Simulator) -> tuple[int, int]:
    """Calls that came to the local CJ, and the points that it charged."""
    return sum(asked(simulator).values()), simulator.points.used_today


_TOO_MANY = "Too Many Requests, QPS limit is 10000 time/1second"
TROUBLES: list[dict[str, Any]] = [
    {"kind": "cut", "when": "after", "probability": 0.3},
    {"kind": "html", "when": "after", "probability": 0.3},
    {"kind": "refuse", "code": 1600200, "message": _TOO_MANY, "status": 429, "nth": (1, 2, 6)},
]


@pytest.mark.parametrize("trouble", TROUBLES, ids=["lost", "unreadable", "refused"])
async def test_whatever_was_sent_and_charged_is_in_the_report_and_the_state(
    trouble: dict[str, Any], tmp_path: Path
) -> None:
    clock = OneClock()
    async with timed(clock, 150, points=100_000) as (simulator, cj):
        for operation in ("products.search", "products.get"):
            simulator.fail(operation, seed=5, **trouble)
        report = await crawled(cj, clock, tmp_path / "s", enrich=("details",))
        assert (report.requests, report.points) == cost(simulator)
    assert report.is_complete
    assert report.requests >= sum(each.requests for each in report.segments) + 150 + 4
    (run,) = (await status(tmp_path / "s")).runs
    assert (run.requests, run.points) == (report.requests, report.points)


async def test_max_points_report_and_cj_agree_when_answers_are_lost(tmp_path: Path) -> None:
    clock = OneClock()
    async with timed(clock, 3000, points=100_000) as (simulator, cj):
        simulator.fail("products.search", kind="cut", when="after", times=4, after=1)
        report = await crawled(cj, clock, tmp_path / "s", max_points=250)
        assert (report.requests, report.points) == cost(simulator) == (5, 250)
    assert report.stopped == "max_points=250 allows no further call"


async def test_pages_that_are_asked_for_again_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoil(body: dict[str, Any]) -> None:
        rows_of(body)[5]["id"] = ""

    clock = OneClock()
    async with timed(clock, 300, points=100_000) as (simulator, cj):
        garble(monkeypatch, spoil, only=(1, 2))
        report = await crawled(cj, clock, tmp_path / "s")
        assert (report.requests, report.points) == cost(simulator)
    assert sum(each.requests for each in report.segments) == report.requests - 2


async def test_calls_of_a_crawl_that_gave_up_are_counted_too(tmp_path: Path) -> None:
    clock = OneClock()
    async with timed(clock, 300, points=100_000) as (simulator, cj):
        fault = simulator.fail("products.search", status=500, when="after", after=1, times=1_000)
        with pytest.raises(ServerFailed):
            await crawled(cj, clock, tmp_path / "s", parallel=1)
        (run,) = (await status(tmp_path / "s")).runs
        assert run.requests == fault.hits + 1
        assert (run.requests, run.points) == cost(simulator)
        simulator.heal()
        report = await crawled(cj, clock, tmp_path / "s")
        assert (report.requests, report.points) == cost(simulator)


async def test_calls_before_the_first_page_are_counted_too(tmp_path: Path) -> None:
    clock = OneClock()
    async with timed(clock, 300, points=100_000) as (simulator, cj):
        simulator.fail("products.search", status=500, when="after", times=1_000)
        with pytest.raises(ServerFailed):
            await crawled(cj, clock, tmp_path / "s", parallel=1)
        simulator.heal()
        report = await crawled(cj, clock, tmp_path / "s")
        assert (report.run, report.products) == (1, 300)
        assert (report.requests, report.points) == cost(simulator)


async def test_calls_that_only_ask_whether_cj_is_well_are_counted(tmp_path: Path) -> None:
    clock = OneClock()
    async with timed(clock, 1, points=100_000) as (simulator, cj):
        simulator.fail("products.get", kind="html", when="after", times=2)
        report = await crawled(cj, clock, tmp_path / "s", enrich=("details",))
        assert asked(simulator)["settings.get"] == 2
        assert (report.requests, report.points) == cost(simulator)


async def test_a_deadline_ends_the_wait_after_a_failure(tmp_path: Path) -> None:
    clock = OneClock()
    deadline = clock.now() + timedelta(seconds=100)
    async with timed(clock, 300) as (simulator, cj):
        simulator.fail("products.search", status=500, times=1_000)
        report = await crawled(cj, clock, tmp_path / "s", deadline=deadline, parallel=1)
    assert "deadline" in str(report.stopped)
    assert timedelta(0) <= clock.now() - deadline < timedelta(seconds=1)


async def test_a_deadline_is_kept_by_one_that_only_waits_for_others(tmp_path: Path) -> None:
    clock, state = OneClock(), tmp_path / "s"
    async with timed(clock, 3000) as (simulator, cj):
        await crawled(cj, clock, state, max_points=50)
        before = sum(asked(simulator).values())
        async with another(state) as other:
            await other.holds_all()
            deadline = clock.now() + timedelta(seconds=60)
            report = await crawled(cj, clock, state, join=True, deadline=deadline)
        assert sum(asked(simulator).values()) == before
    assert "deadline" in str(report.stopped)
    assert timedelta(0) <= clock.now() - deadline < timedelta(seconds=2)


async def test_a_crawl_stops_at_its_deadline(tmp_path: Path) -> None:
    clock = OneClock()
    deadline = clock.now() + timedelta(hours=1)
    async with timed(clock, 4000, points=2000) as (_, cj):
        report = await crawled(cj, clock, tmp_path / "s", deadline=deadline)
    assert report.verdict == "budget_stopped"
    assert "deadline" in str(report.stopped)
    assert clock.now() - deadline < timedelta(seconds=30)  # the refill it waited for takes longer


async def test_a_crawl_stops_after_so_many_products(tmp_path: Path) -> None:
    clock, sink = OneClock(), Lines()
    async with timed(clock, 4000) as (_, cj):
        report = await crawled(cj, clock, tmp_path / "s", sink, limit=250, parallel=2)
    assert report.stopped == "limit=250 products were found"
    assert 250 <= report.products == len(sink.told) <= 250 + 2 * 100


async def test_the_reserve_is_left_in_the_account(tmp_path: Path) -> None:
    clock = OneClock()
    async with timed(clock, 4000, points=10_000) as (simulator, cj):
        report = await crawled(cj, clock, tmp_path / "s", reserve=8500, on_exhausted="stop")
        assert 8500 <= simulator.points.remaining < 8550
    assert report.stopped == "the points are used up but for the reserve of 8,500"


async def test_a_reserve_that_leaves_nothing_stops_the_crawl_and_says_so(tmp_path: Path) -> None:
    clock = OneClock()
    async with timed(clock, 2000, points=10_000) as (_, cj):
        report = await crawled(cj, clock, tmp_path / "s", reserve=9_960)
    assert report.stopped == "reserve=9960 leaves nothing of 10000 points a day"


async def test_points_are_waited_for_and_the_crawl_ends_complete(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "cj_async")
    clock, sink, events = OneClock(), Lines(), list[CrawlProgress]()
    began = clock.now()
    async with timed(clock, 4000, points=1500) as (simulator, cj):
        report = await crawled(cj, clock, tmp_path / "s", sink, watcher=events, every=30)
        assert sink.pids("products", "new") == alive(simulator)
        assert cj.counts["out_of_points"] == 0
    assert report.verdict == "complete"
    assert len(dry_spells(caplog)) == 1
    waited = clock.now() - began
    ideal = (report.points + 75 - 1500) / 1500 * timedelta(days=1)
    assert ideal - timedelta(minutes=2) <= waited <= ideal * 1.1 + timedelta(minutes=5)
    parked = [each.parked_until for each in events if each.parked_until is not None]
    assert parked
    assert all(until <= clock.time() for until in parked)
    assert events[-1].parked_until is None


async def test_at_midnight_all_points_are_back(tmp_path: Path) -> None:
    clock = OneClock(hour=23)
    midnight = clock.now() + timedelta(hours=1)
    async with timed(clock, 4000, points=1500) as (simulator, cj):
        report = await crawled(cj, clock, tmp_path / "s")
        assert cj.counts["out_of_points"] == 0
        assert simulator.points.used_today > 500
    assert report.verdict == "complete"
    assert midnight < clock.now() < midnight + timedelta(minutes=5)


async def test_each_dry_spell_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "cj_async")
    clock = OneClock(hour=20)
    async with timed(clock, 7000, points=1500) as (_, cj):
        report = await crawled(cj, clock, tmp_path / "s")
        assert cj.counts["out_of_points"] == 0
    assert report.verdict == "complete"
    assert len(dry_spells(caplog)) == 2  # before and after midnight


async def test_without_waiting_a_crawl_ends_when_the_points_are_used_up(tmp_path: Path) -> None:
    clock, sink = OneClock(), Lines()
    async with timed(clock, 4000, points=1500) as (simulator, cj):
        report = await crawled(cj, clock, tmp_path / "s", sink, on_exhausted="stop")
        assert simulator.points.used_today == 1400  # 5 % are left to others
    assert report.stopped == "the points are used up but for the reserve of 75"
    assert len(sink.told) == report.products > 2000


async def test_a_refusal_is_believed_when_another_program_spends_the_points(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "cj_async")
    clock, sink = OneClock(), Lines()
    async with timed(clock, 3000, points=2000, latency=0.005) as (simulator, cj):

        async def spend() -> None:
            await eventually(lambda: simulator.requests.operations["products.search"] >= 6)
            simulator.points.remaining = 0

        spending = asyncio.create_task(spend())
        report = await crawled(cj, clock, tmp_path / "s", sink, parallel=4)
        await spending
        assert cj.counts["out_of_points"] <= 4  # those in flight
        assert sink.pids("products", "new") == alive(simulator)
    assert report.verdict == "complete"
    assert len(dry_spells(caplog)) == 1


async def test_an_account_that_never_tells_its_points_is_waited_for_after_a_refusal(
    tmp_path: Path,
) -> None:
    clock, sink = OneClock(), Lines()
    began = clock.now()
    async with timed(clock, 2000) as (simulator, cj):
        words = "Insufficient API points. Used today: 50000, Remaining: 0, Required: 50."
        simulator.fail("products.search", code=16900500, message=words, after=4)
        report = await crawled(cj, clock, tmp_path / "s", sink)
        assert cj.counts["out_of_points"] == 1
        assert sink.pids("products", "new") == alive(simulator)
    assert report.verdict == "complete"
    assert timedelta(minutes=70) < clock.now() - began < timedelta(hours=3)


async def test_a_used_up_quota_is_waited_for_until_midnight(tmp_path: Path) -> None:
    clock, sink = OneClock(), Lines()
    midnight = clock.now() + timedelta(hours=12)
    async with timed(clock, 2000) as (simulator, cj):
        simulator.fail("products.search", code=1600201, after=4)
        report = await crawled(cj, clock, tmp_path / "s", sink)
        assert sink.pids("products", "new") == alive(simulator)
    assert report.verdict == "complete"
    assert timedelta(0) <= clock.now() - midnight < timedelta(minutes=5)


async def test_waiting_for_points_ends_when_it_is_asked_to_stop(tmp_path: Path) -> None:
    clock, stop = OneClock(), Stop()
    async with timed(clock, 4000, points=1500) as (_, cj):

        async def ask() -> None:
            await eventually(lambda: len(clock.naps) > 3)
            stop.ask("enough")

        asking = asyncio.create_task(ask())
        report = await crawled(cj, clock, tmp_path / "s", stop=stop)
        await asking
    assert report.stopped == "enough"


def budget_of(
    limits: Limits, left: list[PointsInfo | None], clock: OneClock, told: list[float | None]
) -> Budget:
    return Budget(limits, lambda: left[0], clock, told.append)


async def test_settings_alone_count_while_nothing_is_known_of_points() -> None:
    budget = budget_of(Limits(reserve=1000), [None], OneClock(), [])
    assert [await budget.admit(COST, 0) for _ in range(3)] == [True] * 3


async def test_points_that_arrive_while_it_waits_are_noticed_within_a_minute() -> None:
    clock, told = OneClock(), list[float | None]()
    left: list[PointsInfo | None] = [PointsInfo(1000, 0, 1000)]
    budget = budget_of(Limits(), left, clock, told)
    waiting = asyncio.create_task(budget.admit(COST, 0))
    await eventually(lambda: bool(clock.naps))
    left[0] = PointsInfo(0, 1000, 1000)
    assert await waiting
    assert sum(clock.naps) <= 120
    assert told[0] == pytest.approx(clock.time() - sum(clock.naps) + 100 * DAY / 1000, abs=1)
    assert told[-1] is None


async def test_near_the_end_of_the_points_a_call_waits_for_those_before_it() -> None:
    budget = budget_of(Limits(reserve=900), [PointsInfo(0, 980, 1000)], OneClock(), [])
    assert await budget.admit(COST, 0)
    second = asyncio.create_task(budget.admit(COST, 0))
    await asyncio.sleep(0.01)
    assert not second.done()
    budget.settle(COST, charged=False)
    assert await second


async def test_many_refusals_of_one_dry_spell_are_waited_for_once() -> None:
    clock = OneClock()
    budget = budget_of(Limits(), [None], clock, [])
    later = clock.now() + timedelta(seconds=90)
    error = PointsExhausted("x", used=1, remaining=0, required=COST, retry_at=later)
    began = clock.time()
    await asyncio.gather(*(budget.refused(error) for _ in range(8)))
    assert clock.time() - began == pytest.approx(90, abs=2)
