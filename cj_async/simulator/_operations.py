"""Which operations does the simulator answer? All rooms' tables in one."""

from __future__ import annotations

from collections.abc import Mapping

from . import (
    _authentication,
    _inventory,
    _my_products,
    _products,
    _reviews,
    _search,
    _settings,
    _sourcing,
    _storage,
)
from ._authentication import OPEN_OPERATIONS
from ._money import PaymentKind
from ._world import Action, Operation, Settled

OPERATIONS: Mapping[str, Operation] = {
    **_authentication.OPERATIONS,
    **_search.OPERATIONS,
    **_products.OPERATIONS,
    **_inventory.OPERATIONS,
    **_my_products.OPERATIONS,
    **_reviews.OPERATIONS,
    **_settings.OPERATIONS,
    **_sourcing.OPERATIONS,
    **_storage.OPERATIONS,
}

ACTIONS: Mapping[str, Action] = {}
"""What happens by itself, by the name of the agenda's entry: all rooms' tables in one."""

SETTLED: Mapping[PaymentKind, Settled] = {}
"""What happens once something was paid: all rooms' tables in one."""

__all__ = ["ACTIONS", "OPEN_OPERATIONS", "OPERATIONS", "SETTLED", "is_written"]


def is_written(operation: str) -> bool:
    """Whether the simulator carries an operation out; the others answer the documented example."""
    return operation in OPERATIONS or operation in OPEN_OPERATIONS
