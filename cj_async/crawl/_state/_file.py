"""Where is the state, and what do SQLite's errors mean? Owns the connection and its one thread."""

from __future__ import annotations

import asyncio
import sqlite3
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Concatenate, ParamSpec, Self, TypeVar

from cj_async.crawl._errors import StateError
from cj_async.crawl._state._schema import APPLICATION, FORMAT, TABLES

P = ParamSpec("P")
T = TypeVar("T")
Database = sqlite3.Connection

_PATIENCE = 30.0  # seconds for which another process may hold the file
_CACHE = 16_000  # KiB; what does not fit is read again, so that memory stays flat
_LOG = 64 * 2**20  # bytes to which the write-ahead log is cut back
_PAGES_OF_LOG = 16_000  # pages of 4 KiB after which the log is worked into the file

_MEANINGS = (
    ("disk is full", "the disk is full: make room and resume, nothing is lost"),
    ("readonly", "it cannot be written: give the file and its folder write permission"),
    ("unable to open", "it cannot be opened: is the folder there, and may it be written?"),
    ("locked", "another program holds it"),
    ("not a database", "it is no state of a crawl (not an SQLite file)"),
    ("malformed", "it is damaged: crawl anew with another state file, or restore a copy"),
    ("disk i/o", "the disk failed: what was committed is safe, resume when it works again"),
)


class StateFile:
    """The state of a crawl; one file, or a temporary one that ends with its object.

    Args:
        path: The file; None for a temporary one.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.source = ""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="cj-crawl-state")
        self._database: Database | None = None
        self._is_closed = False

    @property
    def name(self) -> str:
        """What errors call it."""
        return "temporary state" if self.path is None else str(self.path)

    async def open(self, *, create: bool = True) -> Self:
        """Opens the file, or makes it.

        Raises:
            StateError: it cannot be used; says why.
        """
        if self.path is not None and not create and not self.path.is_file():
            raise StateError(self.name, "there is no such file: nothing was crawled with it yet")
        self.source = await self._in_thread(self._open)
        return self

    async def do(
        self, work: Callable[Concatenate[Database, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Carries out some work in a transaction of its own; all of it, or nothing.

        Raises:
            StateError: the file could not take it.
        """
        return await self._in_thread(lambda: self._transact(lambda db: work(db, *args, **kwargs)))

    async def secure(self) -> None:
        """Makes everything last that was committed so far, by any process: not even a power cut undoes it.

        A commit in the log is not synced by itself (``synchronous = NORMAL``): it outlives the
        process, but not the machine. One commit that is synced takes along all before it, since
        they stand in the same log; and a log that was begun anew had been synced into the file.

        Raises:
            StateError: the file could not take it.
        """
        if self.path is not None:
            await self._in_thread(self._secure)

    async def aclose(self) -> None:
        """Closes the file, and its thread ends; safe to call twice."""
        if not self._is_closed:
            self._is_closed = True
            closed = asyncio.get_running_loop().run_in_executor(self._thread, self._close)
            self._thread.shutdown(wait=False)
            await closed
            self._thread.shutdown()  # it has nothing left to do

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._is_closed:
            raise StateError(self.name, "it is closed")
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except sqlite3.Error as error:
            raise StateError(self.name, meaning(error)) from error
        except OSError as error:
            raise StateError(self.name, f"a file beside it: {error}") from error

    def _close(self) -> None:
        database, self._database = self._database, None
        if database is not None:
            database.close()

    def _secure(self) -> None:
        database = self._connection
        database.execute("PRAGMA synchronous = FULL")
        try:
            self._transact(_counted)
        finally:
            database.execute("PRAGMA synchronous = NORMAL")

    def _check_place(self) -> None:
        if self.path is None:
            return
        if self.path.is_dir():
            raise StateError(self.name, "it is a folder: give the path of a file")
        if not self.path.parent.is_dir():
            raise StateError(self.name, f"there is no folder {self.path.parent}: make it first")

    def _open(self) -> str:
        self._check_place()
        database = sqlite3.connect(
            "" if self.path is None else self.path,
            timeout=_PATIENCE,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            return self._prepared(database)
        except BaseException:
            self._database = None
            database.close()
            raise

    def _prepared(self, database: Database) -> str:
        database.execute(f"PRAGMA cache_size = -{_CACHE}")
        is_empty = is_new(database, self.name)
        if self.path is None:
            database.execute("PRAGMA synchronous = OFF")
        else:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute(f"PRAGMA journal_size_limit = {_LOG}")
            database.execute(f"PRAGMA wal_autocheckpoint = {_PAGES_OF_LOG}")
        self._database = database
        return self._transact(source_of if not is_empty else _created)

    @property
    def _connection(self) -> Database:
        if self._database is None:
            raise StateError(self.name, "it is not open")
        return self._database

    def _transact(self, work: Callable[[Database], T]) -> T:
        database = self._connection
        database.execute("BEGIN IMMEDIATE")
        try:
            result = work(database)
            database.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                database.execute("ROLLBACK")
            raise
        return result


def is_new(database: Database, name: str) -> bool:
    """Whether a database has no tables yet.

    Args:
        database: The database.
        name: What errors call it.

    Raises:
        StateError: it is another program's, or was written by a newer version.
    """
    version = database.execute("PRAGMA user_version").fetchone()[0]
    application = database.execute("PRAGMA application_id").fetchone()[0]
    is_empty = bool(database.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0)
    if not is_empty and application != APPLICATION:
        raise StateError(name, "it is no state of a crawl: another program's database")
    if version > FORMAT:
        raise StateError(
            name,
            f"it was written by a newer cj_async (format {version}, this one knows {FORMAT}): update",
        )
    return is_empty


def _created(database: Database) -> str:
    if database.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        return source_of(database)  # another process was faster
    for statement in TABLES.split(";\n"):
        if statement.strip():
            database.execute(statement)
    database.execute(f"PRAGMA application_id = {APPLICATION}")
    database.execute(f"PRAGMA user_version = {FORMAT}")
    database.execute("INSERT INTO meta VALUES ('source', ?)", (uuid.uuid4().hex,))
    return source_of(database)


def _counted(database: Database) -> None:
    """A change, since a commit without one writes nothing, and syncs nothing."""
    database.execute(
        "INSERT INTO meta VALUES ('secured', '1')"
        " ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1"
    )


def source_of(database: Database) -> str:
    """The id of a state."""
    return str(database.execute("SELECT value FROM meta WHERE key = 'source'").fetchone()[0])


def meaning(error: sqlite3.Error) -> str:
    """What an error of SQLite means, and what can be done."""
    said = str(error).lower()
    means = next((means for words, means in _MEANINGS if words in said), None)
    return f"{means} ({error})" if means else f"SQLite says: {error}"
