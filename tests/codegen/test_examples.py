"""Do the examples of the spec fit the schemas of the spec?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator

from codegen.bundle import bundle
from codegen.load import Spec, SpecError, is_list, is_mapping
from codegen.operations import raw_operations
from codegen.parameters import body_schema
from codegen.pytypes import Scope
from tests.codegen.conftest import PROJECT

NAMES = sorted(path.stem for path in (PROJECT / "spec" / "examples").glob("*.yaml"))


@pytest.fixture(scope="module")
def spec(_real_spec: Spec) -> Spec:
    """The project's spec, not to be changed."""
    return _real_spec


@pytest.fixture(scope="module")
def operations(spec: Spec) -> dict[str, dict[str, Any]]:
    """The operations of the bundle by name, in words that a validator takes as they are meant."""
    items = bundle(spec)["paths"].values()
    return {op["operationId"]: said_plainly(op) for item in items for op in item.values()}


@pytest.fixture(scope="module")
def components(spec: Spec) -> Any:
    """The components of the bundle, in such words too."""
    return said_plainly(bundle(spec)["components"])


def said_plainly(schema: Any) -> Any:
    """Says what ``nullable`` beside ``allOf`` means here, and that one object may stand for a list."""
    if is_list(schema):
        return [said_plainly(item) for item in schema]
    if not is_mapping(schema):
        return schema
    plain = {key: said_plainly(value) for key, value in schema.items() if key != "nullable"}
    choices = [plain, plain["items"]] if "x-cj-single-or-list" in schema else [plain]
    if schema.get("nullable"):
        choices.append({"type": "string", "nullable": True, "enum": [None]})
    return {"anyOf": choices} if len(choices) > 1 else plain


def problems(value: Any, schema: Any, components: Any) -> list[str]:
    """What a validator has against a value."""
    validator = OAS30Validator({"allOf": [schema], "components": components})
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def successes(spec: Spec, name: str) -> list[Any]:
    """The success answers among the examples of an operation."""
    file = spec.examples[f"{name}.yaml"]
    return [file[key]["value"] for key in file if key.startswith("edition-")]


def answer_schema(op: dict[str, Any]) -> Any:
    """The schema of the success answer of an operation."""
    return op["responses"]["200"]["content"]["application/json"]["schema"]


@pytest.mark.parametrize("name", NAMES)
def test_every_success_fits_the_schema_of_its_answer(
    name: str, spec: Spec, operations: dict[str, dict[str, Any]], components: Any
) -> None:
    for value in successes(spec, name):
        assert problems(value, answer_schema(operations[name]), components) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_request_fits_its_parameters(
    name: str, spec: Spec, operations: dict[str, dict[str, Any]], components: Any
) -> None:
    op, value = operations[name], spec.examples[f"{name}.yaml"]["request"]["value"]

    if "requestBody" in op:
        (content,) = op["requestBody"]["content"].values()
        assert problems(value, content["schema"], components) == []
    else:
        parameters = {each["name"]: each for each in op.get("parameters", [])}
        assert list(value) == ["query"]
        for given, item in value["query"].items():
            assert parameters[given]["in"] == "query"
            assert problems(item, parameters[given]["schema"], components) == []
        assert {each for each in parameters if parameters[each].get("required")} <= set(
            value["query"]
        )


@pytest.mark.parametrize("name", NAMES)
def test_every_field_of_a_request_is_in_its_schema(name: str, spec: Spec) -> None:
    chapter, op = described(spec, name)
    value = spec.examples[f"{name}.yaml"]["request"]["value"]

    scope, schema = body_schema(Scope(spec, chapter), op)

    if schema:
        assert list(unknown_fields(value, schema, scope)) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_operation_shows_a_refusal_with_a_known_code(
    name: str, spec: Spec, components: Any
) -> None:
    value = spec.examples[f"{name}.yaml"]["error"]["value"]

    assert problems(value, components["schemas"]["ErrorAnswer"], components) == []
    assert spec.errors["codes"][value["code"]]["class"] is not None


@pytest.mark.parametrize("name", ["outbound.submit", "private_inventory.create_order"])
def test_data_of_a_refusal_that_explains_itself_fits_its_schema(
    name: str, spec: Spec, operations: dict[str, dict[str, Any]], components: Any
) -> None:
    schema = operations[name]["x-cj-refusal-data"]
    value = spec.examples[f"{name}.yaml"]["error"]["value"]["data"]
    chapter, op = described(spec, name)

    if value is not None:
        assert problems(value, schema, components) == []
        assert list(unknown_fields(value, op["x-cj-refusal-data"], Scope(spec, chapter))) == []
    assert problems({"orderId": {}}, schema, components) != []


def test_the_validator_would_notice_a_wrong_example(
    spec: Spec, operations: dict[str, dict[str, Any]], components: Any
) -> None:
    (value,) = successes(spec, "warehouses.get")
    wrong = {**value, "data": {**value["data"], "id": None, "name": 7}}

    found = problems(wrong, answer_schema(operations["warehouses.get"]), components)

    assert {problem.partition(":")[0] for problem in found} == {"$.data.id", "$.data.name"}


@pytest.mark.parametrize("name", NAMES)
def test_every_field_of_a_success_is_in_the_schema(name: str, spec: Spec) -> None:
    chapter, op = described(spec, name)
    for value in successes(spec, name):
        assert list(unknown_fields(value, answer_schema(op), Scope(spec, chapter))) == []


def described(spec: Spec, name: str) -> tuple[str, dict[str, Any]]:
    """The chapter and the operation as written."""
    return next(
        (chapter, op) for chapter, _, _, op in raw_operations(spec) if op["operationId"] == name
    )


def unknown_fields(value: Any, schema: dict[str, Any], scope: Scope, at: str = "") -> Iterator[str]:
    """Yields every field of a value that its schema does not describe."""
    if is_list(value):
        for item in value:
            yield from unknown_fields(item, schema["items"], scope, at)
    elif is_mapping(value):
        schema = of_objects(schema)
        others = schema.get("additionalProperties", False)
        for name, item in value.items():
            try:
                inner, field = scope.property(schema, name)
            except SpecError:
                if is_mapping(others):
                    yield from unknown_fields(item, others, scope, f"{at}.{name}")
                elif not others:
                    yield f"{at}.{name}"
            else:
                yield from unknown_fields(item, field, inner, f"{at}.{name}")


def of_objects(schema: dict[str, Any]) -> dict[str, Any]:
    """The part of a schema that an object must fit: one of several, or a row where a list is due."""
    choices = [each for each in schema.get("anyOf", []) if each.get("type") == "object"]
    found: dict[str, Any] = schema["items"] if "x-cj-single-or-list" in schema else schema
    return choices[0] if choices else found


def test_an_unknown_field_would_be_seen_wherever_it_is(spec: Spec) -> None:
    chapter, op = described(spec, "orders.cogs")
    (value,) = successes(spec, "orders.cogs")
    row = value["data"][1]
    wrong = {**value, "x": 1, "data": [{**row, "y": 1}, {**row, "orderCode": {"z": 1}}]}

    found = list(unknown_fields(wrong, answer_schema(op), Scope(spec, chapter)))

    assert found == [".data.y", ".data.orderCode.z", ".x"]


def test_an_unknown_field_in_a_map_would_be_seen(spec: Spec) -> None:
    schema = spec.chapters["cogs"]["components"]["schemas"]["CogsDetails"]

    found = unknown_fields({"z": {"SKU-1": {"pc": "1", "nobody": 1}}}, schema, Scope(spec, "cogs"))

    assert list(found) == [".z.SKU-1.nobody"]
