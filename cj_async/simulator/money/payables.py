"""What is to be paid, and may it be? From what a call names to the one thing it means."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from .._answers import PARAM_ERROR, Refusal, Refused
from .._evidence import behaves
from .._money import Payable, PaymentKind
from .._state import State
from ..orders.model import Order, Parent
from .paying import PAY_FAILED

NO_ORDER = Refusal(1603100, "Order not found, please check the CJ order id")
SEVERAL = Refusal(
    1603101, "The parent order has several sub orders, please pay by shipmentOrderId (payBalanceV2)"
)
_KINDS: Mapping[str, PaymentKind] = {"": "parent", "9": "private", "24": "makeup"}
"""What `orderType` means; left out, it is an ordinary parent order."""


@behaves(
    "payments.pay_v2",
    "Another orderType than 9 and 24 is refused as a wrong parameter.",
    "assumed",
    "002, 5.7.9 names these two",
)
def kind_of(order_type: object) -> PaymentKind:
    """What is paid for.

    Raises:
        Refused: there is no such orderType.
    """
    kind = _KINDS.get("" if order_type is None else str(order_type))
    if kind is None:
        raise Refused(PARAM_ERROR)
    return kind


@behaves(
    "payments.pay_v2",
    "An id that nothing of this orderType has, or that is another account's, is not found (1603100).",
    "assumed",
    "code of 000, appendix 1",
)
@behaves(
    "payments.pay_v2",
    "A private inventory order is paid by its orderId or its orderCode.",
    "documented",
    "002, 5.7.9",
)
def payable_named(state: State, kind: PaymentKind, asked: str) -> Payable:
    """Something that can be paid, by its id; that of a private inventory order by its code, too.

    Raises:
        Refused: there is nothing of that kind with that id.
    """
    payables = state.money.payables
    found = payables.get(asked)
    if found is None and kind == "private":
        found = next((each for each in payables.values() if each.owner == asked), None)
    if found is None or found.kind != kind:
        raise Refused(NO_ORDER)
    return found


@behaves(
    "payments.pay_v2",
    "A payId that is not that of the shipmentOrderId is refused as a wrong parameter.",
    "assumed",
)
@behaves(
    "payments.pay_v2",
    "The amount of a make-up bill, where it is given, must be the one that was told.",
    "assumed",
    "002, 5.7.9: required by the prose, missing in the table",
)
def check_named_rightly(payable: Payable, pay_id: str, amount: object) -> None:
    """Compare what a call says about a payment with the payment.

    Raises:
        Refused: it has another payId, or, of a make-up bill, another amount.
    """
    if pay_id and pay_id != payable.pay_id:
        raise Refused(PARAM_ERROR)
    if payable.kind == "makeup" and amount is not None and _cents(amount) != payable.amount:
        raise Refused(PARAM_ERROR)


@behaves(
    "payments.pay",
    "An order whose parent order holds several orders is refused: they are paid with "
    "payments.pay_v2. Its code is 1603101.",
    "documented",
    "002, 5.2.2; the code is assumed",
)
def alone_in_its_parent(state: State, order: Order) -> Parent:
    """The parent order that holds nothing but this order.

    Raises:
        Refused: it holds more, or there is none because the order is not confirmed yet.
    """
    parent = state.book.parents.get(order.parent)
    if parent is None:
        raise Refused(PAY_FAILED)
    if len(parent.orders) > 1:
        raise Refused(SEVERAL)
    return parent


@behaves(
    "payments.pay_v2",
    "A payId whose time is over is refused with 1603101. Where none is named CJ makes a new one, so "
    "a parent order can be paid without; anything else can then no longer be paid.",
    "documented",
    "002, 5.2.3; the code, and what expires for good, are assumed",
)
def check_in_time(payable: Payable, pay_id: str, now: float) -> None:
    """Make sure that it is not too late for a payment.

    Raises:
        Refused: it is.
    """
    is_late = payable.expires is not None and now >= payable.expires
    if is_late and (pay_id or payable.kind != "parent"):
        raise Refused(PAY_FAILED)


@behaves(
    "payments",
    "A parent order can be paid only while all its orders are UNPAID (1603101).",
    "assumed",
    "code of 000, appendix 1",
)
def check_waits_for_payment(state: State, payable: Payable) -> None:
    """Make sure that every order of a parent order waits to be paid.

    Raises:
        Refused: one does not, or the parent order holds nothing.
    """
    orders = orders_of(state, payable.id)
    if not orders or any(order.status != "UNPAID" for order in orders):
        raise Refused(PAY_FAILED)


def orders_of(state: State, parent: str) -> list[Order]:
    """The orders of a parent order; none when there is no such parent."""
    found = state.book.parents.get(parent)
    return [state.book.orders[code] for code in found.orders] if found else []


def _cents(amount: object) -> Decimal | None:
    try:
        return Decimal(str(amount)) * 100
    except InvalidOperation:
        return None
