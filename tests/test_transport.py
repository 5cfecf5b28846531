"""One call against a server that loses, cuts, garbles, refuses: how often was it sent, what is raised?

The server counts what it received; nothing sleeps for real but where a time limit is what is tested.
"""

# pyright: reportPrivateUsage=false
# These tests set the clock of what a client keeps to itself, and look whether it is at rest.
from __future__ import annotations

import asyncio
import gc
import gzip
import inspect
import json
import logging
import socket
import traceback
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from msgspec.structs import replace

from cj_async import (
    APIError,
    AuthenticationFailed,
    BadResponse,
    CJClient,
    CJError,
    ConfigurationError,
    ConnectFailed,
    InsufficientBalance,
    InvalidParameter,
    NotFound,
    OutcomeUnknown,
    PointsExhausted,
    Pool,
    QuotaExhausted,
    RateLimited,
    Rejected,
    ServerFailed,
    TimedOut,
    TransportError,
)
from cj_async._operation import Effect, Operation
from cj_async._points import Points, PointsInfo
from cj_async.errors import ConnectionLost
from tests.conftest import client_of
from tests.scripted import LOGIN, REFRESH, Reply, Script, refusal, success, tokens
from tests.servers import (
    KEY,
    OK,
    TOKEN,
    Behaviour,
    Exchange,
    RawServer,
    answer,
    answer_and_close,
    client_on,
    cut_in_body,
    cut_in_headers,
    cut_read,
    cut_unread,
    drip,
    garbage,
    half_a_body,
    hold,
    html,
    http,
    never,
    raw,
    redirect,
    refuse,
    slow,
)

PATH = "/thing/do"
DELETE_ORDER = "/shopping/order/deleteOrder"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
HARMLESS: list[Any] = ["read", "idempotent"]
ONCE_ONLY: list[Any] = ["write", "pay"]
EFFECTS: list[Any] = [*HARMLESS, *ONCE_ONLY]
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

LOSSES: dict[str, Callable[[], Behaviour]] = {
    "the connection ends": cut_read,
    "the connection is reset": lambda: cut_read(reset=True),
    "the connection ends before the request is read": cut_unread,
    "the body is cut": cut_in_body,
    "the headers are cut": cut_in_headers,
    "no HTTP": garbage,
    "a chunk that is none": lambda: raw(CHUNKED + b"5\r\nhello\r\nZZ\r\n"),
    "no answer": never,
    "half an answer": half_a_body,
    "an empty body": lambda: answer(b""),
    "an empty 204": lambda: answer(b"", status=204),
    "a body that is no JSON": lambda: answer(b'{"code": 200, "da'),
    "a page": lambda: html(200),
    "JSON of somebody else": lambda: answer({"status": "ok"}),
    "a redirect": lambda: redirect("http://127.0.0.1:1/elsewhere"),
    "a gateway's 502": lambda: html(502),
    "a gateway's 504": lambda: html(504),
    "a 500 with JSON": lambda: answer({"error": "boom"}, status=500),
    "1600000": lambda: refuse(1600000, "System is busy"),
    "1600301": lambda: refuse(1600301, "External call error"),
    "gzip that is none": lambda: answer(b"no gzip", headers={"Content-Encoding": "gzip"}),
}
LOST = pytest.mark.parametrize("lost", LOSSES.values(), ids=list(LOSSES))


def limit_for(lost: Callable[[], Behaviour]) -> float:
    """Seconds: short for those that only a time limit ends."""
    return 0.1 if lost in (never, half_a_body) else 5.0


class Wall:
    """A wall clock; sleeping moves it and takes no time."""

    def __init__(self) -> None:
        self.now = NOON
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        end = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, end)


def on_faked_time(cj: CJClient, jitter: float = 1.0) -> Wall:
    """Sleeps between attempts, and the points, live on a clock of their own."""
    wall = Wall()
    cj._transport.sleep = wall.sleep
    cj._transport.jitter = lambda: jitter
    cj._account.points = Points(clock=wall)
    return wall


@pytest.fixture
async def server() -> AsyncGenerator[RawServer]:
    async with RawServer() as running:
        yield running


@asynccontextmanager
async def calm_client(server: RawServer, **settings: Any) -> AsyncGenerator[CJClient]:
    """A client with a token at hand, whose sleeps between attempts take no time."""
    settings.setdefault("timeout", 5.0)
    async with client_on(server, **settings) as cj:
        on_faked_time(cj)
        yield cj


async def send(cj: CJClient, effect: Any, method: str = "POST") -> Any:
    body = None if method in {"GET", "DELETE"} else {"orderId": "SD1"}
    query = {"orderId": "SD1"} if body is None else None
    answered = await cj.request(method, PATH, query=query, body=body, effect=effect)
    return answered.data


def whole_story(error: BaseException) -> str:
    """Everything that a log or a debugger shows of an error and of all that led to it."""
    told, left = [""], [error]
    while left:
        each = left.pop()
        told += [repr(each), str(each), repr(each.args), repr(vars(each))]
        told += traceback.format_exception(each)
        left += [cause for cause in (each.__cause__, each.__context__) if cause is not None]
    return "\n".join(told)


# --- lost answers


@LOST
@pytest.mark.parametrize("effect", HARMLESS)
async def test_what_does_no_harm_twice_is_sent_again_when_its_answer_was_lost(
    server: RawServer, lost: Callable[[], Behaviour], effect: Any
) -> None:
    server.will(lost(), lost())
    async with calm_client(server, timeout=limit_for(lost)) as cj:
        assert await send(cj, effect) == {"answer": 42}
    assert len(server.received) in {1, 3}  # 1: what was cut unread was not received


