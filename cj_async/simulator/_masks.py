"""Which products does a condition keep? One byte for each product, 1 or 0, made in C.

A million products are masked in milliseconds: codes by ``bytes.translate``, numbers by ``map`` over
a bound comparison, conjunctions as one big integer.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from ._catalog import SKU_LENGTH, Catalog
from ._columns import hits
from ._vocabulary import ADJECTIVES, CATEGORIES, MATERIALS, NOUNS, WAREHOUSES

Mask = bytes
T = TypeVar("T")
_SKU_HEAD = 6
_LOWEST_TAIL, _HIGHEST_TAIL = "AA00000", "ZZ99999"


def codes(column: bytes, wanted: Iterable[int]) -> Mask:
    """Products whose code is one of those wanted."""
    return column.translate(hits(wanted))


def at_least(column: array[int], bound: float) -> Mask:
    """Products whose number is not below the bound."""
    return bytes(map(bound.__le__, column))


def at_most(column: array[int], bound: float) -> Mask:
    """Products whose number is not above the bound."""
    return bytes(map(bound.__ge__, column))


def only(catalog: Catalog, number: int | None) -> Mask:
    """One product, or none at all."""
    mask = bytearray(catalog.count)
    if number is not None:
        mask[number] = 1
    return bytes(mask)


def all_of(masks: Sequence[Mask]) -> Mask:
    """Products that every mask keeps; at least one mask."""
    kept = int.from_bytes(masks[0], "little")
    for mask in masks[1:]:
        kept &= int.from_bytes(mask, "little")
    return kept.to_bytes(len(masks[0]), "little")


def any_of(masks: Sequence[Mask]) -> Mask:
    """Products that some mask keeps; at least one mask."""
    kept = 0
    for mask in masks:
        kept |= int.from_bytes(mask, "little")
    return kept.to_bytes(len(masks[0]), "little")


def stocked_in(catalog: Catalog, countries: Iterable[str]) -> Mask:
    """Products with stock in one of the countries."""
    wanted = {country.upper() for country in countries}
    columns = [
        column
        for house, column in zip(WAREHOUSES, catalog.stock_by_area, strict=True)
        if house.country in wanted
    ]
    return any_of([bytes(catalog.count), *(bytes(map(bool, column)) for column in columns)])


def stocked_abroad(catalog: Catalog) -> Mask:
    """Products with stock outside China."""
    return stocked_in(catalog, [house.country for house in WAREHOUSES[1:]])


def in_categories(catalog: Catalog, ids: Iterable[str]) -> Mask:
    """Products of categories of any of the three levels."""
    wanted = set(ids)
    nouns = [
        number
        for number, noun in enumerate(NOUNS)
        if wanted.intersection(catalog.category_levels[noun.category])
    ]
    return codes(catalog.noun, nouns)


def named(catalog: Catalog, keyword: str) -> Mask:
    """Products in whose English name every word of the keyword occurs, in any spelling of case."""
    words = keyword.lower().split()
    return all_of([_with_word(catalog, word) for word in words] or [bytes(catalog.count)])


def named_or_numbered(catalog: Catalog, keyword: str) -> Mask:
    """Products that are named so, or whose SKU begins so."""
    return any_of([named(catalog, keyword), _with_sku(catalog, keyword.strip().upper())])


def named_in_chinese(catalog: Catalog, text: str) -> Mask:
    """Products one of whose Chinese names contains the text."""
    return any_of(
        [
            codes(catalog.noun, _places(NOUNS, lambda noun: text in noun.chinese)),
            codes(catalog.adjective, _places(ADJECTIVES, lambda term: text in term.chinese)),
            codes(catalog.material, _places(MATERIALS, lambda term: text in term.chinese)),
        ]
    )


def _with_word(catalog: Catalog, word: str) -> Mask:
    return any_of(
        [
            codes(catalog.noun, _places(NOUNS, lambda noun: word in noun.english.lower())),
            codes(
                catalog.adjective, _places(ADJECTIVES, lambda term: word in term.english.lower())
            ),
            codes(catalog.material, _places(MATERIALS, lambda term: word in term.english.lower())),
        ]
    )


def _with_sku(catalog: Catalog, start: str) -> Mask:
    """A start of a SKU is a start of a category's code, and a run of product numbers."""
    categories = set(
        _places(CATEGORIES, lambda each: f"CJ{each.code}".startswith(start[:_SKU_HEAD]))
    )
    nouns = [number for number, noun in enumerate(NOUNS) if noun.category in categories]
    mask = codes(catalog.noun, nouns)
    tail = start[_SKU_HEAD:]
    if not tail:
        return mask
    first, last = _run(catalog, tail)
    return all_of([mask, bytes(first) + b"\1" * (last - first) + bytes(catalog.count - last)])


def _run(catalog: Catalog, tail: str) -> tuple[int, int]:
    """The product numbers whose SKUs end in a text that begins so."""
    most = SKU_LENGTH - _SKU_HEAD
    low, high = tail + _LOWEST_TAIL[len(tail) :], tail + _HIGHEST_TAIL[len(tail) :]
    if len(tail) > most or not (low[:2].isascii() and low[:2].isalpha() and low[2:].isdecimal()):
        return 0, 0
    first, last = (Catalog.number_of_sku_tail(end) for end in (low, high))
    return min(first, catalog.count), min(last + 1, catalog.count)


def _places(terms: Sequence[T], fits: Callable[[T], bool]) -> list[int]:
    return [place for place, term in enumerate(terms) if fits(term)]
