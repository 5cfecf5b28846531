"""Does the pool keep its limit and its pace, share what belongs together, and leave nothing open?"""

# pyright: reportPrivateUsage=false
# Some tests look at what is shared, and set the clock of what a client keeps to itself.
from __future__ import annotations

import asyncio
import base64
import gc
import gzip
import json
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse

from cj_async import (
    CJClient,
    CJError,
    ConfigurationError,
    ConnectFailed,
    FileTokenStore,
    MemoryTokenStore,
    OutcomeUnknown,
    Pool,
    RateLimited,
    ServerFailed,
)
from cj_async._account import ENDPOINT_LIMITS
from cj_async._pool import Gate
from tests.scripted import LOGIN, tokens
from tests.servers import (
    KEY,
    OK,
    RATE,
    TOKEN,
    Behaviour,
    Exchange,
    RawServer,
    answer,
    client_on,
    cut_read,
    half_a_body,
    hold,
    html,
    http,
    never,
    refuse,
    slow,
)

PATH = "/thing/do"
OTHER_TOKEN = "API@CJ8888888@CJ:other-token"


@pytest.fixture
async def server() -> AsyncGenerator[RawServer]:
    async with RawServer() as running:
        yield running


async def get(cj: CJClient) -> Any:
    return (await cj.request("GET", PATH)).data


async def post(cj: CJClient) -> Any:
    return (await cj.request("POST", PATH, body={"orderId": "SD1"})).data


def gaps(server: RawServer) -> list[float]:
    return [later - earlier for earlier, later in pairwise(server.times)]


def client(server: RawServer, pool: Pool, token: str = TOKEN, **settings: Any) -> CJClient:
    known: dict[str, Any] = {"tier": RATE, **settings}
    return CJClient(access_token=token, base_url=server.base_url, pool=pool, **known)


# --- the gate


class Lane:
    """Somebody in the line."""

    def __init__(self) -> None:
        self.told = 0

    def proceed(self) -> None:
        self.told += 1


async def test_a_gate_with_a_free_place_keeps_the_pace_of_the_address() -> None:
    gate = Gate(2, 20)
    now = asyncio.get_running_loop().time()
    assert gate.ready_at() <= now
    started = await gate.take()
    assert started + 0.05 < gate.ready_at() < started + 0.051
    assert gate.interval == pytest.approx(0.0505)


async def test_a_full_gate_is_not_ready() -> None:
    gate = Gate(2, None)
    await gate.take()
    assert gate.ready_at() <= asyncio.get_running_loop().time()
    await gate.take()
    assert gate.ready_at() > asyncio.get_running_loop().time()
    gate.left(0.1)
    assert gate.ready_at() <= asyncio.get_running_loop().time()


async def test_a_place_that_gets_free_wakes_the_first_in_line_and_nobody_else() -> None:
    gate = Gate(1, None)
    first, second = Lane(), Lane()
    gate.line.extend((first, second))
    await gate.take()
    gate.left()
    assert (first.told, second.told) == (1, 0)


async def test_a_full_gate_estimates_from_how_long_calls_take() -> None:
    gate = Gate(4, None)
    for _ in range(100):
        await gate.take()
        gate.left(2.0)
    assert gate.interval == 0
    for _ in range(4):
        await gate.take()
    assert gate.interval == pytest.approx(0.5, rel=0.01)
    assert gate.ready_at() - asyncio.get_running_loop().time() == pytest.approx(0.5, rel=0.05)


async def test_a_place_that_was_not_used_says_nothing_of_how_long_calls_take() -> None:
    gate = Gate(1, None)
    for _ in range(100):
        await gate.take()
        gate.left()
    await gate.take()
    fresh = Gate(1, None)
    await fresh.take()
    assert gate.interval == fresh.interval


async def test_a_crowd_before_a_small_pool_is_not_refused_on_a_guess(server: RawServer) -> None:
    async with Pool(limit=10, per_ip=None) as pool, client(server, pool) as cj:
        answers = await asyncio.gather(*(get(cj) for _ in range(1300)))
    assert len(answers) == 1300


async def test_a_refused_address_pauses_as_an_account_does() -> None:
    gate = Gate(5, 20)
    started = await gate.take()
    gate.refused(started, rate=10)
    assert gate.rate == 10
    assert gate.ready_at() > started + 0.09
    gate.succeeded()
    gate.pause(1)
    assert gate.ready_at() > started + 0.9


