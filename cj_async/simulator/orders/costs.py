"""What did orders cost? COGS for bookkeeping, with CJ's keys of one or two letters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from .._answers import PARAM_ERROR, Refused
from .._evidence import behaves
from .._search import image
from .._spelling import dollars
from .._storage import storehouses
from .._world import Call, Operation
from .model import Line, Order


class _Asked(msgspec.Struct):
    codes: list[str] = msgspec.field(name="orderCodesList")


@behaves("orders.cogs", "One row for each order, named by its code.", "documented", "002, 5.4.1")
@behaves("orders.cogs", "Unknown and unpaid orders have no row.", "assumed")
def _cogs(call: Call) -> object:
    try:
        codes = msgspec.convert(dict(call.body), _Asked).codes
    except msgspec.ValidationError:
        raise Refused(PARAM_ERROR) from None
    book = call.account.state.book.orders
    found = [book[code] for code in dict.fromkeys(codes) if code in book]
    return [_row(call, order, order.paid) for order in found if order.paid is not None]


def _row(call: Call, order: Order, paid: float) -> dict[str, object]:
    moment = f"{datetime.fromtimestamp(paid, UTC):%Y-%m-%dT%H:%M:%S}"
    return {
        "orderCode": order.code,
        "originalOrderCode": "",
        "paymentDate": moment,
        "userId": f"{call.account.open_id:032x}",
        "cogsBasicDataOrderInfoJson": _details(call, order, moment),
    }


@behaves(
    "orders.cogs",
    "There are no taxes, storage fees, make-up amounts and refunds; goods are named by their SKU.",
    "assumed",
)
def _details(call: Call, order: Order, moment: str) -> dict[str, object]:
    nothing: dict[str, object] = {}
    return {
        "a": order.parent or None,
        "s": str(call.account.number),
        "d": 1,
        "f": dollars(order.postage),
        "g": dollars(order.total),
        "h": dollars(order.goods),
        "j": moment,
        "k": nothing,
        "z": {line.sku: _goods(call, order, line) for line in order.lines},
        "x": nothing,
        "c": nothing,
        "n": nothing,
        "m": 0,
        "isReissue": 0,
        "rr": 0.0,
        "tt": 0.0,
        "ii": _storage_number(call, order),
        "pp": order.destination,
    }


def _goods(call: Call, order: Order, line: Line) -> dict[str, object]:
    """A product of an order; the pieces of all its lines."""
    return {
        "pc": line.sku,
        "w": line.sku,
        "t": dollars(line.price),
        "y": sum(each.quantity for each in order.lines if each.sku == line.sku),
        "u": "0",
        "z": image(call.catalog, line.number),
        "h": 0,
        "r": line.grams,
    }


def _storage_number(call: Call, order: Order) -> str | None:
    known = [each.id for each in storehouses(call.catalog)]
    return str(known.index(order.storage) + 1) if order.storage in known else None


OPERATIONS: Mapping[str, Operation] = {"orders.cogs": _cogs}
