"""Does a state still say what CJ says? Samples again, and compares."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import attrgetter
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import msgspec

from cj_async import CJClient, NotFound
from cj_async.crawl._budget import Budget, Limits, WallClock
from cj_async.crawl._calls import Calls, background
from cj_async.crawl._errors import StateError
from cj_async.crawl._filters import typed
from cj_async.crawl._given import check, state_of
from cj_async.crawl._lists import LISTS, ProductList, points_of
from cj_async.crawl._rows import Key, Row, rows_of
from cj_async.crawl._segment import Segment, Terms, ask_of
from cj_async.crawl._state import _items, _runs, _samples
from cj_async.crawl._state._file import Database
from cj_async.crawl._state._reading import look
from cj_async.crawl._stop import Stop

_AT_ONCE = 1_000  # products that are looked up in one statement
_ASKS = 2  # answers in a row that a product is not there, which mean that it is gone


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """What a state and CJ were found to agree on.

    Attributes:
        seed: Draws the same samples again from the same state.
        windows: Windows of the list that were read again, a page of each.
        rows: Products in them, each counted once; those created since the last ended run began left out.
        products: Known products that were asked for by their id.
        missing: Ids that the list shows and the state does not know: the crawl has lost something
            (or CJ listed them late, with an earlier creation time).
        changed: Ids whose row is another one now, or that are listed again after they were gone.
        gone: Ids that are known and that CJ does not know any more, asked twice.
        points: Points it cost by the documentation.
        stopped: Why it ended before all was compared, such as used up points; None when it did not.
    """

    seed: int
    windows: int
    rows: int
    products: int
    missing: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    points: int
    stopped: str | None = None

    @property
    def is_good(self) -> bool:
        """Whether all was compared and nothing is missing; what changed since is no fault."""
        return not self.missing and self.stopped is None


async def verify(
    cj: CJClient,
    state: str | Path,
    *,
    products: int = 20,
    windows: int = 5,
    seed: int | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    stop: Stop | None = None,
) -> Verification:
    """Samples the catalog again, and compares it with what a state knows.

    Windows of the list are read again: half of them begin at the creation time of some known product,
    the others at the start of the list and at any time, so that a lost span is hit as well as lost
    rows. Each row in them that was created before the last ended run began has to be known. Then some
    known products are asked for. The state is only read, and a crawl may work on it.

    Args:
        cj: A client; background calls of it are made, one after the other.
        state: Path of the state file.
        products: How many products to ask for, at 10 points each; twice that for one that is gone.
        windows: How many windows to read, at 50 points each.
        seed: Draws the same samples again; a random one by default.
        on_progress: Told after each window and product how many of all were compared, and of how many.
        stop: Ends it in order when asked; what was compared until then counts.

    Returns:
        What was compared, and what differs.

    Raises:
        InvalidRequest: an argument cannot be used, such as a negative number; before anything is sent.
        StateError: there is no such state, it cannot be read, or no run of it has ended.
        CJError: a call failed for good.
    """
    check("crawl.verify", cj=cj, products=products, windows=windows, seed=seed, stop=stop)
    check("crawl.verify", on_progress=on_progress)
    path = state_of(state, "crawl.verify")
    seed = Random().randrange(2**32) if seed is None else seed
    sample = await look(path, _drawn, str(path), Random(seed), products, windows)
    return await _Comparison(cj, path, sample, on_progress).made(seed, stop)


class _Sample(NamedTuple):
    """What is to be compared.

    Attributes:
        list: The list that the state is about.
        filters: Its filters.
        features: What its rows hold beyond the ordinary.
        terms: What it is like.
        since: Creation time from which products are known; None for all.
        until: Creation time up to which they are.
        starts: Where windows begin; None for the very beginning.
        pids: Products to ask for.
    """

    list: ProductList
    filters: Mapping[str, Any]
    features: Sequence[str]
    terms: Terms
    since: int | None
    until: int
    starts: Sequence[int | None]
    pids: Sequence[str]

    def is_due(self, created: int | None) -> bool:
        """Whether a row was there for the run to find, for all that its rounded time says."""
        if created is None or created > self.until - (self.terms.grain - 1):
            return False
        return self.since is None or created >= self.since


class _Comparison:
    """Compares a sample."""

    def __init__(
        self,
        cj: CJClient,
        path: Path,
        sample: _Sample,
        told: Callable[[int, int], None] | None = None,
    ) -> None:
        self._cj = background(cj, in_line=1)
        self._path = path
        self._sample = sample
        clock = WallClock()
        limits = Limits(waits=False)
        self._budget = Budget(limits, lambda: self._cj.points, clock, lambda _: None)
        self._calls = Calls(self._budget, clock)
        self._told = told
        self._done = 0

    async def _stopped_by(self, stop: Stop) -> None:
        self._budget.stop(await stop.wait())

    def _step(self) -> None:
        self._done += self._budget.stopped is None
        if self._told is not None:
            self._told(self._done, len(self._sample.starts) + len(self._sample.pids))

    async def made(self, seed: int, stop: Stop | None) -> Verification:
        """The result, at the end or when it is asked to stop."""
        if stop is None:
            return await self._made(seed)
        stopping = asyncio.create_task(self._stopped_by(stop))
        try:
            return await self._made(seed)
        finally:
            stopping.cancel()

    async def _made(self, seed: int) -> Verification:
        rows, windows = dict[str, Row](), 0
        for start in self._sample.starts:
            page = await self._window(start)
            windows += page is not None
            rows |= {row.pid: row for row in page or ()}
            self._step()
        there = dict[str, bool | None]()
        for pid in self._sample.pids:
            there[pid] = await self._is_there(pid)
            self._step()
        known = await look(self._path, _known, [row.key for row in rows.values()])
        return Verification(
            seed=seed,
            windows=windows,
            rows=sum(pid in known or self._sample.is_due(row.created) for pid, row in rows.items()),
            products=sum(answer is not None for answer in there.values()),
            missing=tuple(
                pid
                for pid, row in rows.items()
                if pid not in known and self._sample.is_due(row.created)
            ),
            changed=tuple(
                row.pid for row in rows.values() if known.get(row.pid, row.hash) != row.hash
            ),
            gone=tuple(pid for pid, answer in there.items() if answer is False),
            points=self._budget.spent,
            stopped=self._budget.stopped,
        )

    async def _window(self, start: int | None) -> list[Row] | None:
        """The rows of a window's first page; None when no more calls may be made."""
        sample = self._sample
        segment = Segment(start=start, end=sample.until, cursor=start)
        ask = ask_of(segment, sample.terms)
        call = partial(sample.list.fetch, self._cj, ask, sample.filters, sample.features)
        for fetched in await self._calls.make(call, sample.list.points, 0):
            watched = attrgetter(*sample.list.watched)
            return rows_of(fetched.rows, fetched.seen.times, pid=sample.list.pid, watched=watched)
        return None

    async def _is_there(self, pid: str) -> bool | None:
        """Whether CJ knows a product; None when no more calls may be made."""
        call = partial(self._cj.products.get, pid=pid)
        for _ in range(_ASKS):
            try:
                answer = await self._calls.make(call, points_of("products.get"), 0)
            except NotFound:
                continue
            return True if answer else None
        return False


