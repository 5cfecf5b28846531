"""How an outbound order comes about: step by step, with all of its stock or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from cj_async import APIError, CJClient, NotFound, Rejected
from cj_async.simulator import Simulator
from tests.conftest import error_of
from tests.simulator.only import only
from tests.simulator.outbound.conftest import ADDRESS, Stock
from tests.simulator.plain import calling

CREATE = "/shopping/privateInventory/outbound/create"


async def test_the_call_says_that_the_task_began(cj: CJClient, stock: Stock) -> None:
    made = await cj.outbound.create(
        order_number="OUT-1",
        storage_id=stock.storage,
        postage_pay_node=4,
        address=ADDRESS,
        product_list=[stock.line(stock.lot(), 1)],
    )
    assert made.order_id
    assert made.order_id.startswith("SD")
    assert (made.create_task_started, made.submit_requested, made.next_action) == (
        True,
        False,
        "POLL_CREATE_PROGRESS",
    )


async def test_making_goes_on_with_the_clock(stock: Stock) -> None:
    lot = stock.lot(10)
    order_id = await stock.create(stock.line(lot, 4))
    steps = [
        (0, 0, "PROCESSING", "WAIT_CREATE", 0),
        (2, 60, "CREATE_SUB_ORDER_SUCCESS", "WAIT_LOCK_ARRIVE", 0),
        (2, 100, "TASK_COMPLETE", "SUBMIT_ORDER", 4),
        (9, 100, "TASK_COMPLETE", "SUBMIT_ORDER", 4),
    ]
    for seconds, progress, status, action, locked in steps:
        told = await stock.after(seconds, order_id)
        assert told.order_id == order_id
        assert told.create_progress == told.progress == progress
        assert (told.create_status, told.next_action, told.lock_fails) == (status, action, [])
        assert (told.submit_status, told.payment_status) == ("UNKNOWN", "UNKNOWN")
        assert (told.shipment_order_id, told.payment_order_id) == (None, None)
        assert (lot.locked, lot.quantity) == (locked, 10)


async def test_an_order_shows_its_address_and_lines(cj: CJClient, stock: Stock) -> None:
    lot = stock.lot(10)
    order_id = await stock.ready(
        stock.line(lot, 4, price=0.01), store_name="My shop", postage_pay_node=5
    )
    told = await cj.outbound.get(order_id=order_id)
    assert (told.order_number, told.storage_id, told.store_name) == (
        "OUT-1",
        stock.storage,
        "My shop",
    )
    assert (told.platform, told.postage_pay_node, told.order_status) == ("API", 5, "CREATED")
    assert told.address is not None
    assert (told.address.customer_name, told.address.zip_code) == ("Ada Example", "10001")
    line = only(told.product_list)
    assert (line.uid, line.quantity, line.lock_quantity, line.available_quantity) == (
        lot.uid,
        4,
        4,
        10,
    )
    assert line.price is not None
    assert line.price > 0.01


async def test_too_little_stock_makes_the_lock_fail(cj: CJClient, stock: Stock) -> None:
    enough, short = stock.lot(10), stock.lot(6, place=1)
    order_id = await stock.create(stock.line(enough, 4), stock.line(short, 10))
    told = await stock.after(4, order_id)
    assert (told.create_status, told.next_action) == ("LOCK_FAIL", "ADJUST_LOCK_FAIL_PRODUCTS")
    fail = only(told.lock_fails)
    assert (fail.sku, fail.private_order_id) == (short.sku, "SY1")
    assert (fail.quantity, fail.lock_quantity, fail.available_quantity) == (10, 6, 6)
    assert (enough.locked, short.locked) == (4, 6)


async def test_a_failed_order_is_mended_by_one_more_create(cj: CJClient, stock: Stock) -> None:
    lot = stock.lot(6)
    order_id = await stock.create(stock.line(lot, 10))
    await stock.after(4, order_id)
    line = only((await cj.outbound.get(order_id=order_id)).product_list)
    again = await stock.create(stock.line(lot, 5, id=line.id), order_id=order_id)
    assert again == order_id
    assert lot.locked == 0
    assert (await stock.after(2, order_id)).next_action == "WAIT_LOCK_ARRIVE"
    assert (await stock.after(2, order_id)).next_action == "SUBMIT_ORDER"
    assert lot.locked == 5
    mended = only((await cj.outbound.get(order_id=order_id)).product_list)
    assert (mended.id, mended.quantity) == (line.id, 5)
    assert len(stock.state.outbound.orders) == 1


async def test_a_failed_order_is_mended_by_leaving_a_line_out(stock: Stock) -> None:
    enough, short = stock.lot(10), stock.lot(6, place=1)
    order_id = await stock.create(stock.line(enough, 4), stock.line(short, 10))
    await stock.after(4, order_id)
    await stock.create(stock.line(enough, 4), order_id=order_id)
    assert (await stock.after(4, order_id)).next_action == "SUBMIT_ORDER"
    assert (enough.locked, short.locked) == (4, 0)


async def test_a_change_under_way_starts_the_task_again(stock: Stock) -> None:
    lot = stock.lot(10)
    order_id = await stock.create(stock.line(lot, 4))
    await stock.after(3, order_id)
    await stock.create(stock.line(lot, 7), order_id=order_id)
    assert (await stock.after(1, order_id)).create_status == "PROCESSING"
    assert lot.locked == 0
    assert (await stock.after(3, order_id)).create_status == "TASK_COMPLETE"
    assert lot.locked == 7


async def test_two_orders_do_not_get_the_same_pieces(stock: Stock) -> None:
    lot = stock.lot(10)
    first = await stock.create(stock.line(lot, 6))
    second = await stock.create(stock.line(lot, 6))
    assert (await stock.after(4, first)).create_status == "TASK_COMPLETE"
    told = await stock.after(0, second)
    assert [(fail.lock_quantity, fail.available_quantity) for fail in told.lock_fails or ()] == [
        (4, 4)
    ]
    assert lot.locked == 10


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"storage_id": "0" * 32}, 1608001),
        ({"address": {**ADDRESS, "country_code": "ZZ"}}, 1605002),
        ({"order_id": "SD0"}, 1603100),
    ],
)
async def test_an_order_that_makes_no_sense_is_refused(
    stock: Stock, change: dict[str, Any], code: int
) -> None:
    call = stock.create(stock.line(stock.lot(), 1), **change)
    assert (await error_of(call, APIError)).code == code
    assert stock.state.outbound.orders == {}


@pytest.mark.parametrize(
    "change",
    [{"private_order_id": "SY9"}, {"stan_product_id": "V9"}, {"sku": "X9"}],
)
async def test_goods_that_nobody_has_are_refused(stock: Stock, change: dict[str, str]) -> None:
    lot = stock.lot()
    call = stock.create(stock.line(lot, 1), stock.line(lot, 1, **change))
    assert (await error_of(call, Rejected)).code == 1603000
    assert stock.state.outbound.orders == {}


async def test_a_line_that_the_order_does_not_have_cannot_be_changed(stock: Stock) -> None:
    lot = stock.lot(10)
    order_id = await stock.ready(stock.line(lot, 4))
    call = stock.create(stock.line(lot, 5, id="no such line"), order_id=order_id)
    assert (await error_of(call, Rejected)).code == 1603000
    assert lot.locked == 4
    assert (await stock.after(9, order_id)).next_action == "SUBMIT_ORDER"


WRONG: list[tuple[str, object, int]] = [
    ("postagePayNode", 6, 1600300),
    ("postagePayNode", 7, 1600300),
    ("productList", [], 16900403),
    ("productList", [{}], 1600300),
    ("address", {"city": "x"}, 1600300),
    ("address", "x", 1600300),
    ("submit", "yes", 1600300),
]


@pytest.mark.parametrize(("name", "value", "code"), WRONG)
async def test_a_wrong_parameter_is_refused(
    simulator: Simulator, stock: Stock, name: str, value: object, code: int
) -> None:
    lot = stock.lot()
    right: dict[str, object] = {
        "orderNumber": "OUT-1",
        "storageId": stock.storage,
        "postagePayNode": 4,
        "address": {
            "customerName": "Ada",
            "shippingAddress": "1 Example Road",
            "city": "Exampletown",
            "countryCode": "US",
        },
        "productList": [
            {"sku": lot.sku, "stanProductId": lot.vid, "privateOrderId": "SY1", "quantity": 1}
        ],
    }
    async with calling(simulator) as caller:
        assert (await caller.post(CREATE, **{**right, name: value})).code == code
        assert stock.state.outbound.orders == {}
        with_reason = {**right, "postagePayNode": 6, "reason": "样品"}
        assert (await caller.post(CREATE, **with_reason)).code == 200


@pytest.mark.parametrize("quantity", [0, -1, 1.5, "2"])
async def test_a_quantity_is_a_whole_number_of_one_at_least(
    simulator: Simulator, stock: Stock, quantity: object
) -> None:
    lot = stock.lot()
    line = {"sku": lot.sku, "stanProductId": lot.vid, "privateOrderId": "SY1"}
    body = {
        "orderNumber": "OUT-1",
        "storageId": stock.storage,
        "postagePayNode": 4,
        "address": {
            "customerName": "Ada",
            "shippingAddress": "1 Example Road",
            "city": "Exampletown",
            "countryCode": "US",
        },
        "productList": [{**line, "quantity": quantity}],
    }
    async with calling(simulator) as caller:
        assert (await caller.post(CREATE, **body)).code == 1600300


async def test_an_order_belongs_to_its_account(simulator: Simulator, stock: Stock) -> None:
    order_id = await stock.ready(stock.line(stock.lot(), 1))
    other = simulator.add_account(tier=10_000)
    async with calling(simulator, logged_in=False) as stranger:
        await stranger.log_in(other.api_key)
        for call in ("progress", "submit", "detail", "cancel"):
            path = f"/shopping/privateInventory/outbound/{call}"
            assert (await stranger.post(path, orderId=order_id)).code == 1603100
    assert (await stock.after(0, order_id)).next_action == "SUBMIT_ORDER"


async def test_a_cancelled_order_gives_its_stock_back(cj: CJClient, stock: Stock) -> None:
    lot = stock.lot(10)
    order_id = await stock.ready(stock.line(lot, 4))
    assert await cj.outbound.cancel(order_id=order_id, reason="x") == {
        "orderId": order_id,
        "cancelled": True,
    }
    assert (lot.locked, lot.quantity) == (0, 10)
    assert (await cj.outbound.get(order_id=order_id)).order_status == "CANCELLED"
    assert (await stock.after(0, order_id)).next_action == "FINISHED"


@pytest.mark.parametrize("seconds", [0, 2])
async def test_an_order_that_was_cancelled_while_it_was_made_locks_nothing(
    cj: CJClient, stock: Stock, seconds: float
) -> None:
    lot = stock.lot(10)
    order_id = await stock.create(stock.line(lot, 4))
    await stock.after(seconds, order_id)
    await cj.outbound.cancel(order_id=order_id)
    assert (await stock.after(9, order_id)).next_action == "FINISHED"
    assert lot.locked == 0


async def test_a_cancelled_order_is_at_its_end(cj: CJClient, stock: Stock) -> None:
    lot = stock.lot(10)
    order_id = await stock.ready(stock.line(lot, 4))
    await cj.outbound.cancel(order_id=order_id)
    assert (await error_of(cj.outbound.cancel(order_id=order_id), Rejected)).code == 1603002
    assert (await error_of(cj.outbound.submit(order_id=order_id), Rejected)).code == 1603001
    call = stock.create(stock.line(lot, 1), order_id=order_id)
    assert (await error_of(call, Rejected)).code == 1603000
    assert lot.locked == 0


async def test_nothing_is_known_about_an_order_of_nobody(cj: CJClient) -> None:
    for call in (cj.outbound.get, cj.outbound.progress, cj.outbound.submit, cj.outbound.cancel):
        assert (await error_of(call(order_id="SD0"), NotFound)).code == 1603100
