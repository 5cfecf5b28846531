"""How does an order come into being? Looked through, put into the book, connected later if need be."""

from __future__ import annotations

from collections.abc import Mapping

from .. import _shipping
from .._account import Account
from .._answers import NO_STORAGE, Refused
from .._catalog import Catalog
from .._evidence import behaves
from .._storage import storehouse, storehouses
from .._world import Action, Call, World
from . import ids, refusals
from .asked import AskedOrder
from .lines import connect, likely_place, lines_of
from .messages import tell
from .model import Order

CONNECTED_AFTER = 3_600.0
"""Seconds until somebody has connected a shop's goods with those of CJ."""
_FEWEST_DIGITS = 6
_BAD_PHONE = "A telephone number must have 6 to 32 digits"


@behaves(
    "orders.create_v3",
    "Only the number 1 makes a sandbox order under `sandbox_true_ignored`; without, true and text do.",
    "seen live",
    "field note 34",
)
def is_sandbox(call: Call) -> bool:
    """Whether a sandbox order is asked for."""
    value = call.body.get("isSandbox")
    if call.world.has("sandbox_true_ignored"):
        return type(value) is int and value == 1
    return str(value).strip().lower() in {"1", "1.0", "true"}


def make(call: Call, asked: AskedOrder) -> Order:
    """Create an order; whether its number may be repeated is asked before.

    Raises:
        Refused: something about it is wrong. Nothing has changed then.
    """
    world, account = call.world, call.account
    _check(call, asked)
    storage = storage_of(world.catalog, asked)
    lines = lines_of(world, account, asked.products, asked.order_flow)
    book = account.state.book
    book.made += 1
    complete = all(line.connected for line in lines)
    order = Order(
        code=(ids.code if complete else ids.provisional)(account, book.made),
        long_id=ids.long_id(world, account, book.made),
        number=asked.order_number,
        status="CREATED",
        fields=dict(call.body),
        lines=lines,
        origin=asked.from_country_code.strip().upper(),
        destination=asked.shipping_country_code.strip().upper(),
        method=asked.logistic_name,
        postage=0,
        created=world.clock.time(),
        sandbox=is_sandbox(call),
        shop_logistics=asked.shop_logistics_type,
        storage=storage,
        intercepted=reason_to_stop(asked),
    )
    price_postage(order)
    book.orders[order.code] = order
    if not complete:
        at = order.created + CONNECTED_AFTER
        world.agenda.add(at, "orders.connect", account.number, order.code)
    tell(world, account, order)
    return order


@behaves(
    "orders.create_v3",
    "A storeOrderTime in the future is refused; so is a storeName that is not that of the account's "
    "store (openName of settings.get).",
    "documented",
    "002, 5.1.1; codes 1600300 and 1600013, and which name it is, are assumed",
)
@behaves(
    "orders.create_v3",
    "A country code that has not two letters is refused with 1605002.",
    "documented",
    "000, appendix 1",
)
def _check(call: Call, asked: AskedOrder) -> None:
    for country in (asked.shipping_country_code.strip(), asked.from_country_code.strip()):
        if len(country) != 2 or not (country.isascii() and country.isalpha()):
            raise Refused(refusals.NO_COUNTRY)
    if asked.store_order_time is not None and asked.store_order_time > call.world.clock.time():
        raise Refused(refusals.IN_FUTURE)
    if asked.store_name and asked.store_name != call.account.name:
        raise Refused(refusals.NO_STORE)


@behaves(
    "orders.create_v3",
    "shopLogisticsType 1 is refused without storageId (5030).",
    "seen live",
    "field note 40",
)
@behaves(
    "orders.create_v3",
    "shopLogisticsType 1 is refused with an unknown or closed warehouse (1608001).",
    "assumed",
    "code of warehouses.get",
)
@behaves(
    "orders.create_v3",
    "With shopLogisticsType 3 CJ takes an open warehouse in the country of departure, else its first "
    "one; with 2 storageId is not used.",
    "documented",
    "002, 5.1.1; which one is assumed",
)
def storage_of(catalog: Catalog, asked: AskedOrder) -> str:
    """The warehouse that sends an order; "" where CJ chooses it later.

    Raises:
        Refused: the caller must name one and did not, or named one that does not exist.
    """
    match asked.shop_logistics_type:
        case 1:
            return open_storage(catalog, asked.storage_id)
        case 3:
            wanted = asked.from_country_code.strip().upper()
            known = [each for each in storehouses(catalog) if each.open]
            return next((each.id for each in known if each.country == wanted), known[0].id)
        case _:
            return ""


def open_storage(catalog: Catalog, storage_id: str) -> str:
    """The id of a warehouse as this simulator spells it.

    Raises:
        Refused: there is no such warehouse, or it takes no goods.
    """
    if not storage_id:
        raise Refused(refusals.NO_STORAGE_ID)
    storage = storehouse(catalog, storage_id)
    if storage is None or not storage.open:
        raise Refused(NO_STORAGE)
    return storage.id


@behaves(
    "orders.create_v3",
    "A success may carry interceptOrderReasons: here, 1001 for a telephone number with less than six "
    "digits. Such an order exists and does not go on.",
    "documented",
    "002, 5.1.1; the reason is assumed, after the tip 1001 of logistics.freight_tip",
)
def reason_to_stop(asked: AskedOrder) -> str:
    """Why CJ stops an order; "" when it does not."""
    phone = asked.shipping_phone
    digits = sum(character.isdecimal() for character in phone)
    return _BAD_PHONE if phone and digits < _FEWEST_DIGITS else ""


@behaves(
    "orders.create_v3",
    "Postage is the quote of logisticName. Where no such method takes the parcel to the destination, "
    "the order exists with logisticsMiss and does not go on.",
    "documented",
    "002, 5.1.1; that it does not go on is assumed",
)
@behaves(
    "orders.create_v3",
    "Orders with logistics of the shop's platform have no postage and never miss a method.",
    "assumed",
)
def price_postage(order: Order) -> None:
    """Work out what the parcel costs, as far as it is known what is in it."""
    if order.on_platform or not order.complete:
        return
    quote = _shipping.quote(order.method, order.origin, order.destination, order.grams)
    order.postage = quote.cents if quote else 0
    order.logistics_missing = quote is None


@behaves(
    "orders.create_v3",
    "An hour later the goods of an incomplete order are connected with those of CJ: it gets its SD "
    "code, its amounts and the message ORDER_CONNNECTED.",
    "documented",
    "000, order message; when, and with which goods, is assumed",
)
def connect_order(world: World, account: Account, order: Order) -> None:
    """Connect the goods of an incomplete order with goods of CJ; nothing happens to others."""
    places = {line.line_id: likely_place(world, line) for line in order.lines if not line.connected}
    found = {line: place for line, place in places.items() if place is not None}
    if not places or len(found) < len(places):
        return
    for line in order.lines:
        if not line.connected:
            connect(world, line, found[line.line_id])
    _give_code(account, order)
    price_postage(order)
    tell(world, account, order, "ORDER_CONNNECTED")


def _give_code(account: Account, order: Order) -> None:
    """Its place in the book stays the same."""
    book = account.state.book
    order.code = f"SD{order.code.removeprefix('DP')}"
    book.orders = {each.code: each for each in book.orders.values()}


def _connect_when_due(world: World, account: Account, code: str) -> None:
    order = account.state.book.orders.get(code)
    if order is not None and order.status != "CANCELLED":
        connect_order(world, account, order)


ACTIONS: Mapping[str, Action] = {"orders.connect": _connect_when_due}
