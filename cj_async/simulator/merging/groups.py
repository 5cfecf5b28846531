"""Which orders can become one? Those that wait on one page and go to one person from one place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta

from .. import _shipping
from .._evidence import behaves
from .._shipping import Quote
from .._spelling import dollars
from .._vocabulary import PRODUCT_TYPES
from .._world import Call
from ..orders.model import Order, Status

COMPLETE, CART = 100, 101
PAGES: Mapping[int, AbstractSet[Status]] = {
    COMPLETE: frozenset[Status](["CREATED", "UNPAID"]),
    CART: frozenset[Status](["IN_CART"]),
}
"""Which orders a page of CJ's website shows, by ``orderStatus``."""
_FROM_SUPPLIER = PRODUCT_TYPES.index("SUPPLIER_SHIPPED_PRODUCT")
_ADDRESS = (
    "shippingCustomerName",
    "shippingCountryCode",
    "shippingProvince",
    "shippingCity",
    "shippingCounty",
    "shippingAddress",
    "shippingAddress2",
    "houseNumber",
    "shippingZip",
)


@behaves(
    "merge_orders.auto_match",
    "orderStatus 100 means orders that are CREATED or UNPAID, 101 orders that are IN_CART.",
    "documented",
    "002, 5.5.1; that UNPAID belongs to 100 is assumed",
)
def is_on_page(order: Order, page: int) -> bool:
    """Whether an order is among those that a page shows."""
    return order.status in PAGES[page]


@behaves(
    "merge_orders",
    "An order that is cancelled, merged, stopped by CJ, incomplete, without a method, or an outbound "
    "order is abnormal.",
    "assumed",
)
def is_abnormal(call: Call, order: Order) -> bool:
    """Whether nothing can be done with an order."""
    gone = order.status == "CANCELLED" or bool(order.merged_into) or order.held
    return gone or order.code in call.account.state.outbound.orders


def ships_from_supplier(call: Call, order: Order) -> bool:
    """Whether the supplier of a product sends it himself."""
    numbers = [line.number for line in order.lines if line.connected]
    return any(call.catalog.kind[number] == _FROM_SUPPLIER for number in numbers)


@behaves(
    "merge_orders",
    "Addresses are the same when recipient, country, province, city, county, both lines, house number "
    "and postcode are, apart from capitals and spaces at their ends.",
    "assumed",
)
def address(order: Order) -> tuple[str, ...]:
    """Who gets an order, and where, for comparing."""
    return tuple(text(order, name).casefold() for name in _ADDRESS)


def origin(order: Order) -> tuple[str, str, bool]:
    """Where an order comes from; goods of two warehouses share no parcel, nor a sandbox and reality."""
    return order.origin, order.storage, order.sandbox


def text(order: Order, name: str) -> str:
    """A field that the order was created with, as text; "" where it is none."""
    value = order.fields.get(name)
    return "" if value is None else str(value).strip()


def quotes(orders: Sequence[Order]) -> list[Quote]:
    """The methods that take all of these orders in one parcel, cheapest first."""
    grams = sum(order.grams for order in orders)
    return _shipping.quotes(orders[0].origin, orders[0].destination, grams)


@behaves(
    "merge_orders.auto_match",
    "Groups have two orders at least, one recipient, one origin and a method that takes them all.",
    "assumed",
)
@behaves(
    "merge_orders.auto_match",
    "filterOrder leaves out orders that were taken out of a group by hand, which no call does.",
    "documented",
    "002, 5.5.1",
)
def found(call: Call, page: int, *, without_taken_out: bool) -> list[list[Order]]:
    """The groups among the orders of a page."""
    left_out = call.account.state.merging.taken_out if without_taken_out else frozenset[str]()
    groups: dict[object, list[Order]] = {}
    for order in call.account.state.book.orders.values():
        if order.code not in left_out and _can_be_merged(call, order, page):
            groups.setdefault((address(order), origin(order)), []).append(order)
    return [orders for orders in groups.values() if len(orders) > 1 and quotes(orders)]


def _can_be_merged(call: Call, order: Order, page: int) -> bool:
    fits = is_on_page(order, page) and not order.on_platform
    return fits and not is_abnormal(call, order) and not ships_from_supplier(call, order)


@behaves(
    "merge_orders.auto_match",
    "A group is told with its address and its methods; the codes of its orders come with "
    "merge_orders.auto_match_result.",
    "documented",
    "002, 5.5.1 and 5.5.3",
)
def row(call: Call, orders: Sequence[Order], *, with_orders: bool) -> dict[str, object]:
    """A group as CJ tells it."""
    first = orders[0]
    shop: dict[str, object] = {
        "city": text(first, "shippingCity"),
        "country": text(first, "shippingCountry"),
        "countryCode": text(first, "shippingCountryCode"),
        "customerName": text(first, "shippingCustomerName"),
        "logisticsInfoList": _methods(call, orders),
    }
    if with_orders:
        shop["mergeOrderInfoList"] = [_order(call, order) for order in orders]
    shops = {_shop_name(call, order) for order in orders}
    return {"haveMoreShopOrder": len(shops) > 1, "mergeShopOrderVOList": [shop]}


@behaves(
    "merge_orders.auto_match",
    "The first order's method is the one chosen at present, else the cheapest; arrivalTime is the "
    "latest day.",
    "assumed",
)
def _methods(call: Call, orders: Sequence[Order]) -> list[dict[str, object]]:
    fitting = quotes(orders)
    names = [each.method.name for each in fitting]
    chosen = orders[0].method if orders[0].method in names else names[0]
    today = datetime.fromtimestamp(call.world.clock.time(), UTC)
    return [
        {
            "logisticsName": each.method.name,
            "postage": dollars(each.cents),
            "arrivalTime": f"{today + timedelta(days=each.method.slowest):%Y-%m-%d}",
            "isChecked": each.method.name == chosen,
        }
        for each in fitting
    ]


def _order(call: Call, order: Order) -> dict[str, object]:
    return {
        "orderCode": order.code,
        "orderNumber": order.number,
        "platform": text(order, "platform") or "Api",
        "shopName": _shop_name(call, order),
    }


def _shop_name(call: Call, order: Order) -> str:
    return text(order, "storeName") or call.account.name


def known(call: Call, codes: Iterable[str]) -> list[Order] | None:
    """The orders of codes; None when the account does not have one of them."""
    orders = call.account.state.book.orders
    rows = [orders.get(code) for code in codes]
    return None if None in rows else [each for each in rows if each is not None]
