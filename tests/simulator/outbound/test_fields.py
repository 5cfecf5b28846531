"""Every field that the spec names for outbound orders is in their answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cj_async import CJClient
from cj_async.simulator import Simulator
from cj_async.simulator._spec import routes
from cj_async.simulator.outbound.operations import OPERATIONS
from tests.simulator.outbound.conftest import Stock
from tests.simulator.test_documented_fields import data_schema, missing

PATHS = {each.operation: path for path, methods in routes().items() for each in methods.values()}
PERSON = {"firstName": "Ada", "lastName": "B", "country": "Germany", "countryCode": "DE"}


async def test_no_documented_field_is_missing(
    simulator: Simulator, cj: CJClient, stock: Stock
) -> None:
    lot = stock.lot(10)
    person = {**PERSON, "province": "C", "city": "D", "address": "E"}
    await cj.request("POST", PATHS["addresses.create"], body=person)
    line = {"privateOrderId": lot.private_order, "stanProductId": lot.vid}
    storage = {"storageId": stock.storage}
    order_id = await stock.create(stock.line(lot, 3))
    simulator.clock.advance(timedelta(seconds=4))
    other = await stock.create(stock.line(lot, 1), order_number="OUT-2")
    calls: list[tuple[str, dict[str, Any]]] = [
        ("outbound.addresses", {}),
        ("outbound.products", {**storage, "privateOrderId": lot.private_order}),
        ("outbound.refresh_products", {**storage, "products": [line]}),
        ("outbound.progress", {"orderId": order_id}),
        ("outbound.submit", {"orderId": order_id}),
        ("outbound.get", {"orderId": order_id}),
        ("outbound.cancel", {"orderId": other}),
    ]
    holes: dict[str, list[str]] = {}
    for operation, body in calls:
        data = (await cj.request("POST", PATHS[operation], body=body)).data
        holes[operation] = missing(data_schema(PATHS[operation], "post"), data, operation)
    assert {name: found for name, found in holes.items() if found} == {}
    assert {name for name, _ in calls} == OPERATIONS.keys() - {"outbound.create"}
