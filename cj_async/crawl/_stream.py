"""How does one follow a crawl in a loop? An event now and then; the last has the report."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

from cj_async import CJClient
from cj_async.crawl._plan import Plan
from cj_async.crawl._progress import CrawlProgress
from cj_async.crawl._report import Report
from cj_async.crawl._run import run
from cj_async.crawl._sink import Sink
from cj_async.crawl._stop import Stop


async def stream(
    cj: CJClient,
    plan: Plan | None = None,
    *,
    state: str | Path,
    sink: Sink | Sequence[Sink] = (),
    every: float = 1.0,
    join: bool = False,
    stop: Stop | None = None,
) -> AsyncGenerator[CrawlProgress, None]:
    """Crawls as `run` does, and gives a `CrawlProgress` every so many seconds.

    Who is slow gets the newest event and misses those before it, never the last. Leaving the loop
    leaves the crawl: it can be resumed. Wrap it in ``contextlib.aclosing`` when you may leave early.

    Args:
        cj: As of `run`; so are all others.
        plan: What to fetch and what it may spend.
        state: Path of the state file.
        sink: Who is told what is found.
        every: Seconds between two events.
        join: Work along with another process on this state.
        stop: Ends it in order when asked.

    Returns:
        The events; that of the end has a ``report``.

    Raises:
        CJError: as `run` does, after the events before it.
    """
    newest = _Newest()
    crawl = asyncio.create_task(
        run(
            cj,
            plan,
            state=state,
            sink=sink,
            on_progress=newest.put,
            every=every,
            join=join,
            stop=stop,
        )
    )
    crawl.add_done_callback(newest.end)
    try:
        while (progress := await newest.get()) is not None:
            yield progress
        await crawl
    finally:
        crawl.cancel()
        await asyncio.gather(crawl, return_exceptions=True)


class _Newest:
    """Keeps the newest event for whoever asks, and knows when there will be no more."""

    def __init__(self) -> None:
        self._event: CrawlProgress | None = None
        self._changed = asyncio.Event()
        self._is_ended = False

    def put(self, progress: CrawlProgress) -> None:
        """Takes an event in the place of the one before."""
        self._event = progress
        self._changed.set()

    def end(self, _: asyncio.Task[Report]) -> None:
        """Notes that there will be no more."""
        self._is_ended = True
        self._changed.set()

    async def get(self) -> CrawlProgress | None:
        """Waits for an event; None when there are no more."""
        await self._changed.wait()
        progress, self._event = self._event, None
        if not self._is_ended:
            self._changed.clear()
        return progress
