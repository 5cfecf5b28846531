"""Where do products stand in a sorted list, and how does it stay sorted while they come and go?

A sorted list is an array of product numbers; values and directions are told by a rank. A million
products are 4 MB, a place in them is found by bisection, and many edits are one copy.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Sequence

Rank = Callable[[int], tuple[int, int]]
"""What a product is sorted by; those of equal value stand in the order of their numbers."""


def rank_by(column: Sequence[int] | None, descending: bool) -> Rank:
    """The rank by a column; without one it is the number alone."""
    if column is None:
        return lambda number: (0, number)
    if descending:
        return lambda number: (-column[number], number)
    return lambda number: (column[number], number)


def in_order(numbers: Collection[int], column: Sequence[int], descending: bool) -> array[int]:
    """Products by their value; those of equal value by number.

    Value and number are sorted as one integer: half the memory of sorting by a key.
    """
    bits = len(column).bit_length()
    number_of, sign = (1 << bits) - 1, -1 if descending else 1
    packed = [(sign * column[number] << bits) | number for number in numbers]
    packed.sort()
    return array("I", (each & number_of for each in packed))


def edited(
    numbers: array[int], rank: Rank, added: Iterable[int] = (), gone: Collection[int] = ()
) -> array[int]:
    """A sorted list with some products more, and others less.

    Args:
        numbers: the list; it stays as it is.
        rank: what it is sorted by.
        added: products that do not stand in it.
        gone: products that do, and are ranked as they were.
    """
    kept, after = array("I"), 0
    for number in sorted((*added, *gone), key=rank):
        place = bisect_left(numbers, rank(number), after, key=rank)
        kept += numbers[after:place]
        if number in gone:
            after = place + 1
        else:
            kept.append(number)
            after = place
    return kept + numbers[after:]


def window(
    numbers: Sequence[int], column: Sequence[int], descending: bool, low: float, high: float
) -> tuple[int, int]:
    """Where, in a list sorted by a column, the values from ``low`` to ``high`` begin and end."""
    if descending:
        low, high = -high, -low
    sign = -1 if descending else 1
    first = bisect_left(numbers, low, key=lambda number: sign * column[number])
    last = bisect_right(numbers, high, first, key=lambda number: sign * column[number])
    return first, last
