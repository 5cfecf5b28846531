"""Every field that the spec names for the operations of this room is in their answers."""

from __future__ import annotations

from typing import Any

from cj_async.simulator import Simulator
from cj_async.simulator._spec import routes
from cj_async.simulator.private.makeup import add_bill
from cj_async.simulator.private.operations import OPERATIONS
from tests.simulator.plain import Caller
from tests.simulator.private.shopping import house, wares, world_of
from tests.simulator.test_documented_fields import data_schema, missing

PATHS = {each.operation: path for path, methods in routes().items() for each in methods.values()}


def calls(simulator: Simulator) -> list[tuple[str, dict[str, Any]]]:
    """A call of every operation that finds something, in an order in which they work."""
    (ware,) = wares(simulator, 1)
    storage, method = {"storageId": house(simulator).id}, {"logisticName": "CJPacket Ordinary"}
    line = {"variantId": ware.vid, "productId": ware.pid, "quantity": 2}
    weighed = {"variantInfoList": [{"id": ware.vid, "quantity": 2}]}
    bill = add_bill(world_of(simulator), simulator.account, "SD1", 0, 0, 100)
    person = {"firstName": "A", "lastName": "B", "country": "Germany", "countryCode": "DE"}
    address = {**person, "province": "C", "city": "D", "address": "E"}
    return [
        ("private_inventory.add_to_cart", {"productId": ware.pid, "variants": [line]}),
        ("private_inventory.cart", {}),
        ("private_inventory.confirmation", {"variants": [line]}),
        ("private_inventory.logistics", {**storage, **weighed}),
        ("private_inventory.cost", {**storage, **weighed}),
        (
            "private_inventory.confirmation_with_cost",
            {"variants": [line], **storage, **method},
        ),
        (
            "private_inventory.create_order",
            {"productList": [{**line, "sku": ware.sku}], **storage, **method},
        ),
        (
            "private_inventory.create_order",
            {"productList": [{**line, "sku": ware.sku}], **storage, "logisticName": "None"},
        ),
        ("private_inventory.orders", {}),
        ("private_inventory.remove_from_cart", {"variantIds": [ware.vid]}),
        ("addresses.create", address),
        ("addresses.list", {}),
        ("makeup.list", {}),
        ("makeup.create_pay_order", {"orderCodes": [bill.code]}),
    ]


async def test_no_documented_field_is_missing(caller: Caller, simulator: Simulator) -> None:
    called: set[str] = set()
    for operation, fields in calls(simulator):
        path = PATHS[operation]
        answer = (await caller.post(path, **fields)).body
        assert answer["code"] == 200, (operation, answer)
        assert missing(data_schema(path, "post"), answer["data"], operation) == []
        called.add(operation)
    assert called == OPERATIONS.keys() - {"addresses.update"}
