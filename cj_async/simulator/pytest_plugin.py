"""pytest fixtures: a local CJ, and a client that talks to it. Loaded by pytest, where it is installed.

``cj_simulator`` is a running ``Simulator`` of the test's own, ``cj_client`` a ``CJClient`` of its first
account. ``@pytest.mark.cj_simulator(products=500, tier="free")`` on a test, class or module gives the
arguments of ``Simulator``. Without it nobody waits: 100 products, and no limit that a test would feel.

They run in the loop of the test, under pytest-asyncio (either mode). The simulator is imported when a
test first asks for it; the package ``cj_async`` around this module when pytest starts.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from cj_async import CJClient
    from cj_async.simulator import Simulator

Made = Callable[..., AsyncGenerator[object]]

MARKER = "cj_simulator"
UNHURRIED: dict[str, Any] = {"products": 100, "tier": 10_000, "per_ip": None}
"""The settings that a marker does not give: nobody waits."""


def pytest_configure(config: pytest.Config) -> None:
    """Let ``--strict-markers`` know the marker."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(products=…, tier=…, …): the arguments of cj_async.simulator.Simulator "
        "for the fixture cj_simulator",
    )


def _fixture(made: Made) -> object:
    """A fixture for pytest-asyncio; without it a plain one, for what else may run coroutines."""
    try:
        import pytest_asyncio
    except ModuleNotFoundError:
        return pytest.fixture(made)
    return pytest_asyncio.fixture(made)


@_fixture
async def cj_simulator(request: pytest.FixtureRequest) -> AsyncGenerator[Simulator]:
    """A local CJ: ``base_url``, ``api_key``, ``fail(…)``, ``requests``, ``orders()``, ``clock`` and more."""
    async with _simulator(request) as simulator:
        yield simulator


@_fixture
async def cj_client(cj_simulator: Simulator) -> AsyncGenerator[CJClient]:
    """A client of the first account of ``cj_simulator``, at the pace of its tier."""
    from cj_async import CJClient, Pool

    async with (
        Pool(per_ip=cj_simulator.control.per_ip) as pool,
        CJClient(
            cj_simulator.api_key,
            base_url=cj_simulator.base_url,
            tier=cj_simulator.account.rate,
            pool=pool,
        ) as client,
    ):
        yield client


def _simulator(request: pytest.FixtureRequest) -> Simulator:
    """A simulator with the settings of the markers; the one nearest to the test wins."""
    from cj_async.simulator import Simulator

    settings = dict(UNHURRIED)
    for mark in reversed([*request.node.iter_markers(MARKER)]):
        if mark.args:
            _refuse(f"its arguments have names, got {', '.join(map(repr, mark.args))}")
        settings |= mark.kwargs
    try:
        return Simulator(**settings)
    except (TypeError, ValueError, OSError) as error:
        _refuse(str(error).removeprefix("Simulator.__init__() "))
        raise


def _refuse(reason: str) -> None:
    pytest.fail(f"@pytest.mark.{MARKER}: {reason}", pytrace=False)
