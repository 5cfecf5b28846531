"""What is paid together? Parent orders: made by confirming, got ready for the payment, settled."""

from __future__ import annotations

from collections.abc import Sequence

from .._account import Account
from .._evidence import behaves
from .._money import Payable
from .._world import World
from . import moves
from .ids import parent_id, pay_id
from .model import Order, Parent

PAYABLE_FOR = moves.DAY
"""How long a payId is good."""


def form(world: World, account: Account, orders: Sequence[Order]) -> Parent:
    """Confirm orders, which makes them one parent order that waits to be paid.

    Sandbox orders and others must not come together.
    """
    book = account.state.book
    book.parents_made += 1
    parent = Parent(
        parent_id(account, book.parents_made), [each.code for each in orders], world.clock.time()
    )
    book.parents[parent.id] = parent
    for order in orders:
        order.parent = parent.id
        moves.confirm(world, account, order)
    _owe(account, parent, None)
    return parent


@behaves(
    "orders.create_parent_order",
    "A payId is good for a day; asking again gives the same one until then, later a new one.",
    "assumed",
    "002, 5.1.5 has the field payExpireTime only",
)
def ready_to_pay(world: World, account: Account, parent: Parent) -> Payable:
    """The payment of a parent order that has orders and is not paid, with an end to it."""
    payable = account.state.money.payables[parent.id]
    now = world.clock.time()
    if not parent.pay_id or payable.expires is None or now >= payable.expires:
        payable = _owe(account, parent, now + PAYABLE_FOR)
        parent.pay_id = payable.pay_id
    return payable


def orders_of(account: Account, parent: Parent) -> list[Order]:
    """The orders of a parent order."""
    book = account.state.book
    return [book.orders[code] for code in parent.orders]


@behaves(
    "payments.pay_v2", "Everything in the parent order is paid with it.", "documented", "002, 5.2.3"
)
def settled(world: World, account: Account, payable: Payable) -> None:
    """A parent order has been paid."""
    for order in orders_of(account, account.state.book.parents[payable.id]):
        moves.pay(world, account, order)


@behaves(
    "orders.create_parent_order",
    "A parent order of sandbox orders is paid without money.",
    "documented",
    "002, 5.2.3",
)
def _owe(account: Account, parent: Parent, expires: float | None) -> Payable:
    orders = orders_of(account, parent)
    book = account.state.book
    book.payments_made += 1
    return account.state.money.owe(
        Payable(
            id=parent.id,
            pay_id=pay_id(account, book.payments_made),
            kind="parent",
            amount=sum(each.total for each in orders),
            owner=parent.id,
            simulated=all(each.sandbox for each in orders),
            expires=expires,
        )
    )
