"""A local CJ whose clock stands still, and a client of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from cj_async import CJClient
from cj_async.simulator import Clock, Simulator
from tests.conftest import client_of
from tests.simulator.plain import Caller, calling, unlimited


@pytest.fixture
async def simulator(frozen: Clock) -> AsyncGenerator[Simulator]:
    async with unlimited(clock=frozen) as running:
        yield running


@pytest.fixture
async def cj(simulator: Simulator) -> AsyncGenerator[CJClient]:
    async with client_of(simulator) as client:
        yield client


@pytest.fixture
async def caller(simulator: Simulator) -> AsyncGenerator[Caller]:
    async with calling(simulator) as plain:
        yield plain
