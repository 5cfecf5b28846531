"""What are CJ's two lists asked for, and what is made of their pages?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from cj_async import CJClient, InvalidRequest, crawl
from cj_async.crawl._filters import KNOWN, Profile
from cj_async.crawl._lists import LISTS, Fetched, milliseconds, moment_of, points_of
from cj_async.crawl._segment import Ask, Seen
from cj_async.simulator import Simulator
from tests.crawl.garbling import garble, rows_of
from tests.crawl.one_clock import OneClock, timed
from tests.crawl.states import catalog

PATHS: Mapping[Profile, str] = {"rich": "listV2", "cheap": "product/list"}
FIRST = Ask(start=None, end=None, category=None, low=None, high=None, page=1)

both = pytest.mark.parametrize("profile", LISTS)


async def page(cj: CJClient, profile: Profile, **ask: Any) -> Fetched:
    """The page that is asked for; the first of everything by default."""
    return await LISTS[profile].fetch(cj, replace(FIRST, **ask), {}, ())


def query(local: Simulator, profile: Profile) -> dict[str, str]:
    """The parameters of the last page."""
    sent = local.requests.of(LISTS[profile].operation)[-1].query
    return {name: ",".join(values) for name, values in parse_qs(sent).items()}


# --- what is asked for

GIVEN: Mapping[Profile, Mapping[str, tuple[object, str, str]]] = {
    "rich": {
        "add_mark_status": (1, "addMarkStatus", "1"),
        "category_id": ("c3", "categoryId", "c3"),
        "country_code": ("US,DE", "countryCode", "US,DE"),
        "currency": ("EUR", "currency", "EUR"),
        "customization": (0, "customization", "0"),
        "end_sell_price": (9.5, "endSellPrice", "9.5"),
        "end_warehouse_inventory": (7, "endWarehouseInventory", "7"),
        "has_certification": (0, "hasCertification", "0"),
        "is_self_pickup": (0, "isSelfPickup", "0"),
        "is_warehouse": (True, "isWarehouse", "true"),
        "key_word": ("pen & ink", "keyWord", "pen & ink"),
        "lv2category_list": (["x", "y"], "lv2categoryList", "x,y"),
        "lv3category_list": (("z",), "lv3categoryList", "z"),
        "product_flag": (2, "productFlag", "2"),
        "product_type": (4, "productType", "4"),
        "start_sell_price": (Decimal("1.50"), "startSellPrice", "1.50"),
        "start_warehouse_inventory": (3, "startWarehouseInventory", "3"),
        "supplier_id": ("s", "supplierId", "s"),
        "verified_warehouse": (2, "verifiedWarehouse", "2"),
        "zone_platform": ("ebay", "zonePlatform", "ebay"),
    },
    "cheap": {
        "brand_open_id": ("12", "brandOpenId", "12"),
        "category_id": ("c3", "categoryId", "c3"),
        "country_code": ("US", "countryCode", "US"),
        "customization_version": (3, "customizationVersion", "3"),
        "delivery_time": ("48", "deliveryTime", "48"),
        "end_inventory": (9, "endInventory", "9"),
        "is_free_shipping": (1, "isFreeShipping", "1"),
        "is_self_pickup": (0, "isSelfPickup", "0"),
        "max_listed_num": (5, "maxListedNum", "5"),
        "max_price": (9.5, "maxPrice", "9.5"),
        "min_listed_num": (1, "minListedNum", "1"),
        "min_price": (Decimal("1.50"), "minPrice", "1.50"),
        "product_name": ("灯", "productName", "灯"),
        "product_name_en": ("pen & ink", "productNameEn", "pen & ink"),
        "product_type": ("SUPPLIER_PRODUCT", "productType", "SUPPLIER_PRODUCT"),
        "search_type": (21, "searchType", "21"),
        "start_inventory": (2, "startInventory", "2"),
        "supplier_id": ("s", "supplierId", "s"),
        "verified_warehouse": (1, "verifiedWarehouse", "1"),
    },
}
"""A value of every filter; its name and its text at CJ."""

WALKED: Mapping[Profile, Mapping[str, str]] = {
    "rich": {"orderBy": "3", "sort": "asc", "page": "1", "size": "100"},
    "cheap": {"orderBy": "createAt", "sort": "asc", "pageNum": "1", "pageSize": "200"},
}


@both
async def test_every_filter_reaches_cj_under_its_own_name(
    simulator: Simulator, cj: CJClient, profile: Profile
) -> None:
    given_filters = GIVEN[profile]
    assert given_filters.keys() == KNOWN[profile]
    rows: Any = {"rich": crawl.products, "cheap": crawl.ids}[profile]
    filters = {name: value for name, (value, _, _) in given_filters.items()}
    assert [row async for row in rows(cj, **filters)] == []
    sent = query(simulator, profile)
    for own in ("timeEnd", "createTimeTo", "features"):
        sent.pop(own, None)
    theirs = {name: text for _, name, text in given_filters.values()}
    assert sent == {**theirs, **WALKED[profile]}


@pytest.mark.parametrize(
    ("plan", "features"),
    [
        ({}, "enable_category,enable_combine,enable_description,enable_video"),
        ({"features": ("enable_video",)}, "enable_video"),
        ({"features": ()}, None),
        ({"profile": "cheap"}, None),
    ],
)
async def test_features_are_asked_for_where_rows_can_have_them(
    simulator: Simulator, cj: CJClient, tmp_path: Path, plan: dict[str, Any], features: str | None
) -> None:
    await crawl.run(cj, crawl.Plan(**plan), state=tmp_path / "cj.db")
    assert query(simulator, plan.get("profile", "rich")).get("features") == features


WRONG: list[tuple[Profile, str, object]] = [
    ("rich", "product_type", 99),
    ("rich", "start_sell_price", -1),
    ("rich", "end_sell_price", "9.50"),
    ("rich", "is_warehouse", "yes"),
    ("rich", "lv2category_list", [1]),
    ("cheap", "delivery_time", "7"),
    ("cheap", "start_inventory", "many"),
    ("cheap", "max_price", float("nan")),
]


@pytest.mark.parametrize(("profile", "name", "value"), WRONG)
def test_a_wrong_value_is_named_before_there_is_a_plan(
    profile: Profile, name: str, value: object
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        crawl.Plan(profile=profile, filters={name: value})
    assert (caught.value.parameter, caught.value.value) == (name, value)


@pytest.mark.parametrize(("profile", "name"), [("rich", "min_price"), ("cheap", "page_size")])
def test_a_plan_refuses_a_wrong_name(profile: Profile, name: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        crawl.Plan(profile=profile, filters={name: 1})
    assert (caught.value.parameter, caught.value.value) == (name, 1)


# --- windows

SPLITS: list[tuple[Profile, str, bool, bool]] = [
    ("rich", "category_id", False, True),
    ("rich", "lv2category_list", False, True),
    ("rich", "lv3category_list", False, True),
    ("rich", "start_sell_price", True, False),
    ("rich", "end_sell_price", True, False),
    ("rich", "country_code", True, True),
    ("cheap", "category_id", False, True),
    ("cheap", "min_price", True, False),
    ("cheap", "max_price", True, False),
    ("cheap", "product_type", True, True),
]


@pytest.mark.parametrize(("profile", "name", "by_category", "by_price"), SPLITS)
def test_what_the_user_filters_by_cannot_split(
    profile: Profile, name: str, by_category: bool, by_price: bool
) -> None:
    terms = LISTS[profile].fit({name: "1"})
    assert (terms.by_category, terms.by_price) == (by_category, by_price)


@both
async def test_windows_of_prices_touch(
    simulator: Simulator, cj: CJClient, profile: Profile
) -> None:
    below = await page(cj, profile, high=1999)
    asked = {name.lower(): text for name, text in query(simulator, profile).items()}
    high = asked["endsellprice" if profile == "rich" else "maxprice"]
    assert Decimal("19.999") < Decimal(high) < 20
    above = await page(cj, profile, low=2000)
    assert below.seen.total
    assert above.seen.total
    assert below.seen.total + above.seen.total == 300
    assert below.seen.misfits == above.seen.misfits == 0


@both
async def test_rows_of_other_categories_and_prices_are_misfits(profile: Profile) -> None:
    deaf = {"categoryId", "startSellPrice", "endSellPrice", "minPrice", "maxPrice"}
    async with catalog(50, ignores=deaf) as (_, cj):
        everything = await page(cj, profile)
        assert everything.seen.misfits == 0
        category = everything.rows[0].category_id
        others = sum(row.category_id != category for row in everything.rows)
        assert 0 < others < 50
        assert (await page(cj, profile, category=category)).seen.misfits == others
        assert (await page(cj, profile, low=10**9)).seen.misfits == 50
        assert (await page(cj, profile, low=0, high=0)).seen.misfits == 50


# --- pages


@both
async def test_a_page_beyond_the_cap_tells_the_cap_and_is_no_error(profile: Profile) -> None:
    async with catalog(700, page_cap=400) as (_, cj):
        number = 400 // LISTS[profile].terms.size
        assert len((await page(cj, profile, page=number)).rows) == LISTS[profile].terms.size
        beyond = await page(cj, profile, page=number + 1)
    assert beyond == Fetched([], Seen(beyond_cap=True), 400)


@both
async def test_rows_without_an_id_are_counted_as_unread(
    cj: CJClient, monkeypatch: pytest.MonkeyPatch, profile: Profile
) -> None:
    key, size = LISTS[profile].key, LISTS[profile].terms.size

    def spoil(body: dict[str, Any]) -> None:
        rows = rows_of(body)
        rows[3].pop(key)
        rows[4][key] = " "
        rows[5] = "nonsense"

    garble(monkeypatch, spoil, of=PATHS[profile], only=(1,))
    spoilt, whole = await page(cj, profile), await page(cj, profile)
    assert (spoilt.seen.unread, len(spoilt.rows), spoilt.seen.places) == (3, size - 3, size)
    assert (whole.seen.unread, len(whole.rows)) == (0, size)
    kept = [LISTS[profile].pid(row) for row in spoilt.rows]
    assert kept == [LISTS[profile].pid(row) for row in whole.rows[:3] + whole.rows[6:]]


@both
async def test_rows_that_are_withheld_are_not_unread_ones(
    cj: CJClient, monkeypatch: pytest.MonkeyPatch, profile: Profile
) -> None:
    def spoil(body: dict[str, Any]) -> None:
        rows = rows_of(body)
        rows[0]["sellPrice"] = "nonsense"
        del rows[-2:]

    garble(monkeypatch, spoil, of=PATHS[profile])
    short = await page(cj, profile)
    assert short.rows[0].sell_price is None
    assert (short.seen.unread, len(short.rows)) == (0, LISTS[profile].terms.size - 2)


@both
async def test_a_page_costs_what_is_charged(profile: Profile) -> None:
    async with timed(OneClock(), 300, points=50_000) as (local, cj):
        before = local.points.used_today
        await page(cj, profile)
        assert LISTS[profile].points == local.points.used_today - before == 50


def test_points_are_those_of_the_documentation() -> None:
    names = ("products.search", "products.list", "products.get", "products.nothing")
    assert [points_of(name) for name in names] == [50, 50, 10, 0]


@given(time=st.integers(0, 4_102_444_800_000))
@example(time=1_001)  # 1.001 * 1000 is a little less, in floats
def test_moments_keep_every_millisecond(time: int) -> None:
    assert milliseconds(moment_of(time)) == time
    assert moment_of(time).tzinfo is UTC


def test_a_row_without_a_time_has_none() -> None:
    assert milliseconds(None) is None
    assert milliseconds(datetime(1970, 1, 1, 0, 0, 1, 999, tzinfo=UTC)) == 1_000