# --- the limit


@pytest.mark.parametrize("limit", [1, 3])
async def test_no_more_calls_are_in_flight_than_the_limit(server: RawServer, limit: int) -> None:
    server.then = slow(0.02)
    async with Pool(limit=limit, per_ip=None) as pool, client(server, pool) as cj:
        await asyncio.gather(*(get(cj) for _ in range(12)))
    assert server.most_in_flight == limit
    assert len(server.received) == 12


async def test_calls_of_all_accounts_count(server: RawServer) -> None:
    server.then = slow(0.02)
    async with (
        Pool(limit=2, per_ip=None) as pool,
        client(server, pool) as one,
        client(server, pool, OTHER_TOKEN) as other,
    ):
        await asyncio.gather(*(get(cj) for _ in range(5) for cj in (one, other)))
    assert server.most_in_flight == 2


async def test_those_who_found_the_pool_full_do_not_start_in_a_bunch(server: RawServer) -> None:
    go = asyncio.Event()
    server.will(*(hold(go) for _ in range(3)))
    async with Pool(limit=3, per_ip=None) as pool, client(server, pool, tier=20) as cj:
        calls = [asyncio.create_task(get(cj)) for _ in range(6)]
        await server.arrived(3)
        await asyncio.sleep(0.2)
        go.set()  # three places at once
        await asyncio.gather(*calls)
    assert server.closest > 0.05


async def test_who_waited_for_a_place_starts_as_soon_as_there_is_one(server: RawServer) -> None:
    go = asyncio.Event()
    server.will(hold(go))
    async with Pool(limit=1, per_ip=None) as pool, client(server, pool, tier=4) as cj:
        calls = [asyncio.create_task(get(cj)) for _ in range(2)]
        await asyncio.sleep(0.35)  # its turn has long come, and was not used up in vain
        go.set()
        freed = asyncio.get_running_loop().time()
        await asyncio.gather(*calls)
    assert server.times[1] - freed < 0.1 + server.late


async def test_writes_go_first_when_a_place_gets_free(server: RawServer) -> None:
    go = asyncio.Event()
    server.will(hold(go))
    async with Pool(limit=1, per_ip=None) as pool, client(server, pool) as cj:
        calls = [asyncio.create_task(get(cj)) for _ in range(3)]
        await server.arrived()
        calls.append(asyncio.create_task(post(cj)))
        await asyncio.sleep(0.01)
        go.set()
        await asyncio.gather(*calls)
    assert [request.method for request in server.received] == ["GET", "POST", "GET", "GET"]


async def test_who_will_not_wait_is_told_that_the_pool_is_full(server: RawServer) -> None:
    go = asyncio.Event()
    server.will(hold(go))
    async with Pool(limit=1, per_ip=None) as pool, client(server, pool) as cj:
        first = asyncio.create_task(get(cj))
        await server.arrived()
        with pytest.raises(RateLimited, match="nothing was sent"):
            await get(cj.with_options(max_wait=0))
        go.set()
        await first


async def test_a_place_is_given_back_whatever_happens(server: RawServer) -> None:
    server.will(cut_read(), html(500), refuse(1600300), answer(b"no JSON"))
    async with Pool(limit=1, per_ip=None) as pool, client(server, pool, retries=0) as cj:
        for _ in range(4):
            with pytest.raises(CJError):
                await get(cj)
        assert pool.ip.in_flight == 0
        await get(cj)


async def test_whoever_is_cancelled_nobody_is_forgotten(server: RawServer) -> None:
    chance = random.Random(7)

    async def some_time(exchange: Exchange) -> None:
        await exchange.read()
        await asyncio.sleep(chance.random() / 200)
        await exchange.send(http())

    server.then = some_time
    async with (
        Pool(limit=3, per_ip=2000) as pool,
        client(server, pool, tier=500) as one,
        client(server, pool, OTHER_TOKEN, tier=2000) as other,
    ):
        calls = [
            asyncio.create_task(chance.choice((get, post))(cj))
            for _ in range(60)
            for cj in (one, other)
        ]
        unlucky = chance.sample(calls, 50)
        for call in unlucky:
            await asyncio.sleep(chance.random() / 500)
            call.cancel()
        await asyncio.wait(calls, timeout=5)
        assert all(call.done() for call in calls)
        assert all(call.cancelled() or call.result() == {"answer": 42} for call in calls)
        assert sum(call.cancelled() for call in calls) <= len(unlucky)
        assert pool.ip.in_flight == 0
        assert not pool.ip.line


