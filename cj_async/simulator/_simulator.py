"""A local CJ: starts, stops, and is told how to behave."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from types import TracebackType
from typing import Final, Literal, Self

from ._account import Account
from ._build import check_address, check_waits, lives_of, visible, world_of
from ._callers import Callers
from ._checks import MOST_PRODUCTS, check, check_count
from ._churn import Shelves
from ._clock import Clock
from ._faults import Fault, FaultKind, Faults, Moment
from ._gateway import Gateway
from ._limits import Points
from ._log import RequestLog
from ._server import BASE_PATH, Server
from .callbacks.firing import fire
from .callbacks.model import Delivery
from .control.accounts import AccountRoom, Who
from .control.control import Control
from .control.desk import Desk
from .control.schedule import Source
from .control.snapshots import Snapshot
from .control.views import ChargeView, OrderView, PayableView

Tier = Literal["free", "plus", "prime", "advanced"]


class Simulator(Shelves):
    """A CJ on a loopback port, with a made-up catalog, one account and CJ's limits and quirks.

    ``async with Simulator(products=500, seed=7) as cj:`` gives ``cj.base_url`` and ``cj.api_key``.
    A simulator can be entered again after it was left: it comes back at the same address, with all
    it knew. Two simulators share nothing.

    docs/simulator.md lists what it does, and how that is known. What had no state here would answer
    the documentation's example, with the header ``X-Simulated: example``; today everything has.

    Args:
        products: size of the catalog, 0 to 5,000,000. Product 7 of a seed is the same in any size.
        seed: decides catalog, ids, key and which odd spelling appears where.
        tier: of the first account: "free", "plus", "prime", "advanced" (1, 2, 4, 6 requests a
            second), or a number of requests a second.
        points: points a day of the first account; None: calls cost nothing and answers carry no
            ``pointsInfo``.
        per_ip: requests a second of one address; None: any number.
        ip_limits: whether an address has three accounts a day, and 30 calls a second without login.
        enforce_limits: whether early requests are refused. ``violations`` counts them anyway.
        token_life: how long an access token lasts.
        refresh_life: how long a refresh token lasts.
        token_reuse: as the newest edition of the API: one pair serves for 24 hours, and refreshing
            does not move its end. Off: every login and refresh makes a new pair.
        token_limits: whether logging in (once in 5 minutes) and refreshing (5 a minute) are limited.
        page_cap: rows that both product lists show at most; None: all.
        ignores: documented query parameters that both product lists pass over, by name.
        refusal_status: HTTP status of refusals for pace and points; both were seen live.
        quirks: how it lies as the real one does: True: in all ways of `_quirks.QUIRKS`; or in some.
        callbacks_anywhere: whether webhooks may go to this machine; CJ refuses that.
        validate: whether bodies and answers are held against the bundled spec. An answer that does
            not fit is a bug of the simulator: HTTP 500, and a line in ``mistakes``.
        latency: real seconds before every answer, at most 600.
        host: a loopback address; with ``allow_remote`` any address of this machine.
        port: 0 for any free one.
        clock: the time all limits run on; the real time when left out.
        keep_requests: how many records ``requests`` keeps.
        faults: what goes wrong from the start, as of ``load_faults``.
        allow_remote: whether it may listen where other machines can reach it. Its control
            (``/__sim__/``) answers this machine only, all the same.

    Attributes:
        clock: its time.
        requests: the log of what was asked.
        account: the first account.
        accounts: all of them; ``accounts.change(account, tier="plus", balance=5)`` changes one.
        control: everything it can be told while it runs; the same as below ``/__sim__/``.

    Raises:
        ValueError: names the argument, its value and the rule.
    """

    def __init__(
        self,
        products: int = 1000,
        *,
        seed: int = 1,
        tier: Tier | float = "free",
        points: int | None = 50_000,
        per_ip: float | None = 10.0,
        ip_limits: bool = False,
        enforce_limits: bool = True,
        token_life: timedelta = timedelta(days=15),
        refresh_life: timedelta = timedelta(days=180),
        token_reuse: bool = False,
        token_limits: bool = False,
        page_cap: int | None = 6000,
        ignores: Collection[str] = (),
        refusal_status: Literal[200, 429] = 200,
        quirks: bool | Collection[str] = True,
        validate: bool = True,
        callbacks_anywhere: bool = True,
        latency: float = 0.0,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Clock | None = None,
        keep_requests: int = 10_000,
        faults: Source = (),
        allow_remote: bool = False,
    ) -> None:
        check_count("keep_requests", keep_requests, 1, MOST_PRODUCTS)
        check("refusal_status", refusal_status, refusal_status in (200, 429), "200 or 429")
        check_address(host, port, allow_remote)
        check_waits(latency, per_ip)
        self.clock: Final = clock or Clock()
        self.requests: Final = RequestLog(keep_requests)
        self._host, self._port, self._latency = host, port, latency
        self._world = world_of(products, seed, page_cap, self.clock, quirks, token_limits, ignores)
        self._world.callbacks_anywhere = callbacks_anywhere
        self._faults = Faults(seed)
        self._gateway = Gateway(
            self._world,
            self.requests,
            per_ip=per_ip,
            enforce=enforce_limits,
            refusal_status=refusal_status,
            validate=validate,
            callers=Callers(users=3, without_login=30) if ip_limits else None,
        )
        self._server: Server | None = None
        lives = lives_of(token_life, refresh_life, token_reuse)
        self.accounts: Final = AccountRoom(self._world, seed, lives)
        self.account: Final = self.add_account(tier=tier, points=points)
        self.control: Final = Control(
            self._world, self._gateway, self.requests, self._faults, self.accounts, self
        )
        self.load_faults(faults)

    def __repr__(self) -> str:
        return f"<Simulator of {self._world.catalog.count} products, seed {self._faults.seed}>"

    @property
    def base_url(self) -> str:
        """Where it answers: ``http://127.0.0.1:<port>/api2.0/v1``.

        Raises:
            RuntimeError: it was never started, so that no port is known.
        """
        if not self._port:
            raise RuntimeError("the simulator is not running: use `async with Simulator() as cj:`")
        return f"http://{visible(self._host)}:{self._port}{BASE_PATH}"

    @property
    def api_key(self) -> str:
        """The API key of the first account, ``CJ<number>@api@<32 hex digits>``."""
        return self.account.api_key

    @property
    def open_id(self) -> int:
        """The id of the first account, a number of 19 digits."""
        return self.account.open_id

    @property
    def points(self) -> Points:
        """The points of the first account as of now; ``points.remaining`` can be set.

        Raises:
            RuntimeError: they are not counted (``points=None``).
        """
        points = self.account.points
        if points is None:
            raise RuntimeError("this simulator counts no points: give it a number of points")
        points.settle(self.clock.time())
        return points

    @property
    def violations(self) -> int:
        """Requests that a strict sliding window of their account's tier saw too early."""
        return self._gateway.violations

    @property
    def mistakes(self) -> list[str]:
        """Answers of the simulator that were outside the spec, in words; there should be none."""
        return list(self._gateway.mistakes)

    @property
    def address_violations(self) -> int:
        """Requests that a strict sliding window of ``per_ip`` saw too early."""
        return self._gateway.address_violations

    @property
    def balance(self) -> Decimal:
        """The balance of the first account, US dollars; it can be set."""
        return self.control.state.balance()

    @balance.setter
    def balance(self, dollars: Decimal | float) -> None:
        self.accounts.change(balance=dollars)

    def add_account(
        self,
        *,
        tier: Tier | float = "free",
        points: int | None = 50_000,
        balance: Decimal | float | None = None,
    ) -> Account:
        """One more account on the same server: its ``api_key``, ``open_id`` and ``points``.

        Args:
            tier: as of ``Simulator``.
            points: as of ``Simulator``.
            balance: US dollars; None: 1000.

        Raises:
            ValueError: as of ``Simulator``.
        """
        return self.accounts.add(tier=tier, points=points, balance=balance)

    def orders(self, account: Who = None, *, status: str | None = None) -> list[OrderView]:
        """The orders of an account, or of all, in the order in which they were made.

        Args:
            account: an account, its number, or its place from 0; None: all of them.
            status: only those, such as ``UNPAID``.

        Raises:
            LookupError: there is no such account.
        """
        return self.control.state.orders(account, status)

    def charges(self, account: Who = None) -> list[ChargeView]:
        """What left the balance of an account, or of all.

        Raises:
            LookupError: there is no such account.
        """
        return self.control.state.charges(account)

    def payables(self, account: Who = None) -> list[PayableView]:
        """What an account, or all of them, can pay or has paid.

        Raises:
            LookupError: there is no such account.
        """
        return self.control.state.payables(account)

    def reset(self) -> None:
        """Everything is as when it was first started: state, tokens, clock, faults; the log is empty."""
        self.control.reset()

    def snapshot(self, name: str = "") -> Snapshot:
        """Copy how everything is now.

        Args:
            name: keep it under this name, too.

        Raises:
            ValueError: too many are kept, or the name is too long.
        """
        return self.control.snapshots.take(name)

    def restore(self, snapshot: Snapshot | str) -> None:
        """Have everything again as it was, the log apart.

        Raises:
            ValueError: it was taken of another simulator.
            LookupError: no snapshot is kept under that name.
        """
        self.control.snapshots.restore(snapshot)

    def fail(
        self,
        operation: str,
        *,
        kind: FaultKind = "refuse",
        account: Who = None,
        times: int | None = None,
        after: int = 0,
        nth: int | Sequence[int] | None = None,
        probability: float | None = None,
        seed: int | None = None,
        when: Moment = "before",
        code: int = 1600000,
        message: str = "",
        data: object = None,
        status: int | None = None,
        seconds: float = 0.0,
    ) -> Fault:
        """Make an operation fail; the arguments are those of ``Fault``.

        Only requests that come through (token, pace, points) are counted and spoilt. Several faults
        of one operation strike one after the other.

        Returns:
            the fault; its ``hits`` tells how often it has struck.

        Raises:
            ValueError: there is no such operation or kind, or a number makes no sense.
            LookupError: there is no such account.
        """
        fault = Fault(
            operation=operation,
            kind=kind,
            account=None if account is None else self.accounts.find(account).number,
            times=times,
            after=after,
            nth=nth,
            probability=probability,
            seed=seed,
            when=when,
            code=code,
            message=message,
            data=data,
            status=status,
            seconds=seconds,
        )
        return self.control.add_fault(fault)

    def load_faults(self, source: Source, *, seed: int | None = None) -> list[Fault]:
        """Have the faults of a schedule instead of those there are; loading it again replays it.

        Args:
            source: rows with the fields of ``Fault``, an object ``{"seed": …, "faults": rows}``, or the
                path of a JSON file of either.
            seed: of the draws of ``probability``; the schedule's own, or the simulator's, when left out.

        Raises:
            ValueError: it is no schedule; names the row, the field and the rule.
            OSError: the file cannot be read.
        """
        return self.control.load_faults(source, seed)

    def heal(self) -> None:
        """Take back every fault."""
        self._faults.clear()

    def revoke_tokens(self) -> None:
        """End every access and refresh token of every account."""
        for account in self._world.accounts:
            account.end_tokens()

    def fire(
        self,
        kind: str,
        message_type: str | None = None,
        params: Mapping[str, object] | None = None,
        *,
        account: Account | None = None,
    ) -> Delivery | None:
        """Send a webhook on demand.

        Args:
            kind: ``type`` of the message: PRODUCT, VARIANT, STOCK, ORDER, ORDERSPLIT, SOURCINGCREATE,
                LOGISTIC, MAKEUP or PRIVATE_ORDER.
            message_type: INSERT, UPDATE, DELETE, …; the usual one when left out.
            params: plausible ones when left out.
            account: who gets it; the first account when left out.

        Returns:
            the message, which will tell what became of it; None when its topic is off.

        Raises:
            ValueError: there is no such message, or the params are no JSON.
        """
        return fire(self._world, account or self.account, kind, message_type, params)

    async def sent(self) -> None:
        """Returns once no webhook is due by now: retries that wait for their time stay waiting.

        Raises:
            RuntimeError: the simulator is not running.
        """
        if self._server is None:
            raise RuntimeError("the simulator is not running: use `async with Simulator() as cj:`")
        await self._server.courier.sent()

    async def __aenter__(self) -> Self:
        if self._server is not None:
            raise RuntimeError("the simulator is running already")
        self.control.begin()
        desk = Desk(self.control)
        server = Server(
            *(self._world, self._gateway, self._faults, self.requests, desk, self._latency)
        )
        self._port = await server.start(self._host, self._port)
        self._server = server
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        server, self._server = self._server, None
        if server is not None:
            await server.stop()
