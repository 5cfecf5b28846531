"""Are bodies and answers held against the spec, in both directions?"""

from __future__ import annotations

from typing import Any

import pytest

from cj_async.simulator import _gateway
from cj_async.simulator._schema import Compiler
from cj_async.simulator._spec import operations
from cj_async.simulator._validation import answer_problem, check_body
from cj_async.simulator._world import Call
from tests.documented import EXAMPLES
from tests.simulator.plain import calling, unlimited

PAY = "/shopping/pay/payBalance"


@pytest.mark.parametrize("name", sorted(operations()))
def test_every_documented_answer_and_body_fits(name: str) -> None:
    for key, example in EXAMPLES[f"{name}.yaml"].items():
        if key.startswith("edition-"):
            assert answer_problem(name, example["value"]) is None
    check_body(name, EXAMPLES[f"{name}.yaml"]["request"]["value"])


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"amount": "much", "noWithdrawalAmount": {}}, ".data.noWithdrawalAmount: a number is due"),
        ({"amount": 1, "colour": "red"}, ".data.colour: it is not documented"),
        ([], ".data: an object is due"),
    ],
)
async def test_an_answer_outside_the_spec_is_a_bug_and_says_so(
    monkeypatch: pytest.MonkeyPatch, data: Any, problem: str
) -> None:
    def answered(_: Call) -> object:
        return data

    monkeypatch.setattr(_gateway, "OPERATIONS", {"payments.balance": answered})
    async with unlimited(0) as cj, calling(cj) as caller:
        answer = await caller.get("/shopping/pay/getBalance")
        told = f"payments.balance answers outside the spec: answer{problem}"
        assert (answer.status, answer.text) == (500, told)
        assert cj.mistakes == [told]
        vars(cj)["_gateway"].mistakes.clear()
    async with unlimited(0, validate=False) as cj, calling(cj) as caller:
        assert (await caller.get("/shopping/pay/getBalance")).body["data"] == data


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"orderId": {"a": 1}}, "Param error.orderId is wrong: text is due"),
        ({"orderId": ["a"]}, "Param error.orderId is wrong: text is due"),
        ({"orderId": True}, "Param error.orderId is wrong: text is due"),
    ],
)
async def test_a_body_of_another_type_is_a_wrong_parameter(body: Any, words: str) -> None:
    async with unlimited(0) as cj, calling(cj) as caller:
        answer = await caller.post(PAY, **body)
        assert (answer.code, answer.body["message"]) == (1600300, words)
        assert not cj.requests[-1].took_effect


NAMES = {"Deep": {"type": "object", "properties": {"inner": {"$ref": "#/components/schemas/Deep"}}}}
DOCUMENT = {"components": {"schemas": NAMES}}


LENIENT: list[tuple[dict[str, Any], list[Any], list[Any]]] = [
    ({"type": "string", "maxLength": 2}, ["", "ab", 12], ["abc", True, [], None, 123]),
    ({"type": "string", "enum": ["a"]}, ["a"], ["b"]),
    ({"type": "string", "nullable": True}, ["a", None], [[]]),
    ({"type": "integer", "minimum": 1, "maximum": 3}, [1, "3", 2.0], [0, 4, 1.5, "x", True]),
    ({"type": "integer", "enum": [1, 2]}, [1, "2"], [3]),
    ({"type": "number"}, [1, 1.5, "1.5", "-2e3"], ["1e999999999", "nan", "", None, {}]),
    ({"type": "boolean"}, [True, "false", 0, "1"], ["yes", 2, None]),
    ({"type": "array", "items": {"type": "integer"}}, [[], [1, "2"]], [1, ["x"], {}]),
    ({"type": "array", "items": {}, "maxItems": 1}, [[1]], [[1, 2]]),
    ({"anyOf": [{"type": "integer"}, {"type": "boolean"}]}, [1, True], ["x", []]),
    ({"type": "object", "required": ["a"]}, [{"a": 1, "b": 2}], [{}, [], "a"]),
    ({"type": "object", "additionalProperties": {"type": "integer"}}, [{"x": 1}], [{"x": "y"}]),
    (
        {"$ref": "#/components/schemas/Deep"},
        [{"inner": {"inner": {}}}],
        [{"inner": {"inner": 1}}],
    ),
    ({"type": "string", "format": "binary"}, [b"x", object()], []),
    ({"type": "object", "x-python-type": "JsonText[dict]"}, [{}, "{}"], [1]),
]


@pytest.mark.parametrize(("schema", "fits", "does_not"), LENIENT)
def test_requests_are_read_as_leniently_as_cj_does(
    schema: dict[str, Any], fits: list[Any], does_not: list[Any]
) -> None:
    check = Compiler(DOCUMENT, lax=True).check(schema)
    assert [value for value in fits if check(value) is not None] == []
    assert [value for value in does_not if check(value) is None] == []


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer"}, "1"),
        ({"type": "string"}, 1),
        ({"type": "boolean"}, 1),
        ({"type": "object", "properties": {"a": {}}}, {"b": 1}),
    ],
)
def test_answers_are_taken_at_their_word(schema: dict[str, Any], value: object) -> None:
    assert Compiler(DOCUMENT, lax=True).check(schema)(value) is None
    assert Compiler(DOCUMENT, lax=False).check(schema)(value) is not None


@pytest.mark.parametrize("asked", [0, "0", 12, "unknown"])
async def test_an_id_that_is_a_number_is_an_id(asked: object) -> None:
    """0 is given, and is no order; found by schemathesis."""
    async with unlimited(0) as cj, calling(cj) as caller:
        answer = await caller.post("/shopping/sandbox/simulatePay", shipmentOrderId=asked)
        assert (answer.status, answer.code) == (200, 803)
