"""What is an outbound order called, and what do webhooks tell about it? Ids, and the message ORDER."""

from __future__ import annotations

from typing import Literal

from .._account import Account
from .._evidence import behaves
from .._spelling import dollars
from .._world import World
from ..orders import ids
from ..orders.model import Status
from ..orders.spelling import clock
from .model import OutboundOrder

MessageType = Literal["INSERT", "UPDATE"]


@behaves(
    "outbound.create",
    "Codes are those of ordinary orders, SD and digits, from one count.",
    "assumed",
    "002, 5.8.6",
)
def order_ids(world: World, account: Account) -> tuple[str, int]:
    """The code and the long number of the next order of an account."""
    book = account.state.book
    book.made += 1
    return ids.code(account, book.made), ids.long_id(world, account, book.made)


def line_id(world: World, account: Account) -> str:
    """The id of the next line of an account."""
    book = account.state.book
    book.lines_made += 1
    return ids.line_id(world, account, book.lines_made)


def payment_ids(account: Account) -> tuple[str, str]:
    """The ids of the next parent order of an account and of its payment."""
    book = account.state.book
    book.parents_made += 1
    book.payments_made += 1
    return ids.parent_id(account, book.parents_made), ids.pay_id(account, book.payments_made)


@behaves(
    "outbound",
    "A new order is told as ORDER with INSERT, a change, its submission and its end with UPDATE; "
    "privateOutboundOrder is true.",
    "documented",
    "2026-09, webhooks; which changes are told is assumed",
)
def tell(
    world: World,
    account: Account,
    order: OutboundOrder,
    message_type: MessageType,
    status: Status,
) -> None:
    """Say that an outbound order is there, or has changed."""
    long_id = order.long_id if world.has("three_order_ids") else order.code
    params: dict[str, object] = {
        "cjOrderId": long_id,
        "orderNumber": order.number,
        "orderNum": order.number,
        "orderStatus": status,
        "logisticName": None,
        "trackNumber": None,
        "trackingUrl": None,
        "trackingProvider": None,
        "createDate": clock(order.created),
        "updateDate": clock(world.clock.time()),
        "payDate": None,
        "deliveryDate": None,
        "completeDate": None,
        "privateOutboundOrder": True,
        "orderItems": [
            {
                "vid": line.vid,
                "quantity": line.quantity,
                "sellPrice": dollars(line.price),
                "lineItemId": line.id,
                "storeLineItemId": None,
                "productionOrderStatus": None,
                "abnormalType": list[int](),
            }
            for line in order.lines
        ],
    }
    world.emit(account, "ORDER", message_type, params)
