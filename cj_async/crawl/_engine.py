"""Who fetches what, when? Workers side by side, each with one segment or document at a time."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from operator import attrgetter
from typing import Any

from msgspec.structs import replace

from cj_async import APIError, CJClient, CJError
from cj_async.crawl import _documents
from cj_async.crawl._budget import Budget, Clock
from cj_async.crawl._calls import Calls
from cj_async.crawl._lists import LISTS, Fetched, points_of
from cj_async.crawl._plan import Plan
from cj_async.crawl._projection import Projection
from cj_async.crawl._segment import Ask, Segment, Terms, ask_of
from cj_async.crawl._state import _documents as _stored
from cj_async.crawl._state import _pages, _segments, _tasks, _work
from cj_async.crawl._state._file import StateFile
from cj_async.crawl._state._runs import Run
from cj_async.crawl._state._tasks import Task
from cj_async.crawl._state._work import Wait
from cj_async.crawl._state._workers import LEASE, Worker

logger = logging.getLogger("cj_async")

Take = Callable[[list[Any]], Awaitable[None]]
_FEWEST, _MOST = 4, 16
_LATENCY = 1.5  # seconds of latency that workers side by side make up for


class Engine:
    """Carries out one run; knows nothing of files, sinks and signals.

    Args:
        cj: A client of background priority.
        plan: What to fetch.
        state: Where everything is kept.
        worker: This process.
        run: The run.
        budget: Says whether a call may be made.
        clock: Time.
        take: Told the rows that this run sees for the first time; None when the state keeps them.
    """

    def __init__(
        self,
        cj: CJClient,
        plan: Plan,
        state: StateFile,
        worker: Worker,
        run: Run,
        budget: Budget,
        clock: Clock,
        projections: Iterable[Projection] = (),
        take: Take | None = None,
    ) -> None:
        self.list = LISTS[plan.profile]
        self.terms: Terms = replace(self.list.fit(plan.filters), cap=run.cap, slack=run.slack)
        self.calls = Calls(budget, clock)
        self.found = 0
        self._cj, self._plan, self._state, self._worker = cj, plan, state, worker
        self._run = run.id
        self._budget, self._clock = budget, clock
        self._projections, self._take = tuple(projections), take
        self._tasks = _documents.tasks_of(plan.enrich)
        self._watched = attrgetter(*self.list.watched)
        self._categories: tuple[str, ...] | None = None
        self._news = asyncio.Event()
        self._failure: BaseException | None = None

    @property
    def parallel(self) -> int:
        """How many workers there are."""
        if self._plan.parallel is not None:
            return self._plan.parallel
        return min(max(_FEWEST, math.ceil(self._cj.rate * _LATENCY)), _MOST)

    async def run(self) -> None:
        """Works until the run is done, or nothing more may be begun.

        Raises:
            CJError: a call failed for good; the state has everything before it.
        """
        workers = [asyncio.create_task(self._work()) for _ in range(self.parallel)]
        heart = asyncio.create_task(self._stay_known())
        followers = [asyncio.create_task(self._follow(each)) for each in self._projections]
        try:
            await asyncio.gather(*workers)
            for projection in self._projections:
                projection.end()
            await asyncio.gather(*followers)
        finally:
            for each in (*workers, *followers, heart):
                each.cancel()
            await asyncio.gather(*workers, *followers, heart, return_exceptions=True)
        if self._failure is not None:
            raise self._failure

    async def _work(self) -> None:
        try:
            while self._budget.stopped is None:
                work = await self._state.do(_work.next_work, self._run, self._worker.id, self.terms)
                if work is None:
                    self._wake()
                    return
                await self._carry_out(work)
        except CJError as error:
            self._fail(error)

    def _fail(self, error: CJError) -> None:
        self._failure = self._failure or error
        self._budget.stop("a call failed")
        self._wake()

    async def _carry_out(self, work: Segment | Task | Wait) -> None:
        if isinstance(work, Segment):
            await self._read(work)
        elif isinstance(work, Task):
            await self._enrich(work)
        elif work.seconds:
            await self._wait_for_news(work.seconds)

    async def _wait_for_news(self, seconds: float) -> None:
        news = self._news
        try:
            async with asyncio.timeout(seconds):
                await news.wait()
        except TimeoutError:
            pass

    def _wake(self) -> None:
        """Lets everybody who waits look again."""
        self._news.set()
        self._news = asyncio.Event()

    async def _read(self, segment: Segment) -> None:
        """Reads a segment page by page, until it is done, taken over, or the crawl stops."""
        number = segment.id
        while segment.state == "open":
            ask = ask_of(segment, self.terms)
            call = partial(
                self.list.fetch, self._cj, ask, self._plan.filters, self._plan.asked_features
            )
            answer = await self.calls.make(call, self.list.points, self.found)
            if not answer:
                await self._state.do(_segments.release, number)
                return
            committed = await self._commit(number, ask, answer[0])
            if committed.segment is None:
                return
            segment = committed.segment
        self._wake()

    async def _commit(self, number: int, ask: Ask, fetched: Fetched) -> _pages.Committed:
        if fetched.cap is not None:
            self.terms = replace(self.terms, cap=fetched.cap)
        page = self._page(ask, fetched)
        committed = await self._state.do(_pages.commit, self._run, self._worker.id, number, page)
        if committed.wants_categories:
            self._categories = await self._all_categories()
            return await self._commit(number, ask, fetched)
        if committed.terms is not None:
            self.terms = committed.terms
        self.found += len(committed.new)
        if committed.doubt is not None:
            logger.warning("crawl: %s; reading on in another way", committed.doubt)
        if self._take is not None and committed.new:
            await self._take([fetched.rows[place] for place in committed.new])
        self._tell()
        return committed

    def _page(self, ask: Ask, fetched: Fetched) -> _pages.Page:
        return _pages.Page(
            ask=ask,
            models=fetched.rows,
            seen=fetched.seen,
            pid=self.list.pid,
            watched=self._watched,
            terms=self.terms,
            points=self.list.points,
            moment=f"{datetime.fromtimestamp(self._clock.time(), UTC):%Y-%m-%dT%H:%M:%SZ}",
            tasks=self._tasks,
            categories=self._categories,
            parallel=self.parallel,
            with_lines=self._take is None,
        )

    async def _all_categories(self) -> tuple[str, ...]:
        found = await self.calls.make(
            self._cj.products.categories, points_of("products.categories"), self.found
        )
        levels = found[0] if found else []
        return tuple(
            leaf.category_id
            for first in levels
            for second in first.category_first_list or []
            for leaf in second.category_second_list or []
        )

    async def _enrich(self, task: Task) -> None:
        """Fetches the documents of a product; a failure is noted, and holds up nobody."""
        call = partial(_documents.fetch, self._cj, task.pid, task.task)
        try:
            answer = await self.calls.make(call, _documents.points_of_task(task.task), self.found)
        except APIError as error:
            now = self._clock.time()
            parked = await self._state.do(_tasks.fail, task, str(error), None, now=now)
            if parked:
                logger.warning("crawl: %s of %s is parked: %s", task.task, task.pid, error)
            return
        if not answer:
            await self._state.do(_tasks.release, task)
            return
        await self._state.do(
            _stored.commit, self._run, self._worker.id, task, answer[0], self._clock.time()
        )
        self._tell()

    def _tell(self) -> None:
        for projection in self._projections:
            projection.tell()

    async def _follow(self, projection: Projection) -> None:
        try:
            await projection.follow()
        except CJError as error:
            self._fail(error)

    async def _stay_known(self) -> None:
        """Lengthens the lease of this process."""
        while True:
            await asyncio.sleep(LEASE / 3)
            await self._state.do(self._worker.renew)
