"""How does an order get from one status to the next? The one place where it does, and says so.

Everybody who moves an order calls these: the cart, the payment, the agenda, the sandbox, the control.
"""

from __future__ import annotations

from collections.abc import Mapping

from .._account import Account
from .._evidence import behaves
from .._world import Action, World
from ..aftersales.tracking import parcel_moved
from .ids import track_number
from .messages import tell
from .model import Order, Status
from .parting import leave_parent

DAY = 86_400.0
SHIPPED_AFTER = 2 * DAY
"""From the payment, or the upload of the waybill, until the parcel leaves."""
DELIVERED_AFTER = 8 * DAY
"""From then until it arrives."""
NEXT: Mapping[Status, frozenset[Status]] = {
    "CREATED": frozenset[Status](["IN_CART", "UNPAID", "CANCELLED"]),
    "IN_CART": frozenset[Status](["UNPAID", "CANCELLED"]),
    "UNPAID": frozenset[Status](["UNSHIPPED", "CANCELLED"]),
    "UNSHIPPED": frozenset[Status](["SHIPPED", "CANCELLED"]),
    "SHIPPED": frozenset[Status](["DELIVERED"]),
    "DELIVERED": frozenset[Status](),
    "CANCELLED": frozenset[Status](),
}
"""What may follow directly: `spec/reference/order_statuses.yaml`."""
NEXT_STEP: Mapping[int, int] = {300: 400, 400: 500, 500: 600, 600: 700}
"""The steps of sandbox orders: `spec/reference/sandbox_statuses.yaml`."""


class IllegalMove(ValueError):
    """An order cannot go there from where it is; nothing has changed."""


def can_become(order: Order, status: Status) -> bool:
    """Whether a status may follow directly."""
    return status in NEXT[order.status]


def to_cart(world: World, account: Account, order: Order) -> None:
    """Put an order into the cart.

    Raises:
        IllegalMove: it is not CREATED.
    """
    _become(world, account, order, "IN_CART")


def confirm(world: World, account: Account, order: Order) -> None:
    """Let an order wait for its payment.

    Raises:
        IllegalMove: it is neither CREATED nor IN_CART.
    """
    _become(world, account, order, "UNPAID")


@behaves("orders", "A paid order becomes UNSHIPPED.", "documented", "002, 5.1.12")
@behaves("sandbox", "A paid sandbox order stands at 300.", "documented", "2026-09, sandbox")
@behaves(
    "orders",
    "CJ ships a paid order after two days; one with a label of the shop's platform two days after "
    "the label was handed in.",
    "assumed",
    "002, 5.1.1 for the label, not for the days",
)
def pay(world: World, account: Account, order: Order) -> None:
    """An order has been paid.

    Raises:
        IllegalMove: it is not UNPAID.
    """
    _check(order, "UNSHIPPED")
    order.paid = world.clock.time()
    if order.sandbox:
        order.step = 300
    elif not order.on_platform:
        plan_shipping(world, account, order)
    _become(world, account, order, "UNSHIPPED")


def plan_shipping(world: World, account: Account, order: Order) -> None:
    """Have a paid order leave by itself later."""
    _plan(world, account, order, "orders.ship", world.clock.time() + SHIPPED_AFTER)


@behaves("orders", "A shipped order has a tracking number.", "documented", "002, 5.1.12")
@behaves("orders", "A parcel arrives after eight days.", "assumed")
@behaves(
    "orders", "Sandbox orders move by sandbox.update_status only.", "documented", "002, 5.1.12"
)
def ship(world: World, account: Account, order: Order, at: float | None = None) -> None:
    """The parcel of an order leaves the warehouse.

    Args:
        world: what it happens in.
        account: whose order it is.
        order: not shipped yet.
        at: when, in seconds since 1970; now when left out.

    Raises:
        IllegalMove: it is not UNSHIPPED.
    """
    _check(order, "SHIPPED")
    order.shipped = world.clock.time() if at is None else at
    order.track_number = order.track_number or track_number(order)
    order.due = None
    if not order.sandbox:
        _plan(world, account, order, "orders.deliver", order.shipped + DELIVERED_AFTER)
    elif order.step < 500:
        order.step = 500
    _become(world, account, order, "SHIPPED")
    parcel_moved(world, account, order)


