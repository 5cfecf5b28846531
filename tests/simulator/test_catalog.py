from __future__ import annotations

import itertools
from collections import Counter

import pytest

from cj_async.simulator import _variants
from cj_async.simulator._catalog import Catalog

SOME = range(0, 2000, 7)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog(2000, 5)


def facts(catalog: Catalog, number: int) -> tuple[object, ...]:
    return (
        catalog.pid(number),
        catalog.sku(number),
        catalog.name(number),
        catalog.low_price[number],
        catalog.high_price[number],
        catalog.created[number],
        catalog.stock[number],
        catalog.variants[number],
        catalog.odd[number],
    )


def test_a_product_is_the_same_in_a_catalog_of_any_size(catalog: Catalog) -> None:
    small = Catalog(40, 5)
    assert [facts(small, n) for n in range(40)] == [facts(catalog, n) for n in range(40)]


def test_another_seed_is_another_catalog(catalog: Catalog) -> None:
    other = Catalog(40, 6)
    assert not {facts(other, n) for n in range(40)} & {facts(catalog, n) for n in range(40)}


def test_every_product_is_found_by_id_and_sku(catalog: Catalog) -> None:
    for number in SOME:
        assert catalog.number(catalog.pid(number)) == number
        assert catalog.number_of_sku(catalog.sku(number)) == number


def test_every_variant_is_found_by_id_and_sku(catalog: Catalog) -> None:
    for number in SOME:
        for place in range(catalog.variants[number]):
            assert _variants.find(catalog, _variants.vid(catalog, number, place)) == (number, place)
            sku = _variants.sku(catalog, number, place)
            assert _variants.find_sku(catalog, sku) == (number, place)


def test_unknown_ids_and_skus_are_nobodys(catalog: Catalog) -> None:
    beyond = Catalog(3000, 5)
    assert catalog.number(beyond.pid(2500)) is None
    assert catalog.number_of_sku(beyond.sku(2500)) is None
    assert catalog.number_of_sku("CJNSWYÄÖ00001") is None
    assert catalog.number_of_sku("") is None
    assert _variants.find(catalog, catalog.pid(1)) is None
    assert _variants.find_sku(catalog, catalog.sku(1) + "-Nothing") is None


def test_the_stock_of_variants_sums_up_to_the_stock_of_the_product(catalog: Catalog) -> None:
    for number in SOME:
        rows = itertools.chain.from_iterable(
            _variants.stock(catalog, number, place) for place in range(catalog.variants[number])
        )
        assert sum(row.total for row in rows) == catalog.stock[number]


def test_the_prices_of_variants_span_the_range_of_the_product(catalog: Catalog) -> None:
    for number in SOME:
        many = catalog.variants[number]
        prices = [_variants.price(catalog, number, place) for place in range(many)]
        assert (min(prices), max(prices)) == (catalog.low_price[number], catalog.high_price[number])


def test_skus_and_keys_of_variants_differ(catalog: Catalog) -> None:
    for number in SOME:
        many = catalog.variants[number]
        assert len({_variants.key(catalog, number, place) for place in range(many)}) == many


def test_both_id_shapes_and_both_price_shapes_occur(catalog: Catalog) -> None:
    shapes = Counter("-" in catalog.pid(number) for number in SOME)
    ranges = Counter(catalog.low_price[n] < catalog.high_price[n] for n in SOME)
    assert min(*shapes.values(), *ranges.values()) > 50


def test_some_products_share_their_millisecond(catalog: Catalog) -> None:
    together = Counter(catalog.created)
    assert 20 < sum(count > 1 for count in together.values()) < 400


def test_an_empty_catalog_is_a_catalog() -> None:
    empty = Catalog(0, 1)
    assert len(empty.stock) == 0
    assert empty.number(Catalog(1, 1).pid(0)) is None
