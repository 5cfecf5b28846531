"""Products come, go and change while somebody looks: every operation shows it, webhooks tell it."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cj_async import APIError, CJClient, models
from cj_async.simulator import Clock, Simulator, _variants
from cj_async.simulator._catalog import Catalog, Changes, Facts
from cj_async.simulator._churn import Churned
from cj_async.simulator._filters import LIST, SEARCH
from cj_async.simulator._listing import Listing, Order
from cj_async.simulator._parameters import Query
from cj_async.simulator._world import World
from cj_async.webhooks import changed_fields
from tests.conftest import client_of, error_of
from tests.simulator.callbacks.receiver import Shop, a_shop, subscribe
from tests.simulator.plain import Row, Rows, calling, unlimited

START = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
ORDERS = (
    Order("natural", None, False),
    Order("price", lambda catalog: catalog.low_price, True),
    Order("price", lambda catalog: catalog.low_price, False),
    Order("created", lambda catalog: catalog.created, True),
    Order("stock", lambda catalog: catalog.stock, False),
)


@pytest.fixture
async def simulator() -> AsyncGenerator[Simulator]:
    clock = Clock(START, frozen=True)
    async with unlimited(80, clock=clock, quirks=False) as running:
        yield running


@pytest.fixture
async def cj(simulator: Simulator) -> AsyncGenerator[CJClient]:
    async with client_of(simulator) as client:
        yield client


def world_of(simulator: Simulator) -> World:
    world: World = vars(simulator)["_world"]
    return world


async def all_rows(simulator: Simulator, **query: str | float) -> Rows:
    async with calling(simulator) as caller:
        data = await caller.data("/product/list", pageSize=200, **query)
    rows: Rows = data["list"]
    assert len(rows) == data["total"]
    return rows


async def pids(simulator: Simulator, **query: str | float) -> list[str]:
    return [row["pid"] for row in await all_rows(simulator, **query)]


async def row_of(simulator: Simulator, pid: str) -> Row:
    (row,) = await all_rows(simulator, pid=pid)
    return row


async def some_pid(simulator: Simulator, fits: Callable[[Catalog, int], bool] | None = None) -> str:
    catalog = world_of(simulator).catalog
    number = next(each for each in range(catalog.count) if fits is None or fits(catalog, each))
    return catalog.pid(number)


# A new product.


async def test_a_new_product_is_created_now_and_comes_first(
    simulator: Simulator, cj: CJClient
) -> None:
    before = await pids(simulator)
    simulator.clock.advance(timedelta(days=100))
    pid = simulator.add_product()
    assert await pids(simulator) == [pid, *before]
    product = await cj.products.get(pid=pid)
    assert product.creater_time == START + timedelta(days=100)


async def test_a_new_product_is_found_in_every_way(simulator: Simulator, cj: CJClient) -> None:
    pid = simulator.add_product()
    product = await cj.products.get(pid=pid)
    assert product.pid == pid
    assert product.variants
    again = await cj.products.get(product_sku=product.product_sku)
    assert again.pid == pid
    variants = await cj.variants.list(pid=pid)
    assert [each.vid for each in variants] == [each.vid for each in product.variants]
    assert (await cj.variants.get(vid=str(variants[0].vid))).pid == pid
    async with calling(simulator) as caller:
        stock = await caller.data("/product/stock/getInventoryByPid", pid=pid)
        assert len(stock["variantInventories"]) == len(variants)
        found = await caller.data("/product/listV2", keyWord=product.product_sku or "")
        assert [row["id"] for row in found["content"][0]["productList"]] == [pid]


async def test_which_products_are_added_depends_on_the_seed_alone() -> None:
    added: list[list[str]] = []
    for _ in range(2):
        async with unlimited(30, seed=9) as simulator:
            added.append([simulator.add_product() for _ in range(3)])
    async with unlimited(30, seed=9) as simulator:
        added.append(simulator.churn(inserted=3).inserted)
    async with unlimited(30, seed=10) as simulator:
        other = simulator.churn(inserted=3).inserted
    assert added[0] == added[1] == added[2]
    assert not set(added[0]) & set(other)


# A product that is gone.


async def test_a_product_that_is_gone_is_gone_everywhere(
    simulator: Simulator, cj: CJClient
) -> None:
    pid = await some_pid(simulator)
    product = await cj.products.get(pid=pid)
    assert product.variants
    variant = product.variants[0]
    vid = str(variant.vid)
    sku = str(product.product_sku)
    simulator.remove_product(pid)
    simulator.remove_product(pid)
    assert pid not in await pids(simulator)
    assert len(await pids(simulator)) == 79
    for call in (
        cj.products.get(pid=pid),
        cj.products.get(product_sku=sku),
        cj.variants.list(pid=pid),
        cj.variants.get(vid=vid),
        cj.products.add_to_my_products(product_id=pid),
    ):
        assert (await error_of(call, APIError)).code == 1602002
    async with calling(simulator) as caller:
        assert (await caller.get("/product/stock/getInventoryByPid", pid=pid)).code == 1602001
        assert await caller.data("/product/stock/queryByVid", vid=vid) == []
        assert await caller.data("/product/stock/queryBySku", sku=sku) is None
        variant_sku = str(variant.variant_sku)
        assert await caller.data("/product/stock/queryBySku", sku=variant_sku) is None


# A new price.


def _has_range(catalog: Catalog, number: int) -> bool:
    return catalog.high_price[number] > catalog.low_price[number] * 1.1


@pytest.mark.parametrize(("how", "low"), [({"factor": 2.0}, 2.0), ({"cents": 4321}, None)])
async def test_a_new_price_shows_everywhere(
    simulator: Simulator, cj: CJClient, how: dict[str, Any], low: float | None
) -> None:
    pid = await some_pid(simulator, _has_range)
    catalog, number = world_of(simulator).catalog, world_of(simulator).catalog.number(pid)
    assert number is not None
    was = catalog.facts(number)
    simulator.change_price(pid, **how)
    cheapest = 4321 if low is None else round(was.low_price * low)
    dearest = round(was.high_price * cheapest / was.low_price)
    shown = f"{cheapest / 100:.2f} -- {dearest / 100:.2f}"
    assert (await row_of(simulator, pid))["sellPrice"] == shown
    async with calling(simulator) as caller:
        data = await caller.data("/product/query", pid=pid)
        assert data["sellPrice"] == shown
        prices = [each["variantSellPrice"] for each in data["variants"]]
        assert (min(prices), max(prices)) == (cheapest / 100, dearest / 100)
    assert await pids(simulator, minPrice=cheapest / 100, maxPrice=cheapest / 100, pid=pid) == [pid]
    assert not await pids(simulator, maxPrice=(cheapest - 1) / 100, pid=pid)


@pytest.mark.parametrize(
    ("how", "rule"),
    [
        ({}, "one of them"),
        ({"factor": 2.0, "cents": 5}, "one of them"),
        ({"factor": 0.0}, "above 0"),
        ({"factor": -1.0}, "above 0"),
        ({"factor": float("inf")}, "above 0"),
        ({"factor": 1e9}, "1 to 100,000,000"),
        ({"cents": 0}, "1 to 100,000,000"),
    ],
)
async def test_a_price_that_makes_no_sense_is_refused(
    simulator: Simulator, how: dict[str, Any], rule: str
) -> None:
    pid = await some_pid(simulator)
    before = await row_of(simulator, pid)
    with pytest.raises(ValueError, match=rule):
        simulator.change_price(pid, **how)
    assert await row_of(simulator, pid) == before


# New stock.


async def test_new_stock_shows_everywhere(simulator: Simulator) -> None:
    pid = await some_pid(simulator, lambda catalog, number: catalog.variants[number] > 2)
    for country in ("CN", "US", "GB", "DE", "FR", "TH", "AU"):
        simulator.change_stock(pid, 0, country=country)
    simulator.change_stock(pid, 1001, country="US")
    async with calling(simulator) as caller:
        data = await caller.data("/product/stock/getInventoryByPid", pid=pid)
        (area,) = data["inventories"]
        assert (area["countryCode"], area["totalInventoryNum"]) == ("US", 1001)
        pieces = [each["inventory"][0]["totalInventory"] for each in data["variantInventories"]]
        assert sum(pieces) == 1001
        vid = data["variantInventories"][0]["vid"]
        (level,) = await caller.data("/product/stock/queryByVid", vid=vid)
        assert level["storageNum"] == pieces[0]
    assert await pids(simulator, pid=pid, startInventory=1001, endInventory=1001) == [pid]
    assert await pids(simulator, pid=pid, countryCode="US") == [pid]
    assert not await pids(simulator, pid=pid, countryCode="CN")


@pytest.mark.parametrize(("pieces", "country"), [(-1, "CN"), (2**31, "CN"), (5, "XX")])
async def test_stock_that_makes_no_sense_is_refused(
    simulator: Simulator, pieces: int, country: str
) -> None:
    pid = await some_pid(simulator)
    with pytest.raises(ValueError, match=r"must be"):
        simulator.change_stock(pid, pieces, country=country)


@pytest.mark.parametrize("change", ["remove_product", "change_price", "change_stock"])
async def test_only_known_products_can_be_changed(simulator: Simulator, change: str) -> None:
    more: dict[str, Any] = {"change_price": {"cents": 5}, "change_stock": {"pieces": 5}}
    with pytest.raises(ValueError, match="pid must be the id of a product"):
        getattr(simulator, change)("NOBODY", **more.get(change, {}))


# Many at once.


async def test_a_churn_does_what_it_says(simulator: Simulator) -> None:
    before = {row["pid"]: row for row in await all_rows(simulator)}
    stock = {pid: await total_stock(simulator, pid) for pid in before}
    done = simulator.churn(5, inserted=4, deleted=6, repriced=8, restocked=7)
    assert [len(kind) for kind in done] == [4, 6, 8, 7]
    assert len({pid for kind in done for pid in kind}) == 25
    after = {row["pid"]: row for row in await all_rows(simulator)}
    assert after.keys() - before.keys() == set(done.inserted)
    assert before.keys() - after.keys() == set(done.deleted)
    kept = before.keys() & after.keys()
    assert {pid for pid in kept if before[pid] != after[pid]} == set(done.repriced)
    changed = {pid for pid in kept if await total_stock(simulator, pid) != stock[pid]}
    assert changed == set(done.restocked)


async def total_stock(simulator: Simulator, pid: str) -> int:
    catalog = world_of(simulator).catalog
    number = catalog.number(pid)
    assert number is not None
    return sum(row.total for row in _variants.product_stock(catalog, number))


async def test_the_same_churn_of_the_same_catalog_is_the_same() -> None:
    asked: dict[str, int] = {"inserted": 5, "deleted": 5, "repriced": 5, "restocked": 5}
    done: list[object] = []
    rows: list[Rows] = []
    for _ in range(2):
        async with unlimited(60, clock=Clock(START, frozen=True)) as simulator:
            done.append([simulator.churn(3, **asked), simulator.churn(4, **asked)])
            rows.append(await all_rows(simulator))
    assert done[0] == done[1]
    assert rows[0] == rows[1]


@pytest.mark.parametrize(
    "asked", [{"deleted": 81}, {"deleted": 50, "repriced": 31}, {"deleted": -1}, {"inserted": -1}]
)
async def test_more_than_there_is_cannot_churn(simulator: Simulator, asked: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must be"):
        simulator.churn(**asked)
    assert len(await pids(simulator)) == 80


async def test_a_catalog_can_be_emptied_and_filled_again(simulator: Simulator) -> None:
    simulator.churn(deleted=80)
    assert await pids(simulator) == []
    done = simulator.churn(inserted=3)
    assert await pids(simulator) == done.inserted  # made at the same moment: in their order


async def test_a_crawl_survives_a_churn_between_its_pages(
    simulator: Simulator, cj: CJClient
) -> None:
    seen: list[str | None] = []
    done = Churned([], [], [], [])
    async for row in cj.products.list(page_size=20):
        seen.append(row.pid)
        if len(seen) == 30:
            done = simulator.churn(inserted=2, deleted=3, repriced=5)
    assert set(done.inserted).isdisjoint(seen[:20])
    assert len(set(seen)) >= 70


# Lists stay right, however they are remembered.


@pytest.mark.parametrize("many", [3, 400])
def test_sorted_lists_are_as_if_they_were_sorted_anew(many: int) -> None:
    catalog = Catalog(3000, 5)
    listing = Listing(catalog, None)
    for order in ORDERS:
        listing.page(SEARCH, Query(), order, 1, 10)
    for number in range(0, many * 7, 7):
        facts = catalog.facts(number)
        catalog.change(number, Facts(100 + number % 5, 5000, (number % 3,) * len(facts.stock)))
    added = catalog.grow([5] * many)
    listing.put([*range(0, many * 7, 7), *added])
    fresh = Listing(catalog, None)
    for order in ORDERS:
        shown = listing.page(SEARCH, Query(), order, 1, 4000)
        expected = fresh.page(SEARCH, Query(), order, 1, 4000)
        assert (list(shown.numbers), shown.total) == (list(expected.numbers), expected.total)


@pytest.mark.parametrize("cap", [10, 100])
def test_totals_are_real_without_the_quirk(cap: int) -> None:
    catalog, order = Catalog(60, 5), ORDERS[0]
    honest = Listing(catalog, cap, capped_totals=False)
    assert honest.page(LIST, Query(), order, 1, 5).total == 60
    assert Listing(catalog, cap).page(LIST, Query(), order, 1, 5).total == min(cap, 60)
    assert len(honest.page(LIST, Query(), order, 1, 60).numbers) == min(cap, 60)


@pytest.mark.parametrize(("quirks", "total"), [(True, 50), (False, 200), (["capped_totals"], 50)])
async def test_the_quirk_caps_totals_but_the_cap_stays(quirks: Any, total: int) -> None:
    async with unlimited(200, page_cap=50, quirks=quirks) as cj, calling(cj) as caller:
        data = await caller.data("/product/listV2", page=1, size=10)
        assert (data["totalRecords"], data["totalPages"]) == (total, total // 10)
        assert (await caller.data("/product/list", pageNum=1))["total"] == total
        assert (await caller.get("/product/listV2", page=6, size=10)).code == 1600300


# The catalog itself.


def facts(catalog: Catalog) -> object:
    names = [
        name
        for name, value in vars(Catalog).items()
        if type(value).__name__ == "cached_property" and name != "category_levels"
    ]
    return deepcopy([getattr(catalog, name) for name in sorted(names)])


def test_it_does_not_matter_when_a_column_is_built() -> None:
    early, late = Catalog(40, 5), Catalog(40, 5)
    facts(early)
    early.grow([1])
    early.grow([2, 3])
    late.grow([1, 2, 3])
    assert facts(early) == facts(late)
    assert [early.pid(number) for number in range(43)] == [late.pid(number) for number in range(43)]


def test_a_catalog_can_become_what_it_was() -> None:
    catalog = Catalog(40, 5)
    fresh = facts(catalog)
    changes = Changes([7, 8], {3: Facts(1, 2, (9,) * 7), 41: Facts(3, 4, (5,) * 7)})
    catalog.become(changes)
    changed = facts(catalog)
    assert changed != fresh
    catalog.become(Changes([1] * 9, {5: Facts(1, 2, (9,) * 7)}))
    catalog.become(changes)
    assert facts(catalog) == changed
    catalog.become(Changes())
    assert facts(catalog) == fresh
    assert catalog.count == 40


async def test_a_snapshot_holds_the_products(simulator: Simulator) -> None:
    simulator.churn(1, inserted=2, deleted=2, repriced=2, restocked=2)
    before = await all_rows(simulator)
    kept = simulator.control.snapshots.take()
    simulator.churn(2, inserted=2, deleted=2, repriced=2, restocked=2)
    assert await all_rows(simulator) != before
    simulator.control.snapshots.restore(kept)
    assert await all_rows(simulator) == before


def test_a_large_catalog_stays_fast() -> None:
    simulator = Simulator(1_000_000)
    listing = world_of(simulator).listing
    for order in ORDERS[:2]:
        listing.page(SEARCH, Query(), order, 1, 10)
    simulator.churn(1, inserted=1, repriced=1)  # what is needed once is built
    began = time.perf_counter()
    simulator.churn(2, inserted=100, deleted=100, repriced=100, restocked=100)
    pid = simulator.add_product()
    simulator.change_price(pid, cents=100)
    listing.page(SEARCH, Query(), ORDERS[1], 1, 10)
    assert time.perf_counter() - began < 5


# Webhooks.


@pytest.fixture
async def shop() -> AsyncGenerator[Shop]:
    async with a_shop() as running:
        yield running


@pytest.fixture
async def told(simulator: Simulator, shop: Shop) -> Shop:
    """A shop that hears of products and stock."""
    async with client_of(simulator) as cj:
        await subscribe(cj, shop.url)
    return shop


async def test_a_new_product_is_told_with_its_variants(simulator: Simulator, told: Shop) -> None:
    pid = simulator.add_product()
    await simulator.sent()
    (product,) = told.of("PRODUCT")
    message = product.message
    assert isinstance(message, models.webhook.ProductMessage)
    assert message.message_type == "INSERT"
    assert message.params is not None
    assert (message.params.pid, message.params.product_status) == (pid, 3)
    assert message.params.fields is None
    catalog = world_of(simulator).catalog
    variants = [each.message for each in told.of("VARIANT")]
    assert len(variants) == catalog.variants[80]
    for place, variant in enumerate(variants):
        assert isinstance(variant, models.webhook.VariantMessage)
        assert variant.message_type == "INSERT"
        assert variant.params is not None
        assert variant.params.vid == _variants.vid(catalog, 80, place)
        assert variant.params.pid == pid


async def test_a_product_that_is_gone_is_told_once(simulator: Simulator, told: Shop) -> None:
    pid = await some_pid(simulator)
    simulator.remove_product(pid)
    simulator.remove_product(pid)
    await simulator.sent()
    (product,) = told.of("PRODUCT")
    assert (product.json["messageType"], product.json["params"]["pid"]) == ("DELETE", pid)
    assert {each.json["messageType"] for each in told.of("VARIANT")} == {"DELETE"}


async def test_a_new_price_is_told_as_the_one_field_that_changed(
    simulator: Simulator, told: Shop
) -> None:
    pid = await some_pid(simulator, _has_range)
    simulator.change_price(pid, factor=2)
    await simulator.sent()
    (product,) = told.of("PRODUCT")
    message = product.message
    assert isinstance(message, models.webhook.ProductMessage)
    assert changed_fields(message) == {"product_sell_price"}
    filled = {name for name, value in product.json["params"].items() if value is not None}
    assert filled == {"pid", "productSellPrice", "fields"}
    assert len(product.json["params"]) == 14
    for variant in told.of("VARIANT"):
        read = variant.message
        assert isinstance(read, models.webhook.VariantMessage)
        assert changed_fields(read) >= {"variant_sell_price"}
        assert read.params is not None
        assert read.params.variant_name is None


async def test_new_stock_is_told_by_variant(simulator: Simulator, told: Shop) -> None:
    pid = await some_pid(simulator)
    before = await total_stock(simulator, pid)
    simulator.change_stock(pid, before + 900, country="US")
    simulator.change_stock(pid, 0, country="US")
    simulator.change_stock(pid, 0, country="US")
    await simulator.sent()
    more, less = [each.message for each in told.of("STOCK")]
    assert isinstance(more, models.webhook.StockMessage)
    assert isinstance(less, models.webhook.StockMessage)
    assert (more.message_type, less.message_type) == ("INCREASE", "DECREASE")
    assert more.params is not None
    levels = [level for rows in more.params.values() for level in rows]
    assert sum(level.storage_num or 0 for level in levels) == before + 900
    assert {(level.area_id, level.country_code) for level in levels} == {("2", "US")}
    assert less.params is not None
    assert {level.storage_num for rows in less.params.values() for level in rows} == {0}


async def test_what_does_not_change_is_not_told(simulator: Simulator, told: Shop) -> None:
    simulator.change_price(await some_pid(simulator), factor=1.0)
    await simulator.sent()
    assert told.received == []
