"""What do the operations on one product, its variants and categories answer?"""

from __future__ import annotations

from collections.abc import Mapping

from . import _variants
from ._answers import NO_PRODUCT, NO_VARIANT, OFF_SHELF, Refused
from ._catalog import Catalog
from ._inventory import inventories
from ._search import description, image, product_weight, videos
from ._spelling import beijing, dollars, in_json, price_or_number, texts, utc
from ._vocabulary import CATEGORIES, MATERIALS, NOUNS, PRODUCT_TYPES
from ._world import Call, Operation

_MATERIAL_KEYS = ("COMMON", "HAVE_BATTERY", "LIQUID", "MAGNETIC")
_LOGISTICS = {"COMMON": "普货", "HAVE_BATTERY": "带电", "LIQUID": "液体", "MAGNETIC": "带磁"}
_COMBINED = 3


def find_product(call: Call) -> int:
    """The product that pid, productSku or variantSku names, in this order.

    Raises:
        Refused: there is none, or it was taken off the shelves.
    """
    query, catalog = call.query, call.catalog
    if "pid" in query:
        number = catalog.number(query.text("pid"))
    elif "productSku" in query:
        number = catalog.number_of_sku(query.text("productSku"))
    else:
        found = _variants.find_sku(catalog, query.text("variantSku"))
        number = None if found is None else found[0]
    if number is None:
        raise Refused(NO_PRODUCT)
    if number in call.world.removed:
        raise Refused(OFF_SHELF)
    return number


def _get(call: Call) -> object:
    catalog, number = call.catalog, find_product(call)
    odd = call.oddity(number)
    category = catalog.category(number)
    return {
        "pid": catalog.pid(number),
        "productName": texts(catalog.chinese_names(number), odd >> 20),
        "productNameEn": catalog.name(number),
        "productSku": catalog.sku(number),
        "productImage": image(catalog, number),
        "productWeight": product_weight(catalog, number, odd),
        "productUnit": "unit(s)",
        "productType": PRODUCT_TYPES[catalog.kind[number]],
        "categoryId": catalog.category_levels[NOUNS[catalog.noun[number]].category][2],
        "categoryName": f"{category.first} / {category.second} / {category.third}",
        **_customs(catalog, number),
        **_packing(catalog, number),
        **_properties(catalog, number),
        **_prices(catalog, number, odd),
        "addMarkStatus": catalog.free_shipping[number],
        "description": description(catalog, number),
        "productVideo": videos(catalog, number) if "enable_video" in call.features else None,
        "listedNum": catalog.listed[number],
        "status": "3",
        "supplierName": catalog.supplier_name(number),
        "supplierId": catalog.supplier_id(number),
        "customizationVersion": catalog.customization[number],
        **{f"customizationJson{place}": "" for place in range(1, 5)},
        "variants": [
            _detailed(call, number, place)
            for place in range(catalog.variants[number])
            if _wanted(call, number, place)
        ],
        "createrTime": beijing(catalog.created[number]),
    }


def _customs(catalog: Catalog, number: int) -> dict[str, object]:
    noun = NOUNS[catalog.noun[number]]
    return {
        "entryCode": f"{8_000_000_000 + catalog.noun[number] * 7_919_100:010d}",
        "entryName": noun.chinese,
        "entryNameEn": noun.english.lower(),
    }


def _packing(catalog: Catalog, number: int) -> dict[str, object]:
    material = MATERIALS[catalog.material[number]]
    packed = catalog.weight[number] + 20
    return {
        "materialName": in_json(["", material.chinese]),
        "materialNameEn": in_json(["", material.english.lower()]),
        "materialKey": in_json([material.english.upper()]),
        "packWeight": packed,
        "packingWeight": f"{packed}.0",
        "packingName": in_json(["", "塑料袋"]),
        "packingNameEn": in_json(["", "plastic_bag"]),
        "packingKey": in_json(["PLASTIC_BAG"]),
    }


def _properties(catalog: Catalog, number: int) -> dict[str, object]:
    options = _variants.options(catalog, number)
    chinese = {"": [], "Color": ["颜色"], "Color-Size": ["颜色", "尺码"]}[options]
    logistics = _MATERIAL_KEYS[catalog.odd[number] >> 62]
    return {
        "productKey": in_json(chinese),
        "productKeyEn": options,
        "productPro": in_json([_LOGISTICS[logistics]]),
        "productProSet": [_LOGISTICS[logistics]],
        "productProEn": in_json([logistics]),
        "productProEnSet": [logistics],
    }


