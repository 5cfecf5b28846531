"""A client of the local CJ that nobody refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from cj_async import CJClient
from cj_async.simulator import Simulator
from tests.conftest import client_of


@pytest.fixture
async def client(cj: Simulator) -> AsyncIterator[CJClient]:
    async with client_of(cj) as talking:
        yield talking
