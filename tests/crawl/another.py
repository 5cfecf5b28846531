"""Another process on the same state: it has hold of things, and does nothing."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from cj_async.crawl._state import _sinks
from cj_async.crawl._state._file import Database, StateFile
from cj_async.crawl._state._workers import Worker


class Another:
    """A process that is entered in a state, and alive by its lock file.

    Args:
        state: The state.
        worker: The process.
    """

    def __init__(self, state: StateFile, worker: Worker) -> None:
        self._state, self._worker = state, worker

    async def holds_all(self) -> None:
        """Takes every segment."""
        await self._change("UPDATE segments SET worker = ?", self._worker.id)

    async def holds_sink(self, name: str) -> None:
        """Takes a sink that nobody has."""
        assert await self._state.do(_sinks.enter, name, self._worker.id) is not None

    async def hangs(self) -> None:
        """Lets its lease run out."""
        await self._change("UPDATE workers SET lease = 0 WHERE id = ?", self._worker.id)

    async def _change(self, statement: str, value: int) -> None:
        def change(database: Database) -> None:
            database.execute(statement, (value,))

        await self._state.do(change)


@asynccontextmanager
async def another(path: Path) -> AsyncGenerator[Another]:
    """Another process on a state that there is; when left, it is gone."""
    state, worker = await StateFile(path).open(), Worker(path)
    try:
        await state.do(worker.register, join=True)
        yield Another(state, worker)
        await state.do(worker.leave)
    finally:
        worker.let_go()
        await state.aclose()
