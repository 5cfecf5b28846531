"""The columns of a model, and what stands in them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from types import ModuleType
from typing import Any

import msgspec
import pytest

from cj_async import CJClient
from cj_async._decode import decode
from cj_async.crawl.sinks._columns import Cell, Layout, Misfits, layout_of
from cj_async.models import order, product
from cj_async.models.product import Product, ProductInventory, ProductListItem, ProductSearchItem
from tests.crawl.sinks.batches import SEEN, line, line_of
from tests.examples import shown


def filled(model: type[msgspec.Struct], lines: bytes) -> tuple[list[dict[str, Cell]], Misfits]:
    layout, misfits = layout_of(model), Misfits()
    names = [column.name for column in layout.columns]
    columns = layout.fill(lines, misfits)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)], misfits


def types_of(model: type[msgspec.Struct]) -> dict[str, str]:
    return {column.name: column.type for column in layout_of(model).columns}


def test_the_columns_of_a_search_row_say_what_its_fields_are() -> None:
    types = types_of(ProductSearchItem)
    assert list(types)[:4] == ["_change", "_run", "_seen", "id"]
    expected = {
        "_change": "text",
        "_run": "integer",
        "_seen": "time",
        "id": "text",
        "productType": "text",
        "sellPriceLow": "decimal",
        "sellPriceHigh": "decimal",
        "discountPriceRate": "decimal",
        "createAt": "time",
        "isVideo": "flag",
        "listedNum": "integer",
        "videoList": "texts",
        "inventoryInfo": "json",
    }
    assert {name: types[name] for name in expected} == expected
    assert "sellPrice" not in types


def test_the_columns_of_a_product_say_what_its_fields_are() -> None:
    types = types_of(Product)
    assert types["materialKey"] == "texts"
    assert types["productWeightLow"] == "decimal"
    assert types["createrTime"] == "time"
    assert types["variants"] == "json"


@pytest.mark.parametrize("model", [ProductSearchItem, ProductListItem, Product, ProductInventory])
def test_no_two_columns_have_one_name_even_where_case_does_not_count(
    model: type[msgspec.Struct],
) -> None:
    names = [column.name.lower() for column in layout_of(model).columns]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("module", [product, order])
def test_every_model_has_columns(module: ModuleType) -> None:
    for each in vars(module).values():
        if isinstance(each, type) and issubclass(each, msgspec.Struct):
            assert len(Layout(each).columns) >= 3


def test_plain_python_types_have_columns_too() -> None:
    class Own(msgspec.Struct):
        amount: Decimal
        when: datetime | None = None
        mixed: int | str | None = None
        numbers: list[int] | None = None
        kind: msgspec.UnsetType | str = msgspec.UNSET

    own = types_of(Own)
    assert own["amount"] == "decimal"
    assert own["when"] == "time"
    assert own["mixed"] == own["numbers"] == own["kind"] == "json"


def test_a_row_comes_back_as_it_was() -> None:
    [answer, *_] = shown("products.get").answers.values()
    data = json.dumps(answer["data"]).encode()
    row = decode(Product, data)
    [cells], misfits = filled(Product, line_of(row))
    assert not misfits
    assert cells["_change"] == "new"
    assert cells["_run"] == 1
    assert cells["_seen"] == SEEN
    assert cells["pid"] == row.pid
    assert row.sell_price is not None
    assert cells["sellPriceLow"] == str(row.sell_price.low)
    assert row.variants is not None
    variants = cells["variants"]
    assert isinstance(variants, str)
    assert decode(list[product.Variant], variants.encode()) == row.variants


async def test_no_row_of_the_local_cj_has_a_misfit(cj: CJClient) -> None:
    rows = [row async for row in cj.products.search(features=["enable_category"], size=100)]
    cells, misfits = filled(ProductSearchItem, b"".join(map(line_of, rows)))
    assert not misfits
    assert [each["id"] for each in cells] == [row.id for row in rows]
    for row, each in zip(rows, cells, strict=True):
        assert row.create_at is not None
        assert isinstance(each["createAt"], str)
        assert datetime.fromisoformat(each["createAt"]) == row.create_at.astimezone(UTC)
        assert each["listedNum"] == row.listed_num
        assert each["isVideo"] == row.is_video


def test_nested_json_keeps_every_digit() -> None:
    text = b'{"id":"1","inventoryInfo":[{"price": 0.10000000000000000001, "id": 98765432109876543210}]}\n'
    [cells], _ = filled(ProductSearchItem, text)
    assert cells["inventoryInfo"] == text[len(b'{"id":"1","inventoryInfo":') : -2].decode()


def test_what_is_missing_or_null_is_none() -> None:
    lines = line("id", "1") + line("id", "2", inventoryInfo=None, sellPrice=None, listedNum=None)
    cells, misfits = filled(ProductSearchItem, lines)
    assert not misfits
    for row in cells:
        assert {name for name, cell in row.items() if cell is not None} == {
            *("_change", "_run", "_seen", "id")
        }


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("listedNum", 2**63),
        ("listedNum", -(2**63) - 1),
        ("listedNum", 10**50),
        ("nameEn", {"a": 1}),
        ("isVideo", "perhaps"),
        ("videoList", "a,b"),
        ("sellPrice", "1.00"),
    ],
)
def test_a_value_that_does_not_fit_costs_itself_and_nothing_else(column: str, value: Any) -> None:
    row: dict[str, Any] = {"_run": 1, "id": "2", "sku": "S", column: value}
    odd = json.dumps(row).encode() + b"\n"
    cells, misfits = filled(ProductSearchItem, line("id", "1") + odd + line("id", "3"))
    assert [row["id"] for row in cells] == ["1", "2", "3"]
    assert cells[1]["sku"] == "S"
    assert cells[1].get(column) is None
    assert misfits == {column: 1}


def test_integers_of_64_bits_fit() -> None:
    lines = line("id", "1", listedNum=2**63 - 1) + line("id", "2", listedNum=-(2**63))
    cells, misfits = filled(ProductSearchItem, lines)
    assert [row["listedNum"] for row in cells] == [2**63 - 1, -(2**63)]
    assert not misfits


def test_no_lines_are_no_cells() -> None:
    assert filled(Product, b"") == ([], {})
