"""What does shipping cost? The simple quote of some variants, logistics.freight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .. import _variants
from .._answers import NO_VARIANT, Refusal, Refused
from .._evidence import behaves
from .._shipping import Quote, quotes
from .._spelling import dollars
from .._world import Call
from . import reading
from .countries import CODES

NO_COUNTRY = Refusal(1605002, "country code not found")
NO_FREIGHT = Refusal(1607004, "Freight calculation request failed")
_YUAN_PERCENT = 720
_CHINA = 0


class Goods(NamedTuple):
    """A variant, by its product and place, and how many pieces of it."""

    number: int
    place: int
    pieces: int


def yuan(cents: int) -> float:
    """An amount of cents in yuan, at a rate that never changes."""
    return dollars((cents * _YUAN_PERCENT + 50) // 100)


@behaves(
    "logistics",
    "A country code that CJ does not list is refused with 1605002.",
    "documented",
    "000, appendix of errors; that it is these operations is assumed",
)
def country(code: object) -> str:
    """A country code in capitals.

    Raises:
        Refused: CJ knows no such country.
    """
    found = str(code).strip().upper()
    if found not in CODES:
        raise Refused(NO_COUNTRY)
    return found


def no_route(call: Call, origin: str, destination: str) -> list[object] | None:
    """What a route is answered with that nobody serves."""
    odd = call.world.has("drifting_types") and (ord(origin[0]) + ord(destination[-1])) & 1
    return None if odd else []


@behaves("logistics.freight", "The price goes by the weight of all pieces together.", "assumed")
@behaves(
    "logistics.freight",
    "No route is an empty list; under drifting_types it is null for about half of the routes.",
    "seen live",
    "field note 31",
)
def freight(call: Call) -> object:
    """One row for each method that takes the parcel, the cheapest first."""
    origin = country(reading.needed(call.body, "startCountryCode"))
    destination = country(reading.needed(call.body, "endCountryCode"))
    goods = [_goods(call, row) for row in reading.rows(call.body["products"])]
    _check_they_travel_together(call, goods)
    grams = sum(each.pieces * _variants.weight(call.catalog, *each[:2]) for each in goods)
    found = quotes(origin, destination, grams)
    rows = [_row(call, place, quote) for place, quote in enumerate(found)]
    return rows or no_route(call, origin, destination)


@behaves("logistics.freight", "An unknown variant is refused with 1602000.", "assumed")
def variant_of(call: Call, vid: str) -> tuple[int, int]:
    """The product and place of a variant.

    Raises:
        Refused: there is no such variant.
    """
    found = _variants.find(call.catalog, vid)
    if found is None:
        raise Refused(NO_VARIANT)
    return found


def _goods(call: Call, row: reading.Row) -> Goods:
    pieces = reading.pieces(row, "quantity")
    reading.needed(row, "vid")
    return Goods(*variant_of(call, reading.text(row, "vid")), pieces)


@behaves(
    "logistics.freight",
    "Several variants that no single warehouse has in stock are refused with 1607004, where each of "
    "them alone gets a quote. That they fail was seen; why, and the code, are assumed.",
    "seen live",
    "field note 32; quirk split_freight_refused",
)
def _check_they_travel_together(call: Call, goods: Sequence[Goods]) -> None:
    if len(goods) < 2 or not call.world.has("split_freight_refused"):
        return
    first, *others = _warehouses(call, goods)
    if not first.intersection(*others):
        raise Refused(NO_FREIGHT)


def _warehouses(call: Call, goods: Iterable[Goods]) -> list[frozenset[int]]:
    """Where each lies; what is out of stock would come from China."""
    stocks = (_variants.stock(call.catalog, each.number, each.place) for each in goods)
    return [frozenset(row.area for row in rows) or frozenset({_CHINA}) for rows in stocks]


@behaves(
    "logistics.freight",
    "totalPostageFee is 0 in every second row, where logisticPrice is not.",
    "seen live",
    "field note 31; quirk empty_total_postage",
)
@behaves(
    "logistics.freight", "There are no taxes and no customs fees; 1 dollar is 7.20 yuan.", "assumed"
)
def _row(call: Call, place: int, quote: Quote) -> dict[str, object]:
    without_total = not place & 1 and call.world.has("empty_total_postage")
    return {
        "logisticAging": _aging(call, place, quote),
        "logisticPrice": dollars(quote.cents),
        "logisticPriceCn": yuan(quote.cents),
        "logisticName": quote.method.name,
        "taxesFee": 0.0,
        "clearanceOperationFee": 0.0,
        "totalPostageFee": 0.0 if without_total else dollars(quote.cents),
    }


@behaves(
    "logistics.freight",
    'logisticAging is "7-12", under drifting_types also "7-12 days", "12" or null.',
    "seen live",
    "field note 31",
)
def _aging(call: Call, place: int, quote: Quote) -> str | None:
    if not call.world.has("drifting_types"):
        return quote.aging
    forms = (quote.aging, f"{quote.aging} days", str(quote.method.slowest), None)
    return forms[(place + quote.method.fastest) % len(forms)]
