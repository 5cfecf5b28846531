"""A shop beside a simulator whose clock stands still."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime

import pytest

from cj_async import CJClient
from cj_async.simulator import Clock, Simulator
from tests.conftest import client_of
from tests.simulator.callbacks.receiver import Shop, a_shop
from tests.simulator.plain import unlimited

START = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


@pytest.fixture
async def shop() -> AsyncGenerator[Shop]:
    async with a_shop() as running:
        yield running


@pytest.fixture
async def simulator() -> AsyncGenerator[Simulator]:
    async with unlimited(60, clock=Clock(START, frozen=True)) as running:
        yield running


@pytest.fixture
async def cj(simulator: Simulator) -> AsyncGenerator[CJClient]:
    async with client_of(simulator) as client:
        yield client
