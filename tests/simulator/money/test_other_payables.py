"""payBalanceV2 for what is no parent order: private inventory orders (9) and make-up bills (24)."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from cj_async.errors import InsufficientBalance, InvalidParameter, NotFound, Rejected
from cj_async.simulator import Clock
from cj_async.simulator.private.makeup import add_bill
from tests.conftest import client_of
from tests.simulator.money.flow import Shop, world_of
from tests.simulator.plain import unlimited
from tests.simulator.private.shopping import ordered, wares

NOT_FOUND, NOT_PAID, NO_MONEY, WRONG = 1603100, 1603101, 1604000, 1600300


class Owed(NamedTuple):
    """Something to be paid, as the call that made it told it."""

    id: str
    pay_id: str
    order_type: Any
    amount: Decimal

    @property
    def named(self) -> dict[str, Any]:
        return {"shipment_order_id": self.id, "order_type": self.order_type, "pay_id": self.pay_id}


@pytest.fixture
async def mine(frozen: Clock) -> AsyncGenerator[Shop]:
    async with unlimited(clock=frozen) as local, client_of(local) as cj:
        yield Shop(local, cj, ())


async def private_order(mine: Shop) -> Owed:
    made = await ordered(mine.cj, mine.local, wares(mine.local, 1)[0], pay_type=2)
    assert made.code
    amount = Decimal(mine.state.money.payables[made.code].amount) / 100
    return Owed(made.code, str(made.pay_id), 9, amount)


async def makeup_bill(mine: Shop) -> Owed:
    bill = add_bill(world_of(mine.local), mine.local.account, "SD1", 0, 0, 435)
    made = await mine.cj.makeup.create_pay_order(order_codes=[bill.code])
    assert made.amount is not None
    return Owed(str(made.pay_order_code), str(made.pay_id), 24, made.amount)


async def owed(mine: Shop, order_type: int) -> Owed:
    return await (private_order if order_type == 9 else makeup_bill)(mine)


@pytest.mark.parametrize("order_type", [9, 24])
async def test_it_is_charged_once(mine: Shop, order_type: int) -> None:
    due = await owed(mine, order_type)
    assert await mine.cj.payments.pay_v2(**due.named, amount=due.amount) == due.id
    assert mine.balance == 100_000 - due.amount * 100
    assert isinstance(await mine.refused(mine.cj.payments.pay_v2(**due.named), NOT_PAID), Rejected)
    assert [each.payable for each in mine.state.money.charges] == [due.id]


async def test_a_private_order_is_paid_without_a_pay_id(mine: Shop) -> None:
    due = await private_order(mine)
    await mine.cj.payments.pay_v2(shipment_order_id=due.id, order_type=9)
    assert mine.state.private.orders[due.id].status == "6"


@pytest.mark.parametrize("order_type", [9, 24])
async def test_a_balance_that_does_not_cover_it_is_left_alone(mine: Shop, order_type: int) -> None:
    due = await owed(mine, order_type)
    mine.state.money.balance = int(due.amount * 100) - 1
    error = await mine.refused(mine.cj.payments.pay_v2(**due.named), NO_MONEY)
    assert isinstance(error, InsufficientBalance)


@pytest.mark.parametrize("order_type", [9, 24])
async def test_it_is_not_found_as_anything_else(mine: Shop, order_type: int) -> None:
    due = await owed(mine, order_type)
    for other in {None, 9, 24} - {order_type}:
        call = mine.cj.payments.pay_v2(
            shipment_order_id=due.id,
            pay_id=due.pay_id,
            order_type=other,  # type: ignore[arg-type]
        )
        assert isinstance(await mine.refused(call, NOT_FOUND), NotFound)
    await mine.refused(mine.cj.payments.pay(order_id=due.id), NOT_FOUND)


@pytest.mark.parametrize("order_type", [9, 24])
async def test_the_pay_id_of_another_one_is_refused(mine: Shop, order_type: int) -> None:
    due, other = await owed(mine, order_type), await owed(mine, order_type)
    if order_type == 24:
        assert due.pay_id != other.pay_id
    call = mine.cj.payments.pay_v2(**due._replace(pay_id=other.pay_id).named)
    assert isinstance(await mine.refused(call, WRONG), InvalidParameter)


async def test_a_makeup_bill_needs_its_pay_id_and_its_amount(mine: Shop) -> None:
    due = await makeup_bill(mine)
    body = {"shipmentOrderId": due.id, "orderType": 24}
    call = mine.cj.request("POST", "/shopping/pay/payBalanceV2", body=body)
    await mine.refused(call, WRONG)
    await mine.refused(mine.cj.payments.pay_v2(**due.named, amount=due.amount + 1), WRONG)


async def test_a_private_order_is_closed_when_its_time_is_over(mine: Shop) -> None:
    due = await private_order(mine)
    mine.local.clock.advance(timedelta(days=1))
    await mine.cj.payments.balance()
    await mine.refused(mine.cj.payments.pay_v2(**due.named), NOT_PAID)
    call = mine.cj.payments.pay_v2(shipment_order_id=due.id, order_type=9)
    await mine.refused(call, NOT_PAID)
