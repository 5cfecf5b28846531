"""What does it cost to bring goods to a warehouse? Freight by carton, and the fees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .._catalog import Catalog
from .._evidence import behaves
from .._shipping import Method, quotes
from .._spelling import dollars
from .._storage import Storehouse
from .goods import Goods, origin

CARTON = 10_000
"""Grams that a carton holds."""
_FEE_PERCENT = 2


class Freight(NamedTuple):
    """A shipping method that takes the goods, and what it costs in cents."""

    method: Method
    cents: int

    @property
    def aging(self) -> str:
        """Days as CJ writes them: "7-12"."""
        return f"{self.method.fastest}-{self.method.slowest}"


@behaves(
    "private_inventory",
    "Freight is that of cartons of up to 10 kg each; a method that takes no such carton takes none.",
    "assumed",
)
def freights(catalog: Catalog, lines: Sequence[Goods], house: Storehouse) -> list[Freight]:
    """The shipping methods that bring lines to a warehouse, cheapest first."""
    grams = sum(line.grams * line.quantity for line in lines)
    start = origin(catalog, lines)
    full, rest = divmod(grams, CARTON)
    heaviest = quotes(start, house.country, CARTON if full else rest)
    last = {each.method.name: each.cents for each in quotes(start, house.country, rest)}
    found = [
        Freight(each.method, _cents(each.cents, full, last[each.method.name] if rest else 0))
        for each in heaviest
    ]
    return sorted(found, key=lambda freight: freight.cents)


def _cents(carton: int, full: int, rest: int) -> int:
    return carton * full + rest if full else rest


def named(found: Sequence[Freight], name: str) -> Freight | None:
    """The method of a name; None when it is not among them."""
    return next((each for each in found if each.method.name == name), None)


@behaves(
    "private_inventory",
    "The service fee is 2 % of the goods; a warehouse takes nothing.",
    "assumed",
)
def service_fee(goods: int) -> int:
    """The service fee of goods, both in cents."""
    return goods * _FEE_PERCENT // 100


@behaves(
    "private_inventory",
    "The cheapest shipping method is selected by default.",
    "assumed",
)
def logistic_rows(found: Sequence[Freight]) -> list[dict[str, object]]:
    """Shipping methods as ``availableLogisticList`` has them."""
    return [
        {
            "logisticName": each.method.name,
            "displayName": each.method.name,
            "logisticCode": each.method.name.upper().replace(" ", "_"),
            "shippingCost": dollars(each.cents),
            "estimateDays": each.aging,
            "freightIndex": index,
            "selected": index == 0,
        }
        for index, each in enumerate(found)
    ]


def freight_rows(found: Sequence[Freight]) -> list[dict[str, object]]:
    """Shipping methods as ``freightTrialList`` has them."""
    return [
        {
            "logisticName": each.method.name,
            "enName": each.method.name,
            "shippingCost": dollars(each.cents),
            "selected": index == 0,
        }
        for index, each in enumerate(found)
    ]
