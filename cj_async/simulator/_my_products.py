"""Which products has the account put aside? Adding to "My Products", and its list."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from . import _variants
from ._account import Mine
from ._answers import ALREADY_MINE, NO_PRODUCT, OFF_SHELF, PARAM_ERROR, Refused
from ._filters import moment
from ._search import image
from ._spelling import cents
from ._vocabulary import NOUNS, PRODUCT_TYPES
from ._world import Call, Operation

_MOST_ROWS = 200
_CARRIERS = ("CAI NIAO", "YunExpress", "CJPacket Ordinary")


def _add(call: Call) -> object:
    number = call.catalog.number(str(call.body["productId"]))
    if number is None:
        raise Refused(NO_PRODUCT)
    if number in call.world.removed:
        raise Refused(OFF_SHELF)
    if number in call.account.mine:
        raise Refused(ALREADY_MINE)
    call.account.mine[number] = Mine(number, int(call.world.clock.time() * 1000))
    return True


def _list(call: Call) -> object:
    """Newest first. The paging parameters are not documented; the answer is paged all the same."""
    query = call.query
    page, size = query.integer("pageNum", 1), query.integer("pageSize", 10)
    if page < 1 or not 1 <= size <= _MOST_ROWS:
        raise Refused(PARAM_ERROR)
    tests = [test for name, test in _FILTERS.items() if name in query]
    newest_first = reversed(call.account.mine.values())
    rows = [row for row in newest_first if all(test(call, row) for test in tests)]
    first = (page - 1) * size
    return {
        "pageSize": size,
        "pageNumber": page,
        "totalRecords": len(rows),
        "totalPages": -(-len(rows) // size),
        "content": [_row(call, row) for row in rows[first : first + size]],
    }


def _row(call: Call, row: Mine) -> dict[str, object]:
    catalog, number = call.catalog, row.number
    length, width, height = _variants.measures(catalog, number)
    many = catalog.variants[number]
    low = catalog.low_price[number]
    return {
        "productId": catalog.pid(number),
        "productName": list(catalog.chinese_names(number)),
        "packWeight": f"{catalog.weight[number] + 20}.0",
        "weight": f"{catalog.weight[number]}.0",
        "productType": str(catalog.kind[number])
        if call.world.has("drifting_types")
        else PRODUCT_TYPES[catalog.kind[number]],
        "propertyKeyList": ["COMMON"],
        "bigImage": image(catalog, number),
        "nameEn": catalog.name(number),
        "sku": catalog.sku(number),
        "hasPacked": 0,
        "hasVirPacked": _has_virtual_packing(call, row),
        "sellPrice": cents(low).rstrip("0").rstrip("."),
        "discountPrice": None,
        "discountPriceRate": None,
        "defaultArea": "China Warehouse",
        "shopMethod": _CARRIERS[catalog.odd[number] % len(_CARRIERS)],
        "trialFreight": "0",
        "totalPrice": cents(low),
        "listedShopNum": "0",
        "vid": _variants.vid(catalog, number, 0),
        "areaId": "1",
        "areaCountryCode": "CN",
        "freightDiscount": "0",
        "createAt": row.added,
        "lengthList": [length] * many,
        "heightList": [height] * many,
        "widthList": [width] * many,
        "volumeList": [length * width * height] * many,
    }


def _has_virtual_packing(call: Call, row: Mine) -> int:
    return call.catalog.odd[row.number] >> 33 & 1


def _has_keyword(call: Call, row: Mine) -> bool:
    keyword = call.query.text("keyword").lower()
    catalog = call.catalog
    return keyword in catalog.name(row.number).lower() or keyword in catalog.sku(row.number).lower()


def _in_category(call: Call, row: Mine) -> bool:
    category = NOUNS[call.catalog.noun[row.number]].category
    return call.query.text("categoryId") in call.catalog.category_levels[category]


_FILTERS: Mapping[str, Callable[[Call, Mine], bool]] = {
    "keyword": _has_keyword,
    "categoryId": _in_category,
    "startAt": lambda call, row: row.added >= moment(call.query, "startAt"),
    "endAt": lambda call, row: row.added <= moment(call.query, "endAt"),
    "isListed": lambda call, _: call.query.integer("isListed") == 0,
    "hasPacked": lambda call, _: call.query.integer("hasPacked") == 0,
    "hasVirPacked": lambda call, row: (
        call.query.integer("hasVirPacked") == _has_virtual_packing(call, row)
    ),
}
"""Every documented filter; ``visiable`` has no documented meaning and keeps everything."""

OPERATIONS: Mapping[str, Operation] = {
    "products.add_to_my_products": _add,
    "products.my_products": _list,
}
