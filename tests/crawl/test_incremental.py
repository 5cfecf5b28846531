"""Later runs: what is new, what changed, and which documents a plan wants that are not there yet."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qs

import pytest

from cj_async import CJClient
from cj_async.simulator import Simulator
from tests.conftest import RATE, client_of
from tests.crawl.collecting import Lines, alive, asked, crawled, cut_off

_PRODUCTS = 1_200
_LIST = {"rich": "products.search", "cheap": "products.list"}
_PROFILES = pytest.mark.parametrize("profile", ["rich", "cheap"])


@pytest.fixture
async def simulator() -> AsyncGenerator[Simulator]:
    async with Simulator(products=_PRODUCTS, tier=RATE, per_ip=None, points=None) as running:
        yield running
    assert running.mistakes == []


@pytest.fixture
async def small() -> AsyncGenerator[Simulator]:
    async with Simulator(products=150, tier=RATE, per_ip=None, points=None) as running:
        yield running
    assert running.mistakes == []


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "cj.db"


# -------------------------------------------------------------------------------- what has changed


@_PROFILES
async def test_a_second_run_tells_what_changed_at_the_price_of_the_list(
    simulator: Simulator, cj: CJClient, state: Path, profile: str
) -> None:
    sink = Lines()
    await crawled(cj, state, sink, profile=profile)
    churned = simulator.churn(seed=3, inserted=11, repriced=40, restocked=30)
    simulator.requests.clear()
    report = await crawled(cj, state, sink, profile=profile)
    assert (report.verdict, report.run) == ("complete", 2)
    assert sink.pids("products", "new", run=2) == set(churned.inserted)
    shown = (churned.repriced, churned.restocked if profile == "rich" else [])
    changed = {pid for pids in shown for pid in pids}
    assert sink.pids("products", "changed", run=2) == changed
    assert (report.new, report.changed) == (11, len(changed))
    calls = asked(simulator)
    assert [*calls] == [_LIST[profile]]
    ideal = {"rich": 0.5, "cheap": 0.25}[profile] * (_PRODUCTS + 11)
    assert ideal <= report.points == 50 * calls[_LIST[profile]] <= ideal * 1.35


@_PROFILES
async def test_a_run_in_which_nothing_changed_tells_nothing(
    simulator: Simulator, cj: CJClient, state: Path, profile: str
) -> None:
    sink = Lines()
    await crawled(cj, state, sink, profile=profile)
    for _ in range(2):
        report = await crawled(cj, state, sink, profile=profile)
        assert (report.new, report.changed, report.removed) == (0, 0, 0)
    assert len(sink.told) == _PRODUCTS


async def test_a_price_that_went_back_is_a_change_again(small: Simulator, state: Path) -> None:
    sink, pid = Lines(), small.control.world.catalog.pid(5)
    async with client_of(small) as cj:
        await crawled(cj, state, sink)
        for cents in (1_234, 99):
            small.change_price(pid, cents=cents)
            await crawled(cj, state, sink)
    assert [row["_change"] for row in sink.of("products") if row["pid"] == pid] == [
        "new",
        "changed",
        "changed",
    ]


async def test_documents_are_fetched_again_for_what_is_new_or_changed(
    small: Simulator, state: Path
) -> None:
    sink, enrich = Lines(), ("details", "stock", "reviews")
    async with client_of(small) as cj:
        await crawled(cj, state, sink, enrich=enrich)
        churned = small.churn(seed=3, inserted=4, repriced=6, restocked=5)
        small.requests.clear()
        report = await crawled(cj, state, sink, enrich=enrich)
    touched = {*churned.inserted, *churned.repriced, *churned.restocked}
    assert asked(small)["products.get"] == len(touched) == 15
    assert report.documents == 45
    assert sink.changes("details", run=2) == {
        **dict.fromkeys(churned.inserted, "new"),
        **dict.fromkeys(churned.repriced, "changed"),
    }
    assert sink.changes("stock", run=2) == {
        **dict.fromkeys(churned.inserted, "new"),
        **dict.fromkeys(churned.restocked, "changed"),
    }
    assert sink.changes("reviews", run=2) == dict.fromkeys(churned.inserted, "new")


async def test_changing_the_calls_for_the_same_stock_changes_nothing(
    small: Simulator, state: Path
) -> None:
    sink = Lines()
    async with client_of(small) as cj:
        await crawled(cj, state, sink, enrich=("stock",))
        report = await crawled(cj, state, sink, enrich=("details", "stock"))
    assert report.documents == 300
    assert sink.changes("stock", run=2) == {}
    assert sink.changes("details", run=2) == dict.fromkeys(alive(small), "new")


# -------------------------------------------------------------------------------------- since when


@_PROFILES
async def test_since_the_last_run_only_newer_products_are_listed(
    simulator: Simulator, cj: CJClient, state: Path, profile: str
) -> None:
    sink = Lines()
    first = await crawled(cj, state, sink, profile=profile, since="last")
    assert first.new == _PRODUCTS, "without a run before it, all are new"
    added = {simulator.add_product() for _ in range(9)}
    simulator.churn(seed=4, repriced=20)
    simulator.requests.clear()
    report = await crawled(cj, state, sink, profile=profile, since="last")
    assert asked(simulator)[_LIST[profile]] <= 2
    assert sink.changes("products", run=2) == dict.fromkeys(added, "new")
    assert (report.new, report.changed) == (9, 0)
    assert report.rows <= 9 + 20, "those of the last day that was seen come again"


async def test_the_lag_says_how_far_it_goes_back(small: Simulator, state: Path) -> None:
    sink = Lines()
    async with client_of(small) as cj:
        await crawled(cj, state, sink, since="last")
        newest = max(datetime.fromisoformat(row["createAt"]) for row in sink.of("products"))
        for lag in (timedelta(0), timedelta(hours=3)):
            small.requests.clear()
            await crawled(cj, state, since="last", lag=lag)
            query = parse_qs(small.requests.of("products.search")[0].query)
            since = datetime.fromtimestamp(int(query["timeStart"][0]) / 1000, UTC)
            assert since == newest - lag


async def test_a_product_that_shows_up_late_is_found_within_the_lag(
    small: Simulator, state: Path
) -> None:
    sink = Lines()
    late = small.add_product()
    number = small.control.world.catalog.number(late)
    assert number is not None
    small.control.world.listing.hide([number])
    async with client_of(small) as cj:
        await crawled(cj, state, sink)
        assert late not in sink.changes("products")
        small.control.world.listing.reset(())
        await crawled(cj, state, sink, since="last")
    assert sink.changes("products", run=2) == {late: "new"}


@_PROFILES
async def test_since_a_moment_only_products_from_then_on_are_listed(
    simulator: Simulator, cj: CJClient, state: Path, profile: str
) -> None:
    catalog = simulator.control.world.catalog
    times = sorted(catalog.created)
    moment = times[-130] // 1_000 * 1_000
    sink = Lines()
    since = datetime.fromtimestamp(moment / 1000, UTC)
    report = await crawled(cj, state, sink, profile=profile, since=since)
    wanted = {catalog.pid(each) for each in range(_PRODUCTS) if catalog.created[each] >= moment}
    assert sink.changes("products").keys() >= wanted
    assert len(sink.told) <= len(wanted) + 2
    assert report.verdict == "complete"
    assert asked(simulator)[_LIST[profile]] <= 4


async def test_since_the_last_run_counts_complete_runs_only(small: Simulator, state: Path) -> None:
    sink = Lines()
    async with client_of(small) as cj:
        stopped = await crawled(cj, state, sink, since="last", max_points=50)
        assert stopped.verdict == "budget_stopped"
        report = await crawled(cj, state, sink, since="last")
        assert (report.run, report.verdict) == (1, "complete")
        assert sink.changes("products").keys() == alive(small)


# ------------------------------------------------------------------------- another plan than before


async def test_documents_of_a_new_kind_are_fetched_for_what_is_known(
    small: Simulator, state: Path
) -> None:
    sink = Lines()
    async with client_of(small) as cj:
        await crawled(cj, state, sink)
        small.requests.clear()
        report = await crawled(cj, state, sink, enrich=("variants",))
        assert asked(small)["variants.list"] == report.documents == 150
        small.requests.clear()
        report = await crawled(cj, state, sink, enrich=("reviews", "variants"))
        assert asked(small)["variants.list"] == 0
        assert report.documents == 150
        again = await crawled(cj, state, sink, enrich=("reviews", "variants"))
    assert again.documents == 0
    for kind in ("variants", "reviews"):
        assert sink.changes(kind) == dict.fromkeys(alive(small), "new")


async def test_a_new_kind_is_fetched_by_a_run_since_the_last_as_well(
    small: Simulator, state: Path
) -> None:
    async with client_of(small) as cj:
        await crawled(cj, state)
        report = await crawled(cj, state, since="last", enrich=("variants",))
    assert report.documents == 150


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (("details",), ("details", "stock")),
        (("details", "variants", "stock"), ("reviews", "stock")),
        ((), ("details",)),
        (("reviews",), ()),
    ],
)
async def test_a_run_may_go_on_with_other_documents(
    small: Simulator, state: Path, first: tuple[Any, ...], then: tuple[Any, ...]
) -> None:
    sink = Lines()
    async with client_of(small) as cj:
        await cut_off(small, crawled(cj, state, sink, enrich=first, parallel=2), calls=30)
        report = await crawled(cj, state, sink, enrich=then)
    assert (report.run, report.verdict) == (1 if first else 2, "complete")
    for kind in then:
        assert sink.changes(kind) == dict.fromkeys(alive(small), "new")
    for kind in set(first) - set(then):
        assert len(sink.changes(kind)) <= 32


async def test_documents_that_became_old_while_nobody_wanted_them_are_fetched_again(
    small: Simulator, state: Path
) -> None:
    sink, pid = Lines(), small.control.world.catalog.pid(8)
    async with client_of(small) as cj:
        await crawled(cj, state, sink, enrich=("details",))
        small.change_price(pid, cents=4_321)
        await crawled(cj, state, sink)
        report = await crawled(cj, state, sink, enrich=("details",))
    assert report.documents == 1
    assert sink.changes("details", run=3) == {pid: "changed"}


async def test_a_crash_after_the_list_leaves_the_new_kind_to_be_fetched(
    small: Simulator, state: Path
) -> None:
    sink = Lines()
    async with client_of(small) as cj:
        await crawled(cj, state, sink)
        await cut_off(small, crawled(cj, state, sink, enrich=("variants",), parallel=1), calls=20)
        report = await crawled(cj, state, sink, enrich=("variants", "reviews"))
    assert report.run == 2
    for kind in ("variants", "reviews"):
        assert sink.changes(kind) == dict.fromkeys(alive(small), "new")


@pytest.mark.parametrize("seed", range(4))
async def test_changes_survive_a_crash_and_are_told_once(
    small: Simulator, state: Path, seed: int
) -> None:
    sink, enrich = Lines(batch=5), ("details", "stock")
    async with client_of(small) as cj:
        await crawled(cj, state, sink, enrich=enrich)
        churned = small.churn(seed=seed, inserted=10, repriced=15, restocked=10)
        for calls in (1, 3, 9, 17):
            run = crawled(cj, state, sink, enrich=enrich, parallel=2)
            await cut_off(small, run, calls=calls + seed)
        report = await crawled(cj, state, sink, enrich=enrich)
    assert report.run in (2, 3)
    changed = {*churned.repriced, *churned.restocked}
    assert sink.pids("products", "new") == alive(small)
    assert sink.pids("products", "changed") == changed
    assert sink.pids("details", "changed") == set(churned.repriced)
    assert sink.pids("stock", "changed") == set(churned.restocked)
    assert sink.pids("stock", "new") == alive(small)


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_plans_come_one_after_another_in_the_end_nothing_is_lacking(
    small: Simulator, state: Path, seed: int
) -> None:
    random, sink = Random(seed), Lines(batch=9)
    kinds = ("details", "variants", "stock", "reviews")
    async with client_of(small) as cj:
        for step in range(8):
            enrich = tuple(random.sample(kinds, random.randrange(5)))
            since = random.choice([None, "last"])
            run = crawled(cj, state, sink, enrich=enrich, since=since, parallel=2)
            await cut_off(small, run, calls=random.randrange(1, 300))
            small.churn(seed=step, inserted=2, repriced=4, restocked=4)
        await crawled(cj, state, sink)
        report = await crawled(cj, state, sink, enrich=kinds)
        assert report.parked == ()
        for kind in kinds:
            assert sink.pids(kind, "new") == alive(small)
        newest = {row["pid"]: row for row in sink.of("details")}
        for pid in random.sample(sorted(alive(small)), 40):
            product = await cj.products.get(pid=pid)
            assert product.sell_price is not None
            assert newest[pid]["sellPrice"]["low"] == str(product.sell_price.low)
