"""Starting and stopping: fast, clean, on loopback only, and two at once without a trace of each other."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from cj_async.simulator import Simulator
from tests.simulator.plain import calling, unlimited


def sockets() -> int:
    """Open sockets of this process."""
    count = 0
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            count += str(entry.readlink()).startswith("socket:")
    return count


async def until(holds: Callable[[], bool]) -> None:
    """Let others run until something holds."""
    for _ in range(500):
        if holds():
            return
        await asyncio.sleep(0.002)
    raise AssertionError("it never came to pass")


async def test_it_starts_well_within_300_milliseconds() -> None:
    began = time.perf_counter()
    async with Simulator():
        assert time.perf_counter() - began < 0.3


async def test_a_million_products_start_no_slower() -> None:
    began = time.perf_counter()
    async with unlimited(1_000_000) as cj:
        assert time.perf_counter() - began < 0.3
        async with calling(cj) as caller:
            data = await caller.data("/product/listV2", keyWord="lamp", size=100)
            pid = data["content"][0]["productList"][-1]["id"]
            assert (await caller.data("/product/query", pid=pid))["pid"] == pid


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts sockets in /proc")
async def test_fifty_starts_and_stops_leave_nothing_behind() -> None:
    tasks, before = asyncio.all_tasks(), sockets()
    for _ in range(50):
        async with unlimited(10) as cj, calling(cj) as caller:
            assert (await caller.get("/setting/get")).code == 200
    gc.collect()
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == tasks
    assert sockets() <= before


async def test_it_stops_at_once_while_connections_are_kept_alive() -> None:
    async with aiohttp.ClientSession() as session:
        async with unlimited(10) as cj:
            async with session.get(cj.base_url + "/setting/get") as response:
                await response.read()
            began = time.perf_counter()
        assert time.perf_counter() - began < 0.3
    await asyncio.sleep(0)


async def test_it_stops_at_once_while_answers_are_delayed() -> None:
    async with aiohttp.ClientSession() as session:
        async with unlimited(10) as cj:
            cj.fail("auth.get_access_token", kind="delay", seconds=60)
            url = cj.base_url + "/authentication/getAccessToken"
            waiting = asyncio.ensure_future(session.post(url, json={"apiKey": cj.api_key}))
            await until(lambda: bool(cj.requests))
            began = time.perf_counter()
        assert time.perf_counter() - began < 0.7
        done, _ = await asyncio.wait({waiting}, timeout=2)
        assert done == {waiting}
        if waiting.exception() is None:
            waiting.result().close()


async def test_two_simulators_do_not_see_each_other() -> None:
    one, two = unlimited(20), unlimited(20)
    async with one, two, calling(one) as first, calling(two) as second:
        assert one.base_url != two.base_url
        assert first.token != second.token
        one.revoke_tokens()
        one.fail("*", times=9)
        assert (await second.get("/setting/get")).code == 200
        assert (await first.get("/setting/get")).code == 1600001
        pid = (await second.data("/product/list"))["list"][0]["pid"]
        await second.post("/product/addToMyProduct", productId=pid)
        one.heal()
        await first.log_in()
        assert (await first.data("/product/myProduct/query"))["content"] == []
        assert not {record.operation for record in one.requests} & {"products.list"}


async def test_a_simulator_comes_back_at_the_same_address_with_all_it_knew() -> None:
    cj = unlimited(20)
    async with cj, calling(cj) as caller:
        token, url = caller.token, cj.base_url
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(url + "/setting/get")
    async with cj, calling(cj, logged_in=False) as caller:
        assert cj.base_url == url
        caller.token = token
        assert (await caller.get("/setting/get")).code == 200


async def test_it_runs_once_at_a_time() -> None:
    async with unlimited(5) as cj:
        with pytest.raises(RuntimeError, match="running already"):
            await cj.__aenter__()


def test_before_the_start_there_is_no_address() -> None:
    with pytest.raises(RuntimeError, match="not running"):
        _ = Simulator().base_url


async def test_latency_delays_every_answer() -> None:
    async with unlimited(5, latency=0.05) as cj, calling(cj) as caller:
        began = time.perf_counter()
        await caller.get("/setting/get")
        assert time.perf_counter() - began >= 0.05


async def test_it_listens_on_ipv6_loopback_too() -> None:
    try:
        async with unlimited(5, host="::1") as cj, calling(cj) as caller:
            assert (await caller.get("/setting/get")).code == 200
            assert cj.base_url.startswith("http://[::1]:")
    except OSError as error:
        pytest.skip(f"this machine has no IPv6: {error}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("host", "0.0.0.0"),
        ("host", "192.168.1.1"),
        ("host", "example.com"),
        ("products", -1),
        ("products", 5_000_001),
        ("tier", "gold"),
        ("tier", 0),
        ("tier", float("nan")),
        ("tier", 10**9),
        ("points", -1),
        ("per_ip", 0),
        ("page_cap", 0),
        ("refusal_status", 500),
        ("latency", -1),
        ("latency", 10_000),
        ("port", 70_000),
        ("keep_requests", 0),
        ("token_life", timedelta(0)),
        ("refresh_life", timedelta(days=-1)),
    ],
)
def test_an_absurd_setting_is_refused_with_its_name_value_and_rule(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^{name} must be .+, got "):
        Simulator(**{name: value})


def test_a_product_nobody_has_cannot_be_removed() -> None:
    with pytest.raises(ValueError, match="pid must be"):
        Simulator().remove_product("NOBODY")