@LOST
@pytest.mark.parametrize("effect", ONCE_ONLY)
async def test_what_must_not_happen_twice_is_sent_once_when_its_answer_was_lost(
    server: RawServer, lost: Callable[[], Behaviour], effect: Any
) -> None:
    server.will(lost())
    async with calm_client(server, timeout=limit_for(lost)) as cj:
        with pytest.raises(OutcomeUnknown) as caught:
            await send(cj, effect)
        assert len(server.received) <= 1
        assert (server.connections, list(server.script)) == (1, [])
        assert await send(cj, effect) == {"answer": 42}
    assert caught.value.operation == f"POST {PATH}"
    assert caught.value.sent == {"orderId": "SD1"}
    assert caught.value.how_to_find_out
    assert isinstance(caught.value.__cause__, TransportError | ServerFailed)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("reset", [False, True])
async def test_no_method_is_sent_twice_when_it_must_not(
    server: RawServer, method: str, reset: bool
) -> None:
    server.will(answer(), cut_read(reset=reset))
    async with calm_client(server) as cj:
        await send(cj, "read")  # leaves a kept-alive connection behind
        with pytest.raises(OutcomeUnknown):
            await send(cj, "write", method)
    assert [request.method for request in server.received] == ["POST", method]
    assert server.connections == 1


@pytest.mark.parametrize("method", METHODS)
async def test_every_method_is_sent_again_when_it_may(server: RawServer, method: str) -> None:
    server.will(answer(), cut_read(), cut_read())
    async with calm_client(server) as cj:
        await send(cj, "read")
        await send(cj, "read", method)
    assert [request.method for request in server.received] == ["POST", method, method, method]


async def test_a_lost_delete_order_is_received_once_where_aiohttp_alone_sends_it_twice(
    server: RawServer,
) -> None:
    server.will(answer(), cut_read())
    async with calm_client(server) as cj:
        await cj.request("GET", "/shop/getShops")
        with pytest.raises(OutcomeUnknown, match="do not repeat it blindly"):
            await cj.request("DELETE", DELETE_ORDER, query={"orderId": "SD1"})
    assert len(server.of(DELETE_ORDER)) == 1

    server.received.clear()
    server.will(answer(), cut_read())
    async with aiohttp.ClientSession() as bare:
        async with bare.get(f"{server.base_url}/shop/getShops") as response:
            await response.read()
        async with bare.delete(f"{server.base_url}{DELETE_ORDER}?orderId=SD1") as response:
            assert response.status == 200  # and nobody knows of the first one
    assert len(server.of(DELETE_ORDER)) == 2


async def test_a_dead_kept_alive_connection_is_noticed_before_a_write_goes_out(
    server: RawServer,
) -> None:
    server.will(answer_and_close())
    async with calm_client(server, tier=1e6) as cj:
        await cj.request("GET", "/shop/getShops")
        await cj.request("DELETE", DELETE_ORDER, query={"orderId": "SD1"})
    assert len(server.of(DELETE_ORDER)) == 1
    assert server.connections == 2


async def test_a_read_on_a_dead_kept_alive_connection_is_sent_again(server: RawServer) -> None:
    server.will(answer_and_close())
    async with calm_client(server, tier=1e6) as cj:
        await cj.request("GET", "/shop/getShops")
        await cj.request("GET", "/shop/getShops")
    assert len(server.received) == 2


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_a_call_that_is_sent_again_passes_the_pace(server: RawServer, method: str) -> None:
    server.will(answer(), cut_read(), cut_read(), cut_read())
    async with client_on(server, tier=20) as cj:
        on_faked_time(cj, jitter=0.0)  # nothing but the pace keeps them apart
        await send(cj, "read", method)
        await send(cj, "read", method)
    assert len(server.times) == 5
    assert server.closest > 0.05


async def test_an_answer_that_does_not_fit_is_not_asked_for_again(server: RawServer) -> None:
    numbers: Operation[Any] = Operation(
        id="numbers.get", method="GET", path=PATH, result=list[int], effect=Effect.READ
    )
    server.then = answer({**OK, "data": {"no": "list"}})
    async with calm_client(server) as cj:
        with pytest.raises(BadResponse, match="does not fit the documentation"):
            await cj.call(numbers, {})
    assert len(server.received) == 1


@pytest.mark.parametrize("effect", [Effect.WRITE, Effect.PAY])
@pytest.mark.parametrize("status", [200, 201, 202])
async def test_a_write_whose_answer_does_not_fit_may_have_happened(
    server: RawServer, effect: Effect, status: int
) -> None:
    numbers: Operation[Any] = Operation(
        id="numbers.add",
        method="POST",
        path=PATH,
        result=list[int],
        effect=effect,
        how_to_find_out="numbers.get shows it.",
    )
    server.then = answer({**OK, "data": {"no": "list"}}, status=status)
    async with calm_client(server) as cj:
        with pytest.raises(OutcomeUnknown) as caught:
            await cj.call(numbers, {})
    assert len(server.received) == 1
    assert caught.value.operation == "numbers.add"
    assert caught.value.how_to_find_out == "numbers.get shows it."
    assert isinstance(caught.value.__cause__, BadResponse)


async def test_the_last_error_is_raised_when_the_attempts_are_used_up(server: RawServer) -> None:
    server.then = cut_read()
    async with calm_client(server, retries=2) as cj:
        with pytest.raises(ConnectionLost):
            await send(cj, "read")
    assert len(server.received) == 3


