"""What can go out, and where to: the calls before an outbound order is made."""

from __future__ import annotations

from decimal import Decimal

from cj_async import CJClient, InvalidRequest, NotFound
from cj_async.params.outbound import OutboundProductInput
from cj_async.simulator import Simulator, _variants
from tests.conftest import error_of
from tests.simulator.only import only
from tests.simulator.outbound.conftest import Stock


async def test_the_book_gives_addresses_under_the_names_of_this_call(cj: CJClient) -> None:
    assert await cj.outbound.addresses() == []
    await cj.addresses.create(
        first_name="Ada",
        last_name="Example",
        country="United States",
        country_code="US",
        province="NY",
        city="Exampletown",
        address="1 Example Road",
        address_new="Floor 2",
        zip="10001",
        county_town="Sample County",
    )
    [address] = await cj.outbound.addresses()
    assert (address.name, address.first_name, address.last_name) == (
        "Ada Example",
        "Ada",
        "Example",
    )
    assert (address.country_code, address.address, address.address_new) == (
        "US",
        "1 Example Road",
        "Floor 2",
    )
    assert (address.zip, address.county_town, address.mail) == ("10001", "Sample County", None)
    [known] = await cj.addresses.list()
    assert address.id == known.id


async def test_goods_are_found_by_sku_by_spu_and_by_private_order(
    cj: CJClient, stock: Stock
) -> None:
    first = stock.lot(7)
    second = stock.lot(8, place=1)
    third = stock.lot(9, order="SY2")
    spu = stock.catalog.sku(stock.number)

    async def uids(**asked: str) -> list[object]:
        rows = await cj.outbound.products(storage_id=stock.storage, **asked)
        return [row.uid for row in rows]

    assert await uids(sku_or_spu=first.sku) == [first.uid, third.uid]
    assert await uids(sku_or_spu=spu) == [first.uid, second.uid, third.uid]
    assert await uids(private_order_id="SY1") == [first.uid, second.uid]
    assert await uids(private_order_id="SY2", sku_or_spu=second.sku) == []
    assert await uids(sku_or_spu=spu[:-1]) == []
    assert await cj.outbound.products(storage_id="0" * 32, sku_or_spu=spu) == []


async def test_a_row_has_what_a_line_wants(cj: CJClient, stock: Stock) -> None:
    lot = stock.lot(7, place=1)
    [row] = await cj.outbound.products(storage_id=stock.storage, private_order_id="SY1")
    assert (row.sku, row.stan_product_id, row.private_order_id) == (lot.sku, lot.vid, "SY1")
    assert (row.available_quantity, row.lock_quantity, row.id) == (7, 0, None)
    assert row.product_id == stock.catalog.pid(stock.number)
    assert row.spu == stock.catalog.sku(stock.number)
    assert row.product_name == stock.catalog.name(stock.number)
    price = _variants.price(stock.catalog, stock.number, 1)
    assert row.price == Decimal(price) / 100
    values = [value for value in (row.value1, row.value2) if value]
    assert "-".join(values) == _variants.key(stock.catalog, stock.number, 1)


async def test_what_an_order_has_locked_is_available_to_itself_only(
    cj: CJClient, stock: Stock
) -> None:
    lot = stock.lot(10)
    order_id = await stock.ready(stock.line(lot, 4))
    asked = {"storage_id": stock.storage, "private_order_id": "SY1"}
    [row] = await cj.outbound.products(**asked)
    assert (row.id, row.available_quantity, row.lock_quantity) == (None, 6, 0)
    [row] = await cj.outbound.products(order_id=order_id, **asked)
    assert (row.available_quantity, row.lock_quantity) == (10, 4)
    line = only((await cj.outbound.get(order_id=order_id)).product_list)
    assert row.id == line.id
    chosen: list[OutboundProductInput] = [{"private_order_id": "SY1", "stan_product_id": lot.vid}]
    [fresh] = await cj.outbound.refresh_products(storage_id=stock.storage, products=chosen)
    assert (fresh.uid, fresh.available_quantity) == (lot.uid, 6)
    [fresh] = await cj.outbound.refresh_products(
        storage_id=stock.storage, products=chosen, order_id=order_id
    )
    assert fresh.available_quantity == 10


async def test_goods_that_are_not_there_have_none(cj: CJClient, stock: Stock) -> None:
    rows = await cj.outbound.refresh_products(
        storage_id=stock.storage,
        products=[{"private_order_id": "SY9", "stan_product_id": "V9"}],
    )
    assert [(row.uid, row.available_quantity) for row in rows] == [("SY9-V9", 0)]


async def test_an_order_of_nobody_is_not_found(cj: CJClient, stock: Stock) -> None:
    call = cj.outbound.products(storage_id=stock.storage, sku_or_spu="x", order_id="SD0")
    assert (await error_of(call, NotFound)).code == 1603100


async def test_without_goods_to_look_for_nothing_is_sent(
    simulator: Simulator, cj: CJClient
) -> None:
    await error_of(cj.outbound.products(storage_id="1"), InvalidRequest)
    assert len(simulator.requests.of("outbound.products")) == 0
