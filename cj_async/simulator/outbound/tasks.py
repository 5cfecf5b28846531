"""How does an outbound order come about? CJ makes a sub-order, then locks the stock, by itself."""

from __future__ import annotations

from collections.abc import Mapping

from .._account import Account
from .._evidence import behaves
from .._state import State
from .._world import Action, World
from ..private import stock
from .model import OutboundOrder
from .submission import submit

SECONDS_TO_MAKE = 2.0
SECONDS_TO_LOCK = 4.0
"""When the sub-order is made, and when the stock is locked, counted from the call."""


@behaves(
    "outbound.create",
    "The sub-order is made after two seconds, the stock locked after four.",
    "assumed",
    "002, 5.8.6 says that it takes time",
)
def begin(world: World, account: Account, order: OutboundOrder) -> None:
    """Start to make an order, or to make it anew; an older task of it does nothing any more."""
    order.stage = "processing"
    order.task += 1
    now, about = world.clock.time(), f"{order.code}:{order.task}"
    world.agenda.add(now + SECONDS_TO_MAKE, "outbound.make", account.number, about)
    world.agenda.add(now + SECONDS_TO_LOCK, "outbound.lock", account.number, about)


def _make(_: World, account: Account, about: str) -> None:
    order = _of_task(account.state, about)
    if order is not None:
        order.stage = "made"


@behaves(
    "outbound.progress",
    "As many pieces as there are get locked; with one missing, the lock failed, and what was locked "
    "stays locked until the order is changed or cancelled.",
    "documented",
    "002, 5.8.6; that they stay locked is assumed",
)
@behaves(
    "outbound.create",
    "With submit=true the order is submitted once all of its stock is locked, and only then.",
    "documented",
    "002, 5.8.5 and 5.8.6",
)
def _lock(world: World, account: Account, about: str) -> None:
    state = account.state
    order = _of_task(state, about)
    if order is None:
        return
    for line in order.lines:
        line.locked = stock.lock(
            state.private, order.storage, line.private_order, line.vid, line.quantity
        )
    order.stage = "lock failed" if any(line.missing for line in order.lines) else "ready"
    if order.stage == "ready" and order.submits_itself:
        submit(world, account, order)


def unlock(state: State, order: OutboundOrder) -> None:
    """Give back what an order has locked, and stop its task."""
    order.task += 1
    for line in order.lines:
        stock.unlock(state.private, order.storage, line.private_order, line.vid, line.locked)
        line.locked = 0


def _of_task(state: State, about: str) -> OutboundOrder | None:
    """The order of an entry of the agenda; None when the entry is of an older task."""
    code, _, task = about.partition(":")
    order = state.outbound.orders.get(code)
    return order if order is not None and str(order.task) == task else None


ACTIONS: Mapping[str, Action] = {"outbound.make": _make, "outbound.lock": _lock}
