"""What do webhooks tell about an order? The message ORDER."""

from __future__ import annotations

from typing import Literal

from .._account import Account
from .._evidence import behaves
from .._spelling import dollars
from .._world import World
from . import ids
from .model import Line, Order
from .spelling import clock, tracking_provider, tracking_url

MessageType = Literal["UPDATE", "DELETE", "ORDER_CONNNECTED"]


@behaves(
    "orders",
    "Every change of an order sends ORDER: UPDATE also for a new one, DELETE, and ORDER_CONNNECTED "
    "once all goods are connected.",
    "documented",
    "2026-09, webhooks; INSERT for new orders in the older table",
)
def tell(
    world: World, account: Account, order: Order, message_type: MessageType = "UPDATE"
) -> None:
    """Say that an order has changed."""
    order.updated = world.clock.time()
    world.emit(account, "ORDER", message_type, _params(world, account, order))


def _params(world: World, account: Account, order: Order) -> dict[str, object]:
    return {
        "orderNumber": order.number,
        "orderNum": order.number,
        "cjOrderId": ids.in_message(world, order),
        "orderStatus": order.status,
        "logisticName": order.method,
        "trackNumber": order.track_number or None,
        "trackingUrl": tracking_url(order),
        "trackingProvider": tracking_provider(order),
        "createDate": clock(order.created),
        "updateDate": clock(order.updated),
        "payDate": clock(order.paid),
        "deliveryDate": clock(order.shipped),
        "completeDate": clock(order.delivered),
        "privateOutboundOrder": order.code in account.state.outbound.orders,
        "orderItems": [_item(line) for line in order.lines],
    }


def _item(line: Line) -> dict[str, object]:
    nothing: list[int] = []
    return {
        "vid": line.vid or None,
        "quantity": line.quantity,
        "sellPrice": dollars(line.price),
        "lineItemId": line.line_id,
        "storeLineItemId": line.store_line_id or None,
        "productionOrderStatus": 1 if line.pod else None,
        "abnormalType": nothing,
    }
