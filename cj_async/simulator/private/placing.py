"""How does an order for the private inventory come into being? The last check, then the order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .._evidence import behaves
from .._money import Payable
from .._spelling import dollars
from .._storage import Storehouse
from .._world import Call, Operation
from .confirming import open_house
from .freight import Freight, freights, logistic_rows, named, service_fee
from .goods import Goods, in_stock, read_lines, sku, total
from .lifecycle import tell
from .model import PrivateLine, PrivateOrder
from .reading import choice, required_text, rows
from .stamps import PAYMENT_PAGE, new_id, payment_path

DAYS_TO_PAY = 1
_DAY = 86_400
_ON_THE_PAGE, _FROM_THE_BALANCE = 1, 2
_NOTHING: Mapping[str, object] = {
    "orderId": None,
    "orderCode": None,
    "payId": None,
    "cjPayUrl": None,
    "price": None,
    "riskInterceptOrderList": [],
    "checkPlaceOrderInfo": None,
    "availableLogisticList": [],
    "requestedLogisticName": None,
}


@behaves(
    "private_inventory.create_order",
    "Charges nothing; payType 1 gives the link of the page where it is paid.",
    "documented",
    "002, 7.8",
)
@behaves(
    "private_inventory.create_order",
    "Without payType there is no link.",
    "assumed",
    "002, 7.8 says nothing about it",
)
@behaves(
    "private_inventory.create_order",
    "An order that cannot be placed is no refusal: the envelope says success, data says why.",
    "assumed",
    "002, 7.8 lists the fields among those of the answer",
)
def _create(call: Call) -> object:
    pay_type = choice(call.body, "payType", (_ON_THE_PAGE, _FROM_THE_BALANCE))
    for row in rows(call.body, "productList"):
        required_text(row, "sku")
    lines = read_lines(call, "productList")
    asked = required_text(call.body, "logisticName")
    house = open_house(call.catalog, required_text(call.body, "storageId"))
    reasons = _reasons(call, lines, house)
    if house is None or reasons:
        return {**_NOTHING, "checkPlaceOrderInfo": _check(call, lines, reasons)}
    found = freights(call.catalog, lines, house)
    freight = named(found, asked)
    if freight is None:
        return _no_such_method(call, found, asked)
    return _answer(_placed(call, lines, house, freight), pay_type)


@behaves(
    "private_inventory.create_order",
    "confirmStatus is false when goods, warehouse, stock, price or weight have changed, and each "
    "variant that cannot be ordered is named with the reason.",
    "documented",
    "002, 7.8",
)
@behaves(
    "private_inventory.create_order",
    "Price and weight are compared with what the last confirmation told; without one they pass.",
    "assumed",
)
def _reasons(call: Call, lines: Sequence[Goods], house: Storehouse | None) -> dict[str, str]:
    """Why variants cannot be ordered, by their ids."""
    found = ((line.vid, _reason(call, line, house)) for line in lines)
    return {vid: reason for vid, reason in found if reason}


def _reason(call: Call, line: Goods, house: Storehouse | None) -> str:
    price, grams = call.account.state.private.confirmed.get(line.vid, (line.price, line.grams))
    if line.number in call.world.removed:
        return "The product has been removed from shelves"
    if house is None:
        return "The warehouse is not available"
    if in_stock(call.catalog, line) < line.quantity:
        return "Insufficient stock"
    if price != line.price:
        return "The price has changed"
    return "The weight has changed" if grams != line.grams else ""


def _check(call: Call, lines: Sequence[Goods], reasons: Mapping[str, str]) -> dict[str, object]:
    return {
        "confirmStatus": False,
        "productInfoVOList": [
            {"variantId": line.vid, "sku": sku(call.catalog, line), "reason": reasons[line.vid]}
            for line in lines
            if line.vid in reasons
        ],
    }


@behaves(
    "private_inventory.create_order",
    "A shipping method that cannot be had is named in requestedLogisticName, and those that can in "
    "availableLogisticList; nothing is ordered.",
    "documented",
    "002, 7.8",
)
def _no_such_method(call: Call, found: Sequence[Freight], asked: str) -> dict[str, object]:
    return {
        **_NOTHING,
        "checkPlaceOrderInfo": _check(call, (), {}),
        "availableLogisticList": logistic_rows(found),
        "requestedLogisticName": asked,
    }


@behaves(
    "private_inventory.create_order",
    "CJ reckons with its own prices; a price in a line has no effect.",
    "documented",
    "002, 7.8",
)
def _placed(
    call: Call, lines: Sequence[Goods], house: Storehouse, freight: Freight
) -> PrivateOrder:
    account, now = call.account, call.world.clock.time()
    order = PrivateOrder(
        code="SY" + new_id(call.world, account, "order"),
        pay_id="PAY" + new_id(call.world, account, "payment"),
        status="3",
        storage=house.id,
        method=freight.method.name,
        postage=freight.cents,
        service_fee=service_fee(total(lines)),
        created=now,
        expires=now + DAYS_TO_PAY * _DAY,
        lines=[_line(call, line) for line in lines],
        days=freight.method.fastest,
    )
    account.state.private.orders[order.code] = order
    account.state.money.owe(
        Payable(order.code, order.pay_id, "private", order.total, order.code, expires=order.expires)
    )
    call.world.agenda.add(order.expires, "private.close", account.number, order.code)
    tell(call.world, account, order)
    return order


def _line(call: Call, line: Goods) -> PrivateLine:
    return PrivateLine(
        line_id=new_id(call.world, call.account, "line"),
        vid=line.vid,
        sku=sku(call.catalog, line),
        number=line.number,
        place=line.place,
        quantity=line.quantity,
        price=line.price,
        grams=line.grams,
    )


def _answer(order: PrivateOrder, pay_type: int | None) -> dict[str, object]:
    link = PAYMENT_PAGE + payment_path(order.pay_id)
    return {
        **_NOTHING,
        "orderId": order.code,
        "orderCode": order.code,
        "payId": order.pay_id,
        "cjPayUrl": link if pay_type == _ON_THE_PAGE else None,
        "price": dollars(order.total),
        "checkPlaceOrderInfo": {"confirmStatus": True, "productInfoVOList": []},
    }


OPERATIONS: Mapping[str, Operation] = {"private_inventory.create_order": _create}
