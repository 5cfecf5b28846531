"""What are an order, its lines, its parcel and its payment called? Names made of account and count.

A run with the same seed and the same calls gives the same ids.
"""

from __future__ import annotations

from functools import lru_cache

from .._account import Account
from .._evidence import behaves
from .._ids import IdSpace
from .._world import World
from .model import Order

_BITS = 24
"""Room for the orders of one account."""


@behaves("orders", "Codes are SD and 20 digits.", "documented", "example of 002, 5.1.3")
def code(account: Account, number: int) -> str:
    """The SD code of the n-th order."""
    return f"SD{account.number:07d}{number:013d}"


def provisional(account: Account, number: int) -> str:
    """What stands for the code as long as a line is not connected; it is told nowhere as a code."""
    return f"DP{account.number:07d}{number:013d}"


def long_id(world: World, account: Account, number: int) -> int:
    """The long number of the n-th order."""
    return _space(world.catalog.seed, "order").long((account.number << _BITS) + number)


def line_id(world: World, account: Account, number: int) -> str:
    """The id of the n-th line of all orders."""
    return str(_space(world.catalog.seed, "line").long((account.number << _BITS) + number))


def parent_id(account: Account, number: int) -> str:
    """The id of the n-th parent order."""
    return f"CJ{account.number:07d}{number:012d}"


def pay_id(account: Account, number: int) -> str:
    """The id of the n-th payment."""
    return f"PAY{account.number:07d}{number:08d}"


def track_number(order: Order) -> str:
    """The tracking number that CJ gives an order."""
    return f"CJPKL{order.long_id % 10_000_000_000:010d}YQ"


@behaves(
    "orders",
    "Under `three_order_ids` lists, details, messages and the answers of orders.delete and "
    "orders.confirm call an order by a long number, every call wants its SD code; without, the code "
    "stands for both.",
    "seen live",
    "field note 36",
)
def shown(world: World, order: Order) -> str:
    """What an answer calls ``orderId``."""
    return str(order.long_id) if world.has("three_order_ids") else order.code


@behaves("orders", "In messages the long number is a JSON number.", "documented", "002, messages")
def in_message(world: World, order: Order) -> int | str:
    """What a message calls an order."""
    return order.long_id if world.has("three_order_ids") else order.code


@lru_cache(maxsize=64)
def _space(seed: int, kind: str) -> IdSpace:
    return IdSpace(seed, kind)
