"""How does this room spell an id or a moment? Ids are made of the account and a counter."""

from __future__ import annotations

from datetime import UTC, datetime

from .._account import Account
from .._ids import IdSpace
from .._world import World

PAYMENT_PAGE = "https://www.cjdropshipping.com"


def new_id(world: World, account: Account, kind: str) -> str:
    """A new id of 19 digits; no two accounts, and no two kinds of things, share one."""
    ids = IdSpace(world.catalog.seed, f"private {kind} {account.number}")
    return str(ids.long(account.state.private.next_number()))


def dated_id(world: World, account: Account, prefix: str = "") -> str:
    """A new id with the day in it, such as BK260526100000100001."""
    day = datetime.fromtimestamp(world.clock.time(), UTC)
    return f"{prefix}{day:%y%m%d}{account.number}{account.state.private.next_number():05d}"


def payment_path(pay_id: str) -> str:
    """The path of the page where something is paid."""
    return f"/mine/payment?pid={pay_id}"


def minute(moment: float | None) -> str | None:
    """A moment in UTC to the minute: 2021-10-12 01:33."""
    return None if moment is None else f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M}"


def second(moment: float | None) -> str | None:
    """A moment in UTC as messages spell it: 2021-10-12 01:33:20."""
    return None if moment is None else f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M:%S}"


def milliseconds(moment: float | None) -> int | None:
    """A moment in milliseconds since 1970."""
    return None if moment is None else int(moment * 1000)
