"""The one aiohttp session, and the pace of this machine's IP address."""

from __future__ import annotations

import asyncio
import sys
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp

from cj_async import _settings
from cj_async._account import Account
from cj_async._bucket import Bucket
from cj_async._version import __version__
from cj_async.errors import ConfigurationError

USER_AGENT = (
    f"cj-async/{__version__} python/{sys.version_info.major}.{sys.version_info.minor}"
    f" aiohttp/{aiohttp.__version__}"
)
_DNS_SECONDS = 300


class Pool:
    """Connections and pace that several clients share; an async context manager.

    A client that is given a pool does not close it; a client that is given none makes its own.

    Args:
        limit: Calls in flight at the same time, at least 1.
        per_ip: Requests a second that CJ allows from one IP address, or ``None`` for no limit.
        max_accounts: Accounts that CJ allows from one IP address.
        session: An aiohttp session of your own; it is used as it is and never closed.
    """

    def __init__(
        self,
        limit: int = 100,
        per_ip: float | None = 10.0,
        max_accounts: int = 3,
        *,
        session: aiohttp.ClientSession | None = None,
    ) -> None:
        self.limit = _settings.whole("limit", limit, least=1)
        self.max_accounts = _settings.whole("max_accounts", max_accounts, least=1)
        self.ip = Bucket(None if per_ip is None else _settings.rate_of(per_ip))
        self._given = session
        self._session: aiohttp.ClientSession | None = None
        self._places = asyncio.Semaphore(self.limit)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._accounts: dict[str, Account] = {}
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
        """Ends the accounts that are still open and closes the session; safe to call twice."""
        self._closed = True
        for account in list(self._accounts.values()):
            await account.aclose()
        self._accounts.clear()
        if self._session is not None:
            await self._session.close()

    def check_open(self) -> None:
        """Raises :class:`ConfigurationError` when closed, or used from another event loop."""
        if self._closed:
            raise ConfigurationError("the client is closed: make a new one")
        running = asyncio.get_running_loop()
        if self._loop is None:
            self._loop = running
        elif self._loop is not running:
            raise ConfigurationError(
                "the client belongs to another event loop: make one client per loop, inside it"
            )

    @property
    def session(self) -> aiohttp.ClientSession:
        """The session; made on first use, inside the loop that uses it."""
        if self._given is not None:
            return self._given
        if self._session is None:
            # No limit here: calls queue for a place before their clock starts, not in the connector.
            connector = aiohttp.TCPConnector(limit=0, ttl_dns_cache=_DNS_SECONDS)
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
            )
        return self._session

    @property
    def places(self) -> asyncio.Semaphore:
        """One place per call in flight."""
        return self._places

    def proxy_for(self, base_url: str) -> str | None:
        """The proxy that the environment names for an address; asked once per address."""
        if base_url not in self._proxies:
            parts = urlsplit(base_url)
            host = parts.hostname or ""
            proxy = None if proxy_bypass(host) else getproxies().get(parts.scheme)
            self._proxies[base_url] = proxy
        return self._proxies[base_url]

    def join(self, account: Account) -> Account:
        """Lets a client in; clients of the same account share its pace, points and token.

        Raises:
            ConfigurationError: one account too many for an IP address, or the same account with
                other settings.
        """
        known = self._accounts.get(account.name)
        if known is None:
            if len(self._accounts) >= self.max_accounts:
                raise ConfigurationError(
                    f"max_accounts={self.max_accounts}: CJ allows that many accounts from one IP address;"
                    " close a client first, or raise max_accounts if your addresses differ"
                )
            self._accounts[account.name] = known = account
        known.check_same(account)
        known.clients += 1
        return known

    async def leave(self, account: Account) -> None:
        """Lets a client go; the last one ends the account's token coroutine."""
        account.clients -= 1
        if account.clients == 0 and self._accounts.get(account.name) is account:
            del self._accounts[account.name]
            await account.aclose()
