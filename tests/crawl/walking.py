"""Walks over a `FakeList` with the real state: several workers by turns, in a random order."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from operator import attrgetter
from random import Random
from typing import NamedTuple

from msgspec.structs import replace

from cj_async.crawl._segment import Segment, Terms, ask_of
from cj_async.crawl._state import _pages, _runs, _segments
from cj_async.crawl._state._schema import TABLES
from cj_async.crawl._state._work import next_work
from cj_async.crawl._verdict import Judged, judge, summed
from tests.crawl.fake_list import YOUNG, FakeList

UNTIL = YOUNG - 1


class Walked(NamedTuple):
    """What a walk came to."""

    found: set[str]
    judged: Judged
    segments: list[Segment]
    run: _runs.Run


class Endless(AssertionError):
    """It did not come to its end."""


def database() -> sqlite3.Connection:
    """An empty state in memory."""
    made = sqlite3.connect(":memory:", isolation_level=None)
    for statement in TABLES.split(";\n"):
        if statement.strip():
            made.execute(statement)
    return made


def walk(
    fake: FakeList,
    terms: Terms,
    *,
    workers: int = 1,
    seed: int = 0,
    meanwhile: Callable[[FakeList, Random], None] | None = None,
    categories: Sequence[str] = ("a", "b", "c"),
    most: int = 5_000,
) -> Walked:
    """Reads a list to its end.

    Args:
        fake: The list.
        terms: What it is taken to be like.
        workers: How many read it by turns; one of three belongs to another process.
        seed: Of the turns.
        meanwhile: Called before each call of the list.
        categories: What CJ says that there is.
        most: Calls after which it counts as endless.
    """
    chance = Random(seed)
    state = database()
    run = _runs.begin(state, "{}", since=None, until=UNTIL, cap=terms.cap, slack=terms.slack)
    _segments.add(state, run, [Segment(end=UNTIL)])
    hands = [_Hand(state, run, 1 + (place % 3 == 2), terms, workers) for place in range(workers)]
    while hands:
        hand = chance.choice(hands)
        if hand.is_done:
            hands.remove(hand)
        elif hand.segment is None:
            hand.take_work()
        else:
            if meanwhile is not None:
                meanwhile(fake, chance)
            hand.read(fake, categories, chance.random())
        if fake.calls > most:
            raise Endless(fake.calls)
    return _walked(state, run)


def _walked(state: sqlite3.Connection, run: int) -> Walked:
    segments = [*_segments.every(state, run)]
    known = _runs.run_of(state, run)
    found = {pid for (pid,) in state.execute("SELECT pid FROM items")}
    state.close()
    return Walked(found, judge(summed(segments), known.doubts), segments, known)


class _Hand:
    """One of those that read side by side: takes work, asks, and commits later."""

    def __init__(
        self, state: sqlite3.Connection, run: int, worker: int, terms: Terms, parallel: int
    ) -> None:
        self._state, self._run, self._worker = state, run, worker
        self._terms, self._parallel = terms, parallel
        self.segment: Segment | None = None
        self.is_done = False
        self._answer: _pages.Page | None = None

    def take_work(self) -> None:
        work = next_work(self._state, self._run, self._worker, self._terms, (), 0.0)
        self.is_done = work is None
        if isinstance(work, Segment):
            self.segment = work

    def read(self, fake: FakeList, categories: Sequence[str], luck: float) -> None:
        """Asks for a page, or commits the one that came."""
        assert self.segment is not None
        if self._answer is None:
            self._answer = self._asked(fake, self.segment)
            if luck < 0.5:
                return  # others come in between
        self._commit(self._answer, categories)
        self._answer = None

    def _asked(self, fake: FakeList, segment: Segment) -> _pages.Page:
        ask = ask_of(segment, self._terms)
        items, seen = fake.query(ask)
        if seen.beyond_cap:
            self._terms = replace(self._terms, cap=fake.cap)
        return _pages.Page(
            ask=ask,
            models=items,
            seen=seen,
            pid=attrgetter("pid"),
            watched=attrgetter("price"),
            terms=self._terms,
            points=50,
            moment="",
            parallel=self._parallel,
        )

    def _commit(self, page: _pages.Page, categories: Sequence[str]) -> None:
        assert self.segment is not None
        page = replace(page, terms=self._terms)
        held = (self._state, self._run, self._worker, self.segment.id)
        _runs.add(self._state, self._run, requests=1)
        committed = _pages.commit(*held, page)
        if committed.wants_categories:
            committed = _pages.commit(*held, replace(page, categories=tuple(categories)))
        self._terms = committed.terms or self._terms
        moved = committed.segment
        self.segment = moved if moved is not None and moved.state == "open" else None
