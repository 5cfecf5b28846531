"""Does the audit find what a document has and the spec lacks or contradicts, and the other way round?"""

from __future__ import annotations

from typing import Any

import pytest

from codegen.load import Spec
from tests.codegen.audit.conftest import Compare, differing
from tests.codegen.audit.shop import FLAT, LEVELS


def schema(spec: Spec, name: str) -> dict[str, Any]:
    """A schema of the shop."""
    found: dict[str, Any] = spec.chapters["shop"]["components"]["schemas"][name]
    return found


def operation(spec: Spec, path: str, verb: str) -> dict[str, Any]:
    """An operation of the shop."""
    found: dict[str, Any] = spec.chapters["shop"]["paths"][path][verb]
    return found


def test_documents_that_agree_with_the_spec_show_no_difference(compare: Compare) -> None:
    assert compare() == []


def mended(text: str, line: str, *, after: str) -> str:
    """A document with one line more."""
    assert text.count(after) == 1
    return text.replace(after, f"{after}\n{line}")


ADDED = [
    (LEVELS, "| size2 | Size | string | N | 20 |  |", "| name | Name | string | Y | 20 |  |",
     "parameter-missing things.create size2"),
    (LEVELS, "| - depth | Depth | int | N | 50 |  |", "| - sku | SKU | string | Y | 50 |  |",
     "parameter-missing things.create lines.depth"),
    (LEVELS, "| weight | Weight | int | 5 |  |", "| hidden | Is hidden | int | 1 | 0-no, 1-yes |",
     "field-missing things.list data.list.weight"),
    (LEVELS, "| - shelf | Shelf | string | 5 |  |", "| - place | Place | string | 200 |  |",
     "field-missing things.list data.list.stock.shelf"),
    (LEVELS, '                "colour": "red",', '                "pid": "1534092419615174656",',
     "field-missing things.list data.list.colour"),
    (LEVELS, "| - sku | sku | string | Y | 200 |  |", "| - pid | thing id | string | Y | 200 |  |",
     "field-missing message ThingMessage params.sku"),
    (LEVELS, "| 3 | 阿富汗 | Afghanistan | AF | AFG | 4 |",
     "| 2 | 阿联酋 | Emirates(the) | AE | ARE | 784 |",
     "country-missing reference/countries.yaml AF"),
    (LEVELS, "| temu |  |", "| shopify |  |", "platform-missing reference/platforms.yaml temu"),
    (LEVELS, "| 1600200 | Too many | Wait |", "| 1600100 | Param error | Mend it |",
     "code-missing errors.yaml 1600200"),
    (LEVELS, "| FIRM | Firm |", "| HARD | Hard |", "value-missing things.list kind"),
    (FLAT, "| tag | 标签 | string | 否 | 20 | |", "| 邮箱 | String | 否 | 50 | ||",
     "parameter-missing things.create tag"),
    (FLAT, "| data.tags | list | 标签 |", "| data.pieces | list | 明细，包含 id、quantity |",
     "field-missing things.create data.tags"),
    (FLAT, "| 1600200 | Too many |", "| 1600100 | Param error |",
     "code-missing errors.yaml 1600200"),
    (FLAT, '"tag": "",', '"name": "pillow",', "parameter-missing things.create tag"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "after", "found"), ADDED)
def test_a_row_that_was_added_to_a_document_is_found(
    compare: Compare, text: str, line: str, after: str, found: str
) -> None:
    assert compare(mended(text, line, after=after)) == [found]


CHANGED = [
    ("| pageNum | Page number | int | N |", "| pageNum | Page number | int | Y |",
     "required-differs things.list pageNum"),
    ("| name | Name | string | Y |", "| name | Name | string | N |",
     "required-differs things.create name"),
    ("| - sku | SKU | string | Y |", "| - sku | SKU | string | N |",
     "required-differs things.create lines.sku"),
    ("| email | Email | string | N |", "| email | Email | string | Choose one of name, email |",
     "required-differs things.create email"),
    ("| pageNum | Page number | int |", "| pageNum | Page number | string |",
     "type-differs things.list pageNum"),
    ("| pid | Thing id | string |", "| pid | Thing id | object |",
     "type-differs things.list data.list.pid"),
    ('"pid": "1534092419615174656"', '"pid": [1534092419615174656]',
     "type-differs things.list data.list.pid"),
    ("1-red, 2-blue", "1-red, 2-blue, 3-green", "value-missing things.list colour"),
    ('"price": 1.50,', '"kind": "FIRM",', "value-missing things.list data.list.kind"),
    ("| SOFT,HARD |", "| SOFT,HARD,FIRM |", "value-missing things.list kind"),
    ("| AD | AND | 20 |", "| AD | ADR | 20 |", "country-differs reference/countries.yaml AD.alpha3"),
    ("Thing List(GET)", "Thing List(POST)", "method-differs things.list"),
    ('"THING"', '"GADGET"', "operation-missing message GADGET"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "found"), CHANGED)