# --- the address


async def test_all_accounts_together_keep_the_pace_of_the_address(server: RawServer) -> None:
    async with (
        Pool(per_ip=25) as pool,
        client(server, pool, tier=20) as one,
        client(server, pool, OTHER_TOKEN, tier=20) as other,
    ):
        await asyncio.gather(*(get(cj) for _ in range(5) for cj in (one, other)))
    assert server.closest > 0.04
    assert {request.token for request in server.received[:4]} == {TOKEN, OTHER_TOKEN}


async def test_without_a_limit_for_the_address_accounts_do_not_wait_for_each_other(
    server: RawServer,
) -> None:
    async with (
        Pool(per_ip=None) as pool,
        client(server, pool, tier=10) as one,
        client(server, pool, OTHER_TOKEN, tier=10) as other,
    ):
        await asyncio.gather(*(get(cj) for _ in range(2) for cj in (one, other)))
    assert server.times[-1] - server.times[0] < 0.19 + server.late


# --- what clients of one account share


async def test_clients_of_one_account_share_its_pace(server: RawServer) -> None:
    async with (
        Pool(per_ip=None) as pool,
        client(server, pool, tier=20) as one,
        client(server, pool, tier=20) as other,
    ):
        await asyncio.gather(*(get(cj) for _ in range(3) for cj in (one, other)))
    assert server.closest > 0.05


async def test_clients_of_one_account_share_its_points(server: RawServer) -> None:
    told = {**OK, "pointsInfo": {"usedToday": 1, "remaining": 49_999, "total": 50_000}}
    server.then = answer(told)
    async with (
        Pool(per_ip=None) as pool,
        client(server, pool) as one,
        client(server, pool) as other,
    ):
        await get(one)
        assert other.points == one.points
        assert other.points is not None


async def test_one_account_cannot_be_open_with_two_tiers(server: RawServer) -> None:
    async with Pool(per_ip=None) as pool, client(server, pool, tier="plus"):
        with pytest.raises(ConfigurationError, match=r"tier: .* with 2 requests a second, not 4"):
            client(server, pool, tier="prime")


async def test_one_account_cannot_be_open_with_two_token_stores(
    server: RawServer, tmp_path: Path
) -> None:
    path = tmp_path / "tokens.json"
    async with (
        Pool(per_ip=None) as pool,
        client(server, pool, token_store=FileTokenStore(path)),
        client(server, pool, token_store=FileTokenStore(path)),
        client(server, pool),
    ):
        for other in (FileTokenStore(tmp_path / "other.json"), MemoryTokenStore()):
            with pytest.raises(ConfigurationError, match=r"token_store: .* share one token"):
                client(server, pool, token_store=other)


async def test_no_more_accounts_than_allowed(server: RawServer) -> None:
    async with Pool(per_ip=None, max_accounts=2) as pool, client(server, pool) as one:
        async with client(server, pool, OTHER_TOKEN), client(server, pool):
            with pytest.raises(ConfigurationError, match="max_accounts=2"):
                client(server, pool, "a-third")
        async with client(server, pool, "a-third"):  # one has left
            pass
        await get(one)


async def test_the_last_client_ends_the_account_and_no_other(server: RawServer) -> None:
    async with Pool(per_ip=None) as pool, client(server, pool) as one:
        async with client(server, pool):
            pass
        await get(one)


# --- one client after the other


async def test_an_account_that_comes_back_keeps_its_pace(server: RawServer) -> None:
    async with Pool(per_ip=None) as pool:
        for _ in range(4):
            async with client(server, pool, tier=20) as cj:
                await get(cj)
    assert server.closest > 0.05


async def test_an_account_that_comes_back_knows_its_points_and_the_learned_rate(
    server: RawServer,
) -> None:
    told = {**OK, "pointsInfo": {"usedToday": 1, "remaining": 49_999, "total": 50_000}}
    server.will(refuse(1600200, "QPS limit is 50 time/1second"), answer(told))
    async with Pool(per_ip=None) as pool:
        async with client(server, pool, tier=1000) as cj:
            await get(cj)
        async with client(server, pool, tier=1000) as cj:
            assert cj.points is not None
            assert (cj.counts.get("sent"), dict(cj.drift)) == (None, {})
            for _ in range(3):
                await get(cj)
    assert min(gaps(server)[1:]) > 0.02 - server.late


