"""What most tests of the simulator need: one that refuses nobody, and a plain caller."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from cj_async.simulator import Clock, Simulator
from tests.simulator.plain import Caller, calling, standing_clock, unlimited


@pytest.fixture
async def cj() -> AsyncIterator[Simulator]:
    async with unlimited() as simulator:
        yield simulator
    assert simulator.mistakes == []


@pytest.fixture
async def caller(cj: Simulator) -> AsyncIterator[Caller]:
    async with calling(cj) as plain:
        yield plain


@pytest.fixture
def frozen() -> Clock:
    return standing_clock()
