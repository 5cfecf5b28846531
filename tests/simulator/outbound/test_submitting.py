"""What happens to an outbound order that is submitted: stock, freight, parcel and messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from cj_async import CJClient, InsufficientBalance, Rejected
from cj_async.models.outbound import OutboundSubmitRefusal
from cj_async.simulator import Simulator
from cj_async.simulator._account import Account
from cj_async.simulator._world import World
from tests.conftest import error_of
from tests.simulator.only import only
from tests.simulator.outbound.conftest import Stock

FREIGHT = 290 + 640 * 800 // 1000
"""Cents of the cheapest method for four pieces of 200 g."""


async def test_submitting_takes_the_stock_once(cj: CJClient, stock: Stock) -> None:
    lot = stock.lot(10)
    order_id = await stock.ready(stock.line(lot, 4))
    assert (lot.quantity, lot.locked) == (10, 4)
    told = await cj.outbound.submit(order_id=order_id)
    assert (told.order_id, told.submit_accepted, told.next_action) == (
        order_id,
        True,
        "POLL_SUBMIT_PROGRESS",
    )
    assert (lot.quantity, lot.locked) == (6, 0)
    refused = await error_of(cj.outbound.submit(order_id=order_id), Rejected)
    assert refused.code == 1603001
    assert (await error_of(cj.outbound.cancel(order_id=order_id), Rejected)).code == 1603002
    change = stock.create(stock.line(lot, 1), order_id=order_id)
    assert (await error_of(change, Rejected)).code == 1603000
    assert (lot.quantity, lot.locked) == (6, 0)


async def test_a_failed_lock_is_refused_with_what_to_do(cj: CJClient, stock: Stock) -> None:
    enough, short = stock.lot(10), stock.lot(6, place=1)
    order_id = await stock.create(stock.line(enough, 4), stock.line(short, 10))
    await stock.after(4, order_id)
    error = await error_of(cj.outbound.submit(order_id=order_id), Rejected)
    assert (error.code, "insufficient" in error.message) == (1603001, True)
    details = error.details
    assert isinstance(details, OutboundSubmitRefusal)
    assert (details.order_id, details.create_status, details.submit_accepted) == (
        order_id,
        "LOCK_FAIL",
        False,
    )
    assert (details.next_action, details.action_required) == (
        "ADJUST_LOCK_FAIL_PRODUCTS",
        "ADJUST_QUANTITY_AND_RESUBMIT",
    )
    assert [(row.sku, row.quantity, row.lock_quantity) for row in details.lock_fails or ()] == [
        (short.sku, 10, 6)
    ]
    assert len(details.suggested_steps or ()) == 4
    assert (enough.quantity, short.quantity) == (10, 6)
    assert stock.state.book.orders == {}


@pytest.mark.parametrize(
    ("seconds", "status"), [(0, "PROCESSING"), (2, "CREATE_SUB_ORDER_SUCCESS")]
)
async def test_an_order_that_is_not_made_yet_is_refused(
    cj: CJClient, stock: Stock, seconds: float, status: str
) -> None:
    order_id = await stock.create(stock.line(stock.lot(), 1))
    await stock.after(seconds, order_id)
    error = await error_of(cj.outbound.submit(order_id=order_id), Rejected)
    assert (error.code, "insufficient" in error.message) == (1603001, False)
    assert isinstance(error.details, OutboundSubmitRefusal)
    assert (error.details.create_status, error.details.lock_fails) == (status, [])
    assert stock.state.book.orders == {}
    told = await stock.after(0, order_id)
    assert told.create_status == status


async def test_an_order_submits_itself_once_its_stock_is_locked(stock: Stock) -> None:
    lot = stock.lot(10)
    order_id = await stock.create(stock.line(lot, 4), submit=True)
    await stock.after(2, order_id)
    assert lot.quantity == 10
    await stock.after(2, order_id)
    assert (lot.quantity, lot.locked) == (6, 0)
    assert (await stock.after(2, order_id)).submit_status == "SUBMITTED"


async def test_an_order_whose_lock_failed_does_not_submit_itself(stock: Stock) -> None:
    lot = stock.lot(3)
    order_id = await stock.create(stock.line(lot, 4), submit=True)
    told = await stock.after(60, order_id)
    assert (told.create_status, told.submit_status) == ("LOCK_FAIL", "UNKNOWN")
    assert lot.quantity == 3


async def test_freight_is_paid_before_the_goods_go_out(
    simulator: Simulator, cj: CJClient, stock: Stock
) -> None:
    order_id = await stock.ready(stock.line(stock.lot(), 4))
    await cj.outbound.submit(order_id=order_id)
    told = await stock.after(1, order_id)
    assert (told.next_action, told.submit_status, told.payment_status) == (
        "POLL_SUBMIT_PROGRESS",
        "UNKNOWN",
        "UNKNOWN",
    )
    told = await stock.after(1, order_id)
    assert (told.next_action, told.submit_status, told.payment_status) == (
        "PAY",
        "SUBMITTED",
        "UNPAID",
    )
    assert told.shipment_order_id
    assert told.payment_order_id
    assert (await cj.outbound.get(order_id=order_id)).order_status == "UNPAID"
    await cj.payments.pay_v2(
        shipment_order_id=str(told.shipment_order_id), pay_id=str(told.payment_order_id)
    )
    money = stock.state.money
    assert [charge.amount for charge in money.charges] == [FREIGHT]
    assert money.balance == 100_000 - FREIGHT
    told = await stock.after(0, order_id)
    assert (told.next_action, told.payment_status) == ("FINISHED", "PAID")
    assert (await cj.outbound.get(order_id=order_id)).order_status == "UNSHIPPED"
    again = cj.payments.pay_v2(shipment_order_id=str(told.shipment_order_id), pay_id="")
    await error_of(again, Rejected)
    assert money.balance == 100_000 - FREIGHT


async def test_without_money_the_freight_stays_unpaid(cj: CJClient, stock: Stock) -> None:
    order_id = await stock.ready(stock.line(stock.lot(), 4))
    await cj.outbound.submit(order_id=order_id)
    told = await stock.after(2, order_id)
    stock.state.money.balance = FREIGHT - 1
    call = cj.payments.pay_v2(
        shipment_order_id=str(told.shipment_order_id), pay_id=str(told.payment_order_id)
    )
    await error_of(call, InsufficientBalance)
    assert (await stock.after(0, order_id)).next_action == "PAY"
    assert stock.state.money.balance == FREIGHT - 1


async def test_an_order_without_freight_goes_out_by_itself(
    simulator: Simulator, cj: CJClient, stock: Stock
) -> None:
    order_id = await stock.ready(stock.line(stock.lot(), 4), postage_pay_node=6, reason="样品")
    await cj.outbound.submit(order_id=order_id)
    told = await stock.after(2, order_id)
    assert (told.next_action, told.payment_status) == ("FINISHED", "NO_PAYMENT")
    assert (await cj.outbound.get(order_id=order_id)).order_status == "UNSHIPPED"
    for days, status in ((2, "SHIPPED"), (8, "DELIVERED")):
        simulator.clock.advance(timedelta(days=days))
        assert (await cj.outbound.get(order_id=order_id)).order_status == status
    assert stock.state.money.charges == []
    assert stock.state.private.bills == {}


async def test_freight_after_the_goods_went_out_is_a_makeup_bill(
    simulator: Simulator, cj: CJClient, stock: Stock
) -> None:
    order_id = await stock.ready(stock.line(stock.lot(), 4), postage_pay_node=5)
    await cj.outbound.submit(order_id=order_id)
    told = await stock.after(2, order_id)
    assert (told.next_action, told.payment_status) == ("FINISHED", "UNPAID")
    assert [each async for each in cj.makeup.list(type=0)] == []
    simulator.clock.advance(timedelta(days=2))
    [bill] = [each async for each in cj.makeup.list(type=0)]
    assert (bill.cj_order_code, bill.amount) == (order_id, Decimal(FREIGHT) / 100)
    due = await cj.makeup.create_pay_order(order_codes=[str(bill.order_code)], type=0)
    await cj.payments.pay_v2(
        shipment_order_id=str(due.pay_order_code), pay_id=due.pay_id, order_type=24
    )
    assert (await stock.after(0, order_id)).payment_status == "PAID"
    assert stock.state.money.balance == 100_000 - FREIGHT


async def test_a_submitted_order_is_among_the_orders(cj: CJClient, stock: Stock) -> None:
    order_id = await stock.ready(stock.line(stock.lot(), 4))
    await cj.outbound.submit(order_id=order_id)
    shown = await cj.orders.get(order_id=order_id)
    assert (shown.order_num, shown.order_status) == ("OUT-1", "UNPAID")
    assert shown.private_outbound_order is True
    assert (shown.shipping_customer_name, shown.shipping_city) == ("Ada Example", "Exampletown")
    line = only(shown.product_list)
    assert line.quantity == 4


async def test_an_outbound_order_cannot_be_merged(cj: CJClient, stock: Stock) -> None:
    lot = stock.lot()
    codes = [await stock.ready(stock.line(lot, 1)), await stock.ready(stock.line(lot, 1))]
    for code in codes:
        await cj.outbound.submit(order_id=code)
    assert await cj.merge_orders.auto_match(filter_order=True, order_status=100) == []
    told = await cj.merge_orders.submit(
        groups=[
            {
                "logistic_name": "DHL",
                "order_code_list": codes,
                "order_number": "1",
                "order_status": 100,
                "pack_type": 0,
            }
        ]
    )
    failures = told.merge_fail_order_group_list or []
    assert [each.error_code for each in failures] == [11002]


async def test_heavy_orders_go_in_several_parcels(cj: CJClient, stock: Stock) -> None:
    lot = stock.lot(1_000)
    order_id = await stock.ready(stock.line(lot, 1_000))
    await cj.outbound.submit(order_id=order_id)
    [shown] = stock.state.book.orders.values()
    assert (shown.method, shown.postage) == ("DHL", 7 * 1_890 + 1_150 * 200)


Emitted = list[tuple[str, str, dict[str, Any]]]


@pytest.fixture
def emitted(monkeypatch: pytest.MonkeyPatch) -> Emitted:
    events: Emitted = []
    real: Callable[..., None] = World.emit

    def listen(
        world: World, account: Account, kind: str, what: str, params: dict[str, Any]
    ) -> None:
        events.append((kind, what, params))
        real(world, account, kind, what, params)

    monkeypatch.setattr(World, "emit", listen)
    return events


async def test_messages_tell_that_it_came_changed_and_was_submitted(
    cj: CJClient, stock: Stock, emitted: Emitted
) -> None:
    lot = stock.lot()
    order_id = await stock.ready(stock.line(lot, 4))
    await stock.create(stock.line(lot, 3), order_id=order_id)
    await stock.after(4, order_id)
    await cj.outbound.submit(order_id=order_id)
    told = [(kind, what, params["orderStatus"]) for kind, what, params in emitted]
    assert told == [
        ("ORDER", "INSERT", "CREATED"),
        ("ORDER", "UPDATE", "CREATED"),
        ("ORDER", "UPDATE", "UNPAID"),
    ]
    for _, _, params in emitted:
        assert params["privateOutboundOrder"] is True
        assert params["orderNumber"] == "OUT-1"
    [item] = emitted[-1][2]["orderItems"]
    assert (item["vid"], item["quantity"]) == (lot.vid, 3)


async def test_a_message_tells_that_it_was_cancelled(
    cj: CJClient, stock: Stock, emitted: Emitted
) -> None:
    order_id = await stock.create(stock.line(stock.lot(), 4))
    await cj.outbound.cancel(order_id=order_id)
    kind, what, params = emitted[-1]
    assert (kind, what, params["orderStatus"]) == ("ORDER", "UPDATE", "CANCELLED")
