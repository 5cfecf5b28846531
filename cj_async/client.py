"""The client: wires the parts together, opens and closes them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

from msgspec.structs import replace

from cj_async import _settings
from cj_async._account import Account
from cj_async._auth import Auth
from cj_async._envelope import Envelope
from cj_async._login import token_calls
from cj_async._operation import Effect, Operation
from cj_async._pace import Priority
from cj_async._points import PointsInfo
from cj_async._pool import Pool
from cj_async._protocol import Done
from cj_async._request import Request, build, build_raw, check_sandbox
from cj_async._tokens import TokenStore, fingerprint
from cj_async._transport import Options, Transport
from cj_async.errors import ConfigurationError, InvalidRequest
from cj_async.resources import Namespaces, operations

T = TypeVar("T")

_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_EFFECTS = {effect.value: effect for effect in Effect if effect is not Effect.TOKEN}
_PRIORITIES = {"interactive": Priority.INTERACTIVE, "background": Priority.BACKGROUND}
_PATH = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[\w.~!$&'()*+,;=:@-]+)+/?", re.ASCII)


class CJClient(Namespaces):
    """A client of the CJ Dropshipping Open API; an async context manager.

    Every documented operation is a method of a namespace, such as ``cj.products.search(…)``; API.md
    lists them. Calls are authenticated, kept within the account's limits and repeated where that is
    safe: a write whose answer was lost is never sent again but raises ``OutcomeUnknown``.

    A client belongs to the event loop in which it is first used. Nothing is sent before the first
    call; that is also when it logs in, unless its token store has a token that is still good.

    Args:
        api_key: The account's API key; by default the environment's ``CJ_API_KEY``.
        access_token: A token to use instead, or to begin with; by default ``CJ_ACCESS_TOKEN``. With
            one of key and token given, the other is only taken from the environment when both name
            the same account.
        token_store: Keeps tokens over restarts; see ``FileTokenStore``. In memory by default.
        tier: The account's tier, ``free``, ``plus``, ``prime`` or ``advanced`` (1, 2, 4, 6 requests a
            second), or a number of requests a second, 1/300 to 1e6.
        pool: Connections and pace shared with other clients; made and closed by the client otherwise.
        base_url: Address of the API; by default ``CJ_BASE_URL`` or CJ's own. Must be https, or http on
            a loopback address.
        timeout: Seconds that one attempt may take, from its start to the end of its answer; above 0.
            Waiting for a turn does not count.
        retries: Extra attempts after a failure that may be repeated; 0 for none.
        max_wait: Longest time in seconds that a call waits for its turn or for points before it raises
            ``RateLimited`` or ``PointsExhausted``; 0 for "now or never", ``math.inf`` for no limit.
        sandbox: Refuse to create an order that is not a sandbox order.
        strict: Raise for an answer that does not fit its documentation, instead of reading what does
            not fit as ``None`` and counting it in ``drift``.

    Raises:
        ConfigurationError: a setting cannot work; says which and why.
    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        access_token: str | None = None,
        token_store: TokenStore | None = None,
        tier: _settings.Tier | float = "free",
        pool: Pool | None = None,
        base_url: str | None = None,
        timeout: float = 30.0,
        retries: int = 3,
        max_wait: float = 60.0,
        sandbox: bool = False,
        strict: bool = False,
    ) -> None:
        super().__init__(self)
        self._options = _with(
            Options(),
            timeout=timeout,
            retries=retries,
            max_wait=max_wait,
            sandbox=sandbox,
            strict=strict,
        )
        self._base_url = _settings.base_url(base_url, os.environ)
        self._pool = _checked_pool(pool) or Pool()
        self._owns_pool = pool is None
        self._life = _Life()
        self._is_sibling = False
        key, token = _settings.credentials(api_key, access_token, os.environ)
        rate = _settings.rate_of(tier)
        account = self._new_account(key, token, rate, _checked_store(token_store))
        self._account = self._pool.join(account)
        self._transport = self._new_transport(self._account, self._options)

    def _new_account(
        self, key: str | None, token: str | None, rate: float, store: TokenStore | None
    ) -> Account:
        secret = key or token
        if secret is None:
            raise ConfigurationError(
                "no credentials: pass api_key=…, or set CJ_API_KEY (make a key on the API page of My CJ)"
            )

        def make_auth(account: Account) -> Auth:
            """The token coroutine that logs in with this client's key and options."""
            login, refresh = token_calls(self._new_transport(account, self._options))
            return Auth(
                account.fingerprint,
                api_key=key,
                access_token=token,
                store=account.store,
                login=login,
                refresh=refresh,
                max_wait=self._options.max_wait,
            )

        return Account(
            fingerprint=fingerprint(secret),
            base_url=self._base_url,
            rate=rate,
            ip=self._pool.ip,
            store=store,
            make_auth=make_auth,
        )

    def _new_transport(self, account: Account, options: Options) -> Transport:
        return Transport(self._base_url, self._pool, account, options)

    def __repr__(self) -> str:
        return f"CJClient(base_url={self._base_url!r}, {self._account!r})"

    async def __aenter__(self) -> Self:
        self._check_open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Closes the client and its siblings; safe to call twice.

        Calls of the client end with ``ConfigurationError``, and writes whose answer is still to come
        with ``OutcomeUnknown``, unless other clients share its account. A pool that was given to the
        client stays open. On a sibling made by ``with_options`` this does nothing.

        Raises:
            ConfigurationError: this is another event loop than the one it was used in.
        """
        if self._is_sibling or self._life.closed:
            return
        self._pool.check_loop()
        self._life.closed = True
        try:
            await self._pool.leave(self._account)
        finally:
            if self._owns_pool:
                await self._pool.aclose()

    def with_options(
        self,
        *,
        timeout: float | None = None,
        retries: int | None = None,
        max_wait: float | None = None,
        sandbox: bool | None = None,
        strict: bool | None = None,
        priority: Literal["interactive", "background"] | None = None,
    ) -> Self:
        """Returns a sibling: same pool, pace, points and token, other options; what is not given stays.

        The client and its siblings close together, by closing the client. Logins and refreshes keep
        the options of the client.

        Args:
            timeout: Seconds that one attempt may take, above 0.
            retries: Extra attempts after a failure that may be repeated; 0 for none.
            max_wait: Longest wait for a turn or for points, in seconds; 0 or more.
            sandbox: Refuse to create an order that is not a sandbox order.
            strict: Raise for an answer that does not fit its documentation.
            priority: ``background`` lets interactive calls of the account go first and leaves them a
                reserve of points.

        Raises:
            ConfigurationError: an option cannot work; says which and why.
        """
        given = {
            "timeout": timeout,
            "retries": retries,
            "max_wait": max_wait,
            "sandbox": sandbox,
            "strict": strict,
            "priority": priority,
        }
        told = {name: value for name, value in given.items() if value is not None}
        sibling = object.__new__(type(self))
        sibling.__dict__.update(self.__dict__)
        Namespaces.__init__(sibling, sibling)
        sibling._options = _with(self._options, **told)
        sibling._is_sibling = True
        sibling._transport = sibling._new_transport(self._account, sibling._options)
        return sibling

    @property
    def points(self) -> PointsInfo | None:
        """The account's API points as last told by CJ and counted since; ``None`` while unknown."""
        return self._account.points.info

    @property
    def drift(self) -> Mapping[str, int]:
        """How often which field of an answer held a value that fits nothing (``Model.jsonName``)."""
        return dict(self._account.drift)

    @property
    def counts(self) -> Mapping[str, int]:
        """What the account's calls came to since it was opened, by all clients that share it.

        ``sent`` counts attempts, logins and refreshes included; ``refused`` those refused for their
        rate; ``out_of_points`` those refused for points; ``unanswered`` those without a usable answer.
        """
        return self._account.counts.copy()

    @property
    def rate(self) -> float:
        """Requests a second that the account may make: that of its tier, or less if CJ said so."""
        return self._account.true_rate

    @property
    def open_id(self) -> str | None:
        """The account's openId, which signs its webhooks; known once the client has logged in."""
        return self._account.auth.open_id

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any | None = None,
        effect: Literal["read", "idempotent", "write", "pay"] | None = None,
    ) -> Envelope[Any]:
        """Calls any path, authenticated and paced like the rest; the way out for what has no method.

        Args:
            method: HTTP method: GET, POST, PUT, PATCH or DELETE.
            path: Path below the base address, such as ``/shop/getShops``.
            query: Query parameters by CJ's names: text, numbers, True or False; a list repeats the
                key, ``None`` is left out.
            body: What is sent as JSON.
            effect: What it means to send it twice; by default that of the documented operation at this
                path, else ``read`` for GET and ``write`` for everything else.

        Returns:
            The envelope; ``data`` holds plain JSON values, numbers with a fraction as ``Decimal``, and
            ``None`` where CJ sent none.

        Raises:
            InvalidRequest: method, path, query, body or effect are not usable, or the client was made
                with ``sandbox=True`` and this would create a real order.
            APIError: CJ refused; see the subclasses in ``cj_async.errors``.
            OutcomeUnknown: a write was sent and its answer was lost.
            TransportError: no usable answer came.
        """
        operation = _undescribed(method, path, effect)
        done = await self._carry_out(operation, build_raw(operation, query, body))
        return done.envelope

    async def call(self, operation: Operation[T], values: Mapping[str, object]) -> T:
        """Carries out one operation for a namespace.

        Args:
            operation: A generated operation.
            values: Its parameters by their Python names; ``None`` is left out.

        Raises:
            ConfigurationError: the client is closed, or belongs to another event loop.
            CJError: as the methods of the namespaces say.
        """
        done = await self._carry_out(operation, build(operation, values))
        return done.value

    async def _carry_out(self, operation: Operation[T], request: Request) -> Done[T]:
        self._life.check()
        if self._options.sandbox:
            check_sandbox(request)
        return await self._transport.call(operation, request)

    def _check_open(self) -> None:
        self._life.check()
        self._pool.check_open()


