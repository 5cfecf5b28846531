"""Simulators in a process of their own, so that client and server each have a core."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable, Generator, Sequence
from contextlib import AsyncExitStack, contextmanager
from multiprocessing.connection import Connection
from typing import NamedTuple

UNLIMITED = 1e5
"""A rate that no caller reaches."""


class Kind(NamedTuple):
    """What a simulator is like: requests a second, seconds of latency, products."""

    rate: float
    latency: float
    products: int


class Place(NamedTuple):
    """Where a simulator answers, and for whom: the key of its account, and a token."""

    url: str
    key: str
    token: str


class Seen(NamedTuple):
    """What a simulator saw: when pages were asked for, and how many calls came too early."""

    pages: list[float]
    violations: int


@contextmanager
def simulators(kinds: Sequence[Kind]) -> Generator[tuple[list[Place], Callable[[], list[Seen]]]]:
    """Runs them; where they are, and how to learn what they saw."""
    processes = multiprocessing.get_context("spawn")
    ours, theirs = processes.Pipe()
    process = processes.Process(target=_run, args=(kinds, theirs), daemon=True)
    process.start()

    def told() -> list[Seen]:
        ours.send("tell")
        seen: list[Seen] = ours.recv()
        return seen

    try:
        yield ours.recv(), told
    finally:
        process.terminate()
        process.join(10)


def _run(kinds: Sequence[Kind], ready: Connection) -> None:
    asyncio.run(_serve(kinds, ready))


async def _serve(kinds: Sequence[Kind], ready: Connection) -> None:
    from cj_async.simulator import Simulator

    async with AsyncExitStack() as closing:
        running = [
            await closing.enter_async_context(
                Simulator(
                    kind.products,
                    tier=kind.rate,
                    points=None,
                    per_ip=None,
                    validate=False,
                    latency=kind.latency,
                )
            )
            for kind in kinds
        ]
        ready.send(
            [Place(each.base_url, each.api_key, each.account.log_in().access) for each in running]
        )
        while True:
            await asyncio.to_thread(
                ready.recv
            )  # at the end nothing comes: it is ended from outside
            ready.send(
                [
                    Seen([call.at for call in each.requests.of("products.search")], each.violations)
                    for each in running
                ]
            )