async def test_an_account_that_comes_back_does_not_log_in_again(server: RawServer) -> None:
    server.will(answer({**OK, "data": tokens()}))
    async with Pool(per_ip=None) as pool:
        for _ in range(3):
            async with client_on(server, api_key=KEY, pool=pool) as cj:
                await get(cj)
    assert [request.path for request in server.received] == [LOGIN, PATH, PATH, PATH]


async def test_an_account_that_comes_back_without_its_token_may_still_not_log_in_at_will(
    server: RawServer,
) -> None:
    login = answer({**OK, "data": tokens()})
    allowed, _ = ENDPOINT_LIMITS["auth.get_access_token"]
    async with Pool(per_ip=None) as pool:
        for number in range(allowed + 1):
            server.will(login)
            settings = {"tier": 2000 + number, "token_store": MemoryTokenStore(), "max_wait": 0.1}
            async with client_on(server, api_key=KEY, pool=pool, **settings) as cj:
                if number < allowed:
                    await get(cj)
                else:
                    with pytest.raises(RateLimited, match="nothing was sent"):
                        await get(cj)
    assert len(server.of(LOGIN)) == allowed


async def test_only_so_many_accounts_are_remembered(
    server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cj_async._pool._MOST_REMEMBERED", 5)
    async with Pool(per_ip=None) as pool:
        for number in [*range(8), 0, 7]:
            async with client(server, pool, f"token-{number}", tier=4) as cj:
                await get(cj)
    *_, last, of_the_first, of_the_last = server.times
    assert of_the_first - last < 0.1 + server.late
    assert of_the_last - last > 0.25 - server.late


async def test_a_client_that_comes_while_the_last_one_leaves_is_not_closed_with_it(
    server: RawServer,
) -> None:
    go = asyncio.Event()
    server.will(hold(go))
    async with Pool(per_ip=None) as pool:
        old = client(server, pool)
        call = asyncio.create_task(get(old))
        await server.arrived()
        closing = asyncio.create_task(old.aclose())
        await asyncio.sleep(0)
        async with client(server, pool) as new:
            await get(new)
            await closing
            await get(new)
        with pytest.raises(ConfigurationError):
            await call


# --- a session of the caller's own


async def test_a_given_session_is_used_and_never_closed(server: RawServer) -> None:
    async with aiohttp.ClientSession(headers={"X-Mine": "yes"}) as session:
        async with Pool(per_ip=None, session=session) as pool, client(server, pool) as cj:
            await get(cj)
        assert not session.closed
        async with session.get(f"{server.base_url}{PATH}") as response:
            assert response.status == 200
    sent = server.received[0].headers
    assert sent["x-mine"] == "yes"
    assert sent["user-agent"].startswith("cj-async/")
    assert sent["accept"] == "application/json"


@pytest.mark.parametrize("effect", ["read", "write"])
async def test_a_given_session_does_not_resend_either(server: RawServer, effect: Any) -> None:
    server.will(answer(), cut_read())
    async with (
        aiohttp.ClientSession() as session,
        Pool(per_ip=None, session=session) as pool,
        client(server, pool, retries=0) as cj,
    ):
        await get(cj)
        with pytest.raises(CJError):
            await cj.request("DELETE", PATH, effect=effect)
    assert len(server.received) == 2


async def test_a_given_session_that_raises_for_status_does_not_hide_what_cj_says(
    server: RawServer,
) -> None:
    server.then = refuse(1600300, "wrong", status=400)
    async with (
        aiohttp.ClientSession(raise_for_status=True) as session,
        Pool(per_ip=None, session=session) as pool,
        client(server, pool) as cj,
    ):
        with pytest.raises(CJError, match="1600300"):
            await get(cj)


async def test_a_given_session_that_does_not_unpack_is_told_to(server: RawServer) -> None:
    packed = gzip.compress(json.dumps(OK).encode())
    server.then = answer(packed, headers={"Content-Encoding": "gzip"})
    async with (
        aiohttp.ClientSession(auto_decompress=False) as session,
        Pool(per_ip=None, session=session) as pool,
        client(server, pool) as cj,
    ):
        assert await get(cj) == {"answer": 42}


async def test_middlewares_of_a_given_session_are_not_run(server: RawServer) -> None:
    async def twice(request: ClientRequest, send: ClientHandlerType) -> ClientResponse:
        await send(request)
        return await send(request)

    async with (
        aiohttp.ClientSession(middlewares=[twice]) as session,
        Pool(per_ip=None, session=session) as pool,
        client(server, pool) as cj,
    ):
        await post(cj)
    assert len(server.received) == 1


@pytest.mark.parametrize(("limit", "per_host"), [(2, 0), (100, 2)])
async def test_nobody_queues_in_the_connector_of_a_given_session(
    server: RawServer, limit: int, per_host: int
) -> None:
    server.then = slow(0.08)
    connector = aiohttp.TCPConnector(limit=limit, limit_per_host=per_host)
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        Pool(per_ip=None, session=session) as pool,
        client(server, pool, timeout=0.2) as cj,
    ):
        assert pool.limit == 2
        await asyncio.gather(*(get(cj) for _ in range(6)))
    assert server.most_in_flight == 2


