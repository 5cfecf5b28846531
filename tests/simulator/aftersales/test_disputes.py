"""Complaints: what can be asked for, by whom, once, and how they end."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from cj_async import CJClient, NotFound, Rejected
from cj_async.simulator import Clock, Simulator
from cj_async.simulator.aftersales.disputes import end
from cj_async.simulator.aftersales.model import REJECT
from cj_async.simulator.orders.model import Order, Status
from tests.conftest import client_of, error_of
from tests.simulator.aftersales.sold import line, listening, sold, world_of
from tests.simulator.plain import Answer, Caller, Fields, Rows, calling, unlimited

PRODUCTS, CONFIRM = "/disputes/disputeProducts", "/disputes/disputeConfirmInfo"
CREATE, CANCEL, LIST = "/disputes/create", "/disputes/cancel", "/disputes/getDisputeList"


async def rows_of(caller: Caller, order: Order) -> Rows:
    rows: Rows = (await caller.data(PRODUCTS, orderId=order.code))["productInfoList"]
    return rows


def complaint(order: Order, rows: Rows, business_id: str = "B-1", **changes: Any) -> Fields:
    return {
        "businessDisputeId": business_id,
        "orderId": order.code,
        "disputeReasonId": 1 if order.shipped is None else 3,
        "expectType": 1,
        "refundType": 1,
        "messageText": "Not what I ordered.",
        "imageUrl": ["https://example.com/proof.jpg"],
        "productInfoList": rows,
        **changes,
    }


async def opened(caller: Caller, order: Order, **changes: Any) -> Fields:
    """A dispute about all of an order; the row of the list."""
    rows = await rows_of(caller, order)
    answer = await caller.post(CREATE, **complaint(order, rows, **changes))
    assert answer.body["data"] == "true"
    row: Fields = (await caller.data(LIST, orderId=order.code))["list"][0]
    return row


# --- what can be complained about


async def test_the_whole_way_from_the_products_to_the_list(cj: Simulator, client: CJClient) -> None:
    order = sold(cj, "DELIVERED")
    told = await client.disputes.products(order_id=order.code)
    assert told.order_number == order.number
    rows = told.product_info_list or []
    info = await client.disputes.confirm_info(order_id=order.code, product_info_list=rows)
    assert (info.max_product_price, info.max_amount) == (Decimal("33.40"), Decimal("33.40"))
    assert info.expect_result_option_list == ["1", "2"]
    reason = (info.dispute_reason_list or [])[0].dispute_reason_id
    assert reason is not None
    assert await client.disputes.create(
        business_dispute_id="B-1",
        order_id=order.code,
        dispute_reason_id=reason,
        expect_type=1,
        refund_type=1,
        message_text="It never arrived.",
        product_info_list=rows,
    )
    [dispute] = [each async for each in client.disputes.list(order_id=order.code)]
    assert (dispute.status, dispute.finally_deal) == ("PROCESSING", None)
    assert [each.line_item_id for each in dispute.product_list or ()] == [
        each.line_id for each in order.lines
    ]
    assert await client.disputes.cancel(order_id=order.code, dispute_id=dispute.id)
    assert order.disputed == {}


async def test_the_rows_are_the_lines_of_the_order(cj: Simulator, caller: Caller) -> None:
    order = sold(cj, "SHIPPED")
    data = await caller.data(PRODUCTS, orderId=str(order.long_id))
    assert data["orderId"] == str(order.long_id)
    assert [
        (row["lineItemId"], row["quantity"], row["price"]) for row in data["productInfoList"]
    ] == [(each.line_id, each.quantity, each.price / 100) for each in order.lines]
    assert all(row["canChoose"] for row in data["productInfoList"])


async def test_without_the_quirk_the_order_is_called_by_its_code() -> None:
    async with unlimited(quirks=False) as cj, calling(cj) as caller:
        order = sold(cj)
        assert (await caller.data(PRODUCTS, orderId=order.code))["orderId"] == order.code


async def test_there_is_no_such_order(cj: Simulator, caller: Caller) -> None:
    order = sold(cj)
    for asked in ("SD1", order.number, "0"):
        assert (await caller.get(PRODUCTS, orderId=asked)).code == 1603100
        fields = complaint(order, [{"quantity": 1}], orderId=asked)
        for path in (CONFIRM, CREATE):
            assert (await caller.post(path, **fields)).code == 1603100
        assert (await caller.post(CANCEL, orderId=asked, disputeId="SH1")).code == 1603100


async def test_another_account_cannot_see_the_order(cj: Simulator) -> None:
    order, other = sold(cj), cj.add_account(tier=10_000, points=None)
    async with client_of(cj, other.api_key) as stranger:
        error = await error_of(stranger.disputes.products(order_id=order.code), NotFound)
    assert error.code == 1603100


@pytest.mark.parametrize("status", ["CREATED", "IN_CART", "UNPAID", "CANCELLED"])
async def test_only_paid_orders_can_be_complained_about(
    cj: Simulator, caller: Caller, status: Status
) -> None:
    order = sold(cj, status)
    rows = [{"lineItemId": each.line_id, "quantity": 1} for each in order.lines]
    fields = complaint(order, rows)
    assert (await caller.get(PRODUCTS, orderId=order.code)).code == 1607006
    assert (await caller.post(CONFIRM, **fields)).code == 1607007
    assert (await caller.post(CREATE, **fields)).code == 1607008
    assert order.disputed == {}


# --- what can be asked for


async def test_before_shipping_there_is_only_the_cancellation(
    cj: Simulator, caller: Caller
) -> None:
    order = sold(cj, "UNSHIPPED")
    rows = await rows_of(caller, order)
    data = (await caller.post(CONFIRM, orderId=order.code, productInfoList=rows)).body["data"]
    assert data["expectResultOptionList"] == ["1"]
    assert [each["disputeReasonId"] for each in data["disputeReasonList"]] == [1]
    assert (data["maxProductPrice"], data["maxPostage"], data["maxAmount"]) == (33.4, 5.6, 39.0)
    part = [{**rows[0], "quantity": 1}]
    data = (await caller.post(CONFIRM, orderId=order.code, productInfoList=part)).body["data"]
    assert (data["maxProductPrice"], data["maxPostage"], data["maxAmount"]) == (12.5, 0, 12.5)
    assert [row["quantity"] for row in data["productInfoList"]] == [1]
    assert data["productInfoList"][0]["sku"] == order.lines[0].sku


async def test_confirming_changes_nothing(cj: Simulator, caller: Caller) -> None:
    order = sold(cj, "SHIPPED")
    before = deepcopy(cj.account.state)
    rows = await rows_of(caller, order)
    await caller.post(CONFIRM, orderId=order.code, productInfoList=rows)
    assert cj.account.state == before


RESHAPED: list[Fields] = [
    {"lineItemId": "?", "quantity": 1},
    {"lineItemId": "?", "quantity": 1, "price": 12.5},
    {"+": {"sku": "other"}},
    {"+": {"price": 0.01}},
    {"+": {"canChoose": False}},
    {"+": {"line_item_id": "1"}},
]


async def confirmed(quirks: list[str], change: Fields) -> Answer:
    async with unlimited(quirks=quirks) as cj, calling(cj) as caller:
        order = sold(cj, "SHIPPED")
        [row, _] = await rows_of(caller, order)
        if "+" in change:
            row |= change["+"]
        else:
            row = {**change, "lineItemId": row["lineItemId"]}
        return await caller.post(CONFIRM, orderId=order.code, productInfoList=[row])


@pytest.mark.parametrize("change", RESHAPED)
async def test_a_row_that_was_reshaped_is_refused_with_its_own_http_status(change: Fields) -> None:
    answer = await confirmed(["whole_dispute_rows", "two_refusal_shapes"], change)
    assert (answer.status, answer.code) == (400, 1607007)
    answer = await confirmed(["whole_dispute_rows"], change)
    assert (answer.status, answer.code) == (200, 1607007)


async def test_without_the_quirk_the_documented_fields_do() -> None:
    assert (await confirmed([], RESHAPED[0])).code == 200
    assert (await confirmed([], RESHAPED[1])).code == 200
    assert (await confirmed([], {"+": {"price": 0.01}})).code == 1607007


async def test_a_row_needs_no_line_where_it_is_clear(cj: Simulator, caller: Caller) -> None:
    single = sold(cj, "SHIPPED", line(cj, 5, 3))
    assert (await caller.post(CREATE, **complaint(single, [{"quantity": 1}]))).code == 200
    assert single.disputed == {single.lines[0].line_id: 1}
    double = sold(cj, "SHIPPED")
    rows: Rows = [{"quantity": 1}]
    assert (await caller.post(CREATE, **complaint(double, rows, "B-2"))).code == 1607008
    rows = [{"quantity": 1, "cjVariantId": double.lines[1].vid}]
    assert (await caller.post(CREATE, **complaint(double, rows, "B-2"))).code == 200
    assert double.disputed == {double.lines[1].line_id: 1}


# --- opening


async def test_the_same_business_id_opens_one_dispute(cj: Simulator, caller: Caller) -> None:
    order, other = sold(cj, "SHIPPED"), sold(cj, "SHIPPED")
    rows = [{**(await rows_of(caller, order))[0], "quantity": 1}]
    for _ in range(2):
        assert (await caller.post(CREATE, **complaint(order, rows))).body["data"] == "true"
    assert (await caller.data(LIST))["total"] == 1
    assert order.disputed == {order.lines[0].line_id: 1}
    rows = await rows_of(caller, other)
    assert (await caller.post(CREATE, **complaint(other, rows))).code == 1607008
    assert other.disputed == {}


async def test_never_more_pieces_than_are_left(cj: Simulator, caller: Caller) -> None:
    order = sold(cj, "SHIPPED")
    [row, _] = await rows_of(caller, order)
    assert (await caller.post(CREATE, **complaint(order, [{**row, "quantity": 3}]))).code == 1607008
    assert (await caller.post(CREATE, **complaint(order, [row, row]))).code == 1607008
    assert order.disputed == {}
    assert (await caller.post(CREATE, **complaint(order, [{**row, "quantity": 1}]))).code == 200
    [row, _] = await rows_of(caller, order)
    assert (row["quantity"], row["canChoose"]) == (1, True)
    over = complaint(order, [{**row, "quantity": 2}], "B-2")
    assert (await caller.post(CREATE, **over)).code == 1607008
    assert (await caller.post(CONFIRM, **over)).code == 1607007
    assert (await caller.post(CREATE, **complaint(order, [row], "B-3"))).code == 200
    [row, _] = await rows_of(caller, order)
    assert (row["quantity"], row["canChoose"]) == (0, False)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"disputeReasonId": 1}, 1607008),
        ({"disputeReasonId": 99}, 1607008),
        ({"disputeReasonId": "x"}, 1600300),
        ({"expectType": 3}, 1600300),
        ({"refundType": 3}, 1600300),
        ({"messageText": "x" * 501}, 1600300),
        ({"imageUrl": "x"}, 1600300),
        ({"imageUrl": ["x" * 201]}, 1600300),
        ({"messageText": ""}, 16900403),
        ({"businessDisputeId": ""}, 16900403),
        ({"productInfoList": []}, 16900403),
        ({"productInfoList": [{"lineItemId": "1", "quantity": 1}]}, 1607008),
        ({"productInfoList": [{"lineItemId": "1", "quantity": 0}]}, 1600300),
        ({"productInfoList": ["x"]}, 1600300),
    ],
)
async def test_a_wrong_complaint_is_refused_and_changes_nothing(
    cj: Simulator, caller: Caller, changes: Fields, code: int
) -> None:
    order = sold(cj, "SHIPPED")
    before = deepcopy(cj.account.state)
    fields = complaint(order, await rows_of(caller, order), **changes)
    assert (await caller.post(CREATE, **fields)).code == code
    assert cj.account.state == before


async def test_before_shipping_nothing_is_sent_again(cj: Simulator, caller: Caller) -> None:
    order = sold(cj, "UNSHIPPED")
    rows = await rows_of(caller, order)
    assert (await caller.post(CREATE, **complaint(order, rows, expectType=2))).code == 1607008


async def test_numbers_may_come_as_text(cj: Simulator, caller: Caller) -> None:
    order = sold(cj, "SHIPPED")
    rows = [{"lineItemId": order.lines[0].line_id, "quantity": "1", "price": "12.50"}]
    assert (await caller.post(CREATE, **complaint(order, rows))).code == 200


# --- withdrawing, the end, the list


async def test_only_an_open_dispute_of_the_order_is_withdrawn(
    cj: Simulator, client: CJClient, caller: Caller
) -> None:
    order, other = sold(cj, "SHIPPED"), sold(cj, "SHIPPED")
    dispute = (await opened(caller, order))["id"]
    for wrong in ((other.code, dispute), (order.code, "SH1")):
        call = client.disputes.cancel(order_id=wrong[0], dispute_id=wrong[1])
        assert (await error_of(call, Rejected)).code == 1607009
    assert order.disputed
    assert (await caller.post(CANCEL, orderId=order.code, disputeId=dispute)).body["data"] == "true"
    assert order.disputed == {}
    assert (await caller.post(CANCEL, orderId=order.code, disputeId=dispute)).code == 1607009
    [row] = (await caller.data(LIST))["list"]
    assert (row["status"], row["finallyDeal"], row["money"]) == ("CANCELLED", None, 0)


async def test_a_refund_comes_to_the_balance_after_three_days(frozen: Clock) -> None:
    async with unlimited(clock=frozen) as cj, calling(cj) as caller:
        order, money = sold(cj, "DELIVERED"), cj.account.state.money
        before = money.balance
        await opened(caller, order)
        frozen.advance(timedelta(days=3))
        [row] = (await caller.data(LIST))["list"]
        assert (row["status"], row["finallyDeal"], row["money"]) == ("COMPLETED", 1, 33.4)
        assert money.balance == before + 3_340
        assert money.balance + sum(each.amount for each in money.charges) == before
        assert (await caller.post(CANCEL, orderId=order.code, disputeId=row["id"])).code == 1607009
        assert not any(each["canChoose"] for each in await rows_of(caller, order))


@pytest.mark.parametrize("changes", [{"refundType": 2}, {"expectType": 2}])
async def test_nothing_else_comes_to_the_balance(frozen: Clock, changes: Fields) -> None:
    async with unlimited(clock=frozen) as cj, calling(cj) as caller:
        await opened(caller, sold(cj, "DELIVERED"), **changes)
        frozen.advance(timedelta(days=3))
        [row] = (await caller.data(LIST))["list"]
        assert cj.account.state.money.charges == []
    again = "expectType" in changes
    assert (row["finallyDeal"], row["replacementAmount"]) == ((2, 33.4) if again else (1, 0))


async def test_a_sandbox_order_gives_no_money_back(frozen: Clock) -> None:
    async with unlimited(clock=frozen) as cj, calling(cj) as caller:
        await opened(caller, sold(cj, "DELIVERED", sandbox=True))
        frozen.advance(timedelta(days=3))
        assert (await caller.data(LIST))["list"][0]["finallyDeal"] == 1
        assert cj.account.state.money.charges == []


async def test_an_order_called_off_in_time_is_cancelled_and_refunded_with_its_postage(
    frozen: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = listening(monkeypatch)
    async with unlimited(clock=frozen) as cj, calling(cj) as caller:
        order, before = sold(cj, "UNSHIPPED"), cj.account.state.money.balance
        await opened(caller, order)
        frozen.advance(timedelta(hours=1))
        assert (await caller.data(LIST))["list"][0]["money"] == 39
        assert order.status == "CANCELLED"
        assert cj.account.state.money.balance == before + 3_900
    assert [params["orderStatus"] for _, params in told.of("ORDER")] == ["CANCELLED"]


async def test_an_order_that_left_meanwhile_is_not_called_off(frozen: Clock) -> None:
    async with unlimited(clock=frozen) as cj, calling(cj) as caller:
        order = sold(cj, "UNSHIPPED")
        await opened(caller, order)
        order.status, order.shipped = "SHIPPED", frozen.time()
        frozen.advance(timedelta(hours=1))
        assert (await caller.data(LIST))["list"][0]["finallyDeal"] == 3
        assert (order.status, order.disputed) == ("SHIPPED", {})
        assert cj.account.state.money.charges == []


async def test_a_withdrawn_dispute_is_not_decided(frozen: Clock) -> None:
    async with unlimited(clock=frozen) as cj, calling(cj) as caller:
        order = sold(cj, "DELIVERED")
        dispute = await opened(caller, order)
        await caller.post(CANCEL, orderId=order.code, disputeId=dispute["id"])
        frozen.advance(timedelta(days=9))
        assert (await caller.data(LIST))["list"][0]["status"] == "CANCELLED"
        assert cj.account.state.money.charges == []


async def test_a_rejection_sets_the_pieces_free(cj: Simulator, caller: Caller) -> None:
    order = sold(cj, "DELIVERED")
    row = await opened(caller, order)
    dispute = cj.account.state.aftersales.disputes[row["id"]]
    assert order.dispute == dispute.id
    end(world_of(cj), cj.account, dispute, REJECT)
    assert (dispute.status, dispute.deal, order.disputed) == ("COMPLETED", 3, {})


async def test_the_list_is_paged_newest_first_and_filtered(
    cj: Simulator, caller: Caller, client: CJClient
) -> None:
    orders = [sold(cj, "DELIVERED") for _ in range(12)]
    ids = [
        (await opened(caller, order, business_id=f"B-{place}"))["id"]
        for place, order in enumerate(orders)
    ]
    first, second = await caller.data(LIST), await caller.data(LIST, pageNum=2)
    assert (first["pageNum"], first["pageSize"], first["total"]) == (1, 10, 12)
    assert [row["id"] for row in first["list"] + second["list"]] == ids[::-1]
    assert [each.id async for each in client.disputes.list()] == ids[::-1]

    async def found(**query: Any) -> list[str]:
        return [row["id"] for row in (await caller.data(LIST, **query))["list"]]

    assert await found(orderId=orders[3].code) == [ids[3]]
    assert await found(orderId=str(orders[3].long_id)) == [ids[3]]
    assert await found(orderNumber=orders[4].number) == [ids[4]]
    assert await found(disputeId=ids[5]) == await found(disputeId=ids[5][2:]) == [ids[5]]
    assert await found(disputeId=ids[5], orderNumber=orders[4].number) == []
    for wrong in ({"pageNum": 0}, {"pageSize": 0}, {"pageNum": "x"}):
        assert (await caller.get(LIST, **wrong)).code == 1600300


async def test_the_ids_depend_on_the_seed_alone() -> None:
    async def ids(seed: int) -> list[str]:
        async with unlimited(seed=seed) as cj, calling(cj) as caller:
            orders = [sold(cj, "DELIVERED") for _ in range(3)]
            return [(await opened(caller, each, business_id=each.code))["id"] for each in orders]

    assert await ids(1) == await ids(1) != await ids(2)
