"""Would the tests see it if a part of an answer were lost?"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from cj_async import PriceRange
from cj_async._protocol import Done
from tests.comparing import lost, same
from tests.examples import answered, shown


def test_what_is_lost_in_a_model_is_seen() -> None:
    result = answered("variants.list", shown("variants.list").answers["edition-000"])
    assert isinstance(result, Done)
    given: Any = shown("variants.list").answers["edition-000"]["data"]
    row = {**given[0], "vid": "other", "variantWeight": 1, "nobody": "knows", "createTime": "x"}
    assert [told.partition(":")[0] for told in lost([row], result.value, "data")] == [
        "data[0].vid",
        "data[0].variantWeight",
        "data[0].createTime",
        "data[0].nobody is not there",
    ]
    assert list(lost(given * 2, result.value, "data")) == ["data: 2 rows became 1"]
    assert list(lost({}, None, "data")) == ["data: an object became None"]


def test_what_is_lost_under_a_name_of_our_own_is_seen() -> None:
    result = answered("orders.cogs", shown("orders.cogs").answers["edition-002"])
    assert isinstance(result, Done)
    result.value[1].cogs_basic_data_order_info_json.taxes_info = None
    result.value[1].cogs_basic_data_order_info_json.product_info_map.clear()
    given = shown("orders.cogs").answers["edition-002"]["data"]
    assert list(lost(given, result.value, "data")) == [
        "data[1].cogsBasicDataOrderInfoJson.k: an object became None",
        "data[1].cogsBasicDataOrderInfoJson.z.CJXX0000001 is not there",
    ]


@pytest.mark.parametrize(
    ("given", "value", "told"),
    [
        ({"a": 1, "b": {"c": 2}}, {"a": 1, "b": {"c": 2}}, []),
        ({"a": 1, "b": {"c": 2}}, {"a": 1, "b": {"c": 3}}, ["data.b.c: 2 became 3"]),
        ({"a": 1, "b": 2}, {"a": 1}, ["data.b is not there"]),
        ({"a": 1}, [{"a": 1}], []),
        ('["a", "b"]', ["a", "b"], []),
        ('["a", "b"]', ["a"], ["data: 2 rows became 1"]),
        ("word", ["word"], []),
        ('[{"a": 1}]', [{"a": 2}], ["data[0].a: 1 became 2"]),
        (["a"], "a", ["data: ['a'] became 'a'"]),
    ],
)
def test_maps_lists_and_json_in_text_are_compared(given: Any, value: Any, told: list[str]) -> None:
    assert list(lost(given, value, "data")) == told


@pytest.mark.parametrize(
    ("given", "value"),
    [
        (None, None),
        ("", None),
        ("1", True),
        (0, False),
        ("12", 12),
        ("1.50", Decimal("1.5")),
        ("1.50-2", PriceRange(low=Decimal("1.5"), high=Decimal(2))),
        (1000, datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)),
        ("2026-01-01T00:00:00Z", datetime(2026, 1, 1, tzinfo=UTC)),
        (7, "7"),
    ],
)
def test_other_spellings_of_the_same_are_the_same(given: Any, value: Any) -> None:
    assert same(given, value)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        (0, None),
        (False, None),
        ("0", True),
        (2, True),
        (True, 1),
        ("1.50", Decimal("1.51")),
        ("1.50-2", PriceRange(low=Decimal("1.5"), high=Decimal("1.5"))),
        (1001, datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)),
        ("2026-01-01 00:00:00", datetime(2026, 1, 1)),  # noqa: DTZ001  (a moment without a zone)
        (True, "True"),
        (7.0, "7.0"),
    ],
)
def test_what_is_not_the_same_is_told_apart(given: Any, value: Any) -> None:
    assert not same(given, value)