def _prices(catalog: Catalog, number: int, odd: int) -> dict[str, object]:
    low, high = catalog.low_price[number], catalog.high_price[number]
    return {
        "sellPrice": price_or_number(low, high, odd >> 47),
        "suggestSellPrice": (None, "")[odd & 1]
        if odd >> 51 & 7 == 4
        else f"{low * 2 // 100}.{low * 2 % 100:02d}-{high * 3 // 100}.{high * 3 % 100:02d}",
    }


def _wanted(call: Call, number: int, place: int) -> bool:
    country = call.query.text("countryCode").upper()
    return not country or _variants.has_stock_in(call.catalog, number, place, country)


def _variant(call: Call, number: int, place: int) -> dict[str, object]:
    """What every operation tells about a variant."""
    catalog = call.catalog
    length, width, height = _variants.measures(catalog, number)
    key = _variants.key(catalog, number, place)
    return {
        "vid": _variants.vid(catalog, number, place),
        "pid": catalog.pid(number),
        "variantName": None,
        "variantNameEn": f"{catalog.name(number)} {key}",
        "variantImage": image(catalog, number),
        "variantSku": _variants.sku(catalog, number, place),
        "variantUnit": None,
        "variantProperty": None,
        "variantKey": key,
        "variantLength": length,
        "variantWidth": width,
        "variantHeight": height,
        "variantVolume": length * width * height,
        "variantWeight": float(_variants.weight(catalog, number, place)),
        "variantSellPrice": dollars(_variants.price(catalog, number, place)),
        "variantSugSellPrice": dollars(_variants.price(catalog, number, place) * 2),
        "variantStandard": f"long={length},width={width},height={height}",
        "createTime": utc(catalog.created[number] + 1000 * place),
    }


def _detailed(call: Call, number: int, place: int) -> dict[str, object]:
    """A variant inside product/query: combinations and stock where asked for."""
    combined = _combined(call, number, place) if "enable_combine" in call.features else None
    stock = (
        inventories(call.catalog, number, place) if "enable_inventory" in call.features else None
    )
    return {
        **_variant(call, number, place),
        "combineNum": len(combined or ()),
        "combineVariants": combined,
        "inventories": stock,
    }


def _combined(call: Call, number: int, place: int) -> list[dict[str, object]]:
    """One product in eight is sold in combinations: its last variant is made of all others."""
    many = call.catalog.variants[number]
    odd = call.catalog.odd[number] >> _COMBINED & 7
    if odd or place != many - 1 or many == 1:
        return []
    return [_variant(call, number, other) for other in range(many - 1)]


def _variants_of(call: Call) -> object:
    """All variants of a product; null when there is no such product."""
    try:
        number = find_product(call)
    except Refused as refused:
        if refused.refusal == NO_PRODUCT:
            return None
        raise
    odd = call.oddity(number)
    rows: list[dict[str, object]] = []
    for place in range(call.catalog.variants[number]):
        if _wanted(call, number, place):
            row = _variant(call, number, place)
            if odd >> 58 & 1:
                row["variantKey"] = in_json([str(row["variantKey"])])
                row["createTime"] = None
            rows.append(row)
    return rows


def _variant_by_vid(call: Call) -> object:
    found = _variants.find(call.catalog, call.query.text("vid"))
    if found is None:
        raise Refused(NO_VARIANT)
    if found[0] in call.world.removed:
        raise Refused(OFF_SHELF)
    row = _variant(call, *found)
    if call.world.has("drifting_types"):
        row["variantProperty"] = "[]"
    stock = inventories(call.catalog, *found) if "enable_inventory" in call.features else None
    return {**row, "inventories": stock}


def _categories(call: Call) -> object:
    """The tree of categories; only the third level has an id."""
    tree: dict[str, dict[str, list[dict[str, str]]]] = {}
    for place, row in enumerate(CATEGORIES):
        leaf = {
            "categoryId": call.catalog.category_levels[place][2],
            "categoryName": row.third,
        }
        tree.setdefault(row.first, {}).setdefault(row.second, []).append(leaf)
    return [
        {
            "categoryFirstName": first,
            "categoryFirstList": [
                {"categorySecondName": second, "categorySecondList": leaves}
                for second, leaves in seconds.items()
            ],
        }
        for first, seconds in tree.items()
    ]


OPERATIONS: Mapping[str, Operation] = {
    "products.categories": _categories,
    "products.get": _get,
    "variants.list": _variants_of,
    "variants.get": _variant_by_vid,
}
