"""Who takes the money? Nobody but this: once for each thing, then what was paid for moves on.

Nothing else says that something is paid.
"""

from __future__ import annotations

from .._account import Account
from .._answers import Refusal, Refused
from .._evidence import behaves
from .._money import Payable
from .._world import World

PAY_FAILED = Refusal(1603101, "Order pay fail, please contact CJ order center")


@behaves(
    "payments",
    "What is paid already is refused with 1603101; no money moves.",
    "assumed",
    "code of 000, appendix 1",
)
@behaves(
    "payments",
    "A balance that does not cover the amount is refused with 1604000, and nothing changes.",
    "documented",
    "000, appendix 1",
)
@behaves("payments", "Sandbox orders are paid without money.", "documented", "002, 5.2.2 and 5.2.3")
def settle(world: World, account: Account, payable: Payable) -> None:
    """Take the money for something, and let happen what its payment brings about.

    Raises:
        Refused: it is paid already, or the balance does not cover it. Nothing has changed then.
    """
    if payable.paid_at is not None:
        raise Refused(PAY_FAILED)
    account.state.money.pay(payable, world.clock.time())
    world.settled[payable.kind](world, account, payable)


def settle_elsewhere(world: World, account: Account, payable: Payable) -> None:
    """Let something count as paid for which the balance has nothing to pay: on CJ's page, or later."""
    payable.paid_at = world.clock.time()
    world.settled[payable.kind](world, account, payable)
