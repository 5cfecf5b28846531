"""How an order moves by itself and by others' hands: parcels, sandbox steps, cancelling."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
import yaml

from cj_async.simulator.orders import moves
from cj_async.simulator.orders.model import Status
from tests.simulator.orders.conftest import Shop

STATUSES: tuple[Status, ...] = get_args(Status)
REFERENCE = Path(__file__).resolve().parents[3] / "spec/reference"


def reference(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load((REFERENCE / name).read_text("utf-8"))["rows"]
    return rows


def test_what_may_follow_is_what_the_reference_says() -> None:
    known = {
        row["code"]: {each["to"] for each in row.get("next", ())}
        for row in reference("order_statuses.yaml")
        if not row.get("filter-only")
    }
    assert known == moves.NEXT


def test_the_steps_are_those_of_the_reference() -> None:
    codes = [row["code"] for row in reference("sandbox_statuses.yaml")]
    assert dict(pairwise(codes)) == moves.NEXT_STEP


# --- by itself


async def test_a_paid_order_is_shipped_and_delivered_in_time(shop: Shop) -> None:
    await shop.pay(code := await shop.code())
    paid = shop.simulator.clock.now().replace(microsecond=0)
    await shop.after(1.9)
    waiting = await shop.get(code)
    assert (waiting.order_status, waiting.track_number) == ("UNSHIPPED", None)
    assert (waiting.tracking_url, waiting.tracking_provider) == (None, None)
    await shop.after(0.1)
    sent = await shop.get(code)
    assert (sent.order_status, sent.out_warehouse_time) == ("SHIPPED", paid + timedelta(days=2))
    assert sent.track_number
    assert sent.track_number in (sent.tracking_url or "")
    assert sent.tracking_provider == "CJPacket Ordinary"
    await shop.after(7.9)
    assert await shop.status(code) == "SHIPPED"
    await shop.after(0.1)
    assert await shop.status(code) == "DELIVERED"


async def test_a_long_jump_of_the_clock_moves_a_parcel_all_the_way(shop: Shop) -> None:
    await shop.pay(code := await shop.code())
    paid = shop.kept(code).paid
    assert paid is not None
    await shop.after(40)
    order = shop.kept(code)
    assert (order.status, order.shipped) == ("DELIVERED", paid + moves.SHIPPED_AFTER)
    assert order.delivered == paid + moves.SHIPPED_AFTER + moves.DELIVERED_AFTER


async def test_every_change_is_told_with_the_moments_so_far(shop: Shop) -> None:
    await shop.pay(code := await shop.code())
    await shop.after(10)
    last = [each for each in shop.told if each.kind == "ORDER"][-1].params
    order = shop.kept(code)
    assert (last["orderStatus"], last["trackNumber"]) == ("DELIVERED", order.track_number)
    assert None not in [last[name] for name in ("payDate", "deliveryDate", "completeDate")]
    [item] = msgspec.convert(last["orderItems"], list[dict[str, Any]])
    assert (item["vid"], item["quantity"]) == (shop.vid(), 1)
    parcels = [each for each in shop.told if each.kind == "LOGISTIC"]
    assert {each.message_type for each in parcels[1:]} == {"UPDATE"}
    assert [parcels[0].message_type, parcels[-1].params["trackingStatus"]] == ["INSERT", 12]
    news = json.loads(str(parcels[-1].params["logisticsTrackEvents"]))
    assert {each["status"] for each in news} >= {1, 12}


async def test_nothing_moves_that_is_not_paid_or_is_gone(shop: Shop) -> None:
    unpaid = await shop.code()
    await shop.pay(cancelled := await shop.code())
    moves.cancel(shop.world, shop.simulator.account, shop.kept(cancelled))
    await shop.pay(forgotten := await shop.code())
    del shop.book.orders[forgotten]
    await shop.after(30)
    assert [await shop.status(code) for code in (unpaid, cancelled)] == ["CREATED", "CANCELLED"]


async def test_what_somebody_moves_by_hand_does_not_move_twice(shop: Shop) -> None:
    await shop.pay(code := await shop.code())
    moves.ship(shop.world, shop.simulator.account, shop.kept(code))
    await shop.after(2)
    assert await shop.status(code) == "SHIPPED"
    moves.deliver(shop.world, shop.simulator.account, shop.kept(code))
    arrived = shop.kept(code).delivered
    await shop.after(30)
    assert shop.kept(code).delivered == arrived


# --- the sandbox


async def test_a_sandbox_order_moves_only_step_by_step(shop: Shop) -> None:
    code = await shop.code(is_sandbox=1)
    await shop.pay_sandbox(code)
    await shop.after(30)
    order, account = shop.kept(code), shop.simulator.account
    seen: list[tuple[int, str]] = [(order.step, order.status)]
    for _ in range(4):
        moves.next_sandbox_step(shop.world, account, order)
        seen.append((order.step, order.status))
    assert seen == [
        (300, "UNSHIPPED"),
        (400, "UNSHIPPED"),
        (500, "SHIPPED"),
        (600, "DELIVERED"),
        (700, "DELIVERED"),
    ]
    with pytest.raises(moves.IllegalMove):
        moves.next_sandbox_step(shop.world, account, order)
    assert order.track_number
    assert not [each for each in shop.told if each.kind == "LOGISTIC"]
    assert not [each for each in shop.world.agenda.entries if each.about == code]


@pytest.mark.parametrize("sandbox", [0, 1])
async def test_an_unpaid_or_real_order_has_no_step(shop: Shop, sandbox: int) -> None:
    order = shop.kept(await shop.code(is_sandbox=sandbox))
    with pytest.raises(moves.IllegalMove):
        moves.next_sandbox_step(shop.world, shop.simulator.account, order)
    assert (order.step, order.status) == (0, "CREATED")


async def test_shipping_a_sandbox_order_takes_its_steps_along(shop: Shop) -> None:
    code = await shop.code(is_sandbox=1)
    await shop.pay_sandbox(code)
    order, account = shop.kept(code), shop.simulator.account
    moves.ship(shop.world, account, order)
    assert order.step == 500
    moves.deliver(shop.world, account, order)
    assert order.step == 600


# --- illegal moves


@pytest.mark.parametrize("status", STATUSES)
async def test_an_order_goes_only_where_it_may(shop: Shop, status: Status) -> None:
    account = shop.simulator.account
    ways: dict[Status, Callable[..., None]] = {
        "IN_CART": moves.to_cart,
        "UNPAID": moves.confirm,
        "UNSHIPPED": moves.pay,
        "SHIPPED": moves.ship,
        "DELIVERED": moves.deliver,
        "CANCELLED": moves.cancel,
    }
    for wanted, move in ways.items():
        order = shop.kept(await shop.code())
        order.status = status
        shop.told.clear()
        if wanted in moves.NEXT[status]:
            move(shop.world, account, order)
            assert order.status == wanted
            assert shop.told
        else:
            with pytest.raises(moves.IllegalMove, match=status):
                move(shop.world, account, order)
            assert order.status == status
            assert (order.paid, order.shipped, order.delivered) == (None, None, None)
            assert not shop.told


# --- cancelling


async def test_a_cancelled_order_leaves_its_parent(shop: Shop) -> None:
    one, two = await shop.code(), await shop.code()
    shipment = await shop.shipment(one, two)
    moves.cancel(shop.world, shop.simulator.account, shop.kept(one))
    assert shop.state.money.payables[shipment].amount == shop.kept(two).total
    await shop.cj.payments.pay_v2(shipment_order_id=shipment)
    assert [await shop.status(code) for code in (one, two)] == ["CANCELLED", "UNSHIPPED"]


async def test_a_parent_that_was_cancelled_whole_owes_nothing(shop: Shop) -> None:
    shipment = await shop.shipment(code := await shop.code())
    moves.cancel(shop.world, shop.simulator.account, shop.kept(code))
    assert shipment not in shop.state.money.payables
    assert shop.told[-1].params["orderStatus"] == "CANCELLED"
