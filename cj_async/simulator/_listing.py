"""Which products are on this page? Filters, order and the row cap of both product lists."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from itertools import compress, filterfalse, islice
from typing import NamedTuple

from ._answers import Refusal, Refused
from ._catalog import Catalog
from ._filters import Filter
from ._masks import all_but, all_of
from ._parameters import Query, Value

Column = Callable[[Catalog], Sequence[int]]
_REMEMBERED = 32
_MOST_PUT_IN = 1000


@dataclass(frozen=True, slots=True)
class Order:
    """By which column a list is sorted, and which way; no column is the catalog's own order."""

    name: str
    column: Column | None = field(compare=False)
    descending: bool


class Page(NamedTuple):
    """The products of one page, and how many match in all (as far as the list tells)."""

    numbers: Sequence[int]
    total: int


class _Hits(NamedTuple):
    numbers: array[int]
    total: int


class Listing:
    """The two lists over one catalog; sorted orders and the newest results are remembered.

    Args:
        catalog: the products.
        cap: how many rows a list shows at most; None for all.
        capped_totals: whether it tells of no more than it shows.
    """

    def __init__(self, catalog: Catalog, cap: int | None, *, capped_totals: bool = True) -> None:
        self._catalog = catalog
        self._cap = cap
        self._most = cap if capped_totals else None
        self._orders: dict[Order, array[int]] = {}
        self._results: OrderedDict[tuple[object, ...], _Hits] = OrderedDict()
        self._hidden: set[int] = set()

    def hide(self, number: int) -> None:
        """Leave a product out from now on."""
        self._hidden.add(number)
        self._results.clear()

    def put(self, numbers: Collection[int]) -> None:
        """Show products where they belong now: they are new, or changed."""
        if not numbers:
            return
        self._results.clear()
        if len(numbers) > _MOST_PUT_IN:
            self._orders.clear()
        for order, sorted_numbers in self._orders.items():
            self._orders[order] = self._put_into(order, sorted_numbers, set(numbers))

    def reset(self, hidden: Collection[int]) -> None:
        """Leave out these products and no others, and forget all that is remembered."""
        self._hidden = set(hidden)
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
        found = self._found(filters, query, order)
        return Page(found.numbers[offset : offset + size], found.total)

    def _found(self, filters: Sequence[Filter], query: Query, order: Order) -> _Hits:
        asked = [each for each in filters if each.parameter in query]
        values: tuple[tuple[str, Value], ...] = tuple(
            (each.parameter, query[each.parameter]) for each in asked
        )
        key = (id(filters), values, order.name, order.descending)
        found = self._results.get(key)
        if found is None:
            found = self._results[key] = self._search(asked, query, order)
            if len(self._results) > _REMEMBERED:
                self._results.popitem(last=False)
        else:
            self._results.move_to_end(key)
        return found

    def _search(self, asked: Sequence[Filter], query: Query, order: Order) -> _Hits:
        masks = [mask for each in asked if (mask := each.mask(self._catalog, query)) is not None]
        if self._hidden:
            masks.append(all_but(self._catalog, self._hidden))
        numbers = self._sorted(order)
        total = self._catalog.count
        if masks:
            kept_by_all = all_of(masks)
            total = kept_by_all.count(1)
            kept = compress(numbers, map(kept_by_all.__getitem__, numbers))
            shown = array("I", islice(kept, self._cap))
        else:
            shown = array("I", islice(numbers, self._cap))
        return _Hits(shown, total if self._most is None else min(total, self._most))

    def _sorted(self, order: Order) -> Sequence[int]:
        if order.column is None:
            return range(self._catalog.count)
        if order not in self._orders:
            self._orders[order] = _in_order(order.column(self._catalog), order.descending)
        return self._orders[order]

    def _put_into(self, order: Order, numbers: array[int], moved: set[int]) -> array[int]:
        """Products of equal value stay in the order of their numbers, as sorting leaves them."""
        assert order.column is not None
        column, sign = order.column(self._catalog), -1 if order.descending else 1

        def rank(number: int) -> tuple[int, int]:
            return sign * column[number], number

        are_new = min(moved) >= len(numbers)
        others = numbers if are_new else array("I", filterfalse(moved.__contains__, numbers))
        for number in moved:
            others.insert(bisect_left(others, rank(number), key=rank), number)
        return others


def _in_order(column: Sequence[int], descending: bool) -> array[int]:
    """The numbers of all products by their value; those of equal value by number.

    Value and number are sorted as one integer: half the memory of sorting by a key.
    """
    bits = len(column).bit_length()
    number_of, sign = (1 << bits) - 1, -1 if descending else 1
    packed = [(sign * value << bits) | number for number, value in enumerate(column)]
    packed.sort()
    return array("I", (each & number_of for each in packed))
