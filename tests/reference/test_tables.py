"""Do the other tables say what the documentation says, and do all tables behave alike?"""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest

from cj_async import reference
from cj_async._settings import RATES
from cj_async.reference import Country, Entry, Table, tiers, tracking_statuses

TABLES: dict[str, Table[Any]] = {
    name: value
    for name in reference.__all__
    if isinstance(value := getattr(reference, name), Table)
}

every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())


def test_the_tables_that_were_promised_are_there() -> None:
    assert {
        "abnormal_reasons",
        "countries",
        "order_statuses",
        "platforms",
        "production_statuses",
        "product_types",
        "quota_types",
        "tiers",
        "tracking_statuses",
    } <= set(TABLES)


@every_table
def test_every_spelling_of_a_row_finds_that_row_and_no_other(table: Table[Any]) -> None:
    for row in table:
        for spelling in (*row.codes, *row.names):
            assert table[spelling] is row
            assert table.find(str(spelling).upper()) is row
        assert table[row] is row


@every_table
def test_a_table_is_a_sized_collection_of_rows(table: Table[Any]) -> None:
    assert list(table) == list(table.rows)
    assert len(table) == len(table.rows) > 1
    assert all(row in table for row in table)
    assert repr(table) == f"<Table of {len(table)} rows: {table.kind}>"


@every_table
def test_what_a_table_does_not_know_is_none_or_a_refusal_of_one_line(table: Table[Any]) -> None:
    for asked in ("no such thing", -1, 99_999, True, None):
        assert table.find(asked) is None
        assert asked not in table
        with pytest.raises(LookupError, match=f"^no {table.kind} .*$"):
            table[asked]


@every_table
def test_every_row_is_described_in_english(table: Table[Any]) -> None:
    for row in table:
        if isinstance(row, Entry) and table is not reference.platforms:
            assert row.name.isascii(), row
            assert row.meaning.endswith("."), row
            assert row.meaning.isascii(), row
        assert row.note == "" or re.search(r"\(\d{4}-\d\d-\d\d\)$", row.note)


def test_a_row_equals_its_code_as_an_int_equals_an_int() -> None:
    delivered = tracking_statuses[12]

    assert delivered == 12
    assert delivered != "12"
    assert delivered != 13
    assert tracking_statuses[1] != True  # noqa: E712
    assert reference.private_order_statuses[3] == "3"
    assert reference.private_order_statuses[3] != 3
    assert hash(delivered) == hash(12)
    assert repr(delivered) == "TrackingStatus(12)"


def test_there_are_tracking_statuses_0_to_14() -> None:
    assert [status.code for status in tracking_statuses] == list(range(15))


def test_only_12_is_delivered_and_what_is_uncertain_is_none() -> None:
    assert [status.code for status in tracking_statuses if status.is_delivered] == [12]
    assert [status.code for status in tracking_statuses if status.is_terminal] == [12]
    assert [s.code for s in tracking_statuses if s.is_terminal is None] == [3, 13, 14]


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (reference.production_statuses, [1, 2, 3, 4, 5]),
        (reference.abnormal_reasons, [6, 9, 10, 11, 12, 13, 14]),
        (reference.quota_types, [0, 1, 2, 3, 4, 5]),
        (reference.ioss_types, [1, 2, 3]),
        (reference.postage_pay_nodes, [4, 5, 6]),
        (reference.makeup_statuses, [0, 1, 2, 3, 4, 5]),
        (reference.private_order_statuses, ["3", "11", "10", "6", "12", "7", "13", "8"]),
        (
            reference.product_types,
            [
                "ORDINARY_PRODUCT",
                "SERVICE_PRODUCT",
                "PACKAGING_PRODUCT",
                "SUPPLIER_PRODUCT",
                "SUPPLIER_SHIPPED_PRODUCT",
            ],
        ),
    ],
)
def test_the_codes_are_the_documented_ones(table: Table[Any], codes: list[object]) -> None:
    assert [row.code for row in table] == codes


def test_a_quota_is_told_by_the_page_of_the_operation() -> None:
    assert reference.quota_types[2].name == "Per quarter"
    assert reference.quota_types[3].name == "Per month"
    assert reference.quota_types[3].note


@pytest.mark.parametrize("spelling", ["Api", "API", "api"])
def test_platforms_are_found_whatever_their_capitals(spelling: str) -> None:
    assert reference.platforms[spelling].code == "api"


def test_there_are_24_platforms() -> None:
    assert len(reference.platforms) == 24
    assert {"shopify", "Temu_us_local", "Woocommerce"} <= {p.code for p in reference.platforms}


def test_tiers_and_the_pace_of_the_client_agree() -> None:
    assert {tier.code: float(tier.requests_per_second) for tier in tiers} == RATES


def test_every_sales_level_has_one_tier() -> None:
    assert sorted(level for tier in tiers for level in tier.levels) == [0, 1, 2, 3, 4, 5]
    for tier in tiers:
        assert set(tier.subscriptions) <= set(tier.levels)


def test_rows_and_limits_never_change() -> None:
    with pytest.raises(AttributeError):
        tiers["free"].requests_per_second = 9  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(TypeError):
        tiers["free"].subscriptions[1] = 9  # type: ignore[index]  # pyright: ignore[reportIndexIssue]


def test_what_is_exported_is_there_and_typed() -> None:
    assert len(set(reference.__all__)) == len(reference.__all__)
    assert all(isinstance(row, Entry | Country) for table in TABLES.values() for row in table)


def test_the_package_does_not_import_reference_data_by_itself() -> None:
    code = "import sys, cj_async; print([name for name in sys.modules if 'reference' in name])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_reference_data_need_no_network_and_no_loop() -> None:
    for name in ("_table", "_rows", "_data"):
        module = sys.modules[f"cj_async.reference.{name}"]
        assert not {"asyncio", "aiohttp", "socket"} & set(vars(module))