def deliver(world: World, account: Account, order: Order, at: float | None = None) -> None:
    """The customer has got the parcel.

    Args:
        world: what it happens in.
        account: whose order it is.
        order: on its way.
        at: when, in seconds since 1970; now when left out.

    Raises:
        IllegalMove: the order is not SHIPPED.
    """
    _check(order, "DELIVERED")
    order.delivered = world.clock.time() if at is None else at
    order.due = None
    if order.sandbox and order.step < 600:
        order.step = 600
    _become(world, account, order, "DELIVERED")
    parcel_moved(world, account, order)


@behaves(
    "orders",
    "An order can be cancelled until it is shipped; it leaves its parent order, whose amount sinks. "
    "What was paid is not given back.",
    "assumed",
)
def cancel(world: World, account: Account, order: Order) -> None:
    """Cancel an order.

    Raises:
        IllegalMove: it is on its way, has arrived, or is cancelled.
    """
    _check(order, "CANCELLED")
    if order.paid is None:
        leave_parent(account, order)
    order.due = None
    _become(world, account, order, "CANCELLED")


def remove(world: World, account: Account, order: Order) -> None:
    """Delete an order.

    Raises:
        IllegalMove: it is neither CREATED nor IN_CART.
    """
    if order.status not in ("CREATED", "IN_CART"):
        raise IllegalMove(f"{order.code} is {order.status} and cannot be deleted")
    del account.state.book.orders[order.code]
    tell(world, account, order, "DELETE")


@behaves(
    "sandbox",
    "300 and 400 are UNSHIPPED, 500 is SHIPPED, 600 DELIVERED; 700 stays DELIVERED.",
    "documented",
    "002, 5.1.12; 300 and 700 are assumed",
)
def next_sandbox_step(world: World, account: Account, order: Order) -> None:
    """Move a sandbox order from 300 to 400, 500, 600 and 700.

    Raises:
        IllegalMove: it is no sandbox order, not paid, or at its last step.
    """
    following = NEXT_STEP.get(order.step)
    if following is None or order.status == "CANCELLED":
        raise IllegalMove(f"{order.code} is {order.status} at {order.step}: no step follows")
    if following == 500:
        ship(world, account, order)
    elif following == 600:
        deliver(world, account, order)
    order.step = following
    if following in (400, 700):
        tell(world, account, order)


def _become(world: World, account: Account, order: Order, status: Status) -> None:
    _check(order, status)
    order.status = status
    tell(world, account, order)


def _check(order: Order, status: Status) -> None:
    if not can_become(order, status):
        raise IllegalMove(f"{order.code} is {order.status} and cannot become {status}")


def _plan(world: World, account: Account, order: Order, action: str, at: float) -> None:
    order.due = at
    world.agenda.add(at, action, account.number, order.code)


def _due(world: World, account: Account, code: str, status: Status) -> Order | None:
    """The order that an entry of the agenda is about, if it can still do what was planned."""
    order = account.state.book.orders.get(code)
    if order is None or order.due is None or order.due > world.clock.time():
        return None
    return order if can_become(order, status) else None


def _ship_when_due(world: World, account: Account, code: str) -> None:
    order = _due(world, account, code, "SHIPPED")
    if order is not None:
        ship(world, account, order, order.due)


def _deliver_when_due(world: World, account: Account, code: str) -> None:
    order = _due(world, account, code, "DELIVERED")
    if order is not None:
        deliver(world, account, order, order.due)


ACTIONS: Mapping[str, Action] = {
    "orders.ship": _ship_when_due,
    "orders.deliver": _deliver_when_due,
}