class _Life:
    """Whether a client and its siblings are still open."""

    __slots__ = ("closed",)

    def __init__(self) -> None:
        self.closed = False

    def check(self) -> None:
        """Raises :class:`ConfigurationError` when closed."""
        if self.closed:
            raise ConfigurationError("the client is closed: make a new one")


def _with(options: Options, **told: object) -> Options:
    """The options with other values, each of them checked."""
    return replace(options, **{name: _OPTIONS[name](name, value) for name, value in told.items()})


def _priority(name: str, value: object) -> Priority:
    if not isinstance(value, str) or value not in _PRIORITIES:
        raise ConfigurationError(f"{name}={value!r}: one of {', '.join(_PRIORITIES)} is due")
    return _PRIORITIES[value]


_OPTIONS: Mapping[str, Callable[[str, object], Any]] = {
    "timeout": _settings.seconds,
    "retries": _settings.whole,
    "max_wait": _settings.patience,
    "sandbox": _settings.flag,
    "strict": _settings.flag,
    "priority": _priority,
}
"""Every option, and what checks it."""


def _checked_pool(pool: object) -> Pool | None:
    if pool is None or isinstance(pool, Pool):
        return pool
    raise ConfigurationError(f"pool is a {type(pool).__name__}: a Pool is due")


def _checked_store(store: TokenStore | None) -> TokenStore | None:
    """Refuses what only looks like a store, such as the path of one."""
    parts = [getattr(store, name, None) for name in ("load", "save", "lock")]
    if store is None or (all(map(callable, parts)) and not isinstance(store, type)):
        return store
    raise ConfigurationError(
        "token_store: an object with load, save and lock is due, such as FileTokenStore(path)"
    )


