"""What has become of it all? Orders, money and the rest of the state, to look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal

import msgspec

from .._account import Account
from .._state import State
from .._world import World
from .accounts import AccountRoom, Who
from .views import (
    AccountView,
    CallbackView,
    ChargeView,
    DisputeView,
    OrderView,
    PayableView,
    account_view,
    callback_view,
    charge_view,
    dispute_view,
    dollars,
    order_view,
    payable_view,
)

ROOMS = tuple(part.name for part in fields(State))
"""The parts of an account's state, by name."""


class Inspection:
    """Looks into the accounts of one simulator; what is due by now has happened before it looks."""

    def __init__(self, world: World, accounts: AccountRoom) -> None:
        self._world = world
        self._accounts = accounts

    def accounts(self) -> list[AccountView]:
        """Every account, the first one first."""
        return [self.account(each) for each in self._accounts]

    def account(self, who: Who = None) -> AccountView:
        """One account.

        Raises:
            LookupError: there is no such account.
        """
        account = self._accounts.find(who)
        if account.points is not None:
            account.points.settle(self._world.clock.time())
        return account_view(account)

    def orders(self, who: Who = None, status: str | None = None) -> list[OrderView]:
        """Orders in the order in which they were made.

        Args:
            who: of one account; None: of all of them.
            status: only those, such as ``UNPAID``; None: all.

        Raises:
            LookupError: there is no such account.
        """
        return [
            order_view(account, order)
            for account in self._meant(who)
            for order in account.state.book.orders.values()
            if status in (None, order.status)
        ]

    def order(self, asked: str) -> OrderView:
        """One order of any account, by code, long id, or the caller's own number.

        Raises:
            LookupError: there is no such order.
        """
        for account in self._meant(None):
            order = account.state.book.find(asked)
            if order is not None:
                return order_view(account, order)
        raise LookupError(f"no order is {asked!r}")

    def balance(self, who: Who = None) -> Decimal:
        """The balance of an account, the first one's when left out, US dollars.

        Raises:
            LookupError: there is no such account.
        """
        self._world.catch_up()
        return dollars(self._accounts.find(who).state.money.balance)

    def charges(self, who: Who = None) -> list[ChargeView]:
        """What left the balance of an account, or of all.

        Raises:
            LookupError: there is no such account.
        """
        return [
            charge_view(account, charge)
            for account in self._meant(who)
            for charge in account.state.money.charges
        ]

    def payables(self, who: Who = None) -> list[PayableView]:
        """What an account, or all of them, can pay or has paid.

        Raises:
            LookupError: there is no such account.
        """
        return [
            payable_view(account, payable)
            for account in self._meant(who)
            for payable in account.state.money.payables.values()
        ]

    def disputes(self, who: Who = None) -> list[DisputeView]:
        """The complaints of an account, or of all.

        Raises:
            LookupError: there is no such account.
        """
        return [
            dispute_view(account, dispute)
            for account in self._meant(who)
            for dispute in account.state.aftersales.disputes.values()
        ]

    def callbacks(self, who: Who = None) -> list[CallbackView]:
        """The newest messages of the webhooks of an account, or of all.

        Raises:
            LookupError: there is no such account.
        """
        return [
            callback_view(account, delivery)
            for account in self._meant(who)
            for delivery in account.state.callbacks.deliveries.values()
        ]

    def room(self, name: str, who: Who = None) -> object:
        """One part of an account's state as plain data; money is cents, times seconds since 1970.

        Args:
            name: one of ``ROOMS``: ``book``, ``aftersales``, ``callbacks``, …
            who: the first account when left out.

        Raises:
            LookupError: there is no such part, or no such account.
        """
        if name not in ROOMS:
            raise LookupError(f"no part of the state is {name!r}: there are {', '.join(ROOMS)}")
        self._world.catch_up()
        state: State = self._accounts.find(who).state
        return msgspec.to_builtins(getattr(state, name), str_keys=True)

    def _meant(self, who: Who) -> Iterator[Account]:
        self._world.catch_up()
        return iter(self._accounts) if who is None else iter((self._accounts.find(who),))
