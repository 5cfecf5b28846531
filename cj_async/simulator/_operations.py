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
from .aftersales import operations as aftersales
from .callbacks import operations as callbacks
from .merging import operations as merging
from .money import operations as money
from .orders import operations as orders
from .outbound import operations as outbound
from .private import operations as private

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
    **aftersales.OPERATIONS,
    **callbacks.OPERATIONS,
    **merging.OPERATIONS,
    **money.OPERATIONS,
    **orders.OPERATIONS,
    **outbound.OPERATIONS,
    **private.OPERATIONS,
}

ACTIONS: Mapping[str, Action] = {
    **_sourcing.ACTIONS,
    **aftersales.ACTIONS,
    **orders.ACTIONS,
    **outbound.ACTIONS,
    **private.ACTIONS,
    **callbacks.ACTIONS,
}
"""What happens by itself, by the name of the agenda's entry: all rooms' tables in one."""

SETTLED: Mapping[PaymentKind, Settled] = {**orders.SETTLED, **private.SETTLED}
"""What happens once something was paid: all rooms' tables in one."""

__all__ = ["ACTIONS", "OPEN_OPERATIONS", "OPERATIONS", "SETTLED", "is_written"]


def is_written(operation: str) -> bool:
    """Whether the simulator carries an operation out; the others answer the documented example."""
    return operation in OPERATIONS or operation in OPEN_OPERATIONS
