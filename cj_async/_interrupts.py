"""Which sleeps and sends have to end when their account is closed?"""

from __future__ import annotations

import asyncio
from typing import Any

from cj_async.errors import ConfigurationError

CLOSED = "the client is closed: make a new one"

_LONGEST_GOODBYE = 1.0


class Interrupts:
    """Ends what runs within ``with interrupts: …``, in any number of tasks, when it is closed.

    As ``asyncio.timeout`` does, it cancels the task and takes the cancellation back; what was awaited
    then raises :class:`ConfigurationError`. Closing the aiohttp session would not do: a body that is
    being read is left waiting by that (aiohttp 3.14).
    """

    __slots__ = ("_quiet", "_running", "closed")

    def __init__(self) -> None:
        self.closed = False
        self._running: dict[asyncio.Task[Any] | None, int] = {}
        self._quiet: asyncio.Future[None] | None = None

    def __enter__(self) -> None:
        if self.closed:
            raise ConfigurationError(CLOSED)
        task = asyncio.current_task()
        self._running[task] = task.cancelling() if task is not None else 0

    def __exit__(self, kind: type[BaseException] | None, error: object, traceback: object) -> None:
        task = asyncio.current_task()
        cancelled_before = self._running.pop(task)
        if not self.closed or task is None:
            return
        if self._quiet is not None and not self._running and not self._quiet.done():
            self._quiet.set_result(None)
        by_others = task.uncancel() > cancelled_before
        if kind is asyncio.CancelledError and not by_others:
            raise ConfigurationError(CLOSED)

    async def close(self) -> None:
        """Ends them all and waits until they are gone, a second at most; may be called twice."""
        if self.closed or not self._running:
            self.closed = True
            return
        self.closed = True
        self._quiet = asyncio.get_running_loop().create_future()
        for task in self._running:
            if task is not None:
                task.cancel()
        await asyncio.wait([self._quiet], timeout=_LONGEST_GOODBYE)
