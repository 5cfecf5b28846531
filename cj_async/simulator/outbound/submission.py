"""What happens to an outbound order that is submitted? The goods are taken, the freight is owed."""

from __future__ import annotations

from collections.abc import Mapping

from .. import _shipping
from .._account import Account
from .._evidence import behaves
from .._money import Payable
from .._storage import storehouse
from .._world import Action, World
from ..money.paying import settle_elsewhere
from ..orders.model import Line, Order, Parent
from ..orders.moves import SHIPPED_AFTER
from ..private import stock
from ..private.makeup import add_bill
from . import events
from .model import OutboundOrder

BEFORE, AFTER, NEVER = 4, 5, 6
"""When the freight is paid (``postagePayNode``)."""


@behaves(
    "outbound.submit",
    "The stock is taken once, at the submission, and the order shows among the orders: UNPAID when the "
    "freight is paid before the goods go out (postagePayNode 4), else UNSHIPPED.",
    "assumed",
    "002, 5.8.7 says that it shows on the page of orders",
)
@behaves(
    "outbound.submit",
    "The freight of postagePayNode 4 is paid as a parent order, with payments.pay_v2.",
    "assumed",
    "002, 5.8.1.1 names shipmentOrderId and paymentOrderId",
)
def submit(world: World, account: Account, order: OutboundOrder) -> None:
    """Hand an order in whose stock is locked, all of it."""
    state, now = account.state, world.clock.time()
    for line in order.lines:
        stock.take(state.private, order.storage, line.private_order, line.vid, line.locked)
        line.locked = 0
    order.stage, order.submitted = "submitted", now
    order.parent, pay_id = events.payment_ids(account)
    shown = _as_order(world, order)
    state.book.orders[order.code] = shown
    state.book.parents[order.parent] = Parent(order.parent, [order.code], now, pay_id)
    payable = state.money.owe(
        Payable(order.parent, pay_id, "parent", shown.total, owner=order.parent)
    )
    events.tell(world, account, order, "UPDATE", shown.status)
    if order.pay_node != BEFORE:
        settle_elsewhere(world, account, payable)
    if order.pay_node == AFTER:
        world.agenda.add(now + SHIPPED_AFTER, "outbound.bill", account.number, order.code)


@behaves(
    "outbound.submit",
    "The freight of postagePayNode 5 becomes a make-up bill of the order once the goods have gone out.",
    "assumed",
    "002, 5.8.5 says that it is paid after that",
)
def _bill(world: World, account: Account, code: str) -> None:
    state = account.state
    order, shown = state.outbound.orders.get(code), state.book.orders.get(code)
    if order is not None and shown is not None and shown.shipped is not None:
        add_bill(world, account, code, 0, 0, order.freight, "Freight of an outbound order")


def _as_order(world: World, order: OutboundOrder) -> Order:
    """The order as orders.list shows it: nothing is to be paid for it but its freight, if that."""
    house = storehouse(world.catalog, order.storage)
    assert house is not None, "the warehouse was looked for when the order was made"
    destination = order.address["countryCode"]
    method, order.freight = freight(house.country, destination, order.grams)
    return Order(
        code=order.code,
        long_id=order.long_id,
        number=order.number,
        status="UNPAID",
        fields=_fields(order, method),
        lines=[
            Line(each.id, each.vid, each.sku, each.number, each.place, each.quantity, 0, each.grams)
            for each in order.lines
        ],
        origin=house.country,
        destination=destination,
        method=method,
        postage=order.freight if order.pay_node == BEFORE else 0,
        created=order.created,
        storage=house.id,
        parent=order.parent,
    )


@behaves(
    "outbound.submit",
    "CJ takes the cheapest method for the first parcel; heavy orders go in several parcels of it.",
    "assumed",
)
def freight(origin: str, destination: str, grams: int) -> tuple[str, int]:
    """The method that an order goes by, and what it costs in cents."""
    fitting = _shipping.quotes(origin, destination, grams)
    if fitting:
        return fitting[0].method.name, fitting[0].cents
    strongest = max(
        (each.method for each in _shipping.quotes(origin, destination, 0)),
        key=lambda method: method.heaviest,
    )
    parcels = -(-grams // strongest.heaviest)
    return strongest.name, strongest.base * parcels + strongest.per_kilogram * grams // 1000


def _fields(order: OutboundOrder, method: str) -> dict[str, object]:
    """What an ordinary order of this kind would have been created with."""
    address = order.address
    return {
        "orderNumber": order.number,
        "shippingCustomerName": address.get("customerName"),
        "shippingAddress": address.get("shippingAddress"),
        "shippingAddress2": address.get("shippingAddress2"),
        "shippingCity": address.get("city"),
        "shippingProvince": address.get("province"),
        "shippingCounty": address.get("town"),
        "shippingCountryCode": address.get("countryCode"),
        "shippingCountry": address.get("country"),
        "shippingZip": address.get("zipCode"),
        "shippingPhone": address.get("phone"),
        "email": address.get("email"),
        "taxId": address.get("taxId"),
        "logisticName": method,
        "platform": order.platform,
        "storeName": order.store,
        "remark": order.reason,
    }


ACTIONS: Mapping[str, Action] = {"outbound.bill": _bill}
