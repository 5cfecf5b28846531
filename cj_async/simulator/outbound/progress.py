"""Where does an outbound order stand, and what comes next? As CJ tells it, and as it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from .._answers import Refusal
from .._evidence import behaves
from .._state import State
from .goods import available, lot_of
from .model import OutboundLine, OutboundOrder, Stage
from .submission import BEFORE, NEVER

SECONDS_TO_SUBMIT = 2.0
"""How long CJ needs to put the outcome of a submission together."""
UNKNOWN = "UNKNOWN"
_SHORT = (
    "Private inventory is insufficient. Please call /shopping/privateInventory/outbound/detail, reduce "
    "productList.quantity or remove failed product lines, call "
    "/shopping/privateInventory/outbound/create again with the same orderId, then submit again."
)
_STEPS = (
    "Call /shopping/privateInventory/outbound/detail with orderId to review product lines.",
    "Reduce productList.quantity or remove failed product lines according to "
    "lockFails/availableQuantity.",
    "Call /shopping/privateInventory/outbound/create again with the same orderId to update the outbound "
    "order.",
    "Poll /shopping/privateInventory/outbound/progress until lockFails is empty and nextAction is "
    "SUBMIT_ORDER, then submit again.",
)


class _Shown(NamedTuple):
    """How a stage is told."""

    progress: int
    status: str
    next_action: str


_STAGES: Mapping[Stage, _Shown] = {
    "processing": _Shown(0, "PROCESSING", "WAIT_CREATE"),
    "made": _Shown(60, "CREATE_SUB_ORDER_SUCCESS", "WAIT_LOCK_ARRIVE"),
    "lock failed": _Shown(60, "LOCK_FAIL", "ADJUST_LOCK_FAIL_PRODUCTS"),
    "ready": _Shown(100, "TASK_COMPLETE", "SUBMIT_ORDER"),
    "submitted": _Shown(100, "TASK_COMPLETE", "POLL_SUBMIT_PROGRESS"),
    "cancelled": _Shown(100, "TASK_COMPLETE", "FINISHED"),
}


@behaves(
    "outbound.progress",
    "createProgress goes 0, 60, 100 with PROCESSING and WAIT_CREATE, CREATE_SUB_ORDER_SUCCESS and "
    "WAIT_LOCK_ARRIVE, TASK_COMPLETE and SUBMIT_ORDER; or it ends in LOCK_FAIL and "
    "ADJUST_LOCK_FAIL_PRODUCTS, at 60, which is assumed.",
    "documented",
    "002, 5.8.6",
)
@behaves("outbound.progress", "A cancelled order is done, with FINISHED.", "assumed")
def progress(state: State, order: OutboundOrder, now: float) -> dict[str, object]:
    """What `outbound.progress` answers."""
    shown = _STAGES[order.stage]
    known = is_known(order, now)
    return {
        "orderId": order.code,
        "progress": shown.progress,
        "createProgress": shown.progress,
        "createStatus": shown.status,
        "lockFails": lock_fails(state, order),
        "nextAction": _after_submitting(state, order) if known else shown.next_action,
        "submitStatus": submit_status(order, now),
        "paymentStatus": _payment_status(state, order) if known else UNKNOWN,
        "shipmentOrderId": order.parent if known else None,
        "paymentOrderId": _payment(state, order) if known else None,
    }


@behaves(
    "outbound.progress",
    "submitStatus and paymentStatus are UNKNOWN until two seconds after the submission, then SUBMITTED, "
    "and UNPAID, PAID or NO_PAYMENT; shipmentOrderId and paymentOrderId come with them.",
    "assumed",
    "002, 5.8.6 has UNKNOWN only, 5.8.1.1 the ids",
)
def is_known(order: OutboundOrder, now: float) -> bool:
    """Whether CJ has put the outcome of a submission together."""
    return order.submitted is not None and now >= order.submitted + SECONDS_TO_SUBMIT


def submit_status(order: OutboundOrder, now: float) -> str:
    """Where the submission of an order stands."""
    return "SUBMITTED" if is_known(order, now) else UNKNOWN


def _payment(state: State, order: OutboundOrder) -> str | None:
    payable = state.money.payables.get(order.parent)
    return payable.pay_id if payable else None


def _waits_for_payment(state: State, order: OutboundOrder) -> bool:
    payable = state.money.payables.get(order.parent)
    return payable is not None and payable.paid_at is None


def _after_submitting(state: State, order: OutboundOrder) -> str:
    return "PAY" if _waits_for_payment(state, order) else "FINISHED"


def _payment_status(state: State, order: OutboundOrder) -> str:
    if order.pay_node == NEVER:
        return "NO_PAYMENT"
    if order.pay_node == BEFORE:
        return "UNPAID" if _waits_for_payment(state, order) else "PAID"
    bills = [bill for bill in state.private.bills.values() if bill.order_code == order.code]
    return "PAID" if any(bill.paid is not None for bill in bills) else "UNPAID"


def lock_fails(state: State, order: OutboundOrder) -> list[dict[str, object]]:
    """The lines whose stock could not be locked."""
    if order.stage != "lock failed":
        return []
    return [_lock_fail(state, order, line) for line in order.lines if line.missing]


def _lock_fail(state: State, order: OutboundOrder, line: OutboundLine) -> dict[str, object]:
    return {
        "sku": line.sku,
        "privateOrderId": line.private_order,
        "quantity": line.quantity,
        "lockQuantity": line.locked,
        "availableQuantity": available(lot_of(state, order, line), line.locked),
    }


@behaves(
    "outbound.submit",
    "Where stock is missing it is refused with 1603001, and the data has the lines and the steps to go.",
    "documented",
    "002, 5.8.7",
)
@behaves(
    "outbound.submit",
    "Before everything is locked it is refused with 1603001, too; the data has where the order stands.",
    "assumed",
    "002, 5.8.9: the stock system refuses in its own words",
)
def not_ready(state: State, order: OutboundOrder) -> Refusal:
    """Why an order cannot be submitted."""
    shown, is_short = _STAGES[order.stage], order.stage == "lock failed"
    data = {
        "orderId": order.code,
        "createStatus": shown.status,
        "submitAccepted": False,
        "nextAction": shown.next_action,
        "actionRequired": "ADJUST_QUANTITY_AND_RESUBMIT" if is_short else None,
        "lockFails": lock_fails(state, order),
        "suggestedSteps": list(_STEPS if is_short else ()),
    }
    words = _SHORT if is_short else f"The outbound order cannot be submitted, it is {order.stage}"
    return Refusal(1603001, words, data)