def test_what_a_document_says_otherwise_is_found(
    compare: Compare, before: str, after: str, found: str
) -> None:
    assert before in LEVELS
    assert found in compare(LEVELS.replace(before, after, 1))


SCHEMAS = [
    "ThingPage", "Thing", "Stock", "CreateThingRequest", "ThingLineInput", "Made", "Piece",
    "ThingMessage", "ThingParams",
]  # fmt: skip


@pytest.mark.parametrize("name", SCHEMAS)
def test_any_property_that_is_removed_from_the_spec_is_found(shop: Spec, name: str) -> None:
    properties = schema(shop, name)["properties"]
    for removed in list(properties):
        kept = properties.pop(removed)
        found = [each.name for each in differing(shop, LEVELS, FLAT)]
        assert any(each.rpartition(".")[2] == removed for each in found), removed
        properties[removed] = kept


@pytest.mark.parametrize("name", ["code", "result", "message", "requestId"])
def test_a_field_that_is_removed_from_the_envelope_is_found_once_for_each_document(
    shop: Spec, compare: Compare, name: str
) -> None:
    del shop.shared["components"]["schemas"]["Envelope"]["properties"][name]
    found = compare()
    assert set(found) == {f"field-missing envelope {name}"}
    assert len(found) == len({LEVELS, FLAT})


@pytest.mark.parametrize("at", range(3))
def test_any_parameter_that_is_removed_from_the_spec_is_found(
    shop: Spec, compare: Compare, at: int
) -> None:
    removed = operation(shop, "/thing/list", "get")["parameters"].pop(at)
    assert compare() == [f"parameter-missing things.list {removed['name']}"]


def test_an_operation_that_is_removed_from_the_spec_is_found(shop: Spec, compare: Compare) -> None:
    del shop.chapters["shop"]["paths"]["/thing/create"]
    assert compare() == ["operation-missing POST /thing/create"] * 2


def test_an_operation_that_is_only_named_is_found(compare: Compare) -> None:
    text = f"{LEVELS}\nSee also /api2.0/v1/thing/sell.\n"
    assert compare(text, FLAT) == ["operation-missing /thing/sell"]


def test_a_value_that_is_removed_from_an_enumeration_is_found(shop: Spec, compare: Compare) -> None:
    operation(shop, "/thing/list", "get")["parameters"][1]["schema"]["enum"].remove("HARD")
    assert compare() == ["value-missing things.list kind"]


def test_a_value_that_only_the_description_names_is_missing_where_there_is_an_enumeration(
    shop: Spec, compare: Compare
) -> None:
    parameters = operation(shop, "/thing/list", "get")["parameters"]
    colour = next(each for each in parameters if each["name"] == "colour")
    colour["schema"]["enum"] = [1]
    assert compare() == ["value-missing things.list colour"]


def test_a_code_that_is_removed_from_the_spec_is_found(shop: Spec, compare: Compare) -> None:
    del shop.errors["codes"][1600100]
    assert compare() == ["code-missing errors.yaml 1600100"] * 2


def test_a_code_with_two_meanings_and_no_note_is_found(compare: Compare) -> None:
    text = LEVELS.replace('"message": "Param error"', '"message": "Interface is offline"')
    assert compare(text, FLAT) == ["code-differs errors.yaml 1600100"]


def test_a_note_in_the_spec_settles_a_code_with_two_meanings(shop: Spec, compare: Compare) -> None:
    shop.errors["codes"][1600100]["x-cj-decided"] = {"date": "2026-11-21", "reason": "Both."}
    text = LEVELS.replace('"message": "Param error"', '"message": "Interface is offline"')
    assert compare(text, FLAT) == []


