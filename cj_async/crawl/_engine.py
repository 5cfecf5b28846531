"""Who fetches what, when? Workers side by side, each with one segment or document at a time."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from operator import attrgetter
from typing import Any

from msgspec.structs import replace

from cj_async import CJClient, CJError
from cj_async.crawl import _documents
from cj_async.crawl._budget import Budget, Clock
from cj_async.crawl._calls import Calls
from cj_async.crawl._enrichment import Enrichment
from cj_async.crawl._errors import CrawlError
from cj_async.crawl._lists import LISTS, Fetched, points_of
from cj_async.crawl._plan import Plan
from cj_async.crawl._projection import Projection
from cj_async.crawl._segment import Ask, Segment, Terms, ask_of
from cj_async.crawl._state import _pages, _segments, _work
from cj_async.crawl._state._file import StateFile
from cj_async.crawl._state._runs import Run
from cj_async.crawl._state._spending import Spending
from cj_async.crawl._state._tasks import Task
from cj_async.crawl._state._work import Wait
from cj_async.crawl._state._workers import Worker
from cj_async.crawl._waiting import first_of

logger = logging.getLogger("cj_async")

Take = Callable[[list[Any]], Awaitable[None]]
_FEWEST, _MOST = 4, 16
_LOOKS = 3  # how often a page is asked for while rows of it cannot be read
_LATENCY = 1.5  # seconds of latency that workers side by side make up for


def workers_of(plan: Plan, rate: float) -> int:
    """How many workers a crawl has side by side.

    Args:
        plan: Says so, perhaps.
        rate: Requests a second.
    """
    if plan.parallel is not None:
        return plan.parallel
    return min(max(_FEWEST, math.ceil(rate * _LATENCY)), _MOST)


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
        spending = state.along = Spending(run.id)
        self.calls = Calls(budget, clock, sent=spending.add)
        self.found = 0
        self._cj, self._plan, self._state, self._worker = cj, plan, state, worker
        self._run = run.id
        self._budget, self._clock = budget, clock
        self._projections, self._take = tuple(projections), take
        self._tasks = _documents.tasks_of(plan.enrich)
        self._enrichment = Enrichment(
            cj, self.calls, state, run.id, worker.id, self.list.key, clock
        )
        self._watched = attrgetter(*self.list.watched)
        self._categories: tuple[str, ...] | None = None
        self._news = asyncio.Event()
        self._failure: Exception | None = None
        self._broken: list[Projection] = []

    @property
    def parallel(self) -> int:
        """How many workers there are."""
        return workers_of(self._plan, self._cj.rate)

    async def run(self) -> None:
        """Works until the run is done, or nothing more may be begun.

        Raises:
            CJError: a call failed for good; the state has everything before it.
        """
        workers = [asyncio.create_task(self.heard(self._work())) for _ in range(self.parallel)]
        heart = asyncio.create_task(self.heard(self._stay_known()))
        followers = [
            asyncio.create_task(self.heard(self._follow(each))) for each in self._projections
        ]
        try:
            await asyncio.gather(*workers)
            for projection in self._projections:
                projection.end()
            await asyncio.gather(*followers)
            if self._failure is None:
                await self._finish_sinks()
            else:
                await self._tell_the_rest()
        finally:
            for each in (*workers, *followers, heart):
                each.cancel()
            await asyncio.gather(*workers, *followers, heart, return_exceptions=True)
        if self._failure is not None:
            raise self._failure

    async def heard(self, work: Awaitable[None]) -> None:
        """Carries out some work; an error that ends it ends the crawl, and is raised by `run`."""
        try:
            await work
        except CJError as error:
            self._fail(error)
        except Exception as error:
            logger.exception("crawl: it ends, for something is broken")
            self._fail(error)

    async def _work(self) -> None:
        while self._budget.stopped is None:
            work = await self._state.do(
                _work.next_work,
                self._run,
                self._worker.id,
                self.terms,
                self._tasks,
                self._clock.time(),
            )
            if work is None:
                self._wake()
                return
            await self._carry_out(work)

    def _fail(self, error: Exception) -> None:
        self._failure = self._failure or error
        self._budget.stop("a call failed")
        self._wake()

    async def _carry_out(self, work: Segment | Task | Wait) -> None:
        if isinstance(work, Segment):
            await self._read(work)
        elif isinstance(work, Task):
            await self._enrich(work)
        elif work.seconds:
            await first_of(
                self._clock.sleep(work.seconds), self._news.wait(), self._budget.stopping.wait()
            )

    def _wake(self) -> None:
        """Lets everybody who waits look again."""
        self._news.set()
        self._news = asyncio.Event()

    async def _read(self, segment: Segment) -> None:
        """Reads a segment page by page, until it is done, taken over, or the crawl stops."""
        number = segment.id
        while segment.state == "open":
            ask = ask_of(segment, self.terms)
            answer = await self._ask(ask)
            if not answer:
                await self._state.do(_segments.release, number, self._worker.id)
                self._wake()
                return
            committed = await self._commit(number, ask, answer[0])
            if committed.segment is None:
                return
            segment = committed.segment
        self._wake()

    async def _ask(self, ask: Ask) -> list[Fetched]:
        """Asks for a page; again, a few times, while rows of it, or their times, cannot be read."""
        call = partial(
            self.list.fetch, self._cj, ask, self._plan.filters, self._plan.asked_features
        )
        answer: list[Fetched] = []
        for _ in range(_LOOKS):
            answer = await self.calls.make(call, self.list.points, self.found)
            if not answer or answer[0].is_whole:
                return answer
        if answer[0].seen.unread:
            logger.warning("crawl: %d rows of a page cannot be read", answer[0].seen.unread)
        return answer

    async def _commit(self, number: int, ask: Ask, fetched: Fetched) -> _pages.Committed:
        if fetched.cap is not None:
            self.terms = replace(self.terms, cap=fetched.cap)
        page = self._page(ask, fetched)
        committed = await self._state.do_now(
            _pages.commit, self._run, self._worker.id, number, page
        )
        if committed.wants_categories:
            self._categories = await self._all_categories()
            if self._categories is None:  # stopped: the page is asked for again when it goes on
                await self._state.do(_segments.release, number, self._worker.id)
                return _pages.Committed(segment=None)
            return await self._commit(number, ask, fetched)
        if committed.terms is not None:
            self.terms = committed.terms
        self.found += len(committed.new)
        if self._tasks:
            self._wake()
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

    async def _all_categories(self) -> tuple[str, ...] | None:
        """Ids of the third-level categories; None when the crawl was stopped."""
        found = await self.calls.make(
            self._cj.products.categories, points_of("products.categories"), self.found
        )
        if not found:
            return None
        return tuple(
            leaf.category_id
            for first in found[0]
            for second in first.category_first_list or []
            for leaf in second.category_second_list or []
        )

    async def _enrich(self, task: Task) -> None:
        """Fetches the documents of a product; a failure is noted, and holds up nobody."""
        await self._enrichment.carry_out(task, self.found)
        self._wake()
        self._tell()

    def _tell(self) -> None:
        for projection in self._projections:
            projection.tell()

    async def _follow(self, projection: Projection) -> None:
        try:
            await projection.follow()
        except Exception:
            self._broken.append(projection)
            raise

    async def _tell_the_rest(self) -> None:
        """Tells the sinks what was found before a call failed; not those that failed themselves."""
        for projection in self._projections:
            if projection not in self._broken:
                with suppress(CrawlError):
                    await projection.finish()

    async def _finish_sinks(self) -> None:
        """Own sinks first: two processes that wait for each other's would never end."""
        for projection in self._projections:
            await projection.finish()
        for projection in self._projections:
            await projection.outlast(self._budget.stopping)

    async def _stay_known(self) -> None:
        """Lengthens the lease of this process, and looks after the others."""
        while True:
            await asyncio.sleep(self._worker.beat)
            if await self._state.do(self._worker.keep):
                self._wake()
