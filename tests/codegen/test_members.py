"""Do models have the names, the other names and the properties that the spec gives them?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from cj_async import decode
from codegen.load import read_spec
from codegen.members import attribute_names, with_members
from tests.codegen.parcels import Made
from tests.codegen.small import Small

# --- x-python-name


def test_a_key_that_says_nothing_has_the_name_that_the_spec_gives_it(made: Made) -> None:
    stock = decode(made.stock.BigStock, b'{"w": 7, "parts": [{"w": "3", "s": "L"}]}')

    assert stock.warehouse_number == 7
    assert [(part.width, part.s) for part in stock.parts] == [("3", "L")]
    assert msgspec.json.decode(msgspec.json.encode(stock)) == {
        "w": 7,
        "parts": [{"w": "3", "s": "L"}],
    }


def test_the_name_belongs_to_the_field_of_one_schema(parcels_project: Path) -> None:
    assert attribute_names(read_spec(parcels_project / "spec")) == {
        "Stock.w": "warehouse_number",
        "StockPart.w": "width",
    }


# --- x-cj-also


@pytest.mark.parametrize(
    ("given", "quantity"),
    [
        ({"quantity": 1, "count": 2, "itemCount": 3}, 1),
        ({"count": 2, "itemCount": 3}, 2),
        ({"quantity": None, "itemCount": 3}, 3),
        ({"quantity": 0, "count": 2}, 0),
        ({}, None),
    ],
)
@pytest.mark.parametrize("model", ["Stock", "BigStock"])
def test_a_field_is_read_under_its_other_names_too(
    model: str, given: dict[str, Any], quantity: int | None, made: Made
) -> None:
    stock = decode(getattr(made.stock, model), msgspec.json.encode(given))

    assert stock.quantity == quantity
    assert (stock.count, stock.item_count) == (given.get("count"), given.get("itemCount"))


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (b'{"title": "Box"}', "Box"),
        (b'{"boxName": "", "title": "Box"}', "Box"),
        (b'{"boxName": "Own", "title": "Box"}', "Own"),
        (b'{"boxName": ""}', ""),
    ],
)
def test_empty_text_yields_to_another_name(given: bytes, name: str, made: Made) -> None:
    assert decode(made.stock.BigStock, given).box_name == name


# --- x-cj-properties


def test_a_property_is_the_first_of_its_fields_that_is_there(made: Made) -> None:
    stock = made.stock

    assert stock.Stock(sku="A", warehouse_number=7).code == "A"
    assert stock.Stock(warehouse_number=7).code == 7
    assert stock.Stock().code is None
    assert stock.BigStock(warehouse_number=7).label == 7
    assert stock.BigStock(warehouse_number=7, box_name="Box").label == "Box"
    assert stock.BigStock(sku="A").code == "A"


def test_a_property_has_the_types_of_its_fields_and_its_description(made: Made) -> None:
    text = made.text("models/stock")

    assert 'def code(self) -> str | int | None: """What others call it."""' in text
    assert 'def label(self) -> str | int | None: """What is written on it."""' in text


def test_a_property_is_no_field(made: Made) -> None:
    assert "code" not in made.stock.Stock.__struct_fields__
    assert msgspec.json.encode(made.stock.Stock(sku="A")) == b'{"sku":"A"}'


# --- modules without any


def test_a_module_without_members_stays_as_it_is(small: Small, small_files: dict[str, str]) -> None:
    module = small_files["cj_async/models/shop.py"]

    assert with_members(module, small.spec, "shop") == module
    assert "first_of" not in module


def test_words_of_a_property_cannot_end_its_docstring(
    small: Small, small_files: dict[str, str]
) -> None:
    small.schemas["Thing"]["x-cj-properties"] = {
        "title": {"first-of": ["kind", "pid"], "description": 'So called """title""".'}
    }

    module = with_members(small_files["cj_async/models/shop.py"], small.spec, "shop")

    compile(module, "shop.py", "exec")
    assert "def title(self) ->" in module
    assert "from cj_async._model import Model, first_of" in module
