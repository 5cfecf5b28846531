"""What is left on the account, and how is it spent? The balance, and both ways to pay from it."""

from __future__ import annotations

from collections.abc import Mapping

from .._answers import Refusal, Refused
from .._evidence import behaves
from .._money import Payable
from .._spelling import cents, dollars
from .._world import Call, Operation
from ..orders.ids import shown
from . import sandbox
from .payables import (
    NO_ORDER,
    alone_in_its_parent,
    check_in_time,
    check_named_rightly,
    check_waits_for_payment,
    kind_of,
    payable_named,
)
from .paying import settle

_SANDBOX_REFUSED = Refusal(1600100, "Param error", status=400)


@behaves(
    "payments.balance",
    "Amounts are numbers; under `drifting_types` the amount comes as text and the others as null, too.",
    "documented",
    "table of 002, examples of 000 and 002, 5.2.1",
)
def _balance(call: Call) -> object:
    money = call.account.state.money
    bits = len(money.charges) if call.world.has("drifting_types") else 0
    return {
        "amount": cents(money.balance) if bits & 1 else dollars(money.balance),
        "noWithdrawalAmount": _amount_or_null(money.bonus, bits),
        "freezeAmount": _amount_or_null(money.frozen, bits),
    }


def _amount_or_null(amount: int, bits: int) -> float | None:
    return None if bits & 2 and not amount else dollars(amount)


@behaves(
    "payments.pay",
    "Pays an order that is alone in its parent order, named by its SD code; answers its number.",
    "documented",
    "002, 5.2.2",
)
@behaves(
    "payments.pay", "An unknown order is refused with 1603100.", "documented", "000, appendix 1"
)
def _pay(call: Call) -> object:
    state = call.account.state
    order = state.book.orders.get(str(call.body["orderId"]))
    if order is None:
        raise Refused(NO_ORDER)
    parent = alone_in_its_parent(state, order)
    payable = payable_named(state, "parent", parent.id)
    check_waits_for_payment(state, payable)
    settle(call.world, call.account, payable)
    return shown(call.world, order)


@behaves(
    "payments.pay_v2",
    "Pays a whole parent order, with orderType 9 a private inventory order, with 24 a make-up bill.",
    "documented",
    "002, 5.2.3 and 5.7.9",
)
@behaves("payments.pay_v2", "Answers the id that was paid.", "documented", "002, 5.7.9")
def _pay_v2(call: Call) -> object:
    body, state = call.body, call.account.state
    kind = kind_of(body.get("orderType"))
    payable = payable_named(state, kind, str(body["shipmentOrderId"]))
    pay_id = str(body.get("payId") or "")
    check_named_rightly(payable, pay_id, body.get("amount"))
    check_in_time(payable, pay_id, call.world.clock.time())
    if kind == "parent":
        _check_is_no_sandbox(call, payable)
        check_waits_for_payment(state, payable)
    settle(call.world, call.account, payable)
    return payable.id


@behaves(
    "payments.pay_v2",
    "A parent order of sandbox orders is refused with HTTP 400 under `sandbox_pay_refused`, and "
    "paid without money otherwise.",
    "seen live",
    "field note 41; 002, 5.2.3 says that it is simulated",
)
def _check_is_no_sandbox(call: Call, payable: Payable) -> None:
    if payable.simulated and call.world.has("sandbox_pay_refused"):
        raise Refused(_SANDBOX_REFUSED)


OPERATIONS: Mapping[str, Operation] = {
    "payments.balance": _balance,
    "payments.pay": _pay,
    "payments.pay_v2": _pay_v2,
    **sandbox.OPERATIONS,
}
