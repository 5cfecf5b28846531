"""Does a request of every shape, written in the spec, become a method that sends it?"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cj_async._operation import Effect
from cj_async._request import Form, Request, build, paying
from cj_async._upload import Upload
from cj_async.errors import InvalidRequest
from codegen.lint import lint
from codegen.load import Spec, SpecError, read_spec
from codegen.operations import read_operations
from codegen.params import generate_params
from codegen.resources import generate_resources
from tests.codegen.parcels import Made
from tests.codegen.small import Small

LINE = {"sku": "A", "quantity": 1}
SEND = {"address": {"zip_code": "1"}, "lines": [LINE]}


@pytest.fixture
def parcels(parcels_project: Path) -> Spec:
    """The spec with parcels, to be changed."""
    return read_spec(parcels_project / "spec")


def body_of(request: Request) -> Any:
    assert isinstance(request.body, bytes)
    return json.loads(request.body)


def refused(made: Made, **values: Any) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as raised:
        build(made.operations["send"], {**SEND, **values})
    return raised.value


def test_the_spec_of_these_tests_follows_the_rules_of_the_spec(parcels: Spec) -> None:
    assert lint(parcels) == []


# --- objects


def test_an_object_becomes_a_typed_dictionary(made: Made) -> None:
    line = made.inputs.LineInput

    assert line.__required_keys__ == {"quantity"}
    assert line.__optional_keys__ == {"parts", "sku", "unit_price", "vid"}
    annotations = {name: hint.__forward_arg__ for name, hint in hints(line).items()}
    assert annotations == {
        "quantity": "int",
        "parts": "Sequence[params.parcels.PartInput]",
        "sku": "str",
        "unit_price": "Decimal | float",
        "vid": "str",
    }
    assert hints(made.inputs.PartInput)["colour"].__forward_arg__ == "Literal['BLUE', 'RED']"


def hints(dictionary: Any) -> dict[str, Any]:
    """The annotations of a typed dictionary, without what they say about being required."""
    return {
        name: getattr(hint, "__args__", [hint])[0]
        for name, hint in dictionary.__annotations__.items()
    }


def test_its_docstring_says_what_its_fields_and_rules_are(made: Made) -> None:
    text = " ".join((made.inputs.LineInput.__doc__ or "").split())

    assert text.startswith("A line. It has parts. Give at least one of vid, sku: Else nobody")
    assert "quantity: Pieces. Required. At least 1." in text


def test_only_chapters_with_objects_have_a_module_of_them(made: Made, parcels: Spec) -> None:
    files = generate_params(parcels)

    assert set(files) == {"__init__.py", "parcels.py"}
    assert '"parcels",' in made.files["cj_async/params/__init__.py"]
    assert "class SendRequest" not in files["parcels.py"]


def test_the_method_takes_them_by_their_names(made: Made) -> None:
    text = made.text("resources/parcels")

    assert "address: params.parcels.AddressInput, lines: Sequence[" in text
    assert "lines: What. Required. At most 2 of them." in text


def test_objects_travel_as_cj_spells_them(made: Made) -> None:
    part = {"colour": "RED", "sent_at": datetime(1970, 1, 2, tzinfo=UTC)}
    line = {"vid": "1", "quantity": 2, "unit_price": 1.5, "parts": [part]}

    body = body_of(build(made.operations["send"], {**SEND, "lines": [line, LINE]}))

    assert body == {
        "address": {"zipCode": "1"},
        "lines": [
            {
                "vid": "1",
                "quantity": 2,
                "unitPrice": 1.5,
                "parts": [{"colour": "RED", "sentAt": 86400}],
            },
            {"sku": "A", "quantity": 1},
        ],
    }


@pytest.mark.parametrize(
    ("values", "place", "rule"),
    [
        ({"address": {}}, "address.zip_code", "it is required"),
        ({"lines": [{"sku": "A"}]}, "lines[0].quantity", "it is required"),
        ({"lines": [{**LINE, "quantity": 0}]}, "lines[0].quantity", "at least 1 is allowed"),
        ({"lines": [LINE] * 3}, "lines", "at most 2 values are allowed"),
        (
            {"lines": [{**LINE, "parts": [{"colour": "PINK"}]}]},
            "lines[0].parts[0].colour",
            "one of 'BLUE', 'RED' is due",
        ),
        (
            {"lines": [{"quantity": 1}]},
            "lines[0].vid, sku",
            "give at least one of vid, sku (Else nobody knows what)",
        ),
    ],
)
def test_what_the_spec_says_of_a_field_is_checked_inside(
    values: dict[str, Any], place: str, rule: str, made: Made
) -> None:
    error = refused(made, **values)

    assert (error.parameter, error.rule) == (place, rule)


def test_an_object_of_an_answer_can_be_given_where_the_spec_says_so(made: Made) -> None:
    row = made.stock.Stock(vid="1", quantity=3, warehouse_number=4)
    text = made.text("resources/parcels")

    body = body_of(build(made.operations["send"], {**SEND, "lines": [row, LINE]}))

    assert "lines: Sequence[params.parcels.LineInput | stock.Stock]" in text
    assert "from cj_async.models import stock" in text
    assert body["lines"] == [{"vid": "1", "quantity": 3}, {"sku": "A", "quantity": 1}]


@pytest.mark.parametrize("other", ["x-cj-rows", "x-cj-refusal-data"])
def test_a_model_is_imported_for_an_object_or_a_refusal_alone(other: str, parcels: Spec) -> None:
    paths = parcels.chapters["parcels"]["paths"]
    line = parcels.chapters["parcels"]["components"]["schemas"]["LineInput"]
    del paths["/parcel/stock"]
    for holder in (line, paths["/parcel/send"]["post"]):
        holder.pop(other, None)

    module = generate_resources(parcels, read_operations(parcels))["parcels.py"]

    assert "from cj_async.models import stock" in module


def test_an_object_without_a_schema_of_its_own_is_an_error(parcels: Spec) -> None:
    fields = parcels.chapters["parcels"]["components"]["schemas"]["SendRequest"]["properties"]
    fields["address"] = {"type": "object", "properties": {"zip": {"type": "string"}}}

    with pytest.raises(SpecError, match="an object inside a request has a schema of its own"):
        read_operations(parcels)


# --- rules between parameters


def test_a_rule_between_parameters_is_kept_and_told(made: Made) -> None:
    text = made.text("resources/parcels")

    assert refused(made, pay_type=1).parameter == "storage_id"
    assert (
        refused(made, pay_type=1).rule
        == "storage_id is required when pay_type is 1 (It starts there)"
    )
    assert refused(made, sent_at=1).rule == "sent_at is not allowed unless pay_type is 2"
    build(made.operations["send"], {**SEND, "pay_type": 2, "sent_at": 1})
    build(made.operations["send"], {**SEND, "pay_type": 1, "storage_id": "1"})
    assert "storage_id must be given when pay_type is 1: It starts there." in text
    assert "sent_at must not be given unless pay_type is 2." in text


def test_a_payment_may_depend_on_a_parameter(made: Made) -> None:
    operation = made.operations["send"]

    def effect(**values: Any) -> Effect:
        return paying(operation, build(operation, {**SEND, **values})).effect

    assert effect() is Effect.WRITE
    assert effect(pay_type=1, storage_id="1") is Effect.WRITE
    assert effect(pay_type=2) is Effect.PAY
    assert "With pay_type=2 it moves money: its effect is pay." in made.text("resources/parcels")


def test_the_data_of_a_refusal_has_its_model(made: Made) -> None:
    assert made.operations["send"].refusal is made.stock.Stock
    assert made.operations["group"].refusal is None


# --- other bodies


def test_a_body_may_be_a_list_that_the_spec_names(made: Made) -> None:
    request = build(made.operations["group"], {"part_groups": [{"colour": "RED"}]})

    assert body_of(request) == [{"colour": "RED"}]
    assert "part_groups: Sequence[params.parcels.PartInput], ) -> bool" in made.text(
        "resources/parcels"
    )
    with pytest.raises(InvalidRequest, match="part_groups"):
        build(made.operations["group"], {})


def test_a_body_may_be_an_empty_object(made: Made) -> None:
    assert build(made.operations["ping"], {}).body == b"{}"
    assert build(made.operations["stock"], {}).body is None


def test_a_form_has_files_and_texts(made: Made, tmp_path: Path) -> None:
    path = tmp_path / "label.pdf"
    path.write_bytes(b"%PDF")

    body = build(made.operations["label"], {"count": 2, "label_file": path, "is_urgent": True}).body

    assert isinstance(body, Form)
    parts = dict(body.parts)
    file = parts.pop("labelFile")
    assert isinstance(file, Upload)
    assert (file.file_name, file.size) == ("label.pdf", 4)
    assert parts == {"count": "2", "isUrgent": "true"}
    assert "label_file: FileInput, is_urgent: bool | None = None" in made.text("resources/parcels")


def test_a_header_is_a_parameter_that_travels_outside_of_the_body(made: Made) -> None:
    request = build(made.operations["send"], {**SEND, "platform_token": "abc"})

    assert request.headers == (("platformToken", "abc"),)
    assert request == build(made.operations["send"], SEND)._replace(headers=request.headers)
    assert "platform_token: str | None = None" in made.text("resources/parcels")


@pytest.mark.parametrize("given", [86400, datetime(1970, 1, 2, tzinfo=UTC)])
def test_a_moment_may_be_counted_in_seconds(given: object, made: Made) -> None:
    values = {**SEND, "pay_type": 2, "sent_at": given}

    assert body_of(build(made.operations["send"], values))["sentAt"] == 86400
    assert "sent_at: datetime | int | None = None" in made.text("resources/parcels")
    assert "A datetime with a zone, or seconds since 1970." in made.text("resources/parcels")


def test_milliseconds_stay_milliseconds(small: Small) -> None:
    small.parameter(small.list, "createTimeFrom")["schema"] = {
        "type": "integer",
        "x-cj-zone": "epoch-ms",
    }

    module = generate_resources(small.spec, read_operations(small.spec))["things.py"]

    assert "kind='epoch_ms'" in module
    assert "or milliseconds since 1970." in " ".join(module.split())


# --- chapters


def test_a_chapter_of_requests_only_has_no_module_of_models(made: Made) -> None:
    models = [path for path in made.files if path.startswith("cj_async/models/")]

    assert models == [
        f"cj_async/models/{name}.py" for name in ("__init__", "common", "shop", "stock")
    ]
    assert "parcels" not in made.files["cj_async/models/__init__.py"]


def test_the_bundle_has_every_kind_of_body(made: Made) -> None:
    bundle = json.loads(made.files["cj_async/spec.json"])
    kinds = {
        path.rpartition("/")[2]: list(verb["requestBody"]["content"])
        for path, verbs in bundle["paths"].items()
        for verb in verbs.values()
        if path.startswith("/parcel/") and "requestBody" in verb
    }

    assert kinds == {
        "group": ["application/json"],
        "label": ["multipart/form-data"],
        "ping": ["application/json"],
        "send": ["application/json"],
    }
