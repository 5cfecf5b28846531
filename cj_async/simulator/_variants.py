"""What is true about each variant of a product? Derived from the product, so that sums agree."""

from __future__ import annotations

from typing import NamedTuple

from ._catalog import SKU_LENGTH, Catalog
from ._vocabulary import COLORS, SIZES, WAREHOUSES

_MOST_VARIANTS = 8


class Stock(NamedTuple):
    """Pieces in one warehouse: all of them, and those that CJ holds; ``area`` counts from 0."""

    area: int
    total: int
    at_cj: int


def vid(catalog: Catalog, number: int, place: int) -> str:
    """The id of a product's variant; ``place`` is 0 for the first."""
    own = number * _MOST_VARIANTS + place
    ids = catalog.vids
    return ids.uuid(own) if ids.prefers_uuid(number) else str(ids.long(own))


def find(catalog: Catalog, wanted: str) -> tuple[int, int] | None:
    """The product and place of a variant id; None when there is none."""
    own = catalog.vids.number(wanted)
    if own is None:
        return None
    number, place = divmod(own, _MOST_VARIANTS)
    known = number < catalog.count and place < catalog.variants[number]
    return (number, place) if known and vid(catalog, number, place) == wanted else None


def find_sku(catalog: Catalog, wanted: str) -> tuple[int, int] | None:
    """The product and place of a variant SKU; None when there is none."""
    number = catalog.number_of_sku(wanted[:SKU_LENGTH])
    if number is None:
        return None
    places = range(catalog.variants[number])
    return next(
        ((number, place) for place in places if sku(catalog, number, place) == wanted), None
    )


def options(catalog: Catalog, number: int) -> str:
    """What the variants differ in: "Color", "Color-Size", or "" for a single variant."""
    if catalog.variants[number] == 1:
        return ""
    return "Color-Size" if catalog.odd[number] & 1 else "Color"


def key(catalog: Catalog, number: int, place: int) -> str:
    """The values of a variant, "Black" or "Black-XL"; values may contain a hyphen."""
    kind = options(catalog, number)
    if not kind:
        return "Default"
    shift = catalog.odd[number] >> 1 & 15
    if kind == "Color":
        return COLORS[(shift + place) % len(COLORS)].english
    color, size = divmod(place, len(SIZES))
    return f"{COLORS[(shift + color) % len(COLORS)].english}-{SIZES[size]}"


def sku(catalog: Catalog, number: int, place: int) -> str:
    """The SKU of a variant: the product's, a hyphen, the values."""
    return f"{catalog.sku(number)}-{key(catalog, number, place)}"


def price(catalog: Catalog, number: int, place: int) -> int:
    """Cents: the first variant has the lowest price, the last the highest."""
    low, high, many = (
        catalog.low_price[number],
        catalog.high_price[number],
        catalog.variants[number],
    )
    return low if many == 1 else low + (high - low) * place // (many - 1)


def weight(catalog: Catalog, number: int, place: int) -> int:
    """Grams: every variant may be a little heavier than the one before."""
    return catalog.weight[number] + place * (catalog.odd[number] >> 5 & 15)


def measures(catalog: Catalog, number: int) -> tuple[int, int, int]:
    """Length, width and height, millimetres."""
    odd = catalog.odd[number]
    return 20 + (odd >> 9 & 511), 15 + (odd >> 18 & 255), 5 + (odd >> 26 & 127)


def stock(catalog: Catalog, number: int, place: int) -> list[Stock]:
    """Stock of one variant; over all variants it sums up to the stock of the product."""
    many = catalog.variants[number]
    rows: list[Stock] = []
    for area, total, _ in product_stock(catalog, number):
        share = total // many + (place < total % many)
        if share:
            rows.append(_stock(catalog, number, area, share))
    return rows


def product_stock(catalog: Catalog, number: int) -> list[Stock]:
    """Stock of a product in every warehouse that has some."""
    pieces = [column[number] for column in catalog.stock_by_area]
    return [_stock(catalog, number, area, total) for area, total in enumerate(pieces) if total]


def has_stock_in(catalog: Catalog, number: int, place: int, country: str) -> bool:
    """Whether a variant can be had in a country."""
    rows = stock(catalog, number, place)
    return any(WAREHOUSES[row.area].country == country for row in rows)


def _stock(catalog: Catalog, number: int, area: int, total: int) -> Stock:
    """Unverified stock in China is with the factory; all other stock is with CJ."""
    at_factory = area == 0 and catalog.verified[number] == 2
    return Stock(area, total, 0 if at_factory else total)