def _undescribed(method: object, path: object, effect: object) -> Operation[Any]:
    """An operation for :meth:`CJClient.request`, with what is known of the documented one."""
    verb = method.upper() if isinstance(method, str) else ""
    if verb not in _METHODS:
        rule = f"one of {', '.join(sorted(_METHODS))} is due"
        raise InvalidRequest("request", "method", method, rule)
    if effect is not None and effect not in _EFFECTS:
        raise InvalidRequest("request", "effect", effect, f"one of {', '.join(_EFFECTS)} is due")
    chosen = _EFFECTS.get(str(effect))
    checked = _checked_path(path)
    known = operations().get((verb, checked))
    if known is not None:
        return replace(known, result=Any, nullable=True, paging=None, effect=chosen or known.effect)
    return Operation(
        id=f"{verb} {checked}",
        method=verb,
        path=checked,
        result=Any,
        effect=chosen or (Effect.READ if verb == "GET" else Effect.WRITE),
        nullable=True,
    )


def _checked_path(path: object) -> str:
    if not isinstance(path, str) or _PATH.fullmatch(path) is None:
        rule = "a path below the base address is due, such as /shop/getShops, without a query"
        raise InvalidRequest("request", "path", path, rule)
    if path.startswith("/api2.0/"):
        rule = "leave out /api2.0/v1, which belongs to the base address"
        raise InvalidRequest("request", "path", path, rule)
    return path
