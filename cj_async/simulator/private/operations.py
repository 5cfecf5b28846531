"""Which operations are of the private room? Its tables in one."""

from __future__ import annotations

from collections.abc import Mapping

from .._money import PaymentKind
from .._world import Action, Operation, Settled
from . import addresses, cart, confirming, lifecycle, makeup, orders, placing

OPERATIONS: Mapping[str, Operation] = {
    **cart.OPERATIONS,
    **confirming.OPERATIONS,
    **placing.OPERATIONS,
    **orders.OPERATIONS,
    **addresses.OPERATIONS,
    **makeup.OPERATIONS,
}
ACTIONS: Mapping[str, Action] = lifecycle.ACTIONS
SETTLED: Mapping[PaymentKind, Settled] = {**lifecycle.SETTLED, **makeup.SETTLED}
