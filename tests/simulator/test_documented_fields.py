"""Every field that the spec names for an operation appears in the answer of its handler."""

from __future__ import annotations

from importlib import resources
from typing import Any, TypeGuard

import msgspec
import pytest

from cj_async.simulator import Simulator
from cj_async.simulator._operations import is_written
from cj_async.simulator.merging import operations as merging
from cj_async.simulator.outbound import operations as outbound
from cj_async.simulator.private import operations as private
from tests.simulator.aftersales.sold import sold
from tests.simulator.money.prepared import payable
from tests.simulator.orders.prepared import ordered
from tests.simulator.plain import Caller, Fields, calling, unlimited
from tests.simulator.test_examples import form_of

SPEC: Any = msgspec.json.decode(resources.files("cj_async").joinpath("spec.json").read_bytes())
ABSENT = {
    "openId": "only a login returns it",
    "isActive": "in the general field definitions only, in no table or example of a call",
    "queryTime": "in the general field definitions only",
    "cjInventoryNum": "a table's name; examples and live answers call it cjInventory",
    "factoryInventoryNum": "a table's name; examples and live answers call it factoryInventory",
    "totalInventoryNum": "a table's name; examples and live answers call it totalInventory",
    "combineNum": "only inside products.get",
    "combineVariants": "only inside products.get",
    "inventories": "only where features can ask for it",
    "logisticTimelines": "another name of logisticsTimeliness, in the prose of one edition",
}
MAY_BE_ABSENT = {
    "auth.refresh_access_token": {"openId"},
    "orders.get": {"logisticTimelines"},
    "products.get": {"isActive", "cjInventoryNum", "factoryInventoryNum", "totalInventoryNum"},
    "inventory.by_product": {"cjInventoryNum", "factoryInventoryNum", "totalInventoryNum"},
    "inventory.by_variant": {"queryTime"},
    "variants.list": {"combineNum", "combineVariants", "inventories"},
    "variants.get": {
        *("combineNum", "combineVariants"),
        *("cjInventoryNum", "factoryInventoryNum", "totalInventoryNum"),
    },
}
SOURCING = {"productName": "x", "productImage": "y"}


def resolved(node: Any) -> Any:
    while "$ref" in node:
        target = SPEC
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


def properties(node: Any) -> Any:
    node = resolved(node)
    merged = dict(node.get("properties", {}))
    for part in node.get("allOf", ()):
        merged |= properties(part)
    return merged


def items(node: Any) -> Any:
    node = resolved(node)
    found = node.get("items")
    for part in node.get("allOf", ()):
        found = found or items(part)
    return found


def is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def missing(node: Any, value: Any, where: str) -> list[str]:
    """Documented fields that an answer does not have, however deep."""
    if is_list(value):
        row = items(node)
        return (
            []
            if row is None
            else [hole for each in value[:40] for hole in missing(row, each, where)]
        )
    if not is_object(value):
        return []
    fields, row = properties(node), items(node)
    if not fields and row is not None:  # one object where the spec has made it a list
        fields = properties(row)
    holes = [f"{where}.{name}" for name in fields if name not in value]
    for name, child in fields.items():
        if name in value:
            holes += missing(child, value[name], f"{where}.{name}")
    return holes


def data_schema(path: str, method: str) -> Any:
    operation = SPEC["paths"][path][method]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    return properties(schema)["data"]


BY_THEIR_ROOM = {*merging.OPERATIONS, *outbound.OPERATIONS, *private.OPERATIONS}
"""Their calls need much that has to be there before: ``test_fields.py`` of each room makes it."""


def written() -> list[tuple[str, str, str]]:
    """The operations that have a handler; the others answer the documented example."""
    return [
        (path, method, operation["operationId"])
        for path, methods in SPEC["paths"].items()
        for method, operation in methods.items()
        if is_written(operation["operationId"]) and operation["operationId"] not in BY_THEIR_ROOM
    ]


