"""Which operations does this room answer, what happens by itself, and what follows a payment?"""

from __future__ import annotations

from collections.abc import Mapping

from .._money import PaymentKind
from .._world import Action, Operation, Settled
from . import cart, changing, costs, create, looking, making, moves, parents, pictures, waybills

OPERATIONS: Mapping[str, Operation] = {
    **create.OPERATIONS,
    **cart.OPERATIONS,
    **looking.OPERATIONS,
    **changing.OPERATIONS,
    **waybills.OPERATIONS,
    **pictures.OPERATIONS,
    **costs.OPERATIONS,
}

ACTIONS: Mapping[str, Action] = {**moves.ACTIONS, **making.ACTIONS}

SETTLED: Mapping[PaymentKind, Settled] = {"parent": parents.settled}
