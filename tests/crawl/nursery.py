"""How do tests start crawls in processes of their own, and kill them?"""

from __future__ import annotations

import asyncio
import gzip
import importlib
import json
import os
import signal
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any

from cj_async.simulator import Simulator

RATE = 10_000.0


class Child:
    """A crawl in a process of its own."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.begun, self.ended = asyncio.Event(), asyncio.Event()
        self.told: dict[str, Any] = {}
        self.status: int | None = None

    def signal(self, number: signal.Signals) -> None:
        """Sends it a signal, unless it has ended."""
        with suppress(ProcessLookupError):  # it has just ended
            os.kill(self.pid, number)

    async def kill(self) -> None:
        """Kills it, and waits until it is gone."""
        self.signal(signal.SIGKILL)
        await self.ended.wait()

    async def result(self) -> dict[str, Any]:
        """What it came to; nothing when it was killed."""
        async with asyncio.timeout(50):
            await self.ended.wait()
        assert self.status in (0, -signal.SIGKILL), f"it failed: {self.status}"
        return self.told


class Nursery:
    """Forks crawls on command."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._forked: asyncio.Queue[Child] = asyncio.Queue()
        self._children: dict[int, Child] = {}

    async def crawl(self, simulator: Simulator, folder: Path, **more: Any) -> Child:
        """Starts a crawl in a folder; returns when it has begun."""
        order: dict[str, Any] = {
            "folder": str(folder),
            "base_url": simulator.base_url,
            "api_key": simulator.api_key,
            "parallel": 4,
            "enrich": [],
            "sinks": True,
            "join": False,
            "lease": 30.0,
            "label": None,
            "occurrence": 0,
            "watched": False,
            **more,
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        child = await self._forked.get()
        await child.begun.wait()
        return child

    async def listen(self) -> None:
        """Takes in what the nursery tells."""
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            told = json.loads(line)
            child = self._child(told["pid"])
            match told.pop("event"):
                case "forked":
                    self._forked.put_nowait(child)
                case "begun":
                    child.begun.set()
                case "told":
                    child.told = told
                case _:
                    child.status = told["status"]
                    del self._children[child.pid]
                    child.begun.set()
                    child.ended.set()

    def _child(self, pid: int) -> Child:
        if pid not in self._children:
            self._children[pid] = Child(pid)
        return self._children[pid]


@asynccontextmanager
async def opened() -> AsyncGenerator[Nursery]:
    """A nursery; all its crawls are gone when it is left."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.crawl.victim", stdin=PIPE, stdout=PIPE
    )
    nursery = Nursery(process)
    listening = asyncio.create_task(nursery.listen())
    try:
        yield nursery
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
        await listening


def local_cj(products: int, **more: Any) -> Simulator:
    """A simulator for crawls that are killed: fast, with a cap that is in the way."""
    settings: dict[str, Any] = {"page_cap": 500, "latency": 0.005, "validate": False, **more}
    return Simulator(
        products, tier=RATE, points=None, per_ip=None, keep_requests=1_000_000, **settings
    )


def pids_of(simulator: Simulator, products: int) -> Counter[str]:
    """The catalog: every product once."""
    return Counter(simulator.control.world.catalog.pid(number) for number in range(products))


def has_ended(folder: Path) -> bool:
    """Whether the run of a state has ended."""
    return _one(folder / "state.db", "SELECT count(*) FROM runs WHERE ended IS NOT NULL") == 1


def pages_kept(folder: Path) -> int:
    """Requests that a state knows of."""
    return _one(folder / "state.db", "SELECT sum(requests) FROM runs")


def _one(path: Path, query: str) -> int:
    """Looks without touching: a writing connection would tidy the log that a kill left."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            return int(db.execute(query).fetchone()[0] or 0)
    except sqlite3.OperationalError:  # nothing was committed yet
        return 0


def told(folder: Path, kind: str = "products") -> dict[str, Counter[str]]:
    """How often each sink, and the state, has each product."""
    key = "id" if kind == "products" else "pid"
    suffix = "" if kind == "products" else f".{kind}"
    return {
        "plain": _keys((folder / f"plain{suffix}.jsonl").read_bytes(), key),
        "packed": _keys(gzip.decompress((folder / f"packed{suffix}.jsonl.gz").read_bytes()), key),
        "parquet": _keys_of_parquet(folder / "parquet", kind, key),
        "rows.db": _keys_of_table(folder / "rows.db", f"SELECT {key} FROM {kind}"),
        "state.db": _keys_of_table(
            folder / "state.db",
            f"SELECT pid FROM items WHERE kind = {0 if kind == 'products' else 3}",
        ),
    }


def _keys(lines: bytes, key: str) -> Counter[str]:
    return Counter(json.loads(line)[key] for line in lines.splitlines())


def _keys_of_table(path: Path, query: str) -> Counter[str]:
    with closing(sqlite3.connect(path)) as db:
        return Counter(row[0] for row in db.execute(query))


def _keys_of_parquet(folder: Path, kind: str, key: str) -> Counter[str]:
    """Of the files as they lie there: a reader of the folder does not ask the manifest."""
    found: Counter[str] = Counter()
    parquet: Any = importlib.import_module("pyarrow.parquet")
    for path in sorted((folder / kind).glob("*.parquet")):
        found.update(parquet.read_table(path, columns=[key]).column(key).to_pylist())
    return found


def names_in(folder: Path) -> list[str]:
    """Names of the files of a folder."""
    return sorted(path.name for path in folder.iterdir())


def left_over(folder: Path) -> list[str]:
    """What lies in a folder that is not a state or a sink: lock files, drafts, logs."""
    names = {path.name for path in folder.rglob("*") if path.is_file()}
    return sorted(
        name for name in names if "worker" in name or name.endswith((".tmp", "-wal", "-shm"))
    )
