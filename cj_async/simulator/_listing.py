"""Which products are on this page? Filters, order and the row cap of both product lists."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import compress, islice
from typing import NamedTuple

from ._answers import Refusal, Refused
from ._catalog import Catalog
from ._filters import Filter
from ._masks import all_but, all_of
from ._parameters import Query, Value

Column = Callable[[Catalog], Sequence[int]]
_REMEMBERED = 32


@dataclass(frozen=True, slots=True)
class Order:
    """By which column a list is sorted, and which way; no column is the catalog's own order."""

    name: str
    column: Column | None
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
        cap: how many rows a list shows at most and tells of; None for all.
    """

    def __init__(self, catalog: Catalog, cap: int | None) -> None:
        self._catalog = catalog
        self._cap = cap
        self._orders: dict[tuple[str, bool], array[int]] = {}
        self._results: OrderedDict[tuple[object, ...], _Hits] = OrderedDict()
        self._hidden: set[int] = set()

    def hide(self, number: int) -> None:
        """Leave a product out from now on."""
        self._hidden.add(number)
        self._results.clear()

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
        return _Hits(shown, total if self._cap is None else min(total, self._cap))

    def _sorted(self, order: Order) -> Sequence[int]:
        if order.column is None:
            return range(self._catalog.count)
        key = (order.name, order.descending)
        if key not in self._orders:
            column = order.column(self._catalog)
            numbers = range(self._catalog.count)
            self._orders[key] = array(
                "I", sorted(numbers, key=column.__getitem__, reverse=order.descending)
            )
        return self._orders[key]
