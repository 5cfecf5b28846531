"""An order for the private inventory: made or not made, paid, sent, arrived as stock, or closed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from cj_async import CJClient
from cj_async.errors import InsufficientBalance, InvalidParameter, NotFound, Rejected
from cj_async.simulator import Clock, Simulator
from cj_async.simulator._shipping import quotes
from cj_async.simulator.private.model import PrivateOrder
from tests.conftest import client_of, error_of
from tests.simulator.plain import Caller, unlimited
from tests.simulator.private.shopping import (
    BASE,
    PIECES,
    house,
    listen,
    ordered,
    paid,
    state_of,
    the_order,
    told,
    wares,
    world_of,
)

LONG = timedelta(days=40)


def orders_of(simulator: Simulator) -> list[PrivateOrder]:
    return list(state_of(simulator).private.orders.values())


async def test_an_order_charges_nothing_and_waits_for_its_payment(
    cj: CJClient, simulator: Simulator
) -> None:
    (ware,) = wares(simulator, 1)
    before = state_of(simulator).money.balance
    made = await ordered(cj, simulator, ware, pay_type=2)
    assert made.code
    assert made.code.startswith("SY")
    assert len(made.code) == 21
    assert (made.order_id, made.cj_pay_url) == (made.order_code, None)
    assert state_of(simulator).money.balance == before
    assert (await the_order(cj, made.code)).status == "3"


async def test_the_price_of_an_order_is_the_final_amount_of_the_confirmation(
    cj: CJClient, simulator: Simulator
) -> None:
    (ware,) = wares(simulator, 1)
    name = quotes("CN", "US", ware.grams * PIECES)[1].method.name
    told = await cj.private_inventory.confirmation_with_cost(
        variants=[ware.line()], storage_id=house(simulator).id, logistic_name=name
    )
    made = await cj.private_inventory.create_order(
        product_list=[ware.order_line()], storage_id=house(simulator).id, logistic_name=name
    )
    assert told.amount_detail
    assert made.price == told.amount_detail.total_amount
    assert made.check_place_order_info
    assert made.check_place_order_info.confirm_status is True


async def test_a_price_of_the_caller_has_no_effect(cj: CJClient, simulator: Simulator) -> None:
    (ware,) = wares(simulator, 1)
    name = quotes("CN", "US", ware.grams * PIECES)[0].method.name
    prices = [
        (
            await cj.private_inventory.create_order(
                product_list=[ware.order_line(price=price)],
                storage_id=house(simulator).id,
                logistic_name=name,
            )
        ).price
        for price in (None, Decimal("0.01"))
    ]
    assert prices[0] == prices[1]


async def test_pay_type_1_gives_the_payment_page(cj: CJClient, simulator: Simulator) -> None:
    made = await ordered(cj, simulator, wares(simulator, 1)[0], pay_type=1)
    assert made.cj_pay_url
    assert made.pay_id
    assert made.cj_pay_url.endswith(f"/mine/payment?pid={made.pay_id}")


async def test_another_pay_type_is_refused(caller: Caller, simulator: Simulator) -> None:
    (ware,) = wares(simulator, 1)
    answer = await caller.post(
        f"{BASE}/createOrder",
        productList=[
            {"variantId": ware.vid, "productId": ware.pid, "sku": ware.sku, "quantity": 1}
        ],
        storageId=house(simulator).id,
        logisticName="DHL",
        payType=3,
    )
    assert (answer.code, orders_of(simulator)) == (1600300, [])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"productList": []}, 16900403),
        ({"storageId": ""}, 16900403),
        ({"logisticName": None}, 16900403),
        ({"productList": [{"variantId": "1", "productId": "2", "quantity": 1}]}, 1600300),
        ({"productList": "everything"}, 1600300),
    ],
)
async def test_what_an_order_needs_must_be_there(
    caller: Caller, simulator: Simulator, changes: dict[str, Any], code: int
) -> None:
    (ware,) = wares(simulator, 1)
    line = {"variantId": ware.vid, "productId": ware.pid, "sku": ware.sku, "quantity": 1}
    fields = {"productList": [line], "storageId": house(simulator).id, "logisticName": "DHL"}
    answer = await caller.post(f"{BASE}/createOrder", **{**fields, **changes})
    assert answer.code == code
    assert orders_of(simulator) == []


async def test_a_sku_that_is_not_the_variants_is_refused(
    cj: CJClient, simulator: Simulator
) -> None:
    (ware,) = wares(simulator, 1)
    call = ordered(cj, simulator, ware._replace(sku="CJ-OTHER"))
    assert (await error_of(call, InvalidParameter)).code == 1600300
    assert orders_of(simulator) == []


async def test_an_unknown_variant_is_refused(cj: CJClient, simulator: Simulator) -> None:
    (ware,) = wares(simulator, 1)
    call = cj.private_inventory.create_order(
        product_list=[ware._replace(vid="NOBODY").order_line()],
        storage_id=house(simulator).id,
        logistic_name="DHL",
    )
    assert (await error_of(call, NotFound)).code == 1602000


async def test_an_unfit_method_names_those_that_can_be_had(
    cj: CJClient, simulator: Simulator
) -> None:
    (ware,) = wares(simulator, 1)
    made = await cj.private_inventory.create_order(
        product_list=[ware.order_line()],
        storage_id=house(simulator).id,
        logistic_name="Carrier Pigeon",
    )
    methods = await cj.private_inventory.logistics(
        storage_id=house(simulator).id, variant_info_list=[ware.freight_line()]
    )
    assert (made.code, made.pay_id, made.requested_logistic_name) == (None, None, "Carrier Pigeon")
    assert made.available_logistic_list == methods.available_logistic_list
    assert made.check_place_order_info
    assert made.check_place_order_info.confirm_status is False
    assert (orders_of(simulator), state_of(simulator).money.payables) == ([], {})


async def refused_order(cj: CJClient, simulator: Simulator, line: Any, storage: str = "") -> str:
    """Why the one variant of an order cannot be ordered; nothing was ordered then."""
    before = len(orders_of(simulator))
    made = await cj.private_inventory.create_order(
        product_list=[line],
        storage_id=storage or house(simulator).id,
        logistic_name="CJPacket Ordinary",
    )
    assert made.code is None
    assert made.check_place_order_info
    assert made.check_place_order_info.confirm_status is False
    (row,) = made.check_place_order_info.product_info_vo_list or []
    assert (row["variantId"], row["sku"]) == (line["variant_id"], line["sku"])
    assert len(orders_of(simulator)) == before
    return str(row["reason"])


async def test_more_than_there_is_cannot_be_ordered(cj: CJClient, simulator: Simulator) -> None:
    (ware,) = wares(simulator, 1)
    assert "stock" in await refused_order(cj, simulator, ware.order_line(ware.stock + 1))


async def test_a_removed_product_cannot_be_ordered(cj: CJClient, simulator: Simulator) -> None:
    (ware,) = wares(simulator, 1)
    simulator.remove_product(ware.pid)
    assert "removed" in await refused_order(cj, simulator, ware.order_line())


@pytest.mark.parametrize("storage", ["NOBODY", "AU"])
async def test_a_warehouse_that_is_unknown_or_closed_takes_no_order(
    cj: CJClient, simulator: Simulator, storage: str
) -> None:
    (ware,) = wares(simulator, 1)
    wanted = house(simulator, "AU").id if storage == "AU" else storage
    assert "warehouse" in await refused_order(cj, simulator, ware.order_line(), wanted)


async def test_a_price_that_changed_since_the_confirmation_must_be_confirmed_again(
    cj: CJClient, simulator: Simulator
) -> None:
    (ware,) = wares(simulator, 1)
    await cj.private_inventory.confirmation(variants=[ware.line()])
    catalog = world_of(simulator).catalog
    catalog.low_price[ware.number] += 50
    catalog.high_price[ware.number] += 50
    assert "price" in await refused_order(cj, simulator, ware.order_line())
    await cj.private_inventory.confirmation(variants=[ware.line()])
    assert (await ordered(cj, simulator, ware)).code


async def test_a_weight_that_changed_must_be_confirmed_again(
    cj: CJClient, simulator: Simulator
) -> None:
    (ware,) = wares(simulator, 1)
    await cj.private_inventory.confirmation(variants=[ware.line()])
    world_of(simulator).catalog.weight[ware.number] += 3
    assert "weight" in await refused_order(cj, simulator, ware.order_line())


# --- what becomes of it


async def test_paying_takes_the_amount_once(cj: CJClient, simulator: Simulator) -> None:
    (ware,) = wares(simulator, 1)
    money = state_of(simulator).money
    before = money.balance
    code = await paid(cj, simulator, ware)
    order = await the_order(cj, code)
    assert (order.status, order.status_desc) == ("6", "Awaiting Dispatch")
    assert order.amount == Decimal(before - money.balance) / 100
    call = cj.payments.pay_v2(shipment_order_id=code, order_type=9)
    assert (await error_of(call, Rejected)).code == 1603101
    assert [each.amount for each in money.charges] == [before - money.balance]


async def test_without_money_an_order_stays_unpaid(cj: CJClient, simulator: Simulator) -> None:
    made = await ordered(cj, simulator, wares(simulator, 1)[0])
    state_of(simulator).money.balance = 1
    assert made.code
    call = cj.payments.pay_v2(shipment_order_id=made.code, order_type=9)
    assert (await error_of(call, InsufficientBalance)).code == 1604000
    assert (await the_order(cj, made.code)).status == "3"
    assert state_of(simulator).money.balance == 1


async def test_a_paid_order_is_sent_and_arrives_as_stock(
    cj: CJClient, simulator: Simulator, frozen: Clock
) -> None:
    (ware,) = wares(simulator, 1)
    code = await paid(cj, simulator, ware)
    assert state_of(simulator).private.stock == []
    frozen.advance(timedelta(days=1))
    sent = await the_order(cj, code)
    assert (sent.status, bool(sent.tracking_number)) == ("12", True)
    assert state_of(simulator).private.stock == []
    frozen.advance(LONG)
    arrived = await the_order(cj, code)
    assert arrived.status == "7"
    (row,) = [
        row
        for supplier in arrived.supplier_list or []
        for product in supplier.product_list or []
        for row in product.product_variant_list_list or []
    ]
    assert (row.quantity, row.allocate_num) == (PIECES, PIECES)
    (lot,) = state_of(simulator).private.stock
    assert (lot.private_order, lot.vid, lot.sku) == (code, ware.vid, ware.sku)
    assert (lot.storage, lot.quantity, lot.locked) == (house(simulator).id, PIECES, 0)
    assert (lot.price, lot.grams) == (ware.price, ware.grams)


async def test_an_order_that_nobody_pays_is_closed_after_a_day(
    cj: CJClient, simulator: Simulator, frozen: Clock
) -> None:
    made = await ordered(cj, simulator, wares(simulator, 1)[0])
    assert made.code
    waiting = await the_order(cj, made.code)
    assert waiting.payment_expiration_time
    left = waiting.payment_expiration_time - frozen.now()
    assert timedelta(hours=23, minutes=59) < left <= timedelta(days=1)
    assert waiting.inventory_reserved is True
    frozen.advance(timedelta(days=1))
    closed = await the_order(cj, made.code)
    assert (closed.status, closed.inventory_reserved) == ("13", False)
    call = cj.payments.pay_v2(shipment_order_id=made.code, order_type=9)
    assert (await error_of(call, Rejected)).code == 1603101
    frozen.advance(LONG)
    assert (await the_order(cj, made.code)).status == "13"
    assert state_of(simulator).private.stock == []


async def test_every_status_is_told_to_the_webhook(
    cj: CJClient, simulator: Simulator, frozen: Clock
) -> None:
    heard = listen(simulator)
    first, second = wares(simulator, 2)
    code = await paid(cj, simulator, first)
    unpaid = await ordered(cj, simulator, second)
    frozen.advance(LONG)
    await the_order(cj, code)
    rows = told(heard, "PRIVATE_ORDER")
    assert {(row["what"], row["orderType"]) for row in rows} == {("UPDATE", 2)}
    mine = [row for row in rows if row["orderId"] == code]
    assert [row["status"] for row in mine] == ["WAIT_PAY", "PAID", "SHIPPED", "COMPLETED"]
    assert [bool(row["paymentDate"]) for row in mine] == [False, True, True, True]
    assert [bool(row["deliveryDate"]) for row in mine] == [False, False, True, True]
    assert [bool(row["completeDate"]) for row in mine] == [False, False, False, True]
    others = [row["status"] for row in rows if row["orderId"] == unpaid.code]
    assert others == ["WAIT_PAY", "CANCELLED"]


async def test_two_simulators_of_a_seed_give_the_same_ids() -> None:
    codes: list[str | None] = []
    for _ in range(2):
        async with unlimited() as local, client_of(local) as client:
            codes.append((await ordered(client, local, wares(local, 1)[0])).code)
    assert codes[0] == codes[1]
