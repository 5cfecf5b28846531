"""What the list shows, page by page, and what one order tells."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from cj_async import CJError, NotFound
from cj_async.simulator.orders import moves
from tests.conftest import error_of
from tests.simulator.orders.conftest import Shop, opened
from tests.simulator.plain import Caller, calling

LIST, GET = "/shopping/order/list", "/shopping/order/getOrderDetail"


async def codes(caller: Caller, **query: Any) -> list[str]:
    return [row["cjOrderId"] for row in (await caller.data(LIST, **query))["list"]]


async def test_without_a_status_the_cancelled_orders_are_listed_or_all() -> None:
    for quirks, everything in ((True, False), (False, True)):
        async with opened(quirks=quirks) as shop, calling(shop.simulator) as caller:
            kept, cancelled = await shop.code(), await shop.code()
            moves.cancel(shop.world, shop.simulator.account, shop.kept(cancelled))
            assert await codes(caller) == ([cancelled, kept] if everything else [cancelled])
            assert await codes(caller, status="CREATED") == [kept]
            assert await codes(caller, status="CANCELLED") == [cancelled]
            assert await codes(caller, status="OTHER") == []


async def test_an_unknown_status_is_refused(shop: Shop) -> None:
    async with calling(shop.simulator) as caller:
        assert (await caller.get(LIST, status="NEW")).code == 1600300


async def test_the_list_is_paged_newest_first(shop: Shop) -> None:
    made = [await shop.code() for _ in range(25)]
    async with calling(shop.simulator) as caller:
        first = await caller.data(LIST, status="CREATED")
        assert (first["pageNum"], first["pageSize"], first["total"]) == (1, 20, 25)
        pages = [
            await codes(caller, status="CREATED", pageNum=n, pageSize=10) for n in (1, 2, 3, 4)
        ]
        assert [code for page in pages for code in page] == made[::-1]
        assert [len(page) for page in pages] == [10, 10, 5, 0]
        assert (await caller.data(LIST, status="CREATED", pageSize=500))["pageSize"] == 200
        assert (await caller.get(LIST, pageNum=0)).code == 1600300
        assert (await caller.get(LIST, pageSize=0)).code == 1600300
    walked = [row.code async for row in shop.cj.orders.list(status="CREATED")]
    assert walked == made[::-1]


async def test_the_list_is_filtered_by_ids_and_by_parent(shop: Shop) -> None:
    one, two, three = [await shop.code() for _ in range(3)]
    shipment = await shop.shipment(one, two)
    unpaid = shop.cj.orders.list(status="UNPAID", shipment_order_id=shipment)
    assert [row.code async for row in unpaid] == [two, one]
    named = [one, str(shop.kept(two).long_id), three]
    listed = shop.cj.orders.list(status="UNPAID", order_ids=named)
    assert [row.code async for row in listed] == [two, one]
    async with calling(shop.simulator) as caller:
        many = ",".join(f"SD{n}" for n in range(101))
        assert (await caller.get(LIST, status="UNPAID", orderIds=many)).code == 1600300


async def test_another_accounts_orders_are_not_there(shop: Shop) -> None:
    code = await shop.code()
    other = shop.simulator.add_account(tier=10_000, points=None)
    async with calling(shop.simulator, logged_in=False) as stranger:
        await stranger.log_in(other.api_key)
        assert (await stranger.data(LIST, status="CREATED"))["total"] == 0
        assert (await stranger.get(GET, orderId=code)).code == 1600300


async def test_a_row_tells_whose_order_it_is_and_what_it_costs(shop: Shop) -> None:
    time = datetime(2025, 11, 20, 12, tzinfo=UTC)
    lines = [{"vid": shop.vid(), "quantity": 2, "store_line_item_id": "line-1"}]
    code = await shop.code(
        order_number="OWN", remark="Ring", products=lines, store_order_time=time, is_sandbox=1
    )
    order = shop.kept(code)
    [row] = [row async for row in shop.cj.orders.list(status="CREATED")]
    assert (row.number, row.code, row.remark) == ("OWN", code, "Ring")
    assert row.order_id == str(order.long_id)
    assert row.order_weight == order.grams
    assert row.order_amount == Decimal(order.total) / 100
    assert (row.shipping_city, row.shipping_country_code) == ("Exampletown", "US")
    assert (row.store_create_date, row.is_sandbox) == (time, True)
    assert row.create_date == shop.simulator.clock.now().replace(microsecond=0)
    [item] = row.product_list or []
    assert (item.vid, item.quantity) == (shop.vid(), 2)
    found = await shop.get("OWN")
    [line] = found.product_list or []
    assert (line.store_line_item_id, line.line_item_id) == ("line-1", order.lines[0].line_id)
    assert (found.platform_order_id, found.from_country_code) == ("OWN", "CN")
    assert (found.is_complete, found.private_outbound_order) == (True, False)
    assert found.dispute_id is None


async def test_a_missing_order_is_not_found(shop: Shop) -> None:
    error = await error_of(shop.get("NOBODY"), NotFound)
    assert (error.code, "order not found" in str(error)) == (1600300, True)


async def test_timeliness_comes_only_when_asked_for(shop: Shop) -> None:
    code = await shop.code()
    async with calling(shop.simulator) as caller:
        assert "logisticsTimeliness" not in await caller.data(GET, orderId=code)
    found = await shop.cj.orders.get(order_id=code, features=["LOGISTICS_TIMELINESS"])
    assert found.logistics_timeliness is not None
    modes = found.logistics_timeliness.logistics_modes or []
    assert ("CJPacket Ordinary", "7-12 Days") in {
        (each.logistics_name, each.arrival_time) for each in modes
    }


async def test_more_than_20_features_are_refused(shop: Shop) -> None:
    async with calling(shop.simulator) as caller:
        answer = await caller.get(GET, orderId="x", features=",".join("f" * 21))
    assert (answer.code, answer.body["message"]) == (
        1600300,
        "The maximum number of features is 20",
    )


@pytest.mark.parametrize("asked", ["", "  "])
async def test_an_order_must_be_named(shop: Shop, asked: str) -> None:
    await error_of(shop.cj.orders.get(order_id=asked), CJError)
