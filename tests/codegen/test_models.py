"""Do the generated Structs follow the schemas?"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from codegen.generate import generate
from codegen.load import Spec, SpecError
from codegen.models import generate_models
from codegen.pytypes import attribute
from tests.codegen.small import Small

NO_MODELS = ("Envelope", "ErrorAnswer")


def fields(spec: Spec) -> Iterator[tuple[str, str, dict[str, Any], bool]]:
    """Yields (module, class, field as written, whether required) for every field of an answer."""
    for file, document in spec.documents.items():
        for name, schema in document["components"]["schemas"].items():
            if name.endswith(("Request", "Input")) or name in NO_MODELS:
                continue
            for part in [schema, *schema.get("allOf", [])]:
                for field, written in part.get("properties", {}).items():
                    if "enum" in written:  # the tag of a member of a union; no field of the Struct
                        continue
                    required = field in part.get("required", [])
                    yield file.removesuffix(".yaml"), name, {**written, "name": field}, required


def struct_field(module: str, name: str, json_name: str) -> msgspec.inspect.Field | Any:
    """A field of a generated Struct, by its name in JSON."""
    struct = getattr(importlib.import_module(f"cj_async.models.{module}"), name)
    return next(each for each in msgspec.structs.fields(struct) if each.encode_name == json_name)


def test_every_field_of_an_answer_is_in_its_struct_and_optional_unless_required(
    real_spec: Spec,
) -> None:
    for module, name, written, required in fields(real_spec):
        field = struct_field(module, name, written["name"])
        assert field.name == written.get("x-python-name", attribute(written["name"]))
        assert field.required is required
        assert required or field.default is None


def test_a_secret_has_a_type_that_hides_it(real_spec: Spec) -> None:
    secrets = [row for row in fields(real_spec) if row[2].get("x-cj-secret")]

    assert {row[2]["name"] for row in secrets} == {"openId", "accessToken", "refreshToken"}
    for module, name, written, _ in secrets:
        struct = getattr(importlib.import_module(f"cj_async.models.{module}"), name)
        assert struct.__annotations__[attribute(written["name"])] == "Secret | None"


def test_the_members_of_a_tagged_union_are_structs_with_the_tags_of_its_mapping(
    real_spec: Spec,
) -> None:
    for file, document in real_spec.documents.items():
        for name, schema in document["components"]["schemas"].items():
            if "discriminator" in schema:
                module = importlib.import_module(f"cj_async.models.{file.removesuffix('.yaml')}")
                mapping = schema["discriminator"]["mapping"]
                assert {
                    member.__struct_config__.tag: member
                    for member in get_args(getattr(module, name))
                } == {
                    tag: getattr(module, target.rpartition("/")[2])
                    for tag, target in mapping.items()
                }, name


def test_requests_and_the_envelope_become_no_structs(small_files: dict[str, str]) -> None:
    assert "Request" not in small_files["cj_async/models/shop.py"]
    assert "Envelope" not in small_files["cj_async/models/common.py"]


def test_a_field_that_leaves_the_spec_leaves_the_struct_and_the_bundle(
    small: Small, small_files: dict[str, str], tmp_path: Path
) -> None:
    del small.schemas["Thing"]["properties"]["pictures"]

    files = generate(small.spec, tmp_path)

    changed = [path for path, text in files.items() if text != small_files[path]]
    assert changed == ["cj_async/models/shop.py", "cj_async/spec.json"]
    assert all("pictures" not in files[path] for path in changed)


def test_what_the_generator_refuses_is_an_error_of_the_spec(small: Small, tmp_path: Path) -> None:
    small.field("pid")["allOf"] = [{"$ref": "zoo.yaml#/components/schemas/Lion"}]

    with pytest.raises(SpecError, match="datamodel-code-generator refuses it"):
        generate_models(small.spec, tmp_path)