def _drawn(database: Database, name: str, chance: Random, products: int, windows: int) -> _Sample:
    ended = [run for run in _runs.all_runs(database) if run.ended is not None]
    if not ended:
        raise StateError(name, "no run of it has ended yet: go on with it first")
    newest = ended[-1]
    plan = newest.about
    rows = LISTS[plan["profile"]]
    bounds = [run.since for run in ended if run.since is not None]
    since = min(bounds) if len(bounds) == len(ended) else None
    until = max(run.until for run in ended)
    return _Sample(
        list=rows,
        filters=typed(plan["filters"]),
        features=plan["features"],
        terms=msgspec.structs.replace(rows.terms, slack=newest.slack),
        since=since,
        until=until,
        starts=_starts(database, chance, windows, since, until),
        pids=_samples.pids(database, chance, products),
    )


def _starts(
    database: Database, chance: Random, windows: int, since: int | None, until: int
) -> list[int | None]:
    """Half of the windows begin where products are many; one at the start, the others at any time."""
    earliest = _samples.earliest(database, until)
    if earliest is None:
        return []
    known = _samples.times(database, chance, windows - windows // 2, until)
    anywhere = [chance.randint(earliest, until) for _ in range(windows - len(known) - 1)]
    return [*known, *[since][: windows - len(known)], *anywhere]


def _known(database: Database, keys: Sequence[Key]) -> dict[str, int | None]:
    """The hashes of known products; None for one that was gone."""
    parts = [keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE)]
    found = {pid: known for part in parts for pid, known in _items.known(database, 0, part).items()}
    return {pid: None if is_gone else value for pid, (value, _, is_gone) in found.items()}
