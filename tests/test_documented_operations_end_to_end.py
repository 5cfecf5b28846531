"""Does every operation that the local CJ answers by example work through the client, over real sockets?"""

from __future__ import annotations

import io
import json
import re
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from cj_async import CJClient, InvalidRequest, NotFound, OutcomeUnknown, Rejected
from cj_async._operation import Operation, Parameter
from cj_async._paging import Page, Pages
from cj_async._protocol import Answer, Done, Reading, outcome
from cj_async._upload import FileInput
from cj_async.models import (
    address,
    dispute,
    logistics,
    makeup,
    merge_order,
    order,
    private_inventory,
)
from cj_async.resources import operations
from cj_async.simulator import Simulator, _variants
from cj_async.simulator._forms import File
from cj_async.simulator.private.makeup import add_bill
from tests.conftest import error_of
from tests.documented import BY_EXAMPLE, FILE, documented, forget_handlers, several
from tests.simulator.aftersales.sold import sold
from tests.simulator.private.shopping import ordered, wares, world_of

API_MD = Path(__file__).resolve().parent.parent / "API.md"
BY_ID = {operation.id: operation for operation in operations().values()}
NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def _nothing_drifts(cj: CJClient) -> AsyncGenerator[None]:
    """Whatever a test does with the client: every answer must fit the spec."""
    yield
    assert cj.drift == {}


# ------------------------------------------------------------------- every one, from the examples


