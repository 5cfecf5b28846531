"""Are rules between parameters told before anything is sent, and told well?"""

from __future__ import annotations

from typing import Any

import pytest

from cj_async._operation import Effect, Operation, Parameter, Rule
from cj_async._request import build
from cj_async._rules import broken_rule, rule_text
from cj_async.errors import InvalidRequest

PID_OR_SKU = Rule(kind="exactly one", names=("pid", "sku"))
VID_OR_SKU = Rule(kind="at least one", names=("vid", "sku"))
STORAGE = Rule(
    kind="required",
    names=("storage_id",),
    when=("logistics", (1,)),
    reason="platform logistics start at a warehouse",
)
PAY_STATUS = Rule(kind="forbidden", names=("pay_status",), unless=("order_status", ("3", "4")))


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        (PID_OR_SKU, {"pid": "a"}),
        (PID_OR_SKU, {"sku": "a", "pid": None}),
        (VID_OR_SKU, {"vid": "a"}),
        (VID_OR_SKU, {"vid": "a", "sku": "b"}),
        (STORAGE, {}),
        (STORAGE, {"logistics": 2}),
        (STORAGE, {"logistics": 1, "storage_id": "a"}),
        (PAY_STATUS, {}),
        (PAY_STATUS, {"pay_status": 1, "order_status": "3"}),
        (PAY_STATUS, {"pay_status": 0, "order_status": "4"}),
    ],
)
def test_a_rule_that_holds_is_silent(rule: Rule, values: dict[str, object]) -> None:
    assert broken_rule([rule], values) is None


@pytest.mark.parametrize(
    ("rule", "values", "names", "told"),
    [
        (PID_OR_SKU, {}, ("pid", "sku"), "give exactly one of pid, sku"),
        (PID_OR_SKU, {"pid": "a", "sku": "b"}, ("pid", "sku"), "give exactly one of pid, sku"),
        (PID_OR_SKU, {"pid": " "}, ("pid",), "it must not be empty"),
        (VID_OR_SKU, {"vid": None}, ("vid", "sku"), "give at least one of vid, sku"),
        (VID_OR_SKU, {"vid": ""}, ("vid",), "it must not be empty"),
        (
            STORAGE,
            {"logistics": 1},
            ("storage_id",),
            "storage_id is required when logistics is 1 (platform logistics start at a warehouse)",
        ),
        (STORAGE, {"logistics": 1, "storage_id": ""}, ("storage_id",), rule_text(STORAGE)),
        (
            PAY_STATUS,
            {"pay_status": 0},
            ("pay_status",),
            "pay_status is not allowed unless order_status is '3' or '4'",
        ),
        (
            PAY_STATUS,
            {"pay_status": 1, "order_status": "5"},
            ("pay_status",),
            rule_text(PAY_STATUS),
        ),
    ],
)
def test_a_broken_rule_names_what_it_is_about(
    rule: Rule, values: dict[str, object], names: tuple[str, ...], told: str
) -> None:
    broken = broken_rule([rule], values)
    assert broken is not None
    assert (broken.names, broken.rule) == (names, told)


def test_the_first_broken_rule_is_told() -> None:
    broken = broken_rule([PID_OR_SKU, STORAGE, VID_OR_SKU], {"pid": "a", "logistics": 1})
    assert broken is not None
    assert broken.names == ("storage_id",)


LINE = Parameter(
    name="products",
    python="products",
    place="body",
    kind="array",
    items="object",
    required=True,
    rules=(VID_OR_SKU,),
    fields=(
        Parameter(
            name="quantity",
            python="quantity",
            place="body",
            kind="integer",
            minimum=1,
            required=True,
        ),
        Parameter(name="vid", python="vid", place="body"),
        Parameter(name="sku", python="sku", place="body"),
    ),
)
ORDER: Operation[Any] = Operation(
    id="orders.create",
    method="POST",
    path="/x",
    result=bool,
    effect=Effect.WRITE,
    body="json",
    rules=(STORAGE,),
    parameters=(
        LINE,
        Parameter(name="logistics", python="logistics", place="body", kind="integer"),
        Parameter(name="storageId", python="storage_id", place="body"),
    ),
)


def test_a_rule_of_the_call_is_raised_as_invalid_request() -> None:
    with pytest.raises(InvalidRequest) as refused:
        build(ORDER, {"products": [{"vid": "a", "quantity": 1}], "logistics": 1})
    assert refused.value.parameter == "storage_id"
    assert str(refused.value) == (
        "orders.create: storage_id: storage_id is required when logistics is 1"
        " (platform logistics start at a warehouse)"
    )


def test_a_rule_inside_an_object_says_which_object() -> None:
    with pytest.raises(InvalidRequest) as refused:
        build(ORDER, {"products": [{"vid": "a", "quantity": 1}, {"quantity": 2}]})
    assert refused.value.parameter == "products[1].vid, sku"
    assert refused.value.rule == "give at least one of vid, sku"
