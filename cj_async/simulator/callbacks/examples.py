"""What would a message say that nothing has caused? Params made from the catalog and the state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy

import msgspec

from .. import _variants
from .._account import Account
from .._evidence import behaves
from .._spelling import dollars
from .._vocabulary import WAREHOUSES
from .._world import World
from ..orders import messages
from ..orders.spelling import clock
from . import products
from .products import Params

Example = Callable[[World, Account, str], Params]
_LONG = 1_700_000_000_000_000_000
_CARRIER = "CJPacket Ordinary"
_DAY = 86_400.0


def _shown_product(world: World) -> int | None:
    """The first product on the shelves."""
    numbers = range(world.catalog.count)
    return next((number for number in numbers if number not in world.removed), None)


def _product(world: World, _: Account, message_type: str) -> Params:
    number, catalog = _shown_product(world), world.catalog
    if number is None:
        return {
            "pid": str(_LONG),
            "productDescription": "<p></p>",
            "fields": ["productDescription"],
        }
    match message_type:
        case "INSERT":
            return products.product(catalog, number)
        case "DELETE":
            return products.product_delete(catalog, number)
        case _:
            return products.product_update(catalog, number, "productDescription")


def _variant(world: World, _: Account, message_type: str) -> Params:
    number, catalog = _shown_product(world), world.catalog
    if number is None:
        return {"vid": str(_LONG), "variantLength": None, "fields": ["variantLength"]}
    match message_type:
        case "INSERT":
            return products.variant(catalog, number, 0)
        case "DELETE":
            return products.variant_delete(catalog, number, 0)
        case _:
            return products.variant_update(catalog, number, 0, "variantLength")


def _stock(world: World, *_: object) -> Params:
    number = _shown_product(world)
    if number is None:
        return {}
    return products.stock(world.catalog, number, range(len(WAREHOUSES)))


def _goods(world: World) -> tuple[str, str, float]:
    """Id, SKU and price of some variant."""
    number, catalog = _shown_product(world), world.catalog
    if number is None:
        return str(_LONG), "CJXX000010201BY", 1.0
    price = dollars(_variants.price(catalog, number, 0))
    return _variants.vid(catalog, number, 0), _variants.sku(catalog, number, 0), price


@behaves("webhooks", "ORDER on demand tells of the newest order, or of one made up.", "assumed")
def _order(world: World, account: Account, _: str) -> Params:
    book = account.state.book.orders
    if book:
        messages.tell(world, account, deepcopy(next(reversed(book.values()))))
        return account.state.callbacks.outbox.pop().params
    vid, _sku, price = _goods(world)
    now = clock(world.clock.time())
    nothing: list[int] = []
    return {
        "orderNumber": "shop-example-1",
        "orderNum": "shop-example-1",
        "cjOrderId": _LONG + 1,
        "orderStatus": "CREATED",
        "logisticName": _CARRIER,
        "trackNumber": None,
        "trackingUrl": None,
        "trackingProvider": None,
        "createDate": now,
        "updateDate": now,
        "payDate": None,
        "deliveryDate": None,
        "completeDate": None,
        "privateOutboundOrder": False,
        "orderItems": [
            {
                "vid": vid,
                "quantity": 1,
                "sellPrice": price,
                "lineItemId": str(_LONG + 2),
                "storeLineItemId": None,
                "productionOrderStatus": None,
                "abnormalType": nothing,
            }
        ],
    }


def _split(world: World, account: Account, _: str) -> Params:
    vid, sku, _price = _goods(world)
    code = next(reversed(account.state.book.orders), f"SD{_LONG + 3}")
    now = world.clock.time()
    parts = [
        {
            "createAt": int(now * 1000),
            "orderCode": f"{code}-{part}",
            "orderStatus": 300,
            "productList": [
                {"sku": sku, "vid": vid, "quantity": 1, "productCode": str(_LONG + 3 + part)}
            ],
        }
        for part in (2, 1)
    ]
    return {"originalOrderId": code, "splitOrderList": parts, "orderSplitTime": clock(now)}


def _parcel(world: World, account: Account, _: str) -> Params:
    orders = [each for each in account.state.book.orders.values() if each.shipped is not None]
    newest = orders[-1] if orders else None
    now = clock(world.clock.time())
    news = "The parcel was delivered"
    event = {
        "status": 12,
        "activity": news,
        "location": "SPRINGFIELD",
        "eventTime": now,
        "statusDesc": news,
        "thirdActivity": news,
        "thirdLocation": "SPRINGFIELD",
        "thirdEventTime": now,
    }
    return {
        "orderId": newest.long_id if newest else _LONG + 1,
        "storeOrderNumbers": [newest.number if newest else "shop-example-1"],
        "logisticName": newest.method if newest else _CARRIER,
        "trackingNumber": newest.track_number if newest else "EXAMPLE0000001",
        "trackingProvider": "Example Post",
        "trackingUrl": "https://track.example.com/EXAMPLE0000001",
        "trackingStatus": 12,
        "logisticsTrackEvents": msgspec.json.encode([event]).decode(),
    }


def _sourced(world: World, account: Account, _: str) -> Params:
    vid, sku, _price = _goods(world)
    number = _shown_product(world)
    return {
        "cjProductId": None if number is None else world.catalog.pid(number),
        "cjVariantId": vid,
        "cjVariantSku": sku,
        "cjSourcingId": next(reversed(account.sourcings), "1000001"),
        "status": "completed",
        "failReason": "",
        "createDate": clock(world.clock.time()),
    }


def _makeup(world: World, account: Account, message_type: str) -> Params:
    now = world.clock.time()
    paid = message_type == "PAID"
    status = {"CANCEL": "CANCELED", "PAID": "PAID"}.get(message_type, "CREATED")
    return {
        "orderId": f"BT{_LONG + 501}",
        "relationOrderId": next(reversed(account.state.book.orders), f"SD{_LONG + 3}"),
        "payOrderId": str(_LONG + 601) if paid else None,
        "amount": 3.2,
        "reason": "The parcel is heavier than declared.",
        "type": 1,
        "diffUseType": 0,
        "status": status,
        "createDate": clock(now - _DAY),
        "paymentDate": clock(now) if paid else None,
    }


def _private_order(world: World, account: Account, _: str) -> Params:
    now = world.clock.time()
    return {
        "orderId": next(reversed(account.state.private.orders), f"SY{_LONG + 701}"),
        "orderNumber": None,
        "status": "COMPLETED",
        "orderType": 2,
        "createDate": clock(now - 20 * _DAY),
        "paymentDate": clock(now - 20 * _DAY),
        "deliveryDate": clock(now - 18 * _DAY),
        "completeDate": clock(now),
    }


EXAMPLES: Mapping[str, tuple[str, Example]] = {
    "PRODUCT": ("UPDATE", _product),
    "VARIANT": ("UPDATE", _variant),
    "STOCK": ("UPDATE", _stock),
    "ORDER": ("UPDATE", _order),
    "ORDERSPLIT": ("UPDATE", _split),
    "SOURCINGCREATE": ("UPDATE", _sourced),
    "LOGISTIC": ("UPDATE", _parcel),
    "MAKEUP": ("INSERT", _makeup),
    "PRIVATE_ORDER": ("UPDATE", _private_order),
}
"""For each ``type``: the usual ``messageType``, and what makes the params."""
