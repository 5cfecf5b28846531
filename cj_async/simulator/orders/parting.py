"""How does an order leave its parent order? What is to be paid then sinks by what it costs."""

from __future__ import annotations

from .._account import Account
from .model import Order


def leave_parent(account: Account, order: Order) -> None:
    """Take an unpaid order out of its parent; a parent without orders cannot be paid."""
    parent = account.state.book.parents.get(order.parent)
    order.parent = ""
    if parent is None or order.code not in parent.orders:
        return
    parent.orders.remove(order.code)
    payable = account.state.money.payables.get(parent.id)
    if payable is None:
        return
    payable.amount -= order.total
    if not parent.orders:
        del account.state.money.payables[parent.id]
