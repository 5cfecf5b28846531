"""What has to be paid later? Make-up bills: how they come into being, their list, their payment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from .._account import Account
from .._answers import Refusal, Refused
from .._evidence import behaves
from .._money import Payable, PaymentKind
from .._spelling import dollars
from .._world import Call, Operation, Settled, World
from .model import Bill
from .reading import choice, texts, whole_or
from .stamps import PAYMENT_PAGE, dated_id, milliseconds, payment_path, second

NO_BILL = Refusal(1603100, "Make-up order not found")
NOT_PAYABLE = Refusal(1603101, "The make-up order cannot be paid any more")
_MOST_ROWS = 200
_TYPES, _USES = (0, 1), (0, 1, 2, 3)
_OPEN, _CANCELLED, _DONE = 0, 3, 4
_PREFIXES = ("BK", "BT")
_ORDER_TYPE = 1


@behaves(
    "makeup.list",
    "Bills come from the control room or from tests, and for the freight of outbound orders that is "
    "paid after the goods went out.",
    "assumed",
)
@behaves(
    "makeup.list",
    "Codes begin with BK for make-up of orders and with BT for other make-up.",
    "assumed",
    "BK in 002, 9.2; BT in 2026-09, webhook MAKEUP",
)
def add_bill(
    world: World,
    account: Account,
    order_code: str,
    type: Literal[0, 1],  # noqa: A002  # CJ's name
    use: Literal[0, 1, 2, 3],
    amount: int,
    reason: str = "Postage difference",
) -> Bill:
    """A difference has to be paid from now on; a MAKEUP message tells it.

    Args:
        world: where.
        account: who has to pay.
        order_code: CJ's code of the order that it belongs to.
        type: 0 make-up of an order, 1 other make-up.
        use: what it is for: 0 with type 0; 1, 2 or 3 with type 1.
        amount: cents, above 0.
        reason: why, in English.

    Raises:
        ValueError: the use does not go with the type, or the amount is not above 0.
    """
    if type not in _TYPES or use not in _USES or bool(use) != bool(type):
        raise ValueError(
            f"use must be 0 with type 0 and 1, 2 or 3 with type 1, got {use} of {type}"
        )
    if amount <= 0:
        raise ValueError(f"amount must be above 0 cents, got {amount}")
    code = dated_id(world, account, _PREFIXES[type])
    bill = Bill(code, order_code, type, use, amount, reason, world.clock.time())
    account.state.private.bills[code] = bill
    _tell(world, account, bill, "INSERT", "CREATED")
    return bill


def cancel_bill(world: World, account: Account, code: str) -> None:
    """A bill need not be paid any more; a MAKEUP message tells it.

    Raises:
        ValueError: there is no such bill, or it was paid or cancelled before.
    """
    bill = account.state.private.bills.get(code)
    if bill is None or bill.status != _OPEN:
        raise ValueError(f"code must be that of a bill that is to be paid, got {code!r}")
    _call_off(account, bill)
    bill.status = _CANCELLED
    _tell(world, account, bill, "CANCEL", "CANCELED")


@behaves(
    "makeup.list",
    "One page shows one type; without one it is the first that has something unpaid, and 0 when "
    "nothing is. diffUseType filters with type 1 only. totalAmount is what is unpaid of all pages.",
    "documented",
    "002, 9.2",
)
@behaves("makeup.list", "Paid and cancelled bills stay in the list, newest first.", "assumed")
def _list(call: Call) -> object:
    page = whole_or(call.body, "pageNum", 1, 1)
    size = whole_or(call.body, "pageSize", 10, 1, _MOST_ROWS)
    kind, use = choice(call.body, "type", _TYPES), choice(call.body, "diffUseType", _USES)
    bills = call.account.state.private.bills.values()
    unpaid = [sum(bill.type == each and bill.status == _OPEN for bill in bills) for each in _TYPES]
    if kind is None:
        kind = next((each for each in _TYPES if unpaid[each]), 0)
    rows = [
        bill
        for bill in reversed(bills)
        if bill.type == kind and (kind == 0 or use in (None, bill.use))
    ]
    first = (page - 1) * size
    return {
        "type": kind,
        "totalAmount": dollars(sum(bill.amount for bill in rows if bill.status == _OPEN)),
        "unPaymentCountList": [{"type": each, "count": unpaid[each]} for each in _TYPES],
        "pageData": {
            "pageSize": size,
            "pageNumber": page,
            "totalRecords": len(rows),
            "totalPages": -(-len(rows) // size),
            "content": [_row(bill) for bill in rows[first : first + size]],
        },
    }


def _row(bill: Bill) -> dict[str, object]:
    return {
        "orderCode": bill.code,
        "cjOrderCode": bill.order_code,
        "status": bill.status,
        "amount": dollars(bill.amount),
        "reason": bill.reason,
        "orderType": _ORDER_TYPE,
        "diffUseType": bill.use,
        "createAt": milliseconds(bill.created),
    }


@behaves(
    "makeup.create_pay_order",
    "Moves no money; the payment order is paid on a page, or with payments.pay_v2(order_type=24).",
    "documented",
    "002, 9.3",
)
@behaves(
    "makeup.create_pay_order",
    "A bill that is in an older payment order leaves it: that one can no longer be paid.",
    "assumed",
)
def _create_pay_order(call: Call) -> object:
    world, account = call.world, call.account
    bills = _wanted(call)
    for bill in bills:
        _call_off(account, bill)
    order_id = dated_id(world, account)
    payable = account.state.money.owe(
        Payable(
            id=order_id,
            pay_id=dated_id(world, account, "PAY"),
            kind="makeup",
            amount=sum(bill.amount for bill in bills),
            owner=order_id,
        )
    )
    account.state.private.makeup_payments[order_id] = [bill.code for bill in bills]
    for bill in bills:
        bill.payment = order_id
    path = payment_path(payable.pay_id)
    return {
        "payOrderCode": payable.id,
        "payId": payable.pay_id,
        "amount": dollars(payable.amount),
        "cjPayUrl": PAYMENT_PAGE + path,
        "paymentPagePath": path,
    }


@behaves(
    "makeup.create_pay_order",
    "A code that is not that of a bill of this type and use is not found (1603100); a bill that is "
    "paid or cancelled is refused with 1603101. Nothing is made then. A code given twice counts once.",
    "assumed",
    "codes of 000, appendix 1",
)
def _wanted(call: Call) -> Sequence[Bill]:
    codes = dict.fromkeys(texts(call.body, "orderCodes"))
    kind = choice(call.body, "type", _TYPES) or 0
    use = choice(call.body, "diffUseType", _USES) or 0
    known = call.account.state.private.bills
    found = [known[code] for code in codes if code in known]
    if len(found) < len(codes) or any((bill.type, bill.use) != (kind, use) for bill in found):
        raise Refused(NO_BILL)
    if any(bill.status != _OPEN for bill in found):
        raise Refused(NOT_PAYABLE)
    return found


def _call_off(account: Account, bill: Bill) -> None:
    """The payment order that a bill is in can no longer be paid."""
    if not bill.payment:
        return
    state = account.state
    state.money.payables.pop(bill.payment, None)
    gone = bill.payment
    for code in state.private.makeup_payments.pop(gone, []):
        state.private.bills[code].payment = ""


def _settled(world: World, account: Account, payable: Payable) -> None:
    """Paying a payment order settles every bill in it."""
    state = account.state.private
    for code in state.makeup_payments[payable.owner]:
        bill = state.bills[code]
        bill.status, bill.paid = _DONE, world.clock.time()
        _tell(world, account, bill, "PAID", "PAID")


@behaves(
    "makeup.list",
    "MAKEUP messages tell that a bill was made (INSERT), cancelled (CANCEL) and paid (PAID).",
    "documented",
    "2026-09, webhook MAKEUP",
)
def _tell(world: World, account: Account, bill: Bill, what: str, status: str) -> None:
    params = {
        "orderId": bill.code,
        "relationOrderId": bill.order_code,
        "payOrderId": bill.payment or None,
        "amount": dollars(bill.amount),
        "reason": bill.reason,
        "type": bill.type,
        "diffUseType": bill.use,
        "status": status,
        "createDate": second(bill.created),
        "paymentDate": second(bill.paid),
    }
    world.emit(account, "MAKEUP", what, params)


OPERATIONS: Mapping[str, Operation] = {
    "makeup.list": _list,
    "makeup.create_pay_order": _create_pay_order,
}
SETTLED: Mapping[PaymentKind, Settled] = {"makeup": _settled}
