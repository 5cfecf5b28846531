"""What does an operation get to see? The catalog, the accounts, the time, and what was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from ._account import Account, Accounts
from ._agenda import Agenda
from ._bodies import Fields
from ._catalog import Catalog, Changes
from ._clock import Clock
from ._listing import Listing
from ._money import Payable, PaymentKind
from ._parameters import Query
from .callbacks.model import Event

Action = Callable[["World", Account, str], None]
"""What an entry of the agenda does: the account it is about, and what exactly."""

Settled = Callable[["World", Account, Payable], None]
"""What happens once something was paid."""


@dataclass(slots=True)
class World:
    """Everything one simulator consists of, except its socket.

    Attributes:
        quirks: the names of those that are on.
        token_limits: whether logging in and refreshing have their own limits.
        actions: what an entry of the agenda does, by its name.
        settled: what happens once something was paid, by what it is.
        removed: products that were taken off the shelves.
        changes: products that were added, and new prices and stock.
        agenda: what happens by itself later.
        callbacks_anywhere: whether webhooks may go to this machine.
        nudge: tells whoever sends messages that there may be something to do.
    """

    catalog: Catalog
    accounts: Accounts
    clock: Clock
    listing: Listing
    quirks: frozenset[str]
    token_limits: bool
    actions: Mapping[str, Action]
    settled: Mapping[PaymentKind, Settled]
    removed: set[int] = field(default_factory=set[int])
    changes: Changes = field(default_factory=Changes)
    agenda: Agenda = field(default_factory=Agenda)
    callbacks_anywhere: bool = True
    nudge: Callable[[], None] = lambda: None

    def has(self, quirk: str) -> bool:
        """Whether a quirk is on."""
        return quirk in self.quirks

    def emit(
        self, account: Account, kind: str, message_type: str, params: Mapping[str, object]
    ) -> None:
        """Something happened that a webhook may tell: ``kind`` is the ``type`` of the message."""
        event = Event(kind, message_type, dict(params), self.clock.time())
        account.state.callbacks.outbox.append(event)
        self.nudge()

    def catch_up(self) -> None:
        """Let everything happen whose time has come."""
        while entry := self.agenda.due(self.clock.time()):
            account = self.accounts.with_number(entry.account)
            if account is not None:
                with self.clock.as_of(entry.at):  # what follows counts from then, not from now
                    self.actions[entry.action](self, account, entry.about)


@dataclass(slots=True)
class Call:
    """One call that came through: who asks, and what for.

    Attributes:
        body: the fields of a JSON object or a form.
        rows: the objects of a body that is a list.
        headers: the documented headers besides the token, by their documented names.
        probed: of `webhooks.set`: the HTTP status that each address answered, None for none.
    """

    world: World
    account: Account
    query: Query
    body: Fields
    rows: Sequence[Fields] = ()
    headers: Query = field(default_factory=Query)
    probed: Mapping[str, int | None] = field(default_factory=dict[str, int | None])

    @property
    def catalog(self) -> Catalog:
        """The products."""
        return self.world.catalog

    def oddity(self, number: int) -> int:
        """Bits that decide how the values of a product are spelled; 0 is the plain spelling."""
        return self.world.catalog.odd[number] if self.world.has("drifting_types") else 0

    @property
    def features(self) -> AbstractSet[str]:
        """What the answer should be richer by."""
        return frozenset(self.query.texts("features"))


Operation = Callable[[Call], object]
"""An operation of a logged-in account: gives the data of its answer, or raises Refused."""

OpenOperation = Callable[[World, Fields], object]
"""An operation that needs no token."""