async def test_no_retries_means_one_attempt(server: RawServer) -> None:
    server.then = html(503)
    async with calm_client(server, retries=0) as cj:
        with pytest.raises(ServerFailed):
            await send(cj, "read")
    assert len(server.received) == 1


# --- no connection


class Names(AbstractResolver):
    """Finds no address, or takes too long for it."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.asked = 0

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,
    ) -> list[ResolveResult]:
        self.asked += 1
        await asyncio.sleep(self.seconds)
        raise OSError("no such host")

    async def close(self) -> None:
        return


def closed_port() -> int:
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        port: int = plug.getsockname()[1]
        return port


@pytest.mark.parametrize("effect", EFFECTS)
async def test_without_a_connection_every_effect_is_tried_again_and_then_says_so(
    effect: Any,
) -> None:
    nobody = f"http://127.0.0.1:{closed_port()}"
    async with (
        Pool(per_ip=None) as pool,
        CJClient(access_token=TOKEN, base_url=nobody, tier=1e4, pool=pool) as cj,
    ):
        wall = on_faked_time(cj)
        with pytest.raises(ConnectFailed, match=r"no connection to 127\.0\.0\.1"):
            await send(cj, effect)
        assert wall.slept == [0.5, 1, 2]
        assert cj.counts["unanswered"] == 4


@pytest.mark.parametrize("effect", EFFECTS)
async def test_a_connection_that_comes_late_is_used(server: RawServer, effect: Any) -> None:
    await server.close()
    async with calm_client(server) as cj:

        async def sleep(_: float) -> None:
            await server.open()

        cj._transport.sleep = sleep
        assert await send(cj, effect) == {"answer": 42}
    assert len(server.received) == 1


@pytest.mark.parametrize("names", [Names(), Names(seconds=60)], ids=["no address", "too slow"])
@pytest.mark.parametrize("effect", ["read", "pay"])
async def test_no_address_and_a_connection_that_takes_too_long_mean_that_nothing_was_sent(
    names: Names, effect: Any
) -> None:
    connector = aiohttp.TCPConnector(resolver=names, use_dns_cache=False)
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        Pool(per_ip=None, session=session) as pool,
        CJClient(
            access_token=TOKEN,
            base_url="http://localhost:1",
            pool=pool,
            tier=1e4,
            timeout=0.1,
            retries=1,
        ) as cj,
    ):
        on_faked_time(cj)
        names.asked = 0
        with pytest.raises(ConnectFailed):
            await send(cj, effect)
        assert names.asked == 2


async def test_no_tls_means_that_nothing_was_sent(server: RawServer) -> None:
    async def speak_plainly(exchange: Exchange) -> None:
        await exchange.send(http(status=400))
        exchange.close()

    server.then = speak_plainly
    async with (
        Pool(per_ip=None) as pool,
        CJClient(
            access_token=TOKEN,
            base_url=server.base_url.replace("http:", "https:"),
            tier=1e4,
            pool=pool,
        ) as cj,
    ):
        on_faked_time(cj)
        with pytest.raises(ConnectFailed, match="SSL"):
            await send(cj, "pay")
    assert server.received == []


# --- refused before it ran


QPS = "Too Many Requests, QPS limit is 10000 time/1second"
NO_POINTS = "Insufficient API points. Used today: 49995, Remaining: 5, Required: 10. Upgrade."


@pytest.mark.parametrize("status", [200, 429])
@pytest.mark.parametrize("effect", [*HARMLESS, "write"])
async def test_a_call_that_was_refused_for_its_rate_is_sent_again(
    server: RawServer, effect: Any, status: int
) -> None:
    server.will(refuse(1600200, QPS, status=status))
    async with calm_client(server) as cj:
        assert await send(cj, effect) == {"answer": 42}
        assert cj.counts["refused"] == 1
    assert len(server.received) == 2


async def test_a_payment_that_was_refused_for_its_rate_is_left_to_the_caller(
    server: RawServer,
) -> None:
    server.then = refuse(1600200, QPS)
    async with calm_client(server) as cj:
        with pytest.raises(RateLimited) as caught:
            await send(cj, "pay")
    assert len(server.received) == 1
    assert (caught.value.code, caught.value.request_id) == (1600200, "r-0")


async def test_a_call_is_not_refused_for_ever(server: RawServer) -> None:
    server.then = refuse(1600200, QPS)
    async with calm_client(server, retries=2) as cj:
        with pytest.raises(RateLimited) as caught:
            await send(cj, "read")
    assert len(server.received) == 3
    assert caught.value.code == 1600200


async def test_who_is_refused_again_and_again_comes_back_in_another_second(
    server: RawServer,
) -> None:
    server.will(*(refuse(1600200, QPS) for _ in range(3)))
    async with calm_client(server) as cj:
        wall = on_faked_time(cj)
        assert await send(cj, "write") == {"answer": 42}
        assert wall.slept == [1.0, 1.0]  # the first time, the pause of the account is enough


FINAL: dict[int, type[APIError]] = {
    1600100: APIError,
    1600300: InvalidParameter,
    1602001: NotFound,
    1604000: InsufficientBalance,
    1600201: QuotaExhausted,
    1600004: AuthenticationFailed,
    16900202: InvalidParameter,
    987654321: APIError,
}


@pytest.mark.parametrize("code", FINAL)
@pytest.mark.parametrize("effect", EFFECTS)
async def test_a_final_refusal_is_raised_at_once(server: RawServer, effect: Any, code: int) -> None:
    server.then = refuse(code)
    async with calm_client(server) as cj:
        with pytest.raises(FINAL[code]) as caught:
            await send(cj, effect)
    assert caught.value.code == code
    assert len(server.received) == 1


async def test_1600100_is_neither_a_reason_to_log_in_nor_to_try_again(script: Script) -> None:
    script.on(PATH, refusal(1600100, "Param error"))
    async with client_of(script) as cj:
        with pytest.raises(APIError):
            await cj.request("GET", PATH)
    assert (len(script.of(PATH)), len(script.of(LOGIN))) == (1, 1)


# --- tokens


REJECTED: dict[str, Reply] = {
    "1600001": refusal(1600001, "Invalid API key or access token"),
    "1600002": refusal(1600002),
    "401": Reply(b"<html>", 401, "text/html"),
}


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("said", REJECTED)
async def test_a_rejected_token_costs_one_refresh_and_one_repetition(
    script: Script, effect: Any, said: str
) -> None:
    script.on(LOGIN, success(tokens(accessToken="old")))
    script.on(REFRESH, success(tokens(accessToken="new")))
    script.on(PATH, REJECTED[said], success({"answer": 42}))
    async with client_of(script) as cj:
        assert await send(cj, effect) == {"answer": 42}
    assert [asked.headers["CJ-Access-Token"] for asked in script.of(PATH)] == ["old", "new"]


async def test_a_token_that_is_rejected_twice_is_raised(script: Script) -> None:
    script.on(REFRESH, success(tokens(accessToken="new")))
    script.on(PATH, REJECTED["1600001"])
    async with client_of(script) as cj:
        with pytest.raises(AuthenticationFailed):
            await cj.request("GET", PATH)
    assert (len(script.of(PATH)), len(script.of(REFRESH))) == (2, 1)


async def test_who_waits_for_its_turn_does_not_go_out_with_a_token_rejected_meanwhile(
    server: RawServer,
) -> None:
    async def judge(exchange: Exchange) -> None:
        request = await exchange.read()
        if request.path == LOGIN:
            await exchange.send(http({**OK, "data": tokens(accessToken="old")}))
        elif request.path == REFRESH:
            await asyncio.sleep(0.15)  # meanwhile four of the others have their turn
            await exchange.send(http({**OK, "data": tokens(accessToken="new")}))
        elif request.token == "new":
            await exchange.send(http())
        else:
            await exchange.send(http({"code": 1600001, "result": False, "message": "Invalid"}))

    server.then = judge
    async with client_on(server, api_key=KEY, tier=25) as cj:
        await asyncio.gather(*(cj.request("GET", PATH) for _ in range(6)))
    sent = [request.token for request in server.of(PATH)]
    assert (sent.count("old"), sent.count("new")) == (1, 6)


@pytest.mark.parametrize("lost", [cut_read, lambda: html(502), lambda: refuse(1600000)])
async def test_a_login_whose_answer_was_lost_is_not_repeated_blindly(
    server: RawServer, lost: Callable[[], Behaviour]
) -> None:
    server.then = lost()
    async with client_on(server, api_key=KEY) as cj:
        with pytest.raises(CJError):
            await cj.request("GET", PATH)
    assert [request.path for request in server.received] == [LOGIN]


async def test_a_login_without_a_connection_is_tried_again_and_loses_no_login(
    server: RawServer,
) -> None:
    naps: list[float] = []
    server.will(answer({**OK, "data": tokens()}))
    await server.close()

    async def sleep(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 3:  # more often than CJ lets anybody log in within five minutes
            await server.open()

    async with client_on(server, api_key=KEY, max_wait=1.0) as cj:
        of_the_login = inspect.getclosurevars(cj._account.auth._login).nonlocals["transport"]
        of_the_login.sleep = sleep
        await cj.request("GET", PATH)
    assert len(naps) == 3
    assert [request.path for request in server.received] == [LOGIN, PATH]


# --- time limits


async def test_the_clock_of_a_call_starts_when_it_starts_not_while_it_queues(
    server: RawServer,
) -> None:
    server.then = slow(0.02)
    async with client_on(server, tier=40, timeout=0.15) as cj:
        await asyncio.gather(*(cj.request("GET", PATH) for _ in range(17)))
    assert server.times[-1] - server.times[0] > 0.38


async def test_the_clock_does_not_run_while_a_call_waits_for_a_place(server: RawServer) -> None:
    server.then = slow(0.1)
    async with (
        Pool(limit=1, per_ip=None) as pool,
        client_on(server, pool=pool, timeout=0.2) as cj,
    ):
        await asyncio.gather(*(cj.request("GET", PATH) for _ in range(4)))


@pytest.mark.parametrize("behaviour", [drip(0.02), half_a_body(), never()])
async def test_an_answer_that_does_not_end_is_ended(
    server: RawServer, behaviour: Behaviour
) -> None:
    server.then = behaviour
    began = asyncio.get_running_loop().time()
    async with calm_client(server, timeout=0.1, retries=0) as cj:
        with pytest.raises(TimedOut, match=r"no answer within 0\.1 s"):
            await send(cj, "read")
    assert 0.09 < asyncio.get_running_loop().time() - began < 1


async def test_a_slow_answer_within_the_limit_is_fine(server: RawServer) -> None:
    server.then = drip(0.0001)
    async with calm_client(server, timeout=5) as cj:
        assert await send(cj, "pay") == {"answer": 42}


# --- outage


async def test_an_outage_is_not_amplified(server: RawServer) -> None:
    server.then = cut_read()
    async with calm_client(server) as cj:
        results = await asyncio.gather(
            *(send(cj, "read") for _ in range(100)), return_exceptions=True
        )
    assert all(isinstance(result, ConnectionLost) for result in results)
    assert 100 < len(server.received) <= 110


async def test_calls_one_after_the_other_share_the_budget_too(server: RawServer) -> None:
    server.then = html(503)
    async with calm_client(server) as cj:
        for _ in range(60):
            with pytest.raises(ServerFailed):
                await send(cj, "read")
    assert len(server.received) <= 66


async def test_after_the_outage_calls_are_repeated_again(server: RawServer) -> None:
    server.then = cut_read()
    async with calm_client(server) as cj:
        await asyncio.gather(*(send(cj, "read") for _ in range(100)), return_exceptions=True)
        server.then = answer()
        for _ in range(5):
            await send(cj, "read")
        server.will(cut_read(), cut_read(), cut_read())
        assert await send(cj, "read") == {"answer": 42}


async def test_the_waits_between_attempts_grow_and_are_jittered(server: RawServer) -> None:
    server.then = cut_read()
    async with calm_client(server, retries=6) as cj:
        wall = on_faked_time(cj)
        with pytest.raises(ConnectionLost):
            await send(cj, "read")
        assert wall.slept == [0.5, 1, 2, 4, 8, 16]
    async with calm_client(server, retries=2) as cj:
        wall = on_faked_time(cj, jitter=0.25)
        with pytest.raises(ConnectionLost):
            await send(cj, "read")
        assert wall.slept == [0.125, 0.25]


async def test_nobody_holds_a_turn_or_a_place_while_it_sleeps(server: RawServer) -> None:
    server.will(cut_read())
    async with (
        Pool(limit=1, per_ip=None) as pool,
        calm_client(server, pool=pool) as cj,
    ):
        asleep, wake = asyncio.Event(), asyncio.Event()

        async def sleep(_: float) -> None:
            asleep.set()
            await wake.wait()

        cj._transport.sleep = sleep
        sleeper = asyncio.create_task(send(cj, "read"))
        await asleep.wait()
        assert await send(cj, "read") == {"answer": 42}
        wake.set()
        assert await sleeper == {"answer": 42}


# --- rate


async def test_a_refusal_in_the_middle_teaches_the_true_rate(server: RawServer) -> None:
    server.will(
        answer(), answer(), refuse(1600200, "Too Many Requests, QPS limit is 20 time/1second")
    )
    async with client_on(server, tier=1000) as cj:
        for _ in range(7):
            await send(cj, "read")
    times = server.times
    assert len(times) == 8
    assert times[2] - times[0] < 0.045 + server.late
    assert min(later - earlier for earlier, later in pairwise(times[2:])) > 0.05 - server.late


async def test_a_refusal_pauses_those_who_wait_too(server: RawServer) -> None:
    server.will(refuse(1600200, "Too Many Requests, QPS limit is 10 time/1second"))
    async with client_on(server, tier=100) as cj:
        await asyncio.gather(*(send(cj, "read") for _ in range(3)))
    gaps = [later - earlier for earlier, later in pairwise(server.times)]
    assert len(gaps) == 3
    assert min(gaps[1:]) > 0.1 - server.late  # one may have been under way when the refusal came


async def test_the_pace_gets_wider_with_a_refusal_and_narrower_with_successes(
    server: RawServer,
) -> None:
    server.will(refuse(1600200, QPS))
    async with calm_client(server) as cj:
        await send(cj, "read")
        wide = cj._account._bucket.margin
        for _ in range(5):
            await send(cj, "read")
        assert 0.01 < cj._account._bucket.margin < wide


async def test_a_turn_that_would_come_too_late_is_refused_without_sending(
    server: RawServer,
) -> None:
    async with client_on(server, tier=1, max_wait=0.5) as cj:
        await send(cj, "read")
        with pytest.raises(RateLimited, match="nothing was sent") as caught:
            await send(cj, "read")
    assert 0.8 < caught.value.retry_after <= 1.02
    assert (caught.value.status, caught.value.__cause__) == (0, None)
    assert len(server.received) == 1


async def test_who_was_refused_and_would_wait_too_long_hears_both(server: RawServer) -> None:
    server.then = refuse(1600200, "Too Many Requests, QPS limit is 1 time/1second")
    async with client_on(server, tier=100, max_wait=0.5) as cj:
        with pytest.raises(RateLimited, match="nothing was sent") as caught:
            await send(cj, "read")
    assert len(server.received) == 1
    assert isinstance(caught.value.__cause__, RateLimited)
    assert caught.value.__cause__.code == 1600200


# --- points


def with_points(used: int, remaining: int, total: int = 50_000) -> dict[str, Any]:
    return {**OK, "pointsInfo": {"usedToday": used, "remaining": remaining, "total": total}}


COSTLY: Operation[Any] = Operation(
    id="things.get",
    method="GET",
    path=PATH,
    result=Any,
    effect=Effect.READ,
    points=10,
    nullable=True,
)


def with_effect(operation: Operation[Any], effect: Effect) -> Operation[Any]:
    return replace(operation, effect=effect)


def points_of(cj: CJClient) -> PointsInfo | None:
    return cj.points


async def test_the_points_of_an_answer_are_known_to_the_client(server: RawServer) -> None:
    server.will(answer(with_points(100, 49_900)))
    async with calm_client(server) as cj:
        assert points_of(cj) is None
        await cj.call(COSTLY, {})
        assert points_of(cj) == PointsInfo(used_today=100, remaining=49_900, total=50_000)


@pytest.mark.parametrize("status", [200, 429])
async def test_points_that_refill_too_late_are_an_error_with_the_numbers_and_the_moment(
    server: RawServer, status: int
) -> None:
    server.then = refuse(16900500, NO_POINTS, status=status)
    async with calm_client(server, max_wait=5) as cj:
        wall = on_faked_time(cj)
        cj._transport.now = lambda: datetime.fromtimestamp(wall(), UTC)
        with pytest.raises(PointsExhausted) as caught:
            await cj.call(COSTLY, {})
        assert cj.counts["out_of_points"] == 1
    error = caught.value
    assert (error.used, error.remaining, error.required) == (49_995, 5, 10)
    assert (error.code, error.status, error.request_id) == (16900500, status, "r-0")
    assert 8 < (error.retry_at.timestamp() - NOON) < 10  # 5 points at 50,000 a day
    assert (len(server.received), wall.slept) == (1, [])


@pytest.mark.parametrize("effect", [Effect.READ, Effect.IDEMPOTENT, Effect.WRITE])
@pytest.mark.parametrize("status", [200, 429])
async def test_points_that_refill_in_time_are_waited_for(
    server: RawServer, effect: Effect, status: int
) -> None:
    server.will(refuse(16900500, NO_POINTS, status=status))
    async with calm_client(server) as cj:
        wall = on_faked_time(cj)
        await cj.call(with_effect(COSTLY, effect), {})
    assert len(server.received) == 2
    assert len(wall.slept) == 1
    assert 8 < wall.slept[0] < 11


async def test_a_refusal_is_believed_even_if_it_says_that_there_are_points(
    server: RawServer,
) -> None:
    enough = {"usedToday": 1, "remaining": 40_000, "total": 50_000}
    server.will(refuse(16900500, "Insufficient API points", pointsInfo=enough))
    async with calm_client(server) as cj:
        wall = on_faked_time(cj)
        await cj.call(COSTLY, {})
        assert len(wall.slept) == 1


async def test_a_payment_never_waits_for_points_after_a_refusal(server: RawServer) -> None:
    server.then = refuse(16900500, NO_POINTS)
    async with calm_client(server) as cj:
        wall = on_faked_time(cj)
        with pytest.raises(PointsExhausted):
            await cj.call(with_effect(COSTLY, Effect.PAY), {})
    assert (len(server.received), wall.slept) == (1, [])


async def test_a_call_that_the_points_do_not_cover_is_not_sent(server: RawServer) -> None:
    server.will(answer(with_points(49_997, 3)))
    async with calm_client(server, max_wait=1) as cj:
        await cj.call(COSTLY, {})
        with pytest.raises(PointsExhausted, match="nothing was sent") as caught:
            await cj.call(COSTLY, {})
        assert (caught.value.remaining, caught.value.required) == (3, 10)
        await send(cj, "read")  # what costs nothing goes on
    assert len(server.received) == 2


async def test_those_who_wait_for_the_same_points_do_not_wait_for_ever(server: RawServer) -> None:
    server.will(answer(with_points(49_995, 5)))
    async with calm_client(server, max_wait=30) as cj:
        await cj.call(COSTLY, {})
        server.then = answer(with_points(50_000, 0))  # somebody else spends them, again and again
        calls = [cj.call(COSTLY, {}) for _ in range(10)]
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert at_rest(cj)
    assert sum(isinstance(result, PointsExhausted) for result in results) >= 5


async def test_a_call_that_was_not_sent_costs_no_points(server: RawServer) -> None:
    server.will(answer(with_points(100, 49_000)))
    async with calm_client(server, retries=1) as cj:
        await cj.call(COSTLY, {})
        await server.close()
        gc.collect()
        with pytest.raises((ConnectFailed, ConnectionLost)):
            await cj.call(COSTLY, {})
        before = points_of(cj)
        with pytest.raises(ConnectFailed):
            await cj.call(COSTLY, {})
        assert points_of(cj) == before


async def test_a_call_that_may_have_run_costs_points(server: RawServer) -> None:
    server.will(answer(with_points(100, 49_000)), cut_read())
    async with calm_client(server, retries=0) as cj:
        await cj.call(COSTLY, {})
        with pytest.raises(ConnectionLost):
            await cj.call(COSTLY, {})
        assert points_of(cj) == PointsInfo(used_today=110, remaining=48_990, total=50_000)


# --- answers with oddities


ODD: dict[str, bytes] = {
    "a byte order mark": http(b"\xef\xbb\xbf" + json.dumps(OK).encode()),
    "another type": http(content_type="text/html"),
    "another charset": http(content_type="application/json;charset=GBK"),
    "no type": b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n" + b'{"code":200}',
    "white space": http(b"\r\n\r\n  " + json.dumps(OK).encode() + b"  \n"),
    "gzip": http(gzip.compress(json.dumps(OK).encode()), headers={"Content-Encoding": "gzip"}),
    "chunks": CHUNKED + b'6\r\n{"code\r\n6\r\n":200}\r\n0\r\n\r\n',
    "an early hint": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + http(),
    "a cookie": http(headers={"Set-Cookie": "JSESSIONID=1; Path=/"}),
    "a code as text": http({**OK, "code": "200"}),
    "a null code": http({"success": True, "code": None, "data": None}),
}


@pytest.mark.parametrize("data", ODD.values(), ids=list(ODD))
async def test_an_answer_is_read_in_spite_of(server: RawServer, data: bytes) -> None:
    server.then = raw(data)
    async with calm_client(server) as cj:
        for _ in range(2):
            assert (await cj.request("GET", PATH)).succeeded
    assert all("cookie" not in request.headers for request in server.received)


async def test_an_answer_that_ends_with_its_connection_is_complete(server: RawServer) -> None:
    async def behave(exchange: Exchange) -> None:
        await exchange.read()
        await exchange.send(b'HTTP/1.1 200 OK\r\n\r\n{"code":200,"data":7}')
        exchange.close()

    server.then = behave
    async with calm_client(server) as cj:
        assert await send(cj, "write") == 7


async def test_a_switch_of_protocols_is_no_answer(server: RawServer) -> None:
    upgrade = b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n"
    server.then = raw(upgrade)
    async with calm_client(server, retries=0) as cj:
        with pytest.raises(TransportError):
            await send(cj, "read")
        with pytest.raises(OutcomeUnknown):
            await send(cj, "write")


async def test_a_big_answer_is_read_whole(server: RawServer) -> None:
    rows = ["x" * 1000] * 3000
    server.then = answer({**OK, "data": rows})
    async with calm_client(server) as cj:
        assert await send(cj, "read") == rows


async def test_a_redirect_is_not_followed_and_takes_the_token_nowhere(server: RawServer) -> None:
    async with RawServer() as elsewhere:
        server.then = redirect(f"{elsewhere.base_url}/steal")
        async with calm_client(server, retries=1) as cj:
            with pytest.raises(BadResponse) as caught:
                await send(cj, "read", "GET")
        assert (elsewhere.connections, len(server.received)) == (0, 2)
    assert caught.value.status == 302


# --- what is sent


async def test_a_call_says_who_it_is_and_guesses_no_type_for_a_body_that_is_not_there(
    server: RawServer,
) -> None:
    async with calm_client(server) as cj:
        for method in METHODS:
            await cj.request(method, PATH, effect="read")
        await cj.request("POST", PATH, body={"a": 1})
    *bare, full = server.received
    assert all("content-type" not in request.headers for request in bare)
    assert full.headers["content-type"] == "application/json"
    for request in server.received:
        assert request.headers["user-agent"].startswith("cj-async/")
        assert request.headers["accept"] == "application/json"
        assert request.token == TOKEN


async def test_a_query_goes_out_as_it_was_built(server: RawServer) -> None:
    async with calm_client(server) as cj:
        await cj.request("GET", PATH, query={"q": "a b&c/ü%2F", "n": ["1", "2"]})
    assert server.received[0].query == {"q": ["a b&c/ü%2F"], "n": ["1", "2"]}


# --- cancellation


async def cancelled(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def at_rest(cj: CJClient) -> bool:
    """Nobody holds anything."""
    account, gate = cj._account, cj._pool.ip
    return (
        gate.in_flight == 0
        and not gate.line
        and account.lane.waiting == 0
        and account.points._in_flight == 0
        and asyncio.all_tasks() <= {asyncio.current_task()} | server_tasks()
    )


def server_tasks() -> set[asyncio.Task[Any]]:
    return {task for task in asyncio.all_tasks() if "RawServer" in repr(task.get_coro())}


@pytest.mark.parametrize("behaviour", [never(), half_a_body()], ids=["header", "body"])
async def test_a_call_that_is_cancelled_in_flight_gives_everything_back(
    server: RawServer, behaviour: Behaviour
) -> None:
    server.will(behaviour)
    async with (
        Pool(limit=1, per_ip=None) as pool,
        calm_client(server, pool=pool) as cj,
    ):
        task = asyncio.create_task(cj.call(COSTLY, {}))
        await server.arrived()
        await asyncio.sleep(0.01)
        await cancelled(task)
        assert at_rest(cj)
        assert await send(cj, "read") == {"answer": 42}


async def test_a_call_that_is_cancelled_while_it_connects_gives_everything_back() -> None:
    connector = aiohttp.TCPConnector(resolver=Names(seconds=60), use_dns_cache=False)
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        Pool(limit=1, per_ip=None, session=session) as pool,
        CJClient(access_token=TOKEN, base_url="http://localhost:1", pool=pool, tier=1e4) as cj,
    ):
        task = asyncio.create_task(cj.call(COSTLY, {}))
        await asyncio.sleep(0.01)
        assert pool.ip.in_flight == 1
        await cancelled(task)
        assert pool.ip.in_flight == cj._account.points._in_flight == 0


async def test_a_call_that_is_cancelled_in_the_queue_loses_no_turn(server: RawServer) -> None:
    async with client_on(server, tier=20) as cj:
        await send(cj, "read")
        second, third = (asyncio.create_task(send(cj, "read")) for _ in range(2))
        await asyncio.sleep(0.01)
        await cancelled(second)
        await third
        assert at_rest(cj)
    assert len(server.received) == 2
    assert server.times[1] - server.times[0] < 0.09 + server.late


async def test_a_call_that_is_cancelled_while_it_waits_for_a_place_gives_way(
    server: RawServer,
) -> None:
    go = asyncio.Event()
    server.will(hold(go))
    async with (
        Pool(limit=1, per_ip=None) as pool,
        calm_client(server, pool=pool) as cj,
    ):
        first, second, third = (asyncio.create_task(send(cj, "read")) for _ in range(3))
        await asyncio.sleep(0.02)
        await cancelled(second)
        go.set()
        await asyncio.gather(first, third)
        assert at_rest(cj)
    assert len(server.received) == 2


async def test_a_call_that_is_cancelled_while_it_waits_for_points_gives_way(
    server: RawServer,
) -> None:
    server.will(answer(with_points(50_000, 0)))
    async with calm_client(server) as cj:
        await cj.call(COSTLY, {})
        cj._transport.sleep = asyncio.sleep
        task = asyncio.create_task(cj.call(COSTLY, {}))
        await asyncio.sleep(0.01)
        await cancelled(task)
        assert at_rest(cj)
        assert await send(cj, "read") == {"answer": 42}


async def test_a_call_that_is_cancelled_between_attempts_gives_way(server: RawServer) -> None:
    server.will(cut_read())
    async with calm_client(server) as cj:
        cj._transport.sleep = asyncio.sleep
        task = asyncio.create_task(send(cj, "read"))
        await asyncio.sleep(0.02)
        await cancelled(task)
        assert at_rest(cj)
        assert await send(cj, "read") == {"answer": 42}


async def test_a_call_that_is_cancelled_while_a_token_is_fetched_leaves_it_to_the_others(
    server: RawServer,
) -> None:
    go = asyncio.Event()
    server.will(hold(go, {**OK, "data": tokens()}))
    async with client_on(server, api_key=KEY) as cj:
        first, second = (asyncio.create_task(send(cj, "read")) for _ in range(2))
        await asyncio.sleep(0.02)
        await cancelled(first)
        go.set()
        assert await second == {"answer": 42}
        assert at_rest(cj)
    assert [request.path for request in server.received] == [LOGIN, PATH]


async def test_a_timeout_of_the_caller_is_the_callers(server: RawServer) -> None:
    server.will(never())
    async with calm_client(server) as cj:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await send(cj, "write")
        assert at_rest(cj)


# --- the log


async def test_each_attempt_is_one_line_with_all_that_one_asks_for(
    server: RawServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.will(cut_read(), refuse(1600200, QPS), refuse(1600300, "wrong"))
    async with calm_client(server) as cj:
        with caplog.at_level(logging.DEBUG, "cj_async"), pytest.raises(InvalidParameter):
            await cj.request("GET", PATH, query={"secret": "canary-query"})
    lines = [each.getMessage() for each in caplog.records if each.levelno == logging.DEBUG]
    said = ["ConnectionLost", "1600200", "1600300"]
    ids = ["None", "r-0", "r-0"]
    assert len(lines) == 3
    for line, code, request_id in zip(lines, said, ids, strict=True):
        start = f"GET {PATH} GET {PATH}: {code}, request id {request_id}, "
        assert line.startswith(start)
        assert line.endswith(" ms")
        assert 0 < float(line.removeprefix(start).removesuffix(" ms")) < 5000
    assert "canary" not in caplog.text


async def test_a_cancelled_attempt_is_logged_too(
    server: RawServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.then = never()
    async with calm_client(server) as cj:
        with caplog.at_level(logging.DEBUG, "cj_async"):
            task = asyncio.create_task(send(cj, "read"))
            await server.arrived()
            await cancelled(task)
    assert "interrupted" in caplog.text


async def test_pauses_are_told_at_level_info(
    server: RawServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.will(refuse(1600200, QPS), refuse(16900500, NO_POINTS))
    async with calm_client(server) as cj:
        with caplog.at_level(logging.INFO, "cj_async"):
            await cj.call(COSTLY, {})
    told = [each.getMessage() for each in caplog.records]
    assert len(told) == 3
    assert "refused for its rate" in told[0]
    assert "refused for want of points, 5 left" in told[1]
    assert "waiting" in told[2]


# --- secrets


@LOST
async def test_no_lost_answer_brings_a_secret_to_light(
    server: RawServer, lost: Callable[[], Behaviour], caplog: pytest.LogCaptureFixture
) -> None:
    server.then = lost()
    body = {"orderId": "SD1", "apiKey": "canary-key", "openId": "canary-id"}
    async with calm_client(server, timeout=limit_for(lost), retries=0) as cj:
        with caplog.at_level(logging.DEBUG), pytest.raises(CJError) as caught:
            await cj.request("POST", PATH, body=body)
    story = whole_story(caught.value) + caplog.text
    assert "canary" not in story
    assert "SD1" in story


@pytest.mark.parametrize("effect", ["read", "write"])
async def test_a_connection_that_fails_brings_no_secret_to_light(effect: Any) -> None:
    nobody = f"http://127.0.0.1:{closed_port()}"
    async with (
        Pool(per_ip=None) as pool,
        CJClient(access_token=TOKEN, base_url=nobody, tier=1e4, pool=pool, retries=0) as cj,
    ):
        with pytest.raises(ConnectFailed) as caught:
            await send(cj, effect)
    assert "canary" not in whole_story(caught.value)


async def test_the_transport_shows_no_secret(server: RawServer) -> None:
    async with calm_client(server) as cj:
        await send(cj, "read")
        assert "canary" not in repr(cj._transport)
        assert "canary" not in repr(cj._account)
        assert "canary" not in repr(cj._pool)


# --- leftovers


async def test_nothing_is_left_behind(server: RawServer) -> None:
    server.will(cut_read(), half_a_body(), garbage(), cut_in_body(), html(502), never())
    async with calm_client(server, timeout=0.1, retries=0) as cj:
        for _ in range(6):
            with pytest.raises(CJError):
                await send(cj, "read")
        await send(cj, "read")
        assert at_rest(cj)
    await asyncio.sleep(0.01)
    gc.collect()
    assert asyncio.all_tasks() <= {asyncio.current_task()} | server_tasks()


async def test_a_client_that_is_closed_says_so(server: RawServer) -> None:
    async with calm_client(server) as cj:
        pass
    with pytest.raises(ConfigurationError, match="closed"):
        await send(cj, "read")


async def test_what_cj_says_about_a_refused_write_is_not_an_unknown_outcome(
    server: RawServer,
) -> None:
    server.then = answer({"error": "no"}, status=403)
    async with calm_client(server) as cj:
        with pytest.raises(Rejected):
            await send(cj, "write")
