"""Orders and payments: the three ids untangled, what must not be missed, and what moves money."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from decimal import Decimal
from typing import Any

import pytest

from cj_async import APIError, CJClient, OutcomeUnknown, RateLimited, Rejected, decode, params
from cj_async.models import makeup, order, outbound, private_inventory
from tests.servers import OK, RawServer, answer, client_on, cut_read, refuse

LINES: list[params.order.OrderProductInput] = [{"vid": "V1", "quantity": 1}]
TOO_MANY = "Too Many Requests, QPS limit is 10000 time/1second"


@pytest.fixture
async def server() -> AsyncGenerator[RawServer]:
    async with RawServer() as running:
        yield running


def created(**data: object) -> dict[str, object]:
    return {**OK, "data": {"orderId": "SD1", **data}}


async def create(cj: CJClient, **more: Any) -> order.CreatedOrder:
    return await cj.orders.create_v2(
        order_number="SHOP-1",
        shipping_country_code="US",
        shipping_country="United States",
        shipping_province="New York",
        shipping_city="Exampletown",
        shipping_customer_name="Example Buyer",
        shipping_address="1 Example Road",
        logistic_name="CJPacket Ordinary",
        from_country_code="CN",
        products=LINES,
        **more,
    )


# --- the three ids of an order


@pytest.mark.parametrize(
    ("kind", "body", "code", "number"),
    [
        (order.CreatedOrder, {"orderId": "SD1", "orderNumber": "SHOP-1"}, "SD1", "SHOP-1"),
        (
            order.OrderListItem,
            {"orderId": 2507110512270612900, "cjOrderId": "SD1", "orderNum": "SHOP-1"},
            "SD1",
            "SHOP-1",
        ),
        (
            order.Order,
            {"orderId": "2507110512270612900", "cjOrderCode": "SD1", "orderNum": "SHOP-1"},
            "SD1",
            "SHOP-1",
        ),
        (order.Order, {"orderId": "1", "cjOrderCode": "", "cjOrderId": "SD2"}, "SD2", None),
        (order.OrderListItem, {"orderId": "1"}, None, None),
    ],
)
def test_an_order_has_its_code_and_its_number_wherever_it_comes_from(
    kind: type[Any], body: dict[str, object], code: str | None, number: str | None
) -> None:
    found = decode(kind, as_json(body))
    assert (found.code, found.number) == (code, number)


def as_json(body: object) -> bytes:
    return json.dumps(body).encode()


# --- other names of a field


def test_what_comes_under_another_name_is_read_under_the_first() -> None:
    progress = decode(outbound.OutboundProgress, b'{"progress": 60}')
    assert progress.create_progress == Decimal(60)
    progress = decode(outbound.OutboundProgress, b'{"createProgress": 100, "progress": 60}')
    assert progress.create_progress == Decimal(100)


# --- what a caller must not miss


async def test_a_created_order_that_cj_stopped_says_so(server: RawServer) -> None:
    reasons = [{"code": 1001, "message": "stopped"}]
    server.will(answer(created(interceptOrderReasons=reasons, logisticsMiss=True)))
    async with client_on(server) as cj:
        made = await create(cj)
    assert made.code == "SD1"
    assert made.logistics_miss is True
    assert made.intercept_order_reasons
    assert made.intercept_order_reasons[0].message == "stopped"


async def test_a_refused_submit_explains_itself(server: RawServer) -> None:
    data = {
        "orderId": "SD1",
        "actionRequired": "ADJUST_QUANTITY_AND_RESUBMIT",
        "lockFails": [{"sku": "A", "quantity": 10, "lockQuantity": 6}],
        "suggestedSteps": ["lower the quantity"],
    }
    server.will(refuse(1603001, "insufficient private inventory", data=data))
    async with client_on(server) as cj:
        with pytest.raises(Rejected) as refused:
            await cj.outbound.submit(order_id="SD1")
    details = refused.value.details
    assert isinstance(details, outbound.OutboundSubmitRefusal)
    assert details.lock_fails
    assert details.lock_fails[0].lock_quantity == 6
    assert details.suggested_steps == ["lower the quantity"]
    assert refused.value.data == data


@pytest.mark.parametrize("data", [None, "", [], "nothing to say", 5])
async def test_a_refusal_that_explains_nothing_has_no_details(
    server: RawServer, data: object
) -> None:
    server.will(refuse(1603001, "no", data=data))
    async with client_on(server) as cj:
        with pytest.raises(APIError) as refused:
            await cj.outbound.submit(order_id="SD1")
    assert refused.value.details is None


# --- money


async def test_a_create_that_charges_the_balance_is_a_payment(server: RawServer) -> None:
    server.will(refuse(1600200, TOO_MANY))
    async with client_on(server) as cj:
        with pytest.raises(RateLimited):
            await create(cj, pay_type=2)
    assert len(server.received) == 1


@pytest.mark.parametrize("pay_type", [None, 1, 3])
async def test_a_create_that_charges_nothing_waits_and_comes_back(
    server: RawServer, pay_type: int | None
) -> None:
    server.will(refuse(1600200, TOO_MANY), answer(created()))
    async with client_on(server) as cj:
        assert (await create(cj, pay_type=pay_type)).code == "SD1"
    assert len(server.received) == 2


@pytest.mark.parametrize("pay_type", [2, "2"])
async def test_a_create_by_its_path_is_a_payment_too(server: RawServer, pay_type: object) -> None:
    server.will(refuse(1600200, TOO_MANY))
    async with client_on(server) as cj:
        with pytest.raises(RateLimited):
            await cj.request("POST", "/shopping/order/createOrderV2", body={"payType": pay_type})
    assert len(server.received) == 1


@pytest.mark.parametrize("pay_type", [1, 2, 3])
async def test_a_create_whose_answer_was_lost_is_never_sent_again(
    server: RawServer, pay_type: int
) -> None:
    server.will(cut_read())
    async with client_on(server) as cj:
        with pytest.raises(OutcomeUnknown) as unknown:
            await create(cj, pay_type=pay_type)
    assert len(server.received) == 1
    assert "SHOP-1" in str(unknown.value.sent)


async def test_the_token_of_the_platform_stays_secret(server: RawServer) -> None:
    server.will(cut_read())
    async with client_on(server) as cj:
        with pytest.raises(OutcomeUnknown) as unknown:
            await create(cj, platform_token="canary-of-the-shop")
    assert server.received[0].headers["platformtoken"] == "canary-of-the-shop"
    assert "canary-of-the-shop" not in f"{unknown.value!s}{unknown.value!r}{unknown.value.sent}"


# --- pages whose numbers stand deeper, and in the body


async def test_pages_of_make_up_orders_are_walked(server: RawServer) -> None:
    def page(number: int, codes: list[str]) -> dict[str, object]:
        rows = [{"orderCode": code} for code in codes]
        inside = {"pageNumber": number, "pageSize": 2, "totalRecords": 3, "content": rows}
        return {**OK, "data": {"type": 1, "pageData": inside}}

    server.will(answer(page(1, ["A", "B"])), answer(page(2, ["C"])))
    async with client_on(server) as cj:
        rows = [row async for row in cj.makeup.list(page_size=2)]
    assert [row.order_code for row in rows] == ["A", "B", "C"]
    assert all(isinstance(row, makeup.MakeupOrder) for row in rows)
    asked = [json.loads(received.body)["pageNum"] for received in server.received]
    assert asked == [1, 2]


async def test_a_page_says_how_many_there_are(server: RawServer) -> None:
    rows = [{"orderCode": "A"}]
    inside = {"pageNumber": 1, "pageSize": 20, "totalRecords": 41, "content": rows}
    server.will(answer({**OK, "data": {"pageData": inside}}), answer({**OK, "data": None}))
    async with client_on(server) as cj:
        page = await cj.makeup.list()
        nothing = await cj.makeup.list()
    assert (page.total, page.number, page.size, page.has_next) == (41, 1, 20, True)
    assert (nothing.items, nothing.total, nothing.has_next) == ([], None, False)


async def test_a_private_order_is_read_with_either_name_of_its_code() -> None:
    made = decode(private_inventory.PrivateOrderCreated, b'{"orderId": "", "orderCode": "SY1"}')
    assert made.code == "SY1"


# --- answers that say little


@pytest.mark.parametrize("data", [None, True, {"success": True}])
async def test_a_write_that_succeeded_without_words_is_done(
    server: RawServer, data: object
) -> None:
    server.will(answer({**OK, "data": data}))
    async with client_on(server) as cj:
        done = await cj.outbound.cancel(order_id="SD1")
    assert done == (True if data is None else data)


async def test_a_request_id_under_another_name_is_a_request_id(server: RawServer) -> None:
    refusal = {"code": 1605000, "result": False, "message": "No", "data": None}
    server.will(answer({**refusal, "redirectUri": "r-7"}))
    async with client_on(server) as cj:
        with pytest.raises(APIError) as refused:
            await cj.disputes.cancel(order_id="SD1", dispute_id="SH1")
    assert refused.value.request_id == "r-7"
    assert str(refused.value).endswith("request id r-7")
