"""How was it a moment ago? Everything that changes is copied, kept, and put back."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import TYPE_CHECKING

from .._account import Account
from .._checks import check
from .._clock import Shown
from .._faults import Faults, Kept
from .._limits import Window
from .._world import World

if TYPE_CHECKING:
    from .._gateway import Gateway

MOST_SNAPSHOTS = 100
CHANGING = ("removed", "changes", "agenda")
"""What of a world is copied; the rest never changes, or is put back in a way of its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """All of a simulator at one moment; give it to ``restore`` of the simulator it was taken of.

    Attributes:
        name: what it was called; "" for one without a name.
        time: what the clock showed.
    """

    name: str
    time: datetime
    world: World = field(repr=False)
    shown: Shown = field(repr=False)
    things: Mapping[str, object] = field(repr=False)
    accounts: Mapping[int, Mapping[str, object]] = field(repr=False)
    faults: list[Kept] = field(repr=False)


class Snapshots:
    """Takes snapshots, keeps those that have a name, and puts them back."""

    def __init__(self, world: World, faults: Faults, gateway: Gateway) -> None:
        self._world = world
        self._faults = faults
        self._gateway = gateway
        self._named: dict[str, Snapshot] = {}

    @property
    def named(self) -> list[Snapshot]:
        """Those that have a name, in the order in which they were taken."""
        return list(self._named.values())

    def take(self, name: str = "") -> Snapshot:
        """Copy what there is now: state, tokens, points and limits of every account, agenda, clock, faults.

        Args:
            name: keep it under this name, instead of one that was kept so before; "" keeps nothing.

        Raises:
            ValueError: too many are kept, or the name is too long.
        """
        check("name", name, len(name) <= 100 and name.isprintable(), "at most 100 characters")
        room = not name or name in self._named or len(self._named) < MOST_SNAPSHOTS
        check("snapshots", len(self._named), room, f"at most {MOST_SNAPSHOTS}")
        world = self._world
        changing = {name: getattr(world, name) for name in CHANGING}
        accounts = {account.number: vars(account) for account in world.accounts}
        things, accounts = deepcopy((changing, accounts), self._shared())
        snapshot = Snapshot(
            *(name, world.clock.now(), world, world.clock.shown()),
            *(things, accounts, self._faults.kept()),
        )
        if name:
            self._named.pop(name, None)
            self._named[name] = snapshot
        return snapshot

    def restore(self, snapshot: Snapshot | str) -> Snapshot:
        """Have it all again as it was; the snapshot can be restored any number of times.

        Accounts that were added since are gone. Nobody has sent anything in the last second.

        Raises:
            ValueError: it was taken of another simulator.
            LookupError: no snapshot is kept under that name.
        """
        if isinstance(snapshot, str):
            snapshot = self.find(snapshot)
        if snapshot.world is not self._world:
            raise ValueError("a snapshot can only be restored to the simulator it was taken of")
        world = self._world
        things, accounts = deepcopy((snapshot.things, snapshot.accounts), self._shared())
        for name, value in things.items():
            setattr(world, name, value)
        world.accounts.keep_only(accounts)
        for account in world.accounts:
            _put_back(account, accounts[account.number])
        world.clock.put_back(snapshot.shown)
        world.catalog.become(world.changes)
        world.listing.reset(world.removed)
        self._faults.put_back(snapshot.faults)
        self._gateway.forget_addresses()
        return snapshot

    def find(self, name: str) -> Snapshot:
        """The snapshot that is kept under a name.

        Raises:
            LookupError: there is none.
        """
        if name not in self._named:
            raise LookupError(f"no snapshot is called {name!r}")
        return self._named[name]

    def forget(self, name: str) -> None:
        """Keep a snapshot no longer.

        Raises:
            LookupError: there is none of that name.
        """
        del self._named[self.find(name).name]

    def clear(self) -> None:
        """Keep none."""
        self._named.clear()

    def _shared(self) -> dict[int, object]:
        """What copies go on to refer to."""
        world = self._world
        fixed = [getattr(world, part.name) for part in fields(world) if part.name not in CHANGING]
        return {id(thing): thing for thing in (world, *fixed, *world.accounts)}


def _put_back(account: Account, kept: Mapping[str, object]) -> None:
    vars(account).update(kept)
    account.window = Window.per_second(account.rate)
