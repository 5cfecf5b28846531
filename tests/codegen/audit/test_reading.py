"""Does the reader understand both shapes of the documentation, and say what it does not?"""

from __future__ import annotations

import pytest

from codegen.audit.reading import edition_of, read_document
from codegen.audit.records import Document, Page, dotted
from tests.codegen.audit.shop import FLAT, LEVELS


def page(document: Document, path: str) -> Page:
    """The page of an operation or a message."""
    return next(each for each in document.pages if each.path == path)


def asked(each: Page) -> list[str]:
    """The parameters that the tables of a page have."""
    rows = (row for table in each.request_tables for row in table.rows)
    return [dotted(path) for row in rows for path in row.paths]


def test_the_shape_with_levels_gives_operations_messages_and_tables() -> None:
    document = read_document(LEVELS)
    assert [(p.kind, p.verb, p.path) for p in document.pages] == [
        ("message", "", "THING"),
        ("operation", "get", "/thing/list"),
        ("operation", "post", "/thing/create"),
    ]
    assert [code.code for code in document.codes] == ["200", "1600100"]
    assert [country.alpha2 for country in document.countries] == ["AD", "AE"]
    assert [name for _, name in document.platforms] == ["shopify", "etsy"]
    assert document.findings == []


def test_the_flattened_shape_gives_the_same() -> None:
    create = page(read_document(FLAT), "/thing/create")
    assert asked(create) == ["name", "email", "mail", "lines", "lines.sku", "lines.quantity"]
    assert len(create.requests) == len(create.answers) == len(create.refusals) == 1


def test_a_row_that_lost_cells_keeps_its_type_and_whether_it_is_required() -> None:
    create = page(read_document(FLAT), "/thing/create")
    rows = {dotted(row.paths[0]): row for row in create.request_tables[0].rows}
    assert (rows["email"].type, rows["email"].required, rows["email"].any_path) == (
        "text",
        "no",
        True,
    )
    assert (rows["lines"].type, rows["lines"].required) == ("list", "yes")


def test_dashes_nest_and_a_plain_value_holds_nothing() -> None:
    text = LEVELS.replace("| - count |", "| --- count |").replace("| - place |", "| -- place |")
    rows = page(read_document(text), "/thing/list").answer_tables[1].rows
    assert [row.paths[0] for row in rows][-2:] == [("stock", "place"), ("stock", "count")]


NAMES = [
    ("data.a / data.b", ["data.a", "data.b"]),
    ("data.list[].a / b", ["data.list.a", "data.list.b"]),
    ("a/b", ["a", "b"]),
    ("aLength/Width/Height", ["aLength", "aWidth", "aHeight"]),
    ("[].a", ["a"]),
    ("-a", ["a"]),
]


@pytest.mark.parametrize(("cell", "expected"), NAMES)
def test_every_name_of_a_cell_is_read(cell: str, expected: list[str]) -> None:
    text = LEVELS.replace("| pageNum | Page number |", f"| {cell} | Page number |")
    assert asked(page(read_document(text), "/thing/list"))[: len(expected)] == expected


def test_a_table_of_fields_before_the_answer_is_one_of_parameters_if_the_call_has_them() -> None:
    text = FLAT.replace(
        "| 参数名称 | 参数意义 | 参数类型 | 是否必传 | 长度 | 备注 |",
        "| 返回字段 | 字段意思 | 字段类型 | 长度 | 备注 |",
    ).replace("| 邮箱 | String | 否 | 50 | ||\n", "")
    assert "lines.sku" in asked(page(read_document(text), "/thing/create"))


def test_the_fields_of_a_section_without_an_operation_belong_to_its_chapter() -> None:
    table = "| 返回字段 | 字段意思 | 字段类型 |\n|---|---|---|\n| data.id | 编号 | string |\n"
    pages = read_document(f"{FLAT}# 1.2 返回字段\n{table}").pages
    assert [each.kind for each in pages] == ["operation", "shared"]


def test_a_call_over_several_lines_without_fences_ends_where_the_table_begins() -> None:
    text = FLAT.replace(" \\\n--header", "\n--header")
    sample = page(read_document(text), "/thing/create").requests[0]
    assert ("lines", "sku") in {member.path for member in sample.members}


def test_a_line_of_verb_and_path_is_an_operation_too() -> None:
    text = '# Report\n## 1. Things\n```\nPOST /api2.0/v1/thing/create?a=1\nBody: { "name": "x" }\n```\n'
    create = page(read_document(text), "/thing/create")
    assert create.verb == "post"
    assert [dotted(m.path) for each in create.requests for m in each.members] == ["a", "", "name"]


UNREADABLE = [
    ("a table of no known kind", "| Colour | Smell | Taste |\n|---|---|---|\n| red | - | - |\n",
     "table that is not understood: Colour | Smell | Taste"),
    ("a row without a name", "| Field | Definition | Type |\n|---|---|---|\n| 颜色 | string | |\n",
     "row without a name: 颜色 | string"),
    ("a row with half a name",
     "| Field | Definition | Type |\n|---|---|---|\n| a / 颜色 | Colour | string |\n",
     "row without a name: a / 颜色 | Colour | string"),
    ("a code that is none", "| Error Code | Message |\n|---|---|\n| none | No |\n", "not a code: none"),
    ("a country without codes",
     "| English name | The two-letter code | Triplet code |\n|---|---|---|\n| Congo | 180 | |\n",
     "country that cannot be read: Congo | 180"),
    ("an operation without an address", "# 2.1 Sell(POST)\nSells.\n# 3 End\n",
     "section without an address: 2.1 Sell(POST)"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "text", "finding"), UNREADABLE)
def test_what_is_not_understood_is_said(wrong: str, text: str, finding: str) -> None:
    found = read_document(f"{FLAT}# 2 More\n{text}").findings
    assert [each.what for each in found] == [finding], wrong


def test_a_document_without_anything_of_the_api_is_said_to_be_so() -> None:
    assert [f.what for f in read_document("Hello").findings] == [
        "nothing of the API is in this document"
    ]


def test_an_operation_without_a_heading_is_said() -> None:
    text = "curl 'https://developers.cjdropshipping.com/api2.0/v1/thing/list?a=1'\n"
    assert [each.what for each in read_document(text).findings] == [
        "operation without a heading: /thing/list"
    ]


@pytest.mark.parametrize(
    ("text", "name", "edition"),
    [(LEVELS, "x.txt", "000"), (FLAT, "x.txt", "002"), ("?", "001_x.txt", "001"), ("?", "x", "")],
)
def test_editions_are_known_by_how_they_begin_or_by_the_file(
    text: str, name: str, edition: str
) -> None:
    assert edition_of(text, name) == edition
