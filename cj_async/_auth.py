"""Which access token may be used now, and who fetches the next one?

One task at a time fetches a token, for everybody: those who can go on with the old one go on, those
who cannot wait for it on a future of their own. So it does not matter who is cancelled, and a
refresh that nobody waits for any more is still finished and kept.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec.structs import replace

from cj_async._token_life import (
    ENDLESS,
    LOGIN,
    LONG_AGO,
    NEVER,
    UNUSABLE,
    LoginInterval,
    Refusals,
    brings_nothing,
    continued,
    in_the_log,
    twin,
    windows,
)
from cj_async._tokens import MemoryTokenStore, Token, TokenStore, TolerantStore
from cj_async.errors import AuthenticationFailed, ConfigurationError, RateLimited

__all__ = ["Auth", "utc_now"]

logger = logging.getLogger("cj_async")

REFRESH_TOKEN_IS_DEAD: Final = frozenset({1600001, 1600002, 1600003, None})
"""Codes of a refused refresh after which the API key may still work; others concern the account."""
RETRY_PAUSE: Final = timedelta(seconds=10)
"""Shortest wait after a failed background refresh; else a tenth of what is left."""
YOUNG: Final = timedelta(seconds=60)
YOUNG_REFUSALS: Final = 5
"""So many tokens in a row refused at this age: CJ refuses whatever it hands out, stop asking."""
SAVE_GRACE = 5.0
"""Seconds that closing waits for a token that is just being stored."""
CLOCK_TOLERANCE: Final = timedelta(days=1)
"""A stored token from further in the future than this was made under a wrong clock."""

_NO_CREDENTIALS: Final = (
    "no credentials: give an API key (api_key or CJ_API_KEY)"
    " or an access token (access_token or CJ_ACCESS_TOKEN)"
)
_CLOSED: Final = "client closed"
_CANCELLED: Final = "the task that fetches the access token was cancelled from outside"
_REJECTED_FOR_GOOD: Final = (
    "CJ rejected the given access token, and without an API key there is no way to another:"
    " give a new access_token, or an api_key"
)
_REJECTS_ALL: Final = "CJ rejects every access token right after handing it out"
_SAME_AGAIN: Final = "a login brought the very access token that CJ has just rejected"


def utc_now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


class Auth:
    """The token of one account: loaded, refreshed, replaced, shared by all calls.

    With ``api_key`` it renews itself. With ``access_token`` alone, that token is used until CJ
    rejects it; then every :meth:`get` raises ``AuthenticationFailed``. With both, the given token
    is used first. ``open_id`` and ``token`` are known after the first :meth:`get`.

    Args:
        account: ``fingerprint`` of the key (or of the token): the name in the store.
        api_key: CJ's API key.
        access_token: A token to start with.
        store: Where tokens are kept; in memory if none is given.
        login: Fetches a token for an API key; paces itself.
        refresh: Fetches a token for a refresh token; paces itself.
        login_interval: Seconds between two logins that succeeded, over restarts too if stored.
            Where no token is left, one login may come earlier; if CJ refuses it, the rule holds.
        max_wait: Longest wait in seconds for that interval; beyond it ``RateLimited`` is raised.
        clock: Aware wall clock.
        sleep: How to wait.

    Raises:
        ConfigurationError: Neither key nor token.
    """

    __slots__ = (
        "_access",
        "_account",
        "_api_key",
        "_clock",
        "_closed",
        "_early",
        "_ends",
        "_interval",
        "_late",
        "_login",
        "_max_wait",
        "_refresh",
        "_refusals",
        "_rejected",
        "_saving",
        "_since",
        "_sleep",
        "_store",
        "_task",
        "_token",
        "_waiters",
        "_young_refusals",
    )

    def __init__(
        self,
        account: str,
        *,
        api_key: str | None,
        access_token: str | None = None,
        store: TokenStore | None = None,
        login: Callable[[str], Awaitable[Token]],
        refresh: Callable[[str], Awaitable[Token]],
        login_interval: float = 300.0,
        max_wait: float = 60.0,
        clock: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        if not (api_key or access_token):
            raise ConfigurationError(_NO_CREDENTIALS)
        self._account = account
        self._api_key = api_key or ""
        self._store = TolerantStore(MemoryTokenStore() if store is None else store)
        self._login, self._refresh = login, refresh
        self._interval, self._max_wait = LoginInterval(login_interval), max_wait
        self._clock, self._sleep = clock, sleep
        self._closed = self._saving = False
        self._token: Token | None = None
        self._since = LONG_AGO
        self._access = ""
        self._rejected: str | None = None
        self._early, self._late, self._ends = UNUSABLE
        self._refusals = Refusals()
        self._young_refusals = 0
        self._task: asyncio.Task[None] | None = None
        self._waiters: dict[asyncio.Future[BaseException | None], None] = {}
        if access_token:
            self._start_with(access_token)

    def _start_with(self, access_token: str) -> None:
        self._install(Token(access=access_token, obtained_at=self._clock()))
        self._since = LONG_AGO  # when it is to be renewed, any stored token counts as newer
        if not self._api_key:
            self._early, self._late, self._ends = ENDLESS

    def __repr__(self) -> str:
        return f"Auth(account={self._account!r}, token={self._token})"

    @property
    def token(self) -> Token | None:
        """The current token, usable or not; ``None`` before the first :meth:`get`."""
        return self._token

    @property
    def current(self) -> str:
        """The token as it is, for those who queued after :meth:`get`; it may be rejected by now."""
        return self._access

    @property
    def is_rejected(self) -> bool:
        """Whether CJ has refused :attr:`current`, so that :meth:`get` would wait for another."""
        return self._access == self._rejected

    @property
    def open_id(self) -> str | None:
        """The account's openId, once a login (maybe an earlier one, from the store) brought it."""
        return self._token.open_id if self._token else None

    async def get(self) -> str:
        """An access token that is worth using now.

        Raises:
            AuthenticationFailed: CJ refused the key or, where there is no key, the token. It is
                raised for a while without asking again: a minute at first, 15 at most.
            RateLimited: A login would be needed, but the last one was too short ago.
            ConfigurationError: The client is closed.
            CJError: No token could be had, as the login or the refresh says.
        """
        if self._clock() < self._early:
            return self._access
        return await self._get_with_care()

    async def rejected(self, token: str) -> None:
        """Says that CJ refused this token (1600001, 1600002, HTTP 401).

        The next :meth:`get` brings another. Nothing happens when the token is not the current one
        any more: then somebody else was faster.
        """
        if self._closed or not self._token or token != self._access or token == self._rejected:
            return
        self._rejected = token
        self._early, self._late, self._ends = UNUSABLE
        logger.warning("CJ rejected the current access token")
        now = self._clock()
        if not self._api_key:
            error = AuthenticationFailed(LOGIN, message=_REJECTED_FOR_GOOD)
            self._refusals.note_for_good(error, now)
        else:
            self._count_young_refusal(now)

    async def aclose(self) -> None:
        """Stops fetching, fails everybody who waits; a token in hand is still stored.

        May be called twice.
        """
        self._closed = True
        self._early, self._late, self._ends = UNUSABLE
        self._wake(ConfigurationError(_CLOSED))
        task = self._task
        if task is not None:
            if self._saving:
                await asyncio.wait([task], timeout=SAVE_GRACE)
            task.cancel()
            await asyncio.wait([task])

    async def _get_with_care(self) -> str:
        while True:
            if self._closed:
                raise ConfigurationError(_CLOSED)
            now = self._clock()
            if now < self._late:
                self._start()
                return self._access
            standing = self._refusals.standing(now)
            if standing is not None and now < self._ends:
                return self._access
            if standing is not None:
                raise standing
            error = await self._outcome()
            if error is not None:
                raise twin(error)
            if self._access != self._rejected:
                return self._access

    async def _outcome(self) -> BaseException | None:
        """What the shared task failed with. No token: asyncio may log the repr of a result."""
        waiter: asyncio.Future[BaseException | None] = asyncio.get_running_loop().create_future()
        self._waiters[waiter] = None
        self._start()
        try:
            return await waiter
        finally:
            self._waiters.pop(waiter, None)

    def _wake(self, error: BaseException | None) -> None:
        waiters, self._waiters = self._waiters, {}
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(error)

    def _start(self) -> None:
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run(), name="cj_async token")
            self._task.add_done_callback(self._finish)

    def _finish(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if task.cancelled():
            self._wake(ConfigurationError(_CLOSED if self._closed else _CANCELLED))
        else:
            self._wake(task.exception())

    async def _run(self) -> None:
        try:
            await self._renew()
        except Exception as error:
            if not self._can_go_on_after(error):
                raise

    async def _renew(self) -> None:
        if await self._take_stored():
            return
        async with self._store.lock(self._account):
            if not await self._take_stored():
                await self._obtain()

    async def _take_stored(self) -> bool:
        """Takes over what the store has, if it is newer; says whether that can be used."""
        stored = await self._store.load(self._account)
        if stored is None:
            return False
        now = self._clock()
        self._interval.known(stored.logged_in_at)
        known = (stored.access, stored.obtained_at) == (self._access, self._since)
        if known or not self._since <= stored.obtained_at < now + CLOCK_TOLERANCE:
            return False
        self._install(stored)
        return now < self._late

    async def _obtain(self) -> None:
        token = await self._refreshed() or await self._logged_in()
        same_again = token.access == self._rejected
        self._install(token)
        if not same_again:
            self._refusals.forget()
            self._wake(None)
        self._saving = True
        try:
            await self._store.save(self._account, token)
        finally:
            self._saving = False
        if same_again:
            self._rejected = None  # after the refusal has stood its time, CJ's word is taken for it
            raise AuthenticationFailed(LOGIN, message=_SAME_AGAIN)

    def _install(self, token: Token) -> None:
        self._token = token
        self._access = token.access
        self._since = token.obtained_at
        usable = not self._closed and token.access != self._rejected
        self._early, self._late, self._ends = windows(token) if usable else UNUSABLE

    async def _refreshed(self) -> Token | None:
        """What the refresh token brings; ``None`` when only a login can help."""
        old = self._token
        if old is None or not old.refresh or (old.refresh_expires or NEVER) <= self._clock():
            return None
        try:
            answer = await self._refresh(old.refresh)
        except AuthenticationFailed as error:
            if error.code not in REFRESH_TOKEN_IS_DEAD:
                raise
            self._token = replace(old, refresh=None)
            logger.warning("CJ refused the refresh token (%s); logging in", in_the_log(error))
            return None
        now = self._clock()
        new = continued(answer, old, now)
        if new.access == self._rejected or brings_nothing(new, old, now):
            logger.warning("the refresh brought no token that lasts; logging in")
            return None
        return _reported("access token refreshed", new, now)

    async def _logged_in(self) -> Token:
        await self._keep_interval()
        try:
            answer = await self._login(self._api_key)
        except RateLimited:
            self._interval.refused()
            raise
        now = self._clock()
        self._interval.succeeded(now)
        open_id = answer.open_id or self.open_id
        new = replace(answer, obtained_at=now, logged_in_at=now, open_id=open_id)
        return _reported("logged in", new, now)

    async def _keep_interval(self) -> None:
        left = self._interval.left(self._clock())
        if left > self._max_wait:
            self._interval.check(self._clock())
            logger.info("logging in again %.0f s early: no token is left", left)
        elif left > 0:
            logger.info("the next login has to wait %.0f s", left)
            await self._sleep(left)

    def _can_go_on_after(self, error: Exception) -> bool:
        """Notes a failure; says whether the old token still serves, and until when nobody asks."""
        now = self._clock()
        until = self._refusals.note(error, now)
        if now >= self._ends:
            logger.warning("no access token to be had: %s", in_the_log(error))
            return False
        pause = max(RETRY_PAUSE, (self._ends - now) / 10)
        self._late = self._late if now < self._late else self._ends
        self._early = min(max(now + pause, until), self._late)
        logger.warning(
            "the access token could not be renewed (%s); it serves until %s, next try %s",
            in_the_log(error),
            self._ends.isoformat(timespec="seconds"),
            self._early.isoformat(timespec="seconds"),
        )
        return True

    def _count_young_refusal(self, now: datetime) -> None:
        young = self._token is not None and now - self._token.obtained_at < YOUNG
        self._young_refusals = self._young_refusals + 1 if young else 0
        if self._young_refusals >= YOUNG_REFUSALS:
            self._refusals.note(AuthenticationFailed(LOGIN, message=_REJECTS_ALL), now)


def _reported(what: str, token: Token, now: datetime) -> Token:
    """Logs a new token. One that is handed out as already ended is worth an hour."""
    logger.info("%s, the token expires %s", what, token.access_expires or "at an unknown time")
    if token.ends > now:
        return token
    logger.warning("by this machine's clock the new token has ended already: is the clock right?")
    return replace(token, access_expires=None)
