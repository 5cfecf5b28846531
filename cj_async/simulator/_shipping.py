"""Who carries a parcel, for how much, how long? One table of shipping methods, for every room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Method(NamedTuple):
    """A shipping method: base price and price of a kilogram in cents, days, the heaviest parcel."""

    name: str
    base: int
    per_kilogram: int
    fastest: int
    slowest: int
    heaviest: int
    origins: frozenset[str]

    def price(self, grams: int) -> int:
        """Cents for a parcel of this weight."""
        return self.base + self.per_kilogram * grams // 1000


class Quote(NamedTuple):
    """What a method costs for a parcel, in cents, and how many days it takes."""

    method: Method
    cents: int

    @property
    def aging(self) -> str:
        """Days as CJ writes them: "7-12"."""
        return f"{self.method.fastest}-{self.method.slowest}"


_ANYWHERE = frozenset({"CN", "US", "GB", "DE", "FR", "TH", "AU"})
METHODS: Sequence[Method] = (
    Method("CJPacket Ordinary", 260, 720, 7, 12, 5_000, frozenset({"CN"})),
    Method("CJPacket Sensitive", 310, 860, 8, 14, 5_000, frozenset({"CN", "TH"})),
    Method("YunExpress", 340, 930, 6, 10, 10_000, frozenset({"CN"})),
    Method("PostNL", 290, 640, 12, 25, 2_000, frozenset({"CN", "DE", "FR"})),
    Method("USPS+", 480, 510, 2, 6, 20_000, frozenset({"US"})),
    Method("DHL", 1_890, 1_150, 3, 5, 30_000, _ANYWHERE),
)
DELIVERED_TO = frozenset(
    [
        "US",
        "CA",
        "GB",
        "DE",
        "FR",
        "ES",
        "IT",
        "NL",
        "BE",
        "AT",
        "CH",
        "SE",
        "NO",
        "DK",
        "FI",
        "PL",
        "PT",
        "IE",
        "AU",
        "NZ",
        "JP",
        "KR",
        "TH",
        "SG",
        "BR",
        "MX",
        "CN",
    ]
)
"""Countries that parcels go to; to any other one there is no method."""


def quotes(origin: str, destination: str, grams: int) -> list[Quote]:
    """The methods that take a parcel, cheapest first; none is no refusal.

    Args:
        origin: two-letter code of the country it is sent from.
        destination: two-letter code of the country it goes to.
        grams: weight of the whole parcel.
    """
    if destination not in DELIVERED_TO:
        return []
    fitting = (each for each in METHODS if origin in each.origins and grams <= each.heaviest)
    found = [Quote(each, each.price(grams)) for each in fitting]
    return sorted(found, key=lambda quote: quote.cents)


def quote(name: str, origin: str, destination: str, grams: int) -> Quote | None:
    """The quote of one method by its name; None when it does not take the parcel."""
    return next(
        (each for each in quotes(origin, destination, grams) if each.method.name == name), None
    )
