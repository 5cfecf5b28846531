"""Do the spec, API.md and the generated operations say the same about every operation?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cj_async.resources import operations
from codegen.load import Spec
from codegen.operations import raw_operations, read_operations
from codegen.parameters import body_schema
from codegen.pytypes import Scope
from codegen.resources import generate_resources
from tests.codegen.small import Small

Row = tuple[str, str, str, int, str]


def rows_of_the_spec(spec: Spec) -> list[Row]:
    return [
        (op["operationId"], verb.upper(), path, op["x-cj-points"], op["x-cj-effect"])
        for _, path, verb, op in raw_operations(spec)
    ]


def test_api_md_lists_every_operation_as_the_spec_has_it(project: Path, real_spec: Spec) -> None:
    text = (project / "API.md").read_text(encoding="utf-8")
    row = re.compile(
        r"^\| `(\S+)`(?: \(deprecated\))? \| ([A-Z]+) \| `(\S+)` \| (\d+) \| (\w+) \|", re.MULTILINE
    )
    listed = [
        (name, verb, path, int(points), effect)
        for name, verb, path, points, effect in row.findall(text)
    ]

    assert listed == sorted(rows_of_the_spec(real_spec))
    assert text.count("\n| `") == len(listed)


def test_the_generated_operations_are_those_of_the_spec(real_spec: Spec) -> None:
    generated = [
        (op.id, op.method, op.path, op.points, op.effect.value) for op in operations().values()
    ]

    assert sorted(generated) == sorted(rows_of_the_spec(real_spec))


def test_there_are_23_operations_and_no_name_twice(real_spec: Spec) -> None:
    names = [name for name, *_ in rows_of_the_spec(real_spec)]

    assert len(names) == len(set(names)) == 23


def test_deprecated_operations_are_marked_in_api_md(project: Path) -> None:
    text = (project / "API.md").read_text(encoding="utf-8")

    assert re.findall(r"`(\S+)` \(deprecated\)", text) == ["reviews.list_legacy"]


def test_required_parameters_come_first_and_the_rest_by_name(real_spec: Spec) -> None:
    for op in read_operations(real_spec):
        order = [(not parameter.required, parameter.python) for parameter in op.parameters]
        assert order == sorted(order)


@pytest.mark.parametrize(
    ("reference", "annotation", "kind"),
    [
        ("common.yaml#/components/schemas/Id", "str", "text"),
        ("common.yaml#/components/schemas/Money", "Decimal | float", "number"),
        ("#/components/schemas/PartInput", "params.shop.PartInput", "object"),
    ],
)
def test_a_field_of_a_request_may_refer_to_a_schema(
    reference: str, annotation: str, kind: str, small: Small
) -> None:
    part = {"name": {"type": "string", "description": "Its name."}}
    small.schemas["PartInput"] = {"type": "object", "description": "A part.", "properties": part}
    fields = small.schemas["CreateThingRequest"]["properties"]
    fields["one"] = {"allOf": [{"$ref": reference}], "description": "One."}
    fields["many"] = {"type": "array", "items": {"$ref": reference}, "description": "Many."}

    create = next(op for op in read_operations(small.spec) if op.id == "things.create")
    found = {each.name: each for each in create.parameters}

    assert (found["one"].annotation, found["one"].kind) == (f"{annotation} | None", kind)
    assert found["many"].annotation == f"Sequence[{annotation}] | None"
    assert (found["many"].kind, found["many"].items) == ("array", kind)


@pytest.mark.parametrize(
    ("data", "annotation"),
    [
        ({"type": "boolean"}, "bool"),
        ({"type": "object", "additionalProperties": True}, "dict[str, object]"),
        (
            {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Thing"}},
            "dict[str, shop.Thing]",
        ),
        (
            {"type": "array", "items": {"$ref": "common.yaml#/components/schemas/Id"}},
            "list[_wire.Id]",
        ),
        ({"$ref": "#/components/schemas/Thing"}, "shop.Thing"),
        (
            {"type": "string", "x-python-type": "cj_async._wire.JsonText[list[str]]"},
            "_wire.JsonText[list[str]]",
        ),
        ({"type": "boolean", "nullable": True}, "bool | None"),
    ],
)
def test_data_of_any_shape_has_its_type(
    data: dict[str, object], annotation: str, small: Small
) -> None:
    small.answer(small.get)["schema"]["allOf"][1]["properties"]["data"] = data

    module = generate_resources(small.spec, read_operations(small.spec))["things.py"]

    assert f"THINGS_GET: Operation[{annotation}] = " in module


def test_a_method_called_list_comes_last_because_it_hides_the_type(small: Small) -> None:
    small.create["operationId"] = "things.make"

    module = generate_resources(small.spec, read_operations(small.spec))["things.py"]

    assert re.findall(r"def (\w+)\(", module) == ["get", "make", "list"]


@pytest.mark.parametrize(
    ("operation", "parameter"),
    [
        ("products.search", "keyWord"),
        ("products.list", "createTimeFrom"),
        ("sourcing.create", "remark"),
        ("reviews.list", "score"),
    ],
)
def test_a_parameter_that_leaves_the_spec_leaves_the_method(
    operation: str, parameter: str, real_spec: Spec
) -> None:
    before = generate_resources(real_spec, read_operations(real_spec))
    remove_parameter(real_spec, operation, parameter)

    after = generate_resources(real_spec, read_operations(real_spec))

    (changed,) = [name for name in before if before[name] != after[name]]
    assert changed == f"{operation.partition('.')[0]}.py"
    mention = f"Parameter(name={parameter!r}"
    assert after[changed].count(mention) == before[changed].count(mention) - 1


def remove_parameter(spec: Spec, operation: str, parameter: str) -> None:
    for chapter, _, _, op in raw_operations(spec):
        if op["operationId"] == operation:
            given = op.get("parameters", [])
            op["parameters"] = [each for each in given if each["name"] != parameter]
            body_schema(Scope(spec, chapter), op)[1].get("properties", {}).pop(parameter, None)