async def test_a_given_session_that_was_closed_is_named(server: RawServer) -> None:
    async with aiohttp.ClientSession() as session:
        pass
    async with Pool(per_ip=None) as fine, client(server, fine) as cj:
        await get(cj)
    pool = Pool(per_ip=None, session=session)
    cj = client(server, pool)
    with pytest.raises(ConfigurationError, match="session that the pool was given is closed"):
        await get(cj)
    await cj.aclose()


async def test_a_given_session_that_is_closed_in_the_middle_is_named(server: RawServer) -> None:
    server.will(never())
    async with aiohttp.ClientSession() as session, Pool(per_ip=None, session=session) as pool:
        cj = client(server, pool)
        cj._transport.sleep = lambda _: asyncio.sleep(0)
        call = asyncio.create_task(get(cj))
        await server.arrived()
        await session.close()
        with pytest.raises(ConfigurationError, match="session that the pool was given is closed"):
            await call
        await cj.aclose()


# --- open and closed


async def test_a_client_closes_the_pool_it_made_and_no_other(server: RawServer) -> None:
    async with Pool(per_ip=None) as pool:
        async with client(server, pool) as cj:
            await get(cj)
        assert not pool.session.closed
    cj = CJClient(access_token=TOKEN, base_url=server.base_url, tier=RATE)
    await get(cj)
    session = cj._pool.session
    await cj.aclose()
    assert session.closed


async def test_closing_twice_does_no_harm(server: RawServer) -> None:
    async with Pool(per_ip=None) as pool:
        cj = client(server, pool)
        await get(cj)
        await cj.aclose()
        await cj.aclose()
        await pool.aclose()
        await cj.aclose()
    await pool.aclose()


async def test_a_closed_pool_says_so(server: RawServer) -> None:
    pool = Pool(per_ip=None)
    cj = client(server, pool)
    await pool.aclose()
    with pytest.raises(ConfigurationError, match="pool is closed"):
        await get(cj)
    with pytest.raises(ConfigurationError, match="pool is closed"):
        client(server, pool)
    with pytest.raises(ConfigurationError, match="pool is closed"):
        async with pool:
            pass
    await cj.aclose()


def test_a_pool_belongs_to_the_loop_in_which_it_was_first_used() -> None:
    async def use(cj: CJClient) -> None:
        async with RawServer() as server:
            cj._transport.base_url = server.base_url
            await get(cj)

    cj = CJClient(access_token=TOKEN, base_url="http://127.0.0.1:1", tier=RATE)
    with asyncio.Runner() as home:
        home.run(use(cj))
        for attempt in (use(cj), cj._pool.aclose()):
            with (
                asyncio.Runner() as abroad,
                pytest.raises(ConfigurationError, match="another event loop"),
            ):
                abroad.run(attempt)
        home.run(cj.aclose())


def test_a_session_of_another_loop_is_named() -> None:
    async def make() -> aiohttp.ClientSession:
        return aiohttp.ClientSession()

    async def use(session: aiohttp.ClientSession) -> None:
        pool = Pool(session=session)
        cj = CJClient(access_token=TOKEN, base_url="http://127.0.0.1:1", pool=pool)
        with pytest.raises(ConfigurationError, match="another event loop"):
            await get(cj)

    with asyncio.Runner() as home:
        session = home.run(make())
        with asyncio.Runner() as abroad:
            abroad.run(use(session))
        home.run(session.close())


