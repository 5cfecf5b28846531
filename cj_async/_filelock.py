"""How do processes that share a file take turns, without blocking the event loop?

POSIX uses ``flock``, Windows ``msvcrt.locking``; the system drops both when a process dies, so a
crash never leaves a lock behind. The lock file itself stays: deleting it would let two processes
lock two different files of the same name.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

if sys.platform == "win32":
    import msvcrt

    def _seize(descriptor: int) -> bool:
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def _let_go(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _seize(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _let_go(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


POLL: Final = 0.05
"""Seconds between two looks at a lock that somebody else holds."""

Sleep = Callable[[float], Awaitable[object]]
T = TypeVar("T")


class FileLock:
    """One turn at a lock file; also excludes other ``FileLock`` objects of the same process.

    Args:
        path: The lock file; it is created (readable by its owner only) and never deleted.
    """

    __slots__ = ("_descriptor", "_path", "held")

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self.held = False

    async def acquire(self, *, sleep: Sleep, patience: float) -> bool:
        """Waits for the turn, ``patience`` seconds at most; False when it did not come.

        Raises:
            OSError: The lock file cannot be made, or the file system knows no locks.
        """
        left = patience
        while not await in_thread(self.seize):
            if left <= 0:
                return False
            left -= POLL
            await sleep(POLL)
        return True

    def release(self) -> None:
        """Ends the turn; harmless when there is none."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None:
            return
        if self.held:
            self.held = False
            with suppress(OSError):
                _let_go(descriptor)  # a forked child may hold a copy: closing ours is not enough
        os.close(descriptor)

    def seize(self) -> bool:
        """Takes the turn if it is free now; whether it did."""
        if self._descriptor is None:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        self.held = _seize(self._descriptor)
        return self.held


async def in_thread(work: Callable[[], T], executor: Executor | None = None) -> T:
    """Runs ``work`` in a thread, by default one of the loop's; a cancelled caller still waits for its end.

    A thread cannot be stopped, so leaving early would free a lock while the thread uses the file.
    """
    job = asyncio.get_running_loop().run_in_executor(executor, work)
    try:
        return await asyncio.shield(job)
    except asyncio.CancelledError:
        while not job.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([job])
        raise
