"""PURE: how many pieces are in each country? The one thing that both ways to ask for stock tell alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cj_async.models.product import CountryStock, ProductStock, VariantStock


class Pieces(NamedTuple):
    """Pieces in one country; None where that was not told, which is not zero."""

    country: str
    total: int | None
    at_cj: int | None
    at_factory: int | None


def of_warehouses(rows: Iterable[ProductStock]) -> list[Pieces]:
    """The pieces of a product, from rows that are one for each warehouse."""
    return _summed(
        Pieces(
            row.country_code or "",
            row.total_inventory_num,
            row.cj_inventory_num,
            row.factory_inventory_num,
        )
        for row in rows
    )


def of_variants(rows: Iterable[VariantStock]) -> list[Pieces]:
    """The pieces of a product, from the stock of its variants."""
    return _summed(_pieces(stock) for row in rows for stock in row.inventory or ())


def by_country(pieces: Sequence[Pieces]) -> list[ProductStock] | None:
    """Rows as inventory.by_product has them, but one for each country; None when nothing was told."""
    rows = [
        ProductStock(
            country_code=each.country or None,
            total_inventory_num=each.total,
            cj_inventory_num=each.at_cj,
            factory_inventory_num=each.at_factory,
        )
        for each in pieces
    ]
    return rows or None


def _pieces(stock: CountryStock) -> Pieces:
    return Pieces(
        stock.country_code or "",
        _either(stock.total_inventory, stock.total_inventory_num),
        _either(stock.cj_inventory, stock.cj_inventory_num),
        _either(stock.factory_inventory, stock.factory_inventory_num),
    )


def _summed(rows: Iterable[Pieces]) -> list[Pieces]:
    sums: dict[str, Pieces] = {}
    for row in rows:
        known = sums.get(row.country)
        sums[row.country] = row if known is None else _added(known, row)
    return [sums[country] for country in sorted(sums)]


def _added(one: Pieces, other: Pieces) -> Pieces:
    return Pieces(
        one.country,
        _plus(one.total, other.total),
        _plus(one.at_cj, other.at_cj),
        _plus(one.at_factory, other.at_factory),
    )


def _plus(one: int | None, other: int | None) -> int | None:
    return _either(one, other) if one is None or other is None else one + other


def _either(one: int | None, other: int | None) -> int | None:
    return other if one is None else one
