"""States of crawls to look at, a sink that remembers, and files that are no state."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from cj_async import CJClient, crawl
from cj_async.crawl._rows import Key
from cj_async.crawl._state import _items
from cj_async.crawl._state._schema import APPLICATION, FORMAT
from cj_async.simulator import Simulator
from tests.conftest import RATE, client_of


@asynccontextmanager
async def catalog(products: int, **settings: Any) -> AsyncGenerator[tuple[Simulator, CJClient]]:
    """A CJ with so many products, and a client of it."""
    known: dict[str, Any] = {"tier": RATE, "points": None, "per_ip": None, **settings}
    async with Simulator(products=products, **known) as local, client_of(local) as cj:
        yield local, cj
        assert local.mistakes == []


def on_shelves(local: Simulator) -> set[str]:
    """Ids of the products that lists show."""
    world = local.control.world
    return {
        world.catalog.pid(each) for each in range(world.catalog.count) if each not in world.removed
    }


Meanwhile = Callable[[], Awaitable[object]]


class Memory:
    """A sink of the user's own: keeps what it is handed, and cannot be opened twice.

    Args:
        batch: How many lines it would like at once.
        fails_at: Number of the batch that it cannot take, from 1.
        meanwhile: Done before each batch is taken.
    """

    name = "memory"

    def __init__(
        self, batch: int = 150, fails_at: int = 0, meanwhile: Meanwhile | None = None
    ) -> None:
        self.batch = batch
        self.fails_at = fails_at
        self.meanwhile = meanwhile
        self.batches: list[crawl.Batch] = []
        self.opened: list[tuple[str, str | None]] = []
        self.is_closed = False

    async def open(self, source: str, token: str | None) -> int | None:
        self.opened.append((source, token))
        return None

    async def write(self, batch: crawl.Batch) -> str | None:
        if len(self.batches) + 1 == self.fails_at:
            raise RuntimeError("no room")
        if self.meanwhile is not None:
            await self.meanwhile()
        self.batches.append(batch)
        return None

    async def aclose(self) -> None:
        self.is_closed = True

    def rows(self, kind: str = "products") -> list[dict[str, Any]]:
        """The rows of a kind, in their order."""
        parts = [part for batch in self.batches for part in batch.parts if part.kind == kind]
        return [row for part in parts for row in part.rows()]


def is_made(state: Path) -> bool:
    """Whether there is a state, with its tables."""
    return state.exists() and bool(sql(state, "SELECT 1 FROM sqlite_schema WHERE name = 'runs'"))


async def beside(crawling: Coroutine[Any, Any, crawl.Report], state: Path, work: Meanwhile) -> int:
    """Does some work again and again while a crawl fills a state; returns how often."""
    running, done = asyncio.create_task(crawling), 0
    try:
        while not running.done():
            if is_made(state):
                await work()
                done += 1
            await asyncio.sleep(0)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert running.result().is_complete
    return done


def sql(state: Path, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """What an SQL statement answers, and does, in a state."""
    with closing(sqlite3.connect(state, isolation_level=None)) as database:
        return database.execute(statement, values).fetchall()


def changed_by_hand(state: Path, work: Callable[[sqlite3.Connection], object]) -> None:
    """Does to a state what a crawl would do."""
    with closing(sqlite3.connect(state, isolation_level=None)) as database:
        work(database)


def bury(state: Path, pids: Sequence[str], key: str = "id") -> None:
    """Removes products as a crawl does that found them gone."""

    def work(database: sqlite3.Connection) -> None:
        for pid in pids:
            (place,) = database.execute("SELECT place FROM items WHERE pid = ?", (pid,)).fetchone()
            line = f'{{"{key}":"{pid}"}}'.encode()
            _items.bury(database, 2, Key(place, pid), line, seen="2026-11-22T00:00:00Z")

    changed_by_hand(state, work)


def files_in(folder: Path) -> dict[str, bytes]:
    """All files of a folder, with what is in them; folders have nothing."""
    return {path.name: b"" if path.is_dir() else path.read_bytes() for path in folder.iterdir()}


# --- what is no state


def _missing(_: Path) -> None:
    """There is none."""


def _folder(path: Path) -> None:
    path.mkdir()


def _empty(path: Path) -> None:
    path.touch()


def _text(path: Path) -> None:
    path.write_bytes(b"no database, but longer than the header of one" * 100)


def _foreign(path: Path) -> None:
    sql(path, "CREATE TABLE recipes (name)")


def _newer(path: Path) -> None:
    sql(path, "CREATE TABLE meta (key, value)")
    sql(path, f"PRAGMA application_id = {APPLICATION}")
    sql(path, f"PRAGMA user_version = {FORMAT + 1}")


UNUSABLE = [
    (_missing, "no such file"),
    (_folder, "no such file"),
    (_empty, "nothing was crawled"),
    (_text, "no state of a crawl"),
    (_foreign, "another program's"),
    (_newer, "newer cj_async"),
]
"""Makes something that is no state, and what its error says."""
