"""How is a crawl started? `run` keeps it in a file, `products` and `ids` just give the rows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any, Literal, Unpack

from cj_async import CJClient
from cj_async.crawl._budget import Budget, Clock, WallClock
from cj_async.crawl._calls import background
from cj_async.crawl._documents import models_of
from cj_async.crawl._engine import Engine, Take, workers_of
from cj_async.crawl._errors import IncompleteCrawl, StateError
from cj_async.crawl._filters import ListFilters, SearchFilters
from cj_async.crawl._given import check, sinks_of, state_of
from cj_async.crawl._lists import LISTS
from cj_async.crawl._opening import begin_or_go_on
from cj_async.crawl._plan import Plan
from cj_async.crawl._progress import Watcher
from cj_async.crawl._projection import Projection
from cj_async.crawl._pulse import Pulse
from cj_async.crawl._report import Report
from cj_async.crawl._results import finish
from cj_async.crawl._sink import Sink
from cj_async.crawl._state._file import StateFile
from cj_async.crawl._state._workers import Worker
from cj_async.crawl._stop import Stop
from cj_async.models.product import ProductListItem, ProductSearchItem

_AHEAD = 4  # pages of rows that wait for whoever iterates


async def run(
    cj: CJClient,
    plan: Plan | None = None,
    *,
    state: str | Path,
    sink: Sink | Sequence[Sink] = (),
    on_progress: Watcher | None = None,
    every: float = 1.0,
    join: bool = False,
    stop: Stop | None = None,
) -> Report:
    """Crawls the catalog into a state file, and tells sinks what it finds.

    A state file with a run that is not at its end goes on with that run; else a new one is begun,
    which finds what is new, changed or gone since the last. Whatever happens in between, kill -9
    included: nothing is lost, no sink gets anything twice, and at most the pages in flight are fetched
    again. Interactive calls of the same client go first.

    Args:
        cj: A client. The crawl uses a sibling of background priority.
        plan: What to fetch and what it may spend; everything, rich, by default.
        state: Path of the state file; it is made when there is none.
        sink: Who is told, such as ``ParquetSink("out/")``; one or several.
        on_progress: A function, told a `CrawlProgress` every so many seconds, and one with the report
            at the end. It is not awaited, so it cannot be a coroutine function; see `stream`.
        every: Seconds between two of them.
        join: Work along with another process on this state, instead of refusing to. Each of them has
            its own limits: one that stops earlier reports ``budget_stopped`` while the others go on;
            those that are there at the end report the verdict of the whole. A sink that several were
            given is told by one of them; when that one ends or dies, another takes it over.
        stop: Ends it in order when asked.

    Returns:
        What it came to, with an honest verdict.

    Raises:
        InvalidRequest: an argument is none of those; before anything is opened.
        StateInUse: another process works on this state, and ``join`` is not set.
        StateError: the state file cannot be used, or is about another plan.
        SinkFailed: a sink failed, or the process that has it hangs; what it lacks is in the state.
        CJError: a call failed for good. In each case the state is intact: run it again to go on.
    """
    check("crawl.run", cj=cj, plan=plan, on_progress=on_progress, every=every, join=join, stop=stop)
    path = state_of(state, "crawl.run")
    sinks = sinks_of(sink, path, "crawl.run")
    return await _run(
        cj,
        plan or Plan(),
        StateFile(path),
        Worker(path),
        sinks=sinks,
        watcher=on_progress,
        every=every,
        join=join,
        stop=stop,
    )


def products(
    cj: CJClient,
    *,
    max_points: int | None = None,
    on_exhausted: Literal["wait", "stop"] = "wait",
    **filters: Unpack[SearchFilters],
) -> AsyncGenerator[ProductSearchItem, None]:
    """Gives every product once, however many there are; just the rows, kept nowhere.

    Wrap it in ``contextlib.aclosing`` when you may leave the loop early. When the points of the account
    are used up, the loop waits for their refill: for hours in a large catalog, unless
    ``on_exhausted="stop"``.

    Args:
        cj: A client; the crawl uses a sibling of background priority.
        max_points: Points it may spend.
        on_exhausted: ``wait`` for the refill when the points are used up, or ``stop``.
        **filters: Those of ``cj.products.search`` that say which products; see `SearchFilters`.

    Returns:
        The rows, in no particular order.

    Raises:
        InvalidRequest: a filter or another argument cannot be used; before anything is sent.
        IncompleteCrawl: after the last row, when there is more than could be reached, proved or paid for.
        CJError: a call failed for good.

    CJ documentation: API 3 - Product, 1.2 Product List V2.
    """
    plan = Plan(filters=filters, max_points=max_points, on_exhausted=on_exhausted)
    check("crawl.products", cj=cj)
    return _rows(cj, plan)


def ids(
    cj: CJClient,
    *,
    max_points: int | None = None,
    on_exhausted: Literal["wait", "stop"] = "wait",
    **filters: Unpack[ListFilters],
) -> AsyncGenerator[ProductListItem, None]:
    """Gives every product once, as the cheaper rows of product/list: 200 a call.

    When the points of the account are used up, the loop waits for their refill: for hours in a large
    catalog, unless ``on_exhausted="stop"``.

    Args:
        cj: A client; the crawl uses a sibling of background priority.
        max_points: Points it may spend.
        on_exhausted: ``wait`` for the refill when the points are used up, or ``stop``.
        **filters: Those of ``cj.products.list`` that say which products; see `ListFilters`.

    Returns:
        The rows, in no particular order.

    Raises:
        InvalidRequest: a filter or another argument cannot be used; before anything is sent.
        IncompleteCrawl: after the last row, when there is more than could be reached, proved or paid for.
        CJError: a call failed for good.

    CJ documentation: API 3 - Product, 1.4 Product List.
    """
    plan = Plan(profile="cheap", filters=filters, max_points=max_points, on_exhausted=on_exhausted)
    check("crawl.ids", cj=cj)
    return _rows(cj, plan)


async def _rows(cj: CJClient, plan: Plan) -> AsyncGenerator[Any, None]:
    """Runs a crawl with a temporary state beside whoever iterates, a few pages ahead."""
    pages: asyncio.Queue[list[Any] | None] = asyncio.Queue(_AHEAD)
    crawl = asyncio.create_task(_run(cj, plan, StateFile(None), Worker(None), take=pages.put))
    ended = asyncio.ensure_future(_sentinel(crawl, pages))
    try:
        while (rows := await pages.get()) is not None:
            for row in rows:
                yield row
        report = await crawl
        if not report.is_complete:
            raise IncompleteCrawl(report)
    finally:
        crawl.cancel()
        ended.cancel()
        await asyncio.gather(crawl, ended, return_exceptions=True)


async def _sentinel(crawl: asyncio.Task[Report], pages: asyncio.Queue[list[Any] | None]) -> None:
    await asyncio.wait({crawl})
    await pages.put(None)


async def _run(
    cj: CJClient,
    plan: Plan,
    state: StateFile,
    worker: Worker,
    *,
    sinks: Sequence[Sink] = (),
    watcher: Watcher | None = None,
    every: float = 1.0,
    join: bool = False,
    stop: Stop | None = None,
    take: Take | None = None,
    clock: Clock | None = None,
) -> Report:
    clock = clock or WallClock()
    sibling = background(cj, workers_of(plan, cj.rate))
    async with AsyncExitStack() as closing:
        closing.push_async_callback(state.aclose)
        await state.open()
        closing.callback(worker.let_go)
        begun = await state.do(
            begin_or_go_on, worker, plan, state.name, now=clock.time(), join=join
        )
        closing.push_async_callback(_leave, state, worker)
        pulse = Pulse(state, begun, sibling, clock, plan.limits, watcher)
        budget = Budget(plan.limits, lambda: sibling.points, clock, pulse.park)
        models = models_of(LISTS[plan.profile])
        projections = [Projection(state, sink, models) for sink in sinks]
        for projection in projections:
            await closing.enter_async_context(projection)
            await projection.open(worker.id)
        engine = Engine(sibling, plan, state, worker, begun, budget, clock, projections, take)
        await _beside(engine, pulse, budget, every, stop)
        report = await finish(state, begun.id, sibling, pulse, budget.stopped)
        await pulse.tell(engine.terms, report)
        return report


async def _beside(
    engine: Engine, pulse: Pulse, budget: Budget, every: float, stop: Stop | None
) -> None:
    """Runs the engine, while somebody watches, somebody may ask it to stop, and time passes."""
    beside = [pulse.follow(every, lambda: engine.terms), budget.keep_deadline()]
    if stop is not None:
        beside.append(_stopped(stop, budget))
    others = [asyncio.create_task(engine.heard(each)) for each in beside]
    try:
        await engine.run()
    finally:
        for each in others:
            each.cancel()
        await asyncio.gather(*others, return_exceptions=True)


async def _stopped(stop: Stop, budget: Budget) -> None:
    budget.stop(await stop.wait())


async def _leave(state: StateFile, worker: Worker) -> None:
    with suppress(StateError):  # told already; and that this process is gone is seen by its lock
        await state.do(worker.leave)
