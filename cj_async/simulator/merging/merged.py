"""What becomes of orders that are merged? One new order, and old ones that can only be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .. import _shipping
from .._evidence import behaves
from .._world import Call
from ..orders import ids, moves
from ..orders.messages import tell
from ..orders.model import Order, Status
from .groups import CART
from .verdicts import Group


@behaves(
    "merge_orders.submit",
    "The new order has a code of its own, all lines, the number and the method that were submitted, and "
    "the postage of one parcel; it is CREATED, from the cart IN_CART.",
    "assumed",
    "002, 5.5.4 has the code only",
)
@behaves(
    "merge_orders.submit",
    "The merged orders are CANCELLED and can neither be paid nor merged again; one that waited to be "
    "paid is taken out of its parent order, whose amount falls by it.",
    "assumed",
)
def merge(call: Call, group: Group, orders: Sequence[Order]) -> Order:
    """Make one order of several that fit; the caller has looked that they do."""
    new = _joined(call, group, orders)
    call.account.state.book.orders[new.code] = new
    for order in orders:
        order.merged_into = new.code
        moves.cancel(call.world, call.account, order)
    tell(call.world, call.account, new)
    return new


def _joined(call: Call, group: Group, orders: Sequence[Order]) -> Order:
    first = orders[0]
    grams = sum(order.grams for order in orders)
    quote = _shipping.quote(group.logistic_name, first.origin, first.destination, grams)
    assert quote is not None, "judge() has looked for it"
    status: Status = "IN_CART" if group.order_status == CART else "CREATED"
    book = call.account.state.book
    book.made += 1
    return replace(
        first,
        code=ids.code(call.account, book.made),
        long_id=ids.long_id(call.world, call.account, book.made),
        number=group.order_number,
        status=status,
        fields=_fields(group, orders),
        lines=[replace(line) for order in orders for line in order.lines],
        method=group.logistic_name,
        postage=quote.cents,
        created=call.world.clock.time(),
        parent="",
        waybill={},
        disputed={},
    )


def _fields(group: Group, orders: Sequence[Order]) -> dict[str, object]:
    """What the new order would have been created with."""
    products: list[object] = []
    for order in orders:
        given = order.fields.get("products")
        products += given if isinstance(given, list) else []
    return {
        **orders[0].fields,
        "orderNumber": group.order_number,
        "logisticName": group.logistic_name,
        "products": products,
    }
