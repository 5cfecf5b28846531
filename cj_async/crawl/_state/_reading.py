"""How is a state read that somebody else may be writing? As it was at one moment, and changing nothing."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, Self, TypeVar

from cj_async.crawl._errors import StateError
from cj_async.crawl._state._file import UNREADABLE, Database, is_new, meaning, source_of

P = ParamSpec("P")
T = TypeVar("T")

_PATIENCE: Final = 30.0  # seconds for which a writer may be waited for

_SHARED: Final = "mode=ro"
_ALONE: Final = "mode=ro&immutable=1"  # without it SQLite makes a log, and leaves it there
_TIDY: Final = "mode=rw"  # makes a log as well, but removes it in the end


async def look(
    path: Path, work: Callable[Concatenate[Database, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Reads something briefly: all of it from one moment. No file is made or changed.

    Args:
        path: The state.
        work: Reads it.
        *args: Its arguments.
        **kwargs: Its arguments.

    Raises:
        StateError: there is no such state, or it cannot be read; says why.
    """
    return await asyncio.to_thread(_looked, path, lambda database: work(database, *args, **kwargs))


class Snapshot:
    """A state as it is when this is entered, for as long as it takes to read.

    The log of a crawl that goes on meanwhile cannot be cut back before this is left.

    Args:
        path: The state.

    Raises:
        StateError: there is no such state, or it cannot be read; says why.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.source = ""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="cj-crawl-snapshot")
        self._database: Database | None = None

    async def __aenter__(self) -> Self:
        try:
            self.source = await self._in_thread(self._open)
        except BaseException:
            await self.aclose()
            raise
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    async def do(
        self, work: Callable[Concatenate[Database, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Reads something.

        Raises:
            StateError: it cannot be read; says why.
        """
        database = self._database
        if database is None:
            raise StateError(str(self.path), "it is closed")
        return await self._in_thread(lambda: work(database, *args, **kwargs))

    async def aclose(self) -> None:
        """Lets go of the file; safe to call twice."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)

    def _open(self) -> str:
        _check_is_there(self.path)
        self._database = _connected(self.path, _address_for_long(self.path))
        return _begun(self._database, self.path)

    def _close(self) -> None:
        database, self._database = self._database, None
        if database is not None:
            database.close()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except UNREADABLE as error:
            raise StateError(str(self.path), meaning(error)) from error


def log_of(path: Path) -> Path:
    """The write-ahead log of a state; there is one while anybody writes, and after a crash."""
    return path.with_name(f"{path.name}-wal")


def _looked(path: Path, work: Callable[[Database], T]) -> T:
    _check_is_there(path)
    try:
        return _undisturbed(path, work)
    except UNREADABLE as error:
        raise StateError(str(path), meaning(error)) from error


def _undisturbed(path: Path, work: Callable[[Database], T]) -> T:
    """Reads a state that nobody writes without a log; somebody who began meanwhile is noticed."""
    before = _stamp(path)
    if not log_of(path).exists():
        try:
            result = _read(path, _ALONE, work)
        except UNREADABLE:
            if _stamp(path) == before:
                raise
        else:
            if _stamp(path) == before:
                return result
    return _read(path, _SHARED, work)


def _stamp(path: Path) -> tuple[bool, int, int]:
    is_ = path.stat()
    return log_of(path).exists(), is_.st_mtime_ns, is_.st_size


def _read(path: Path, how: str, work: Callable[[Database], T]) -> T:
    with closing(_connected(path, how)) as database:
        _begun(database, path)
        return work(database)


def _check_is_there(path: Path) -> None:
    if not path.is_file():
        raise StateError(str(path), "there is no such file: nothing was crawled with it yet")


def _address_for_long(path: Path) -> str:
    if log_of(path).exists():
        return _SHARED
    may_write = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    return _TIDY if may_write else _ALONE


def _connected(path: Path, how: str) -> Database:
    database = sqlite3.connect(
        f"{path.absolute().as_uri()}?{how}",
        uri=True,
        timeout=_PATIENCE,
        isolation_level=None,
        check_same_thread=False,
    )
    database.execute("PRAGMA query_only = ON")
    return database


def _begun(database: Database, path: Path) -> str:
    """Begins a transaction, which shows one moment from its first read on; returns the source."""
    database.execute("BEGIN")
    if is_new(database, str(path)):
        raise StateError(str(path), "it is empty: nothing was crawled with it yet")
    return source_of(database)
