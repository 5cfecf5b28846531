"""Operations that nobody has written yet: the same checks, then the documented example."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from cj_async.simulator import Clock, Simulator
from cj_async.simulator._answers import Refused
from cj_async.simulator._faults import FaultKind
from cj_async.simulator._forms import File, read_form
from cj_async.simulator._operations import is_written
from cj_async.simulator._spec import EDITIONS, read
from tests.documented import (
    BY_EXAMPLE,
    EXAMPLES,
    FILE,
    ROUTES,
    documented,
    forget_handlers,
    several,
)
from tests.simulator.plain import Answer, Caller, calling, unlimited

MARK = "X-Simulated"
UNWRITTEN = BY_EXAMPLE
WITH_POINTS = [name for name in UNWRITTEN if ROUTES[name].points]
WITH_REQUIRED = [
    (name, field) for name in UNWRITTEN if (rule := ROUTES[name].body) for field in rule.required
]
WITH_QUERY = [
    (name, each.name) for name in UNWRITTEN for each in ROUTES[name].parameters if each.required
]
WAYBILL = "/shopping/order/uploadWaybillInfo"
MERGE = "/shopping/mergeOrder/submitMergeOrderBatchV3"
MISSING = object()


@pytest.fixture(autouse=True)
def _no_handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    forget_handlers(monkeypatch)


def form_of(fields: dict[str, Any]) -> aiohttp.FormData:
    """A form; bytes become a file."""
    form = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
    for name, value in fields.items():
        if isinstance(value, bytes):
            kind = "application/pdf"
            form.add_field(name, io.BytesIO(value), filename="label 1.pdf", content_type=kind)
        else:
            form.add_field(name, value)
    return form


async def ask(caller: Caller, operation: str, **changes: Any) -> Answer:
    """The documented call with some other values, where MISSING takes one out."""
    route = ROUTES[operation]
    options = (
        in_the_query(operation, changes) if route.body is None else in_the_body(operation, changes)
    )
    return await caller.send(route.method, route.path, **options)


def in_the_query(operation: str, changes: dict[str, Any]) -> dict[str, Any]:
    query = changed(documented(operation).query, changes)
    return {"params": [(key, str(item)) for key in query for item in several(query[key])]}


def in_the_body(operation: str, changes: dict[str, Any]) -> dict[str, Any]:
    known, rule = documented(operation), ROUTES[operation].body
    assert rule is not None
    if rule.kind == "list":
        return {"json": [changed(row, changes) for row in known.body]}
    if rule.kind == "object":
        return {"json": changed(known.body, changes)}
    return {"data": form_of(changed({**known.body, **dict.fromkeys(rule.files, FILE)}, changes))}


def changed(fields: Mapping[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**fields, **changes}.items() if value is not MISSING}


# --- the example


@pytest.mark.parametrize("operation", UNWRITTEN)
async def test_an_operation_without_a_handler_answers_its_newest_example_whole(
    cj: Simulator, caller: Caller, operation: str
) -> None:
    answer = await ask(caller, operation)
    example = dict(documented(operation).answer)
    told = answer.body
    assert ("requestId" in told) == ("requestId" in example)
    assert told.pop("requestId", "") != example.pop("requestId", None)
    assert told == example
    assert (answer.status, answer.headers.get(MARK)) == (200, "example")
    record = cj.requests[-1]
    assert (record.operation, record.code) == (operation, example.get("code"))
    assert (record.took_effect, record.faulted) == (True, False)


def test_every_example_is_of_an_edition_whose_age_is_known() -> None:
    editions = {
        key.removeprefix("edition-")
        for examples in EXAMPLES.values()
        for key in examples
        if key not in {"request", "error"}
    }
    assert editions <= set(EDITIONS)


async def test_every_example_has_a_fresh_request_id(caller: Caller) -> None:
    ids = [(await ask(caller, "payments.balance")).body["requestId"] for _ in range(9)]
    assert len(set(ids)) == 9


@pytest.mark.parametrize("operation", sorted(ROUTES))
async def test_an_operation_with_a_handler_never_carries_the_mark(
    caller: Caller, operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # every one has its handler again
    assert is_written(operation)
    assert MARK not in (await ask(caller, operation)).headers


async def test_an_unknown_path_is_no_example(caller: Caller) -> None:
    answer = await caller.post("/shopping/order/createOrderV9", orderNumber="1")
    assert (answer.code, answer.headers.get(MARK)) == (1600101, None)


async def test_an_example_says_nothing_of_points_that_are_not_counted() -> None:
    for points, told in ((None, False), (1000, True)):
        async with unlimited(5, points=points) as cj, calling(cj) as caller:
            for operation in WITH_POINTS:
                assert ("pointsInfo" in (await ask(caller, operation)).body) == told


# --- the checks


@pytest.mark.parametrize("operation", UNWRITTEN)
async def test_without_a_token_there_is_no_example(cj: Simulator, operation: str) -> None:
    async with calling(cj, logged_in=False) as stranger:
        answer = await ask(stranger, operation)
    assert (answer.code, answer.body["data"], answer.headers.get(MARK)) == (1600002, None, None)


@pytest.mark.parametrize("operation", WITH_POINTS)
async def test_an_example_waits_for_its_turn_and_costs_points(
    frozen: Clock, operation: str
) -> None:
    points = ROUTES[operation].points
    async with Simulator(5, clock=frozen, points=points + 5) as cj, calling(cj) as caller:
        assert (await ask(caller, operation)).body["pointsInfo"]["remaining"] == 5
        assert (await ask(caller, "payments.balance")).code == 1600200
        frozen.advance(timedelta(seconds=1))
        assert (await ask(caller, operation)).code == 16900500


@pytest.mark.parametrize(("operation", "field"), WITH_REQUIRED)
@pytest.mark.parametrize("value", [MISSING, "", b""], ids=["missing", "empty", "no bytes"])
async def test_a_required_field_must_be_there(
    caller: Caller, operation: str, field: str, value: object
) -> None:
    rule = ROUTES[operation].body
    assert rule is not None
    answer = await ask(caller, operation, **{field: value if rule.kind == "form" else value or ""})
    assert (answer.code, answer.headers.get(MARK)) == (16900403, None)
    assert answer.body["message"] == f"{field} can not be empty"


@pytest.mark.parametrize(("operation", "name"), WITH_QUERY)
async def test_a_required_parameter_must_be_there(
    caller: Caller, operation: str, name: str
) -> None:
    for value in (MISSING, ""):
        answer = await ask(caller, operation, **{name: value})
        assert (answer.code, answer.body["message"]) == (16900403, f"{name} can not be empty")


@pytest.mark.parametrize(
    ("operation", "broken", "whole"),
    [
        ("sandbox.simulate_pay", {"orderId": MISSING}, {"shipmentOrderId": "2"}),
        ("outbound.products", {"skuOrSpu": "", "privateOrderId": MISSING}, {"skuOrSpu": "x"}),
        ("payments.pay_v2", {"orderType": 24, "payId": MISSING}, {"orderType": 24, "payId": "1"}),
        ("payments.pay_v2", {"orderType": "24", "payId": ""}, {"payId": MISSING, "orderType": 9}),
        ("makeup.create_pay_order", {"type": 1, "diffUseType": MISSING}, {"diffUseType": 0}),
        ("private_inventory.orders", {"payStatus": 1, "orderStatus": "2"}, {"orderStatus": 3}),
        ("private_inventory.orders", {"orderStatus": MISSING}, {"payStatus": MISSING}),
        ("outbound.create", {"postagePayNode": 6, "reason": MISSING}, {"reason": "x"}),
    ],
)
async def test_a_rule_between_parameters_is_enforced(
    caller: Caller, operation: str, broken: dict[str, object], whole: dict[str, object]
) -> None:
    assert (await ask(caller, operation, **broken)).code == 1600300
    assert (await ask(caller, operation, **whole)).code != 1600300


async def test_exactly_one_means_neither_none_nor_two(caller: Caller) -> None:
    assert (await caller.get("/product/query")).code == 1600300
    assert (await caller.get("/product/query", pid="1", productSku="2")).code == 1600300
    assert (await caller.get("/product/query", pid="1", productSku="")).code == 200


async def test_a_list_is_no_object_and_an_object_no_list(caller: Caller) -> None:
    for body in (b"{}", b'"x"', b"[1]", b"[[]]", b"null"):
        headers = {"Content-Type": "application/json"}
        assert (await caller.send("POST", MERGE, data=body, headers=headers)).code == 16900205
    assert (await caller.send("POST", "/shopping/order/confirmOrder", json=[])).code == 16900202
    assert (await caller.send("PATCH", "/shopping/order/confirmOrder", json=[])).code == 16900205


async def test_a_body_that_may_be_left_out_may_be_left_out(caller: Caller) -> None:
    cart = await caller.send("POST", "/shopping/privateInventory/getCart")
    assert cart.code == 200
    book = await caller.send("POST", "/shopping/privateInventory/address/list")
    assert book.code == 16900203


# --- forms


async def test_a_form_is_kept_with_the_name_type_and_content_of_its_file(
    cj: Simulator, caller: Caller
) -> None:
    await ask(caller, "orders.upload_waybill", trackNumber="Ä 1; x")
    body = cj.requests[-1].body
    assert body == {
        **documented("orders.upload_waybill").body,
        "trackNumber": "Ä 1; x",
        "waybillFile": File("label 1.pdf", "application/pdf", FILE),
    }
    assert File("a", "b", FILE).size == len(FILE)


async def test_a_form_may_be_large(cj: Simulator, caller: Caller) -> None:
    content = bytes(range(256)) * 20_000
    answer = await ask(caller, "orders.upload_waybill", waybillFile=content)
    assert answer.body["data"] is True
    body = cj.requests[-1].body
    assert isinstance(body, dict)
    file = body["waybillFile"]
    assert isinstance(file, File)
    assert (file.size, hash(file.content)) == (len(content), hash(content))


async def test_text_is_no_file(caller: Caller) -> None:
    answer = await ask(caller, "orders.upload_waybill", waybillFile="label.pdf")
    assert answer.body["message"] == "waybillFile can not be empty"


async def test_json_is_no_form_and_a_form_no_json(caller: Caller) -> None:
    assert (await caller.post(WAYBILL, orderId="1")).code == 16900203
    form = form_of({"orderId": "1"})
    answer = await caller.send("PATCH", "/shopping/order/confirmOrder", data=form)
    assert answer.code == 16900203


PART = b'--b\r\nContent-Disposition: form-data; name="orderId"\r\n\r\n1'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", 16900204),
        (b"x", 1600300),
        (PART, 1600300),
        (PART + b"\r\n--bc\r\n--b--", 1600300),
        (PART.replace(b"name=", b"id=") + b"\r\n--b--", 1600300),
        (PART.replace(b"form-data", b"inline") + b"\r\n--b--", 1600300),
        (PART.replace(b"\r\n\r\n", b"\r\n") + b"\r\n--b--", 1600300),
        (PART + b"\xff\r\n--b--", 1600300),
        (PART.replace(b"orderId", b"\xff") + b"\r\n--b--", 1600300),
        (PART + b"\r\n--b--\r\n", 16900403),
    ],
)
async def test_a_form_that_cannot_be_read_is_refused(
    caller: Caller, content: bytes, code: int
) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    assert (await caller.send("POST", WAYBILL, data=content, headers=headers)).code == code
    headers = {"Content-Type": "multipart/form-data"}
    answer = await caller.send("POST", WAYBILL, data=content, headers=headers)
    assert answer.code == (1600300 if content else 16900204)


def test_a_boundary_that_is_no_text_is_refused() -> None:
    with pytest.raises(Refused):
        read_form("multipart/form-data; boundary=\udcff", b"x")


# --- faults and log


@pytest.mark.parametrize("kind", ["refuse", "html", "delay", "content_type", "garble"])
async def test_a_fault_strikes_a_payment_like_any_other_call(
    cj: Simulator, caller: Caller, kind: FaultKind
) -> None:
    fault = cj.fail("payments.pay", kind=kind, when="after", seconds=0.001)
    await ask(caller, "payments.pay")
    assert (fault.hits, cj.requests[-1].faulted) == (1, True)


async def test_the_log_keeps_rows_and_headers_without_their_secrets(
    cj: Simulator, caller: Caller
) -> None:
    known = documented("orders.create_v2")
    nested: dict[str, object] = {
        "rows": [{"accessToken": "canary-1", "x": 1}],
        "apiKey": "canary-2",
    }
    headers = {"platformtoken": "canary-3"}
    body = {**known.body, "more": nested}
    await caller.send("POST", known.route.path, json=body, headers=headers)
    rows = [{**row, "openId": "canary-4"} for row in documented("merge_orders.submit").body]
    await caller.send("POST", MERGE, json=rows)
    await ask(caller, "orders.upload_waybill", refreshToken="canary-5")
    order, merge, form = cj.requests[-3:]
    assert order.headers == {"platformToken": "***"}
    hidden = {"rows": [{"accessToken": "***", "x": 1}], "apiKey": "***"}
    assert order.body == {**known.body, "more": hidden}
    assert merge.body == [{**row, "openId": "***"} for row in rows]
    assert isinstance(form.body, dict)
    assert form.body["refreshToken"] == "***"
    assert "canary" not in repr(list(cj.requests))


@pytest.mark.parametrize("levels", [60, 100_000])
async def test_no_depth_of_a_body_breaks_the_server(caller: Caller, levels: int) -> None:
    body = b'{"orderId": "1", "x": ' + b"[" * levels + b"]" * levels + b"}"
    headers = {"Content-Type": "application/json"}
    answer = await caller.send("POST", "/shopping/pay/payBalance", data=body, headers=headers)
    assert (answer.status, answer.code) == (200, 200 if levels < 1000 else 16900205)


def test_an_operation_without_an_example_has_none() -> None:
    spec: dict[str, Any] = {
        "paths": {"/x": {"get": {"operationId": "x.y", "responses": {"200": {}}}}}
    }
    assert read(spec)["/x"]["GET"].example is None
