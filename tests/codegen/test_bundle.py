"""Is the whole API one document that any OpenAPI tool can load?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator
from openapi_spec_validator.readers import read_from_filename

from codegen.bundle import bundle
from codegen.load import Spec, SpecError, is_list, is_mapping
from tests.codegen.small import Small


@pytest.fixture(scope="module")
def packaged(project: Path) -> dict[str, Any]:
    """The bundle as it is in the package."""
    text = (project / "cj_async" / "spec.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def references(value: Any) -> Iterator[str]:
    """Every ``$ref`` in a document."""
    if is_list(value):
        for item in value:
            yield from references(item)
    elif is_mapping(value):
        for key, item in value.items():
            yield from [item] if key == "$ref" else references(item)


@pytest.mark.parametrize("file", ["spec/openapi.yaml", "cj_async/spec.json"])
def test_it_is_valid_openapi(file: str, project: Path) -> None:
    document, base = read_from_filename(str(project / file))

    assert [
        str(error) for error in OpenAPIV30SpecValidator(document, base_uri=base).iter_errors()
    ] == []


def test_every_reference_leads_to_a_part_of_the_bundle(packaged: dict[str, Any]) -> None:
    found = set(references(packaged))

    assert len(found) > 50
    for reference in found:
        outside, _, pointer = reference.partition("#/")
        section, name = pointer.removeprefix("components/").split("/")
        assert outside == ""
        assert name in packaged["components"][section]


def test_examples_stand_in_place(packaged: dict[str, Any], real_spec: Spec) -> None:
    answer = packaged["paths"]["/product/query"]["get"]["responses"]["200"]
    body = packaged["paths"]["/product/sourcing/create"]["post"]["requestBody"]

    examples = answer["content"]["application/json"]["examples"]
    file = real_spec.examples["products.get.yaml"]
    assert examples == {name: file[name] for name in ("edition-000", "edition-001")}
    assert (
        body["content"]["application/json"]["examples"]["documented"]
        == real_spec.examples["sourcing.create.yaml"]["request"]
    )


def test_every_path_and_schema_of_every_file_is_in_it(
    packaged: dict[str, Any], real_spec: Spec
) -> None:
    documents = [real_spec.shared, *real_spec.chapters.values()]

    assert set(packaged["paths"]) == {path for each in documents for path in each["paths"]}
    assert set(packaged["components"]["schemas"]) == {
        name for each in documents for name in each["components"]["schemas"]
    }


def test_one_schema_name_in_two_chapters_is_an_error(small: Small) -> None:
    small.spec.chapters["zoo"] = {
        "paths": {},
        "components": {"schemas": {"Thing": {"type": "object"}}},
    }

    with pytest.raises(SpecError, match="schemas 'Thing' is defined in two files"):
        bundle(small.spec)


def test_one_path_in_two_chapters_is_an_error(small: Small) -> None:
    small.spec.chapters["zoo"] = {"paths": {"/thing/query": {}}}

    with pytest.raises(SpecError, match="path '/thing/query' is defined in two files"):
        bundle(small.spec)


def test_a_kind_of_component_that_only_one_file_has_is_kept(small: Small) -> None:
    small.shop["components"]["headers"] = {"Trace": {"schema": {"type": "string"}}}

    assert "Trace" in bundle(small.spec)["components"]["headers"]
