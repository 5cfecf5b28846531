"""What is true about each product of the made-up catalog? A pure function of seed and number.

Facts are columns, built when first asked for; texts and ids are computed when a row is shown.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import NamedTuple, TypeGuard

from ._columns import Stream, evenly, shares
from ._ids import IdSpace
from ._vocabulary import (
    ADJECTIVES,
    CATEGORIES,
    MATERIALS,
    NOUNS,
    PLATFORMS,
    SUPPLIERS,
    WAREHOUSES,
    Category,
)

_OLDEST = int(datetime(2017, 3, 1, tzinfo=UTC).timestamp() * 1000)
_NEWEST = int(datetime(2026, 8, 31, tzinfo=UTC).timestamp() * 1000)
_SAME_MOMENT = 4
_SKU_NUMBERS = 100_000
_LETTERS = 26
_FIRST_LEVEL, _SECOND_LEVEL = 2000, 1000
SKU_LENGTH = 13


class Facts(NamedTuple):
    """What can change about a product: prices in cents, pieces in each warehouse."""

    low_price: int
    high_price: int
    stock: tuple[int, ...]


@dataclass(slots=True)
class Changes:
    """What became of the products since the simulator was made; plain data.

    Attributes:
        added: when each new product was created, milliseconds since 1970.
        facts: of the products whose price or stock was changed, by number.
    """

    added: list[int] = field(default_factory=list[int])
    facts: dict[int, Facts] = field(default_factory=dict[int, Facts])


@lru_cache(maxsize=1)
def _price_steps() -> tuple[int, ...]:
    """4,096 prices in cents, most of them low: 0.49 to about 400 dollars."""
    return tuple(49 + step * step * step // 1_720_000 + step // 4 for step in range(4096))


class Catalog:
    """Products 0 to ``count`` - 1 of a seed.

    Money is in cents, times are milliseconds since 1970, weights are grams.

    Attributes:
        count: how many products there are, those among them that left the shelves.
        original: how many there were from the start.
        touched: products whose price or stock was changed, and what they were before.
    """

    def __init__(self, count: int, seed: int, added: range = range(0)) -> None:
        self.count = count + len(added)
        self.original = count
        self.seed = seed
        self.touched: dict[int, Facts] = {}
        self._stream = Stream(seed, count, added)
        self.pids = IdSpace(seed, "product")
        self.vids = IdSpace(seed, "variant")
        self.categories = IdSpace(seed, "category")
        self.suppliers = IdSpace(seed, "supplier")
        self.brands = IdSpace(seed, "brand")
        self.reviews = IdSpace(seed, "review")
        self.storages = IdSpace(seed, "storage")
        self.sourcings = IdSpace(seed, "sourcing")

    # Columns: one value for each product.

    @cached_property
    def noun(self) -> bytes:
        """Number of the noun; the noun decides the category."""
        return self._stream.octets("noun", evenly(len(NOUNS)))

    @cached_property
    def adjective(self) -> bytes:
        """Number of the adjective in the name."""
        return self._stream.octets("adjective", evenly(len(ADJECTIVES)))

    @cached_property
    def material(self) -> bytes:
        """Number of the material in the name."""
        return self._stream.octets("material", evenly(len(MATERIALS)))

    @cached_property
    def kind(self) -> bytes:
        """Number of the product type, in the order of ``PRODUCT_TYPES``."""
        return self._stream.octets("source", shares((200, 36, 8, 8, 4)))

    @cached_property
    def supplier(self) -> bytes:
        """Number of the supplier, from 1; 0 for products that have none."""
        table = [0] * 200 + [1 + byte % len(SUPPLIERS) for byte in range(44)] + [0] * 12
        return self._stream.octets("source", bytes(table))

    @cached_property
    def video(self) -> bytes:
        """1 where there is a video."""
        return self._stream.octets("video", shares((3, 1)))

    @cached_property
    def free_shipping(self) -> bytes:
        """1 where shipping is free."""
        return self._stream.octets("free shipping", shares((5, 1)))

    @cached_property
    def certified(self) -> bytes:
        """1 where there is a CE certificate."""
        return self._stream.octets("certified", shares((6, 1)))

    @cached_property
    def self_pickup(self) -> bytes:
        """1 where the buyer may fetch it."""
        return self._stream.octets("self pickup", shares((9, 1)))

    @cached_property
    def verified(self) -> bytes:
        """1 where the stock is verified, 2 where it is not."""
        return self._stream.octets("verified", bytes(1 + (byte < 160) for byte in range(256)))

    @cached_property
    def customization(self) -> bytes:
        """Customization version 1 to 5, 0 for the many products that cannot be customized."""
        return self._stream.octets("customization", shares((27, 1, 1, 1, 1, 1)))

    @cached_property
    def delivery_days(self) -> bytes:
        """1, 2 or 3: ships within 24, 48 or 72 hours; 0 where nothing is promised."""
        return self._stream.octets("delivery", shares((1, 1, 1, 1)))

    @cached_property
    def trend(self) -> bytes:
        """0 nothing special, 1 trending, 2 new, 3 slow-moving."""
        return self._stream.octets("trend", shares((12, 2, 1, 1)))

    @cached_property
    def zone(self) -> bytes:
        """Number of the platform the product is recommended for, from 1; 0 for none."""
        return self._stream.octets("zone", evenly(1 + len(PLATFORMS)))

    @cached_property
    def brand(self) -> bytes:
        """Number of the brand, from 1; 0 for none."""
        return self._stream.octets("brand", shares((28, 1, 1, 1, 1)))

    @cached_property
    def variants(self) -> bytes:
        """How many variants: 1 to 8."""
        return self._stream.octets("variants", bytes(1 + byte % 8 for byte in range(256)))

    @cached_property
    def review_count(self) -> bytes:
        """How many reviews: often none, at most 90."""
        return self._stream.octets("reviews", bytes(max(0, byte // 2 - 38) for byte in range(256)))

    @cached_property
    def odd(self) -> array[int]:
        """64 even bits: they decide which of CJ's spellings a product shows, and small facts."""
        return self._stream.longs("odd")

    @cached_property
    def low_price(self) -> array[int]:
        """The lowest price among the variants, cents."""
        steps = _price_steps()
        return array(
            "I", [steps[word & 4095] + (word >> 12) for word in self._stream.shorts("price")]
        )

    @cached_property
    def high_price(self) -> array[int]:
        """The highest price among the variants, cents; above the lowest only with several."""
        spread = self._stream.octets("spread", bytes(max(0, byte - 96) for byte in range(256)))
        rows = zip(self.low_price, spread, self.variants, strict=True)
        return array(
            "I", [low + (low * part // 160 if many > 1 else 0) for low, part, many in rows]
        )

    @cached_property
    def weight(self) -> array[int]:
        """The lightest variant, grams."""
        return array(
            "I", [5 + word % 400 * (1 + word % 7) for word in self._stream.shorts("weight")]
        )

    @cached_property
    def listed(self) -> array[int]:
        """How often it was listed; mostly seldom."""
        return array("I", [word * word >> 21 for word in self._stream.shorts("listed")])

    @cached_property
    def created(self) -> array[int]:
        """Milliseconds since 1970; one in eight shares its millisecond with a neighbour."""
        span, drawn = _NEWEST - _OLDEST, self._stream.longs("created")
        joins = self._stream.octets("created together", shares((7, 1)))
        return array(
            "Q",
            [
                _OLDEST + drawn[number - number % _SAME_MOMENT if join else number] % span
                for number, join in enumerate(joins)
            ],
        )

    @cached_property
    def stock_by_area(self) -> tuple[array[int], ...]:
        """Pieces in each warehouse, in the order of the table of warehouses."""
        return tuple(
            array(
                "I",
                [
                    1 + word * 7919 % house.most if word % 100 < house.stocked_percent else 0
                    for word in self._stream.shorts(f"stock {house.country}")
                ],
            )
            for house in WAREHOUSES
        )

    @cached_property
    def stock(self) -> array[int]:
        """Pieces in all warehouses."""
        return array("I", map(sum, zip(*self.stock_by_area, strict=True)))

    # What changes while the simulator runs.

    def facts(self, number: int) -> Facts:
        """What can change about a product, as it is now."""
        stock = tuple(column[number] for column in self.stock_by_area)
        return Facts(self.low_price[number], self.high_price[number], stock)

    def change(self, number: int, facts: Facts) -> None:
        """Change prices and stock of a product; what it was at first is kept in ``touched``."""
        self.touched.setdefault(number, self.facts(number))
        total = self.stock  # is made from the others: before they change
        self.low_price[number], self.high_price[number] = facts.low_price, facts.high_price
        for column, pieces in zip(self.stock_by_area, facts.stock, strict=True):
            column[number] = pieces
        total[number] = sum(facts.stock)

    def grow(self, created: Sequence[int]) -> range:
        """More products, numbered on from the last; how they look depends on the seed alone.

        Args:
            created: when each was, milliseconds since 1970.
        """
        first, known = self.count, self._stream.added.stop
        added = range(known, known + len(created))
        more = Catalog(0, self.seed, added)
        moments = self.created  # is drawn, and then told better
        for name, column in list(vars(self).items()):
            if isinstance(column, bytes):
                setattr(self, name, column + getattr(more, name))
            elif _is_numbers(column):
                column.extend(getattr(more, name))
        if "stock_by_area" in vars(self):
            for column, end in zip(self.stock_by_area, more.stock_by_area, strict=True):
                column.extend(end)
        self._stream.added = range(known + len(created))
        self.count = first + len(created)
        moments[first:] = array("Q", created)
        return range(first, self.count)

    def shrink(self, count: int) -> None:
        """Only the first products remain, as if the others had never been added."""
        for name, column in list(vars(self).items()):
            if isinstance(column, bytes):
                setattr(self, name, column[:count])
            elif _is_numbers(column):
                del column[count:]
        if "stock_by_area" in vars(self):
            for column in self.stock_by_area:
                del column[count:]
        self._stream.added = range(count - self.original)
        self.count = count
        self.touched = {each: was for each, was in self.touched.items() if each < count}

    def become(self, changes: Changes) -> None:
        """Be as if these changes, and no others, had been made."""
        self.shrink(self.original)
        self.grow(changes.added)
        for number in [*self.touched]:
            self.change(number, changes.facts.get(number, self.touched[number]))
        for number, facts in changes.facts.items():
            self.change(number, facts)

    # Facts of one product.

    def pid(self, number: int) -> str:
        """Its product id: an upper-case UUID or 19 digits."""
        return _shaped(self.pids, number)

    def number(self, pid: str) -> int | None:
        """The product of a product id; None when there is none."""
        number = self.pids.number(pid)
        known = number is not None and number < self.count and self.pid(number) == pid
        return number if known else None

    @cached_property
    def category_levels(self) -> tuple[tuple[str, str, str], ...]:
        """The ids of each category: first, second and third level."""
        return tuple(self.category_ids(category) for category in range(len(CATEGORIES)))

    def category(self, number: int) -> Category:
        """Its category."""
        return CATEGORIES[NOUNS[self.noun[number]].category]

    def sku(self, number: int) -> str:
        """Its SKU (CJ's SPU): CJ, the category's code, two letters, five digits."""
        letters, digits = divmod(number, _SKU_NUMBERS)
        first, second = divmod(letters, _LETTERS)
        code = self.category(number).code
        return f"CJ{code}{chr(65 + first)}{chr(65 + second)}{digits:05d}"

    def number_of_sku(self, sku: str) -> int | None:
        """The product of a product SKU; None when there is none."""
        tail = sku[6:]
        if len(sku) != SKU_LENGTH or not (tail[:2].isascii() and tail[2:].isdecimal()):
            return None
        number = self.number_of_sku_tail(tail)
        return number if 0 <= number < self.count and self.sku(number) == sku else None

    @staticmethod
    def number_of_sku_tail(tail: str) -> int:
        """The number in the last seven characters of a SKU: two letters, five digits."""
        letters = (ord(tail[0]) - 65) * _LETTERS + ord(tail[1]) - 65
        return letters * _SKU_NUMBERS + int(tail[2:])

    def category_ids(self, category: int) -> tuple[str, str, str]:
        """The ids of a category's three levels, from the first to the third."""
        row, ids = CATEGORIES[category], self.categories
        first = next(place for place, each in enumerate(CATEGORIES) if each.first == row.first)
        second = next(place for place, each in enumerate(CATEGORIES) if each[:2] == row[:2])
        return ids.uuid(_FIRST_LEVEL + first), ids.uuid(_SECOND_LEVEL + second), ids.uuid(category)

    def name(self, number: int) -> str:
        """Its English name: adjective, material, noun."""
        adjective = ADJECTIVES[self.adjective[number]].english
        material = MATERIALS[self.material[number]].english
        return f"{adjective} {material} {NOUNS[self.noun[number]].english}"

    def chinese_names(self, number: int) -> tuple[str, str, str]:
        """Its Chinese names: one of each part of the English one."""
        return (
            NOUNS[self.noun[number]].chinese,
            ADJECTIVES[self.adjective[number]].chinese,
            MATERIALS[self.material[number]].chinese,
        )

    def supplier_id(self, number: int) -> str:
        """The id of its supplier, "" when it has none."""
        supplier = self.supplier[number]
        return str(self.suppliers.long(supplier)) if supplier else ""

    def supplier_name(self, number: int) -> str:
        """The name of its supplier, "" when it has none."""
        supplier = self.supplier[number]
        return SUPPLIERS[supplier - 1] if supplier else ""


def _is_numbers(value: object) -> TypeGuard[array[int]]:
    return isinstance(value, array)


def _shaped(ids: IdSpace, number: int) -> str:
    return ids.uuid(number) if ids.prefers_uuid(number) else str(ids.long(number))
