"""How do sandbox orders get on? A payment without money, then one step after the other."""

from __future__ import annotations

from collections.abc import Mapping

from .._answers import PARAM_ERROR, Refusal, Refused
from .._bodies import is_missing
from .._evidence import behaves
from .._money import Payable
from .._world import Call, Operation
from ..orders import moves
from ..orders.model import Order
from .payables import alone_in_its_parent, check_waits_for_payment, orders_of, payable_named
from .paying import settle

NO_SANDBOX_ORDER = Refusal(803, "Order not found")
NOT_SANDBOX = Refusal(811, "The order is not a sandbox order")
UNPAID_OR_CLOSED = Refusal(819, "The order is unpaid or closed")
_BORROWED = "codes of sandbox/updateTrackNumber, edition 2026-09"


@behaves(
    "sandbox.simulate_pay",
    "orderId pays one sandbox order, shipmentOrderId all orders of a parent order, and it counts "
    "where both are given; no money moves, and the orders stand at 300.",
    "documented",
    "002, 5.1.11; 2026-09 for 300; that shipmentOrderId counts is assumed",
)
@behaves(
    "sandbox.simulate_pay",
    "orderId of an order whose parent order holds several is refused; the code 1603101 is assumed.",
    "documented",
    "002, 5.1.11",
)
@behaves("sandbox.simulate_pay", "A second payment is refused with 1603101.", "assumed")
def _simulate_pay(call: Call) -> object:
    payable = _payable_of(call)
    check_waits_for_payment(call.account.state, payable)
    settle(call.world, call.account, payable)
    return True


def _payable_of(call: Call) -> Payable:
    state = call.account.state
    asked = call.body.get("shipmentOrderId")
    parent = "" if is_missing(asked) else str(asked)
    if parent:
        orders = orders_of(state, parent)
        if not orders:
            raise Refused(NO_SANDBOX_ORDER)
        for order in orders:
            _check_is_sandbox(order)
    else:
        parent = alone_in_its_parent(state, _sandbox_order(call)).id
    return payable_named(state, "parent", parent)


@behaves(
    "sandbox.update_status",
    "Steps from 300 to 400, 500, 600 and 700 in this order; none can be left out or taken back. "
    "Another step is refused as a wrong parameter, which is assumed.",
    "documented",
    "002, 5.1.12",
)
@behaves(
    "sandbox.update_status",
    "An order that is not paid, was closed (700) or cancelled is refused with 819.",
    "assumed",
    _BORROWED,
)
def _update_status(call: Call) -> object:
    order = _sandbox_order(call)
    following = moves.NEXT_STEP.get(order.step)
    if following is None or order.status == "CANCELLED":
        raise Refused(UNPAID_OR_CLOSED)
    if str(call.body["targetStatus"]) != str(following):
        raise Refused(PARAM_ERROR)
    moves.next_sandbox_step(call.world, call.account, order)
    return True


def _sandbox_order(call: Call) -> Order:
    order = call.account.state.book.orders.get(str(call.body["orderId"]))
    if order is None:
        raise Refused(NO_SANDBOX_ORDER)
    _check_is_sandbox(order)
    return order


@behaves(
    "sandbox",
    "An unknown order is refused with 803, an order that is no sandbox order with 811.",
    "assumed",
    _BORROWED,
)
def _check_is_sandbox(order: Order) -> None:
    if not order.sandbox:
        raise Refused(NOT_SANDBOX)


OPERATIONS: Mapping[str, Operation] = {
    "sandbox.simulate_pay": _simulate_pay,
    "sandbox.update_status": _update_status,
}
