"""A shop whose payments are tested."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from cj_async.simulator import Clock
from tests.simulator.money.flow import Shop, shop


@pytest.fixture
async def mine(frozen: Clock) -> AsyncGenerator[Shop]:
    async with shop(frozen) as opened:
        yield opened
