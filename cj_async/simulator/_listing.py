"""Which products are on this page? Filters, order and the row cap of both product lists."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, field
from itertools import compress, filterfalse, islice
from math import inf
from typing import NamedTuple

from ._answers import Refusal, Refused
from ._catalog import Catalog
from ._filters import Filter
from ._masks import all_of
from ._parameters import Query
from ._sequence import edited, in_order, rank_by, window

Column = Callable[[Catalog], Sequence[int]]
_REMEMBERED = 32
_MOST_NUMBERS = 4_000_000  # of all that is remembered: 16 MB
_SHARE_OF_EDITS = 4  # when a quarter of the catalog moves, sorting anew is as fast
_SHARE_OF_WINDOW = 16  # a sixteenth of the catalog is sorted faster than all of it is masked


@dataclass(frozen=True, slots=True)
class Order:
    """By which column a list is sorted, and which way; no column is the catalog's own order."""

    name: str
    column: Column | None = field(compare=False)
    descending: bool


_OLDEST_FIRST = Order("created", lambda catalog: catalog.created, False)


class Page(NamedTuple):
    """The products of one page, and how many match in all (as far as the list tells)."""

    numbers: Sequence[int]
    total: int


class _Hits(NamedTuple):
    """What matches: ``numbers`` from ``first`` on, or the beginning of them, and how many."""

    numbers: Sequence[int]
    first: int
    total: int


class _Asked(NamedTuple):
    """The filters that a query asks for, and what the times of creation are bound to."""

    filters: Sequence[Filter]
    query: Query
    since: float
    until: float

    @property
    def key(self) -> Hashable:
        """What is asked for; a parameter of the same name means something else to the other list."""
        return tuple((each, self.query[each.parameter]) for each in self.filters)

    @property
    def is_timed(self) -> bool:
        return (self.since, self.until) != (-inf, inf)

    def without_times(self) -> _Asked:
        others = [each for each in self.filters if not (each.since or each.until)]
        return _Asked(others, self.query, -inf, inf)


