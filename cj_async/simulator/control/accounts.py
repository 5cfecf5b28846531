"""Who has an account here, and what may it do? Accounts are found, added and changed while it runs."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from types import EllipsisType

from .._account import Account, Lives
from .._checks import TIERS, check, check_count, check_tier
from .._limits import Points, Window
from .._world import World

MOST_ACCOUNTS = 1000
MOST_POINTS = 1_000_000_000
_MOST_MONEY = Decimal(1_000_000_000)
_CENT = Decimal("0.01")

Who = Account | int | str | None
"""An account, its number, its place from 0, ``CJ<number>``, or its API key; None: the first one."""


def tier_of(rate: float) -> str | float:
    """The name of a tier, or its requests a second where it has none."""
    return next((name for name, known in TIERS.items() if known == rate), rate)


class AccountRoom:
    """The accounts of one simulator; it can be iterated over.

    Args:
        world: where they live.
        seed: of their numbers, keys and ids.
        lives: how long their tokens last.
    """

    def __init__(self, world: World, seed: int, lives: Lives) -> None:
        self._world = world
        self._seed = seed
        self._lives = lives

    def __iter__(self) -> Iterator[Account]:
        return iter(list(self._world.accounts))

    def __len__(self) -> int:
        return len(self._world.accounts)

    def add(
        self,
        *,
        tier: str | float = "free",
        points: int | None = 50_000,
        balance: Decimal | float | None = None,
    ) -> Account:
        """One more account.

        Args:
            tier: as of ``Simulator``.
            points: as of ``Simulator``.
            balance: US dollars; None: 1000.

        Raises:
            ValueError: an argument makes no sense, or there are 1000 accounts already.
        """
        accounts = self._world.accounts
        rate = check_tier("tier", tier)
        check_count("points", points, 0, MOST_POINTS)
        check(
            "accounts", len(accounts) + 1, len(accounts) < MOST_ACCOUNTS, f"1 to {MOST_ACCOUNTS:,}"
        )
        cents = None if balance is None else cents_of(balance)
        account = Account(self._seed, len(accounts), rate, points, self._lives, self._world.clock)
        if cents is not None:
            account.state.money.balance = cents
        accounts.add(account)
        return account

    def find(self, who: Who = None) -> Account:
        """The account that is meant.

        Raises:
            LookupError: there is none such.
        """
        for account in self._world.accounts:
            if who is account or who in _known_as(account) or who is None:
                return account
        shown = who.partition("@")[0] if isinstance(who, str) else who  # a key is a secret
        raise LookupError(f"no account is {shown!r}")

    def change(
        self,
        who: Who = None,
        *,
        tier: str | float | None = None,
        points: int | EllipsisType | None = ...,
        remaining: int | None = None,
        balance: Decimal | float | None = None,
    ) -> Account:
        """Another tier, points or balance of an account; what is left out stays as it is.

        Args:
            who: the first account when left out.
            tier: as of ``Simulator``.
            points: points a day, all of them left; None: they are not counted any more.
            remaining: how many of today's points are left.
            balance: US dollars; what was charged stays in the list of charges.

        Raises:
            ValueError: a value makes no sense; nothing has changed then.
            LookupError: there is no such account.
        """
        account = self.find(who)
        rate = None if tier is None else check_tier("tier", tier)
        cents = None if balance is None else cents_of(balance)
        purse = self._points(account, points, remaining)
        if rate is not None:
            account.rate, account.window = rate, Window.per_second(rate)
        if cents is not None:
            account.state.money.balance = cents
        account.points = purse
        if purse is not None and remaining is not None:
            purse.remaining = remaining
        return account

    def _points(
        self, account: Account, points: int | EllipsisType | None, remaining: int | None
    ) -> Points | None:
        """The points an account is to have, as of now; what is left of them is not set yet."""
        now, purse = self._world.clock.time(), account.points
        if not isinstance(points, EllipsisType):
            check_count("points", points, 0, MOST_POINTS)
            purse = None if points is None else Points(points, now)
        check_count("remaining", remaining, 0, purse.total if purse else MOST_POINTS)
        if purse is None and remaining is not None:
            raise ValueError("remaining must be left out: points of this account are not counted")
        if purse is not None:
            purse.settle(now)
        return purse


def cents_of(amount: Decimal | float) -> int:
    """US dollars in cents.

    Raises:
        ValueError: it is negative, absurd, or has parts of a cent.
    """
    read = Decimal(str(amount))
    holds = read.is_finite() and 0 <= read <= _MOST_MONEY and read == read.quantize(_CENT)
    check("balance", amount, holds, f"0 to {_MOST_MONEY:,} dollars, in whole cents")
    return int(read * 100)


def _known_as(account: Account) -> tuple[int | str, ...]:
    number, place = account.number, account.place
    return (number, place, str(number), str(place), f"CJ{number}", account.api_key)
