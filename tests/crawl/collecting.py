"""A sink that keeps lines in memory, a clock that does not wait, and a crawl that uses them."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from cj_async import CJClient
from cj_async.crawl import Batch, Plan, Report, Sink
from cj_async.crawl import _run as running
from cj_async.crawl._state._file import StateFile
from cj_async.crawl._state._workers import Worker
from cj_async.simulator import Simulator

T = TypeVar("T")


class Lines:
    """A sink: everything it was told, in the order of telling, and the position it is at."""

    name = "memory"

    def __init__(self, batch: int = 50) -> None:
        self.batch = batch
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.position = 0

    async def open(self, source: str, token: str | None) -> int | None:
        """Knows its position itself."""
        return self.position

    async def write(self, batch: Batch) -> str | None:
        """Keeps a batch."""
        assert batch.position > self.position
        for part in batch.parts:
            rows = [*part.rows()]
            assert len(rows) == part.count
            self.told += [(part.kind, {**row, "pid": row[part.key]}) for row in rows]
        self.position = batch.position
        return None

    async def aclose(self) -> None:
        """Holds nothing."""

    def of(self, kind: str, *, run: int | None = None) -> list[dict[str, Any]]:
        """The lines of a kind."""
        return [row for each, row in self.told if each == kind and run in (None, row["_run"])]

    def changes(self, kind: str, *, run: int | None = None) -> dict[str, str]:
        """What became of each product; each of them once."""
        rows = self.of(kind, run=run)
        found = {row["pid"]: row["_change"] for row in rows}
        assert len(found) == len(rows), "a product was told twice"
        return found

    def pids(self, kind: str, change: str, *, run: int | None = None) -> set[str]:
        """Products to which that happened; to each of them once."""
        rows = [row["pid"] for row in self.of(kind, run=run) if row["_change"] == change]
        assert len(set(rows)) == len(rows), "a product was told twice"
        return set(rows)


class Quick:
    """A clock that is moved by those who wait on it."""

    def __init__(self) -> None:
        self.now = time.time()

    def time(self) -> float:
        """Seconds since 1970."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Waits for nothing."""
        until = self.now + seconds
        await asyncio.sleep(0.001)
        self.now = max(self.now, until)


async def crawled(
    cj: CJClient,
    state: Path,
    sink: Sink | Sequence[Sink] = (),
    **plan: Any,
) -> Report:
    """A run of a crawl that never waits."""
    sinks = [sink] if isinstance(sink, Sink) else [*sink]
    run = vars(running)["_run"]
    report = await run(
        cj, Plan(**plan), StateFile(state), Worker(state), sinks=sinks, clock=Quick()
    )
    assert isinstance(report, Report)
    return report


async def cut_off(
    simulator: Simulator, run: Coroutine[Any, Any, Report], calls: int
) -> asyncio.Task[Report]:
    """Cuts a run off after so many more calls; the task that is over then."""
    end, enough = simulator.requests.total + calls, asyncio.Event()

    def look(_: object) -> None:
        if simulator.requests.total >= end:
            enough.set()

    simulator.requests.watchers.append(look)
    task = asyncio.create_task(run)
    task.add_done_callback(lambda _: enough.set())
    await enough.wait()
    simulator.requests.watchers.remove(look)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return task


async def ask(call: Callable[[], Awaitable[T]], cost: int, /) -> T:
    """Makes a call, whatever it costs."""
    return await call()


def asked(simulator: Simulator) -> Mapping[str, int]:
    """How often each operation was asked for so far, logging in apart."""
    counts = Counter(simulator.requests.operations)
    del counts["auth.get_access_token"]
    return counts


def alive(simulator: Simulator) -> set[str]:
    """The products on the shelves."""
    world = simulator.control.world
    numbers = set(range(world.catalog.count)) - world.removed
    return {world.catalog.pid(number) for number in numbers}
