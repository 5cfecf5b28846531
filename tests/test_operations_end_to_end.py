"""Does every operation that the local CJ carries out work through the client, over real sockets?"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from cj_async import CJClient, Conflict, InvalidRequest, NotFound
from cj_async.models import authentication, product, setting, storage
from cj_async.resources import operations
from cj_async.simulator import Simulator
from cj_async.simulator._operations import is_written
from tests.conftest import RATE, client_of

API_MD = Path(__file__).resolve().parent.parent / "API.md"
MILLISECOND = timedelta(milliseconds=1)


@pytest.fixture(autouse=True)
async def _nothing_drifts(cj: CJClient) -> AsyncGenerator[None]:
    """Whatever a test does with the client: every answer must fit the spec."""
    yield
    assert cj.drift == {}


@pytest.fixture
async def row(cj: CJClient) -> product.ProductSearchItem:
    """A product with stock in several countries, as a search shows it."""
    rows = [row async for row in cj.products.search(features=["enable_category"])]
    return next(each for each in rows if (each.total_verified_inventory or 0) > 0)


@pytest.fixture
async def full(cj: CJClient, row: product.ProductSearchItem) -> product.Product:
    return await cj.products.get(pid=row.id, features=["enable_inventory", "enable_video"])


def first_variant(full: product.Product) -> product.Variant:
    assert full.variants
    return full.variants[0]


def test_every_operation_of_the_index_has_a_handler_and_is_called_over_a_socket() -> None:
    """Here, or with what it needs to be there before in the tests of its room."""
    listed = re.findall(r"^\| `([a-z0-9_.]+)`", API_MD.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(each.id for each in operations().values())
    assert [name for name in listed if not is_written(name)] == []
    here = Path(__file__).parent
    files = [*here.glob("test_*_end_to_end.py"), *(here / "simulator").rglob("*.py")]
    calls = "".join(path.read_text(encoding="utf-8") for path in files)
    assert [name for name in listed if f".{name}(" not in calls] == []
    assert len(listed) == 81


# ------------------------------------------------------------------------------------- products


async def test_categories_are_a_tree_whose_leaves_find_products(cj: CJClient) -> None:
    tree = await cj.products.categories()
    assert all(isinstance(each, product.CategoryFirst) for each in tree)
    seconds = [second for first in tree for second in first.category_first_list or ()]
    leaves = [leaf for second in seconds for leaf in second.category_second_list or ()]
    assert len(leaves) > len(seconds) > 0
    assert all(leaf.category_id and leaf.category_name for leaf in leaves)
    counts = [
        (await cj.products.search(category_id=leaf.category_id, size=1)).total for leaf in leaves
    ]
    assert sum(count or 0 for count in counts) == 300


async def test_a_search_gives_typed_rows_with_what_was_asked_for(cj: CJClient) -> None:
    page = await cj.products.search(
        start_sell_price=Decimal(5), end_sell_price=50, order_by=2, sort="asc", size=50
    )
    assert page.total is not None
    assert 0 < len(page.items) <= 50
    lows = [each.sell_price.low for each in page.items if each.sell_price]
    assert len(lows) == len(page.items)
    assert all(Decimal(5) <= low <= Decimal(50) for low in lows)
    assert lows == sorted(lows)
    one = page.items[0]
    assert isinstance(one, product.ProductSearchItem)
    assert isinstance(one.id, str)
    assert one.create_at is not None
    assert one.create_at.tzinfo is not None


async def test_the_features_of_a_search_add_their_fields(cj: CJClient) -> None:
    plain = (await cj.products.search(size=100)).items
    rich = (
        await cj.products.search(size=100, features=["enable_category", "enable_description"])
    ).items
    assert [each.id for each in plain] == [each.id for each in rich]
    assert all(each.three_category_name is None and each.description is None for each in plain)
    assert all(each.three_category_name and each.description for each in rich)


async def test_the_older_list_finds_the_same_products_by_other_names(
    cj: CJClient, row: product.ProductSearchItem
) -> None:
    page = await cj.products.list(product_sku=row.sku)
    assert [type(each) for each in page.items] == [product.ProductListItem]
    found = page.items[0]
    assert (found.product_sku, found.product_name_en) == (row.sku, row.name_en)
    assert found.sell_price == row.sell_price
    assert isinstance(found.product_name, list)


async def test_times_reach_the_older_list_in_its_own_zone(cj: CJClient) -> None:
    newest = (await cj.products.list(page_size=1)).items[0].create_time
    assert newest is not None
    since = newest.astimezone(UTC) - timedelta(seconds=1)
    found = [each async for each in cj.products.list(create_time_from=since)]
    assert [each.create_time for each in found] == [newest]


async def test_a_product_is_found_by_its_id_and_both_skus(
    cj: CJClient, row: product.ProductSearchItem
) -> None:
    by_id = await cj.products.get(pid=row.id)
    by_sku = await cj.products.get(product_sku=row.sku)
    by_variant = await cj.products.get(variant_sku=first_variant(by_id).variant_sku)
    assert isinstance(by_id, product.Product)
    assert by_id.pid == row.id
    assert by_id.product_sku == row.sku
    assert by_id == by_sku == by_variant


async def test_a_product_tells_its_stock_only_when_asked(
    cj: CJClient, row: product.ProductSearchItem, full: product.Product
) -> None:
    unasked = await cj.products.get(pid=row.id)
    assert all(each.inventories is None for each in unasked.variants or ())
    stock = [place for each in full.variants or () for place in each.inventories or ()]
    total = sum(place.total_inventory or 0 for place in stock)
    assert total == row.warehouse_inventory_num
    assert full.product_video is not None
    assert unasked.product_video is None


async def test_a_product_that_is_not_there_raises_not_found(
    simulator: Simulator, cj: CJClient, row: product.ProductSearchItem
) -> None:
    with pytest.raises(NotFound) as unknown:
        await cj.products.get(pid="00000000-0000-0000-0000-000000000000")
    assert unknown.value.code == 1602001
    simulator.remove_product(row.id)
    with pytest.raises(NotFound) as removed:
        await cj.products.get(pid=row.id)
    assert removed.value.code == 1602002


async def test_a_product_needs_exactly_one_name(simulator: Simulator, cj: CJClient) -> None:
    with pytest.raises(InvalidRequest, match="pid, product_sku, variant_sku"):
        await cj.products.get()
    with pytest.raises(InvalidRequest, match="pid, product_sku"):
        await cj.products.get(pid="1", product_sku="2")
    assert len(simulator.requests) == 0


async def test_a_product_is_added_to_the_own_list_once(
    cj: CJClient, row: product.ProductSearchItem
) -> None:
    assert [each async for each in cj.products.my_products()] == []
    before = datetime.now(UTC)
    assert await cj.products.add_to_my_products(product_id=row.id) is True
    after = datetime.now(UTC)
    mine = [each async for each in cj.products.my_products(keyword=row.sku)]
    assert [type(each) for each in mine] == [product.MyProduct]
    assert (mine[0].product_id, mine[0].sku, mine[0].name_en) == (row.id, row.sku, row.name_en)
    assert mine[0].create_at is not None
    assert before - MILLISECOND <= mine[0].create_at <= after
    with pytest.raises(Conflict) as again:
        await cj.products.add_to_my_products(product_id=row.id)
    assert again.value.code == 1600000


# ---------------------------------------------------------------- variants, inventory, reviews


async def test_variants_are_listed_by_product_and_fetched_one_by_one(
    cj: CJClient, full: product.Product
) -> None:
    ids = [each.vid for each in full.variants or ()]
    assert [each.vid for each in await cj.variants.list(pid=full.pid)] == ids
    assert [each.vid for each in await cj.variants.list(product_sku=full.product_sku)] == ids
    one = await cj.variants.get(vid=ids[0])
    assert isinstance(one, product.Variant)
    assert (one.vid, one.pid) == (ids[0], full.pid)
    assert one.variant_sell_price == first_variant(full).variant_sell_price
    assert isinstance(one.variant_sell_price, Decimal)


async def test_a_variant_that_is_not_there_raises_not_found(cj: CJClient) -> None:
    with pytest.raises(NotFound):
        await cj.variants.get(vid="1")


async def test_the_three_calls_for_stock_agree(cj: CJClient, full: product.Product) -> None:
    variant = first_variant(full)
    assert variant.variant_sku
    told = sum(place.total_inventory or 0 for place in variant.inventories or ())
    by_variant = await cj.inventory.by_variant(vid=variant.vid)
    by_sku = await cj.inventory.by_sku(sku=variant.variant_sku)
    by_product = await cj.inventory.by_product(pid=full.pid)
    assert isinstance(by_product, product.ProductInventory)
    places = next(
        each.inventory for each in by_product.variant_inventories or () if each.vid == variant.vid
    )
    assert told == sum(each.total_inventory_num or 0 for each in by_variant)
    assert told == sum(each.total_inventory_num or 0 for each in by_sku)
    assert told == sum(each.total_inventory or 0 for each in places or ())
    assert all(type(each) is product.WarehouseStock for each in by_variant)
    assert all(type(each) is product.StockBySku for each in by_sku)


async def test_reviews_come_typed_although_their_numbers_are_text(cj: CJClient) -> None:
    pids = [each.id async for each in cj.products.search()]
    firsts = {pid: await cj.reviews.list(pid=pid, page_size=2) for pid in pids[:60]}
    pid, page = next(item for item in firsts.items() if item[1].has_next)
    assert (page.number, page.size, len(page.items)) == (1, 2, 2)
    assert page.total is not None
    assert page.total > 2
    all_of_them = [each async for each in cj.reviews.list(pid=pid)]
    assert len(all_of_them) == page.total
    assert all(type(each) is product.Review for each in all_of_them)
    assert all(each.comment_id.isdecimal() and each.pid == pid for each in all_of_them)
    assert {each.score for each in all_of_them} <= {1, 2, 3, 4, 5}
    old = [each async for each in cj.reviews.list_legacy(pid=pid)]
    assert old == all_of_them
    best = [each async for each in cj.reviews.list(pid=pid, score=5)]
    assert best == [each for each in all_of_them if each.score == 5]


# ------------------------------------------------------------- sourcing, warehouses, settings


async def test_a_sourcing_request_can_be_followed(simulator: Simulator, cj: CJClient) -> None:
    made = await cj.sourcing.create(
        product_image="https://example.com/lamp.jpg",
        product_name="Lamp",
        price=Decimal("12.50"),
        third_product_id="mine-7",
    )
    assert isinstance(made, product.SourcingCreated)
    assert made.cj_sourcing_id
    found = await cj.sourcing.query(source_ids=[made.cj_sourcing_id])
    assert [(each.source_id, each.product_id) for each in found] == [
        (made.cj_sourcing_id, "mine-7")
    ]
    assert simulator.requests.of("sourcing.create")[0].body is not None
    assert await cj.sourcing.query(source_ids=["404"]) == []


async def test_warehouses_are_listed_and_described(cj: CJClient, full: product.Product) -> None:
    areas = await cj.warehouses.list()
    assert all(type(each) is product.GlobalWarehouse for each in areas)
    assert {"CN", "US"} <= {each.country_code for each in areas}
    stock = first_variant(full).inventories or []
    stock_id = next(sub.stock_id for place in stock for sub in place.stock or () if sub.stock_id)
    house = await cj.warehouses.get(id=stock_id)
    assert isinstance(house, storage.Storage)
    assert house.area_country_code in {each.country_code for each in areas}
    assert house.area_id in {each.id for each in areas}
    assert house.logistics_brand_list
    with pytest.raises(NotFound):
        await cj.warehouses.get(id="0" * 32)


async def test_settings_tell_who_the_account_is(simulator: Simulator, cj: CJClient) -> None:
    told = await cj.settings.get()
    assert isinstance(told, setting.Settings)
    assert told.open_id == str(simulator.open_id)
    assert told.setting is not None
    assert told.setting.qps_limit == RATE
    assert await cj.settings.get_account() == told
    await cj.settings.update_account(open_name="Lamps & More")
    changed = await cj.settings.get()
    assert (changed.open_name, changed.open_email) == ("Lamps & More", told.open_email)


# --------------------------------------------------------------------------------------- tokens


async def test_tokens_can_be_had_renewed_and_ended_by_hand(
    simulator: Simulator, cj: CJClient
) -> None:
    before = datetime.now(UTC)
    pair = await cj.auth.get_access_token(api_key=simulator.api_key)
    assert isinstance(pair, authentication.TokenPair)
    assert pair.open_id == str(simulator.open_id)
    assert pair.refresh_token
    assert pair.access_token_expiry_date is not None
    assert pair.access_token_expiry_date > before + timedelta(days=14)
    renewed = await cj.auth.refresh_access_token(refresh_token=pair.refresh_token)
    assert renewed.access_token not in {None, pair.access_token}
    async with client_of(simulator, access_token=renewed.access_token) as other:
        assert await other.auth.logout() is True
    assert not simulator.account.accepts(renewed.access_token or "")