def test_every_operation_of_the_index_is_called_here_or_where_it_has_a_handler() -> None:
    listed = re.findall(r"^\| `([a-z0-9_.]+)`", API_MD.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(BY_ID)
    assert len(listed) == 81
    assert len(BY_EXAMPLE) == 79


@pytest.mark.parametrize("name", BY_EXAMPLE)
async def test_the_documented_call_gets_the_documented_answer(
    simulator: Simulator,
    cj: CJClient,
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forget_handlers(monkeypatch)
    operation, known = BY_ID[name], documented(name)
    namespace, method = name.split(".")
    result = await getattr(getattr(cj, namespace), method)(**arguments(operation, tmp_path))
    expected = decoded(operation, known.answer)
    value = shown(operation, result)
    assert type(value) is type(expected)
    assert value == expected
    [record] = simulator.requests.of(name)
    assert (record.method, record.path) == (known.route.method, known.route.path)
    assert (record.took_effect, record.faulted) == (True, False)
    assert sorted(parse_qsl(record.query)) == sorted(written_out(name, known.query))
    assert record.body == arrived(known.body, operation)


def arguments(operation: Operation[Any], folder: Path) -> dict[str, Any]:
    """The documented call as arguments of the Python method, names inside of objects included."""
    known = documented(operation.id)
    whole = [each for each in operation.parameters if each.place == "whole body"]
    fields: dict[str, Any] = {} if whole else known.body or {}
    given = {whole[0].name: known.body} if whole else {**known.query, **fields}
    by_name = {each.name: each for each in operation.parameters}
    return {
        by_name[name].python: in_python(by_name[name], value, folder)
        for name, value in given.items()
    }


def in_python(parameter: Parameter, value: Any, folder: Path) -> Any:
    if parameter.kind == "file":
        path = folder / value
        path.write_bytes(FILE)
        return path
    if not parameter.fields:
        return value
    if parameter.kind == "array":
        return [fields_in_python(parameter, row, folder) for row in value]
    return fields_in_python(parameter, value, folder)


def fields_in_python(parameter: Parameter, row: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    fields = {each.name: each for each in parameter.fields}
    return {
        fields[name].python: in_python(fields[name], value, folder) for name, value in row.items()
    }


def decoded(operation: Operation[Any], answer: Mapping[str, Any]) -> Any:
    sent = Answer(200, "application/json", json.dumps(answer).encode())
    result = outcome(operation, sent, NOW, Reading(strict=True))
    assert isinstance(result, Done), result
    return result.value


def shown(operation: Operation[Any], result: Any) -> Any:
    """The decoded answer; of a list it is with its first page."""
    if operation.paging is None:
        return result
    page: Page[Any] = result
    assert page.items
    return page.answer


def written_out(name: str, query: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The documented query as it arrives; lists either joined or repeated, as the operation says."""
    joined = {each.name: each.joined for each in BY_ID[name].parameters}
    pairs: list[tuple[str, str]] = []
    for key, value in query.items():
        texts = [str(item) for item in several(value)]
        pairs += [(key, text) for text in ([",".join(texts)] if joined[key] else texts)]
    return pairs


def arrived(body: Any, operation: Operation[Any]) -> Any:
    """The documented body as the log has it: a file with what was in it."""
    files = {each.name for each in operation.parameters if each.kind == "file"}
    if not files:
        return body
    return {
        name: File(value, "application/pdf", FILE) if name in files else value
        for name, value in body.items()
    }


# --------------------------------------------------------------- the most important ones, by hand


async def test_an_order_is_created_with_lines_as_a_user_writes_them(
    simulator: Simulator, cj: CJClient
) -> None:
    catalog = world_of(simulator).catalog
    vid, sku = _variants.vid(catalog, 3, 0), _variants.sku(catalog, 5, 0)
    made = await cj.orders.create_v2(
        order_number="SHOP-1",
        from_country_code="CN",
        logistic_name="CJPacket Ordinary",
        shipping_customer_name="Ada Example",
        shipping_country_code="US",
        shipping_country="United States",
        shipping_province="New York",
        shipping_city="Exampletown",
        shipping_address="1 Example Road",
        shop_amount=Decimal("42.50"),
        store_order_time=datetime(2025, 11, 20, 12, tzinfo=UTC),
        is_sandbox=1,
        pay_type=3,
        platform_token="platform-canary",
        products=[
            {
                "vid": vid,
                "quantity": 2,
                "unit_price": Decimal("12.75"),
                "store_line_item_id": "a",
            },
            {"sku": sku, "quantity": 1},
        ],
    )
    assert isinstance(made, order.CreatedOrder)
    assert (made.order_number, made.order_status) == ("SHOP-1", "CREATED")
    lines = made.product_info_list or []
    assert [(line.variant_id, line.quantity) for line in lines] == [
        (vid, 2),
        (_variants.vid(catalog, 5, 0), 1),
    ]
    [record] = simulator.requests.of("orders.create_v2")
    assert isinstance(record.body, dict)
    assert record.body["products"] == [
        {"vid": vid, "quantity": 2, "unitPrice": 12.75, "storeLineItemId": "a"},
        {"sku": sku, "quantity": 1},
    ]
    assert (record.body["shopAmount"], record.body["storeOrderTime"]) == (42.5, 1763640000)
    assert record.headers == {"platformToken": "***"}
    assert "platform-canary" not in repr(record)


async def test_an_order_line_needs_a_vid_or_a_sku(simulator: Simulator, cj: CJClient) -> None:
    call = cj.orders.create_v2(
        order_number="SHOP-1",
        from_country_code="CN",
        logistic_name="CJPacket Ordinary",
        shipping_customer_name="Ada Example",
        shipping_country_code="US",
        shipping_country="United States",
        shipping_province="New York",
        shipping_city="Exampletown",
        shipping_address="1 Example Road",
        products=[{"vid": "V-1", "quantity": 1}, {"quantity": 1}],
    )
    error = await error_of(call, InvalidRequest)
    assert "products[1].vid, sku" in str(error)
    assert len(simulator.requests) == 0


@pytest.mark.parametrize("given", ["a path", "bytes", "an open file", "bytes with a name"])
async def test_a_waybill_arrives_with_name_size_and_content(
    simulator: Simulator, cj: CJClient, tmp_path: Path, given: str
) -> None:
    path = tmp_path / "Etikett ü; 1.pdf"
    path.write_bytes(FILE)
    with path.open("rb") as opened:
        files: dict[str, tuple[FileInput, str]] = {
            "a path": (path, path.name),
            "bytes": (FILE, "waybillFile.pdf"),
            "an open file": (opened, path.name),
            "bytes with a name": (("label.pdf", io.BytesIO(FILE)), "label.pdf"),
        }
        file, name = files[given]
        call = cj.orders.upload_waybill(
            order_id="shop-1",
            cj_order_id="DP1",
            cj_shipping_company_name="USPS",
            track_number="9000",
            waybill_file=file,
        )
        assert (await error_of(call, NotFound)).code == 1603100
    [record] = simulator.requests.of("orders.upload_waybill")
    arrived = File(name, "application/pdf", FILE)
    assert record.body == {
        "orderId": "shop-1",
        "cjOrderId": "DP1",
        "cjShippingCompanyName": "USPS",
        "trackNumber": "9000",
        "waybillFile": arrived,
    }
    assert arrived.size == len(FILE)


async def test_groups_of_orders_are_submitted_as_a_bare_list(
    simulator: Simulator, cj: CJClient
) -> None:
    outcome = await cj.merge_orders.submit(
        groups=[
            {
                "logistic_name": "Sample Express",
                "order_code_list": ["CJ1", "CJ2"],
                "order_number": "SHOP-1",
                "order_status": 100,
                "pack_type": 0,
            }
        ]
    )
    assert isinstance(outcome, merge_order.MergeOutcome)
    assert (outcome.success_group_count, outcome.fail_order_count) == (0, 2)
    failures = outcome.merge_fail_order_group_list or []
    assert [each.error_code for each in failures] == [11003]
    [record] = simulator.requests.of("merge_orders.submit")
    assert record.body == [
        {
            "logisticName": "Sample Express",
            "orderCodeList": ["CJ1", "CJ2"],
            "orderNumber": "SHOP-1",
            "orderStatus": 100,
            "packType": 0,
        }
    ]


async def test_the_address_book_is_asked_for_with_an_empty_object(
    simulator: Simulator, cj: CJClient
) -> None:
    person: Any = {"first_name": "A", "last_name": "B", "country": "Germany", "country_code": "DE"}
    for default in ("1", "0"):
        await cj.addresses.create(**person, province="C", city="D", address="E", is_default=default)
    book = await cj.addresses.list()
    assert [type(each) for each in book] == [address.Address, address.Address]
    assert [each.is_default for each in book] == [True, False]
    assert simulator.requests[-1].body == {}


async def test_two_parcels_are_tracked_with_one_call(simulator: Simulator, cj: CJClient) -> None:
    numbers = [sold(simulator, "SHIPPED").track_number for _ in range(2)]
    parcels = await cj.logistics.track(track_number=numbers)
    assert [type(each) for each in parcels] == [logistics.Tracking] * 2
    assert [each.tracking_number for each in parcels] == numbers
    assert simulator.requests[-1].query == "&".join(f"trackNumber={each}" for each in numbers)
    assert [
        each.tracking_number for each in await cj.logistics.track_legacy(track_number=numbers)
    ] == numbers


async def test_orders_of_the_private_inventory_are_walked(
    simulator: Simulator, cj: CJClient
) -> None:
    since = datetime(2026, 6, 1, tzinfo=UTC)
    for ware in wares(simulator, 2):
        await ordered(cj, simulator, ware)
    walk = cj.private_inventory.orders(
        order_status="3", pay_status=0, create_order_date_start=since
    )
    found = [each async for each in walk]
    assert [type(each) for each in found] == [private_inventory.PrivateOrder] * 2
    assert len({each.order_code for each in found}) == 2
    [record] = simulator.requests.of("private_inventory.orders")
    assert record.body == {
        "pageNum": 1,
        "pageSize": 200,
        "orderStatus": "3",
        "payStatus": 0,
        "createOrderDateStart": 1780272000000,
    }


async def test_a_status_of_payment_needs_its_status_of_the_order(
    simulator: Simulator, cj: CJClient
) -> None:
    error = await error_of(
        _awaited(cj.private_inventory.orders(order_status="2", pay_status=0)), InvalidRequest
    )
    assert "pay_status" in str(error)
    assert len(simulator.requests) == 0


async def _awaited(pages: Pages[Any]) -> Page[Any]:
    return await pages


async def test_makeup_is_walked_although_its_page_lies_deeper(
    simulator: Simulator, cj: CJClient
) -> None:
    for amount in (325, 615):
        add_bill(world_of(simulator), simulator.account, "SD1", 0, 0, amount)
    page = await cj.makeup.list(type=0, page_size=20)
    assert (page.number, page.size, page.total, page.has_next) == (1, 20, 2, False)
    found = [each async for each in cj.makeup.list(type=0)]
    assert [type(each) for each in found] == [makeup.MakeupOrder] * 2
    assert [each.amount for each in found] == [Decimal("6.15"), Decimal("3.25")]
    assert found[0].create_at
    assert len(simulator.requests.of("makeup.list")) == 2


async def test_the_products_of_a_dispute_are_passed_on_as_they_came(
    simulator: Simulator, cj: CJClient
) -> None:
    order = sold(simulator, "DELIVERED")
    told = await cj.disputes.products(order_id=order.code)
    assert told.order_id
    assert told.product_info_list
    info = await cj.disputes.confirm_info(
        order_id=told.order_id, product_info_list=told.product_info_list
    )
    assert isinstance(info, dispute.DisputeConfirmInfo)
    assert (info.max_amount, info.expect_result_option_list) == (Decimal("33.40"), ["1", "2"])
    assert simulator.requests[-1].body == {
        "orderId": told.order_id,
        "productInfoList": [
            {
                "lineItemId": row.line_item_id,
                "cjProductId": row.cj_product_id,
                "cjVariantId": row.cj_variant_id,
                "canChoose": True,
                "price": float(row.price or 0),
                "quantity": row.quantity,
                "cjProductName": row.cj_product_name,
                "cjImage": row.cj_image,
                "sku": row.sku,
                "supplierName": row.supplier_name,
            }
            for row in told.product_info_list
        ],
    }


async def test_an_outbound_order_that_is_short_of_stock_is_refused_and_not_sent_again(
    simulator: Simulator, cj: CJClient
) -> None:
    simulator.fail(
        "outbound.submit", code=1603001, message="The private inventory is insufficient."
    )
    error = await error_of(cj.outbound.submit(order_id="SD1"), Rejected)
    assert (error.operation, error.code, error.details) == ("outbound.submit", 1603001, None)
    assert len(simulator.requests.of("outbound.submit")) == 1


async def test_paying_is_never_repeated_once_its_answer_was_lost(
    simulator: Simulator, cj: CJClient
) -> None:
    simulator.fail("payments.pay_v2", kind="cut", when="after")
    call = cj.payments.pay_v2(shipment_order_id="SD1", pay_id="PAY1")
    assert (await error_of(call, OutcomeUnknown)).how_to_find_out
    assert len(simulator.requests.of("payments.pay_v2")) == 1
