"""How is a message sent that nothing has caused?"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from .._account import Account
from .._checks import check
from .._world import World
from .deliveries import collect, enqueue
from .examples import EXAMPLES
from .message import body_of
from .model import Delivery, Event
from .topics import wants


def fire(
    world: World,
    account: Account,
    kind: str,
    message_type: str | None = None,
    params: Mapping[str, object] | None = None,
) -> Delivery | None:
    """Send a message on demand, after those that are waiting to be sent.

    Args:
        world: whose clock and catalog count.
        account: who gets it.
        kind: ``type`` of the message, such as ``ORDER``.
        message_type: ``INSERT``, ``UPDATE``, ``DELETE``, …; the usual one when left out.
        params: plausible ones when left out, made from the catalog and the account's state.

    Returns:
        the message, which will tell what became of it; None when its topic is off.

    Raises:
        ValueError: there is no such message, or the params are no JSON.
    """
    check("type", kind, kind in EXAMPLES, f"one of {', '.join(EXAMPLES)}")
    usual, example = EXAMPLES[kind]
    told = message_type or usual
    collect(account)
    given = example(world, account, told) if params is None else dict(params)
    event = Event(kind, told, given, world.clock.time())
    try:
        body_of(account, "", event)
    except (TypeError, msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"params must be JSON values: {error}") from None
    if not wants(account.state.callbacks, kind):
        return None
    delivery = enqueue(account, event)
    world.nudge()
    return delivery
