"""The list of orders for the private inventory: pages, filters, and what it says of each."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from cj_async import CJClient
from cj_async.models.private_inventory import PrivateOrder
from cj_async.simulator import Clock, Simulator
from cj_async.simulator.private.makeup import add_bill
from tests.conftest import client_of
from tests.simulator.plain import Caller
from tests.simulator.private.shopping import (
    BASE,
    PIECES,
    house,
    ordered,
    paid,
    the_order,
    wares,
    world_of,
)


async def codes(cj: CJClient, **filters: Any) -> list[str]:
    return [row.order_code async for row in cj.private_inventory.orders(**filters)]


async def several(cj: CJClient, simulator: Simulator, frozen: Clock, count: int) -> list[str]:
    """Codes of orders that were made a minute apart, the first first."""
    made: list[str] = []
    for ware in wares(simulator, count):
        code = (await ordered(cj, simulator, ware)).code
        assert code
        made.append(code)
        frozen.advance(timedelta(minutes=1))
    return made


async def test_orders_are_paged_newest_first(
    cj: CJClient, simulator: Simulator, frozen: Clock
) -> None:
    made = await several(cj, simulator, frozen, 5)
    assert await codes(cj) == made[::-1]
    page = await cj.private_inventory.orders(page_num=2, page_size=2)
    assert [row.order_code for row in page.items] == [made[2], made[1]]
    assert page.total == 5


async def test_a_page_of_more_than_200_is_refused(caller: Caller) -> None:
    assert (await caller.post(f"{BASE}/order/list", pageSize=201)).code == 1600300
    body = (await caller.post(f"{BASE}/order/list", pageSize=200)).body
    assert (body["code"], body["data"]["pageSize"]) == (200, 200)
    assert (await caller.post(f"{BASE}/order/list")).body["data"]["pageSize"] == 10


@pytest.mark.parametrize("fields", [{"pageNum": 0}, {"pageSize": 0}, {"payStatus": 1}])
async def test_a_filter_that_makes_no_sense_is_refused(
    caller: Caller, fields: dict[str, Any]
) -> None:
    assert (await caller.post(f"{BASE}/order/list", **fields)).code == 1600300


async def test_orders_are_found_by_code_payment_sku_or_name(
    cj: CJClient, simulator: Simulator, frozen: Clock
) -> None:
    made = await several(cj, simulator, frozen, 3)
    ware = wares(simulator, 3)[1]
    order = await the_order(cj, made[1])
    pay_ids = order.payment_order_code_list or []
    name = world_of(simulator).catalog.name(ware.number)
    for wanted in (made[1], str(pay_ids[0]), ware.sku, ware.sku[:13], name):
        assert made[1] in await codes(cj, order_content=wanted)
    assert await codes(cj, order_content=ware.sku) == [made[1]]
    assert await codes(cj, order_content="nothing has this name") == []


async def test_orders_are_filtered_by_status(
    cj: CJClient, simulator: Simulator, frozen: Clock
) -> None:
    made = await several(cj, simulator, frozen, 2)
    sold = await paid(cj, simulator, wares(simulator, 1)[0])
    assert await codes(cj, order_status="3") == made[::-1]
    assert await codes(cj, order_status="3", pay_status=0) == made[::-1]
    assert await codes(cj, order_status="3", pay_status=1) == []
    assert await codes(cj, order_status="6") == [sold]
    assert await codes(cj, order_status="8") == []


async def test_orders_are_filtered_by_the_moment_they_were_made(
    cj: CJClient, simulator: Simulator, frozen: Clock
) -> None:
    made = await several(cj, simulator, frozen, 3)
    moments = [(await the_order(cj, code)).create_date_time for code in made]
    first, second, third = moments
    assert await codes(cj, create_order_date_start=first) == [made[2], made[1]]
    assert await codes(cj, create_order_date_end=third) == [made[1], made[0]]
    both = await codes(cj, create_order_date_start=first, create_order_date_end=third)
    assert both == [made[1]]
    assert second


async def test_a_bill_is_a_difference_in_the_amount(
    cj: CJClient, simulator: Simulator, frozen: Clock
) -> None:
    made = await several(cj, simulator, frozen, 2)
    add_bill(world_of(simulator), simulator.account, made[0], 0, 0, 250)
    assert await codes(cj, is_amount_difference=1) == [made[0]]
    assert await codes(cj, is_amount_difference=0) == [made[1]]
    assert (await the_order(cj, made[0])).diff_amount == Decimal("2.5")


async def test_an_order_says_what_it_is(cj: CJClient, simulator: Simulator) -> None:
    (ware,) = wares(simulator, 1)
    code = await paid(cj, simulator, ware)
    order: PrivateOrder = await the_order(cj, code)
    assert (order.storage_id, order.storage_no2_name) == (
        house(simulator).id,
        house(simulator).name,
    )
    assert order.order_amount == Decimal(ware.price * PIECES) / 100
    assert order.amount == (order.order_amount or 0) + (order.postage or 0) + (
        order.service_fee or 0
    )
    assert (order.order_quantity, order.variant_type_sum) == (PIECES, 1)
    assert (order.order_type, order.order_category) == (2, "SY")
    assert order.payment_date_time == order.create_date_time


async def test_two_accounts_see_their_own_orders(cj: CJClient, simulator: Simulator) -> None:
    code = (await ordered(cj, simulator, wares(simulator, 1)[0])).code
    other = simulator.add_account(tier=10_000, points=None)
    async with client_of(simulator, other.api_key) as stranger:
        assert await codes(stranger) == []
        assert await codes(cj) == [code]
