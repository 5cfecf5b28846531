"""Do the spec, API.md and the generated operations say the same about every operation?"""

from __future__ import annotations

import keyword
import re
from pathlib import Path

import pytest

from cj_async import CJClient
from cj_async._operation import Effect
from cj_async.resources import Namespaces, operations
from codegen.load import Spec
from codegen.operations import raw_operations, read_operations
from codegen.parameters import ParameterRecord, body_schema
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


def test_there_are_81_operations_in_19_namespaces_and_nothing_twice(real_spec: Spec) -> None:
    rows = rows_of_the_spec(real_spec)

    assert len(rows) == len({name for name, *_ in rows}) == 81
    assert len({(verb, path) for _, verb, path, *_ in rows}) == 81
    assert len({name.partition(".")[0] for name, *_ in rows}) == 19


def test_every_operation_says_what_it_does_costs_returns_and_where_it_is_from(
    real_spec: Spec,
) -> None:
    for op in read_operations(real_spec):
        assert op.verb in {"GET", "POST", "PUT", "PATCH", "DELETE"}
        assert Effect(op.effect)
        assert op.points >= 0
        assert op.docs
        assert all(set(page) == {"edition", "section"} for page in op.docs)
        assert op.result.text not in {"", "object"}
        assert op.how_to_find_out or op.effect not in {"write", "pay"}


def test_no_name_hides_another_or_a_word_of_python(real_spec: Spec) -> None:
    for op in read_operations(real_spec):
        assert not keyword.iskeyword(op.method)
        check_names(op.parameters)


def check_names(fields: tuple[ParameterRecord, ...]) -> None:
    names = [field.python for field in fields]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and not keyword.iskeyword(name) for name in names)
    for field in fields:
        check_names(field.fields)


def test_no_two_models_or_inputs_have_one_name(real_spec: Spec) -> None:
    names = [
        name
        for document in real_spec.documents.values()
        for name in document["components"]["schemas"]
    ]
    constants = [op.constant for op in read_operations(real_spec)]
    namespaces = {op.namespace for op in read_operations(real_spec)}

    assert len(set(names)) == len(names)
    assert len(set(constants)) == len(constants)
    assert not namespaces & set(dir(CJClient)) - set(dir(Namespaces))


def test_deprecated_operations_are_marked_in_api_md(project: Path) -> None:
    text = (project / "API.md").read_text(encoding="utf-8")

    assert re.findall(r"`(\S+)` \(deprecated\)", text) == [
        "logistics.track_legacy",
        "reviews.list_legacy",
    ]


def test_every_row_of_api_md_has_as_many_cells_as_its_head(project: Path) -> None:
    table = [
        line
        for line in (project / "API.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]

    wrong = [line for line in table if len(re.findall(r"(?<!\\)\|", line)) != 8]
    assert len(table) == 83
    assert wrong == []


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
            "list[str]",
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
        ("orders.create_v3", "shippingZip"),
        ("orders.create_v3", "platformToken"),
        ("webhooks.set", "makeup"),
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
