"""Fixtures that many tests share: a local CJ, a scripted one, and a client that talks to them."""

from __future__ import annotations

import asyncio
import gc
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from unittest.mock import Mock

import aiohttp
import pytest
from aioresponses import aioresponses

from cj_async import CJClient, Pool
from cj_async._account import Account
from cj_async._transport import Options, Transport
from cj_async.simulator import Simulator
from tests.scripted import Script

E = TypeVar("E", bound=BaseException)

RATE = 10_000.0
"""Requests a second where a test is not about pace: nobody waits."""


def pytest_collection_finish() -> None:
    """Half a million objects of ten thousand tests need not be looked through for garbage again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _no_credentials_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CJ_API_KEY", "CJ_ACCESS_TOKEN", "CJ_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def simulator() -> AsyncGenerator[Simulator]:
    async with Simulator(products=300, tier=RATE, per_ip=None, points=None) as running:
        yield running
    assert running.mistakes == []


@pytest.fixture
async def cj(simulator: Simulator) -> AsyncGenerator[CJClient]:
    async with client_of(simulator) as client:
        yield client


@pytest.fixture
async def script() -> AsyncGenerator[Script]:
    """A server that answers what it is told."""
    async with Script() as running:
        yield running


@pytest.fixture
def mocked() -> Generator[aioresponses]:
    """aiohttp's sends are caught by aioresponses; ``mocked.get(url, body=…)`` arranges an answer."""
    # aiohttp 3.14 asks for a `stream_writer`, which aioresponses 0.7.9 does not know of.
    with aioresponses() as mock, pytest.MonkeyPatch.context() as patch:
        patch.setattr("aioresponses.core.ClientResponse", _MockedResponse)
        yield mock


class _MockedResponse(aiohttp.ClientResponse):
    def __init__(self, *args: Any, **more: Any) -> None:
        if "stream_writer" in inspect.signature(aiohttp.ClientResponse.__init__).parameters:
            more.setdefault("stream_writer", Mock())
        super().__init__(*args, **more)


@asynccontextmanager
async def client_of(
    local: Simulator | Script, api_key: str | None = None, **settings: Any
) -> AsyncGenerator[CJClient]:
    """A client of a local CJ that waits for nothing; with a pool of its own unless one is given.

    Without a key among the arguments it has that of the first account.
    """
    known: dict[str, Any] = {"base_url": local.base_url, "tier": RATE, **settings}
    key = local.api_key if api_key is None and "access_token" not in settings else api_key
    async with Pool(per_ip=None) as own:
        known.setdefault("pool", own)
        async with CJClient(key, **known) as client:
            yield client


async def eventually(happened: Callable[[], bool]) -> None:
    """Waits for what another task, or the server, does."""
    async with asyncio.timeout(5):
        while not happened():  # noqa: ASYNC110  # the server has no event for it
            await asyncio.sleep(0.001)


async def error_of(call: Awaitable[object], kind: type[E]) -> E:
    """The error that a call raises."""
    with pytest.raises(kind) as raised:
        await call
    return raised.value


@dataclass(frozen=True)
class Inside:
    """What a client is made of."""

    account: Account
    pool: Pool
    options: Options
    transport: Transport


def inside(cj: CJClient) -> Inside:
    """What is not public, for tests that must look there."""
    parts = vars(cj)
    return Inside(parts["_account"], parts["_pool"], parts["_options"], parts["_transport"])
