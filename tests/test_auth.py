"""Which token may be used, who fetches the next one, and what happens when that fails?

Time is faked: ``World`` has a clock, timers that follow it, and a CJ that hands out tokens.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import itertools
import json
import logging
import subprocess
import sys
import traceback
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from msgspec.structs import replace

from cj_async._auth import Auth, utc_now
from cj_async._token_life import LoginInterval, twin, windows
from cj_async._tokens import MemoryTokenStore, Token, TokenStore, fingerprint
from cj_async.errors import (
    AuthenticationFailed,
    BadResponse,
    CJError,
    ConfigurationError,
    ConnectFailed,
    QuotaExhausted,
    RateLimited,
    ServerFailed,
)

KEY = "CJ1000001@api@canary0key0canary"
ACCOUNT = fingerprint(KEY)
START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LIFE = timedelta(days=15)
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0

Answer = Token | Exception


def refused(code: int | None, operation: str = "auth.get_access_token") -> AuthenticationFailed:
    return AuthenticationFailed(operation, code=code, message="no", request_id="r-1")


def unreachable() -> ConnectFailed:
    return ConnectFailed("auth.get_access_token", "no route")


def limited(seconds: float) -> RateLimited:
    return RateLimited("auth.get_access_token", retry_after=seconds, code=1600200)


class World:
    """A clock, its timers, and a CJ: counts its calls and answers them when ``open`` is set.

    ``answers`` are used up first; then CJ hands out ``access-1``, ``access-2`` …, good for LIFE.
    """

    def __init__(self) -> None:
        self.now = START
        self.timers: list[tuple[datetime, asyncio.Future[None]]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.answers: list[Answer] = []
        self.logins: list[datetime] = []
        self.refreshes: list[str] = []
        self.running = 0
        self.most_running = 0
        self.handed_out = 0

    def clock(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        timer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.timers.append((self.now + timedelta(seconds=seconds), timer))
        await timer

    async def passes(self, seconds: float) -> None:
        """Time goes on, timers ring, everybody does what there is to do."""
        self.now += timedelta(seconds=seconds)
        due = [timer for moment, timer in self.timers if moment <= self.now]
        self.timers = [(moment, timer) for moment, timer in self.timers if moment > self.now]
        for timer in due:
            if not timer.done():
                timer.set_result(None)
        await settle()

    def token(self, life: timedelta | None = LIFE, **changes: Any) -> Token:
        self.handed_out += 1
        number = self.handed_out
        token = Token(
            access=f"access-{number}",
            obtained_at=self.now,
            access_expires=None if life is None else self.now + life,
            refresh=f"refresh-{number}",
            refresh_expires=self.now + timedelta(days=180),
        )
        return replace(token, **changes)

    async def login(self, api_key: str) -> Token:
        assert api_key == KEY
        self.logins.append(self.now)
        return replace(await self._answer(), open_id="5550001")

    async def refresh(self, refresh_token: str) -> Token:
        self.refreshes.append(refresh_token)
        return await self._answer()

    async def _answer(self) -> Token:
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            await self.open.wait()
        finally:
            self.running -= 1
        answer = self.answers.pop(0) if self.answers else self.token()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def auth(self, store: TokenStore | None = None, **changes: Any) -> Auth:
        given: dict[str, Any] = {"api_key": KEY, "access_token": None, **changes}
        return Auth(
            ACCOUNT,
            store=store,
            login=self.login,
            refresh=self.refresh,
            clock=self.clock,
            sleep=self.sleep,
            **given,
        )


async def settle() -> None:
    for _ in range(30):
        await asyncio.sleep(0)


def waiting(auth: Auth, number: int = 1) -> list[asyncio.Task[str]]:
    return [asyncio.ensure_future(auth.get()) for _ in range(number)]


async def error_of(auth: Auth) -> Exception:
    try:
        token = await auth.get()
    except Exception as error:
        return error
    pytest.fail(f"got {token}")


@pytest.fixture
async def world() -> World:
    return World()


@pytest.fixture
async def auth(world: World) -> AsyncGenerator[Auth]:
    auth = world.auth()
    yield auth
    await auth.aclose()


# --- the first token, the fast path ---------------------------------------------------------------


async def test_the_first_callers_share_one_login(world: World, auth: Auth) -> None:
    tokens = await asyncio.gather(*waiting(auth, 50))
    assert set(tokens) == {"access-1"}
    assert len(world.logins) == 1


async def test_a_fresh_token_is_returned_without_giving_up_the_turn(auth: Auth) -> None:
    await auth.get()
    coroutine = auth.get()
    with pytest.raises(StopIteration) as stopped:
        coroutine.send(None)
    assert stopped.value.value == "access-1"


async def test_the_stored_token_is_used_instead_of_a_login(world: World) -> None:
    store = MemoryTokenStore()
    await store.save(ACCOUNT, world.token(open_id="77"))
    auth = world.auth(store)
    assert (auth.open_id, auth.token) == (None, None)
    assert await auth.get() == "access-1"
    assert auth.open_id == "77"
    assert auth.current == "access-1"
    assert not world.logins


async def test_a_new_token_is_stored_with_the_moment_of_its_login(world: World) -> None:
    store = MemoryTokenStore()
    await world.auth(store).get()
    await settle()
    stored = await store.load(ACCOUNT)
    assert stored is not None
    assert stored.logged_in_at == START
    assert stored.open_id == "5550001"


async def test_nobody_waits_for_a_store_that_hangs(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class HangingStore(MemoryTokenStore):
        async def save(self, account: str, token: Token) -> None:
            await asyncio.Event().wait()

    monkeypatch.setattr("cj_async._auth.SAVE_GRACE", 0)
    auth = world.auth(HangingStore())
    async with asyncio.timeout(5):
        assert await auth.get() == "access-1"
        await auth.aclose()


async def test_a_token_in_hand_is_stored_before_the_client_is_closed(world: World) -> None:
    class SlowStore(MemoryTokenStore):
        async def save(self, account: str, token: Token) -> None:
            await settle()
            await super().save(account, token)

    store = SlowStore()
    auth = world.auth(store)
    await auth.get()
    assert not await store.load(ACCOUNT)
    await auth.aclose()
    stored = await store.load(ACCOUNT)
    assert stored is not None
    assert stored.access == "access-1"


# --- windows --------------------------------------------------------------------------------------


async def test_a_day_before_its_end_it_is_refreshed_while_others_go_on(
    world: World, auth: Auth
) -> None:
    await auth.get()
    await world.passes(14 * DAY - 1)
    assert await auth.get() == "access-1"
    await settle()
    assert not world.refreshes
    world.open.clear()
    await world.passes(1)
    assert [await auth.get() for _ in range(3)] == ["access-1"] * 3
    await settle()
    assert world.refreshes == ["refresh-1"]
    assert await auth.get() == "access-1"
    world.open.set()
    await settle()
    assert await auth.get() == "access-2"
    assert world.refreshes == ["refresh-1"]
    assert len(world.logins) == 1


async def test_in_its_last_minute_everyone_waits_for_the_next_token(
    world: World, auth: Auth
) -> None:
    await auth.get()
    await world.passes(15 * DAY - 60)
    assert await asyncio.gather(*waiting(auth, 20)) == ["access-2"] * 20
    assert world.refreshes == ["refresh-1"]


async def test_a_background_refresh_becomes_the_one_that_late_callers_wait_for(
    world: World, auth: Auth
) -> None:
    await auth.get()
    await world.passes(14 * DAY)
    world.open.clear()
    await auth.get()
    await world.passes(DAY)
    late = waiting(auth, 5)
    await settle()
    assert not any(task.done() for task in late)
    world.open.set()
    assert await asyncio.gather(*late) == ["access-2"] * 5
    assert world.refreshes == ["refresh-1"]


async def test_without_an_expiry_a_token_is_good_for_an_hour(world: World, auth: Auth) -> None:
    world.answers = [world.token(life=None)]
    await auth.get()
    await world.passes(53 * MINUTE)
    await auth.get()
    await settle()
    assert not world.refreshes
    await world.passes(6 * MINUTE + 1)
    assert await auth.get() == "access-2"
    assert len(world.refreshes) == 1


async def test_a_token_that_is_handed_out_as_ended_is_used_for_an_hour(
    world: World, auth: Auth, caplog: pytest.LogCaptureFixture
) -> None:
    world.answers = [world.token(life=timedelta(days=-1))]
    assert await auth.get() == "access-1"
    assert "is the clock right?" in caplog.text
    await world.passes(50 * MINUTE)
    assert await auth.get() == "access-1"
    assert len(world.logins) == 1
    assert not world.refreshes


async def test_the_open_id_and_the_refresh_token_survive_answers_without_them(
    world: World, auth: Auth
) -> None:
    await auth.get()
    world.answers = [world.token(refresh=None, refresh_expires=None)]
    await auth.rejected("access-1")
    assert await auth.get() == "access-2"
    assert auth.token is not None
    assert auth.open_id == "5550001"
    assert auth.token.refresh == "refresh-1"
    assert auth.token.refresh_expires == START + timedelta(days=180)
    assert auth.token.logged_in_at == START


async def test_the_open_id_survives_a_login_without_it(world: World) -> None:
    store = MemoryTokenStore()
    ended = world.token(life=timedelta(0), refresh=None, open_id="77")
    await store.save(ACCOUNT, ended)

    async def login(api_key: str) -> Token:
        return world.token()

    auth = Auth(ACCOUNT, api_key=KEY, store=store, login=login, refresh=login, clock=world.clock)
    assert await auth.get() == "access-2"
    assert auth.open_id == "77"


def test_an_expiry_at_the_end_of_time_is_no_trouble() -> None:
    west = timezone(timedelta(hours=-12))
    ends = datetime(9999, 12, 31, 23, 59, tzinfo=west)
    early, late, _ = windows(Token(access="a", obtained_at=START, access_expires=ends))
    assert START + timedelta(days=3000) < early < late


@given(life=st.floats(0, 4e8), spent=st.floats(0, 1))
def test_the_turning_points_follow_each_other_and_a_refresh_in_vain_never_spins(
    life: float, spent: float
) -> None:
    ends = START + timedelta(seconds=life)
    token = Token(access="a", obtained_at=START, access_expires=ends)
    early, late, end = windows(token)
    assert START <= early <= late <= end <= ends
    again = replace(token, obtained_at=early + (ends - early) * spent)
    left = ends - again.obtained_at
    next_early, next_late, _ = windows(again)
    wait = next_early - again.obtained_at
    assert wait >= left * 0.5
    assert wait >= timedelta(seconds=60) or next_early == next_late


async def test_a_refresh_that_does_not_move_the_end_does_not_spin(world: World) -> None:
    auth = world.auth()
    first = world.token()
    world.answers = [first]
    await auth.get()
    ends = START + LIFE
    await world.passes(13.9 * DAY)
    while world.now < ends - timedelta(seconds=90):
        world.answers = [first]
        assert await auth.get() == "access-1"
        await world.passes(30)
    assert 1 <= len(world.refreshes) <= 5
    assert len(world.logins) == 1


async def test_at_its_very_end_a_refresh_in_vain_is_followed_by_a_login(
    world: World, auth: Auth
) -> None:
    first = world.token()
    world.answers = [first]
    await auth.get()
    await world.passes(15 * DAY)
    world.answers = [first]
    assert await asyncio.gather(*waiting(auth, 3)) == ["access-2"] * 3
    assert len(world.refreshes) == 1
    assert len(world.logins) == 2


async def test_a_login_that_brings_the_same_end_does_not_spin(world: World, auth: Auth) -> None:
    first = world.token()
    world.answers = [first]
    await auth.get()
    await world.passes(15 * DAY - 50)
    world.answers = [first, first]
    for _ in range(40):
        assert await auth.get() == "access-1"
        await world.passes(1)
    assert len(world.refreshes) == 1
    assert len(world.logins) == 2


async def test_a_renewed_token_may_live_shorter_than_a_rejected_one(
    world: World, auth: Auth
) -> None:
    await auth.get()
    world.answers = [world.token(life=timedelta(hours=1))]
    await auth.rejected("access-1")
    assert await auth.get() == "access-2"
    assert len(world.logins) == 1


# --- who is cancelled does not matter -------------------------------------------------------------


async def test_cancelled_waiters_change_nothing_for_the_others(world: World, auth: Auth) -> None:
    world.open.clear()
    tasks = waiting(auth, 2000)
    await settle()
    for task in tasks[:1000]:
        task.cancel()
    await settle()
    world.open.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results[:1000])
    assert results[1000:] == ["access-1"] * 1000
    assert len(world.logins) == 1


async def test_a_token_nobody_waits_for_any_more_is_kept_and_stored(world: World) -> None:
    store = MemoryTokenStore()
    auth = world.auth(store)
    world.open.clear()
    tasks = waiting(auth, 10)
    await settle()
    for task in tasks:
        task.cancel()
    await settle()
    world.open.set()
    await settle()
    assert await auth.get() == "access-1"
    assert len(world.logins) == 1
    stored = await store.load(ACCOUNT)
    assert stored is not None
    assert stored.access == "access-1"


async def test_those_cancelled_at_the_very_moment_of_the_answer_disturb_nobody(
    world: World,
) -> None:
    tasks: list[asyncio.Task[str]] = []

    async def login(api_key: str) -> Token:
        await settle()
        for task in tasks[:3]:
            task.cancel()
        return world.token()

    auth = Auth(ACCOUNT, api_key=KEY, login=login, refresh=login, clock=world.clock)
    tasks += waiting(auth, 5)
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert results[3:] == ["access-1"] * 2
    assert auth.current == "access-1"


async def test_cancelled_waiters_leave_nothing_behind_while_the_login_goes_on(
    world: World, auth: Auth
) -> None:
    def futures() -> int:
        gc.collect()
        return sum(isinstance(thing, asyncio.Future) for thing in gc.get_objects())

    async def calls_that_are_cancelled(number: int) -> None:
        tasks = waiting(auth, number)
        await settle()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    world.open.clear()
    first = waiting(auth)
    await calls_that_are_cancelled(1)
    before = futures()
    await calls_that_are_cancelled(100)
    await settle()
    assert futures() - before < 10
    world.open.set()
    assert await first[0] == "access-1"


async def test_waiters_are_served_in_the_order_of_their_arrival(world: World, auth: Auth) -> None:
    order: list[int] = []

    async def caller(number: int) -> None:
        await auth.get()
        order.append(number)

    await asyncio.gather(*(caller(number) for number in range(100)))
    assert order == sorted(order)


async def test_a_waiter_cancelled_together_with_a_failure_leaves_no_unread_error(
    world: World, auth: Auth
) -> None:
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    world.answers = [refused(1600005)]
    tasks = waiting(auth, 5)
    for _ in range(20):
        tasks[0].cancel()
        await asyncio.sleep(0)
    await asyncio.gather(*tasks, return_exceptions=True)
    del tasks
    gc.collect()
    assert complaints == []


# --- rejected tokens ------------------------------------------------------------------------------


async def test_everyone_rejected_with_one_token_shares_one_refresh(
    world: World, auth: Auth
) -> None:
    await auth.get()

    async def caller() -> str:
        await auth.rejected("access-1")
        return await auth.get()

    assert set(await asyncio.gather(*(caller() for _ in range(50)))) == {"access-2"}
    assert world.refreshes == ["refresh-1"]
    assert len(world.logins) == 1


async def test_a_token_that_is_no_longer_current_rejects_nothing(world: World, auth: Auth) -> None:
    await auth.rejected("")
    await auth.rejected("never seen")
    await auth.get()
    await auth.rejected("access-1")
    await auth.get()
    await auth.rejected("access-1")
    assert await auth.get() == "access-2"
    assert len(world.refreshes) == 1


async def test_a_late_rejection_of_the_token_before_leaves_the_new_one_alone(
    world: World, auth: Auth
) -> None:
    await auth.get()
    await world.passes(14 * DAY)
    await auth.get()
    await settle()
    await auth.rejected("access-1")
    assert await auth.get() == "access-2"
    assert len(world.refreshes) == 1


async def test_a_token_rejected_during_its_background_refresh_is_not_refreshed_twice(
    world: World, auth: Auth
) -> None:
    await auth.get()
    await world.passes(14 * DAY)
    world.open.clear()
    await auth.get()
    await settle()
    await auth.rejected("access-1")
    tasks = waiting(auth, 3)
    await settle()
    world.open.set()
    assert await asyncio.gather(*tasks) == ["access-2"] * 3
    assert world.refreshes == ["refresh-1"]


async def test_a_token_rejected_while_it_is_being_stored_is_not_handed_to_those_who_wait(
    world: World,
) -> None:
    stored = asyncio.Event()

    class SlowStore(MemoryTokenStore):
        async def save(self, account: str, token: Token) -> None:
            await stored.wait()

    auth = world.auth(SlowStore())
    assert await auth.get() == "access-1"
    await auth.rejected("access-1")
    late = waiting(auth, 3)
    await settle()
    stored.set()
    assert await asyncio.gather(*late) == ["access-2"] * 3
    assert len(world.logins) == 1


async def test_a_dead_refresh_token_leads_to_a_login(world: World, auth: Auth) -> None:
    await auth.get()
    await world.passes(HOUR)
    world.answers = [refused(1600003)]
    await auth.rejected("access-1")
    assert await auth.get() == "access-2"
    assert len(world.refreshes) == 1
    assert len(world.logins) == 2


async def test_an_ended_refresh_token_is_not_tried(world: World, auth: Auth) -> None:
    world.answers = [world.token(refresh_expires=START + timedelta(days=1))]
    await auth.get()
    await world.passes(16 * DAY)
    assert await auth.get() == "access-2"
    assert not world.refreshes
    assert len(world.logins) == 2


async def test_a_refused_account_is_not_logged_in(world: World, auth: Auth) -> None:
    await auth.get()
    world.answers = [refused(1600012)]
    await auth.rejected("access-1")
    assert isinstance(await error_of(auth), AuthenticationFailed)
    assert len(world.logins) == 1


async def test_a_refresh_that_brings_the_rejected_token_is_followed_by_a_login(
    world: World, auth: Auth
) -> None:
    first = world.token()
    world.answers = [first]
    await auth.get()
    await world.passes(HOUR)
    world.answers = [first]
    await auth.rejected("access-1")
    assert await auth.get() == "access-2"
    assert len(world.logins) == 2


async def test_a_login_that_brings_the_rejected_token_is_believed_a_while_later(
    world: World, auth: Auth
) -> None:
    first = world.token()
    world.answers = [first]
    await auth.get()
    await world.passes(HOUR)
    world.answers = [first, first]
    await auth.rejected("access-1")
    error = await error_of(auth)
    assert isinstance(error, AuthenticationFailed)
    assert "just rejected" in str(error)
    await error_of(auth)
    assert len(world.logins) == 2
    await world.passes(60)
    world.answers = [first]
    assert await auth.get() == "access-1"
    assert len(world.logins) == 2


async def test_when_cj_rejects_every_new_token_asking_stops_for_a_minute(
    world: World, auth: Auth
) -> None:
    async def call() -> None:
        token = await auth.get()
        await world.passes(1)
        await auth.rejected(token)

    for _ in range(5):
        await call()
    for _ in range(50):
        error = await error_of(auth)
        assert isinstance(error, AuthenticationFailed)
        assert "every access token" in str(error)
    assert len(world.refreshes) == 4
    await world.passes(60)
    await call()
    assert len(world.refreshes) == 5
    await error_of(auth)
    await world.passes(60)
    await auth.get()
    await world.passes(HOUR)
    await auth.rejected(await auth.get())
    await auth.get()


# --- refusals and accidents -----------------------------------------------------------------------


async def test_a_refused_key_is_not_tried_again_for_a_minute_then_two(
    world: World, auth: Auth
) -> None:
    pauses = [60, 120, 240, 480, 900, 900]
    for number, pause in enumerate(pauses, start=1):
        world.answers = [refused(1600005)]
        await error_of(auth)
        await world.passes(pause - 1)
        error = await error_of(auth)
        assert isinstance(error, AuthenticationFailed)
        assert len(world.logins) == number
        await world.passes(1)
    assert await auth.get() == "access-1"
    await world.passes(16 * DAY)
    world.answers = [refused(1600003), refused(1600005)]
    await error_of(auth)
    await world.passes(60)
    assert await auth.get() == "access-2"


async def test_each_caller_gets_an_error_of_its_own_and_no_traceback_grows(
    world: World, auth: Auth
) -> None:
    original = refused(1600005)
    world.answers = [original]
    results = await asyncio.gather(*waiting(auth, 5), return_exceptions=True)
    later = [await error_of(auth) for _ in range(5)]
    errors = [error for error in (*results, *later) if isinstance(error, AuthenticationFailed)]
    assert len(errors) == 10
    assert len({id(error) for error in errors}) == 10
    assert all(error.__cause__ is original for error in errors)
    assert {(error.code, error.request_id, str(error)) for error in errors} == {
        (1600005, "r-1", str(original))
    }
    lengths = {len(traceback.format_exception(error)) for error in later}
    assert len(lengths) == 1
    assert not hasattr(original, "__notes__")


async def test_an_accident_in_the_background_leaves_the_old_token_and_is_tried_again_later(
    world: World, auth: Auth
) -> None:
    await auth.get()
    await world.passes(14 * DAY)
    world.answers = [unreachable(), ServerFailed("auth.refresh_access_token", code=1600000)]
    for _ in range(20):
        assert await auth.get() == "access-1"
        await settle()
    assert len(world.refreshes) == 1
    await world.passes(DAY / 10)
    await auth.get()
    await settle()
    assert len(world.refreshes) == 2
    await world.passes(DAY / 10)
    assert await auth.get() == "access-1"
    await settle()
    assert await auth.get() == "access-2"
    assert len(world.logins) == 1


async def test_an_accident_in_the_last_minute_leaves_the_old_token_until_its_end(
    world: World, auth: Auth
) -> None:
    await auth.get()
    await world.passes(15 * DAY - 50)
    world.answers = [unreachable()]
    assert await asyncio.gather(*waiting(auth, 5)) == ["access-1"] * 5
    assert await auth.get() == "access-1"
    assert len(world.refreshes) == 1
    world.open.clear()
    await world.passes(10)
    assert await auth.get() == "access-1"
    await settle()
    assert len(world.refreshes) == 2
    await world.passes(40)
    late = waiting(auth)
    await settle()
    assert not late[0].done()
    world.open.set()
    assert await late[0] == "access-2"


@pytest.mark.parametrize(
    "accident",
    [
        unreachable(),
        ServerFailed("auth.refresh_access_token", code=1600000),
        BadResponse("auth.x", "not JSON", status=502, content_type="text/html", head=b"<"),
        ValueError("a bug"),
    ],
)
async def test_an_accident_without_a_usable_token_reaches_everyone_and_is_not_remembered(
    world: World, auth: Auth, accident: Exception
) -> None:
    await auth.get()
    world.answers = [accident]
    await auth.rejected("access-1")
    results = await asyncio.gather(*waiting(auth, 3), return_exceptions=True)
    assert [type(result) for result in results] == [type(accident)] * 3
    assert len(world.logins) == 1
    assert await auth.get() == "access-2"


async def test_a_limit_on_the_login_is_remembered_until_it_ends_and_changes_nothing(
    world: World,
) -> None:
    store = MemoryTokenStore()
    auth = world.auth(store)
    world.answers = [limited(200)]
    await error_of(auth)
    await world.passes(150)
    error = await error_of(auth)
    assert isinstance(error, RateLimited)
    assert error.retry_after == pytest.approx(50)
    assert len(world.logins) == 1
    assert await store.load(ACCOUNT) is None
    await world.passes(50)
    assert await auth.get() == "access-1"


async def test_a_limit_of_a_year_is_looked_at_again_after_a_day(world: World, auth: Auth) -> None:
    world.answers = [QuotaExhausted("auth.x", retry_at=START + timedelta(days=365))]
    await error_of(auth)
    await world.passes(DAY - 1)
    assert isinstance(await error_of(auth), QuotaExhausted)
    await world.passes(1)
    assert await auth.get() == "access-1"


async def test_a_limit_that_outlasts_the_token_does_not_make_the_token_last(
    world: World, auth: Auth
) -> None:
    await auth.get()
    await world.passes(15 * DAY - 120)
    world.answers = [limited(500)]
    for _ in range(119):
        assert await auth.get() == "access-1"
        await world.passes(1)
    assert len(world.refreshes) == 1
    await world.passes(1)
    assert isinstance(await error_of(auth), RateLimited)
    await world.passes(381)
    assert await auth.get() == "access-2"


async def test_a_clock_that_is_set_back_ends_what_was_remembered(world: World, auth: Auth) -> None:
    world.answers = [refused(1600005)]
    await error_of(auth)
    await world.passes(-10 * DAY)
    assert await auth.get() == "access-1"


async def test_a_refusal_in_the_background_does_not_hammer(world: World, auth: Auth) -> None:
    await auth.get()
    await world.passes(15 * DAY - 10 * MINUTE)
    world.answers = [refused(1600012), refused(1600012), refused(1600012), refused(1600012)]
    for _ in range(60):
        assert await auth.get() == "access-1"
        await world.passes(9)
    assert len(world.refreshes) <= 4
    assert len(world.logins) == 1


# --- between two logins ---------------------------------------------------------------------------


async def test_a_restart_soon_after_a_login_tries_the_refresh_first(world: World) -> None:
    store = MemoryTokenStore()
    await world.auth(store).get()
    await settle()
    auth = world.auth(store)
    assert await auth.get() == "access-1"
    await auth.rejected("access-1")
    assert await auth.get() == "access-2"
    assert len(world.logins) == 1


async def test_a_login_too_soon_is_tried_once_and_the_refusal_is_believed(world: World) -> None:
    store = MemoryTokenStore()
    await world.auth(store).get()
    await settle()
    await world.passes(100)
    auth = world.auth(store)
    world.answers = [refused(1600003), limited(1)]
    await auth.rejected(await auth.get())
    assert isinstance(await error_of(auth), RateLimited)
    assert len(world.logins) == 2, "tried once, because the newest edition has no interval"
    await world.passes(50)
    error = await error_of(auth)
    assert isinstance(error, RateLimited)
    assert error.retry_after == pytest.approx(150)
    assert "logins must be 300 s apart" in str(error)
    assert len(world.refreshes) == 1
    assert len(world.logins) == 2, "not tried again before its time"
    await world.passes(150)
    assert await auth.get() == "access-2"
    assert world.refreshes == ["refresh-1"], "a dead refresh token is not tried again"


async def test_a_login_that_cj_lets_through_early_shortens_the_interval(world: World) -> None:
    auth = world.auth()
    for number in (1, 2, 3):
        assert await auth.get() == f"access-{number}"
        await settle()
        await world.passes(100)
        world.answers = [refused(1600003)]
        await auth.rejected(f"access-{number}")
    assert len(world.logins) == 3


async def test_a_short_wait_for_the_next_login_is_waited(world: World, auth: Auth) -> None:
    await auth.get()
    await world.passes(250)
    world.answers = [refused(1600003)]
    await auth.rejected("access-1")
    tasks = waiting(auth, 3)
    await world.passes(49)
    assert len(world.logins) == 1
    await world.passes(1)
    assert await asyncio.gather(*tasks) == ["access-2"] * 3
    assert len(world.logins) == 2


async def test_the_interval_is_kept_where_no_store_remembers_the_login(world: World) -> None:
    class Forgetful(MemoryTokenStore):
        async def load(self, account: str) -> Token | None:
            return None

    auth = world.auth(Forgetful())
    await auth.get()
    world.answers = [refused(1600003), limited(1)]
    await auth.rejected("access-1")
    assert isinstance(await error_of(auth), RateLimited)
    await world.passes(10)
    assert isinstance(await error_of(auth), RateLimited)
    assert len(world.logins) == 2


async def test_no_interval_means_no_wait(world: World) -> None:
    auth = world.auth(login_interval=0.0)
    await auth.get()
    world.answers = [refused(1600003)]
    await auth.rejected("access-1")
    assert await auth.get() == "access-2"


@pytest.mark.parametrize(
    ("since", "left"),
    [
        (timedelta(minutes=1), 240),
        (timedelta(minutes=-1), 300),
        (timedelta(days=365), 0),
        (timedelta(days=-365), 0),
    ],
)
def test_a_login_under_a_wrong_clock_never_blocks_longer_than_the_interval(
    since: timedelta, left: float
) -> None:
    interval = LoginInterval(300)
    interval.known(START - since)
    assert interval.left(START) == left


# --- tokens that were given -----------------------------------------------------------------------


async def test_a_given_token_without_a_key_is_used_for_ever_and_never_renewed(world: World) -> None:
    auth = world.auth(api_key=None, access_token="given")
    await world.passes(400 * DAY)
    assert await auth.get() == "given"
    await auth.rejected("given")
    for _ in range(3):
        error = await error_of(auth)
        assert isinstance(error, AuthenticationFailed)
        assert "give a new access_token, or an api_key" in str(error)
        await world.passes(400 * DAY)
    assert not world.logins
    assert not world.refreshes


async def test_a_given_token_with_a_key_comes_first_then_a_login(world: World) -> None:
    auth = world.auth(access_token="given")
    assert await auth.get() == "given"
    assert not world.logins
    await auth.rejected("given")
    assert await auth.get() == "access-1"
    assert len(world.logins) == 1


async def test_a_given_token_that_is_rejected_is_followed_by_the_stored_one(world: World) -> None:
    store = MemoryTokenStore()
    await store.save(ACCOUNT, world.token())
    await world.passes(DAY)
    auth = world.auth(store, access_token="given")
    await auth.rejected(await auth.get())
    assert await auth.get() == "access-1"
    assert not world.logins


async def test_without_key_and_token_nothing_can_be_made(world: World) -> None:
    with pytest.raises(ConfigurationError, match="CJ_API_KEY"):
        world.auth(api_key=None)


# --- shared stores, broken stores -----------------------------------------------------------------


async def test_two_clients_with_one_store_log_in_once_and_refresh_once(world: World) -> None:
    store = MemoryTokenStore()
    one, two = world.auth(store), world.auth(store)
    assert set(await asyncio.gather(*waiting(one, 5), *waiting(two, 5))) == {"access-1"}
    assert len(world.logins) == 1
    await one.rejected("access-1")
    await two.rejected("access-1")
    assert set(await asyncio.gather(*waiting(one, 5), *waiting(two, 5))) == {"access-2"}
    assert len(world.refreshes) == 1
    await world.passes(14 * DAY + 1)
    assert await one.get() == await two.get() == "access-2"
    await settle()
    assert await one.get() == await two.get() == "access-3"
    assert len(world.refreshes) == 2
    assert world.most_running == 1


async def test_a_usable_stored_token_is_not_kept_waiting_by_somebody_elses_refresh(
    world: World,
) -> None:
    store = MemoryTokenStore()
    await store.save(ACCOUNT, world.token())
    async with store.lock(ACCOUNT), asyncio.timeout(5):
        assert await world.auth(store).get() == "access-1"


async def test_an_older_stored_token_is_not_taken_for_a_newer_one(world: World) -> None:
    class ReadOnlyStore(MemoryTokenStore):
        async def save(self, account: str, token: Token) -> None:
            if not world.refreshes:
                await super().save(account, token)

    auth = world.auth(ReadOnlyStore())
    await auth.get()
    await world.passes(HOUR)
    await auth.rejected("access-1")
    await auth.get()
    await world.passes(HOUR)
    await auth.rejected("access-2")
    assert await auth.get() == "access-3"


async def test_a_stored_token_from_the_future_is_not_believed(world: World) -> None:
    store = MemoryTokenStore()
    future = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    await store.save(ACCOUNT, Token(access="hostile", obtained_at=future))
    assert await world.auth(store).get() == "access-1"


async def test_a_store_that_fails_costs_warnings_but_no_token(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        async def load(self, account: str) -> Token | None:
            raise RuntimeError("canary")

        async def save(self, account: str, token: Token) -> None:
            raise RuntimeError("canary")

        def lock(self, account: str) -> contextlib.AbstractAsyncContextManager[None]:
            raise RuntimeError("canary")

    auth = world.auth(Broken())
    assert await auth.get() == "access-1"
    await settle()
    for what in ("read", "written", "locked"):
        assert f"the token store cannot be {what} (RuntimeError)" in caplog.text
    assert "canary" not in caplog.text


# --- the end --------------------------------------------------------------------------------------


async def test_closing_fails_those_who_wait_and_leaves_no_task(world: World) -> None:
    before = asyncio.all_tasks()
    auth = world.auth()
    world.open.clear()
    tasks = waiting(auth, 5)
    await settle()
    await auth.aclose()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [str(result) for result in results] == ["client closed"] * 5
    assert {type(result) for result in results} == {ConfigurationError}
    assert asyncio.all_tasks() == before
    assert world.running == 0


async def test_a_closed_client_hands_out_nothing_and_may_be_closed_again(
    world: World, auth: Auth
) -> None:
    await auth.get()
    await auth.aclose()
    await auth.aclose()
    await auth.rejected("access-1")
    assert str(await error_of(auth)) == "client closed"
    assert not world.refreshes


async def test_closing_before_the_task_has_begun_works(world: World) -> None:
    auth = world.auth()
    task = asyncio.ensure_future(auth.get())
    await asyncio.sleep(0)
    await auth.aclose()
    with pytest.raises(ConfigurationError, match="client closed"):
        await task


async def test_closing_gives_the_lock_of_the_store_back(world: World) -> None:
    store = MemoryTokenStore()
    auth = world.auth(store)
    world.open.clear()
    task = waiting(auth)[0]
    await settle()
    await auth.aclose()
    await asyncio.gather(task, return_exceptions=True)
    world.open.set()
    async with asyncio.timeout(5):
        assert await world.auth(store).get() == "access-1"


async def test_a_task_cancelled_by_a_stranger_fails_the_waiters_once(
    world: World, auth: Auth
) -> None:
    world.open.clear()
    callers = waiting(auth, 2)
    await settle()
    (task,) = (task for task in asyncio.all_tasks() if task.get_name() == "cj_async token")
    task.cancel()
    results = await asyncio.gather(*callers, return_exceptions=True)
    assert {type(result) for result in results} == {ConfigurationError}
    world.open.set()
    assert await auth.get() == "access-1"


# --- secrets --------------------------------------------------------------------------------------


async def test_no_secret_shows_in_logs_reprs_or_tracebacks(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = (KEY, "canary-access", "canary-refresh", "canary-open-id")
    canary = world.token(access=secrets[1], refresh=secrets[2], open_id=secrets[3])
    seen: list[str] = []
    auth = world.auth()
    world.answers = [canary]
    await auth.get()
    seen += [repr(auth), str(auth), repr(auth.token), str(auth.token), f"{auth.token}"]
    await world.passes(14 * DAY)
    in_the_background: list[list[Answer]] = [
        [unreachable()],
        [refused(1600003), refused(1600005)],
        [canary],
        [ValueError(*secrets)],
    ]
    for answers in in_the_background:
        world.answers = answers
        await auth.get()
        await world.passes(1.9 * HOUR)
    after_a_rejection: list[list[Answer]] = [
        [refused(1600003)],
        [refused(1600012)],
        [canary, canary],
        [limited(5)],
    ]
    for answers in after_a_rejection:
        world.answers = answers
        await auth.rejected(auth.current)
        try:
            await auth.get()
        except CJError as error:
            seen += [traceback.format_exc(), repr(error), str(error)]
        await world.passes(DAY)
    await auth.aclose()
    seen.append(caplog.text)
    assert len(caplog.records) > 8
    assert [secret for secret in secrets if secret in "\n".join(seen)] == []


async def test_the_log_tells_of_logins_refreshes_and_failures(
    world: World, auth: Auth, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "cj_async")
    await auth.get()
    await world.passes(14 * DAY)
    world.answers = [unreachable()]
    await auth.get()
    await world.passes(0)
    await world.passes(DAY / 10)
    await auth.get()
    await settle()
    told = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert [level for level, _ in told] == ["INFO", "WARNING", "INFO"]
    assert told[0][1].startswith("logged in, the token expires 2026-12-06")
    assert "ConnectFailed: no route" in told[1][1]
    assert told[2][1].startswith("access token refreshed")


def test_a_twin_has_all_that_its_original_has() -> None:
    errors: list[CJError] = [
        limited(3),
        refused(1),
        unreachable(),
        ConfigurationError("client closed"),
        QuotaExhausted("x", retry_at=START, data={"a": 1}),
        BadResponse("x", "y", status=1, content_type="z", head=b"h"),
    ]
    for error in errors:
        attributes = {**vars(error)}
        error.add_note("of the original")
        copy = twin(error)
        assert type(copy) is type(error)
        assert str(copy) == str(error)
        assert vars(copy) == attributes
        assert copy.__cause__ is error
    stranger = ValueError("x")
    assert twin(stranger) is stranger


def test_the_wall_clock_knows_its_zone() -> None:
    assert utc_now().tzinfo is UTC


# --- any sequence of events -----------------------------------------------------------------------

CJ_SAYS = ["new", "same", "brief", "no expiry", "accident", "dead", "refused", "limited"]


class Sequences(RuleBasedStateMachine):
    """Two clients with one store, callers that come and go, and a CJ that answers anything."""

    @initialize()
    def begin(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(lambda _, context: self.complaints.append(context))
        self.complaints: list[dict[str, Any]] = []
        self.world = World()
        self.pending: list[tuple[str, int, asyncio.Future[Token]]] = []
        self.running = 0
        self.callers: list[asyncio.Task[None]] = []
        self.in_use: list[tuple[int, str]] = []
        self.rejected_at: dict[str, datetime] = {}
        self.promised_at: dict[str, datetime] = {}
        self.good_logins: list[datetime] = []
        self.refused_logins: list[datetime] = []
        self.told_of_the_limit: set[int] = set()
        self.last: Token | None = None
        store = MemoryTokenStore()
        self.auths = [
            Auth(
                ACCOUNT,
                api_key=KEY,
                store=store,
                login=self._asked("login", number),
                refresh=self._asked("refresh", number),
                clock=self.world.clock,
                sleep=self.world.sleep,
            )
            for number in range(2)
        ]

    def _asked(self, what: str, number: int) -> Callable[[str], Awaitable[Token]]:
        async def ask(secret: str) -> Token:
            assert self.running == 0, "one refresh or login at a time"
            if what == "login":
                self._login_is_allowed(number)
            self.running += 1
            future: asyncio.Future[Token] = self.loop.create_future()
            self.pending.append((what, number, future))
            try:
                return await future
            finally:
                self.running -= 1

        return ask

    def _login_is_allowed(self, number: int) -> None:
        now = self.world.now
        if number in self.told_of_the_limit and self.good_logins:
            gaps = [b - a for a, b in itertools.pairwise(self.good_logins)]
            shortest = min([timedelta(seconds=300), *gaps])
            assert now - self.good_logins[-1] >= shortest, "a refusal of a login is believed"
        recent = [m for m in self.refused_logins if now - m < timedelta(seconds=60)]
        assert len(recent) < len(self.auths), "a refused key is not hammered"

    def _run(self, seconds: float = 0) -> None:
        self.loop.run_until_complete(self.world.passes(seconds))

    async def _call(self, number: int) -> None:
        try:
            token = await self.auths[number].get()
        except CJError:
            return
        promised, now = self.promised_at[token], self.world.now
        rejected = self.rejected_at.get(f"{number} {token}")
        if rejected is not None:  # CJ may hand it out again, but not for the first minute
            assert promised >= rejected, "a rejected token is not used again"
            assert now - rejected >= timedelta(seconds=60), "at least not for a minute"
        self.in_use.append((number, token))
        assert self.last is None or now - promised <= LIFE

    @rule(number=st.integers(0, 1), callers=st.integers(1, 5))
    def calls(self, number: int, callers: int) -> None:
        for _ in range(callers):
            task = self.loop.create_task(self._call(number))
            self.callers.append(task)
            task.add_done_callback(self._left)
        self._run()

    def _left(self, task: asyncio.Task[None]) -> None:
        self.callers.remove(task)
        if not task.cancelled():
            task.result()

    @precondition(lambda self: self.callers)
    @rule(which=st.integers(0, 99), everyone=st.booleans())
    def callers_go(self, which: int, everyone: bool) -> None:
        callers = list(self.callers)
        for task in callers if everyone else [callers[which % len(callers)]]:
            task.cancel()
        self._run()

    @precondition(lambda self: self.in_use)
    @rule(which=st.integers(0, 99))
    def cj_rejects(self, which: int) -> None:
        number, token = self.in_use.pop(which % len(self.in_use))
        if self.auths[number].current == token:
            self.rejected_at[f"{number} {token}"] = self.world.now
        self.loop.run_until_complete(self.auths[number].rejected(token))
        self._run()

    @rule(seconds=st.sampled_from([1, 30, 61, 301, HOUR, DAY, 14 * DAY + HOUR, 15 * DAY]))
    def time_passes(self, seconds: float) -> None:
        self._run(seconds)

    @precondition(lambda self: self.pending)
    @rule(says=st.sampled_from(CJ_SAYS))
    def cj_answers(self, says: str) -> None:
        what, number, future = self.pending.pop(0)
        if future.done():
            return
        answer = self._answer(says)
        if isinstance(answer, Exception):
            if what == "login" and isinstance(answer, AuthenticationFailed):
                self.refused_logins.append(self.world.now)
            if what == "login" and isinstance(answer, RateLimited):
                self.told_of_the_limit.add(number)
            future.set_exception(answer)
        else:
            if what == "login":
                self.good_logins.append(self.world.now)
            self.last = answer
            self.promised_at[answer.access] = self.world.now
            future.set_result(answer)
        self._run()

    def _answer(self, says: str) -> Answer:
        match says:
            case "same" if self.last is not None:
                return self.last
            case "accident":
                return unreachable()
            case "dead":
                return refused(1600003)
            case "refused":
                return refused(1600005)
            case "limited":
                return limited(90)
            case "brief":
                return self.world.token(life=timedelta(seconds=30))
            case "no expiry":
                return self.world.token(life=None)
            case _:
                return self.world.token()

    @invariant()
    def nobody_is_forgotten(self) -> None:
        if hasattr(self, "callers") and self.callers:
            assert self.running or self.world.timers, "callers wait although nothing goes on"

    @invariant()
    def nothing_is_complained_about(self) -> None:
        if hasattr(self, "complaints"):
            assert self.complaints == []

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            for auth in self.auths:
                self.loop.run_until_complete(auth.aclose())
            self._run()
            assert not self.callers
            assert not asyncio.all_tasks(self.loop)
            gc.collect(0)
            self.nothing_is_complained_about()
            self.loop.close()


TestSequences = Sequences.TestCase
TestSequences.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


# --- two processes --------------------------------------------------------------------------------

SERVICE = """
import asyncio, sys
from datetime import UTC, datetime, timedelta
from cj_async._auth import Auth
from cj_async._tokens import FileTokenStore, Token

