"""The client: wires the parts together, opens and closes them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

from cj_async import _settings
from cj_async._account import Account
from cj_async._auth import Auth
from cj_async._login import token_calls
from cj_async._operation import Effect, Operation
from cj_async._pace import Priority
from cj_async._points import PointsInfo
from cj_async._pool import Pool
from cj_async._protocol import Done, Envelope
from cj_async._request import Request, build, build_raw, check_sandbox
from cj_async._tokens import MemoryTokenStore, TokenStore, fingerprint
from cj_async._transport import Options, Transport
from cj_async.errors import ConfigurationError, InvalidRequest
from cj_async.resources import OPERATIONS, Namespaces

T = TypeVar("T")

_READING_METHODS = frozenset({"GET"})
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_PRIORITIES = {"interactive": Priority.INTERACTIVE, "background": Priority.BACKGROUND}


class CJClient(Namespaces):
    """A client of the CJ Dropshipping Open API; an async context manager.

    Every documented operation is a method of a namespace, such as ``cj.products.search(…)``; API.md
    lists them. Calls are authenticated, kept within the account's limits and repeated where that is
    safe: a write whose answer was lost is never sent again but raises ``OutcomeUnknown``.

    Args:
        api_key: The account's API key; by default the environment's ``CJ_API_KEY``.
        access_token: A token to use instead, or to begin with; by default ``CJ_ACCESS_TOKEN``.
        token_store: Keeps tokens over restarts; see ``FileTokenStore``. In memory by default.
        tier: The account's tier, ``free``, ``plus``, ``prime`` or ``advanced`` (1, 2, 4, 6 requests a
            second), or a number of requests a second.
        pool: Connections and pace shared with other clients; made and closed by the client otherwise.
        base_url: Address of the API; by default ``CJ_BASE_URL`` or CJ's own. Must be https, or http on
            a loopback address.
        timeout: Seconds that one attempt may take, from its start to the end of its answer.
        retries: Extra attempts after a failure that may be repeated.
        max_wait: Longest time in seconds that a call waits for its turn or for points before it raises
            ``RateLimited`` or ``PointsExhausted``.
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
        options = _options(timeout=timeout, retries=retries, max_wait=max_wait)
        self._options = replace(options, sandbox=sandbox, strict=strict)
        self._base_url = _settings.base_url(base_url, os.environ)
        self._pool = pool if pool is not None else Pool()
        self._owns_pool = pool is None
        self._life = _Life()
        self._is_sibling = False
        key = _settings.api_key(api_key, os.environ)
        token = _settings.access_token(access_token, os.environ if api_key is None else {})
        account = self._new_account(key, token, _settings.rate_of(tier), token_store)
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
        """Closes the client; safe to call twice. A sibling made by ``with_options`` closes nothing."""
        if self._is_sibling or self._life.closed:
            return
        self._life.closed = True
        await self._pool.leave(self._account)
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
    ) -> CJClient:
        """Returns a sibling: same pool, pace, points and token, other options; what is not given stays.

        Args:
            timeout: Seconds that one attempt may take.
            retries: Extra attempts after a failure that may be repeated.
            max_wait: Longest wait for a turn or for points, in seconds.
            sandbox: Refuse to create an order that is not a sandbox order.
            strict: Raise for an answer that does not fit its documentation.
            priority: ``background`` lets interactive calls of the account go first and leaves them a
                reserve of points.
        """
        old = self._options
        options = Options(
            timeout=old.timeout if timeout is None else _settings.seconds("timeout", timeout),
            retries=old.retries if retries is None else _settings.whole("retries", retries),
            max_wait=old.max_wait if max_wait is None else _settings.seconds("max_wait", max_wait),
            sandbox=old.sandbox if sandbox is None else sandbox,
            strict=old.strict if strict is None else strict,
            priority=old.priority if priority is None else _priority(priority),
        )
        sibling = object.__new__(type(self))
        sibling.__dict__.update(self.__dict__)
        Namespaces.__init__(sibling, sibling)
        sibling._options = options
        sibling._is_sibling = True
        sibling._transport = sibling._new_transport(self._account, options)
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
        return Counter(self._account.counts)

    @property
    def open_id(self) -> str | None:
        """The account's openId, which signs its webhooks; known once the client has a token."""
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
            method: HTTP method.
            path: Path below the base address, such as ``/shop/getShops``.
            query: Query parameters by CJ's names; a list repeats the key, ``None`` is left out.
            body: JSON body.
            effect: What it means to send it twice; by default that of the documented operation at this
                path, else ``read`` for GET and ``write`` for everything else.

        Returns:
            The envelope; ``data`` holds plain JSON values, numbers with a fraction as ``Decimal``.

        Raises:
            InvalidRequest: method or path are not usable.
            APIError: CJ refused.
            OutcomeUnknown: a write was sent and its answer was lost.
            TransportError: no usable answer came.
        """
        operation = _undescribed(method, path, effect)
        done = await self._carry_out(operation, build_raw(operation, query, body))
        return done.envelope

    async def call(self, operation: Operation[T], values: Mapping[str, object]) -> T:
        """Carries out one operation for a namespace."""
        done = await self._carry_out(operation, build(operation, values))
        return done.value

    async def _carry_out(self, operation: Operation[T], request: Request) -> Done[T]:
        self._check_open()
        if self._options.sandbox:
            check_sandbox(request)
        return await self._transport.call(operation, request)

    def _check_open(self) -> None:
        if self._life.closed:
            raise ConfigurationError("the client is closed: make a new one")
        self._pool.check_open()


class _Life:
    """Whether a client and its siblings are still open."""

    __slots__ = ("closed",)

    def __init__(self) -> None:
        self.closed = False


def _options(*, timeout: float, retries: int, max_wait: float) -> Options:
    return Options(
        timeout=_settings.seconds("timeout", timeout),
        retries=_settings.whole("retries", retries),
        max_wait=_settings.seconds("max_wait", max_wait),
    )


def _priority(name: str) -> Priority:
    if name not in _PRIORITIES:
        raise ConfigurationError(f"priority={name!r}: one of {', '.join(_PRIORITIES)} is due")
    return _PRIORITIES[name]


def _undescribed(method: str, path: str, effect: str | None) -> Operation[Any]:
    """An operation for :meth:`CJClient.request`, with what is known of the documented one."""
    verb = method.upper()
    name = f"{verb} {path}"
    if verb not in _METHODS:
        raise InvalidRequest(name, "method", method, f"one of {', '.join(sorted(_METHODS))} is due")
    if not path.startswith("/") or "?" in path or "#" in path or "//" in path:
        rule = "a path below the base address is due, such as /shop/getShops, without a query"
        raise InvalidRequest(name, "path", path, rule)
    known = OPERATIONS.get((verb, path))
    if known is not None:
        told = known.effect if effect is None else Effect(effect)
        return replace(known, result=Any, nullable=True, paging=None, effect=told)
    default = Effect.READ if verb in _READING_METHODS else Effect.WRITE
    chosen = default if effect is None else Effect(effect)
    return Operation(id=name, method=verb, path=path, result=Any, effect=chosen, nullable=True)
