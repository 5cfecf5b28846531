"""How is an order moved on by hand? As if the shop, the buyer's bank or the carrier had done it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .._account import Account
from .._checks import check
from .._world import World
from ..money.paying import settle_elsewhere
from ..orders import moves, parents
from ..orders.model import Order, Status
from .accounts import AccountRoom
from .inspection import Inspection
from .views import OrderView

Move = Callable[[World, Account, Order], None]


class OrderRoom:
    """Moves the orders of one simulator; a move is told by webhooks, and refused, like any other."""

    def __init__(self, world: World, accounts: AccountRoom, state: Inspection) -> None:
        self._world = world
        self._accounts = accounts
        self._state = state

    def advance(self, asked: str) -> OrderView:
        """Move an order on: confirmed, paid, shipped, delivered; a sandbox order by its next step.

        What is paid so is not charged to the balance, as if it had been paid on CJ's page; an order
        that is paid together with others takes them along.

        Args:
            asked: code, long id, or the caller's own number.

        Raises:
            LookupError: there is no such order.
            ValueError: nothing follows where it stands.
        """
        account, order = self._find(asked)
        is_stepping = order.sandbox and order.paid is not None
        move = moves.next_sandbox_step if is_stepping else _ONWARDS.get(order.status)
        if move is None:
            raise moves.IllegalMove(f"{order.code} is {order.status}: nothing follows")
        move(self._world, account, order)
        return self._state.order(order.code)

    def move(self, asked: str, status: str) -> OrderView:
        """Move an order on until it has a status, or cancel it.

        Args:
            asked: code, long id, or the caller's own number.
            status: ``UNPAID``, ``UNSHIPPED``, ``SHIPPED``, ``DELIVERED`` or ``CANCELLED``.

        Raises:
            LookupError: there is no such order.
            ValueError: it cannot get there from where it stands; nothing has changed then.
        """
        check("status", status, status in (*_WAY, "CANCELLED"), f"{', '.join(_WAY)} or CANCELLED")
        account, order = self._find(asked)
        if status == "CANCELLED":
            moves.cancel(self._world, account, order)
        elif _rank(order.status) >= _rank(status):
            raise moves.IllegalMove(f"{order.code} is {order.status} and cannot become {status}")
        while order.status not in (status, "CANCELLED"):
            self.advance(order.code)
        return self._state.order(order.code)

    def _find(self, asked: str) -> tuple[Account, Order]:
        self._world.catch_up()
        for account in self._accounts:
            order = account.state.book.find(asked)
            if order is not None:
                return account, order
        raise LookupError(f"no order is {asked!r}")


def _confirm(world: World, account: Account, order: Order) -> None:
    parents.form(world, account, [order])


def _pay(world: World, account: Account, order: Order) -> None:
    payable = account.state.money.payables.get(order.parent)
    if payable is None or payable.paid_at is not None:
        moves.pay(world, account, order)
    else:
        settle_elsewhere(world, account, payable)


def _rank(status: str) -> int:
    return _WAY.index(status) if status in _WAY else len(_WAY) * (status == "CANCELLED") - 1


_WAY: tuple[Status, ...] = ("UNPAID", "UNSHIPPED", "SHIPPED", "DELIVERED")
_ONWARDS: Mapping[Status, Move] = {
    "CREATED": _confirm,
    "IN_CART": _confirm,
    "UNPAID": _pay,
    "UNSHIPPED": moves.ship,
    "SHIPPED": moves.deliver,
}
