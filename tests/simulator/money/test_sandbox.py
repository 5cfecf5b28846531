"""Sandbox orders: payments without money, and one step after the other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cj_async.errors import Conflict, InvalidParameter, NotFound, Rejected
from tests.conftest import client_of
from tests.simulator.money.flow import Shop

MISSING, REAL, NOT_PAID, CLOSED, WRONG = 803, 811, 1603101, 819, 1600300
STEPS = [(400, "UNSHIPPED"), (500, "SHIPPED"), (600, "DELIVERED"), (700, "DELIVERED")]


async def paid(mine: Shop) -> str:
    """A sandbox order at 300."""
    [code], _ = await mine.parent(sandbox=True)
    await mine.cj.sandbox.simulate_pay(order_id=code)
    return code


async def stands_at(mine: Shop, code: str, step: int) -> None:
    for target, _ in STEPS:
        if target <= step:
            await move(mine, code, target)


async def move(mine: Shop, code: str, target: Any) -> bool | None:
    return await mine.cj.sandbox.update_status(order_id=code, target_status=target)


# --- the payment


async def test_one_order_is_paid_by_its_code_and_nothing_is_charged(mine: Shop) -> None:
    mine.state.money.balance = 0
    [code], _ = await mine.parent(sandbox=True)
    assert await mine.cj.sandbox.simulate_pay(order_id=code) is True
    order = await mine.cj.orders.get(order_id=code)
    assert (order.order_status, order.is_sandbox) == ("UNSHIPPED", True)
    assert (mine.balance, mine.state.money.charges) == (0, [])
    assert mine.state.book.orders[code].step == 300


async def test_a_parent_order_is_paid_with_everything_in_it(mine: Shop) -> None:
    codes, parent = await mine.parent(3, sandbox=True)
    assert await mine.cj.sandbox.simulate_pay(shipment_order_id=parent) is True
    assert [await mine.status(code) for code in codes] == ["UNSHIPPED"] * 3
    assert {mine.state.book.orders[code].step for code in codes} == {300}
    assert mine.state.money.charges == []


async def test_an_order_that_shares_its_parent_is_not_paid_by_itself(mine: Shop) -> None:
    codes, _ = await mine.parent(2, sandbox=True)
    for code in codes:
        error = await mine.refused(mine.cj.sandbox.simulate_pay(order_id=code), NOT_PAID)
        assert isinstance(error, Rejected)


async def test_the_parent_order_counts_where_both_are_named(mine: Shop) -> None:
    codes, parent = await mine.parent(2, sandbox=True)
    await mine.cj.sandbox.simulate_pay(order_id=codes[0], shipment_order_id=parent)
    assert [await mine.status(code) for code in codes] == ["UNSHIPPED"] * 2


async def test_neither_id_is_a_wrong_parameter(mine: Shop) -> None:
    call = mine.cj.request("POST", "/shopping/sandbox/simulatePay", body={})
    assert isinstance(await mine.refused(call, WRONG), InvalidParameter)


async def test_a_real_order_is_never_paid_this_way(mine: Shop) -> None:
    [code], parent = await mine.parent()
    error = await mine.refused(mine.cj.sandbox.simulate_pay(order_id=code), REAL)
    assert isinstance(error, Rejected)
    await mine.refused(mine.cj.sandbox.simulate_pay(shipment_order_id=parent), REAL)
    assert await mine.status(code) == "UNPAID"


async def test_sandbox_orders_and_others_never_share_a_parent(mine: Shop) -> None:
    codes = [await mine.order(sandbox=sandbox) for sandbox in (True, False)]
    await mine.cj.orders.add_to_cart(cj_order_id_list=codes)
    await mine.refused(mine.cj.orders.confirm_cart(cj_order_id_list=codes), 1603001)


async def test_what_is_unknown_is_not_found(mine: Shop) -> None:
    [code], parent = await mine.parent(sandbox=True)
    error = await mine.refused(mine.cj.sandbox.simulate_pay(order_id="SD1"), MISSING)
    assert isinstance(error, NotFound)
    await mine.refused(mine.cj.sandbox.simulate_pay(shipment_order_id="1"), MISSING)
    await mine.refused(move(mine, "SD1", 400), MISSING)
    other = mine.local.add_account(tier=10_000, points=None)
    async with client_of(mine.local, other.api_key) as stranger:
        await mine.refused(stranger.sandbox.simulate_pay(order_id=code), MISSING)
        await mine.refused(stranger.sandbox.simulate_pay(shipment_order_id=parent), MISSING)


async def test_a_second_payment_is_refused(mine: Shop) -> None:
    [code], parent = await mine.parent(sandbox=True)
    await mine.cj.sandbox.simulate_pay(order_id=code)
    await mine.refused(mine.cj.sandbox.simulate_pay(order_id=code), NOT_PAID)
    await mine.refused(mine.cj.sandbox.simulate_pay(shipment_order_id=parent), NOT_PAID)
    await mine.refused(mine.cj.payments.pay(order_id=code), NOT_PAID)


async def test_an_order_that_is_not_confirmed_cannot_be_paid(mine: Shop) -> None:
    code = await mine.order(sandbox=True)
    await mine.refused(mine.cj.sandbox.simulate_pay(order_id=code), NOT_PAID)


# --- the steps


async def test_the_steps_come_one_after_the_other_and_the_status_follows(mine: Shop) -> None:
    code = await paid(mine)
    for step, status in STEPS:
        assert await move(mine, code, step) is True
        assert await mine.status(code) == status
        listed = await mine.cj.orders.list(status=status)  # type: ignore[arg-type]
        assert [each.cj_order_id for each in listed.items] == [code]
    assert mine.balance == 100_000


@pytest.mark.parametrize("step", [300, 400, 500, 600])
async def test_no_step_is_left_out_repeated_or_taken_back(mine: Shop, step: int) -> None:
    code = await paid(mine)
    await stands_at(mine, code, step)
    body = {"orderId": code}
    for target in (100, 300, 400, 500, 600, 700, 800, "x"):
        if target != step + 100:
            call = mine.cj.request(
                "POST", "/shopping/sandbox/updateStatus", body={**body, "targetStatus": target}
            )
            await mine.refused(call, WRONG)
    await move(mine, code, step + 100)


@pytest.mark.parametrize("target", [400, 500, 600, 700])
async def test_nothing_follows_the_last_step(mine: Shop, target: int) -> None:
    code = await paid(mine)
    await stands_at(mine, code, 700)
    error = await mine.refused(move(mine, code, target), CLOSED)
    assert isinstance(error, Conflict)


async def test_an_unpaid_order_has_no_steps(mine: Shop) -> None:
    created = await mine.order(sandbox=True)
    [confirmed], _ = await mine.parent(sandbox=True)
    for code in (created, confirmed):
        await mine.refused(move(mine, code, 400), CLOSED)


async def test_a_cancelled_order_has_no_steps(mine: Shop) -> None:
    code = await paid(mine)
    await mine.cancel(code)
    await mine.refused(move(mine, code, 400), CLOSED)


async def test_a_real_order_has_no_steps(mine: Shop) -> None:
    [code], _ = await mine.parent()
    await mine.refused(move(mine, code, 400), REAL)
    await mine.cj.payments.pay(order_id=code)
    await mine.refused(move(mine, code, 400), REAL)


async def test_time_moves_real_orders_and_no_sandbox_order(mine: Shop) -> None:
    code = await paid(mine)
    [real], _ = await mine.parent()
    await mine.cj.payments.pay(order_id=real)
    mine.local.clock.advance(timedelta(days=100))
    await mine.cj.payments.balance()
    mine.local.clock.advance(timedelta(days=100))
    assert (await mine.status(code), await mine.status(real)) == ("UNSHIPPED", "DELIVERED")
