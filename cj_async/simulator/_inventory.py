"""How much of a variant or product lies where? Three stock operations, each with its own names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from . import _variants
from ._answers import NO_PRODUCT, Refused
from ._catalog import SKU_LENGTH, Catalog
from ._storage import stock_ids
from ._variants import Stock
from ._vocabulary import COUNTRY_NAMES, WAREHOUSES
from ._world import Call, Operation

_VERIFIED, _UNVERIFIED = 1, 2


def inventories(catalog: Catalog, number: int, place: int) -> list[dict[str, object]] | None:
    """Stock of a variant as product/query and variant/queryByVid tell it; None without any."""
    rows = _variants.stock(catalog, number, place)
    return [_inventory(catalog, row) for row in rows] or None


def _inventory(catalog: Catalog, row: Stock) -> dict[str, object]:
    return {
        "countryCode": WAREHOUSES[row.area].country,
        "totalInventory": row.total,
        "cjInventory": row.at_cj,
        "factoryInventory": row.total - row.at_cj,
        "verifiedWarehouse": _VERIFIED if row.at_cj else _UNVERIFIED,
        "stock": _stores(catalog, row),
    }


def _stores(catalog: Catalog, row: Stock) -> list[dict[str, object]]:
    """The sub-warehouses of an area share what CJ holds; the first gets the factory's pieces."""
    ids = stock_ids(catalog, row.area)
    share, rest = divmod(row.at_cj, len(ids))
    return [
        {
            "stockId": stock_id,
            "inventory": share + (rest if place == 0 else 0),
            "factoryInventory": row.total - row.at_cj if place == 0 else 0,
        }
        for place, stock_id in enumerate(ids)
    ]


def _numbers(row: Stock) -> dict[str, object]:
    return {
        "totalInventoryNum": row.total,
        "cjInventoryNum": row.at_cj,
        "factoryInventoryNum": row.total - row.at_cj,
    }


def _by_variant(call: Call) -> object:
    """Area ids are text here, and the total comes twice."""
    vid, catalog = call.query.text("vid"), call.catalog
    found = _variants.find(catalog, vid)
    if found is None or found[0] in call.world.removed:
        return []
    return [
        {
            "vid": vid,
            "areaId": str(row.area + 1),
            "areaEn": f"{WAREHOUSES[row.area].name} Warehouse",
            "countryCode": WAREHOUSES[row.area].country,
            "storageNum": row.total,
            **_numbers(row),
            "stock": _stores(catalog, row),
        }
        for row in _variants.stock(catalog, *found)
    ]


def _by_sku(call: Call) -> object:
    """The stock of a variant's SKU, or of a product with all its variants; null when unknown."""
    sku, catalog = call.query.text("sku"), call.catalog
    number = catalog.number_of_sku(sku) if len(sku) == SKU_LENGTH else None
    if number in call.world.removed:
        return None
    if number is not None:
        return [_named(catalog, row, None) for row in _variants.product_stock(catalog, number)]
    found = _variants.find_sku(catalog, sku)
    if found is None or found[0] in call.world.removed:
        return None
    vid = _variants.vid(catalog, *found)
    return [_named(catalog, row, vid) for row in _variants.stock(catalog, *found)]


def _named(catalog: Catalog, row: Stock, vid: str | None) -> dict[str, object]:
    return {"vid": vid, **_area(row), **_numbers(row), "stock": _stores(catalog, row)}


def _area(row: Stock) -> dict[str, object]:
    house = WAREHOUSES[row.area]
    return {
        "areaEn": f"{house.name} Warehouse",
        "areaId": row.area + 1,
        "countryCode": house.country,
        "countryNameEn": COUNTRY_NAMES[house.country],
    }


def _by_product(call: Call) -> object:
    """The same numbers have two names here; a product without any stock has null."""
    catalog = call.catalog
    number = catalog.number(call.query.text("pid"))
    if number is None or number in call.world.removed:
        raise Refused(NO_PRODUCT)
    rows = _variants.product_stock(catalog, number)
    return {
        "inventories": _product_rows(rows) or None,
        "variantInventories": [
            {
                "vid": _variants.vid(catalog, number, place),
                "inventory": inventories(catalog, number, place),
            }
            for place in range(catalog.variants[number])
        ],
    }


def _product_rows(rows: Iterable[Stock]) -> list[dict[str, object]]:
    return [
        {**_area(row), **_numbers(row), "countryNameEn": f"{WAREHOUSES[row.area].name} Warehouse"}
        for row in rows
    ]


OPERATIONS: Mapping[str, Operation] = {
    "inventory.by_variant": _by_variant,
    "inventory.by_sku": _by_sku,
    "inventory.by_product": _by_product,
}