store, calls = sys.argv[1:]

async def login(api_key):
    with open(calls, "a") as file:
        file.write("login\\n")
    await asyncio.sleep(0.1)
    now = datetime.now(UTC)
    return Token(access="shared", obtained_at=now, access_expires=now + timedelta(days=15))

async def main():
    auth = Auth("account", api_key="key", store=FileTokenStore(store), login=login, refresh=login)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    print(await auth.get(), flush=True)
    await auth.aclose()

asyncio.run(main())
"""


def test_two_processes_that_start_at_once_with_one_file_log_in_once(tmp_path: Path) -> None:
    calls, store = tmp_path / "calls", tmp_path / "tokens.json"
    command = [sys.executable, "-c", SERVICE, str(store), str(calls)]
    with contextlib.ExitStack() as stack:
        services = [
            stack.enter_context(
                subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
            for _ in range(3)
        ]
        for service in services:
            assert service.stdout is not None
            assert service.stdout.readline() == "ready\n"
        for service in services:
            assert service.stdin is not None
            service.stdin.write("go\n")
            service.stdin.flush()
        answers = [service.communicate(timeout=30)[0] for service in services]
    assert answers == ["shared\n"] * 3
    assert calls.read_text() == "login\n"
    assert "shared" in json.dumps(json.loads(store.read_text()))
