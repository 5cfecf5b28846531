"""Make-up bills: they are made, listed by type, put into payment orders, paid, cancelled."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cj_async import CJClient
from cj_async.errors import InsufficientBalance, InvalidParameter, NotFound, Rejected
from cj_async.simulator import Simulator
from cj_async.simulator.private.makeup import add_bill, cancel_bill
from cj_async.simulator.private.model import Bill
from tests.conftest import client_of, error_of
from tests.simulator.plain import Caller
from tests.simulator.private.shopping import listen, state_of, told, world_of

LIST, PAY = "/shopping/makeup/list", "/shopping/makeup/createPayOrder"


def bill(simulator: Simulator, kind: Any = 0, use: Any = 0, amount: int = 1235) -> Bill:
    return add_bill(world_of(simulator), simulator.account, "SD1", kind, use, amount)


async def pay(cj: CJClient, *codes: str, **more: Any) -> None:
    made = await cj.makeup.create_pay_order(order_codes=codes, **more)
    assert made.pay_order_code
    await cj.payments.pay_v2(
        shipment_order_id=made.pay_order_code, pay_id=made.pay_id, order_type=24
    )


async def test_nothing_has_to_be_paid_at_first(caller: Caller) -> None:
    data = (await caller.post(LIST)).body["data"]
    assert (data["type"], data["totalAmount"]) == (0, 0)
    assert data["unPaymentCountList"] == [{"type": 0, "count": 0}, {"type": 1, "count": 0}]
    assert data["pageData"]["content"] == []


async def test_a_bill_is_listed_as_it_is(cj: CJClient, simulator: Simulator) -> None:
    made = bill(simulator)
    (row,) = [row async for row in cj.makeup.list()]
    assert (row.order_code, row.cj_order_code, row.status) == (made.code, "SD1", 0)
    assert (row.amount, row.diff_use_type) == (Decimal("12.35"), 0)
    assert row.order_code.startswith("BK")


async def test_one_page_shows_one_type(caller: Caller, simulator: Simulator) -> None:
    order, other = bill(simulator), bill(simulator, 1, 2, 940)
    for kind, expected in ((0, order), (1, other)):
        data = (await caller.post(LIST, type=kind)).body["data"]
        assert data["type"] == kind
        assert [row["orderCode"] for row in data["pageData"]["content"]] == [expected.code]
        assert round(data["totalAmount"] * 100) == expected.amount


async def test_without_a_type_the_first_with_something_unpaid_is_shown(
    caller: Caller, cj: CJClient, simulator: Simulator
) -> None:
    order = bill(simulator)
    bill(simulator, 1, 3)
    assert (await caller.post(LIST)).body["data"]["type"] == 0
    await pay(cj, order.code)
    assert (await caller.post(LIST)).body["data"]["type"] == 1


async def test_the_use_filters_other_make_up_only(caller: Caller, simulator: Simulator) -> None:
    bill(simulator)
    made = [bill(simulator, 1, use, 100 * use) for use in (1, 2, 3)]
    data = (await caller.post(LIST, type=1, diffUseType=2)).body["data"]
    assert [row["orderCode"] for row in data["pageData"]["content"]] == [made[1].code]
    assert data["totalAmount"] == 2
    assert data["unPaymentCountList"] == [{"type": 0, "count": 1}, {"type": 1, "count": 3}]
    data = (await caller.post(LIST, type=0, diffUseType=2)).body["data"]
    assert data["pageData"]["totalRecords"] == 1


async def test_totals_are_of_all_pages(caller: Caller, simulator: Simulator) -> None:
    for _ in range(5):
        bill(simulator, amount=100)
    data = (await caller.post(LIST, type=0, pageNum=2, pageSize=2)).body["data"]
    page = data["pageData"]
    assert (page["totalRecords"], page["totalPages"], len(page["content"])) == (5, 3, 2)
    assert data["totalAmount"] == 5


@pytest.mark.parametrize(
    "fields", [{"pageSize": 201}, {"pageNum": 0}, {"type": 2}, {"diffUseType": 4}]
)
async def test_a_parameter_that_does_not_fit_is_refused(
    caller: Caller, fields: dict[str, int]
) -> None:
    assert (await caller.post(LIST, **fields)).code == 1600300


async def test_a_payment_order_moves_no_money(
    cj: CJClient, caller: Caller, simulator: Simulator
) -> None:
    first, second = bill(simulator, amount=615), bill(simulator, amount=325)
    before = state_of(simulator).money.balance
    made = await cj.makeup.create_pay_order(order_codes=[first.code, second.code, first.code])
    assert made.amount == Decimal("9.4")
    assert made.payment_page_path == f"/mine/payment?pid={made.pay_id}"
    assert made.cj_pay_url == f"https://www.cjdropshipping.com{made.payment_page_path}"
    assert state_of(simulator).money.balance == before
    assert (await caller.post(LIST)).body["data"]["unPaymentCountList"][0]["count"] == 2


async def test_paying_settles_every_bill(cj: CJClient, simulator: Simulator) -> None:
    made = [bill(simulator, 1, 2, amount) for amount in (500, 440)]
    before = state_of(simulator).money.balance
    await pay(cj, *(each.code for each in made), type=1, diff_use_type=2)
    assert state_of(simulator).money.balance == before - 940
    assert [row.status async for row in cj.makeup.list(type=1)] == [4, 4]


async def test_without_money_the_bills_stay(cj: CJClient, simulator: Simulator) -> None:
    made = bill(simulator)
    state_of(simulator).money.balance = 1234
    assert (await error_of(pay(cj, made.code), InsufficientBalance)).code == 1604000
    assert (made.status, state_of(simulator).money.balance) == (0, 1234)


async def test_the_payment_wants_its_pay_id(cj: CJClient, simulator: Simulator) -> None:
    made = await cj.makeup.create_pay_order(order_codes=[bill(simulator).code])
    assert made.pay_order_code
    call = cj.payments.pay_v2(
        shipment_order_id=made.pay_order_code, pay_id="PAY-OTHER", order_type=24
    )
    assert (await error_of(call, InvalidParameter)).code == 1600300


@pytest.mark.parametrize("more", [{}, {"type": 1, "diff_use_type": 1}])
async def test_a_bill_of_another_type_or_use_is_refused(
    cj: CJClient, simulator: Simulator, more: dict[str, Any]
) -> None:
    made = bill(simulator, 1, 2)
    call = cj.makeup.create_pay_order(order_codes=[made.code], **more)
    assert (await error_of(call, NotFound)).code == 1603100
    assert (made.payment, state_of(simulator).money.payables) == ("", {})


async def test_other_make_up_wants_its_use(caller: Caller, simulator: Simulator) -> None:
    made = bill(simulator, 1, 2)
    assert (await caller.post(PAY, orderCodes=[made.code], type=1)).code == 1600300


@pytest.mark.parametrize(("codes", "code"), [([], 16900403), (["NOBODY"], 1603100), ("A", 1600300)])
async def test_codes_must_be_those_of_bills(caller: Caller, codes: object, code: int) -> None:
    assert (await caller.post(PAY, orderCodes=codes)).code == code


async def test_a_paid_bill_is_not_paid_again(cj: CJClient, simulator: Simulator) -> None:
    made = bill(simulator)
    await pay(cj, made.code)
    call = cj.makeup.create_pay_order(order_codes=[made.code])
    assert (await error_of(call, Rejected)).code == 1603101
    assert len(state_of(simulator).money.charges) == 1


async def test_the_newest_payment_order_of_a_bill_counts(
    cj: CJClient, simulator: Simulator
) -> None:
    made = bill(simulator)
    old = await cj.makeup.create_pay_order(order_codes=[made.code])
    await pay(cj, made.code)
    assert old.pay_order_code
    call = cj.payments.pay_v2(
        shipment_order_id=old.pay_order_code, pay_id=old.pay_id, order_type=24
    )
    assert (await error_of(call, NotFound)).code == 1603100
    assert len(state_of(simulator).money.charges) == 1


async def test_a_cancelled_bill_cannot_be_paid(cj: CJClient, simulator: Simulator) -> None:
    made = bill(simulator)
    old = await cj.makeup.create_pay_order(order_codes=[made.code])
    cancel_bill(world_of(simulator), simulator.account, made.code)
    assert old.pay_order_code
    call = cj.payments.pay_v2(
        shipment_order_id=old.pay_order_code, pay_id=old.pay_id, order_type=24
    )
    assert (await error_of(call, NotFound)).code == 1603100
    again = cj.makeup.create_pay_order(order_codes=[made.code])
    assert (await error_of(again, Rejected)).code == 1603101
    with pytest.raises(ValueError, match="code must be"):
        cancel_bill(world_of(simulator), simulator.account, made.code)


async def test_a_bill_of_another_account_is_unknown(simulator: Simulator) -> None:
    made = bill(simulator)
    other = simulator.add_account(tier=10_000, points=None)
    async with client_of(simulator, other.api_key) as stranger:
        call = stranger.makeup.create_pay_order(order_codes=[made.code])
        assert (await error_of(call, NotFound)).code == 1603100


@pytest.mark.parametrize(("kind", "use", "amount"), [(0, 1, 5), (1, 0, 5), (2, 0, 5), (0, 0, 0)])
def test_a_bill_that_makes_no_sense_is_not_made(
    simulator: Simulator, kind: int, use: int, amount: int
) -> None:
    with pytest.raises(ValueError, match="must be"):
        bill(simulator, kind, use, amount)
    assert state_of(simulator).private.bills == {}


async def test_bills_are_told_to_the_webhook(cj: CJClient, simulator: Simulator) -> None:
    heard = listen(simulator)
    first, second = bill(simulator), bill(simulator, 1, 1)
    await pay(cj, first.code)
    cancel_bill(world_of(simulator), simulator.account, second.code)
    rows = told(heard, "MAKEUP")
    assert [(row["what"], row["status"], row["orderId"]) for row in rows] == [
        ("INSERT", "CREATED", first.code),
        ("INSERT", "CREATED", second.code),
        ("PAID", "PAID", first.code),
        ("CANCEL", "CANCELED", second.code),
    ]
    assert rows[2]["payOrderId"] == first.payment
    assert rows[2]["paymentDate"]
    assert (rows[2]["amount"], rows[2]["relationOrderId"]) == (12.35, "SD1")