def test_what_the_spec_has_and_no_document_shows_is_found(shop: Spec, compare: Compare) -> None:
    schema(shop, "Stock")["properties"]["shelf"] = {"type": "string"}
    schema(shop, "CreateThingRequest")["properties"]["colour"] = {"type": "string"}
    shop.errors["codes"][7] = {"meaning": "Seven."}
    operation(shop, "/thing/list", "get")["parameters"][1]["schema"]["enum"].append("FIRM")
    assert sorted(compare()) == [
        "undocumented-code errors.yaml 7",
        "undocumented-field things.list data.list.stock.shelf",
        "undocumented-parameter things.create colour",
        "undocumented-value things.list kind",
    ]


def test_nothing_is_undocumented_while_a_document_of_the_operation_is_missing(
    shop: Spec, compare: Compare
) -> None:
    schema(shop, "CreateThingRequest")["properties"]["colour"] = {"type": "string"}
    schema(shop, "Stock")["properties"]["shelf"] = {"type": "string"}
    assert compare(FLAT) == []
    assert compare(LEVELS) == ["undocumented-field things.list data.list.stock.shelf"]


def test_an_operation_that_no_document_shows_is_found(shop: Spec, compare: Compare) -> None:
    copied = {**operation(shop, "/thing/create", "post"), "operationId": "things.sell"}
    shop.chapters["shop"]["paths"]["/thing/sell"] = {"post": copied}
    assert sorted(compare()) == [
        "undocumented-field things.sell data",
        "undocumented-operation things.sell",
    ]


def test_an_operation_of_an_edition_that_was_not_given_is_left_out(
    shop: Spec, compare: Compare
) -> None:
    docs = [{"edition": "001", "section": "1"}]
    copied = {**operation(shop, "/thing/create", "post"), "operationId": "things.sell"}
    shop.chapters["shop"]["paths"]["/thing/sell"] = {"post": {**copied, "x-cj-docs": docs}}
    assert compare() == []


def test_a_type_that_the_wire_types_read_anyway_is_no_difference(compare: Compare) -> None:
    for before, after in (
        ("| price | Price | BigDecimal |", "| price | Price | string |"),
        ("| total | Total | int |", "| total | Total | string |"),
        ("| hidden | Is hidden | int |", "| hidden | Is hidden | boolean |"),
        ("| id | Id | string |", "| id | Id | long |"),
    ):
        assert compare(LEVELS.replace(before, after, 1)) == []


GENERAL = """
# Interface Field Definition
## #1 Base Fields
| Field | Field Meaning | Field Type | Length | Note |
| --- | --- | --- | --- | --- |
"""


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("| place | Place | string | 200 |  |", []),
        ("| creator | Creator | string | 200 |  |", ["field-missing anywhere creator"]),
        ("| place | Place | object | 200 |  |", ["type-differs anywhere place"]),
    ],
)
def test_a_list_of_fields_in_general_is_compared_by_name(
    compare: Compare, row: str, found: list[str]
) -> None:
    assert compare(LEVELS + GENERAL + row, FLAT) == found


def test_a_refusal_that_explains_itself_is_compared(shop: Spec, compare: Compare) -> None:
    text = FLAT.replace('"data": null,\n', '"data": {"nextAction": "WAIT"},\n')
    create = operation(shop, "/thing/create", "post")
    create["x-cj-refusal-data"] = {"$ref": "#/components/schemas/Stock"}
    schema(shop, "Stock")["properties"]["nextAction"] = {"type": "string"}
    assert compare(LEVELS, text) == []
    del schema(shop, "Stock")["properties"]["nextAction"]
    assert compare(LEVELS, text) == ["field-missing things.create data.nextAction"]


def test_the_keys_of_a_map_are_no_fields_and_what_is_below_them_is(
    shop: Spec, compare: Compare
) -> None:
    text = LEVELS.replace(
        '{"pid": "1", "fields"', '{"by": {"a": [{"place": "x"}]}, "pid": "1", "fields"'
    )
    by = {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Stock"}}
    schema(shop, "ThingParams")["properties"]["by"] = by
    assert compare(text, FLAT) == []
    del schema(shop, "Stock")["properties"]["place"]
    assert "field-missing message ThingMessage params.by.*.place" in compare(text, FLAT)


def test_below_an_object_that_may_hold_anything_nothing_is_missing(
    shop: Spec, compare: Compare
) -> None:
    schema(shop, "Thing")["properties"]["stock"] = {"type": "object", "additionalProperties": True}
    assert compare() == ["type-differs things.list data.list.stock"]
