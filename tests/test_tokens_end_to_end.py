"""Does a token live its life without anybody noticing? Client against local CJ, over real sockets."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cj_async import (
    APIError,
    AuthenticationFailed,
    CJClient,
    FileTokenStore,
    MemoryTokenStore,
    RateLimited,
    Token,
)
from cj_async._tokens import fingerprint
from cj_async.simulator import Simulator
from tests.conftest import client_of, error_of, eventually, inside
from tests.scripted import LOGIN as LOGIN_PATH
from tests.scripted import Script, success

PROJECT = Path(__file__).resolve().parent.parent
FAST = 100_000.0
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LOGIN, REFRESH = "auth.get_access_token", "auth.refresh_access_token"


@asynccontextmanager
async def local_cj(**settings: Any) -> AsyncGenerator[Simulator]:
    known: dict[str, Any] = {
        "products": 40,
        "tier": FAST,
        "per_ip": None,
        "points": None,
        **settings,
    }
    async with Simulator(**known) as running:
        yield running


@pytest.fixture
async def simulator() -> AsyncGenerator[Simulator]:
    async with local_cj() as running:
        yield running


async def store_with(simulator: Simulator, **changed: Any) -> MemoryTokenStore:
    """A store as a program finds it that logged in two days ago; the token lasts as CJ says."""
    pair = simulator.account.log_in()
    now = datetime.now(UTC)
    known: dict[str, Any] = {
        "access": pair.access,
        "obtained_at": now - 2 * DAY,
        "access_expires": datetime.fromtimestamp(pair.access_ends, UTC),
        "refresh": pair.refresh,
        "refresh_expires": datetime.fromtimestamp(pair.refresh_ends, UTC),
        "open_id": str(simulator.open_id),
        "logged_in_at": now - 2 * DAY,
    }
    store = MemoryTokenStore()
    await store.save(fingerprint(simulator.api_key), Token(**{**known, **changed}))
    return store


async def store_with_ended_token(simulator: Simulator, **changed: Any) -> MemoryTokenStore:
    """The same, and the access token has ended an hour ago."""
    return await store_with(
        simulator, access="API@CJ1@CJ:ended", access_expires=datetime.now(UTC) - HOUR, **changed
    )


def token_calls(simulator: Simulator) -> tuple[int, int]:
    """(logins, refreshes) that the server was asked for."""
    asked = simulator.requests.operations
    return asked[LOGIN], asked[REFRESH]


def fast_client(simulator: Simulator, **settings: Any) -> AbstractAsyncContextManager[CJClient]:
    known: dict[str, Any] = {"tier": FAST, **settings}
    return client_of(simulator, **known)


# ------------------------------------------------------------------------- one for everybody


async def test_ten_thousand_callers_on_an_ended_token_cause_one_refresh(
    simulator: Simulator,
) -> None:
    store = await store_with_ended_token(simulator)
    async with fast_client(simulator, token_store=store) as cj:
        told = await asyncio.gather(*(cj.settings.get() for _ in range(10_000)))
    assert len(told) == 10_000
    assert token_calls(simulator) == (0, 1)
    assert simulator.requests.operations["settings.get"] == 10_000
    assert simulator.requests.codes[1600001] == 0


async def test_one_refresh_serves_ten_thousand_although_the_first_hundred_are_cancelled(
    simulator: Simulator,
) -> None:
    simulator.fail(REFRESH, kind="delay", seconds=0.1)
    store = await store_with_ended_token(simulator)
    async with fast_client(simulator, token_store=store) as cj:
        calls = [asyncio.ensure_future(cj.settings.get()) for _ in range(10_000)]
        await eventually(lambda: bool(simulator.requests.operations[REFRESH]))
        for call in calls[:100]:
            call.cancel()
        ends = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(end) for end in ends[:100]] == [asyncio.CancelledError] * 100
    assert not any(isinstance(end, BaseException) for end in ends[100:])
    assert token_calls(simulator) == (0, 1)
    assert simulator.requests.operations["settings.get"] == 9_900


async def test_a_refresh_that_nobody_waits_for_any_more_is_kept(simulator: Simulator) -> None:
    simulator.fail(REFRESH, kind="delay", seconds=0.05)
    store = await store_with_ended_token(simulator)
    async with fast_client(simulator, token_store=store) as cj:
        calls = [asyncio.ensure_future(cj.settings.get()) for _ in range(50)]
        await eventually(lambda: bool(simulator.requests.operations[REFRESH]))
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        await cj.settings.get()
    assert token_calls(simulator) == (0, 1)
    assert simulator.requests.operations["settings.get"] == 1


async def test_a_thousand_callers_without_a_token_cause_one_login(simulator: Simulator) -> None:
    async with fast_client(simulator) as cj:
        await asyncio.gather(*(cj.settings.get() for _ in range(1_000)))
        assert cj.open_id == str(simulator.open_id)
    assert token_calls(simulator) == (1, 0)


# ---------------------------------------------------------------------- refused in the middle


async def test_a_revoked_token_in_the_middle_of_a_crawl_costs_one_login_and_no_row() -> None:
    async with local_cj(products=1_000, token_limits=True) as simulator:
        store = await store_with(simulator)
        async with fast_client(simulator, token_store=store) as cj:
            found: list[str] = []
            async for product in cj.products.search(size=50):
                found.append(product.id)
                if len(found) == 520:
                    simulator.revoke_tokens()
            assert len(found) == len(set(found)) == 1_000
        logins, refreshes = token_calls(simulator)
        assert (logins, refreshes) == (1, 1)  # the refresh token was revoked, too
        assert simulator.requests.codes[1600001] == 1
        assert simulator.requests.operations["products.search"] == 21


async def test_a_revoked_token_under_many_calls_at_once_costs_one_login(
    simulator: Simulator,
) -> None:
    store = await store_with(simulator)
    async with fast_client(simulator, token_store=store) as cj:
        pids = [row.id async for row in cj.products.search()]
        simulator.revoke_tokens()
        found = await asyncio.gather(*(cj.products.get(pid=pid) for pid in pids * 10))
    assert [each.pid for each in found] == pids * 10
    assert token_calls(simulator) == (1, 1)


async def test_a_token_that_the_server_ends_early_costs_one_refresh(simulator: Simulator) -> None:
    store = await store_with(simulator)
    async with fast_client(simulator, token_store=store) as cj:
        await cj.settings.get()
        simulator.clock.advance(16 * DAY)
        await asyncio.gather(*(cj.settings.get() for _ in range(100)))
        assert cj.open_id == str(simulator.open_id)
    assert token_calls(simulator) == (0, 1)


async def test_a_logout_by_another_client_is_recovered_from(simulator: Simulator) -> None:
    store = await store_with(simulator)
    async with (
        fast_client(simulator, token_store=store) as one,
        fast_client(simulator) as other,
    ):
        await one.settings.get()
        assert await other.auth.logout() is True
        assert (await one.settings.get()).open_name
    assert token_calls(simulator) == (2, 1)


async def test_a_dead_refresh_token_leads_to_a_login(simulator: Simulator) -> None:
    store = await store_with_ended_token(simulator, refresh="dead")
    async with fast_client(simulator, token_store=store) as cj:
        await asyncio.gather(*(cj.settings.get() for _ in range(100)))
    assert token_calls(simulator) == (1, 1)


async def test_a_refresh_token_that_has_ended_is_not_even_tried(simulator: Simulator) -> None:
    over = datetime.now(UTC) - HOUR
    store = await store_with_ended_token(simulator, refresh_expires=over)
    async with fast_client(simulator, token_store=store) as cj:
        await cj.settings.get()
    assert token_calls(simulator) == (1, 0)


# ---------------------------------------------------------------------------- wrong credentials


async def test_a_wrong_key_is_refused_once_and_remembered(simulator: Simulator) -> None:
    wrong = simulator.api_key[:-4] + "0000"
    async with client_of(simulator, wrong) as cj:
        ends = await asyncio.gather(
            *(cj.settings.get() for _ in range(200)), return_exceptions=True
        )
        for _ in range(20):
            refused = await error_of(cj.products.search(), AuthenticationFailed)
            assert refused.code == 1600005
            assert any("not asked for again" in note for note in refused.__notes__)
    assert {type(end) for end in ends} == {AuthenticationFailed}
    assert len({id(end) for end in ends}) == 200
    assert token_calls(simulator) == (1, 0)
    assert simulator.requests.total == 1


async def test_an_account_that_is_locked_is_not_hammered_either(simulator: Simulator) -> None:
    simulator.fail(LOGIN, code=1600004, times=99)
    async with fast_client(simulator) as cj:
        for _ in range(20):
            with pytest.raises(AuthenticationFailed):
                await cj.settings.get()
    assert token_calls(simulator) == (1, 0)


@pytest.mark.parametrize("data", [None, {}, {"accessToken": ""}, {"accessToken": None}])
async def test_a_login_without_a_token_is_a_failure_and_not_hammered(
    script: Script, data: object
) -> None:
    script.on(LOGIN_PATH, success(data))
    async with client_of(script) as cj:
        for _ in range(5):
            refused = await error_of(cj.settings.get(), AuthenticationFailed)
            assert "no access token" in refused.message
            assert refused.request_id == "r-1"
    assert len(script.asked) == 1


async def test_an_access_token_alone_works_until_it_is_refused(simulator: Simulator) -> None:
    token = simulator.account.log_in().access
    async with fast_client(simulator, access_token=token) as cj:
        await asyncio.gather(*(cj.settings.get() for _ in range(20)))
        simulator.revoke_tokens()
        for _ in range(3):
            with pytest.raises(AuthenticationFailed, match="access_token"):
                await cj.settings.get()
    assert token_calls(simulator) == (0, 0)
    assert simulator.requests.operations["settings.get"] == 21


async def test_a_token_that_is_given_is_used_first_and_then_replaced(simulator: Simulator) -> None:
    token = simulator.account.log_in().access
    async with fast_client(simulator, api_key=simulator.api_key, access_token=token) as cj:
        await cj.settings.get()
        assert token_calls(simulator) == (0, 0)
        simulator.revoke_tokens()
        await cj.settings.get()
    assert token_calls(simulator) == (1, 0)


async def test_two_starts_within_five_minutes_without_a_store_say_when_to_try_again() -> None:
    async with local_cj(token_limits=True) as simulator:
        async with fast_client(simulator) as first:
            await first.settings.get()
        async with fast_client(simulator) as second:
            for _ in range(5):
                limited = await error_of(second.settings.get(), RateLimited)
                assert 200 < limited.retry_after <= 303
        assert token_calls(simulator) == (2, 0)


# --------------------------------------------------------------------------- renewing in time


async def test_a_token_near_its_end_is_renewed_in_the_background(simulator: Simulator) -> None:
    store = await store_with(simulator, access_expires=datetime.now(UTC) + HOUR)
    async with fast_client(simulator, token_store=store) as cj:
        await cj.settings.get()
        old = inside(cj).account.auth.current
        await cj.settings.get()
        await eventually(lambda: inside(cj).account.auth.current != old)
        await cj.settings.get()
        assert cj.open_id == str(simulator.open_id)
    assert token_calls(simulator) == (0, 1)


async def test_nobody_waits_for_a_renewal_in_the_background(simulator: Simulator) -> None:
    simulator.fail(REFRESH, kind="delay", seconds=60)
    store = await store_with(simulator, access_expires=datetime.now(UTC) + HOUR)
    async with fast_client(simulator, token_store=store) as cj:
        await cj.settings.get()
        await asyncio.gather(*(cj.settings.get() for _ in range(10)))
        await eventually(lambda: token_calls(simulator) == (0, 1))
        await asyncio.gather(*(cj.settings.get() for _ in range(10)))
        (renewal,) = simulator.requests.of(REFRESH)
        assert renewal.status is None, "it is still under way"


async def test_a_renewal_that_fails_in_time_disturbs_nobody(simulator: Simulator) -> None:
    simulator.fail(REFRESH, kind="html", times=99)
    store = await store_with(simulator, access_expires=datetime.now(UTC) + HOUR)
    async with fast_client(simulator, token_store=store) as cj:
        for _ in range(50):
            await cj.settings.get()
            await asyncio.sleep(0)
    assert token_calls(simulator) == (0, 1)


async def test_a_refresh_that_does_not_move_the_end_is_not_repeated() -> None:
    async with local_cj(token_reuse=True, token_life=HOUR) as simulator:
        store = await store_with(simulator)
        async with fast_client(simulator, token_store=store) as cj:
            for _ in range(100):
                await cj.settings.get()
                await asyncio.sleep(0)
        assert token_calls(simulator) == (0, 1)


async def test_a_pair_that_is_served_again_at_its_very_end_does_not_spin() -> None:
    async with local_cj(token_reuse=True, token_life=timedelta(seconds=40)) as simulator:
        store = await store_with(simulator)
        async with fast_client(simulator, token_store=store) as cj:
            for _ in range(100):
                await cj.settings.get()
                await asyncio.sleep(0)
        assert token_calls(simulator) == (1, 1)


# ------------------------------------------------------------------------------------- stores


async def test_a_second_client_with_the_same_file_does_not_log_in(
    simulator: Simulator, tmp_path: Path
) -> None:
    path = tmp_path / "tokens" / "cj.json"
    for _ in range(3):
        async with fast_client(simulator, token_store=FileTokenStore(path)) as cj:
            await cj.settings.get()
            assert cj.open_id == str(simulator.open_id)
    assert token_calls(simulator) == (1, 0)


async def test_two_accounts_share_a_file_and_are_never_mixed_up(
    simulator: Simulator, tmp_path: Path
) -> None:
    other = simulator.add_account(tier=FAST, points=None)
    path = tmp_path / "cj.json"
    for _ in range(2):
        for account in (simulator.account, other):
            async with fast_client(
                simulator, api_key=account.api_key, token_store=FileTokenStore(path)
            ) as cj:
                assert (await cj.settings.get()).open_id == str(account.open_id)
    assert token_calls(simulator) == (2, 0)


async def test_a_token_that_another_client_renewed_is_taken_over(simulator: Simulator) -> None:
    store = await store_with_ended_token(simulator)
    async with (
        fast_client(simulator, token_store=store) as one,
        fast_client(simulator, token_store=store) as two,
    ):
        await asyncio.gather(*(each.settings.get() for each in (one, two) for _ in range(20)))
    assert token_calls(simulator) == (0, 1)


STARTING = """
import asyncio, sys
from cj_async import CJClient, FileTokenStore, Pool

