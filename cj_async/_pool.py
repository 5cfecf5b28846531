"""The one aiohttp session, and what leaves this machine's IP address at the same time."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import Mapping
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp

from cj_async import _settings
from cj_async._account import Account
from cj_async._bucket import Bucket, Neighbour
from cj_async._version import __version__
from cj_async.errors import ConfigurationError

USER_AGENT = (
    f"cj-async/{__version__} python/{sys.version_info.major}.{sys.version_info.minor}"
    f" aiohttp/{aiohttp.__version__}"
)
_HEADERS: Mapping[str, str] = {"User-Agent": USER_AGENT, "Accept": "application/json"}
_NO_HEADERS: Mapping[str, str] = {}
_DNS_SECONDS = 300
_MOST_REMEMBERED = 1000

# How long a call takes, before one has ended: little, because an estimate that is too long refuses
# calls that would have had their turn. And the shortest sleep of who waits for a place (it is woken
# when one gets free: this only keeps an estimate of nothing from becoming a busy loop).
_FIRST_GUESS, _SHORTEST_WAIT = 0.02, 0.05


class Gate:
    """Lets calls of all accounts out: at the pace of the IP address, and so many at a time.

    Stands in for a bucket in a lane, so that a turn is only given to who finds a place: nobody uses
    up a start without starting, and those who found the pool full do not start in a bunch later.

    Args:
        places: Calls in flight at the same time, at least 1.
        rate: Requests a second, ``None`` for no limit.
    """

    __slots__ = ("_bucket", "_duration", "_places", "in_flight", "line")

    def __init__(self, places: int, rate: float | None) -> None:
        self.in_flight = 0
        self.line: deque[Neighbour] = deque()
        self._places = places
        self._bucket = Bucket(rate)
        self._duration = _FIRST_GUESS

    @property
    def rate(self) -> float | None:
        """Requests a second of the IP address; ``None`` for no limit."""
        return self._bucket.rate

    @property
    def interval(self) -> float:
        """Seconds between two starts, as things are."""
        if self.in_flight < self._places:
            return self._bucket.interval
        return max(self._bucket.interval, self._duration / self._places)

    def ready_at(self) -> float:
        """Loop time from which a start is allowed; an estimate while all places are taken."""
        ready = self._bucket.ready_at()
        if self.in_flight < self._places:
            return ready
        wait = max(self._duration / self._places, _SHORTEST_WAIT)
        return max(ready, asyncio.get_running_loop().time() + wait)

    async def take(self) -> float:
        """Start now, in a place that has to be :meth:`left`; returns the loop time."""
        started = await self._bucket.take()
        self.in_flight += 1
        return started

    def left(self, seconds: float | None = None) -> None:
        """Give a place back, after so many seconds (``None``: it was not used); wakes the next."""
        self.in_flight -= 1
        if seconds is not None:
            self._duration += (seconds - self._duration) / 8
        if self.line:
            self.line[0].proceed()

    def pause(self, seconds: float) -> None:
        """Allow no start for that long."""
        self._bucket.pause(seconds)

    def refused(self, started_at: float, *, rate: float | None = None) -> None:
        """Note that the address was refused for its rate."""
        self._bucket.refused(started_at, rate=rate)

    def succeeded(self) -> None:
        """Note that a call was let through."""
        self._bucket.succeeded()


class Pool:
    """Connections and pace that several clients share; an async context manager.

    A client that is given a pool does not close it; a client that is given none makes its own.

    Args:
        limit: Calls in flight at the same time, at least 1.
        per_ip: Requests a second that CJ allows from one IP address, or ``None`` for no limit.
        max_accounts: Accounts that CJ allows from one IP address.
        session: An aiohttp session of your own, for a proxy, TLS settings or tracing of your own. It is
            never closed, and no more calls are in flight than its connector has connections. Its
            client middlewares are not run: one that repeats requests would order twice.

    Raises:
        ConfigurationError: a setting cannot work.
    """

    def __init__(
        self,
        limit: int = 100,
        *,
        per_ip: float | None = 10.0,
        max_accounts: int = 3,
        session: aiohttp.ClientSession | None = None,
    ) -> None:
        self.limit = _within(session, _settings.whole("limit", limit, least=1))
        self.max_accounts = _settings.whole("max_accounts", max_accounts, least=1)
        self.ip = Gate(
            self.limit, None if per_ip is None else _settings.per_second("per_ip", per_ip)
        )
        self.headers = _HEADERS if session is not None else _NO_HEADERS
        """What each call has to say of itself; the own session says it anyway."""
        self._given = session
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._accounts: dict[str, Account] = {}
        self._remembered: dict[str, Account] = {}
        self._proxies: dict[str, str | None] = {}
        self._closed = False

    def __repr__(self) -> str:
        return f"Pool(limit={self.limit}, per_ip={self.ip.rate}, accounts={len(self._accounts)})"

    async def __aenter__(self) -> Self:
        self.check_open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Ends the accounts that are still open and closes the session; safe to call twice.

        Calls that wait raise :class:`ConfigurationError`. Calls in flight are cut: they raise it too,
        but for writes, which raise :class:`OutcomeUnknown`.

        Raises:
            ConfigurationError: this is another event loop than the one it was used in.
        """
        if self._closed:
            return
        self.check_loop()
        self._closed = True
        for account in list(self._accounts.values()):
            await account.aclose()
        self._accounts.clear()
        self._remembered.clear()
        if self._session is not None:
            await self._session.close()

    def check_open(self) -> None:
        """Raises :class:`ConfigurationError` when closed, or used from another event loop."""
        if self._closed:
            raise ConfigurationError("the pool is closed: make a new one")
        if self._loop is None:
            self._loop = getattr(self._given, "_loop", None) or asyncio.get_running_loop()
        self.check_loop()
        if self._given is not None:
            self._check_given(self._given)

    def check_loop(self) -> None:
        """Raises :class:`ConfigurationError` in another event loop than the one it was used in."""
        if self._loop is not None and self._loop is not asyncio.get_running_loop():
            raise ConfigurationError(
                "the client belongs to another event loop: make one client per loop, inside it"
            )

    def _check_given(self, session: aiohttp.ClientSession) -> None:
        if session.closed:
            raise ConfigurationError("the aiohttp session that the pool was given is closed")

    @property
    def session(self) -> aiohttp.ClientSession:
        """The session; made on first use, inside the loop that uses it."""
        if self._given is not None:
            self._check_given(self._given)
            return self._given
        if self._session is None:
            # No limit here: calls queue for a place before their clock starts, not in the connector.
            connector = aiohttp.TCPConnector(limit=0, ttl_dns_cache=_DNS_SECONDS)
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=_HEADERS,
            )
        return self._session

    def proxy_for(self, base_url: str) -> str | None:
        """The proxy that the environment names for an address; asked once per address.

        A session of the caller's own has its own idea of proxies.

        Raises:
            ConfigurationError: it is a kind of proxy that aiohttp does not speak to.
        """
        if self._given is not None:
            return None
        if base_url not in self._proxies:
            self._proxies[base_url] = _proxy_in_environment(base_url)
        return self._proxies[base_url]

    def join(self, account: Account) -> Account:
        """Lets a client in; clients of the same account share its pace, points and token.

        Raises:
            ConfigurationError: one account too many for an IP address, the same account with other
                settings, or the pool is closed.
        """
        if self._closed:
            raise ConfigurationError("the pool is closed: make a new one")
        known = self._accounts.get(account.name)
        if known is None:
            known = self._opened(account)
        known.check_same(account)
        known.clients += 1
        return known

    def _opened(self, account: Account) -> Account:
        if len(self._accounts) >= self.max_accounts:
            raise ConfigurationError(
                f"max_accounts={self.max_accounts}: CJ allows that many accounts from one IP address;"
                " close a client first, or raise max_accounts if your addresses differ"
            )
        known = self._remembered.pop(account.name, None)
        if known is not None:
            known.reopen(account)
        self._accounts[account.name] = opened = known or account
        return opened

    async def leave(self, account: Account) -> None:
        """Lets a client go; the last one ends the account's calls and its token coroutine."""
        account.clients -= 1
        if account.clients == 0 and self._accounts.get(account.name) is account:
            del self._accounts[account.name]
            self._remembered[account.name] = account
            if len(self._remembered) > _MOST_REMEMBERED:
                del self._remembered[next(iter(self._remembered))]
            await account.aclose()


def _within(session: aiohttp.ClientSession | None, limit: int) -> int:
    """No more places than a given session has connections: nobody must queue in its connector."""
    connector = session.connector if session is not None else None
    if connector is None:
        return limit
    return min(limit, connector.limit or limit, connector.limit_per_host or limit)


def _proxy_in_environment(base_url: str) -> str | None:
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    proxy = getproxies().get(parts.scheme)
    if not proxy or _is_this_machine(host) or proxy_bypass(host):
        return None
    address = proxy if "://" in proxy else f"http://{proxy}"
    if urlsplit(address).scheme not in {"http", "https"}:
        raise ConfigurationError(
            f"the environment names a {urlsplit(address).scheme} proxy for {host}, and aiohttp speaks to"
            " http proxies only: name another one, or add the host to no_proxy"
        )
    return address


def _is_this_machine(host: str) -> bool:
    return host in {"localhost", "::1"} or host.startswith("127.")
