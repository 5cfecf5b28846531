"""What becomes of an order for the private inventory? Paid, sent, arrived as stock, or closed."""

from __future__ import annotations

from collections.abc import Mapping

from .._account import Account
from .._evidence import behaves
from .._money import Payable, PaymentKind
from .._world import Action, Settled, World
from .model import PrivateOrder, PrivateStock, Status
from .stamps import second
from .stock import bring_in

_DAY = 86_400
_ORDER_TYPE = 2
WORDS: Mapping[Status, str] = {
    "3": "Awaiting Payment",
    "11": "Payment Incoming",
    "10": "Pending",
    "6": "Awaiting Dispatch",
    "12": "Dispatched",
    "7": "Completed",
    "13": "Closed",
    "8": "Canceled",
}
"""The statuses in words."""
_TOLD: Mapping[Status, str] = {
    "3": "WAIT_PAY",
    "11": "PAYMENT_INCOMING",
    "10": "PAID",
    "6": "PAID",
    "12": "SHIPPED",
    "7": "COMPLETED",
    "13": "CANCELLED",
    "8": "CANCELLED",
}
"""The statuses as the webhook says them."""


@behaves(
    "private_inventory.orders",
    "A paid order awaits dispatch for a day, is on its way for the fastest days of its shipping "
    "method, and then lies in its warehouse as private stock.",
    "assumed",
)
def _settled(world: World, account: Account, payable: Payable) -> None:
    order = account.state.private.orders[payable.owner]
    now = world.clock.time()
    order.status, order.paid = "6", now
    world.agenda.add(now + _DAY, "private.ship", account.number, order.code)
    world.agenda.add(now + _DAY * (1 + order.days), "private.arrive", account.number, order.code)
    tell(world, account, order)


def _ship(world: World, account: Account, code: str) -> None:
    order = account.state.private.orders.get(code)
    if order is None or order.status != "6":
        return
    order.status, order.shipped = "12", world.clock.time()
    order.track_number = f"CJP{code.removeprefix('SY')[-13:]}"
    tell(world, account, order)


def _arrive(world: World, account: Account, code: str) -> None:
    """Brings every line in, once; an order that was never sent brings nothing."""
    state, now = account.state.private, world.clock.time()
    order = state.orders.get(code)
    if order is None or order.status != "12":
        return
    for line in order.lines:
        line.arrived = line.quantity
        lot = PrivateStock(
            private_order=code,
            sku=line.sku,
            vid=line.vid,
            number=line.number,
            place=line.place,
            storage=order.storage,
            quantity=line.quantity,
            price=line.price,
            grams=line.grams,
            arrived=now,
        )
        bring_in(state, lot)
    order.status, order.arrived = "7", now
    tell(world, account, order)


@behaves(
    "private_inventory.orders",
    "An order that was not paid within 24 hours is closed (13), and can no longer be paid.",
    "assumed",
    "002, 7.10 has paymentExpirationTime",
)
def _close(world: World, account: Account, code: str) -> None:
    order = account.state.private.orders.get(code)
    if order is not None and order.status == "3":
        order.status = "13"
        tell(world, account, order)


@behaves(
    "private_inventory.create_order",
    "A PRIVATE_ORDER message of type UPDATE tells every status: WAIT_PAY, PAID, SHIPPED, COMPLETED, "
    "and CANCELLED for a closed one.",
    "assumed",
    "2026-09, webhook PRIVATE_ORDER names the statuses, not when they are sent",
)
def tell(world: World, account: Account, order: PrivateOrder) -> None:
    """Emit the webhook event about the status of an order."""
    world.emit(
        account,
        "PRIVATE_ORDER",
        "UPDATE",
        {
            "orderId": order.code,
            "orderNumber": None,
            "status": _TOLD[order.status],
            "orderType": _ORDER_TYPE,
            "createDate": second(order.created),
            "paymentDate": second(order.paid),
            "deliveryDate": second(order.shipped),
            "completeDate": second(order.arrived),
        },
    )


ACTIONS: Mapping[str, Action] = {
    "private.ship": _ship,
    "private.arrive": _arrive,
    "private.close": _close,
}
SETTLED: Mapping[PaymentKind, Settled] = {"private": _settled}
