"""Are the tables of spec/reference generated as written, and does the lint find what is wrong in them?"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cj_async import reference
from cj_async.reference import Country, Entry
from codegen.lint import lint
from codegen.load import Spec, is_list, is_mapping
from codegen.reference import generate_reference, read_reference
from tests.codegen.small import Small

Tables = dict[str, dict[str, Any]]
SOURCE = [{"edition": "000", "section": "Somewhere"}]
WHY = {"date": "2026-11-21", "reason": "Nobody says so."}


def tables() -> Tables:
    """Two tables that follow every rule."""
    return {
        "countries": {
            "description": "Countries.",
            "source": SOURCE,
            "rows": [
                {
                    "alpha2": "AD",
                    "alpha3": "AND",
                    "numeric": 20,
                    "name": "Andorra",
                    "chinese": "安道尔",
                },
                {"alpha2": "YK", "name": "Kosovo", "chinese": "科索沃", "also": ["XK"]},
            ],
        },
        "order_statuses": {
            "description": "States.",
            "source": SOURCE,
            "rows": [
                {
                    "code": "NEW",
                    "name": "New",
                    "meaning": "It is new.",
                    "paid": False,
                    "next": [
                        {"to": "OLD", "evidence": "assumed", "by": "time", "x-cj-decided": WHY},
                    ],
                },
                {"code": "OLD", "name": "Old", "meaning": "It is old.", "terminal": True},
            ],
        },
        "sizes": {
            "description": "Sizes.",
            "source": SOURCE,
            "rows": [
                {"code": 1, "name": "Small", "meaning": "Small."},
                {"code": 2, "name": "Large", "meaning": "Large."},
            ],
        },
    }


def spec_with(spec: Spec, folder: Path, content: Tables) -> Spec:
    """The spec with these tables instead of its own."""
    (folder / "reference").mkdir()
    for name, table in content.items():
        text = yaml.safe_dump(table, allow_unicode=True, sort_keys=False)
        (folder / "reference" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return dataclasses.replace(spec, folder=folder)


def first(content: Tables, name: str) -> dict[str, Any]:
    row: dict[str, Any] = content[name]["rows"][0]
    return row


def step(content: Tables) -> dict[str, Any]:
    found: dict[str, Any] = first(content, "order_statuses")["next"][0]
    return found


BROKEN: dict[str, tuple[Callable[[Tables], object], str]] = {
    "a table without a source": (
        lambda t: t["sizes"].pop("source"),
        "sizes.yaml: source missing",
    ),
    "a source of an unknown edition": (
        lambda t: t["sizes"].update(source=[{"edition": "009", "section": "X"}]),
        "sizes.yaml: source: a list of {edition: 000|001|002|003|2026-09, section: text} is due",
    ),
    "a table without rows": (
        lambda t: t["sizes"].update(rows=[]),
        "sizes.yaml: rows: a list of rows is due",
    ),
    "a row without a meaning": (
        lambda t: first(t, "sizes").pop("meaning"),
        "sizes.yaml: 1: meaning missing",
    ),
    "a row that is cut at a comma": (
        lambda t: first(t, "sizes").update({"not large": None}),
        "sizes.yaml: 1: not large: unknown; known are code, name, meaning, also, x-cj-decided",
    ),
    "a key of another table": (
        lambda t: first(t, "sizes").update(paid=True),
        "sizes.yaml: 1: paid: unknown; known are code, name, meaning, also, x-cj-decided",
    ),
    "a decision without a day": (
        lambda t: first(t, "sizes").update({"x-cj-decided": {"reason": "So."}}),
        "sizes.yaml: 1: x-cj-decided: {date: YYYY-MM-DD, reason: text} is due",
    ),
    "numbers beside texts": (
        lambda t: first(t, "sizes").update(code="S"),
        "sizes.yaml: either all codes are numbers or all are text",
    ),
    "a code that stands twice": (
        lambda t: first(t, "sizes").update(code=2),
        "sizes.yaml: 2: '2' stands for 2 too",
    ),
    "a name that stands for another row too": (
        lambda t: first(t, "countries").update(also=["xk"]),
        "countries.yaml: YK: 'xk' stands for AD too",
    ),
    "a country code in small letters": (
        lambda t: first(t, "countries").update(alpha2="ad"),
        "countries.yaml: ad: alpha2: 2 capital letters are due",
    ),
    "a step to nowhere": (
        lambda t: step(t).update(to="GONE"),
        "order_statuses.yaml: NEW: next: GONE is no other row of this table",
    ),
    "a step to itself": (
        lambda t: step(t).update(to="NEW"),
        "order_statuses.yaml: NEW: next: NEW is no other row of this table",
    ),
    "an assumption without a reason": (
        lambda t: step(t).pop("x-cj-decided"),
        "order_statuses.yaml: NEW: next: OLD: what is assumed, and only that, has an x-cj-decided",
    ),
    "evidence of a third kind": (
        lambda t: step(t).update(evidence="heard"),
        "order_statuses.yaml: NEW: next: evidence: 'heard' is not one of documented, assumed",
    ),
    "a step from the end": (
        lambda t: first(t, "order_statuses").update(terminal=True),
        "order_statuses.yaml: NEW: nothing follows a terminal state",
    ),
    "a state that hangs in the air": (
        lambda t: t["order_statuses"]["rows"][1].pop("terminal"),
        "order_statuses.yaml: OLD: next, or terminal, is due",
    ),
    "a table whose name is no variable": (
        lambda t: t.update({"Big-Sizes": t.pop("sizes")}),
        "Big-Sizes.yaml: a table becomes a variable: its name is snake_case",
    ),
}


@pytest.mark.parametrize(("break_it", "finding"), BROKEN.values(), ids=BROKEN.keys())
def test_one_broken_rule_gives_its_finding_and_no_other(
    break_it: Callable[[Tables], object], finding: str, small: Small, tmp_path: Path
) -> None:
    content = tables()
    break_it(content)

    assert lint(spec_with(small.spec, tmp_path, content)) == [f"reference/{finding}"]


def test_tables_that_follow_the_rules_have_no_findings(small: Small, tmp_path: Path) -> None:
    assert lint(spec_with(small.spec, tmp_path, tables())) == []


def test_a_project_without_tables_gets_no_package(small: Small) -> None:
    assert generate_reference(small.spec) == {}


def test_the_source_does_not_depend_on_the_order_of_keys(small: Small, tmp_path: Path) -> None:
    (tmp_path / "turned").mkdir()
    turned = {
        name: {**table, "rows": [dict(reversed(row.items())) for row in table["rows"]]}
        for name, table in tables().items()
    }

    assert generate_reference(spec_with(small.spec, tmp_path, tables())) == generate_reference(
        spec_with(small.spec, tmp_path / "turned", turned)
    )


def test_a_row_is_written_as_its_class_with_its_note(small: Small, tmp_path: Path) -> None:
    source = generate_reference(spec_with(small.spec, tmp_path, tables()))["_data.py"]

    assert source.startswith("# Generated by ")
    assert "sizes: Table[Entry[int]] = Table(" in source
    assert "Entry(code=1, name='Small', meaning='Small.')," in source
    assert (
        "Change(to='OLD', by='time', evidence='assumed', note='Nobody says so. (2026-11-21)')"
        in source
    )


def test_every_table_of_the_spec_is_exported_with_all_its_rows(real_spec: Spec) -> None:
    for name, table in read_reference(real_spec).items():
        rows: list[Entry[Any] | Country] = list(getattr(reference, name))
        assert name in reference.__all__
        assert [row.codes[0] for row in rows] == [
            row.get("alpha2", row.get("code")) for row in table["rows"]
        ]
        for row, written in zip(rows, table["rows"], strict=True):
            assert row.name == written.get("name", written.get("code"))
            assert row.also == tuple(written.get("also", ()))
            assert bool(row.note) == ("x-cj-decided" in written)


SAME = {
    ("dispute", "expectType"): "dispute_expect_types",
    ("dispute", "refundType"): "dispute_refund_types",
    ("logistics", "interceptType"): "intercept_types",
    ("logistics", "productTypes"): "product_type_numbers",
    ("makeup", "diffUseType"): "makeup_uses",
    ("makeup", "type"): "makeup_types",
    ("merge_order", "orderStatus"): "merge_order_statuses",
    ("merge_order", "packType"): "merge_pack_types",
    ("order", "iossType"): "ioss_types",
    ("order", "orderFlow"): "order_flows",
    ("order", "orderStatus"): "order_statuses",
    ("order", "payType"): "pay_types",
    ("order", "shopLogisticsType"): "shop_logistics_types",
    ("order", "status"): "order_statuses",
    ("outbound", "createStatus"): "outbound_create_statuses",
    ("outbound", "nextAction"): "outbound_next_actions",
    ("outbound", "postagePayNode"): "postage_pay_nodes",
    ("payment", "orderType"): "payment_order_types",
    ("private_inventory", "payStatus"): "private_pay_statuses",
    ("private_inventory", "status"): "private_order_statuses",
    ("private_inventory", "stockoutRefundStatus"): "stockout_refund_statuses",
    ("product", "productFlag"): "product_flags",
    ("product", "syncListedProductStatus"): "listing_statuses",
    ("setting", "root"): "account_roles",
}
"""Fields and parameters of the chapters whose values are those of a table, and all of them."""
FEWER = {
    ("cogs", "u"): "product_type_numbers",
    ("private_inventory", "payType"): "pay_types",
    ("product", "customizationVersion"): "customization_versions",
    ("sandbox", "targetStatus"): "sandbox_statuses",
    ("webhook", "orderStatus"): "order_statuses",
}
"""Those that know only some of the values of a table."""


def enums(spec: Spec, chapter: str, name: str) -> list[set[Any]]:
    """The lists of values of everything in a chapter that has this name."""
    return list(_enums(spec.chapters[chapter], name, ""))


def _enums(value: Any, name: str, key: str) -> Iterator[set[Any]]:
    if is_list(value):
        for item in value:
            yield from _enums(item, name, key)
    elif is_mapping(value):
        key = value["name"] if "in" in value else key
        if "enum" in value and key == name:
            yield set(value["enum"])
        for inner, item in value.items():
            word = inner in {"allOf", "anyOf", "items", "schema"}
            yield from _enums(item, name, key if word else str(inner))


@pytest.mark.parametrize(("place", "table"), [*SAME.items(), *FEWER.items()])
def test_chapters_and_tables_know_the_same_values(
    place: tuple[str, str], table: str, real_spec: Spec
) -> None:
    codes = {row.code for row in getattr(reference, table)}
    found = enums(real_spec, *place)

    assert found
    for values in found:
        assert values <= codes
        assert values == codes or place in FEWER