async def main(address, key, path):
    async with Pool(per_ip=None) as pool, CJClient(
        key, base_url=address, tier=1000, pool=pool, token_store=FileTokenStore(path)
    ) as cj:
        print("ready", flush=True)
        sys.stdin.readline()
        print((await cj.settings.get()).open_name, cj.counts["sent"], flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_processes_that_start_at_once_with_one_file_log_in_once(tmp_path: Path) -> None:
    async with local_cj(token_limits=True, latency=0.02) as simulator:
        arguments = (simulator.base_url, simulator.api_key, str(tmp_path / "cj.json"))
        processes = [
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-W", "error", "-c", STARTING, *arguments),
                cwd=PROJECT,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            for _ in range(3)
        ]
        for process in processes:
            assert process.stdout is not None
            assert await process.stdout.readline() == b"ready\n"
        ends = await asyncio.gather(*(process.communicate(b"\n") for process in processes))
        assert [error for _, error in ends] == [b""] * 3
        names = [said.decode().rsplit(" ", 1)[0] for said, _ in ends]
        assert names == [simulator.account.name] * 3
        assert token_calls(simulator) == (1, 0)


async def test_an_api_error_of_a_token_call_names_the_token_call(simulator: Simulator) -> None:
    simulator.fail(LOGIN, code=1600006)
    async with fast_client(simulator) as cj:
        with pytest.raises(APIError, match="1600006") as refused:
            await cj.settings.get()
    assert refused.value.operation == LOGIN
