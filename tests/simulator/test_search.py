"""Both product lists: every filter against a naive scan, every order, paging, the cap, the groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cj_async.simulator import Simulator
from cj_async.simulator._catalog import Catalog
from cj_async.simulator._filters import LIST, SEARCH, Filter
from cj_async.simulator._listing import Listing, Order
from cj_async.simulator._parameters import Query
from cj_async.simulator._vocabulary import NOUNS, PLATFORMS, PRODUCT_TYPES, WAREHOUSES
from tests.simulator.plain import Caller, Fields, Row, Rows, calling, unlimited

SEARCH_PATH, LIST_PATH = "/product/listV2", "/product/list"
BEIJING = timezone(timedelta(hours=8))
CATALOG = Catalog(400, 3)


def listed(data: Row) -> Rows:
    return [item for group in data["content"] for item in group["productList"] or ()]


async def everything(caller: Caller, path: str, **query: Any) -> Rows:
    """All rows of a list, page by page."""
    rows: Rows = []
    page = 1
    first, second = ("page", "size") if path == SEARCH_PATH else ("pageNum", "pageSize")
    while True:
        data = await caller.data(path, **{first: page, second: 100, **query})
        found = listed(data) if path == SEARCH_PATH else data["list"]
        rows += found
        if len(found) < 100:
            assert len(rows) == data.get("totalRecords", data.get("total"))
            return rows
        page += 1


def low_price(row: Row) -> float:
    text = str(row["sellPrice"])
    for dash in (" -- ", "--", " – ", "-"):
        text = text.partition(dash)[0]
    return float(text)


def countries(row: Row) -> set[str]:
    return {each["countryCode"] for each in msgspec.json.decode(row["inventoryInfo"] or "[]")}


# What the rows themselves show: over the socket.

SEARCH_FILTERS: dict[str, tuple[str | float, Callable[[Row], bool]]] = {
    "keyWord": ("RING", lambda row: "ring" in row["nameEn"].lower()),
    "countryCode": ("us,DE", lambda row: bool({"US", "DE"} & countries(row))),
    "startSellPrice": ("55.5", lambda row: low_price(row) >= 55.5),
    "endSellPrice": ("55.5", lambda row: low_price(row) <= 55.5),
    "addMarkStatus": (1, lambda row: row["addMarkStatus"] == 1),
    "productType": (4, lambda row: row["productType"] == "SUPPLIER_PRODUCT"),
    "productFlag": (2, lambda row: row["isVideo"] == 1),
    "startWarehouseInventory": (6000, lambda row: row["warehouseInventoryNum"] >= 6000),
    "endWarehouseInventory": (6000, lambda row: row["warehouseInventoryNum"] <= 6000),
    "verifiedWarehouse": (2, lambda row: row["verifiedWarehouse"] == 2),
    "timeStart": (1_600_000_000_000, lambda row: row["createAt"] >= 1_600_000_000_000),
    "timeEnd": (1_600_000_000_000, lambda row: row["createAt"] <= 1_600_000_000_000),
    "zonePlatform": (
        "ebay,Etsy",
        lambda row: bool({"ebay", "etsy"} & set(row["zoneRecommendJson"] or ())),
    ),
    "isWarehouse": ("true", lambda row: bool(countries(row) - {"CN"})),
    "hasCertification": (1, lambda row: row["hasCECertification"] in (1, "1", True, "true")),
    "customization": (1, lambda row: row["customization"] == 1),
}


@pytest.mark.parametrize("parameter", SEARCH_FILTERS)
async def test_a_filter_of_search_keeps_what_fits_and_nothing_else(
    caller: Caller, parameter: str
) -> None:
    value, fits = SEARCH_FILTERS[parameter]
    rows = await everything(caller, SEARCH_PATH)
    kept = await everything(caller, SEARCH_PATH, **{parameter: value})
    assert [row["id"] for row in kept] == [row["id"] for row in rows if fits(row)]
    assert 0 < len(kept) < len(rows)


@pytest.mark.parametrize(
    ("parameter", "field"),
    [
        ("categoryId", "categoryId"),
        ("lv2categoryList", "twoCategoryId"),
        ("lv3categoryList", "categoryId"),
    ],
)
async def test_categories_are_searched_by_the_ids_of_the_rows(
    caller: Caller, parameter: str, field: str
) -> None:
    rows = await everything(caller, SEARCH_PATH)
    wanted = rows[0][field]
    kept = await everything(caller, SEARCH_PATH, **{parameter: wanted})
    assert [row["id"] for row in kept] == [row["id"] for row in rows if row[field] == wanted]


async def test_lists_of_categories_come_with_commas_or_as_repeated_keys(caller: Caller) -> None:
    rows = await everything(caller, SEARCH_PATH)
    first, second = sorted({row["categoryId"] for row in rows})[:2]
    joined = await everything(caller, SEARCH_PATH, lv3categoryList=f"{first},{second}")
    query = f"?size=100&lv3categoryList={first}&lv3categoryList={second}"
    repeated = await caller.send("GET", SEARCH_PATH + query)
    expected = [row["id"] for row in rows if row["categoryId"] in (first, second)]
    assert [row["id"] for row in joined] == expected
    assert [row["id"] for row in listed(repeated.body["data"])] == expected


LIST_FILTERS: dict[str, tuple[str | float, Callable[[Row], bool]]] = {
    "productNameEn": (
        "LAMP",
        lambda row: "lamp" in row["productNameEn"].lower(),
    ),
    "productType": ("SUPPLIER_PRODUCT", lambda row: row["productType"] == "SUPPLIER_PRODUCT"),
    "deliveryTime": ("48", lambda row: row["deliveryTime"] in ("24", "48")),
    "minPrice": (55.5, lambda row: low_price(row) >= 55.5),
    "maxPrice": (55.5, lambda row: low_price(row) <= 55.5),
    "minListedNum": (700, lambda row: row["listedNum"] >= 700),
    "maxListedNum": (700, lambda row: row["listedNum"] <= 700),
    "isFreeShipping": (1, lambda row: row["isFreeShipping"]),
    "customizationVersion": (2, lambda row: row["customizationVersion"] == 2),
}


@pytest.mark.parametrize("parameter", LIST_FILTERS)
async def test_a_filter_of_list_keeps_what_fits_and_nothing_else(parameter: str) -> None:
    async with unlimited(600, quirks=False) as cj, calling(cj) as caller:
        value, fits = LIST_FILTERS[parameter]
        rows = await everything(caller, LIST_PATH)
        kept = await everything(caller, LIST_PATH, **{parameter: value})
    assert [row["pid"] for row in kept] == [row["pid"] for row in rows if fits(row)]
    assert 0 < len(kept) < len(rows)


async def test_list_finds_by_id_sku_chinese_name_supplier_and_time() -> None:
    async with unlimited(quirks=False) as cj, calling(cj) as caller:
        rows = await everything(caller, LIST_PATH)
        one = next(row for row in rows if row["supplierId"])
        word = msgspec.json.decode(one["productName"])[0]
        moment = one["createTime"]
        expected = {
            "pid": [one["pid"]],
            "productSku": [one["pid"]],
            "supplierId": [r["pid"] for r in rows if r["supplierId"] == one["supplierId"]],
            "createTimeFrom": [r["pid"] for r in rows if r["createTime"] >= moment],
        }
        values = {**one, "createTimeFrom": moment}
        for parameter, pids in expected.items():
            kept = await everything(caller, LIST_PATH, **{parameter: values[parameter]})
            assert [row["pid"] for row in kept] == pids, parameter
        named = await everything(caller, LIST_PATH, productName=word)
        assert [r["pid"] for r in named] == [
            r["pid"] for r in rows if any(word in n for n in msgspec.json.decode(r["productName"]))
        ]


# What rows do not show: against the columns, without a socket.


def in_chinese(number: int, text: str) -> bool:
    return any(text in name for name in CATALOG.chinese_names(number))


def by_keyword(number: int, keyword: str) -> bool:
    name = CATALOG.name(number).lower()
    words = keyword.lower().split()
    named = bool(words) and all(word in name for word in words)
    return named or CATALOG.sku(number).startswith(keyword.strip().upper())


def stocked(number: int, places: Iterable[int]) -> bool:
    return any(CATALOG.stock_by_area[place][number] for place in places)


def category_ids(number: int) -> tuple[str, str, str]:
    return CATALOG.category_levels[NOUNS[CATALOG.noun[number]].category]


def second_category(number: int) -> str:
    return category_ids(number)[1]


def third_category(number: int) -> str:
    return category_ids(number)[2]


def beijing(text: str) -> float:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING).timestamp() * 1000


@cache
def known(what: Callable[[int], str], size: int = 25) -> list[str]:
    """Values that some products have."""
    return sorted({what(number) for number in range(CATALOG.count)})[:size]


COUNTRIES = [house.country for house in WAREHOUSES]
money = st.sampled_from(["0", "1", "0.49", "12.5", "52.23", "99.99", "500"])
moments = st.sampled_from([CATALOG.created[n] for n in range(12)]) | st.integers(0, 2**42)
counts = st.integers(0, 14_000)
words = st.sampled_from(
    ["lamp", "RING", "wool box", "e", "Desk Lamp", "CJ", "cjjj", "CJZBXLAA001", "xyz", " "]
)

Naive = dict[str, tuple[st.SearchStrategy[Any], Callable[[int, Any], bool]]]
NAIVE_SEARCH: Naive = {
    "keyWord": (words, by_keyword),
    "categoryId": (
        st.sampled_from(known(third_category)),
        lambda n, v: v in category_ids(n),
    ),
    "lv2categoryList": (
        st.sampled_from(known(second_category)).map(lambda v: (v,)),
        lambda n, v: category_ids(n)[1] in v,
    ),
    "countryCode": (
        st.sampled_from(COUNTRIES),
        lambda n, v: stocked(n, [COUNTRIES.index(v)]),
    ),
    "startSellPrice": (money, lambda n, v: CATALOG.low_price[n] >= round(float(v) * 100, 6)),
    "endSellPrice": (money, lambda n, v: CATALOG.low_price[n] <= round(float(v) * 100, 6)),
    "addMarkStatus": (st.integers(0, 1), lambda n, v: CATALOG.free_shipping[n] == v),
    "productType": (
        st.sampled_from([4, 10, 11]),
        lambda n, v: CATALOG.kind[n] == 1 if v == 4 else CATALOG.video[n] == (v == 10),
    ),
    "productFlag": (
        st.integers(0, 3),
        lambda n, v: CATALOG.video[n] == 1 if v == 2 else CATALOG.trend[n] == {0: 1, 1: 2, 3: 3}[v],
    ),
    "startWarehouseInventory": (counts, lambda n, v: CATALOG.stock[n] >= v),
    "endWarehouseInventory": (counts, lambda n, v: CATALOG.stock[n] <= v),
    "verifiedWarehouse": (st.integers(0, 2), lambda n, v: v == 0 or CATALOG.verified[n] == v),
    "timeStart": (moments, lambda n, v: CATALOG.created[n] >= v),
    "timeEnd": (moments, lambda n, v: CATALOG.created[n] <= v),
    "zonePlatform": (
        st.sampled_from(PLATFORMS),
        lambda n, v: CATALOG.zone[n] == PLATFORMS.index(v) + 1,
    ),
    "isWarehouse": (st.booleans(), lambda n, v: not v or stocked(n, range(1, len(COUNTRIES)))),
    "supplierId": (
        st.sampled_from(known(CATALOG.supplier_id)[1:]),
        lambda n, v: CATALOG.supplier_id(n) == v,
    ),
    "hasCertification": (st.integers(0, 1), lambda n, v: CATALOG.certified[n] == v),
    "isSelfPickup": (st.integers(0, 1), lambda n, v: CATALOG.self_pickup[n] == v),
    "customization": (st.integers(0, 1), lambda n, v: (CATALOG.customization[n] > 0) == v),
}
NAIVE_LIST: Naive = {
    "categoryId": NAIVE_SEARCH["categoryId"],
    "pid": (st.sampled_from(known(CATALOG.pid)), lambda n, v: CATALOG.pid(n) == v),
    "productSku": (st.sampled_from(known(CATALOG.sku)), lambda n, v: CATALOG.sku(n) == v),
    "productName": (st.sampled_from(["灯", "棉", "便携", "no"]), in_chinese),
    "productNameEn": (
        st.sampled_from(["lamp", "WOOL", "Desk Lamp"]),
        lambda n, v: all(word in CATALOG.name(n).lower() for word in v.lower().split()),
    ),
    "productType": (
        st.sampled_from(PRODUCT_TYPES),
        lambda n, v: PRODUCT_TYPES[CATALOG.kind[n]] == v,
    ),
    "countryCode": NAIVE_SEARCH["countryCode"],
    "deliveryTime": (
        st.sampled_from([24, 48, 72]),
        lambda n, v: 0 < CATALOG.delivery_days[n] * 24 <= v,
    ),
    "verifiedWarehouse": NAIVE_SEARCH["verifiedWarehouse"],
    "startInventory": NAIVE_SEARCH["startWarehouseInventory"],
    "endInventory": NAIVE_SEARCH["endWarehouseInventory"],
    "createTimeFrom": (
        st.sampled_from(["2020-02-29 12:00:00", "2024-01-01 00:00:00"]),
        lambda n, v: CATALOG.created[n] >= beijing(v),
    ),
    "createTimeTo": (
        st.sampled_from(["2020-02-29 12:00:00", "2024-01-01 00:00:00"]),
        lambda n, v: CATALOG.created[n] <= beijing(v),
    ),
    "brandOpenId": (
        st.integers(1, 4).map(lambda brand: str(CATALOG.brands.long(brand))),
        lambda n, v: CATALOG.brand[n] == CATALOG.brands.number(v),
    ),
    "minPrice": NAIVE_SEARCH["startSellPrice"],
    "maxPrice": NAIVE_SEARCH["endSellPrice"],
    "searchType": (st.sampled_from([0, 2, 21]), lambda n, v: v == 0 or CATALOG.trend[n] == 1),
    "minListedNum": (counts, lambda n, v: CATALOG.listed[n] >= v),
    "maxListedNum": (counts, lambda n, v: CATALOG.listed[n] <= v),
    "isSelfPickup": NAIVE_SEARCH["isSelfPickup"],
    "supplierId": NAIVE_SEARCH["supplierId"],
    "isFreeShipping": NAIVE_SEARCH["addMarkStatus"],
    "customizationVersion": (st.integers(1, 5), lambda n, v: CATALOG.customization[n] == v),
}
ORDERS: dict[str, Callable[[Catalog], Sequence[int]] | None] = {
    "natural": None,
    "listed": lambda catalog: catalog.listed,
    "price": lambda catalog: catalog.low_price,
    "created": lambda catalog: catalog.created,
    "stock": lambda catalog: catalog.stock,
}


def queries(naive: Naive) -> st.SearchStrategy[Fields]:
    return st.fixed_dictionaries({}, optional={name: row[0] for name, row in naive.items()}).filter(
        lambda query: len(query) <= 4
    )


def scanned(naive: Naive, query: Fields, order: str, descending: bool) -> list[int]:
    """The same result, by looking at every product."""
    fits = [
        number
        for number in range(CATALOG.count)
        if all(naive[name][1](number, value) for name, value in query.items())
    ]
    column = ORDERS[order]
    return (
        fits
        if column is None
        else sorted(fits, key=column(CATALOG).__getitem__, reverse=descending)
    )


def found(
    filters: Sequence[Filter], query: Fields, order: str, descending: bool, cap: int | None
) -> tuple[list[int], int]:
    page = Listing(CATALOG, cap).page(
        filters, Query(query), Order(order, ORDERS[order], descending), 1, CATALOG.count
    )
    return list(page.numbers), page.total


def test_every_documented_filter_is_scanned() -> None:
    assert set(NAIVE_SEARCH) | {"lv3categoryList"} == {each.parameter for each in SEARCH}
    assert set(NAIVE_LIST) == {each.parameter for each in LIST}


@settings(max_examples=150, deadline=None)
@given(queries(NAIVE_SEARCH), st.sampled_from(list(ORDERS)), st.booleans())
def test_search_finds_what_a_naive_scan_finds(query: Fields, order: str, descending: bool) -> None:
    expected = scanned(NAIVE_SEARCH, query, order, descending)
    assert found(SEARCH, query, order, descending, None) == (expected, len(expected))


@settings(max_examples=150, deadline=None)
@given(queries(NAIVE_LIST), st.sampled_from(list(ORDERS)), st.booleans())
def test_list_finds_what_a_naive_scan_finds(query: Fields, order: str, descending: bool) -> None:
    expected = scanned(NAIVE_LIST, query, order, descending)
    assert found(LIST, query, order, descending, None) == (expected, len(expected))


@settings(max_examples=40, deadline=None)
@given(queries(NAIVE_SEARCH), st.integers(1, 50))
def test_a_cap_shows_the_first_rows_and_tells_of_no_more(query: Fields, cap: int) -> None:
    expected = scanned(NAIVE_SEARCH, query, "price", True)
    assert found(SEARCH, query, "price", True, cap) == (expected[:cap], min(cap, len(expected)))


@pytest.mark.parametrize("parameter", sorted({*NAIVE_SEARCH, *NAIVE_LIST}))
def test_every_filter_keeps_some_products_and_drops_others(parameter: str) -> None:
    strategy, fits = (NAIVE_SEARCH | NAIVE_LIST)[parameter]
    kept: set[int] = set()

    @settings(max_examples=20, deadline=None, database=None)
    @given(strategy)
    def try_some(value: Any) -> None:
        kept.add(sum(fits(number, value) for number in range(CATALOG.count)))

    try_some()
    assert any(0 < count < CATALOG.count for count in kept)


# Sorting, paging, the cap, odd values.


SORTS: dict[int, Callable[[Row], float]] = {
    1: lambda row: row["listedNum"],
    2: low_price,
    3: lambda row: row["createAt"],
    4: lambda row: row["warehouseInventoryNum"],
}


@pytest.mark.parametrize("sort", ["asc", "desc"])
@pytest.mark.parametrize("order", SORTS)
async def test_search_sorts(caller: Caller, order: int, sort: str) -> None:
    rows = await everything(caller, SEARCH_PATH, orderBy=order, sort=sort)
    keys = [SORTS[order](row) for row in rows]
    assert keys == sorted(keys, reverse=sort == "desc")
    assert len(keys) == 300


async def test_sorting_is_descending_unless_asked_otherwise(caller: Caller) -> None:
    data = await caller.data(SEARCH_PATH, orderBy=1, size=100)
    counts = [row["listedNum"] for row in listed(data)]
    assert counts == sorted(counts, reverse=True)


async def test_list_shows_the_newest_first() -> None:
    async with unlimited(quirks=False) as cj, calling(cj) as caller:
        times = [row["createTime"] for row in await everything(caller, LIST_PATH)]
        assert times == sorted(times, reverse=True)
        often = await everything(caller, LIST_PATH, orderBy="listedNum", sort="asc")
        assert [row["listedNum"] for row in often] == sorted(row["listedNum"] for row in often)


async def test_pages_tell_number_size_and_totals(caller: Caller) -> None:
    data = await caller.data(SEARCH_PATH, page=4, size=90)
    assert len(listed(data)) == 30
    assert [data[name] for name in ("pageNumber", "pageSize", "totalRecords", "totalPages")] == [
        4,
        90,
        300,
        4,
    ]
    data = await caller.data(LIST_PATH, pageNum=2, pageSize=200)
    assert (data["pageNum"], data["pageSize"], data["total"], len(data["list"])) == (
        2,
        200,
        300,
        100,
    )


async def test_a_page_holds_ten_or_twenty_rows_unless_asked_otherwise(caller: Caller) -> None:
    assert len(listed(await caller.data(SEARCH_PATH))) == 10
    assert len((await caller.data(LIST_PATH))["list"]) == 20


async def test_a_page_beyond_the_last_is_empty_and_still_a_success(caller: Caller) -> None:
    data = await caller.data(SEARCH_PATH, page=5, size=100)
    assert listed(data) == []
    assert data["totalRecords"] == 300


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (SEARCH_PATH, {"page": 0}),
        (SEARCH_PATH, {"page": 1001}),
        (SEARCH_PATH, {"page": -1}),
        (SEARCH_PATH, {"page": "one"}),
        (SEARCH_PATH, {"size": 0}),
        (SEARCH_PATH, {"size": 101}),
        (SEARCH_PATH, {"orderBy": 5}),
        (SEARCH_PATH, {"sort": "up"}),
        (SEARCH_PATH, {"productType": 5}),
        (SEARCH_PATH, {"productFlag": 9}),
        (SEARCH_PATH, {"startSellPrice": "cheap"}),
        (SEARCH_PATH, {"startSellPrice": "nan"}),
        (SEARCH_PATH, {"isWarehouse": "maybe"}),
        (SEARCH_PATH, {"keyWord": "x" * 201}),
        (LIST_PATH, {"pageNum": 0}),
        (LIST_PATH, {"pageSize": 201}),
        (LIST_PATH, {"orderBy": "price"}),
        (LIST_PATH, {"deliveryTime": "25"}),
        (LIST_PATH, {"productType": "TOY"}),
        (LIST_PATH, {"createTimeFrom": "yesterday"}),
    ],
)
async def test_a_value_out_of_range_is_a_param_error(
    caller: Caller, path: str, query: Fields
) -> None:
    answer = await caller.get(path, **query)
    assert (answer.status, answer.code, answer.body["message"]) == (200, 1600300, "Param error")


@pytest.mark.parametrize("path", [SEARCH_PATH, LIST_PATH])
async def test_unknown_and_empty_parameters_are_passed_over(caller: Caller, path: str) -> None:
    wrong: dict[str, Fields] = {
        SEARCH_PATH: {"pageNum": 7, "keyword": "lamp"},
        LIST_PATH: {"page": 7, "keyWord": "a"},
    }
    plain = await caller.data(path)
    assert await caller.data(path, **wrong[path], categoryId="") == plain


async def test_lists_stop_at_the_cap() -> None:
    async with unlimited(6300) as cj, calling(cj) as caller:
        data = await caller.data(SEARCH_PATH, page=60, size=100)
        assert (data["totalRecords"], data["totalPages"], len(listed(data))) == (6000, 60, 100)
        assert (await caller.data(LIST_PATH, pageNum=30, pageSize=200))["total"] == 6000
        for path, query in [
            (SEARCH_PATH, {"page": 61, "size": 100}),
            (SEARCH_PATH, {"page": 601, "size": 10}),
            (LIST_PATH, {"pageNum": 31, "pageSize": 200}),
        ]:
            answer = await caller.get(path, **query)
            assert answer.code == 1600300
            assert "the max offset is 6000" in answer.body["message"]


async def test_the_last_page_before_the_cap_ends_at_it() -> None:
    async with unlimited(200, page_cap=50) as cj, calling(cj) as caller:
        data = await caller.data(SEARCH_PATH, page=3, size=20)
        assert (data["totalRecords"], len(listed(data))) == (50, 10)
        assert (await caller.get(SEARCH_PATH, page=4, size=20)).code == 1600300


async def test_without_a_cap_everything_is_listed() -> None:
    async with unlimited(6300, page_cap=None) as cj, calling(cj) as caller:
        data = await caller.data(SEARCH_PATH, page=63, size=100)
        assert (data["totalRecords"], len(listed(data))) == (6300, 100)


async def test_groups_come_alone_mostly_and_sometimes_in_pairs(caller: Caller) -> None:
    shapes: list[tuple[bool, ...]] = []
    for page in range(1, 151):
        content = (await caller.data(SEARCH_PATH, page=page, size=2))["content"]
        shapes.append(tuple(group["productList"] is None for group in content))
    assert set(shapes) == {(False,), (False, False), (False, True)}
    assert shapes.count((False,)) > 100


async def test_nothing_found_is_no_group_or_a_group_without_a_list(caller: Caller) -> None:
    none = await caller.data(SEARCH_PATH, keyWord="xyzzy")
    null = await caller.data(SEARCH_PATH, keyWord="xyzzyx")
    assert none["content"] == []
    assert [group["productList"] for group in null["content"]] == [None]
    assert none["totalRecords"] == null["totalRecords"] == none["totalPages"] == 0


async def test_a_group_tells_the_keyword_it_used_and_the_one_it_was_given(caller: Caller) -> None:
    group = (await caller.data(SEARCH_PATH, keyWord=" Desk  LAMP"))["content"][0]
    assert (group["keyWord"], group["keyWordOld"]) == ("desk lamp", "Desk  LAMP")


async def test_texts_come_only_with_their_features(caller: Caller) -> None:
    fields = ("description", "oneCategoryName", "twoCategoryName", "threeCategoryName", "videoList")
    plain = listed(await caller.data(SEARCH_PATH, size=50))
    assert all(row[field] is None for row in plain for field in fields)
    features = "enable_description,enable_category,enable_video"
    rich = listed(await caller.data(SEARCH_PATH, size=50, features=features))
    assert all(row[field] is not None for row in rich for field in fields)
    assert all(bool(row["videoList"]) == bool(row["isVideo"]) for row in rich)


async def test_prices_come_in_every_documented_spelling(caller: Caller) -> None:
    import re

    searched = [row["sellPrice"] for row in await everything(caller, SEARCH_PATH)]
    listing = [row["sellPrice"] for row in await everything(caller, LIST_PATH)]
    both = searched + listing
    assert any(isinstance(price, float) for price in searched)
    assert any(isinstance(price, str) and re.fullmatch(r"\d+\.\d\d", price) for price in searched)
    for pattern in (r"\d+\.\d\d -- \d+\.\d\d", r"\d+\.\d\d-\d+\.\d\d", r"\d+\.\d\d – \d+\.\d\d"):
        assert any(isinstance(price, str) and re.fullmatch(pattern, price) for price in both)


async def test_without_quirks_values_come_in_one_spelling() -> None:
    async with unlimited(quirks=False) as cj, calling(cj) as caller:
        for row in await everything(caller, SEARCH_PATH):
            assert isinstance(row["sellPrice"], str)
            assert row["hasCECertification"] in (0, 1)
            assert not isinstance(row["hasCECertification"], bool)


async def test_a_removed_product_leaves_the_lists(cj: Simulator, caller: Caller) -> None:
    rows = await everything(caller, SEARCH_PATH)
    cj.remove_product(rows[5]["id"])
    assert await everything(caller, SEARCH_PATH) == rows[:5] + rows[6:]
    assert (await caller.get("/product/query", pid=rows[5]["id"])).code == 1602002


async def test_a_product_of_mine_is_marked(caller: Caller) -> None:
    pid = listed(await caller.data(SEARCH_PATH))[3]["id"]
    await caller.post("/product/addToMyProduct", productId=pid)
    marked = {row["id"]: row["myProduct"] for row in listed(await caller.data(SEARCH_PATH))}
    assert [each for each, mine in marked.items() if mine] == [pid]
