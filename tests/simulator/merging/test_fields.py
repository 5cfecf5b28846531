"""Every field that the spec names for merging is in the answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cj_async import CJClient
from cj_async.simulator import Simulator
from cj_async.simulator._spec import routes
from cj_async.simulator.merging.operations import OPERATIONS
from tests.simulator.merging.conftest import Shop
from tests.simulator.test_documented_fields import data_schema, missing

PATHS = {each.operation: path for path, methods in routes().items() for each in methods.values()}

ONLY_IN_THE_RESULT = {
    "merge_orders.auto_match": ["merge_orders.auto_match.mergeShopOrderVOList.mergeOrderInfoList"]
}
"""Document 002 shows the orders of a group in the result alone."""


async def test_no_documented_field_is_missing(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    codes = [shop.order().code, shop.order().code]
    group = {"logisticName": "YunExpress", "orderNumber": "M", "orderStatus": 100, "packType": 0}
    steps: list[tuple[str, Any]] = [
        ("merge_orders.auto_match", {"filterOrder": True, "orderStatus": 100}),
        ("merge_orders.auto_match_progress", None),
        ("merge_orders.auto_match_result", None),
        (
            "merge_orders.submit",
            [{**group, "orderCodeList": codes}, {**group, "orderCodeList": codes[:1]}],
        ),
        ("merge_orders.submit_progress", None),
        ("merge_orders.submit_result", None),
    ]
    holes: dict[str, list[str]] = {}
    for operation, body in steps:
        if operation.endswith("result"):
            simulator.clock.advance(timedelta(seconds=5))
        data = (await cj.request("POST", PATHS[operation], body=body)).data
        holes[operation] = missing(data_schema(PATHS[operation], "post"), data, operation)
    assert {name: found for name, found in holes.items() if found} == ONLY_IN_THE_RESULT
    assert {name for name, _ in steps} == set(OPERATIONS)
