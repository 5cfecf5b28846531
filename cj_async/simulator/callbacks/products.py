"""What do messages say about products, variants and stock?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .. import _variants
from .._catalog import Catalog
from .._evidence import behaves
from .._search import description, image
from .._spelling import dollars, price_or_number
from .._vocabulary import CATEGORIES, NOUNS, WAREHOUSES

_OFF_SALE, _ON_SALE = 2, 3
_VARIANT_OFF_SALE, _VARIANT_ON_SALE = 0, 1

Params = dict[str, object]


@behaves("webhooks", "INSERT fills every field and names none.", "assumed")
def product(catalog: Catalog, number: int) -> Params:
    """Params of PRODUCT, every field filled."""
    category = NOUNS[catalog.noun[number]].category
    properties = _variants.options(catalog, number).split("-")
    first, second = (*properties, "")[:2]
    low, high = catalog.low_price[number], catalog.high_price[number]
    return {
        "categoryId": catalog.category_levels[category][2],
        "categoryName": CATEGORIES[category].third,
        "pid": catalog.pid(number),
        "productDescription": description(catalog, number),
        "productImage": image(catalog, number),
        "productName": catalog.chinese_names(number)[0],
        "productNameEn": catalog.name(number),
        "productProperty1": first or None,
        "productProperty2": second or None,
        "productProperty3": None,
        "productSellPrice": price_or_number(low, high, 0),
        "productSku": catalog.sku(number),
        "productStatus": _ON_SALE,
        "fields": None,
    }


@behaves(
    "webhooks",
    "UPDATE names in fields what changed; everything else but the id is null.",
    "documented",
    "000, Webhook",
)
def product_update(catalog: Catalog, number: int, *fields: str) -> Params:
    """Params of PRODUCT that tell some fields."""
    return _only(product(catalog, number), "pid", fields)


@behaves("webhooks", "DELETE tells id, SKU and status: off sale.", "assumed")
def product_delete(catalog: Catalog, number: int) -> Params:
    """Params of PRODUCT that is gone."""
    told = product_update(catalog, number, "productSku", "productStatus")
    return {**told, "productStatus": _OFF_SALE, "fields": None}


@behaves("webhooks", "VARIANT carries pid.", "seen live", "2026-09, Webhook")
def variant(catalog: Catalog, number: int, place: int) -> Params:
    """Params of VARIANT, every field filled."""
    length, width, height = _variants.measures(catalog, number)
    key = _variants.key(catalog, number, place)
    color, _, size = key.rpartition("-")
    values = (color, size) if "-" in _variants.options(catalog, number) else (key, None)
    return {
        "vid": _variants.vid(catalog, number, place),
        "pid": catalog.pid(number),
        "variantName": f"{catalog.name(number)} {key}",
        "variantWeight": _variants.weight(catalog, number, place),
        "variantLength": length,
        "variantWidth": width,
        "variantHeight": height,
        "variantImage": image(catalog, number),
        "variantSku": _variants.sku(catalog, number, place),
        "variantKey": key,
        "variantSellPrice": dollars(_variants.price(catalog, number, place)),
        "variantStatus": _VARIANT_ON_SALE,
        "variantValue1": values[0],
        "variantValue2": values[1],
        "variantValue3": None,
        "fields": None,
    }


def variant_update(catalog: Catalog, number: int, place: int, *fields: str) -> Params:
    """Params of VARIANT that tell some fields."""
    told = variant(catalog, number, place)
    return {**_only(told, "vid", fields), "pid": told["pid"]}


def variant_delete(catalog: Catalog, number: int, place: int) -> Params:
    """Params of VARIANT that is gone."""
    told = variant_update(catalog, number, place, "variantSku", "variantStatus")
    return {**told, "variantStatus": _VARIANT_OFF_SALE, "fields": None}


@behaves("webhooks", "params of STOCK is a map by vid; areaId is text.", "documented", "000")
@behaves("webhooks", "STOCK tells every area, those without pieces too.", "assumed")
@behaves("webhooks", "storageNum of INCREASE and DECREASE is the stock now.", "assumed")
def stock(catalog: Catalog, number: int, areas: Iterable[int]) -> Params:
    """Params of STOCK: all variants of a product, in some areas."""
    wanted = tuple(areas)
    return {
        _variants.vid(catalog, number, place): _levels(catalog, number, place, wanted)
        for place in range(catalog.variants[number])
    }


def _levels(catalog: Catalog, number: int, place: int, areas: Iterable[int]) -> list[Params]:
    pieces = {row.area: row.total for row in _variants.stock(catalog, number, place)}
    return [
        {
            "vid": _variants.vid(catalog, number, place),
            "areaId": str(area + 1),
            "areaEn": f"{WAREHOUSES[area].name} Warehouse",
            "countryCode": WAREHOUSES[area].country,
            "storageNum": pieces.get(area, 0),
        }
        for area in areas
    ]


def _only(told: Mapping[str, object], id_field: str, fields: Iterable[str]) -> Params:
    kept = {id_field, *fields}
    shown: Params = {name: value if name in kept else None for name, value in told.items()}
    shown["fields"] = list(fields)
    return shown
