"""What do the two product lists answer? ``/product/listV2`` and ``/product/list``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import msgspec

from . import _variants
from ._answers import PARAM_ERROR, Refused
from ._catalog import Catalog
from ._evidence import behaves
from ._filters import LIST, SEARCH
from ._listing import Order
from ._parameters import Query
from ._spelling import beijing_clock, grams, in_json, price, price_or_number, texts
from ._vocabulary import CATEGORIES, NOUNS, PLATFORMS, PRODUCT_TYPES, WAREHOUSES
from ._world import Call, Operation

_NATURAL = Order("natural", None, False)
_SEARCH_ORDERS: Mapping[int, Order] = {
    0: _NATURAL,
    1: Order("listed", lambda catalog: catalog.listed, True),
    2: Order("price", lambda catalog: catalog.low_price, True),
    3: Order("created", lambda catalog: catalog.created, True),
    4: Order("stock", lambda catalog: catalog.stock, True),
}
_LIST_ORDERS: Mapping[str, Order] = {
    "createat": Order("created", lambda catalog: catalog.created, True),
    "listednum": Order("listed", lambda catalog: catalog.listed, True),
}
_MOST_RELATED = 5
_SAME_EVERYWHERE: Mapping[str, object] = {
    "currency": "USD",
    "isCollect": 0,
    "setRecommendedTime": None,
    "saleStatus": "3",
    "authorityStatus": "1",
    "autStatus": "1",
    "isAut": "0",
    "isAd": 0,
    "activityId": None,
    "directMinOrderNum": "1",
}
_DISCOUNTS = (0, 0, 0, 10, 20, 35, 5, 50)
_CYCLES = ("3-5", "1-3", "5-7", "8-12")


@behaves(
    "products",
    "Parameters named in `ignores` are passed over by both lists, once their values were checked.",
    "assumed",
    "field note 17 has unknown ones passed over; off unless asked for",
)
def _heard(call: Call) -> Call:
    """The call without the parameters that both lists are told to ignore."""
    deaf = call.world.listing.ignores
    heard = {name: value for name, value in call.query.items() if name not in deaf}
    return replace(call, query=Query(heard)) if deaf else call


def _search(call: Call) -> object:
    call = _heard(call)
    query = call.query
    number, size = query.integer("page", 1), query.integer("size", 10)
    _check_page(number, 1000, size, 100)
    order = _SEARCH_ORDERS.get(query.integer("orderBy"))
    if order is None:
        raise Refused(PARAM_ERROR)
    page = call.world.listing.page(SEARCH, query, _directed(order, query), number, size)
    return {
        "pageSize": size,
        "pageNumber": number,
        "totalRecords": page.total,
        "totalPages": -(-page.total // size),
        "content": _groups(call, list(page.numbers), number),
    }


def _list(call: Call) -> object:
    call = _heard(call)
    query = call.query
    number, size = query.integer("pageNum", 1), query.integer("pageSize", 20)
    _check_page(number, None, size, 200)
    order = _LIST_ORDERS.get(query.text("orderBy", "createAt").lower())
    if order is None:
        raise Refused(PARAM_ERROR)
    page = call.world.listing.page(LIST, query, _directed(order, query), number, size)
    return {
        "pageNum": number,
        "pageSize": size,
        "total": page.total,
        "list": [_list_row(call, each) for each in page.numbers],
    }


def _check_page(number: int, last: int | None, size: int, most: int) -> None:
    if number < 1 or (last is not None and number > last) or not 1 <= size <= most:
        raise Refused(PARAM_ERROR)


def _directed(order: Order, query: Query) -> Order:
    descending = query.choice("sort", ("asc", "desc"), "desc") == "desc"
    return order if order.column is None else replace(order, descending=descending)


def _groups(call: Call, numbers: list[int], page: int) -> list[object]:
    """Usually one group, sometimes two; without a product no group, or one without a list."""
    odd = (page * 2_654_435_761 ^ sum(numbers)) % 16 if call.world.has("drifting_types") else 1
    if not numbers:
        return [] if len(call.query.text("keyWord")) % 2 else [_group(call, None)]
    if odd == 0 and len(numbers) > 1:
        middle = len(numbers) // 2
        return [_group(call, numbers[:middle]), _group(call, numbers[middle:])]
    if odd == 2:
        return [_group(call, numbers), _group(call, None)]
    return [_group(call, numbers)]


def _group(call: Call, numbers: list[int] | None) -> dict[str, object]:
    asked = call.query.text("keyWord")
    rows = None if numbers is None else [_search_row(call, number) for number in numbers]
    categories = {NOUNS[call.catalog.noun[number]].category for number in numbers or ()}
    return {
        "productList": rows,
        "relatedCategoryList": [
            {
                "categoryId": call.catalog.category_levels[category][2],
                "categoryName": CATEGORIES[category].third,
            }
            for category in sorted(categories)[:_MOST_RELATED]
        ],
        "storeList": [
            {
                "warehouseId": str(area),
                "warehouseName": f"{house.name} Warehouse",
                "countryCode": house.country,
            }
            for area, house in enumerate(WAREHOUSES, 1)
        ],
        "keyWord": " ".join(asked.lower().split()) or None,
        "keyWordOld": asked or None,
        "searchHit": f"1::{len(rows or ())}",
    }


def _search_row(call: Call, number: int) -> dict[str, object]:
    catalog, features = call.catalog, call.features
    odd = call.oddity(number)
    mine, sku = number in call.account.mine, catalog.sku(number)
    return {
        "id": catalog.pid(number),
        "nameEn": catalog.name(number),
        "sku": sku,
        "spu": sku,
        "bigImage": image(catalog, number),
        **_prices(catalog, number, odd),
        "listedNum": catalog.listed[number],
        "myProduct": mine,
        **_category_fields(catalog, number, "enable_category" in features),
        "addMarkStatus": catalog.free_shipping[number],
        "isVideo": catalog.video[number],
        "videoList": videos(catalog, number) if "enable_video" in features else None,
        "productType": PRODUCT_TYPES[catalog.kind[number]],
        "supplierName": catalog.supplier_name(number),
        "createAt": catalog.created[number],
        **_stock_fields(catalog, number),
        "customization": int(catalog.customization[number] > 0),
        "isPersonalized": int(catalog.customization[number] > 2),
        "hasCECertification": _certificate(catalog.certified[number], odd),
        "description": description(catalog, number) if "enable_description" in features else None,
        "deliveryCycle": _CYCLES[catalog.odd[number] >> 40 & 3],
        "isList": int(mine),
        "syncListedProductStatus": "3" if mine else None,
        "zoneRecommendJson": _zones(catalog, number),
        "variantKeyEn": _variants.options(catalog, number),
        "propertyKey": "COMMON",
        **_SAME_EVERYWHERE,
    }


def _prices(catalog: Catalog, number: int, odd: int) -> dict[str, object]:
    low, high = catalog.low_price[number], catalog.high_price[number]
    spelled = price_or_number if odd >> 50 & 15 == 1 else price
    sell = spelled(low, high, odd >> 47)
    off = _DISCOUNTS[catalog.odd[number] >> 44 & 7]
    if not off:
        nothing = "" if odd >> 54 & 1 else None
        return {
            "sellPrice": sell,
            "nowPrice": nothing,
            "discountPrice": nothing,
            "discountPriceRate": nothing,
        }
    now = price(low * (100 - off) // 100, high * (100 - off) // 100, odd >> 47)
    return {"sellPrice": sell, "nowPrice": now, "discountPrice": now, "discountPriceRate": str(off)}


def _category_fields(catalog: Catalog, number: int, with_names: bool) -> dict[str, object]:
    category = NOUNS[catalog.noun[number]].category
    first, second, third = catalog.category_levels[category]
    names = CATEGORIES[category]
    return {
        "categoryId": third,
        "threeCategoryName": names.third if with_names else None,
        "twoCategoryId": second,
        "twoCategoryName": names.second if with_names else None,
        "oneCategoryId": first,
        "oneCategoryName": names.first if with_names else None,
    }


def _stock_fields(catalog: Catalog, number: int) -> dict[str, object]:
    rows = _variants.product_stock(catalog, number)
    verified = sum(row.at_cj for row in rows)
    total = catalog.stock[number]
    info = [
        {"countryCode": WAREHOUSES[row.area].country, "totalInventory": row.total} for row in rows
    ]
    return {
        "warehouseInventoryNum": total,
        "totalVerifiedInventory": verified,
        "totalUnVerifiedInventory": total - verified,
        "verifiedWarehouse": catalog.verified[number],
        "inventoryInfo": msgspec.json.encode(info).decode() if info else "",
        "variantInventories": None,
    }


def _certificate(certified: int, odd: int) -> object:
    spellings: tuple[object, object, object, object] = (
        certified,
        str(certified),
        bool(certified),
        "true" if certified else "false",
    )
    return spellings[odd >> 55 & 3 if odd >> 57 & 7 == 0 else 0]


def _zones(catalog: Catalog, number: int) -> list[str] | None:
    zone = catalog.zone[number]
    return [PLATFORMS[zone - 1]] if zone else None


def _list_row(call: Call, number: int) -> dict[str, object]:
    catalog = call.catalog
    odd = call.oddity(number)
    category = catalog.category(number)
    low, high = catalog.low_price[number], catalog.high_price[number]
    days = catalog.delivery_days[number]
    free = catalog.free_shipping[number]
    sell = price if odd >> 34 & 7 == 3 else price_or_number
    return {
        "pid": catalog.pid(number),
        "productName": texts(catalog.chinese_names(number), odd >> 20),
        "productNameEn": catalog.name(number),
        "productSku": catalog.sku(number),
        "productImage": in_json([image(catalog, number)])
        if odd >> 25 & 7 == 1
        else image(catalog, number),
        "productWeight": product_weight(catalog, number, odd),
        "productType": None if odd >> 30 & 15 == 3 else PRODUCT_TYPES[catalog.kind[number]],
        "productUnit": "unit(s)",
        "sellPrice": sell(low, high, odd >> 47),
        "categoryId": catalog.category_levels[NOUNS[catalog.noun[number]].category][2],
        "categoryName": f"{category.first} / {category.second} / {category.third}",
        "remark": "",
        "addMarkStatus": free,
        "isFreeShipping": bool(free),
        "listedNum": catalog.listed[number],
        "supplierName": catalog.supplier_name(number),
        "supplierId": catalog.supplier_id(number),
        "createTime": None if odd >> 37 & 15 == 5 else beijing_clock(catalog.created[number]),
        "isVideo": catalog.video[number],
        "saleStatus": 3,
        "customizationVersion": catalog.customization[number],
        "deliveryTime": str(24 * days) if days else None,
    }


def product_weight(catalog: Catalog, number: int, odd: int) -> object:
    """The weight of a product: a number, text, a range, or nothing; grams."""
    low = catalog.weight[number]
    high = _variants.weight(catalog, number, catalog.variants[number] - 1)
    match odd >> 41 & 7:
        case 1:
            return float(low)
        case 2:
            return None if odd >> 60 & 1 else ""
        case _:
            return grams(low, high, odd >> 61)


def image(catalog: Catalog, number: int) -> str:
    """Where the picture of a product would be."""
    return f"https://images.example.com/{catalog.seed}/{number:08d}.jpg"


def videos(catalog: Catalog, number: int) -> list[str]:
    """The ids of a product's videos."""
    return [f"{catalog.odd[number]:016x}{number:016x}"] if catalog.video[number] else []


def description(catalog: Catalog, number: int) -> str:
    """What the seller wrote: HTML that nobody should trust."""
    name = catalog.name(number)
    script = "<script>alert('seller')</script>" if catalog.odd[number] & 64 else ""
    return f"<p><b>{name}</b></p>{script}<p>Packing list: 1 x {name} &amp; manual</p>"


OPERATIONS: Mapping[str, Operation] = {"products.search": _search, "products.list": _list}
