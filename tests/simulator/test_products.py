"""One product, its variants, stock, reviews: everything that can be asked about an id."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.simulator.plain import Caller, Fields, Row, Rows, calling, unlimited

QUERY, VARIANTS, VARIANT = "/product/query", "/product/variant/query", "/product/variant/queryByVid"
BY_VID, BY_SKU, BY_PID = (
    f"/product/stock/{name}" for name in ("queryByVid", "queryBySku", "getInventoryByPid")
)


@pytest.fixture
async def rows(caller: Caller) -> Rows:
    page: Row = await caller.data("/product/list", pageSize=200)
    found: Rows = page["list"]
    return found


async def details(caller: Caller, rows: Rows, **query: Any) -> Rows:
    return [await caller.data(QUERY, pid=row["pid"], **query) for row in rows]


async def test_a_product_is_found_by_each_of_its_names(caller: Caller, rows: Rows) -> None:
    for row in rows[:20]:
        by_pid = await caller.data(QUERY, pid=row["pid"])
        by_sku = await caller.data(QUERY, productSku=row["productSku"])
        variant = by_pid["variants"][-1]["variantSku"]
        assert by_pid == by_sku == await caller.data(QUERY, variantSku=variant)
        assert by_pid["pid"] == row["pid"]
        assert by_pid["productNameEn"] == row["productNameEn"]


async def test_both_shapes_of_ids_occur(rows: Rows) -> None:
    assert len({"-" in row["pid"] for row in rows}) == 2


@pytest.mark.parametrize(
    "query", [{"pid": "NOBODY"}, {"productSku": "CJ1"}, {"variantSku": "CJ1-X"}]
)
async def test_an_unknown_product_is_not_found(caller: Caller, query: Fields) -> None:
    answer = await caller.get(QUERY, **query)
    assert (answer.status, answer.code, answer.body["data"]) == (200, 1602001, None)
    assert (await caller.data(VARIANTS, **query)) is None


@pytest.mark.parametrize("path", [QUERY, VARIANTS])
async def test_asking_for_no_product_at_all_is_a_param_error(caller: Caller, path: str) -> None:
    assert (await caller.get(path)).code == 1600300
    assert (await caller.get(path, pid="")).code == 1600300


async def test_stock_videos_and_combinations_come_only_when_asked_for(
    caller: Caller, rows: Rows
) -> None:
    plain = await details(caller, rows[:40])
    assert all(product["productVideo"] is None for product in plain)
    assert all(
        v["inventories"] is v["combineVariants"] is None for p in plain for v in p["variants"]
    )
    features = "enable_inventory,enable_video,enable_combine"
    rich = await details(caller, rows[:40], features=features)
    assert any(product["productVideo"] for product in rich)
    assert any(variant["inventories"] for product in rich for variant in product["variants"])
    assert any(variant["combineNum"] for product in rich for variant in product["variants"])


async def test_a_country_leaves_only_variants_with_stock_there(caller: Caller, rows: Rows) -> None:
    for row in rows[:40]:
        kept = await caller.data(
            QUERY, pid=row["pid"], countryCode="US", features="enable_inventory"
        )
        everything = await caller.data(QUERY, pid=row["pid"], features="enable_inventory")
        in_us = [
            variant["vid"]
            for variant in everything["variants"]
            if any(stock["countryCode"] == "US" for stock in variant["inventories"] or ())
        ]
        assert [variant["vid"] for variant in kept["variants"]] == in_us
        listed = await caller.data(VARIANTS, pid=row["pid"], countryCode="US")
        assert [variant["vid"] for variant in listed] == in_us


async def test_texts_of_a_product_come_as_json_inside_text(caller: Caller, rows: Rows) -> None:
    names = [product["productName"] for product in await details(caller, rows)]
    decoded = [msgspec.json.decode(name) for name in names if name.startswith("[")]
    assert len(decoded) > len(names) * 0.8
    assert any(name == "" for name in names)
    assert any(name and not name.startswith("[") for name in names)


async def test_prices_of_products_are_numbers_or_ranges(caller: Caller, rows: Rows) -> None:
    for product in await details(caller, rows[:60]):
        prices = {variant["variantSellPrice"] for variant in product["variants"]}
        if len(prices) == 1:
            assert product["sellPrice"] == prices.pop()
        else:
            assert isinstance(product["sellPrice"], str)


async def test_weights_come_as_text_range_number_or_nothing(caller: Caller, rows: Rows) -> None:
    weights = [product["productWeight"] for product in await details(caller, rows)]
    assert {type(weight) for weight in weights} == {str, float, type(None)}
    assert "" in weights
    assert any("-" in weight for weight in weights if isinstance(weight, str))


async def test_variants_are_listed_and_found_one_by_one(caller: Caller, rows: Rows) -> None:
    for row in rows[:20]:
        listed = await caller.data(VARIANTS, pid=row["pid"])
        product = await caller.data(QUERY, pid=row["pid"])
        assert [v["vid"] for v in listed] == [v["vid"] for v in product["variants"]]
        for variant in listed:
            alone = await caller.data(VARIANT, vid=variant["vid"])
            for field in ("vid", "pid", "variantSku", "variantSellPrice", "variantWeight"):
                assert alone[field] == variant[field]
            assert alone["inventories"] is None


async def test_variant_keys_pair_with_the_keys_of_the_product(caller: Caller, rows: Rows) -> None:
    kinds: set[str] = set()
    for product in await details(caller, rows[:80]):
        kinds.add(product["productKeyEn"])
        for variant in product["variants"]:
            if product["productKeyEn"] == "Color-Size":
                assert variant["variantKey"].rpartition("-")[2] in ("S", "M", "L", "XL")
    assert kinds == {"", "Color", "Color-Size"}


async def test_keys_of_variants_are_plain_or_json_in_text(caller: Caller, rows: Rows) -> None:
    keys = [(await caller.data(VARIANTS, pid=row["pid"]))[0]["variantKey"] for row in rows[:60]]
    assert len({key.startswith('["') for key in keys}) == 2


@pytest.mark.parametrize("vid", ["NOBODY", "1300000000000000000"])
async def test_an_unknown_variant_is_not_found_and_has_no_stock(caller: Caller, vid: str) -> None:
    assert (await caller.get(VARIANT, vid=vid)).code == 1602000
    assert await caller.data(BY_VID, vid=vid) == []


@pytest.mark.parametrize(
    ("path", "field"), [(VARIANT, "vid"), (BY_VID, "vid"), (BY_SKU, "sku"), (BY_PID, "pid")]
)
async def test_a_missing_id_is_an_empty_field(caller: Caller, path: str, field: str) -> None:
    for query in ({}, {field: ""}):
        answer = await caller.get(path, **query)
        assert (answer.code, answer.body["message"]) == (16900403, f"{field} can not be empty")


async def test_all_ways_to_ask_for_stock_agree(caller: Caller, rows: Rows) -> None:
    for row in rows[:30]:
        by_pid = await caller.data(BY_PID, pid=row["pid"])
        total = sum(area["totalInventoryNum"] for area in by_pid["inventories"] or ())
        by_spu = await caller.data(BY_SKU, sku=row["productSku"])
        assert sum(area["totalInventoryNum"] for area in by_spu) == total
        by_variant = 0
        for variant in by_pid["variantInventories"]:
            stock = await caller.data(BY_VID, vid=variant["vid"])
            by_variant += sum(area["storageNum"] for area in stock)
            inner = sum(area["totalInventory"] for area in variant["inventory"] or ())
            assert sum(area["totalInventoryNum"] for area in stock) == inner
            for area in stock:
                assert area["areaId"] == str(int(area["areaId"]))
                parts = area["cjInventoryNum"] + area["factoryInventoryNum"]
                assert area["totalInventoryNum"] == parts
                held = sum(s["inventory"] + s["factoryInventory"] for s in area["stock"])
                assert held == parts
        assert by_variant == total


async def test_stock_of_a_variant_is_found_by_its_sku(caller: Caller, rows: Rows) -> None:
    product = await caller.data(QUERY, pid=rows[0]["pid"], features="enable_inventory")
    for variant in product["variants"]:
        stock = await caller.data(BY_SKU, sku=variant["variantSku"])
        inside = variant["inventories"] or ()
        assert [a["totalInventoryNum"] for a in stock] == [a["totalInventory"] for a in inside]
        assert all(isinstance(area["areaId"], int) for area in stock)


async def test_an_unknown_sku_has_null_for_stock_and_an_unknown_product_is_not_found(
    caller: Caller,
) -> None:
    assert await caller.data(BY_SKU, sku="CJNOTHING") is None
    assert (await caller.get(BY_PID, pid="NOBODY")).code == 1602001


async def test_every_storage_of_a_stock_row_has_details(caller: Caller, rows: Rows) -> None:
    seen: set[str] = set()
    for row in rows[:30]:
        for area in await caller.data(BY_SKU, sku=row["productSku"]):
            for storage in area["stock"]:
                seen.add(storage["stockId"])
                detail = await caller.data("/warehouse/detail", id=storage["stockId"])
                assert (detail["areaId"], detail["areaCountryCode"]) == (
                    area["areaId"],
                    area["countryCode"],
                )
                assert await caller.data("/warehouse/detail", id=detail["id"]) == detail
    assert len(seen) > 3


async def test_an_unknown_storage_is_not_found(caller: Caller) -> None:
    answer = await caller.get("/warehouse/detail", id="201e67f6ba4644c0a36d63bf4989dd71")
    assert (answer.code, answer.body["success"]) == (1608001, False)


async def test_categories_make_a_tree_of_three_levels(caller: Caller, rows: Rows) -> None:
    tree = await caller.data("/product/getCategory")
    leaves = {
        leaf[
            "categoryId"
        ]: f"{first['categoryFirstName']} / {second['categorySecondName']} / {leaf['categoryName']}"
        for first in tree
        for second in first["categoryFirstList"]
        for leaf in second["categorySecondList"]
    }
    assert len(leaves) == 40
    assert all(leaves[row["categoryId"]] == row["categoryName"] for row in rows)


async def test_warehouses_come_with_two_spellings_of_their_id(caller: Caller) -> None:
    answer = await caller.get("/product/globalWarehouseList")
    assert answer.body["success"] is True
    assert "result" not in answer.body
    areas = answer.body["data"]
    assert [area["countryCode"] for area in areas[:4]] == ["CN", "US", "GB", "DE"]
    assert all(area["id"] == str(area["areaId"]) for area in areas)


async def much_reviewed(caller: Caller, rows: Rows, path: str) -> tuple[Row, Row]:
    """A product with many reviews, and all of them."""
    for row in rows:
        data: Row = await caller.data(path, pid=row["pid"], pageSize=200)
        assert data["total"] == str(len(data["list"]))
        if len(data["list"]) > 25:
            return row, data
    raise AssertionError("no product has many reviews")


@pytest.mark.parametrize("path", ["/product/productComments", "/product/comments"])
async def test_reviews_come_in_pages_of_text(caller: Caller, rows: Rows, path: str) -> None:
    row, data = await much_reviewed(caller, rows, path)
    pages: Rows = [
        await caller.data(path, pid=row["pid"], pageNum=n, pageSize=10) for n in range(1, 11)
    ]
    assert [page["pageNum"] for page in pages] == [str(page) for page in range(1, 11)]
    assert [review for page in pages for review in page["list"]] == data["list"]
    assert len({review["commentId"] for review in data["list"]}) == len(data["list"])
    assert all(isinstance(r["commentId"], int) and r["commentId"] > 2**53 for r in data["list"])
    good = await caller.data(path, pid=row["pid"], score=5, pageSize=200)
    assert good["list"] == [review for review in data["list"] if review["score"] == "5"]


async def test_an_unknown_product_has_no_reviews(caller: Caller) -> None:
    data = await caller.data("/product/productComments", pid="NOBODY")
    assert (data["total"], data["list"]) == ("0", [])


async def test_the_same_question_has_the_same_answer_in_every_run(rows: Rows) -> None:
    async with unlimited() as cj, calling(cj) as caller:
        again = (await caller.data("/product/list", pageSize=200))["list"]
    assert again == rows


async def test_an_empty_catalog_answers_everything() -> None:
    async with unlimited(0) as cj, calling(cj) as caller:
        assert (await caller.data("/product/list"))["list"] == []
        assert (await caller.data("/product/listV2", orderBy=2, keyWord="lamp"))[
            "totalRecords"
        ] == 0
        assert (await caller.get(QUERY, pid="1300000000000000000")).code == 1602001
