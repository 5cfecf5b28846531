"""Fixtures that many tests share: a local CJ, and a client that talks to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from cj_async import CJClient
from cj_async.simulator import Simulator

RATE = 10_000.0
"""Requests a second where a test is not about pace: nobody waits."""


@pytest.fixture(autouse=True)
def _no_credentials_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CJ_API_KEY", "CJ_ACCESS_TOKEN", "CJ_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with Simulator(products=300, tier=RATE, per_ip=None, points=None) as running:
        yield running


@pytest.fixture
async def cj(simulator: Simulator) -> AsyncIterator[CJClient]:
    async with client_of(simulator) as client:
        yield client


def client_of(simulator: Simulator, **settings: object) -> CJClient:
    """A client of the simulator's first account that waits for nothing."""
    from cj_async import Pool

    known: dict[str, object] = {"base_url": simulator.base_url, "tier": RATE, **settings}
    known.setdefault("pool", Pool(per_ip=None))
    return CJClient(simulator.api_key, **known)  # type: ignore[arg-type]
