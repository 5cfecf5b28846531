"""What does an operation get to see? The catalog, the accounts, the time, and what was asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from ._account import Account, Accounts
from ._bodies import Fields
from ._catalog import Catalog
from ._clock import Clock
from ._listing import Listing
from ._parameters import Query


@dataclass(slots=True)
class World:
    """Everything one simulator consists of, except its socket.

    Attributes:
        quirks: whether values are spelled in CJ's many ways, or always in the first documented one.
        token_limits: whether logging in and refreshing have their own limits.
        removed: products that were taken off the shelves.
    """

    catalog: Catalog
    accounts: Accounts
    clock: Clock
    listing: Listing
    quirks: bool
    token_limits: bool
    removed: set[int] = field(default_factory=set[int])


@dataclass(slots=True)
class Call:
    """One call that came through: who asks, and what for.

    Attributes:
        body: the fields of a JSON object or a form.
        rows: the objects of a body that is a list.
        headers: the documented headers besides the token, by their documented names.
    """

    world: World
    account: Account
    query: Query
    body: Fields
    rows: Sequence[Fields] = ()
    headers: Query = field(default_factory=Query)

    @property
    def catalog(self) -> Catalog:
        """The products."""
        return self.world.catalog

    def oddity(self, number: int) -> int:
        """Bits that decide how the values of a product are spelled; 0 is the plain spelling."""
        return self.world.catalog.odd[number] if self.world.quirks else 0

    @property
    def features(self) -> AbstractSet[str]:
        """What the answer should be richer by."""
        return frozenset(self.query.texts("features"))


Operation = Callable[[Call], object]
"""An operation of a logged-in account: gives the data of its answer, or raises Refused."""

OpenOperation = Callable[[World, Fields], object]
"""An operation that needs no token."""
