"""A local CJ: starts, stops, and is told how to behave."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from types import TracebackType
from typing import Final, Literal, Self

from . import _spec
from ._account import Account, Accounts, Lives
from ._catalog import Catalog
from ._checks import (
    LONGEST_WAIT,
    MOST_PRODUCTS,
    check,
    check_count,
    check_loopback,
    check_positive,
    check_tier,
)
from ._clock import Clock
from ._faults import Fault, FaultKind, Faults, Moment, check_fault
from ._gateway import Gateway
from ._limits import Points
from ._listing import Listing
from ._log import RequestLog
from ._operations import ACTIONS, SETTLED
from ._quirks import chosen
from ._server import BASE_PATH, Server
from ._world import World

Tier = Literal["free", "plus", "prime", "advanced"]


class Simulator:
    """A CJ on a loopback port, with a made-up catalog, one account and CJ's limits and quirks.

    ``async with Simulator(products=500, seed=7) as cj:`` gives ``cj.base_url`` and ``cj.api_key``.
    A simulator can be entered again after it was left: it comes back at the same address, with all
    it knew. Two simulators share nothing.

    An operation that has no state here yet checks what it is sent and then answers the example of
    the documentation, whole, whatever was asked, with a request id of its own. Of several examples
    it is the newest edition's (2026-09, then 002, 000, 001). Such an answer, and no other, has the
    header ``X-Simulated: example``.

    Args:
        products: size of the catalog, 0 to 5,000,000. Product 7 of a seed is the same in any size.
        seed: decides catalog, ids, key and which odd spelling appears where.
        tier: of the first account: "free", "plus", "prime", "advanced" (1, 2, 4, 6 requests a
            second), or a number of requests a second.
        points: points a day of the first account; None: calls cost nothing and answers carry no
            ``pointsInfo``.
        per_ip: requests a second of one address; None: any number.
        enforce_limits: whether early requests are refused. ``violations`` counts them anyway.
        token_life: how long an access token lasts.
        refresh_life: how long a refresh token lasts.
        token_reuse: as the newest edition of the API: one pair serves for 24 hours, and refreshing
            does not move its end. Off: every login and refresh makes a new pair.
        token_limits: whether logging in (once in 5 minutes) and refreshing (5 a minute) are
            limited. Off unless asked for, because tests start clients all the time.
        page_cap: rows that both product lists show at most; None: all.
        refusal_status: HTTP status of refusals for pace and points; both were seen live.
        quirks: in which ways it lies as the real one does: True for all (see `_quirks.QUIRKS`), False
            for none, or the names of some.
        latency: real seconds before every answer, at most 600.
        host: a loopback address.
        port: 0 for any free one.
        clock: the time all limits run on; the real time when left out.
        keep_requests: how many records ``requests`` keeps.

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
        enforce_limits: bool = True,
        token_life: timedelta = timedelta(days=15),
        refresh_life: timedelta = timedelta(days=180),
        token_reuse: bool = False,
        token_limits: bool = False,
        page_cap: int | None = 6000,
        refusal_status: Literal[200, 429] = 200,
        quirks: bool | Collection[str] = True,
        latency: float = 0.0,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Clock | None = None,
        keep_requests: int = 10_000,
    ) -> None:
        check_count("keep_requests", keep_requests, 1, MOST_PRODUCTS)
        check("refusal_status", refusal_status, refusal_status in (200, 429), "200 or 429")
        _check_address(host, port, latency, per_ip)
        self.clock: Final = clock or Clock()
        self.requests: Final = RequestLog(keep_requests)
        self._seed, self._host, self._port, self._latency = seed, host, port, latency
        self._lives = _lives(token_life, refresh_life, token_reuse)
        self._world = _world(products, seed, page_cap, self.clock, quirks, token_limits)
        self._faults = Faults()
        self._gateway = Gateway(
            self._world,
            self.requests,
            per_ip=per_ip,
            enforce=enforce_limits,
            refusal_status=refusal_status,
        )
        self._server: Server | None = None
        self.account: Final = self.add_account(tier=tier, points=points)

    def __repr__(self) -> str:
        return f"<Simulator of {self._world.catalog.count} products, seed {self._seed}>"

    @property
    def base_url(self) -> str:
        """Where it answers: ``http://127.0.0.1:<port>/api2.0/v1``.

        Raises:
            RuntimeError: it was never started, so that no port is known.
        """
        if not self._port:
            raise RuntimeError("the simulator is not running: use `async with Simulator() as cj:`")
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}{BASE_PATH}"

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
    def address_violations(self) -> int:
        """Requests that a strict sliding window of ``per_ip`` saw too early."""
        return self._gateway.address_violations

    def add_account(self, *, tier: Tier | float = "free", points: int | None = 50_000) -> Account:
        """One more account on the same server: its ``api_key``, ``open_id`` and ``points``.

        Args:
            tier: as of ``Simulator``.
            points: as of ``Simulator``.

        Raises:
            ValueError: as of ``Simulator``.
        """
        rate = check_tier("tier", tier)
        check_count("points", points, 0, 1_000_000_000)
        accounts = self._world.accounts
        account = Account(self._seed, len(accounts), rate, points, self._lives, self.clock)
        accounts.add(account)
        return account

    def fail(
        self,
        operation: str,
        *,
        kind: FaultKind = "refuse",
        times: int = 1,
        after: int = 0,
        when: Moment = "before",
        code: int = 1600000,
        message: str = "",
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
        """
        fault = Fault(
            operation=operation,
            kind=kind,
            times=times,
            after=after,
            when=when,
            code=code,
            message=message,
            status=status,
            seconds=seconds,
        )
        check_fault(fault, _spec.operations())
        self._faults.add(fault)
        return fault

    def heal(self) -> None:
        """Take back every fault."""
        self._faults.clear()

    def revoke_tokens(self) -> None:
        """End every access and refresh token of every account."""
        for account in self._world.accounts:
            account.end_tokens()

    def remove_product(self, pid: str) -> None:
        """Take a product off the shelves: lists leave it out, asking for it answers 1602002.

        Raises:
            ValueError: there is no such product.
        """
        number = self._world.catalog.number(pid)
        if number is None:
            raise ValueError(f"pid must be the id of a product of this catalog, got {pid!r}")
        self._world.removed.add(number)
        self._world.listing.hide(number)

    async def __aenter__(self) -> Self:
        if self._server is not None:
            raise RuntimeError("the simulator is running already")
        server = Server(self._world, self._gateway, self._faults, self.requests, self._latency)
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


def _check_address(host: str, port: int, latency: float, per_ip: float | None) -> None:
    check_loopback("host", host)
    check_count("port", port, 0, 65_535)
    check("latency", latency, 0 <= latency <= LONGEST_WAIT, f"0 to {LONGEST_WAIT} seconds")
    check_positive("per_ip", per_ip)


def _lives(token: timedelta, refresh: timedelta, reuse: bool) -> Lives:
    check_positive("token_life", token.total_seconds())
    check_positive("refresh_life", refresh.total_seconds())
    return Lives(token.total_seconds(), refresh.total_seconds(), reuse)


def _world(
    products: int,
    seed: int,
    page_cap: int | None,
    clock: Clock,
    quirks: bool | Collection[str],
    token_limits: bool,
) -> World:
    check_count("products", products, 0, MOST_PRODUCTS)
    check_count("page_cap", page_cap, 1, MOST_PRODUCTS)
    catalog = Catalog(products, seed)
    return World(
        catalog=catalog,
        accounts=Accounts(),
        clock=clock,
        listing=Listing(catalog, page_cap),
        quirks=chosen(quirks),
        token_limits=token_limits,
        actions=ACTIONS,
        settled=SETTLED,
    )
