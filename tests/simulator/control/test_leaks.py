"""A thousand starts and stops leave nothing behind: no task, socket, thread, or object."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from cj_async import TransportError
from cj_async.simulator import Simulator
from tests.conftest import client_of
from tests.simulator.plain import unlimited

STARTS, WARM, USES = 1000, 20, 30
SLACK = STARTS // 4
"""Objects that the caches of Python and aiohttp may gain: far fewer than one for each start."""


def sockets() -> int:
    """Open sockets of this process."""
    count = 0
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            count += str(entry.readlink()).startswith("socket:")
    return count


def kinds(package: str = "") -> Counter[str]:
    """Objects of this process by their type; those of one package, or all."""
    gc.collect()
    things: list[object] = gc.get_objects()
    found = [thing.__class__ for thing in things]
    return Counter(kind.__name__ for kind in found if str(kind.__module__).startswith(package))


async def settled() -> None:
    """Lets closed connections end."""
    for _ in range(3):
        await asyncio.sleep(0)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts sockets in /proc")
async def test_a_thousand_starts_and_stops_leave_nothing_behind() -> None:
    alive: weakref.WeakSet[Simulator] = weakref.WeakSet()

    async def start_and_stop() -> None:
        async with Simulator(products=10) as cj:
            alive.add(cj)
            cj.snapshot("kept")

    for _ in range(WARM):
        await start_and_stop()
    await settled()
    tasks, threads, open_sockets = asyncio.all_tasks(), threading.active_count(), sockets()
    gc.collect()
    gc.freeze()  # what other tests left is not counted, nor what becomes of it
    try:
        for _ in range(STARTS):
            await start_and_stop()
        await settled()
        grown = kinds()
    finally:
        gc.unfreeze()
    assert grown.total() < SLACK, grown.most_common(10)
    assert not alive
    assert asyncio.all_tasks() == tasks
    assert threading.active_count() == threads
    assert sockets() <= open_sockets


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts sockets in /proc")
async def test_nor_do_starts_with_requests_snapshots_and_faults() -> None:
    alive: weakref.WeakSet[Simulator] = weakref.WeakSet()

    async def use() -> None:
        async with unlimited(10) as cj, client_of(cj) as client:
            alive.add(cj)
            before = cj.snapshot()
            for kind in ("cut", "truncate"):
                cj.load_faults([{"operation": "settings.get", "kind": kind}])
                with pytest.raises(TransportError):
                    await client.with_options(retries=0).settings.get()
            cj.restore(before)

    for _ in range(WARM):
        await use()
    await settled()
    tasks, open_sockets, before = asyncio.all_tasks(), sockets(), kinds("cj_async")
    for _ in range(USES):
        await use()
    await settled()
    assert not kinds("cj_async") - before
    assert not alive
    assert asyncio.all_tasks() == tasks
    assert sockets() <= open_sockets
