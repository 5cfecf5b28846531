"""What do orders look like from outside? The list, and one order with its lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .. import _shipping
from .._answers import PARAM_ERROR, Refused
from .._evidence import behaves
from .._spelling import dollars
from .._storage import storehouse
from .._world import Call, Operation
from . import refusals
from .ids import shown
from .model import Line, Order
from .spelling import clock, tracking_provider, tracking_url

MOST_ROWS = 200
_MOST_IDS = 100
_MOST_FEATURES = 20
_WAITS_FOR_PRODUCTION, _POD_3 = 1, 3


@behaves(
    "orders.list",
    "Without status the cancelled orders are listed under `cancelled_by_default`, all without it.",
    "documented",
    "002, 5.1.6; field note 42",
)
@behaves("orders.list", "Newest first.", "assumed")
@behaves(
    "orders.list",
    "A page has 200 rows at most, whatever pageSize asks for.",
    "documented",
    "a stray line of 002, 5.1.7",
)
def _list(call: Call) -> object:
    query = call.query
    page, size = query.integer("pageNum", 1), min(query.integer("pageSize", 20), MOST_ROWS)
    if page < 1 or size < 1:
        raise Refused(PARAM_ERROR)
    tests = [test for name, test in _FILTERS.items() if name in query]
    if "status" not in query and call.world.has("cancelled_by_default"):
        tests.append(lambda _, order: order.status == "CANCELLED")
    newest_first = reversed(call.account.state.book.orders.values())
    rows = [order for order in newest_first if all(test(call, order) for test in tests)]
    first = (page - 1) * size
    return {
        "pageNum": page,
        "pageSize": size,
        "total": len(rows),
        "list": [_row(call, order) for order in rows[first : first + size]],
    }


@behaves(
    "orders.list",
    "orderIds, 100 at most, may be SD codes or long numbers.",
    "documented",
    "000, 5.1.6; which ids is assumed",
)
def _is_named(call: Call, order: Order) -> bool:
    wanted = call.query.texts("orderIds")
    if len(wanted) > _MOST_IDS:
        raise Refused(PARAM_ERROR)
    return order.code in wanted or str(order.long_id) in wanted


_FILTERS: Mapping[str, Callable[[Call, Order], bool]] = {
    "orderIds": _is_named,
    "shipmentOrderId": lambda call, order: order.parent == call.query.text("shipmentOrderId"),
    "status": lambda call, order: order.status == call.query.text("status"),
}
"""Every documented filter; no order has the status OTHER."""


def _row(call: Call, order: Order) -> dict[str, object]:
    return {
        **_common(call, order),
        "productList": [
            {"vid": line.vid or None, "quantity": line.quantity, "sellPrice": dollars(line.price)}
            for line in order.lines
        ],
    }


@behaves(
    "orders.list",
    "cjOrderId is null while a line is not connected with a variant of CJ.",
    "documented",
    "002, 5.1.1; in lists assumed",
)
def _common(call: Call, order: Order) -> dict[str, object]:
    """What list and details both tell."""
    storage = storehouse(call.catalog, order.storage) if order.storage else None
    names = ("shippingProvince", "shippingCity", "shippingPhone", "shippingAddress")
    store_time = order.fields.get("storeOrderTime")
    return {
        "orderId": shown(call.world, order),
        "orderNum": order.number,
        "cjOrderId": order.code if order.complete else None,
        "shippingCountryCode": order.destination,
        **{name: order.fields.get(name) for name in names},
        "shippingCustomerName": order.fields.get("shippingCustomerName"),
        "remark": order.fields.get("remark"),
        "orderWeight": order.grams,
        "orderStatus": order.status,
        "orderAmount": dollars(order.total),
        "productAmount": dollars(order.goods),
        "postageAmount": dollars(order.postage),
        "logisticName": order.method,
        "trackNumber": order.track_number or None,
        "trackingUrl": tracking_url(order),
        "trackingProvider": tracking_provider(order),
        "createDate": clock(order.created),
        "paymentDate": clock(order.paid),
        "storeCreateDate": clock(float(str(store_time))) if store_time else None,
        "isSandbox": int(order.sandbox),
        "privateOutboundOrder": order.code in call.account.state.outbound.orders,
        "storageId": storage.id if storage else None,
        "storageName": storage.name if storage else None,
    }


@behaves(
    "orders.get",
    "Finds an order by its SD code, its long number or the caller's own number, of which the newest "
    "counts; what is missing is refused with 1600300, order not found.",
    "documented",
    "002, 5.1.7; the newest is assumed",
)
@behaves(
    "orders.get", "More than 20 features are refused with 1600300.", "documented", "002, 5.1.7"
)
def _get(call: Call) -> object:
    if len(call.query.texts("features")) > _MOST_FEATURES:
        raise Refused(refusals.TOO_MANY_FEATURES)
    order = call.account.state.book.find(call.query.text("orderId"))
    if order is None:
        raise Refused(refusals.NOT_FOUND)
    details: dict[str, object] = {
        **_common(call, order),
        "platformOrderId": order.number,
        "cjOrderCode": order.code if order.complete else None,
        "fromCountryCode": order.origin,
        "disputeId": order.dispute or None,
        "outWarehouseTime": clock(order.shipped),
        "isComplete": int(order.complete),
        "productList": [_line(line) for line in order.lines],
    }
    if "LOGISTICS_TIMELINESS" in call.features:
        details["logisticsTimeliness"] = _timeliness(order)
    return details


@behaves(
    "orders.get",
    "LOGISTICS_TIMELINESS adds how long each method that takes the parcel needs.",
    "documented",
    "002, 5.1.7; which methods is assumed",
)
def _timeliness(order: Order) -> dict[str, object]:
    found = _shipping.quotes(order.origin, order.destination, order.grams)
    return {
        "logisticsModes": [
            {"logisticsName": each.method.name, "arrivalTime": f"{each.aging} Days"}
            for each in found
        ]
    }


@behaves("orders.get", "Goods made to order wait for their production (1).", "assumed")
def _line(line: Line) -> dict[str, object]:
    nothing: list[int] = []
    return {
        "vid": line.vid or None,
        "quantity": line.quantity,
        "sellPrice": dollars(line.price),
        "storeLineItemId": line.store_line_id or None,
        "lineItemId": line.line_id,
        "productionOrderStatus": _WAITS_FOR_PRODUCTION if line.pod else None,
        "abnormalType": nothing,
        "podPropertiesInfo": _pod(line) if line.pod else None,
    }


def _pod(line: Line) -> dict[str, object]:
    nothing: list[object] = []
    effect, production = line.pictures.get("effect", []), line.pictures.get("production", [])
    return {
        "effectImgList": effect,
        "customResources": nothing,
        "productionImgList": production,
        "image": next(iter((*effect, *production)), None),
        "isFixedCustom": False,
        "podVersion": _POD_3 if effect else _POD_3 - 1,
        "failedList": nothing,
        "finish": 1,
        "type": 5,
        "customMessgae": {"podType": 1, "color": {}, "zone": {"back": {}, "front": {}}},
        "customDesign": nothing,
    }


OPERATIONS: Mapping[str, Operation] = {"orders.list": _list, "orders.get": _get}