def test_a_client_may_be_made_before_there_is_a_loop() -> None:
    async def use(cj: CJClient) -> None:
        async with RawServer() as server, cj:
            cj._transport.base_url = server.base_url
            await get(cj)

    asyncio.run(use(CJClient(access_token=TOKEN, base_url="http://127.0.0.1:1", tier=RATE)))


async def test_a_pool_shows_no_secret(server: RawServer) -> None:
    async with Pool() as pool, client(server, pool) as cj:
        assert repr(pool) == "Pool(limit=100, per_ip=10.0, accounts=1)"
        assert "canary" not in repr(cj)


# --- closing in the middle


async def waits_for_a_turn(cj: CJClient, server: RawServer) -> None:
    cj._account.lane.pause(30)


async def waits_for_points(cj: CJClient, server: RawServer) -> None:
    cj._account.points.learned(50_000, 0, 50_000)


async def waits_for_an_answer(cj: CJClient, server: RawServer) -> None:
    server.then = never()


async def waits_for_a_body(cj: CJClient, server: RawServer) -> None:
    server.then = half_a_body()


async def waits_before_another_attempt(cj: CJClient, server: RawServer) -> None:
    server.then = cut_read()
    cj._transport.jitter = lambda: 100.0


async def waits_for_a_place(cj: CJClient, server: RawServer) -> None:
    server.then = never()
    for _ in range(cj._pool.limit):
        await cj._pool.ip.take()


Phase = Callable[[CJClient, RawServer], Awaitable[None]]
PHASES: list[Phase] = [
    waits_for_a_turn,
    waits_for_points,
    waits_for_an_answer,
    waits_for_a_body,
    waits_before_another_attempt,
    waits_for_a_place,
]


@asynccontextmanager
async def no_leftovers(server: RawServer) -> AsyncGenerator[None]:
    """Fails when a task or a connection is left at the end, or when the end is long in coming."""
    before, began = asyncio.all_tasks(), asyncio.get_running_loop().time()
    yield
    assert asyncio.get_running_loop().time() - began < 2
    await server.deserted()
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize(
    ("phase", "retries"),
    [*((phase, 3) for phase in PHASES), (waits_for_an_answer, 0)],
    ids=lambda given: getattr(given, "__name__", str(given)),
)
async def test_closing_ends_calls_in_every_phase_at_once(
    server: RawServer, phase: Phase, retries: int
) -> None:
    async with no_leftovers(server):
        pool = Pool(limit=5, per_ip=None)
        cj = client(server, pool, retries=retries)
        await get(cj)
        await phase(cj, server)
        calls = [asyncio.create_task(cj.products.get(pid="1")) for _ in range(3)]
        await asyncio.sleep(0.05)
        assert not any(call.done() for call in calls)
        await cj.aclose()
        results = await asyncio.gather(*calls, return_exceptions=True)
        await pool.aclose()
        assert [type(result) for result in results] == [ConfigurationError] * 3
        assert "closed" in str(results[0])


@pytest.mark.parametrize("behaviour", [never, half_a_body], ids=["header", "body"])
@pytest.mark.parametrize("close_the_pool", [True, False])
async def test_a_write_that_is_cut_by_closing_may_have_happened(
    server: RawServer, behaviour: Callable[[], Behaviour], close_the_pool: bool
) -> None:
    server.then = behaviour()
    async with no_leftovers(server):
        pool = Pool(per_ip=None)
        cj = client(server, pool)
        call = asyncio.create_task(post(cj))
        await server.arrived()
        await asyncio.sleep(0.01)
        if close_the_pool:
            await pool.aclose()
        await cj.aclose()
        with pytest.raises(OutcomeUnknown, match="closed before the answer came"):
            await call
        await pool.aclose()


async def test_closing_ends_a_login_under_way(server: RawServer) -> None:
    server.then = never()
    async with no_leftovers(server):
        cj = CJClient(KEY, base_url=server.base_url, tier=RATE)
        call = asyncio.create_task(get(cj))
        await server.arrived()
        await cj.aclose()
        with pytest.raises(ConfigurationError, match="closed"):
            await call


async def test_closing_one_of_two_clients_of_an_account_cuts_nobody(server: RawServer) -> None:
    go = asyncio.Event()
    server.will(hold(go))
    async with Pool(per_ip=None) as pool, client(server, pool):
        cj = client(server, pool)
        call = asyncio.create_task(get(cj))
        await server.arrived()
        await cj.aclose()
        go.set()
        assert await call == {"answer": 42}


