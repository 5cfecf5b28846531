"""Does a sample find what a crawl has lost, and only that?"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cj_async import CJClient, InvalidRequest, crawl
from cj_async.crawl import _verify
from cj_async.simulator import Simulator
from tests.conftest import error_of
from tests.crawl import one_clock
from tests.crawl.states import UNUSABLE, beside, catalog, files_in, on_shelves, sql

PRODUCTS = 500


class Crawled(NamedTuple):
    """A catalog and a state of it."""

    local: Simulator
    cj: CJClient
    state: Path


@pytest.fixture(params=["rich", "cheap"])
async def crawled(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncGenerator[Crawled]:
    async with catalog(PRODUCTS) as (local, cj):
        state = tmp_path / "cj.db"
        await crawl.run(cj, crawl.Plan(profile=request.param), state=state)
        yield Crawled(local, cj, state)


# --- nothing is wrong


async def test_a_fresh_crawl_is_good(crawled: Crawled) -> None:
    before = files_in(crawled.state.parent)
    found = await crawl.verify(crawled.cj, crawled.state, seed=1)
    assert found.is_good
    assert (found.missing, found.changed, found.gone) == ((), (), ())
    assert (found.windows, found.products, found.seed) == (5, 20, 1)
    assert found.rows > 100
    assert found.points == 5 * 50 + 20 * 10
    assert files_in(crawled.state.parent) == before


async def test_it_asks_what_it_says(crawled: Crawled) -> None:
    before = len(crawled.local.requests)
    found = await crawl.verify(crawled.cj, crawled.state, products=3, windows=2)
    assert len(crawled.local.requests) - before == 5
    assert (found.windows, found.products, found.points) == (2, 3, 130)


async def test_a_seed_draws_the_same_again(crawled: Crawled) -> None:
    drawn: list[set[str]] = []
    for seed in (5, 5, 6):
        seen = len(crawled.local.requests)
        await crawl.verify(crawled.cj, crawled.state, seed=seed)
        new = list(crawled.local.requests)[seen:]
        drawn.append({str(each.query) for each in new})
    assert drawn[0] == drawn[1] != drawn[2]


async def test_more_than_there_is_asks_for_all_there_is(tmp_path: Path) -> None:
    async with catalog(7) as (_, cj):
        await crawl.run(cj, state=tmp_path / "cj.db")
        found = await crawl.verify(cj, tmp_path / "cj.db", products=50, windows=30)
        assert (found.products, found.rows) == (7, 7)
        assert found.is_good


async def test_nothing_to_compare_is_nothing_missing(tmp_path: Path) -> None:
    async with catalog(10) as (_, cj):
        plan = crawl.Plan(filters={"country_code": "ZZ"})
        await crawl.run(cj, plan, state=tmp_path / "cj.db")
        found = await crawl.verify(cj, tmp_path / "cj.db")
        assert (found.rows, found.products, found.points, found.is_good) == (0, 0, 0, True)


# --- what happened since is no fault


async def test_churn_since_the_run_is_told_and_nothing_is_missing(crawled: Crawled) -> None:
    churned = crawled.local.churn(2, inserted=20, deleted=15, repriced=30)
    found = await crawl.verify(crawled.cj, crawled.state, products=PRODUCTS, windows=30, seed=1)
    assert found.is_good
    assert set(found.gone) == set(churned.deleted)
    assert set(found.changed) == set(churned.repriced)
    assert found.points == 30 * 50 + (PRODUCTS + 15) * 10


async def test_a_product_that_is_listed_again_is_a_changed_one(crawled: Crawled) -> None:
    again = sorted(on_shelves(crawled.local))[17]
    sql(crawled.state, "UPDATE items SET gone = 1 WHERE pid = ?", again)
    found = await crawl.verify(crawled.cj, crawled.state, products=0, windows=30)
    assert found.changed == (again,)
    assert found.is_good


async def test_only_what_the_plan_is_about_is_compared(tmp_path: Path) -> None:
    async with catalog(PRODUCTS) as (local, cj):
        plan = crawl.Plan(filters={"start_sell_price": 20}, features=("enable_category",))
        report = await crawl.run(cj, plan, state=tmp_path / "cj.db")
        assert 0 < report.products < PRODUCTS
        found = await crawl.verify(cj, tmp_path / "cj.db", windows=30)
        assert found.is_good
        assert found.changed == ()
        assert found.rows == report.products
        assert len(on_shelves(local)) == PRODUCTS


async def test_what_was_created_before_the_plan_begins_is_not_missing(crawled: Crawled) -> None:
    created = sql(crawled.state, "SELECT place FROM items ORDER BY place")
    since = created[PRODUCTS // 2][0]
    sql(crawled.state, "DELETE FROM items WHERE place < ?", since)
    sql(crawled.state, "UPDATE runs SET since = ?", since)
    found = await crawl.verify(crawled.cj, crawled.state, windows=30)
    assert found.is_good
    assert found.rows == sql(crawled.state, "SELECT count(*) FROM items")[0][0] < PRODUCTS


# --- what is lost is found


async def test_a_lost_row_is_missing(crawled: Crawled) -> None:
    lost = sorted(on_shelves(crawled.local))[PRODUCTS // 3]
    sql(crawled.state, "DELETE FROM items WHERE pid = ?", lost)
    found = await crawl.verify(crawled.cj, crawled.state, products=0, windows=30, seed=4)
    assert found.missing == (lost,)
    assert not found.is_good
    assert found.changed == found.gone == ()


@pytest.mark.parametrize("part", [0, 2, 4], ids=["the oldest", "the middle", "the newest"])
async def test_a_lost_span_is_found_by_a_few_windows(crawled: Crawled, part: int) -> None:
    dated = "SELECT place FROM items WHERE place >= 0 ORDER BY place"
    times = [row[0] for row in sql(crawled.state, dated)]
    low, high = times[len(times) * part // 5], times[len(times) * (part + 1) // 5 - 1]
    sql(crawled.state, "DELETE FROM items WHERE place BETWEEN ? AND ?", low, high)
    tries = [
        await crawl.verify(crawled.cj, crawled.state, products=0, windows=8, seed=seed)
        for seed in range(5)
    ]
    assert sum(not each.is_good for each in tries) >= 2


# --- what stands in its way


async def test_it_works_beside_a_crawl_of_the_same_state(tmp_path: Path) -> None:
    state, found = tmp_path / "cj.db", list[crawl.Verification]()
    async with catalog(2000, latency=0.01) as (local, cj):
        await crawl.run(cj, state=state)
        local.churn(1, inserted=50)

        async def look() -> None:
            found.append(await crawl.verify(cj, state, products=2, windows=2))

        await beside(crawl.run(cj, state=state), state, look)
    assert found
    assert all(each.is_good for each in found)


async def test_without_points_it_says_so_and_is_not_good(tmp_path: Path) -> None:
    async with catalog(200, points=1000) as (_, cj):
        await crawl.run(cj, state=tmp_path / "cj.db")
        found = await crawl.verify(cj, tmp_path / "cj.db", products=90, windows=2, seed=1)
    assert found.stopped == "the points are used up but for the reserve of 50"
    assert not found.is_good
    assert 0 < found.products < 90
    assert found.points == 100 + 10 * found.products


PASSING: list[dict[str, Any]] = [
    {"kind": "html", "status": 500},
    {"kind": "html", "status": 200},
    {"kind": "cut"},
    {"code": 1600000},
]


@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: "-".join(map(str, fault.values())))
async def test_its_points_are_those_charged_even_when_a_call_fails_in_passing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: dict[str, Any]
) -> None:
    clock = one_clock.OneClock()
    monkeypatch.setattr(_verify, "WallClock", lambda: clock)
    async with one_clock.timed(clock, 300, points=50_000) as (local, cj):
        await one_clock.crawled(cj, clock, tmp_path / "cj.db")
        used, asked = local.points.used_today, len(local.requests)
        for operation in ("products.search", "products.get"):
            local.fail(operation, when="after", **fault)  # CJ has charged when the answer is lost
        found = await crawl.verify(cj, tmp_path / "cj.db", products=3, windows=2)
        assert len(local.requests) - asked == (2 + 1) + (3 + 1)
        assert found.points == local.points.used_today - used == 3 * 50 + 4 * 10
    assert (found.windows, found.products, found.is_good) == (2, 3, True)


async def test_a_state_without_an_ended_run_is_refused(tmp_path: Path) -> None:
    async with catalog(2000) as (_, cj):
        await crawl.run(cj, crawl.Plan(max_points=200), state=tmp_path / "cj.db")
        error = await error_of(crawl.verify(cj, tmp_path / "cj.db"), crawl.StateError)
    assert "no run of it has ended" in error.reason


@pytest.mark.parametrize("which", ["products", "windows"])
async def test_a_negative_number_is_refused(cj: CJClient, tmp_path: Path, which: str) -> None:
    counts: dict[str, Any] = {"products": 0, "windows": 0, which: -1}
    error = await error_of(crawl.verify(cj, tmp_path / "cj.db", **counts), InvalidRequest)
    assert error.parameter == which


@pytest.mark.parametrize(("make", "words"), UNUSABLE)
async def test_what_is_no_state_is_refused_and_nothing_is_made(
    cj: CJClient, tmp_path: Path, make: Callable[[Path], None], words: str
) -> None:
    make(tmp_path / "cj.db")
    before = files_in(tmp_path)
    error = await error_of(crawl.verify(cj, tmp_path / "cj.db"), crawl.StateError)
    assert words in error.reason
    assert files_in(tmp_path) == before
