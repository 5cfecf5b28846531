"""Who works on this state? Each process has a row with a lease, and a lock file that dies with it.

What a process holds is free again in one of two ways. When its lock is gone, it is dead: everything
is free at once. When only its lease has run out, it hangs and may wake up: segments and documents are
free, because whoever wants to commit one has to hold it still; its sinks are not, because nothing
keeps a process that wakes up in the middle of a write from ending that write.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from contextlib import suppress
from pathlib import Path

from cj_async._filelock import FileLock
from cj_async.crawl._errors import StateInUse
from cj_async.crawl._state._file import Database

LEASE = 30.0
"""Seconds after which the work of a process that has not been heard of may be taken over."""

_LONGEST_BEAT = 1.0  # seconds between two looks for processes that died
_BITS = 48  # of a worker's number: it is drawn, so that none is ever used twice, not even after a rollback
_LEASED = ("segments", "tasks")
_OWNED = (*_LEASED, "sinks")


class Worker:
    """This process, as the state knows it.

    Args:
        state: Path of the state file; None for a temporary one, which nobody shares.
    """

    def __init__(self, state: Path | None) -> None:
        self._state = state
        self._lock: FileLock | None = None
        self._lease = LEASE
        self.id = 0

    @property
    def beat(self) -> float:
        """Seconds between two calls of `keep`."""
        return min(_LONGEST_BEAT, self._lease / 3)

    def register(self, database: Database, *, join: bool) -> None:
        """Enters this process; the work of those that died is free again.

        Raises:
            StateInUse: another process works on it, and ``join`` is not set.
        """
        if self._state is not None:
            self._meet_others(database, self._state, join=join)
        self.id = secrets.randbits(_BITS)
        if self._state is not None:
            self._lock = FileLock(self._path(self.id))
            if not self._lock.seize():  # drawn twice: once in 280,000,000,000,000 times
                raise StateInUse(
                    str(self._state), "another process drew the same number: run it again"
                )
        self._renew(database)

    def keep(self, database: Database) -> bool:
        """Lengthens the lease, and frees what the dead and those that hang held; whether there was any.

        A process that was thought dead is entered again.
        """
        now = time.time()
        own, others = _leases(database, self.id)
        if own is None or own - now < self._lease * 2 / 3:
            self._renew(database)
        freed = 0
        for number, lease in others:
            if self._is_dead(number):
                freed += _forget(database, number)
            elif lease < now:
                freed += _free(database, number, _LEASED)
        return bool(freed)

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

    def _meet_others(self, database: Database, state: Path, *, join: bool) -> None:
        found = database.execute("SELECT id, process, lease FROM workers").fetchall()
        for number, process, lease in found:
            if self._is_dead(number):
                _forget(database, number)
            elif not join:
                raise StateInUse(str(state), _in_use(process, time.time() - (lease - self._lease)))
        self._sweep(state, {self._path(number).name for number, _, _ in found})

    def _sweep(self, state: Path, known: set[str]) -> None:
        """Removes lock files of processes that died before their row was committed."""
        for path in state.parent.iterdir():
            if path.name.startswith(f"{state.name}-worker-") and path.name not in known:
                _is_free(path)

    def _is_dead(self, number: int) -> bool:
        return self._state is not None and _is_free(self._path(number))

    def _path(self, number: int) -> Path:
        assert self._state is not None
        return self._state.with_name(f"{self._state.name}-worker-{number:012x}")

    def _renew(self, database: Database) -> None:
        database.execute(
            "INSERT INTO workers (id, process, host, lease) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET lease = excluded.lease",
            (self.id, os.getpid(), socket.gethostname(), time.time() + self._lease),
        )


def _leases(database: Database, own: int) -> tuple[float | None, list[tuple[int, float]]]:
    """Until when the own lease lasts, and those of the others."""
    leases: dict[int, float] = dict(database.execute("SELECT id, lease FROM workers").fetchall())
    mine = leases.pop(own, None)
    return mine, [*leases.items()]


def _is_free(path: Path) -> bool:
    """Whether nobody holds a lock file (any more); it is removed then."""
    if not path.exists():
        return True
    lock = FileLock(path)
    try:
        if not lock.seize():
            return False
    finally:
        lock.release()
    with suppress(OSError):
        path.unlink()
    return True


def _forget(database: Database, number: int) -> int:
    """Takes a process out; returns of how many things it had hold."""
    database.execute("DELETE FROM workers WHERE id = ?", (number,))
    return _free(database, number, _OWNED)


def _free(database: Database, number: int, tables: tuple[str, ...]) -> int:
    """Frees what a process holds; returns how much that was."""
    return sum(
        database.execute(f"UPDATE {table} SET worker = NULL WHERE worker = ?", (number,)).rowcount  # noqa: S608
        for table in tables
    )


def _in_use(process: int, silent: float) -> str:
    if process == os.getpid():
        return "this process crawls with it already; wait until that ends"
    heard = f"; it has not been heard of for {silent:.0f} s" if silent > LEASE else ""
    return f"process {process} crawls with it{heard}; join it (--join), or wait until it ends"