class Listing:
    """The two lists over one catalog; sorted orders and the newest results are remembered.

    A window of creation times is bisected in the order by creation, so that a crawl that seeks
    from moment to moment pays for its pages, not for the catalog.

    Args:
        catalog: the products.
        cap: how many rows a list shows at most; None for all.
        capped_totals: whether it tells of no more than it shows.
        ignores: query parameters that both lists pass over.

    Attributes:
        ignores: those.
    """

    def __init__(
        self,
        catalog: Catalog,
        cap: int | None,
        *,
        capped_totals: bool = True,
        ignores: frozenset[str] = frozenset(),
    ) -> None:
        self.ignores = ignores
        self._catalog = catalog
        self._cap = cap
        self._most = cap if capped_totals else None
        self._known = catalog.count
        self._orders: dict[Order, array[int]] = {}
        self._results: OrderedDict[Hashable, _Hits] = OrderedDict()
        self._hidden: set[int] = set()

    def hide(self, numbers: Collection[int]) -> None:
        """Leave products out from now on."""
        gone = set(numbers) - self._hidden
        self._hidden |= gone
        self._edit((), gone, ())

    def put(self, numbers: Collection[int]) -> None:
        """Show products where they belong now: they are new, or changed."""
        shown = set(numbers) - self._hidden
        added = {number for number in shown if number >= self._known}
        self._known = self._catalog.count
        self._edit(added, (), shown - added)

    def reset(self, hidden: Collection[int]) -> None:
        """Leave out these products and no others, and forget all that is remembered."""
        self._hidden = set(hidden)
        self._known = self._catalog.count
        self._results.clear()
        self._orders.clear()

    def page(
        self, filters: Sequence[Filter], query: Query, order: Order, number: int, size: int
    ) -> Page:
        """One page; pages count from 1.

        Raises:
            Refused: a filter's value makes no sense, or the page begins beyond the cap.
        """
        offset = (number - 1) * size
        if self._cap is not None and offset >= self._cap:
            raise Refused(Refusal(1600300, f"Param error, the max offset is {self._cap}"))
        found = self._found(_asked(filters, query), order)
        shown = found.total if self._cap is None else min(found.total, self._cap)
        begin, end = (found.first + min(each, shown) for each in (offset, offset + size))
        total = found.total if self._most is None else min(found.total, self._most)
        return Page(found.numbers[begin:end], total)

    def _found(self, asked: _Asked, order: Order) -> _Hits:
        if asked.is_timed and self._is_by_time(order):
            return self._in_window(asked, order)
        return self._remembered((asked.key, order), lambda: self._searched(asked, order))

    def _searched(self, asked: _Asked, order: Order) -> _Hits:
        if asked.is_timed:
            in_window = self._in_window(asked, _OLDEST_FIRST)
            if in_window.total * _SHARE_OF_WINDOW <= self._catalog.count:
                return self._rearranged(in_window, order)
        return self._beginning(asked, order)

    def _remembered(self, key: Hashable, find: Callable[[], _Hits]) -> _Hits:
        found = self._results.get(key)
        if found is None:
            found = self._results[key] = find()
            self._forget()
        else:
            self._results.move_to_end(key)
        return found

    def _forget(self) -> None:
        """What was not asked for lately, when there is too much; never the newest."""
        held = sum(len(found.numbers) for found in self._results.values())
        while len(self._results) > 1 and (held > _MOST_NUMBERS or len(self._results) > _REMEMBERED):
            held -= len(self._results.popitem(last=False)[1].numbers)

    def _in_window(self, asked: _Asked, order: Order) -> _Hits:
        """All that was created in the window, in an order by creation."""
        others = asked.without_times()
        found = self._remembered(("all", others.key, order), lambda: self._all(others, order))
        first, last = window(
            found.numbers, self._catalog.created, order.descending, asked.since, asked.until
        )
        return _Hits(found.numbers, first, last - first)

    def _rearranged(self, hits: _Hits, order: Order) -> _Hits:
        numbers = hits.numbers[hits.first : hits.first + hits.total]
        if order.column is None:
            return _Hits(array("I", sorted(numbers)), 0, hits.total)
        column = order.column(self._catalog)
        return _Hits(in_order(numbers, column, order.descending), 0, hits.total)

    def _all(self, asked: _Asked, order: Order) -> _Hits:
        """All that matches, beyond the cap too."""
        numbers, kept = self._sorted(order), self._mask(asked)
        if kept is not None:
            numbers = array("I", compress(numbers, map(kept.__getitem__, numbers)))
        return _Hits(numbers, 0, len(numbers))

    def _beginning(self, asked: _Asked, order: Order) -> _Hits:
        """What matches as far as it is shown, and how many match in all."""
        numbers, kept = self._sorted(order), self._mask(asked)
        if kept is None:
            return _Hits(numbers, 0, len(numbers))
        shown = islice(compress(numbers, map(kept.__getitem__, numbers)), self._cap)
        return _Hits(array("I", shown), 0, kept.count(1) - sum(map(kept.__getitem__, self._hidden)))

    def _mask(self, asked: _Asked) -> bytes | None:
        masks = [each.mask(self._catalog, asked.query) for each in asked.filters]
        asking = [mask for mask in masks if mask is not None]
        return all_of(asking) if asking else None

    def _sorted(self, order: Order) -> Sequence[int]:
        """The products on the shelves."""
        if order.column is None and not self._hidden:
            return range(self._catalog.count)
        if order not in self._orders:
            self._orders[order] = self._made(order)
        return self._orders[order]

    def _made(self, order: Order) -> array[int]:
        every = range(self._catalog.count)
        shown = array("I", filterfalse(self._hidden.__contains__, every)) if self._hidden else every
        if order.column is None:
            return array("I", shown)
        return in_order(shown, order.column(self._catalog), order.descending)

    def _edit(
        self, added: Collection[int], gone: Collection[int], changed: Collection[int]
    ) -> None:
        """Keep every order sorted. What was created when does not change, nor do numbers."""
        edits = len(added) + len(gone) + len(changed)
        if not edits:
            return
        self._results.clear()
        if edits * _SHARE_OF_EDITS > self._catalog.count:
            self._orders.clear()
        for order, numbers in self._orders.items():
            column = None if order.column is None else order.column(self._catalog)
            rank = rank_by(column, order.descending)
            if changed and column is not None and not self._is_by_time(order):
                others = array("I", filterfalse(set(changed).__contains__, numbers))
                self._orders[order] = edited(others, rank, (*added, *changed), gone)
            elif added or gone:
                self._orders[order] = edited(numbers, rank, added, gone)

    def _is_by_time(self, order: Order) -> bool:
        return order.column is not None and order.column(self._catalog) is self._catalog.created


def _asked(filters: Sequence[Filter], query: Query) -> _Asked:
    asked = [each for each in filters if each.parameter in query]
    since = max((each.since(query) for each in asked if each.since), default=-inf)
    until = min((each.until(query) for each in asked if each.until), default=inf)
    return _Asked(asked, query, since, until)
