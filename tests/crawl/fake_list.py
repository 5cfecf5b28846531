"""A product list in memory that can lie in every way a crawl has to notice or survive."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from random import Random
from typing import Literal

import msgspec
from msgspec.structs import replace

from cj_async.crawl._segment import Ask, Seen

YOUNG = 10_000_000_000
"""Creation time of the first product that comes after a crawl began, milliseconds."""

Totals = Literal["capped", "true", "none"]


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A product. Times are milliseconds since 1970, prices cents; below 0 for one that has none."""

    pid: str
    created: int
    category: str
    price: int


@dataclass
class FakeList:
    """Products, and how they are shown.

    Attributes:
        items: Those on the shelves, by id.
        size: Rows of a page.
        cap: Rows that a query shows; None for all.
        totals: Whether totals stop at the cap, tell the truth, or are left out.
        grain: Times are shown as the beginning of so many milliseconds.
        is_sorted: Whether it sorts by creation time.
        is_sorted_by_page: Pages are of no order, but each is sorted in itself.
        ignores: Which of ``start``, ``end``, ``category``, ``price`` it passes over.
        excludes_start: Whether a start bound leaves out its own moment.
        excludes_end: Whether an end bound does.
        hidden: Products that are counted, and taken out of their page.
        undated: Products that are shown without a time; when all are, new ones are, too.
        hides_undated: Whether those have none, indeed: they come first, and match no start.
        shortened: Numbers of calls, from 1, whose page lacks its last two rows.
        empty: Numbers of calls, from 1, that are answered by an empty page.
        empty_total: What such a page tells as total.
        calls: How many there were.
    """

    items: dict[str, Item]
    size: int = 5
    cap: int | None = 20
    totals: Totals = "capped"
    grain: int = 1
    is_sorted: bool = True
    is_sorted_by_page: bool = False
    ignores: Collection[str] = ()
    excludes_start: bool = False
    excludes_end: bool = False
    hidden: Collection[str] = ()
    undated: Collection[str] = ()
    hides_undated: bool = False
    shortened: Collection[int] = ()
    empty: Collection[int] = ()
    empty_total: int | None = None
    calls: int = 0
    gone: set[str] = field(default_factory=set[str])

    def query(self, ask: Ask) -> tuple[list[Item], Seen]:
        """The rows of a page, and what it shows."""
        self.calls += 1
        offset = (ask.page - 1) * self.size
        if self.cap is not None and offset >= self.cap:
            return [], Seen(beyond_cap=True)
        if self.calls in self.empty:
            return [], Seen(total=self.empty_total)
        found = self._ordered([each for each in self.items.values() if self._matches(each, ask)])
        shown = found if self.cap is None else found[: self.cap]
        rows = [each for each in shown[offset : offset + self.size] if each.pid not in self.hidden]
        if self.calls in self.shortened:
            rows = rows[:-2]
        if self.is_sorted_by_page:
            rows.sort(key=attrgetter("created"))
        return rows, Seen(
            times=tuple(self._time(each) for each in rows),
            total=self._total(len(found), len(shown)),
            misfits=sum(not _fits(each, ask) for each in rows),
        )

    def delete(self, pids: Iterable[str]) -> None:
        """Takes products off the shelves."""
        for pid in pids:
            if self.items.pop(pid, None) is not None:
                self.gone.add(pid)

    def insert(self, many: int) -> None:
        """Puts new products on the shelves."""
        for _ in range(many):
            number = len(self.items) + len(self.gone)
            item = Item(pid=f"n{number}", created=YOUNG + number, category="a", price=500)
            if self.items and self.items.keys() <= set(self.undated):
                self.undated = {*self.undated, item.pid}
            self.items[item.pid] = item

    def reprice(self, pid: str, price: int) -> None:
        """Changes the price of a product."""
        self.items[pid] = replace(self.items[pid], price=price)

    def _matches(self, item: Item, ask: Ask) -> bool:
        bounds = {"start": ask.start, "end": ask.end}
        start, end = (None if name in self.ignores else bounds[name] for name in bounds)
        if start is not None and self.hides_undated and item.pid in self.undated:
            return False
        if start is not None and not (item.created >= start + self.excludes_start):
            return False
        if end is not None and not (item.created <= end - self.excludes_end):
            return False
        if "category" not in self.ignores and ask.category not in (None, item.category):
            return False
        return "price" in self.ignores or _costs(item, ask)

    def _ordered(self, items: list[Item]) -> list[Item]:
        if self.is_sorted and not self.is_sorted_by_page:
            return sorted(items, key=self._rank)
        return sorted(items, key=lambda each: Random(each.pid).random())

    def _rank(self, item: Item) -> tuple[bool, int, str]:
        is_first = self.hides_undated and item.pid in self.undated
        return not is_first, item.created, item.pid

    def _time(self, item: Item) -> int | None:
        return None if item.pid in self.undated else item.created - item.created % self.grain

    def _total(self, found: int, shown: int) -> int | None:
        return {"capped": shown, "true": found, "none": None}[self.totals]


def _costs(item: Item, ask: Ask) -> bool:
    return (ask.low is None or item.price >= ask.low) and (
        ask.high is None or item.price <= ask.high
    )


def _fits(item: Item, ask: Ask) -> bool:
    return ask.category in (None, item.category) and _costs(item, ask)
