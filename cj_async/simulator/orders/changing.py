"""What can be changed about an order that exists? It is deleted, or sent from another warehouse."""

from __future__ import annotations

from collections.abc import Mapping

from .._answers import Refused
from .._evidence import behaves
from .._world import Call, Operation
from . import moves, refusals
from .ids import shown
from .making import open_storage
from .messages import tell


@behaves(
    "orders.delete",
    "Only orders that are CREATED or IN_CART can be deleted; others are refused with 1603002.",
    "documented",
    "002, 5.1.8; code of 000, appendix 1",
)
@behaves("orders.delete", "An unknown order is refused with 1603100.", "documented", "000")
def _delete(call: Call) -> object:
    order = call.account.state.book.orders.get(call.query.text("orderId"))
    if order is None:
        raise Refused(refusals.NO_ORDER)
    try:
        moves.remove(call.world, call.account, order)
    except moves.IllegalMove:
        raise Refused(refusals.DELETE_FAILED) from None
    return shown(call.world, order)


@behaves(
    "orders.change_warehouse",
    "Only orders with logistics of the shop's platform can change; an unknown order is refused with "
    "1603001 and false as data.",
    "documented",
    "002, 5.1.10",
)
@behaves(
    "orders.change_warehouse",
    "Orders that CJ ships, and those that were shipped or cancelled, are refused in the same way; an "
    "unknown or closed warehouse with 1608001.",
    "assumed",
)
@behaves(
    "orders.change_warehouse",
    "A label that was handed in stays with the order, also where its carrier is none of the new "
    "warehouse's.",
    "assumed",
)
def _change_warehouse(call: Call) -> object:
    order = call.account.state.book.orders.get(str(call.body["orderCode"]))
    if order is None or not order.on_platform:
        raise Refused(refusals.QUERY_FAILED)
    if order.status in ("SHIPPED", "DELIVERED", "CANCELLED"):
        raise Refused(refusals.QUERY_FAILED)
    order.storage = open_storage(call.catalog, str(call.body["storageId"]))
    tell(call.world, call.account, order)
    return True


OPERATIONS: Mapping[str, Operation] = {
    "orders.delete": _delete,
    "orders.change_warehouse": _change_warehouse,
}
