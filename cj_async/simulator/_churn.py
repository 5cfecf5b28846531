"""How do products come, go and change while somebody crawls? One at a time, and many at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from random import Random
from typing import NamedTuple

from ._catalog import Facts
from ._checks import MOST_PRODUCTS, check, check_count, check_positive
from ._evidence import behaves
from ._vocabulary import WAREHOUSES
from ._world import World
from .callbacks import products as messages
from .callbacks.products import Params
from .callbacks.topics import wants

_MOST_CENTS = 100_000_000
_MOST_PIECES = 1_000_000_000
_FACTORS = (0.7, 0.8, 0.9, 1.1, 1.25, 1.5)
_MOST = 500


class Churned(NamedTuple):
    """The ids of the products that a churn added, took away, and changed."""

    inserted: list[str]
    deleted: list[str]
    repriced: list[str]
    restocked: list[str]


class Shelves:
    """What can be done to the products of a simulator while it runs.

    Lists, details, variants and stock all show it at once, and webhooks tell it.
    """

    _world: World

    def add_product(self) -> str:
        """A new product, created now; which one depends on the seed and on how many came before.

        Returns:
            its id.

        Raises:
            ValueError: the catalog is full.
        """
        (number,) = _insert(self._world, 1)
        return self._world.catalog.pid(number)

    def remove_product(self, pid: str) -> None:
        """Take a product off the shelves: lists leave it out, asking for it answers 1602002.

        Taking it away again does nothing.

        Raises:
            ValueError: there is no such product.
        """
        number = self._number(pid)
        if number not in self._world.removed:
            _delete(self._world, [number])

    def change_price(
        self, pid: str, *, factor: float | None = None, cents: int | None = None
    ) -> None:
        """Change the price of a product; those of its variants keep their proportions.

        Args:
            pid: its id.
            factor: times what it cost, above 0.
            cents: of its cheapest variant, 1 to 100,000,000. Exactly one of the two.

        Raises:
            ValueError: there is no such product, or the price makes no sense.
        """
        number = self._number(pid)
        check(
            "factor or cents", (factor, cents), (factor is None) != (cents is None), "one of them"
        )
        check_positive("factor", factor)
        check_count("cents", cents, 1, _MOST_CENTS)
        if cents is None:
            cents = max(1, round(self._world.catalog.low_price[number] * (factor or 1)))
        _reprice(self._world, {number: cents})

    def change_stock(self, pid: str, pieces: int, *, country: str = "CN") -> None:
        """Change how many pieces of a product are in a country; its variants share them evenly.

        Args:
            pid: its id.
            pieces: of all variants together, 0 to 1,000,000,000.
            country: two letters, one of those that have a warehouse.

        Raises:
            ValueError: there is no such product or warehouse, or the number makes no sense.
        """
        number = self._number(pid)
        countries = [house.country for house in WAREHOUSES]
        check("country", country, country in countries, f"one of {', '.join(countries)}")
        check_count("pieces", pieces, 0, _MOST_PIECES)
        _restock(self._world, {number: {countries.index(country): pieces}})

    def churn(
        self,
        seed: int = 1,
        *,
        inserted: int = 0,
        deleted: int = 0,
        repriced: int = 0,
        restocked: int = 0,
    ) -> Churned:
        """Let many products come, go and change at once; no product twice.

        Args:
            seed: decides which; the same seed picks the same ones of the same catalog.
            inserted: how many are added.
            deleted: how many are taken off the shelves.
            repriced: how many cost something else.
            restocked: how many have other stock.

        Returns:
            the ids of all of them.

        Raises:
            ValueError: there are not as many on the shelves.
        """
        world, catalog, random = self._world, self._world.catalog, Random(f"churn:{seed}")
        gone, dearer, stacked = _picked(world, random, (deleted, repriced, restocked))
        new = _insert(world, inserted)
        _delete(world, gone)
        prices = {each: catalog.low_price[each] for each in dearer}
        drawn = {each: round(cents * random.choice(_FACTORS)) for each, cents in prices.items()}
        _reprice(
            world, {each: max(1, _other(prices[each], cents)) for each, cents in drawn.items()}
        )
        pieces = {each: catalog.facts(each).stock[0] for each in stacked}
        _restock(
            world,
            {each: {0: _other(held, random.randrange(_MOST))} for each, held in pieces.items()},
        )
        pids = [[catalog.pid(each) for each in kind] for kind in (new, gone, dearer, stacked)]
        return Churned(*pids)

    def _number(self, pid: str) -> int:
        number = self._world.catalog.number(pid)
        if number is None:
            raise ValueError(f"pid must be the id of a product of this catalog, got {pid!r}")
        return number


def _picked(world: World, random: Random, many: Sequence[int]) -> list[Sequence[int]]:
    """So many different products of the shelves for each purpose."""
    for each in many:
        check_count("products to change", each, 0, MOST_PRODUCTS)
    if not any(many):
        return [() for _ in many]
    left = world.catalog.count - len(world.removed)
    check(
        "products to change", sum(many), sum(many) <= left, f"at most the {left:,} on the shelves"
    )
    picked = _on_shelves(world.removed, random.sample(range(left), sum(many)))
    ends = [sum(many[: place + 1]) for place in range(len(many))]
    return [picked[end - each : end] for each, end in zip(many, ends, strict=True)]


def _on_shelves(removed: Iterable[int], places: Iterable[int]) -> list[int]:
    """The products at these places, counted from 0 among those that are not removed."""
    before = [number - place for place, number in enumerate(sorted(removed))]
    return [place + bisect_right(before, place) for place in places]


@behaves("products", "New products are created now, by the clock.", "assumed")
@behaves("webhooks", "A new product is told by PRODUCT and by VARIANT INSERT.", "assumed")
def _insert(world: World, many: int) -> Sequence[int]:
    catalog = world.catalog
    check_count("inserted", many, 0, MOST_PRODUCTS)
    check("products", catalog.count, catalog.count + many <= MOST_PRODUCTS, "room for more")
    if not many:
        return ()
    created = [int(world.clock.time() * 1000)] * many
    numbers = catalog.grow(created)
    world.changes.added.extend(created)
    world.listing.put(numbers)
    for number in numbers:
        _tell(world, "PRODUCT", "INSERT", messages.product, number)
        for place in range(catalog.variants[number]):
            _tell(world, "VARIANT", "INSERT", messages.variant, number, place)
    return numbers


@behaves("webhooks", "A product that is gone is told by PRODUCT and VARIANT DELETE.", "assumed")
def _delete(world: World, numbers: Collection[int]) -> None:
    world.removed.update(numbers)
    world.listing.hide(numbers)
    for number in numbers:
        _tell(world, "PRODUCT", "DELETE", messages.product_delete, number)
        for place in range(world.catalog.variants[number]):
            _tell(world, "VARIANT", "DELETE", messages.variant_delete, number, place)


@behaves("webhooks", "A price is told by UPDATE of the product and of each variant.", "assumed")
def _reprice(world: World, lowest: Mapping[int, int]) -> None:
    """Give products a new lowest price, cents; the highest moves along."""
    catalog = world.catalog
    new: dict[int, Facts] = {}
    for number, low in lowest.items():
        was = catalog.facts(number)
        high = max(low, round(was.high_price * low / was.low_price))
        check("price in cents", high, low >= 1 and high <= _MOST_CENTS, f"1 to {_MOST_CENTS:,}")
        high = high if catalog.variants[number] > 1 else low
        new[number] = Facts(low, high, was.stock)
    for number in _changed(world, new):
        _tell(world, "PRODUCT", "UPDATE", messages.product_update, number, "productSellPrice")
        for place in range(catalog.variants[number]):
            told = (number, place, "variantSellPrice")
            _tell(world, "VARIANT", "UPDATE", messages.variant_update, *told)


@behaves("webhooks", "STOCK comes as INCREASE or DECREASE.", "seen live", "field note 48")
def _restock(world: World, pieces: Mapping[int, Mapping[int, int]]) -> None:
    """Give products new stock: pieces by area."""
    catalog = world.catalog
    before = {number: catalog.stock[number] for number in pieces}
    new: dict[int, Facts] = {}
    for number, areas in pieces.items():
        was = catalog.facts(number)
        stock = tuple(areas.get(area, held) for area, held in enumerate(was.stock))
        new[number] = was._replace(stock=stock)
    for number in _changed(world, new):
        direction = "INCREASE" if catalog.stock[number] > before[number] else "DECREASE"
        _tell(world, "STOCK", direction, messages.stock, number, pieces[number])


def _changed(world: World, facts: Mapping[int, Facts]) -> list[int]:
    """Change products; those that are not as they were."""
    catalog = world.catalog
    changed = [number for number, new in facts.items() if new != catalog.facts(number)]
    for number in changed:
        catalog.change(number, facts[number])
        world.changes.facts[number] = facts[number]
    world.listing.put(changed)
    return changed


def _tell(
    world: World, kind: str, message_type: str, params: Callable[..., Params], *about: object
) -> None:
    """Every account that wants to hear of it does."""
    for account in world.accounts:
        if wants(account.state.callbacks, kind):
            world.emit(account, kind, message_type, params(world.catalog, *about))


def _other(number: int, drawn: int) -> int:
    """What was drawn, or the next number when that is what it was."""
    return drawn + (drawn == number)