async def test_after_closing_no_socket_is_open(server: RawServer) -> None:
    server.then = slow(0.01)
    async with Pool(per_ip=None) as pool, client(server, pool) as cj:
        await asyncio.gather(*(get(cj) for _ in range(5)))
        assert server.connections == 5
    await server.deserted()
    gc.collect()  # … and no warning waits to be found


# --- proxies


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "REQUEST_METHOD"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


ABROAD = "https://cj.example/api2.0/v1"


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_no_proxy_stands_before_this_machine(
    server: RawServer, environment: pytest.MonkeyPatch, scheme: str
) -> None:
    environment.setenv("http_proxy", "http://127.0.0.1:1")
    environment.setenv("https_proxy", "http://127.0.0.1:1")
    async with Pool(per_ip=None) as pool, client(server, pool) as cj:
        await get(cj)
        for host in ("localhost", "127.0.0.1:80", "127.8.9.1", "[::1]:80"):
            assert pool.proxy_for(f"{scheme}://{host}/api") is None
        assert pool.proxy_for(ABROAD) == "http://127.0.0.1:1"


async def test_a_proxy_of_the_environment_is_asked_and_sees_no_token(
    server: RawServer, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("https_proxy", f"http://me:proxy-secret@127.0.0.1:{server.port}")
    server.then = answer(b"no", status=403)
    async with (
        Pool(per_ip=None) as pool,
        CJClient(access_token=TOKEN, base_url=ABROAD, tier=RATE, pool=pool, retries=0) as cj,
    ):
        with pytest.raises(ConnectFailed, match=r"no connection to cj\.example") as caught:
            await post(cj)
    (asked,) = server.received
    assert asked.method == "CONNECT"
    assert asked.token is None
    credentials = base64.b64encode(b"me:proxy-secret").decode()
    assert asked.headers["proxy-authorization"] == f"Basic {credentials}"
    assert "proxy-secret" not in repr(caught.value) + repr(caught.value.__cause__)


async def test_the_environment_is_asked_once(environment: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def getproxies() -> dict[str, str]:
        asked.append("")
        return {"https": "proxy.example:3128"}

    environment.setattr("cj_async._pool.getproxies", getproxies)
    async with Pool() as pool:
        found = [pool.proxy_for(ABROAD) for _ in range(5)]
    assert found == ["http://proxy.example:3128"] * 5
    assert len(asked) == 1


async def test_exceptions_from_the_proxy_are_obeyed(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("https_proxy", "http://proxy.example:3128")
    environment.setenv("no_proxy", "cj.example")
    async with Pool() as pool:
        assert pool.proxy_for(ABROAD) is None


async def test_a_proxy_that_aiohttp_cannot_use_is_named_without_its_password(
    server: RawServer, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("https_proxy", "socks5://me:proxy-secret@127.0.0.1:1080")
    async with (
        Pool() as pool,
        CJClient(access_token=TOKEN, base_url=ABROAD, tier=RATE, pool=pool) as cj,
    ):
        with pytest.raises(ConfigurationError, match=r"socks5 proxy for cj\.example") as caught:
            await get(cj)
        assert pool.ip.in_flight == 0
    assert "secret" not in str(caught.value)


async def test_a_given_session_has_its_own_idea_of_proxies(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("https_proxy", "http://proxy.example:3128")
    async with aiohttp.ClientSession() as session, Pool(session=session) as pool:
        assert pool.proxy_for(ABROAD) is None


# --- settings


@pytest.mark.parametrize(
    "settings",
    [
        {"limit": 0},
        {"limit": 1.5},
        {"limit": True},
        {"max_accounts": 0},
        {"per_ip": 0},
        {"per_ip": "fast"},
        {"per_ip": float("inf")},
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        Pool(**settings)


async def test_a_server_in_trouble_does_not_stop_other_accounts(server: RawServer) -> None:
    async def judge(exchange: Exchange) -> None:
        request = await exchange.read()
        await exchange.send(http(status=503) if request.token == TOKEN else http())

    server.then = judge
    async with (
        Pool(per_ip=None) as pool,
        client(server, pool, retries=0) as troubled,
        client(server, pool, OTHER_TOKEN) as fine,
    ):
        with pytest.raises(ServerFailed):
            await get(troubled)
        assert await get(fine) == {"answer": 42}