async def prepared(cj: Simulator, caller: Caller) -> dict[str, Fields]:
    """What every operation is called with."""
    data = await caller.log_in()
    row = (await caller.data("/product/list"))["list"][0]
    product = await caller.data("/product/query", pid=row["pid"])
    await caller.post("/product/addToMyProduct", productId=product["pid"])
    created = (await caller.post("/product/sourcing/create", **SOURCING)).body["data"]
    stock = await caller.data("/product/stock/queryBySku", sku=product["productSku"])
    other = (await caller.data("/product/list"))["list"][1]["pid"]
    pid, vid = {"pid": product["pid"]}, {"vid": product["variants"][0]["vid"]}
    everything = "enable_description,enable_category,enable_video,enable_inventory,enable_combine"
    features = {"features": everything}
    order, other_order = sold(cj, "DELIVERED"), sold(cj, "DELIVERED")
    line = {"lineItemId": order.lines[0].line_id, "quantity": 1, "price": 12.5}
    complaint = {
        "businessDisputeId": "B-1",
        "orderId": order.code,
        "disputeReasonId": 2,
        "expectType": 1,
        "refundType": 1,
        "messageText": "x",
        "productInfoList": [line],
    }
    await caller.post("/disputes/create", **complaint)
    dispute = (await caller.data("/disputes/getDisputeList"))["list"][0]["id"]
    complaint = {**complaint, "businessDisputeId": "B-2"}
    own = [
        each["productSku"]
        for each in (await caller.data("/product/list", pageSize=200))["list"]
        if each["productType"] == "SUPPLIER_SHIPPED_PRODUCT"
    ]
    parcel = {
        "srcAreaCode": "CN",
        "destAreaCode": "US",
        "skuList": [product["productSku"]],
        "wrapWeight": 500,
        "weight": 400,
        "volume": 900,
        "productProp": ["COMMON"],
        "freightTrialSkuList": [{"sku": product["productSku"], "skuQuantity": 1}],
    }
    return {
        **await ordered(cj, caller, product["variants"][0]["vid"]),
        **await payable(caller, product["variants"][0]["vid"]),
        "logistics.freight": {
            "startCountryCode": "CN",
            "endCountryCode": "US",
            "products": [{**vid, "quantity": 1}],
        },
        "logistics.freight_tip": {"reqDTOS": [parcel]},
        "logistics.supplier_templates": {"skuList": own},
        "logistics.track": {"trackNumber": other_order.track_number},
        "logistics.track_legacy": {"trackNumber": other_order.track_number},
        "disputes.products": {"orderId": order.code},
        "disputes.confirm_info": {"orderId": order.code, "productInfoList": [line]},
        "disputes.create": complaint,
        "disputes.cancel": {"orderId": order.code, "disputeId": dispute},
        "auth.get_access_token": {"apiKey": cj.api_key},
        "auth.refresh_access_token": {"refreshToken": data["refreshToken"]},
        "settings.update_account": {"openName": "x"},
        "products.search": features,
        "products.get": {**pid, **features},
        "products.add_to_my_products": {"productId": other},
        "variants.list": pid,
        "variants.get": {**vid, **features},
        "inventory.by_variant": vid,
        "inventory.by_sku": {"sku": product["productSku"]},
        "inventory.by_product": pid,
        "reviews.list": pid,
        "reviews.list_legacy": pid,
        "sourcing.create": SOURCING,
        "sourcing.query": {"sourceIds": [created["cjSourcingId"]]},
        "warehouses.get": {"id": stock[0]["stock"][0]["stockId"]},
        "webhooks.set": {
            topic: {"type": "CANCEL", "callbackUrls": ["https://shop.example.com"]}
            for topic in ("product", "stock", "order", "logistics")
        },
    }


@pytest.mark.parametrize(("path", "method", "operation"), written(), ids=lambda part: str(part))
async def test_an_operation_answers_with_every_documented_field(
    path: str, method: str, operation: str
) -> None:
    async with unlimited(quirks=False) as cj, calling(cj, logged_in=False) as caller:
        given = (await prepared(cj, caller)).get(operation, {})
        if method == "get":
            answer = await caller.get(path, **given)
        elif method == "delete":
            answer = await caller.send("DELETE", path, params=given)
        elif "waybillFile" in given:
            answer = await caller.send("POST", path, data=form_of(given))
        elif operation == "auth.logout":
            answer = await caller.send("POST", path)
        else:
            answer = await caller.send(method.upper(), path, json=given)
    assert answer.code in (0, 200), answer.text
    holes = missing(data_schema(path, method), answer.body["data"], operation)
    assert {hole.rpartition(".")[2] for hole in holes} <= MAY_BE_ABSENT.get(operation, set()), holes


def test_what_may_be_absent_has_a_reason() -> None:
    assert set().union(*MAY_BE_ABSENT.values()) == set(ABSENT)


async def test_answers_look_like_the_documented_envelopes(cj: Simulator, caller: Caller) -> None:
    envelopes: dict[str, Fields] = {}
    given = await prepared(cj, caller)
    for path, method, operation in written():
        if method == "get":
            body = (await caller.get(path, **given.get(operation, {}))).body
            envelopes[operation] = {
                name: body.get(name) for name in ("code", "result", "success", "message")
            }
    usual = {"code": 200, "result": True, "success": None, "message": "Success"}
    odd = {name: shape for name, shape in envelopes.items() if shape != usual}
    assert odd == {
        "products.my_products": {**usual, "success": True},
        "disputes.products": {**usual, "success": True},
        "inventory.by_sku": {**usual, "success": True},
        "warehouses.get": {**usual, "success": True},
        "warehouses.list": {"code": 200, "result": None, "success": True, "message": "Success"},
        "inventory.by_product": {"code": 200, "result": None, "success": True, "message": ""},
        "reviews.list": {"code": 0, "result": None, "success": True, "message": None},
        "reviews.list_legacy": {"code": 0, "result": None, "success": True, "message": None},
    }
