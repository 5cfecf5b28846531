"""Which variants are meant, what do they cost, and are there enough? The lines of every call here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .. import _variants
from .._answers import NO_VARIANT, OFF_SHELF, PARAM_ERROR, Refused
from .._bodies import Fields
from .._catalog import Catalog
from .._evidence import behaves
from .._vocabulary import WAREHOUSES
from .._world import Call, World
from .reading import required_text, rows, text, whole

_HOME = "CN"
MOST_PIECES = 1_000_000_000
"""More of a variant in one call is no number of pieces."""


class Goods(NamedTuple):
    """Pieces of one variant, as the catalog knows it now; ``price`` is cents of one piece."""

    vid: str
    number: int
    place: int
    quantity: int
    price: int
    grams: int

    @property
    def amount(self) -> int:
        """Price of all pieces."""
        return self.price * self.quantity


@behaves(
    "private_inventory",
    "Stock costs what the variant costs; buying many is not cheaper.",
    "assumed",
    "002, 7.7 says that the final price of a piece is shown, not how it is made",
)
def goods(catalog: Catalog, vid: str, quantity: int) -> Goods:
    """Pieces of a variant at today's price.

    Raises:
        Refused: there is no such variant.
    """
    found = _variants.find(catalog, vid)
    if found is None:
        raise Refused(NO_VARIANT)
    price, grams = _variants.price(catalog, *found), _variants.weight(catalog, *found)
    return Goods(vid, *found, quantity, price, grams)


@behaves(
    "private_inventory",
    "A variant that does not exist, or is not one of the product named with it, is refused with "
    "1602000; a SKU that is not the variant's as a wrong parameter.",
    "assumed",
    "codes of 000, appendix 1",
)
def read_lines(call: Call, name: str) -> list[Goods]:
    """The lines of a confirmation or an order; the same variant twice is one line.

    Raises:
        Refused: a line is not as documented, or names something that does not exist.
    """
    return joined(_line(call.catalog, fields) for fields in rows(call.body, name))


def _line(catalog: Catalog, fields: Fields) -> Goods:
    vid, pid = required_text(fields, "variantId"), required_text(fields, "productId")
    line = goods(catalog, vid, whole(fields, "quantity", 1, MOST_PIECES))
    if catalog.pid(line.number) != pid:
        raise Refused(NO_VARIANT)
    if text(fields, "sku") not in ("", sku(catalog, line)):
        raise Refused(PARAM_ERROR)
    return line


def read_variants(call: Call, name: str) -> list[Goods]:
    """The lines of a question about freight, which calls the variant id.

    Raises:
        Refused: as of ``read_lines``.
    """
    return joined(
        goods(call.catalog, required_text(fields, "id"), whole(fields, "quantity", 1, MOST_PIECES))
        for fields in rows(call.body, name)
    )


def joined(lines: Iterable[Goods]) -> list[Goods]:
    """Lines in which no variant comes twice, in the order in which they were named."""
    found: dict[str, Goods] = {}
    for line in lines:
        before = found[line.vid].quantity if line.vid in found else 0
        found[line.vid] = line._replace(quantity=before + line.quantity)
    return list(found.values())


@behaves(
    "private_inventory",
    "Removed products cannot be confirmed (1602002).",
    "assumed",
    "000, appendix 1: its advice for this code is about confirming orders",
)
def check_on_shelf(world: World, lines: Iterable[Goods]) -> None:
    """Refuse lines whose product is no longer sold.

    Raises:
        Refused: one of them is not.
    """
    if any(line.number in world.removed for line in lines):
        raise Refused(OFF_SHELF)


def sku(catalog: Catalog, line: Goods) -> str:
    """The SKU of a line's variant."""
    return _variants.sku(catalog, line.number, line.place)


@behaves(
    "private_inventory",
    "As many pieces can be bought as there are in all of CJ's warehouses together.",
    "assumed",
)
def in_stock(catalog: Catalog, line: Goods) -> int:
    """How many pieces of a variant there are anywhere."""
    return sum(row.total for row in _variants.stock(catalog, line.number, line.place))


@behaves(
    "private_inventory",
    "Goods are sent from the first country that has all of them, otherwise from China.",
    "assumed",
)
def origin(catalog: Catalog, lines: Sequence[Goods]) -> str:
    """The country that lines are sent from, as a code."""
    for area, house in enumerate(WAREHOUSES):
        if all(_has(catalog, line, area) for line in lines):
            return house.country
    return _HOME


def _has(catalog: Catalog, line: Goods, area: int) -> bool:
    found = _variants.stock(catalog, line.number, line.place)
    return any(row.area == area and row.total >= line.quantity for row in found)


def total(lines: Iterable[Goods]) -> int:
    """What lines cost together, in cents."""
    return sum(line.amount for line in lines)
