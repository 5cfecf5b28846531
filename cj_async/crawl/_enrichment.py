"""What becomes of a task? Its documents are stored, or its failure is; it holds up nobody."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from cj_async import (
    APIError,
    AuthenticationFailed,
    BadResponse,
    CJClient,
    CJError,
    InvalidRequest,
    ListCapped,
    NotFound,
    PointsExhausted,
    QuotaExhausted,
    RateLimited,
    ServerFailed,
)
from cj_async.crawl import _documents
from cj_async.crawl._budget import Clock
from cj_async.crawl._calls import Calls, OneFailed
from cj_async.crawl._documents import CutShort, Document
from cj_async.crawl._state import _documents as _stored
from cj_async.crawl._state import _tasks
from cj_async.crawl._state._file import StateFile
from cj_async.crawl._state._tasks import Task, Trouble

T = TypeVar("T")

logger = logging.getLogger("cj_async")


_ABOUT_ONE = (APIError, CutShort, InvalidRequest, ListCapped)
_ABOUT_ALL = (AuthenticationFailed, PointsExhausted, QuotaExhausted, RateLimited, ServerFailed)


class _Stopped(Exception):
    """The crawl was told to stop before a call could be made."""


class _Asking:
    """Makes the calls of one task."""

    def __init__(self, cj: CJClient, calls: Calls, found: int) -> None:
        self._cj, self._calls, self._found = cj, calls, found

    async def __call__(self, call: Callable[[], Awaitable[T]], cost: int, /) -> T:
        answer = await self._calls.make(call, cost, self._found, is_well=self._cj.settings.get)
        if not answer:
            raise _Stopped
        return answer[0]


class Enrichment:
    """Carries out tasks of a run.

    Args:
        cj: A client.
        calls: Makes the calls.
        state: Where documents and failures are kept.
        run: Number of the run.
        worker: Number of this process.
        key: JSON name of the field of a row that holds the product's id.
        clock: Time.
    """

    def __init__(
        self,
        cj: CJClient,
        calls: Calls,
        state: StateFile,
        run: int,
        worker: int,
        key: str,
        clock: Clock,
    ) -> None:
        self._cj, self._calls, self._state = cj, calls, state
        self._run, self._worker, self._key, self._clock = run, worker, key, clock

    async def carry_out(self, task: Task, found: int) -> None:
        """Fetches what a task is about and stores it.

        Args:
            task: The task, held by this process.
            found: Products found so far.

        Raises:
            CJError: it failed for a reason that is not about this product: nothing else would work.
        """
        asking = _Asking(self._cj, self._calls, found)
        try:
            answer = await _documents.fetch(self._cj, task.pid, task.task, asking)
        except _Stopped:
            await self._give_back(task)
        except OneFailed as failed:
            await self._fail(task, failed.error)
        except CJError as error:
            if not _is_about_one(error):
                await self._give_back(task)
                raise
            await self._fail(task, error)
        else:
            if answer.missing is not None:
                await self._miss(task, answer.missing)
            else:
                await self._keep(task, answer.documents)

    async def _give_back(self, task: Task) -> None:
        await self._state.do(_tasks.release, task, self._worker)

    async def _keep(self, task: Task, documents: Sequence[Document]) -> None:
        now = self._clock.time()
        await self._state.do(_stored.commit, self._run, self._worker, task, documents, now=now)

    async def _miss(self, task: Task, error: NotFound) -> None:
        trouble = _trouble(error, "CJ says that there is no such product, but lists show it: ")
        parked = await self._state.do(
            _stored.miss,
            self._run,
            self._worker,
            task,
            trouble,
            key=self._key,
            now=self._clock.time(),
        )
        if parked:
            _tell_parked(task, trouble)

    async def _fail(self, task: Task, error: CJError) -> None:
        trouble, now = _trouble(error), self._clock.time()
        if await self._state.do(_tasks.fail, task, self._worker, trouble, now=now):
            _tell_parked(task, trouble)


def _is_about_one(error: CJError) -> bool:
    """Whether a call failed because of what it asks for, so that others need not fail."""
    return isinstance(error, _ABOUT_ONE) and not isinstance(error, _ABOUT_ALL)


def _trouble(error: CJError, why: str = "") -> Trouble:
    raw = error.raw if isinstance(error, APIError | BadResponse | CutShort) else b""
    return Trouble(f"{why}{error}", raw or None)


def _tell_parked(task: Task, trouble: Trouble) -> None:
    logger.warning("crawl: %s of %s is parked: %s", task.task, task.pid, trouble.error)
