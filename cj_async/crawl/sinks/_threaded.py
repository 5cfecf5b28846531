"""How does a sink that blocks live beside an event loop?"""

from __future__ import annotations

import asyncio
import logging
import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from cj_async.crawl._errors import SinkFailed
from cj_async.crawl._rules import whole
from cj_async.crawl._sink import Batch, Kind
from cj_async.crawl.sinks._columns import Misfits
from cj_async.crawl.sinks._files import failures
from cj_async.errors import ConfigurationError

T = TypeVar("T")

_IN_MEMORY = ":memory:"  # what SQLite calls it; it would be gone with the process

logger = logging.getLogger("cj_async")


class ThreadedSink(ABC):
    """Does its work in one thread of its own, in the order of the calls.

    A caller who is cancelled leaves its work running there; what comes next waits for it. How far
    an interrupted or failed write came is not known, so the sink has to be opened again after it.

    Args:
        path: Where to.
        batch: How many lines it would like at once.
        table: The table there, if it has any.

    Attributes:
        name: Tells the sinks of a state apart.
        batch: How many lines it would like at once.
        path: Where to; ``~`` is the home of whoever runs it.
        table: The table there; None where there are none.

    Raises:
        ConfigurationError: An argument cannot work.
    """

    def __init__(
        self, path: str | os.PathLike[str], batch: int, *, table: str | None = None
    ) -> None:
        try:
            text: str = os.fspath(path)
            spelled = os.path.expanduser(text)  # noqa: PTH111  # a slash at the end stays
            self.path = Path(spelled)
        except TypeError as error:
            raise self._refused(path, "a path is due") from error
        if spelled in ("", _IN_MEMORY):
            raise self._refused(path, "a path is due")
        if not whole(1).is_kept(batch):
            raise self._refused(batch, f"{whole(1).words}, of lines at once is due")
        self.name = spelled if table is None else f"{spelled}:{table}"
        self.batch = batch
        self.table = table
        self._thread: ThreadPoolExecutor | None = None
        self._usable = False
        self._warned: set[str] = set()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    def _refused(self, value: object, rule: str) -> ConfigurationError:
        return ConfigurationError(f"{type(self).__name__}: {value!r}: {rule}")

    async def open(self, source: str, token: str | None) -> int | None:
        """Gets ready to write on; undoes what was written after the token.

        Args:
            source: Id of the state file.
            token: What the last write that counts returned; ``None`` when there was none.

        Returns:
            The position up to which it holds everything, where it knows that itself.

        Raises:
            SinkFailed: It is not usable; says why and what to do.
        """
        self._usable = False
        position = await self._run(lambda: self._opened(source, token))
        self._usable = True
        return position

    async def write(self, batch: Batch) -> str | None:
        """Writes a batch; it is safe once this returns.

        Returns:
            The token to come back to; ``None`` where ``open`` returns a position.

        Raises:
            SinkFailed: It could not be written; the sink has to be opened again.
        """
        if not self._usable:
            raise SinkFailed(self.name, "it is not open, or its last write failed; open it again")
        self._usable = False
        token = await self._run(lambda: self._write(batch))
        self._usable = True
        return token

    async def aclose(self) -> None:
        """Lets go of what is open, after the work that is under way."""
        self._usable = False
        if self._thread is not None:
            try:
                await self._run(self._close)
            finally:
                self._thread.shutdown(wait=False)
                self._thread = None

    async def _run(self, work: Callable[[], T]) -> T:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="cj-sink")

        def told() -> T:
            with failures(self.name):
                return work()

        return await asyncio.get_running_loop().run_in_executor(self._thread, told)

    def _opened(self, source: str, token: str | None) -> int | None:
        self._close()
        try:
            return self._open(source, token)
        except BaseException:
            self._close()
            raise

    def _warn(self, kind: Kind, misfits: Misfits) -> None:
        """Says once for each column that values of it were left out."""
        for column, count in misfits.items():
            if (where := f"{kind}.{column}") not in self._warned:
                self._warned.add(where)
                logger.warning(
                    "sink %s: %d values of %s do not fit their column and are left out; further"
                    " ones will not be told",
                    self.name,
                    count,
                    where,
                )

    @abstractmethod
    def _open(self, source: str, token: str | None) -> int | None:
        """What `open` does, in the thread."""

    @abstractmethod
    def _write(self, batch: Batch) -> str | None:
        """What `write` does, in the thread."""

    @abstractmethod
    def _close(self) -> None:
        """Lets go of what is open, in the thread; may be called twice, or before `_open`."""
