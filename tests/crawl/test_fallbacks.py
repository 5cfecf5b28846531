"""What becomes of a crawl when the list does not do what it relies on? Over real sockets."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from cj_async import CJClient, crawl
from cj_async.simulator import Clock, Simulator
from cj_async.simulator._operations import OPERATIONS
from cj_async.simulator._vocabulary import NOUNS
from cj_async.simulator._world import Call, Operation
from tests.conftest import RATE, client_of

NOW = datetime(2026, 9, 1, tzinfo=UTC)
DAY = timedelta(days=1)
COMPLETE = ("complete", "complete_with_churn")


@asynccontextmanager
async def running(products: int, **more: Any) -> AsyncGenerator[tuple[Simulator, CJClient]]:
    settings: dict[str, Any] = {"page_cap": 300, "validate": False, **more}
    async with (
        Simulator(products, tier=RATE, per_ip=None, points=None, **settings) as simulator,
        client_of(simulator) as cj,
    ):
        yield simulator, cj
        assert simulator.mistakes == []


async def crawled(cj: CJClient, folder: Path, **plan: Any) -> tuple[crawl.Report, set[str]]:
    """The report, and the ids that a sink was told."""
    lines = folder / "products.jsonl"
    report = await crawl.run(
        cj, crawl.Plan(**plan), state=folder / "state.db", sink=crawl.JsonlSink(lines)
    )
    key = "pid" if plan.get("profile") == "cheap" else "id"
    told = [json.loads(line)[key] for line in lines.read_text().splitlines()]
    assert len(told) == len(set(told))
    return report, set(told)


def everything(simulator: Simulator) -> set[str]:
    """Ids of all products, those that left apart."""
    world = simulator.control.world
    return {
        world.catalog.pid(number)
        for number in range(world.catalog.count)
        if number not in world.removed
    }


@pytest.mark.parametrize("profile", ["rich", "cheap"])
@pytest.mark.parametrize("quirks", [True, set[str]()], ids=["capped_totals", "true_totals"])
async def test_an_honest_list_is_complete(tmp_path: Path, profile: str, quirks: Any) -> None:
    async with running(3_000, quirks=quirks) as (simulator, cj):
        report, found = await crawled(cj, tmp_path, profile=profile)
        assert found == everything(simulator)
        assert (report.verdict, report.doubts) == ("complete", ())
        assert sum(each.gap for each in report.segments) == 0


@pytest.mark.parametrize("profile", ["rich", "cheap"])
async def test_an_unsorted_list_is_read_in_windows_of_time(tmp_path: Path, profile: str) -> None:
    async with running(2_000, ignores={"orderBy", "sort"}, page_cap=600) as (simulator, cj):
        report, found = await crawled(cj, tmp_path, profile=profile)
        assert found == everything(simulator)
        assert (report.verdict, report.doubts) == ("complete", ("unsorted",))
        probes = [each for each in report.segments if each.mode == "scan" and each.state == "split"]
        assert sum(each.rows for each in probes) > 0
        assert all(each.requests <= 2 for each in probes)


TIMES = {
    "rich": {"timeStart", "timeEnd"},
    "cheap": {"createTimeFrom", "createTimeTo"},
}
PRICES = {"rich": {"startSellPrice", "endSellPrice"}, "cheap": {"minPrice", "maxPrice"}}


@pytest.mark.parametrize("profile", ["rich", "cheap"])
@pytest.mark.parametrize(
    ("quirks", "verdict"),
    [(True, "unverified"), (set[str](), "complete")],
    ids=["capped_totals", "true_totals"],
)
async def test_a_list_that_ignores_time_is_split_by_category_and_price(
    tmp_path: Path, profile: str, quirks: Any, verdict: str
) -> None:
    cap = 200 if profile == "rich" else 250
    async with running(8_000, ignores=TIMES[profile], page_cap=cap, quirks=quirks) as (
        simulator,
        cj,
    ):
        report, found = await crawled(cj, tmp_path, profile=profile)
        assert found == everything(simulator)
        assert (report.verdict, report.doubts) == (verdict, ("time_ignored",))
        assert verdict == "complete" or "without a price" in report.because
        assert any(each.category and each.low is not None for each in report.segments)


@pytest.mark.parametrize("profile", ["rich", "cheap"])
async def test_a_list_that_ignores_time_is_complete_where_categories_suffice(
    tmp_path: Path, profile: str
) -> None:
    async with running(4_000, ignores=TIMES[profile], page_cap=2_000) as (simulator, cj):
        report, found = await crawled(cj, tmp_path, profile=profile)
        assert found == everything(simulator)
        assert (report.verdict, report.doubts) == ("complete", ("time_ignored",))
        assert all(not each.category or each.low is None for each in report.segments)


@pytest.mark.parametrize("profile", ["rich", "cheap"])
@pytest.mark.parametrize("prices_too", [True, False])
async def test_a_list_that_ignores_all_filters_is_given_up_soon(
    tmp_path: Path, profile: str, prices_too: bool
) -> None:
    ignored = TIMES[profile] | {"categoryId"}
    if prices_too:
        ignored |= PRICES[profile]
    async with running(3_000, ignores=ignored) as (_, cj):
        report, _found = await crawled(cj, tmp_path, profile=profile)
        assert report.verdict in ("unverified", "cap_suspected")
        assert report.requests < 150


async def test_filters_of_the_user_take_splits_away(tmp_path: Path) -> None:
    async with running(3_000, ignores=TIMES["rich"]) as (_, cj):
        dear = {"start_sell_price": 1}
        report, _found = await crawled(cj, tmp_path, filters=dear)
        assert report.verdict in ("unverified", "cap_suspected")
        assert all(each.low is None for each in report.segments)
        assert report.requests < 150


async def test_a_moment_beyond_the_cap_is_split(tmp_path: Path) -> None:
    clock = Clock(NOW, frozen=True)
    async with running(500, clock=clock) as (simulator, cj):
        simulator.churn(3, inserted=900)
        clock.advance(DAY)
        report, found = await crawled(cj, tmp_path)
        assert found == everything(simulator)
        assert (report.verdict, report.doubts) == ("complete", ())


async def test_a_moment_that_nothing_parts_is_cap_suspected(tmp_path: Path) -> None:
    clock = Clock(NOW, frozen=True)
    async with running(100, clock=clock, page_cap=150) as (simulator, cj):
        new = simulator.churn(3, inserted=6_000).inserted
        catalog = simulator.control.world.catalog
        numbers = [number for pid in new if (number := catalog.number(pid)) is not None]
        category = catalog.category_levels[NOUNS[catalog.noun[numbers[0]]].category][2]
        for pid in new:
            simulator.change_price(pid, cents=500)
        report, _found = await crawled(cj, tmp_path, filters={"category_id": category})
        assert report.verdict == "cap_suspected"
        assert report.requests < 100


@pytest.mark.parametrize("cap", [200, 350, None])
@pytest.mark.parametrize("ignores", [set[str](), {"orderBy", "sort"}], ids=["sorted", "unsorted"])
async def test_another_cap_than_known_is_learned(
    tmp_path: Path, cap: int | None, ignores: set[str]
) -> None:
    async with running(1_500, page_cap=cap, ignores=ignores) as (simulator, cj):
        report, found = await crawled(cj, tmp_path)
        assert found == everything(simulator)
        assert report.verdict == "complete"


@pytest.mark.parametrize("answer", [None, {"content": [], "totalRecords": 0}, {}])
@pytest.mark.parametrize("nth", [1, 2, 3, 9, -1])
async def test_an_empty_success_in_the_middle_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: object, nth: int
) -> None:
    calls = 0
    honest = OPERATIONS["products.search"]

    def spoilt(call: Call) -> object:
        nonlocal calls
        calls += 1
        return answer if calls == nth or (nth < 0 and calls > 2 and calls % 3) else honest(call)

    monkeypatch.setitem(cast("dict[str, Operation]", OPERATIONS), "products.search", spoilt)
    async with running(1_000) as (simulator, cj):
        report, found = await crawled(cj, tmp_path)
        assert found == everything(simulator)
        assert report.verdict == "complete"


async def test_only_empty_success_from_some_page_on_is_unverified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0
    honest = OPERATIONS["products.search"]

    def spoilt(call: Call) -> object:
        nonlocal calls
        calls += 1
        return {"content": [], "totalRecords": 0} if calls > 4 else honest(call)

    monkeypatch.setitem(cast("dict[str, Operation]", OPERATIONS), "products.search", spoilt)
    async with running(1_000) as (_, cj):
        report, found = await crawled(cj, tmp_path)
        assert len(found) < 1_000
        assert report.verdict == "unverified"


async def test_products_that_go_meanwhile_are_no_alarm(tmp_path: Path) -> None:
    async with running(3_000) as (simulator, cj):
        before = everything(simulator)

        def watch(_: crawl.CrawlProgress) -> None:
            simulator.churn(simulator.requests.select().__len__(), deleted=1, inserted=1)

        report = await crawl.run(cj, state=tmp_path / "s.db", on_progress=watch, every=0.01)
        assert report.verdict in COMPLETE
        assert report.products >= len(before & everything(simulator))
