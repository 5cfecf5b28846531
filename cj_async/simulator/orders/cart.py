"""How does a created order become one that can be paid? Cart, confirmation, parent order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .._answers import Refused
from .._evidence import behaves
from .._money import Payable
from .._spelling import dollars
from .._world import Call, Operation
from . import moves, refusals
from .asked import Codes, read
from .ids import shown
from .model import Order, Parent, Status
from .parents import form, orders_of, ready_to_pay
from .parting import leave_parent
from .spelling import clock


@behaves(
    "orders.add_to_cart",
    "Orders that CJ has stopped do not take part and are told in interceptOrders.",
    "documented",
    "002, 5.1.4 for orders.confirm_cart",
)
@behaves(
    "orders.add_to_cart",
    "Orders without a method, or whose goods are not connected, are among interceptOrders, too; "
    "unknown orders and those that are not CREATED are left out.",
    "assumed",
)
def _add_to_cart(call: Call) -> object:
    taken, stopped = _sorted(call, "CREATED")
    for order in taken:
        moves.to_cart(call.world, call.account, order)
    return {
        "successCount": len(taken),
        "addSuccessOrders": [order.code for order in taken],
        "unInterceptAddressCount": 0,
        "interceptOrders": [order.code for order in stopped],
    }


@behaves("orders.confirm_cart", "The shipmentsId is that of the parent order.", "documented", "000")
@behaves(
    "orders.confirm_cart",
    "Sandbox orders and others never come into one parent order: refused with 1603001.",
    "documented",
    "002, 5.2.3; the code is assumed",
)
def _confirm_cart(call: Call) -> object:
    taken, stopped = _sorted(call, "IN_CART")
    if len({order.sandbox for order in taken}) > 1:
        raise Refused(refusals.CONFIRM_FAILED)
    parent = form(call.world, call.account, taken) if taken else None
    return {
        "successCount": len(taken),
        "submitSuccess": parent is not None,
        "shipmentsId": parent.id if parent else None,
        "result": 0,
        "interceptOrders": [order.code for order in stopped],
    }


@behaves(
    "orders.add_to_cart",
    "Where nothing takes part, the call is refused: 1603100 when no order is known, else 1603001.",
    "assumed",
    "example of 000, 5.1.3 has 1603001",
)
def _sorted(call: Call, status: Status) -> tuple[list[Order], list[Order]]:
    """The orders that can take part, and those that CJ has stopped."""
    codes = read(call.body, Codes).unique
    book = call.account.state.book.orders
    known = [book[code] for code in codes if code in book]
    fitting = [order for order in known if order.status == status]
    if not known:
        raise Refused(refusals.NO_ORDER)
    if not fitting:
        raise Refused(refusals.CONFIRM_FAILED)
    return (
        [order for order in fitting if not order.held],
        [order for order in fitting if order.held],
    )


@behaves(
    "orders.create_parent_order",
    "Orders with goods that are no longer sold are left out: unMatchOrderCodes, unMatchProductCodes. "
    "They stay UNPAID without a parent order.",
    "assumed",
    "002, 5.1.5 has the fields only",
)
@behaves(
    "orders.create_parent_order",
    "An unknown shipmentOrderId is refused with 1603100, one that is paid or empty with 1603001.",
    "assumed",
    "example of 000, 5.1.5 has 1603001",
)
@behaves(
    "orders.create_parent_order",
    "A success has no code under `answers_without_code`.",
    "documented",
    "example of 002, 5.1.5",
)
def _create_parent_order(call: Call) -> object:
    account = call.account
    parent = account.state.book.parents.get(str(call.body["shipmentOrderId"]))
    if parent is None:
        raise Refused(refusals.NO_ORDER)
    payable = account.state.money.payables.get(parent.id)
    if payable is None or payable.paid_at is not None:
        raise Refused(refusals.CONFIRM_FAILED)
    gone = [order for order in orders_of(account, parent) if _gone(call, order)]
    goods = [sku for order in gone for sku in _gone(call, order)]
    for order in gone:
        leave_parent(account, order)
    ready = ready_to_pay(call.world, account, parent) if parent.orders else None
    return _parent(call, parent, ready, [order.code for order in gone], goods)


def _gone(call: Call, order: Order) -> list[str]:
    """SKUs of an order that are no longer sold."""
    return [line.sku for line in order.lines if line.number in call.world.removed]


def _parent(
    call: Call, parent: Parent, payable: Payable | None, gone: Sequence[str], goods: Sequence[str]
) -> dict[str, object]:
    stopped: list[str] = []
    expires = payable.expires if payable else None
    return {
        "orderMoney": dollars(payable.amount) if payable else 0.0,
        "payExpireTime": clock(expires),
        "payId": payable.pay_id if payable else None,
        "result": 0,
        "submitSuccess": payable is not None,
        "unMatchOrderCodes": gone,
        "successOrders": list(parent.orders),
        "unMatchProductCodes": goods,
        "paymentInformation": _payment(call, parent, payable),
        "interceptOrders": stopped,
    }


@behaves(
    "orders.create_parent_order",
    "canDeduct says whether the balance covers the amount; discounts, coupons, fees and IOSS are 0.",
    "assumed",
)
def _payment(call: Call, parent: Parent, payable: Payable | None) -> dict[str, object]:
    orders = orders_of(call.account, parent)
    total = payable.amount if payable else 0
    goods, freight = sum(each.goods for each in orders), sum(each.postage for each in orders)
    money = call.account.state.money
    zeros = (
        *("balanceDeduction", "billAmount", "commodityDiscount", "couponAmount", "iossAmount"),
        *("iossTaxHandlingFee", "iossTaxes", "postageDiscount", "serviceFee"),
    )
    return {
        "actualPayment": dollars(total),
        "canDeduct": total <= money.balance,
        "commodityTotalAmount": dollars(goods),
        "freight": dollars(freight),
        "iossNumber": None,
        "iossType": 1,
        "orderOriginalAmount": dollars(total),
        "orderProductAmount": dollars(goods),
        "payableAmount": dollars(total),
        **dict.fromkeys(zeros, 0.0),
    }


@behaves(
    "orders.confirm",
    "An order that is CREATED or IN_CART becomes UNPAID, alone in a parent order; another one is "
    "refused with 1603001.",
    "documented",
    "example of 002, 5.1.9; which orders, and the parent order, are assumed",
)
@behaves("orders.confirm", "An unknown order is refused with 1603100.", "documented", "000")
def _confirm(call: Call) -> object:
    order = call.account.state.book.orders.get(str(call.body["orderId"]))
    if order is None:
        raise Refused(refusals.NO_ORDER)
    if order.status not in ("CREATED", "IN_CART") or order.held:
        raise Refused(refusals.CONFIRM_FAILED)
    form(call.world, call.account, [order])
    return shown(call.world, order)


OPERATIONS: Mapping[str, Operation] = {
    "orders.add_to_cart": _add_to_cart,
    "orders.confirm_cart": _confirm_cart,
    "orders.create_parent_order": _create_parent_order,
    "orders.confirm": _confirm,
}
