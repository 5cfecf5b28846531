"""Who is told how far a crawl is? A watcher, every so many seconds and at the end."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable

from msgspec.structs import replace

from cj_async import CJClient
from cj_async.crawl._budget import ASSUMED_TOTAL, DAY, Clock, Limits
from cj_async.crawl._progress import CrawlProgress, Watcher
from cj_async.crawl._report import Report
from cj_async.crawl._segment import Terms
from cj_async.crawl._state import _runs, _segments, _tasks
from cj_async.crawl._state._file import Database, StateFile
from cj_async.crawl._verdict import Sums, Verdict, judge, summed

logger = logging.getLogger("cj_async")

_RECENT = 30  # looks over which the rate is told


class Pulse:
    """Looks at the state now and then, and tells a watcher.

    Args:
        state: The state.
        run: The run, as it is when this process begins.
        cj: Whose rate and points count.
        clock: Time.
        limits: What may be spent.
        watcher: Who is told; None when nobody is.
    """

    def __init__(
        self,
        state: StateFile,
        run: _runs.Run,
        cj: CJClient,
        clock: Clock,
        limits: Limits,
        watcher: Watcher | None,
    ) -> None:
        self._state, self._run, self._cj = state, run.id, cj
        self._clock, self._limits, self._watcher = clock, limits, watcher
        self._began = clock.time()
        self._pages = deque([(self._began, run.requests)], _RECENT)
        self._closed = _Closed()
        self.parked_until: float | None = None

    @property
    def seconds(self) -> float:
        """Seconds since this process began."""
        return self._clock.time() - self._began

    def park(self, until: float | None) -> None:
        """Notes that the crawl waits for points, or goes on."""
        self.parked_until = until

    async def follow(self, every: float, terms: Callable[[], Terms]) -> None:
        """Tells the watcher, until cancelled."""
        while self._watcher is not None:
            await self._clock.sleep(every)
            self._say(await self.look(terms()))

    async def tell(self, terms: Terms, report: Report) -> None:
        """Tells the watcher what it came to."""
        if self._watcher is not None:
            progress = await self.look(terms)
            self._say(replace(progress, verdict=report.verdict, report=report))

    def _say(self, progress: CrawlProgress) -> None:
        """Tells the watcher; one that fails must not end a crawl of days, and is told no more."""
        if self._watcher is None:
            return
        try:
            self._watcher(progress)
        except Exception:
            logger.exception("crawl: on_progress failed, and is not called any more")
            self._watcher = None

    async def look(self, terms: Terms) -> CrawlProgress:
        """Where the crawl is now."""
        seen = await self._state.do(_seen, self._run, terms, self._closed, self._clock.time())
        run, ahead = seen.run, seen.ahead
        rate = self._rate(run.requests)
        calls = None if ahead is None else ahead / terms.size + seen.waiting
        info = self._cj.points
        return CrawlProgress(
            run=run.id,
            phase=run.phase,
            rows=run.rows,
            new=run.new,
            changed=run.changed,
            removed=run.removed,
            repeats=run.repeats,
            pages=run.requests,
            documents=run.documents,
            waiting=seen.waiting,
            expected=None if ahead is None else int(seen.distinct + ahead),
            rate=rate,
            points=run.points,
            points_left=None if info is None else info.remaining,
            seconds=self.seconds,
            seconds_by_rate=None if calls is None or not rate else calls / rate,
            seconds_by_points=self._until_paid(run, calls),
            parked_until=self.parked_until,
            verdict=seen.verdict,
        )

    def _rate(self, pages: int) -> float:
        now = self._clock.time()
        self._pages.append((now, pages))
        then, before = self._pages[0]
        return (pages - before) / (now - then) if now > then else 0.0

    def _until_paid(self, run: _runs.Run, calls: float | None) -> float | None:
        """Seconds until the refill has covered what is still to come; rough: without the midnight."""
        info = self._cj.points
        if calls is None or info is None or not run.requests:
            return None
        total = info.total or ASSUMED_TOTAL
        spare = max(info.remaining - self._limits.kept(total), 0.0)
        short = calls * run.points / run.requests - spare
        return max(short, 0.0) * DAY / total


class _Seen:
    """What one look at the state brings."""

    __slots__ = ("ahead", "distinct", "run", "verdict", "waiting")

    def __init__(
        self, database: Database, run: int, terms: Terms, closed: _Closed, now: float
    ) -> None:
        self.run = _runs.run_of(database, run)
        opened = _segments.opened(database, run)
        known = all(each.mode == "seek" for each in opened) and self.run.phase != "check"
        self.ahead = sum(_segments.ahead(each, terms) for each in opened) if known else None
        sums = summed(opened, closed.at(database, run))
        self.distinct = sums.distinct
        sums.is_told |= bool(opened) or not sums.requests  # what is open may still tell
        self.verdict: Verdict = judge(sums, self.run.doubts, days=self.run.days(now)).verdict
        self.waiting = _tasks.waiting(database)


class _Closed:
    """The ledgers of segments that are read to their end: they stay as they are, and are added up once."""

    def __init__(self) -> None:
        self._sums = Sums()
        self._known = set[int]()

    def at(self, database: Database, run: int) -> Sums:
        """The sums by now."""
        fresh = _segments.closed(database, run) - self._known
        self._sums = summed((_segments.read(database, each) for each in fresh), self._sums)
        self._known |= fresh
        return self._sums


def _seen(database: Database, run: int, terms: Terms, closed: _Closed, now: float) -> _Seen:
    return _Seen(database, run, terms, closed, now)
