"""A nursery of crawls that die: imports everything once, then forks a crawl for each command.

Commands come as JSON lines on the standard input, events go as JSON lines to the standard output:
``forked``, ``begun``, ``told`` (what the crawl came to) and ``exited``. A crawl may be told to kill
itself at the n-th occurrence of a labelled point, such as ``commit:state.db:before``, ``fsync:after``
or ``half:plain.jsonl`` (half of a write to that file).
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import select
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from cj_async import CJClient, CJError, Pool, crawl
from cj_async.crawl._state import _workers
from cj_async.resources import operations

RATE = 10_000.0
CALLS = ("open", "fsync", "replace", "ftruncate", "unlink", "write")

Told = dict[str, Any]


class Doom:
    """Counts how often each labelled point is passed, and kills the process at one of them."""

    def __init__(self, label: str | None, occurrence: int) -> None:
        self.passed: Counter[str] = Counter()
        self._label, self._occurrence = label, occurrence
        self._names: dict[int, str] = {}

    def passes(self, label: str) -> None:
        """A point is reached."""
        self.passed[label] += 1
        if label == self._label and self.passed[label] == self._occurrence:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        """Puts points before and after calls of the system, and before and after commits."""
        for name in CALLS:
            setattr(os, name, self._watched(name, getattr(os, name)))
        real, doom = sqlite3.connect, self

        class Watched(sqlite3.Connection):
            def __init__(self, path: Any, *args: Any, **more: Any) -> None:
                super().__init__(path, *args, **more)
                self.name = f"commit:{Path(path).name}"

            def execute(self, statement: str, *args: Any) -> sqlite3.Cursor:
                if statement != "COMMIT":
                    return super().execute(statement, *args)
                doom.passes(f"{self.name}:before")
                cursor = super().execute(statement)
                doom.passes(f"{self.name}:after")
                return cursor

        def connect(*args: Any, **more: Any) -> sqlite3.Connection:
            return real(*args, **more, factory=Watched)

        setattr(sqlite3, "connect", connect)  # noqa: B010  # to a checker it is a function for ever

    def _watched(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            self.passes(f"{name}:before")
            if name == "write":
                self._halve(real, *args)
            result = real(*args, **more)
            if name == "open":
                self._names[result] = Path(args[0]).name
            self.passes(f"{name}:after")
            return result

        return call

    def _halve(self, write: Callable[[int, bytes], int], descriptor: int, data: bytes) -> None:
        """Where the process dies in the middle of a write to a file, half of it stands there."""
        label = f"half:{self._names.get(descriptor)}"
        if label == self._label and self.passed[label] + 1 == self._occurrence:
            write(descriptor, data[: len(data) // 2])
        self.passes(label)


def sinks_of(folder: Path) -> list[crawl.Sink]:
    """One of each kind."""
    return [
        crawl.JsonlSink(folder / "plain.jsonl"),
        crawl.JsonlSink(folder / "packed.jsonl.gz"),
        crawl.ParquetSink(folder / "parquet", rows_per_file=400),
        crawl.SqliteSink(folder / "rows.db"),
    ]


async def crawled(order: Told, say: Callable[[Told], None]) -> Told:
    """Carries out a command; returns what it came to."""
    folder = Path(order["folder"])
    os.makedirs(folder, exist_ok=True)  # noqa: PTH103  # the nursery's loop waits for nobody
    async with Pool(per_ip=None) as pool:
        settings: Any = {"base_url": order["base_url"], "tier": RATE, "pool": pool}
        async with CJClient(order["api_key"], **settings) as cj:
            say({"event": "begun"})
            report = await crawl.run(
                cj,
                crawl.Plan(parallel=order["parallel"], enrich=tuple(order["enrich"])),
                state=folder / "state.db",
                sink=sinks_of(folder) if order["sinks"] else (),
                join=order["join"],
            )
    return {
        "verdict": report.verdict,
        "because": report.because,
        "requests": report.requests,
        "products": report.products,
    }


def live(order: Told) -> None:
    """The life of a child."""
    pid = os.getpid()
    out = os.dup(1)

    real_write = os.write

    def say(told: Told) -> None:
        real_write(out, json.dumps({**told, "pid": pid}).encode() + b"\n")

    setattr(_workers, "LEASE", order["lease"])  # noqa: B010  # to a checker it is final
    doom = Doom(order["label"], order["occurrence"])
    if order["watched"]:
        doom.watch()
    try:
        result = asyncio.run(crawled(order, say))
    except CJError as error:
        result = {"error": type(error).__name__, "message": str(error)}
    say({"event": "told", **result, "passed": dict(doom.passed)})


def _fork(order: Told) -> int:
    pid = os.fork()
    if pid:
        return pid
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    status = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        live(order)
        status = 0
    finally:
        sys.stderr.flush()
        os._exit(status)


def _say(told: Told) -> None:
    os.write(1, json.dumps(told).encode() + b"\n")


def _bury(children: set[int]) -> None:
    for pid in [*children]:
        gone, status = os.waitpid(pid, os.WNOHANG)
        if gone:
            children.discard(pid)
            _say({"event": "exited", "pid": pid, "status": os.waitstatus_to_exitcode(status)})


def main() -> None:
    """Serves commands until the standard input ends, then ends all children."""
    bell, ring = os.pipe()
    os.set_blocking(ring, False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(ring)
    children = set[int]()
    rest = b""
    while True:
        ready, _, _ = select.select([0, bell], [], [])
        if bell in ready:
            os.read(bell, 4096)
        if 0 in ready:
            read = os.read(0, 65536)
            if not read:
                break
            *lines, rest = (rest + read).split(b"\n")
            for line in lines:
                pid = _fork(cast("Told", json.loads(line)))
                children.add(pid)
                _say({"event": "forked", "pid": pid})
        _bury(children)
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def warm_up() -> None:
    """Imports once for all children what they import when they run."""
    for name in (
        "aiolimiter",
        "cj_async._login",
        "cj_async.models.product",
        "pyarrow.compute",
        "pyarrow.parquet",
    ):
        importlib.import_module(name)
    operations()
    gc.freeze()


if __name__ == "__main__":
    warm_up()
    main()
