"""Where is the state, and what do SQLite's errors mean? Owns the connection and its one thread."""

from __future__ import annotations

import asyncio
import sqlite3
import time
import uuid
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, Self, TypeVar

import msgspec

from cj_async._filelock import in_thread
from cj_async.crawl._errors import StateError
from cj_async.crawl._state._schema import APPLICATION, FORMAT, TABLES

P = ParamSpec("P")
T = TypeVar("T")
Database = sqlite3.Connection

_PATIENCE = 30.0  # seconds for which another process may hold the file
_NAP = 0.02  # seconds between two tries
_CACHE = 16_000  # KiB; what does not fit is read again, so that memory stays flat
_LOG = 64 * 2**20  # bytes to which the write-ahead log is cut back
_FULL_LOG = 32 * 2**20  # bytes after which the log is worked into the file
_LOOK = 16  # commits between two looks at the size of the log

_MEANINGS = (
    ("disk is full", "the disk is full: make room and resume, nothing is lost"),
    ("readonly", "it cannot be written: give the file and its folder write permission"),
    ("unable to open", "it cannot be opened: is the folder there, and may it be written?"),
    ("locked", "another program holds it"),
    ("not a database", "it is no state of a crawl (not an SQLite file)"),
    ("malformed", "it is damaged: crawl anew with another state file, or restore a copy"),
    ("disk i/o", "the disk failed: what was committed is safe, resume when it works again"),
)


UNREADABLE = (sqlite3.Error, msgspec.DecodeError)
"""What reading a damaged state raises: SQLite says so, or what it holds is not what was stored."""


class _HeldError(Exception):
    """Another process holds the file at this moment."""


class Along(Protocol):
    """What goes along with every transaction."""

    def enter(self, database: Database) -> None:
        """Enters what is new, in the transaction."""
        ...

    def entered(self) -> None:
        """Told when the transaction is committed."""


class StateFile:
    """The state of a crawl; one file, or a temporary one that ends with its object.

    Args:
        path: The file; None for a temporary one.

    Attributes:
        along: What goes along with every transaction.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.source = ""
        self.along: Along | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="cj-crawl-state")
        self._database: Database | None = None
        self._is_closed = False
        self._turn = asyncio.Lock()
        self._commits = 0
        self._is_working_in = False

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
        async with self._turn:
            result = await self._in_thread(
                lambda: self._transact(lambda db: work(db, *args, **kwargs))
            )
        await self._look_at_log()
        return result

    async def do_now(
        self, work: Callable[Concatenate[Database, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As `do`, but in the thread of the event loop; for what takes a millisecond or two.

        Beside a busy loop a thread waits for the interpreter at every statement: a page takes three
        times as long there. Where another process holds the file, the thread waits for it.

        Raises:
            StateError: the file could not take it.
        """

        def whole(database: Database) -> T:
            return work(database, *args, **kwargs)

        async with self._turn:
            with self._told():
                try:
                    result = self._transact(whole, patience=0.0)
                except _HeldError:
                    result = await self._in_thread(lambda: self._transact(whole))
        await self._look_at_log()
        return result

    async def secure(self) -> None:
        """Makes everything last that was committed so far, by any process: not even a power cut undoes it.

        A commit in the log is not synced by itself (``synchronous = NORMAL``): it outlives the
        process, but not the machine. One commit that is synced takes along all before it, since
        they stand in the same log; and a log that was begun anew had been synced into the file.

        Raises:
            StateError: the file could not take it.
        """
        if self.path is not None:
            async with self._turn:
                await self._in_thread(self._secure)

    async def aclose(self) -> None:
        """Closes the file, and its thread ends; safe to call twice."""
        if not self._is_closed:
            self._is_closed = True
            async with self._turn:
                closed = asyncio.get_running_loop().run_in_executor(self._thread, self._close)
                self._thread.shutdown(wait=False)
                await closed
                self._thread.shutdown()  # it has nothing left to do

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._is_closed:
            raise StateError(self.name, "it is closed")
        with self._told():
            return await in_thread(work, self._thread)

    @contextmanager
    def _told(self) -> Generator[None]:
        """Says what errors mean."""
        try:
            yield
        except UNREADABLE as error:
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
            database.execute("PRAGMA wal_autocheckpoint = 0")  # `_work_in` does it, in the thread
            database.execute(f"PRAGMA busy_timeout = {int(_NAP * 1000)}")
        self._database = database
        return self._transact(source_of if not is_empty else _created)

    @property
    def _connection(self) -> Database:
        if self._database is None:
            raise StateError(self.name, "it is not open")
        return self._database

    async def _look_at_log(self) -> None:
        """Counts a commit, and after some of them works the log in if that is due."""
        self._commits += 1
        if self._commits % _LOOK == 0:
            await self._work_in()

    async def _work_in(self) -> None:
        """Works the log into the file when it has grown; commits go on meanwhile.

        Only a log that was worked in to its end begins anew. So the bulk comes first, on a connection
        of its own, and then, with nobody beside it, the little that was committed during that. What
        others still read stays for later.
        """
        if self.path is None or self._is_working_in or not self._is_full():
            return
        self._is_working_in = True
        try:
            with self._told():
                await in_thread(partial(_work_in_beside, self.path))
            async with self._turn:
                await self._in_thread(lambda: _worked_in(self._connection))
        finally:
            self._is_working_in = False

    def _is_full(self) -> bool:
        assert self.path is not None
        log = self.path.with_name(f"{self.path.name}-wal")
        with suppress(FileNotFoundError):
            return log.stat().st_size > _FULL_LOG
        return False

    def _begin(self, patience: float) -> None:
        """Begins a transaction, as soon as no other process holds the file."""
        until = time.monotonic() + patience
        while True:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or (patience and time.monotonic() > until):
                    raise
                if not patience:
                    raise _HeldError from error
                time.sleep(_NAP)
            else:
                return

    def _transact(self, work: Callable[[Database], T], patience: float = _PATIENCE) -> T:
        database, along = self._connection, self.along
        self._begin(patience)
        try:
            if along is not None:
                along.enter(database)
            result = work(database)
            database.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                database.execute("ROLLBACK")
            raise
        if along is not None:
            along.entered()
        return result


def _work_in_beside(path: Path) -> None:
    with closing(sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)) as database:
        _worked_in(database)


def _worked_in(database: Database) -> None:
    """Works the log in, as far as nobody reads from it."""
    database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()


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
    row = database.execute("SELECT value FROM meta WHERE key = 'source'").fetchone()
    if row is None:
        raise sqlite3.DatabaseError("malformed: it has no id")
    return str(row[0])


def meaning(error: Exception) -> str:
    """What an error of SQLite, or of what is kept there as JSON, means, and what can be done."""
    said = str(error).lower()
    if isinstance(error, msgspec.DecodeError):
        said = "malformed"
    means = next((means for words, means in _MEANINGS if words in said), None)
    return f"{means} ({error})" if means else f"SQLite says: {error}"
