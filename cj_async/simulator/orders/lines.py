"""Which goods does an order hold? From what a line names to a variant of the catalog."""

from __future__ import annotations

from zlib import crc32

import msgspec

from .. import _variants
from .._account import Account
from .._answers import NO_VARIANT, OFF_SHELF, PARAM_ERROR, Refusal, Refused
from .._evidence import behaves
from .._world import World
from .asked import AskedLine
from .ids import line_id
from .model import Line

_OTHER_VARIANT = Refusal(PARAM_ERROR.code, "Param error: vid and sku are different variants")
STORE_FLOW = 2
Place = tuple[int, int]


def lines_of(world: World, account: Account, asked: list[AskedLine], flow: int) -> list[Line]:
    """The lines of a new order.

    Raises:
        Refused: one names no variant, two different ones, or goods that are not sold any more.
    """
    places = [_place(world, each, flow) for each in asked]
    pictures = [_pictures(each.pod_properties) for each in asked]
    rows = zip(asked, places, pictures, strict=True)
    return [_line(world, account, each, place, urls) for each, place, urls in rows]


@behaves(
    "orders.create_v3",
    "A line without vid is found by its sku; with both they must be the same variant (1600300).",
    "documented",
    "002, 5.1.1 and 5.1.2; the code is assumed",
)
@behaves(
    "orders.create_v3",
    "An unknown vid or sku is refused with 1602000, goods off the shelves with 1602002.",
    "documented",
    "000, appendix 1",
)
@behaves(
    "orders.create_v3",
    "With orderFlow 2 a line may name goods that are not CJ's: the order is incomplete then.",
    "documented",
    "002, 5.1.1 and 5.1.2",
)
def _place(world: World, asked: AskedLine, flow: int) -> Place | None:
    """Where the catalog has the variant of a line; None for goods that are not CJ's."""
    if not asked.vid and not asked.sku:
        raise Refused(PARAM_ERROR)
    by_vid = _variants.find(world.catalog, asked.vid) if asked.vid else None
    by_sku = _variants.find_sku(world.catalog, asked.sku) if asked.sku else None
    if flow != STORE_FLOW and ((asked.vid and not by_vid) or (asked.sku and not by_sku)):
        raise Refused(NO_VARIANT)
    if by_vid and by_sku and by_vid != by_sku:
        raise Refused(_OTHER_VARIANT)
    place = by_vid or by_sku
    if place and place[0] in world.removed:
        raise Refused(OFF_SHELF)
    return place


@behaves(
    "orders.create_v3",
    "Prices are those of the catalog; unitPrice is the shop's own price and changes nothing.",
    "documented",
    "002, 5.1.1 and 5.1.2; that it changes nothing is assumed",
)
def _line(
    world: World,
    account: Account,
    asked: AskedLine,
    place: Place | None,
    pictures: dict[str, list[str]],
) -> Line:
    book = account.state.book
    book.lines_made += 1
    line = Line(
        line_id=line_id(world, account, book.lines_made),
        vid=asked.vid,
        sku=asked.sku,
        number=-1,
        place=0,
        quantity=asked.quantity,
        price=0,
        grams=0,
        store_line_id=asked.store_line_item_id,
        pod=asked.pod_properties,
        pictures=pictures,
    )
    if place is not None:
        connect(world, line, place)
    return line


def connect(world: World, line: Line, place: Place) -> None:
    """Make a line one of a variant of CJ."""
    catalog = world.catalog
    line.number, line.place = place
    line.vid = _variants.vid(catalog, *place)
    line.sku = _variants.sku(catalog, *place)
    line.price = _variants.price(catalog, *place)
    line.grams = _variants.weight(catalog, *place)


def likely_place(world: World, line: Line) -> Place | None:
    """The variant that somebody on CJ's website connects a line with; None when nothing is sold."""
    count = world.catalog.count
    first = crc32(f"{line.vid}/{line.sku}".encode())
    tries = range(min(count, len(world.removed) + 1))
    numbers = ((first + step) % count for step in tries)
    number = next((each for each in numbers if each not in world.removed), None)
    return None if number is None else (number, 0)


class _Pod3(msgspec.Struct):
    links: list[str] = []
    effects: list[str] = msgspec.field(name="effectImgs", default_factory=list[str])


class _Pod2(msgspec.Struct):
    links: list[str] = []


@behaves(
    "orders.create_v3",
    "podProperties is JSON: a list of areas with links, or an object with links and one effectImgs; "
    "anything else is refused with 1600300.",
    "documented",
    "002, 5.1.1; the refusal is assumed",
)
def _pictures(pod: str) -> dict[str, list[str]]:
    """The pictures that are printed, and those that show the result."""
    if not pod:
        return {}
    try:
        if pod.lstrip().startswith("["):
            areas = msgspec.json.decode(pod, type=list[_Pod2])
            return {"production": [link for area in areas for link in area.links], "effect": []}
        whole = msgspec.json.decode(pod, type=_Pod3)
    except (msgspec.DecodeError, RecursionError):
        raise Refused(PARAM_ERROR) from None
    if len(whole.effects) > 1:
        raise Refused(PARAM_ERROR)
    return {"production": whole.links, "effect": whole.effects}
