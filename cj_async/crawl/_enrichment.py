"""What becomes of a task? Its documents are stored, or its failure is; it holds up nobody."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from cj_async import (
    APIError,
    AuthenticationFailed,
    BadResponse,
    CJClient,
    CJError,
    IncompleteList,
    InvalidRequest,
    ServerFailed,
)
from cj_async.crawl import _documents
from cj_async.crawl._budget import Clock
from cj_async.crawl._calls import Calls, OneFailed
from cj_async.crawl._state import _documents as _stored
from cj_async.crawl._state._documents import Spent
from cj_async.crawl._state._file import StateFile
from cj_async.crawl._state._tasks import Task, Trouble

T = TypeVar("T")

logger = logging.getLogger("cj_async")


class _Stopped(Exception):
    """The crawl was told to stop before a call could be made."""


class _Asking:
    """Makes the calls of one task, and counts them."""

    def __init__(self, cj: CJClient, calls: Calls, found: int) -> None:
        self._cj, self._calls, self._found = cj, calls, found
        self.spent: Spent = Spent(0, 0)

    async def __call__(self, call: Callable[[], Awaitable[T]], cost: int, /) -> T:
        before = self.spent
        self.spent = Spent(before.requests + 1, before.points + cost)
        answer = await self._calls.make(call, cost, self._found, is_well=self._cj.settings.get)
        if not answer:
            self.spent = before
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
            await self._give_back(task, asking.spent)
        except OneFailed as failed:
            await self._fail(task, failed.error, asking.spent)
        except (APIError, IncompleteList, InvalidRequest) as error:
            if isinstance(error, AuthenticationFailed | ServerFailed):
                await self._give_back(task, asking.spent)
                raise
            await self._fail(task, error, asking.spent)
        else:
            await self._state.do(
                _stored.commit,
                self._run,
                self._worker,
                task,
                answer,
                asking.spent,
                key=self._key,
                now=self._clock.time(),
            )

    async def _give_back(self, task: Task, spent: Spent) -> None:
        await self._state.do(_stored.give_back, self._run, self._worker, task, spent)

    async def _fail(self, task: Task, error: CJError, spent: Spent) -> None:
        raw = error.raw if isinstance(error, APIError | BadResponse) else b""
        parked = await self._state.do(
            _stored.fail,
            self._run,
            self._worker,
            task,
            Trouble(str(error), raw or None),
            spent,
            now=self._clock.time(),
        )
        if parked:
            logger.warning("crawl: %s of %s is parked: %s", task.task, task.pid, error)
