"""Does a strict server, over real sockets, ever see a call too many?

The judge allows so many arrivals within any second, and looks at every one of them. Client and server
share one loop and one busy machine, which at times stops both for longer than the margin of the pace
(1 % of a second at any rate): what the loop itself was late is measured, and granted.
"""

from __future__ import annotations

import asyncio
import itertools
from contextlib import AsyncExitStack

import pytest

from cj_async import CJClient, Pool
from tests.servers import Exchange, RawServer, answer, http, refuse, slow

PATH = "/thing/do"
RATES = [1, 2, 4, 6, 10]
SECONDS = 2.2


def violations(times: list[float], rate: int, granted: float = 0.0) -> int:
    """Arrivals that come within a second of the one that is ``rate`` places before them."""
    return sum(
        later - earlier < 1 - granted for earlier, later in zip(times, times[rate:], strict=False)
    )


def client(server: RawServer, pool: Pool, token: str, rate: float) -> CJClient:
    return CJClient(access_token=token, base_url=server.base_url, tier=rate, pool=pool)


async def get(cj: CJClient) -> None:
    await cj.request("GET", PATH)


@pytest.mark.parametrize(
    ("gaps", "seen"),
    [([0.1] * 10, 1), ([0.1001] * 30, 0), ([0.2] * 5 + [0.0] + [0.2] * 5, 0), ([0.0] * 10, 1)],
)
def test_the_judge_is_strict(gaps: list[float], seen: int) -> None:
    assert violations([0.0, *itertools.accumulate(gaps)], 10, granted=-1e-9) == seen


async def test_a_strict_server_sees_no_call_too_many_at_any_tier() -> None:
    async with RawServer() as server, AsyncExitStack() as stack:
        bursts: list[asyncio.Task[None]] = []
        for rate in RATES:
            pool = await stack.enter_async_context(Pool(per_ip=None))
            cj = await stack.enter_async_context(client(server, pool, f"token-{rate}", rate))
            bursts += [asyncio.create_task(get(cj)) for _ in range(int(rate * SECONDS) + 1)]
        await asyncio.gather(*bursts)
    for rate in RATES:
        times = [each.at for each in server.received if each.token == f"token-{rate}"]
        assert violations(times, rate, server.late) == 0
        assert len(times) == int(rate * SECONDS) + 1
        used = (len(times) - 1) / (times[-1] - times[0]) / rate
        assert (
            0.7 < used < 1 + server.late
        )  # the benchmark says how well it does on a quiet machine


async def test_two_clients_of_one_account_and_two_accounts_of_one_address_keep_the_pace() -> None:
    async with (
        RawServer(then=slow(0.03)) as server,
        Pool(per_ip=20) as pool,
        client(server, pool, "one", 12) as one,
        client(server, pool, "one", 12) as same,
        client(server, pool, "other", 12) as other,
    ):
        clients = [one, other, same, other]
        await asyncio.gather(*(get(cj) for cj in clients for _ in range(5)))
    assert server.closest > 1 / 20
    for token in ("one", "other"):
        times = [each.at for each in server.received if each.token == token]
        assert len(times) == 10
        gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
        assert min(gaps) > 1 / 12 - server.late
    assert server.times[-1] - server.times[0] < 19 / 20 * 1.4 + server.late


async def test_a_server_that_refuses_is_obeyed_and_everybody_gets_an_answer() -> None:
    """The account's true rate is half of what was configured; each refusal names it."""
    passed: list[float] = []

    async def judge(exchange: Exchange) -> None:
        at = (await exchange.read()).at
        if len(passed) >= 10 and at - passed[-10] < 0.5:
            await exchange.send(http(TOO_MANY))
        else:
            passed.append(at)
            await exchange.send(http())

    async with (
        RawServer(then=judge) as server,
        Pool(per_ip=None) as pool,
        client(server, pool, "token", 40) as cj,
    ):
        await asyncio.gather(*(get(cj) for _ in range(16)))
        refused = cj.counts["refused"]
    assert len(passed) == 16
    assert 1 <= refused <= 12
    assert len(server.received) == 16 + refused
    # From the first refusal on, it keeps the rate that was named.
    after = server.times[12:]
    assert min(later - earlier for earlier, later in itertools.pairwise(after)) > 0.05 - server.late


TOO_MANY = {
    "code": 1600200,
    "result": False,
    "message": "Too Many Requests, QPS limit is 20 time/1second",
    "data": None,
    "requestId": "r-0",
}


async def test_retries_are_paced_like_everything_else() -> None:
    async with (
        RawServer() as server,
        Pool(per_ip=None) as pool,
        client(server, pool, "token", 40) as cj,
    ):
        cj._transport.jitter = lambda: 0.0  # pyright: ignore[reportPrivateUsage]
        for number in range(20):
            server.will(refuse(1600301) if number % 4 == 0 else answer())
        await asyncio.gather(*(get(cj) for _ in range(15)))
    assert len(server.times) == 20
    assert server.closest > 1 / 40
