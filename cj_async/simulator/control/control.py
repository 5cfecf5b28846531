"""What can the simulator be told while it runs? One object for Python and for HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from .._churn import Shelves
from .._clock import Clock
from .._faults import Fault, Faults, check_fault
from .._gateway import Gateway
from .._log import RequestLog
from .._spec import operations
from .._world import World
from ..callbacks.firing import fire
from ..callbacks.model import Delivery
from .accounts import AccountRoom, Who
from .inspection import Inspection
from .orders import OrderRoom
from .schedule import Source, read_schedule
from .snapshots import Snapshot, Snapshots


class Control:
    """The rooms of the control desk.

    Attributes:
        accounts: who there is, with which tier, points and balance.
        clock: the time; ``advance`` of this class lets happen what is due by then, too.
        log: what was asked.
        faults: what goes wrong.
        snapshots: how it was.
        state: what has become of orders and money.
        orders: moves them on.
        shelves: products come, go and change.
    """

    def __init__(
        self,
        world: World,
        gateway: Gateway,
        log: RequestLog,
        faults: Faults,
        accounts: AccountRoom,
        shelves: Shelves,
    ) -> None:
        self.world: Final = world
        self.clock: Final[Clock] = world.clock
        self.log: Final = log
        self.faults: Final = faults
        self.accounts: Final = accounts
        self.snapshots: Final = Snapshots(world, faults, gateway)
        self.state: Final = Inspection(world, accounts)
        self.orders: Final = OrderRoom(world, accounts, self.state)
        self.shelves: Final = shelves
        self._gateway = gateway
        self._beginning: Snapshot | None = None

    @property
    def per_ip(self) -> float | None:
        """Requests a second that one address may send; None: any number."""
        return self._gateway.per_ip

    def begin(self) -> None:
        """What ``reset`` goes back to is how it is now, unless that is known already."""
        if self._beginning is None:
            self._beginning = self.snapshots.take()

    def reset(self) -> None:
        """Everything is as when the simulator was first started, log, counts and snapshots too.

        Accounts that were there keep their keys; tokens made since are dead.
        """
        self.begin()
        assert self._beginning is not None
        self.snapshots.restore(self._beginning)
        self.snapshots.clear()
        self.log.clear()
        self._gateway.start_over()

    def advance(self, by: timedelta) -> None:
        """Move the clock, and let happen what is due by then.

        Raises:
            ValueError: as of ``Clock.advance``.
        """
        self.clock.advance(by)
        self.world.catch_up()

    def add_fault(self, fault: Fault) -> Fault:
        """Set up a fault.

        Raises:
            ValueError: it could never strike as meant, or there are too many.
        """
        check_fault(fault, operations())
        self.faults.add(fault)
        return fault

    def load_faults(self, source: Source, seed: int | None = None) -> list[Fault]:
        """Have the faults of a schedule instead of those there are; loading it again replays it.

        Args:
            source: as of `schedule.read_schedule`.
            seed: of the draws, instead of the schedule's own, or the simulator's.

        Raises:
            ValueError: it is no schedule.
            OSError: the file cannot be read.
        """
        schedule = read_schedule(source)
        told = schedule.seed if seed is None else seed
        self.faults.clear()
        for fault in schedule.faults:
            self.faults.add(fault, told)
        return schedule.faults

    def fire(
        self,
        who: Who,
        kind: str,
        message_type: str | None = None,
        params: Mapping[str, object] | None = None,
    ) -> Delivery | None:
        """Send a webhook on demand, as of ``Simulator.fire``.

        Raises:
            ValueError: there is no such message, or the params are no JSON.
            LookupError: there is no such account.
        """
        return fire(self.world, self.accounts.find(who), kind, message_type, params)
