"""Who works on this state? Each process has a row with a lease, and a lock file that dies with it."""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from pathlib import Path

from cj_async._filelock import FileLock
from cj_async.crawl._errors import StateInUse
from cj_async.crawl._state._file import Database

LEASE = 30.0
"""Seconds after which the work of a process that has not been heard of may be taken over."""

_OWNERS = ("segments", "tasks", "sinks")


class Worker:
    """This process, as the state knows it.

    Args:
        state: Path of the state file; None for a temporary one, which nobody shares.
    """

    def __init__(self, state: Path | None) -> None:
        self._state = state
        self._lock: FileLock | None = None
        self.id = 0

    def register(self, database: Database, *, join: bool) -> None:
        """Enters this process; the work of those that died is free again.

        Raises:
            StateInUse: another process works on it, and ``join`` is not set.
        """
        if self._state is None:
            self.id = _enter(database)
            return
        for number, process, lease in database.execute("SELECT id, process, lease FROM workers"):
            if self._is_dead(number):
                _forget(database, number)
            elif not join:
                raise StateInUse(str(self._state), _in_use(process, lease))
        self.id = _enter(database)
        lock = FileLock(self._path(self.id))
        assert lock.seize(), "the number of a worker is never used twice"
        self._lock = lock

    def renew(self, database: Database) -> None:
        """Lengthens the lease; a process that was thought dead is entered again."""
        database.execute(
            "INSERT INTO workers (id, process, host, lease) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET lease = excluded.lease",
            (self.id, os.getpid(), socket.gethostname(), time.time() + LEASE),
        )

    def leave(self, database: Database) -> None:
        """Takes this process out; what it held is free again."""
        _forget(database, self.id)

    def let_go(self) -> None:
        """Drops the lock; after the state was told."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None
            with suppress(OSError):
                self._path(self.id).unlink()

    def _is_dead(self, number: int) -> bool:
        path = self._path(number)
        if not path.exists():
            return True
        lock = FileLock(path)
        if not lock.seize():
            return False
        lock.release()
        with suppress(OSError):
            path.unlink()
        return True

    def _path(self, number: int) -> Path:
        assert self._state is not None
        return self._state.with_name(f"{self._state.name}-worker-{number}")


def _enter(database: Database) -> int:
    cursor = database.execute(
        "INSERT INTO workers (process, host, lease) VALUES (?, ?, ?)",
        (os.getpid(), socket.gethostname(), time.time() + LEASE),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def _forget(database: Database, number: int) -> None:
    database.execute("DELETE FROM workers WHERE id = ?", (number,))
    for table in _OWNERS:
        database.execute(f"UPDATE {table} SET worker = NULL WHERE worker = ?", (number,))  # noqa: S608


def _in_use(process: int, lease: float) -> str:
    silent = time.time() - (lease - LEASE)
    heard = f"; it has not been heard of for {silent:.0f} s" if silent > LEASE else ""
    return f"process {process} crawls with it{heard}; join it (--join), or wait until it ends"


def takes_over(database: Database, now: float) -> None:
    """Frees what processes hold whose lease has run out; they notice when they want to commit."""
    for (number,) in database.execute("SELECT id FROM workers WHERE lease < ?", (now,)).fetchall():
        for table in _OWNERS:
            database.execute(f"UPDATE {table} SET worker = NULL WHERE worker = ?", (number,))  # noqa: S608
