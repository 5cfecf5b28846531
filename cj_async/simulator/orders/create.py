"""How far does a create call go? Version 3 creates; version 2 may confirm and pay as well."""

from __future__ import annotations

from collections.abc import Mapping

from .._answers import Refused
from .._evidence import behaves
from .._world import Call, Operation
from ..money.paying import settle
from . import moves, refusals
from .asked import AskedOrder, read
from .making import make
from .model import Line, Order
from .parents import form, ready_to_pay
from .spelling import amount, blank

PAGE, BALANCE, NOT_NOW = 1, 2, 3
_STOPPED = 1001
_PLATFORMS = """
shopify temu temu_us_local tiktok tiktok_us_cross tiktok_us woocommerce ebay prestashop shein
nuvemshop mercado bigcommerce allvalue aliexpress shoplazza magento squarespace shipstation wix
lazada etsy shopee
"""
PLATFORMS = frozenset(_PLATFORMS.split())
"""Where a shop can be, apart from "api": appendix 3 of edition 000, in small letters."""


@behaves(
    "orders.create_v2",
    "A repeated orderNumber is refused with 1603003.",
    "documented",
    "000, appendix 1",
)
@behaves(
    "orders.create_v2",
    "payType 1, or none: the order is UNPAID, and cjPayUrl leads to its payment. 2: it is confirmed "
    "and paid from the balance. 3: it is CREATED.",
    "documented",
    "002, 5.1.1; that 1 confirms it is assumed, after field note 38",
)
@behaves(
    "orders.create_v2",
    "A balance that does not cover the order is refused with 1604000; the order exists and is UNPAID.",
    "documented",
    "000, appendix 1; what becomes of the order is assumed",
)
@behaves(
    "orders.create_v2",
    "A stopped order, one without a method, and one whose goods are not connected stay CREATED, "
    "whatever payType is.",
    "assumed",
)
@behaves(
    "orders.create_v2",
    "payType means the same for sandbox orders, but no money moves.",
    "documented",
    "002, 5.1.1",
)
def _create_v2(call: Call) -> object:
    asked = read(call.body, AskedOrder)
    _refuse_repeated(call, asked)
    order = make(call, asked)
    if asked.pay_type == NOT_NOW or order.held:
        return created(call, order, blank(call))
    moves.to_cart(call.world, call.account, order)
    payable = ready_to_pay(call.world, call.account, form(call.world, call.account, [order]))
    if asked.pay_type == BALANCE:
        settle(call.world, call.account, payable)
        return created(call, order, blank(call))
    return created(call, order, f"https://www.example.com/pay?id={payable.pay_id}")


@behaves(
    "orders.create_v3",
    "A missing platform, and api, are refused with 5027.",
    "seen live",
    "field note 40",
)
@behaves(
    "orders.create_v3", "An unknown platform is refused with 5027.", "assumed", "000, appendix 3"
)
@behaves(
    "orders.create_v3",
    "A repeated orderNumber is accepted under `repeated_order_numbers`, and refused with 1603003 "
    "without it.",
    "seen live",
    "field note 35",
)
def _create_v3(call: Call) -> object:
    asked = read(call.body, AskedOrder)
    if asked.platform.strip().lower() not in PLATFORMS:
        raise Refused(refusals.NO_PLATFORM)
    if not call.world.has("repeated_order_numbers"):
        _refuse_repeated(call, asked)
    return created(call, make(call, asked), blank(call))


def _refuse_repeated(call: Call, asked: AskedOrder) -> None:
    orders = call.account.state.book.orders.values()
    if any(each.number == asked.order_number for each in orders):
        raise Refused(refusals.CREATED_BEFORE)


@behaves(
    "orders.create_v3",
    "No orderId is told while a line is not connected with a variant of CJ.",
    "documented",
    "002, 5.1.1 and 5.1.2",
)
@behaves("orders.create_v3", "There are no discounts and no IOSS amounts.", "assumed")
def created(call: Call, order: Order, pay_url: str | None) -> dict[str, object]:
    """An order as both create calls answer it."""
    goods, postage = amount(call, order.goods), amount(call, order.postage)
    total, nothing = amount(call, order.total), amount(call, 0)
    return {
        "orderId": order.code if order.complete else None,
        "orderNumber": order.number,
        "shipmentOrderId": order.parent or blank(call),
        "iossAmount": nothing,
        "iossTaxHandlingFee": nothing,
        "postageAmount": postage,
        "productAmount": goods,
        "productOriginalAmount": goods,
        "productDiscountAmount": nothing,
        "postageDiscountAmount": nothing,
        "postageOriginalAmount": postage,
        "totalDiscountAmount": total,
        "actualPayment": total,
        "orderOriginalAmount": total,
        "cjPayUrl": pay_url,
        "orderAmount": total,
        "logisticsMiss": order.logistics_missing,
        "orderStatus": order.status,
        "productInfoList": [_line(line) for line in order.lines],
        "interceptOrderReasons": _reasons(order),
    }


def _line(line: Line) -> dict[str, object]:
    parts: list[object] = []
    return {
        "storeLineItemId": line.store_line_id,
        "lineItemId": line.line_id,
        "variantId": line.vid,
        "quantity": line.quantity,
        "isGroup": False,
        "subOrderProducts": parts,
    }


def _reasons(order: Order) -> list[dict[str, object]]:
    return [{"code": _STOPPED, "message": order.intercepted}] if order.intercepted else []


OPERATIONS: Mapping[str, Operation] = {
    "orders.create_v2": _create_v2,
    "orders.create_v3": _create_v3,
}
