"""Paying orders from the balance: what it costs, what it changes, and when it is refused."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from cj_async.errors import InsufficientBalance, InvalidParameter, NotFound, Rejected
from cj_async.simulator import Clock
from tests.conftest import client_of, error_of
from tests.simulator.money.flow import Shop, shop

NOT_FOUND, NOT_PAID, NO_MONEY, WRONG = 1603100, 1603101, 1604000, 1600300
DAY = timedelta(days=1)


# --- the balance


async def test_the_balance_is_told_in_dollars(mine: Shop) -> None:
    told = await mine.cj.payments.balance()
    nothing = Decimal(0)
    assert (told.amount, told.no_withdrawal_amount, told.freeze_amount) == (
        Decimal(1000),
        nothing,
        nothing,
    )
    mine.state.money.balance, mine.state.money.bonus, mine.state.money.frozen = 7, 250, 99
    told = await mine.cj.payments.balance()
    assert told.amount == Decimal("0.07")
    assert (told.no_withdrawal_amount, told.freeze_amount) == (Decimal("2.5"), Decimal("0.99"))


@pytest.mark.parametrize("drifts", [True, False])
async def test_the_balance_is_spelled_in_several_ways_and_means_the_same(
    frozen: Clock, drifts: bool
) -> None:
    async with shop(frozen, quirks=["drifting_types"] if drifts else False) as mine:
        spelled: set[tuple[bool, bool]] = set()
        for _ in range(4):
            answer: Any = (await mine.cj.request("GET", "/shopping/pay/getBalance")).data
            spelled.add((isinstance(answer["amount"], str), answer["freezeAmount"] is None))
            assert Decimal(answer["amount"]) * 100 == mine.balance
            await mine.cj.payments.pay_v2(shipment_order_id=(await mine.parent())[1])
        assert (len(spelled) > 1) is drifts


# --- what a payment does


async def test_an_order_alone_in_its_parent_is_paid_by_its_code(mine: Shop) -> None:
    [code], parent = await mine.parent()
    answer = await mine.cj.payments.pay(order_id=code)
    order = await mine.cj.orders.get(order_id=code)
    assert (order.order_status, answer) == ("UNSHIPPED", order.order_id)
    assert order.payment_date is not None
    assert mine.balance == 100_000 - mine.total(code)
    assert [each.payable for each in mine.state.money.charges] == [parent]
    assert (await mine.cj.payments.balance()).amount == Decimal(mine.balance) / 100


async def test_a_parent_order_is_paid_with_everything_in_it(mine: Shop) -> None:
    codes, parent = await mine.parent(3)
    made = await mine.cj.orders.create_parent_order(shipment_order_id=parent)
    assert await mine.cj.payments.pay_v2(shipment_order_id=parent, pay_id=made.pay_id) == parent
    assert [await mine.status(code) for code in codes] == ["UNSHIPPED"] * 3
    assert [each.amount for each in mine.state.money.charges] == [mine.total(*codes)]
    assert made.order_money == Decimal(mine.total(*codes)) / 100


async def test_a_parent_order_can_be_paid_without_a_pay_id(mine: Shop) -> None:
    [code], parent = await mine.parent()
    await mine.cj.payments.pay_v2(shipment_order_id=parent)
    assert await mine.status(code) == "UNSHIPPED"


async def test_without_the_quirk_a_payment_answers_the_code(frozen: Clock) -> None:
    async with shop(frozen, quirks=False) as mine:
        [code], _ = await mine.parent()
        assert await mine.cj.payments.pay(order_id=code) == code


# --- never twice


async def test_nothing_is_charged_twice_however_it_is_paid(mine: Shop) -> None:
    for first in ("pay", "pay_v2"):
        [code], parent = await mine.parent()
        made = await mine.cj.orders.create_parent_order(shipment_order_id=parent)
        if first == "pay":
            await mine.cj.payments.pay(order_id=code)
        else:
            await mine.cj.payments.pay_v2(shipment_order_id=parent, pay_id=made.pay_id)
        await mine.refused(mine.cj.payments.pay(order_id=code), NOT_PAID)
        await mine.refused(mine.cj.payments.pay_v2(shipment_order_id=parent), NOT_PAID)
        again = mine.cj.payments.pay_v2(shipment_order_id=parent, pay_id=made.pay_id)
        assert isinstance(await mine.refused(again, NOT_PAID), Rejected)
    assert len(mine.state.money.charges) == 2


async def test_what_was_paid_long_ago_cannot_be_paid_again(mine: Shop) -> None:
    [code], parent = await mine.parent()
    await mine.cj.payments.pay(order_id=code)
    for status in ("SHIPPED", "DELIVERED"):
        mine.local.clock.advance(8 * DAY)
        assert await mine.status(code) == status
        await mine.refused(mine.cj.payments.pay(order_id=code), NOT_PAID)
        await mine.refused(mine.cj.payments.pay_v2(shipment_order_id=parent), NOT_PAID)


# --- refusals that change nothing


async def test_an_order_that_shares_its_parent_is_not_paid_by_itself(mine: Shop) -> None:
    codes, parent = await mine.parent(2)
    for code in codes:
        error = await mine.refused(mine.cj.payments.pay(order_id=code), NOT_PAID)
        assert "shipmentOrderId" in str(error)
    await mine.cj.payments.pay_v2(shipment_order_id=parent)


async def test_a_balance_that_does_not_cover_it_is_left_alone(mine: Shop) -> None:
    codes, parent = await mine.parent(2)
    mine.state.money.balance = mine.total(*codes) - 1
    call = mine.cj.payments.pay_v2(shipment_order_id=parent)
    assert isinstance(await mine.refused(call, NO_MONEY), InsufficientBalance)
    alone = (await mine.parent())[0][0]
    mine.state.money.balance = 0
    await mine.refused(mine.cj.payments.pay(order_id=alone), NO_MONEY)
    mine.state.money.balance = mine.total(*codes)
    await mine.cj.payments.pay_v2(shipment_order_id=parent)
    assert mine.balance == 0


async def test_an_order_that_is_not_confirmed_cannot_be_paid(mine: Shop) -> None:
    code = await mine.order()
    await mine.refused(mine.cj.payments.pay(order_id=code), NOT_PAID)
    await mine.cj.orders.add_to_cart(cj_order_id_list=[code])
    await mine.refused(mine.cj.payments.pay(order_id=code), NOT_PAID)


async def test_a_cancelled_order_cannot_be_paid_and_its_parent_costs_less(mine: Shop) -> None:
    [gone, kept], parent = await mine.parent(2)
    await mine.cancel(gone)
    await mine.refused(mine.cj.payments.pay(order_id=gone), NOT_PAID)
    await mine.cj.payments.pay(order_id=kept)
    assert [each.amount for each in mine.state.money.charges] == [mine.total(kept)]
    assert (await mine.status(gone), await mine.status(kept)) == ("CANCELLED", "UNSHIPPED")
    await mine.refused(mine.cj.payments.pay_v2(shipment_order_id=parent), NOT_PAID)


async def test_a_parent_of_nothing_but_cancelled_orders_is_not_found(mine: Shop) -> None:
    [code], parent = await mine.parent()
    await mine.cancel(code)
    await mine.refused(mine.cj.payments.pay_v2(shipment_order_id=parent), NOT_FOUND)
    await mine.refused(mine.cj.payments.pay(order_id=code), NOT_PAID)


async def test_an_unknown_id_is_not_found(mine: Shop) -> None:
    [code], parent = await mine.parent()
    error = await mine.refused(mine.cj.payments.pay(order_id="SD1"), NOT_FOUND)
    assert isinstance(error, NotFound)
    await mine.refused(mine.cj.payments.pay(order_id=parent), NOT_FOUND)
    for asked in ("12", code):
        await mine.refused(mine.cj.payments.pay_v2(shipment_order_id=asked), NOT_FOUND)


async def test_the_orders_of_another_account_are_not_found(mine: Shop) -> None:
    [code], parent = await mine.parent()
    other = mine.local.add_account(tier=10_000, points=None)
    async with client_of(mine.local, other.api_key) as stranger:
        await mine.refused(stranger.payments.pay(order_id=code), NOT_FOUND)
        await mine.refused(stranger.payments.pay_v2(shipment_order_id=parent), NOT_FOUND)
    assert (other.state.money.balance, other.state.money.charges) == (100_000, [])


@pytest.mark.parametrize("order_type", [9, 24])
async def test_another_order_type_does_not_find_a_parent_order(mine: Shop, order_type: int) -> None:
    _, parent = await mine.parent()
    made = await mine.cj.orders.create_parent_order(shipment_order_id=parent)
    call = mine.cj.payments.pay_v2(
        shipment_order_id=parent,
        pay_id=made.pay_id,
        order_type=order_type,  # type: ignore[arg-type]
    )
    await mine.refused(call, NOT_FOUND)


async def test_there_is_no_other_order_type(mine: Shop) -> None:
    body = {"shipmentOrderId": (await mine.parent())[1], "orderType": 1}
    call = mine.cj.request("POST", "/shopping/pay/payBalanceV2", body=body)
    assert isinstance(await mine.refused(call, WRONG), InvalidParameter)


# --- the payId


async def test_the_pay_id_must_be_that_of_the_parent_order(mine: Shop) -> None:
    parents = [(await mine.parent())[1] for _ in range(2)]
    made = [await mine.cj.orders.create_parent_order(shipment_order_id=each) for each in parents]
    for pay_id in (made[1].pay_id, "PAY"):
        call = mine.cj.payments.pay_v2(shipment_order_id=parents[0], pay_id=pay_id)
        await mine.refused(call, WRONG)
    await mine.cj.payments.pay_v2(shipment_order_id=parents[0], pay_id=made[0].pay_id)


async def test_a_pay_id_is_good_until_the_time_that_was_told(mine: Shop) -> None:
    [code], parent = await mine.parent()
    made = await mine.cj.orders.create_parent_order(shipment_order_id=parent)
    assert made.pay_expire_time is not None
    mine.local.clock.advance(made.pay_expire_time - mine.local.clock.now() + timedelta(seconds=1))
    call = mine.cj.payments.pay_v2(shipment_order_id=parent, pay_id=made.pay_id)
    await mine.refused(call, NOT_PAID)
    new = await mine.cj.orders.create_parent_order(shipment_order_id=parent)
    assert new.pay_id != made.pay_id
    await mine.refused(mine.cj.payments.pay_v2(shipment_order_id=parent, pay_id=made.pay_id), WRONG)
    await mine.cj.payments.pay_v2(shipment_order_id=parent, pay_id=new.pay_id)
    assert await mine.status(code) == "UNSHIPPED"


@pytest.mark.parametrize("by", ["order", "parent"])
async def test_without_a_pay_id_it_is_never_too_late(mine: Shop, by: str) -> None:
    [code], parent = await mine.parent()
    await mine.cj.orders.create_parent_order(shipment_order_id=parent)
    mine.local.clock.advance(30 * DAY)
    if by == "order":
        await mine.cj.payments.pay(order_id=code)
    else:
        await mine.cj.payments.pay_v2(shipment_order_id=parent)
    assert await mine.status(code) == "UNSHIPPED"


# --- sandbox orders


@pytest.mark.parametrize("orders", [1, 2])
async def test_sandbox_orders_are_paid_without_money(frozen: Clock, orders: int) -> None:
    async with shop(frozen, quirks=False) as mine:
        mine.state.money.balance = 0
        codes, parent = await mine.parent(orders, sandbox=True)
        await mine.cj.payments.pay_v2(shipment_order_id=parent)
        assert [await mine.status(code) for code in codes] == ["UNSHIPPED"] * orders
        assert (mine.balance, mine.state.money.charges) == (0, [])
        await mine.refused(mine.cj.payments.pay_v2(shipment_order_id=parent), NOT_PAID)


async def test_a_single_sandbox_order_is_paid_without_money(mine: Shop) -> None:
    [code], _ = await mine.parent(sandbox=True)
    await mine.cj.payments.pay(order_id=code)
    assert await mine.status(code) == "UNSHIPPED"
    assert (mine.balance, mine.state.money.charges) == (100_000, [])
    await mine.refused(mine.cj.payments.pay(order_id=code), NOT_PAID)


async def test_the_second_way_to_pay_refuses_sandbox_orders_as_the_real_one_does(
    mine: Shop,
) -> None:
    [code], parent = await mine.parent(sandbox=True)
    error = await error_of(mine.cj.payments.pay_v2(shipment_order_id=parent), InvalidParameter)
    assert error.status == 400
    await mine.refused(mine.cj.payments.pay_v2(shipment_order_id=parent), 1600100)
    await mine.cj.sandbox.simulate_pay(shipment_order_id=parent)
    assert await mine.status(code) == "UNSHIPPED"
