"""Does every documented example become the documented call, and every documented answer a full value?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import pytest

from cj_async._protocol import Done
from cj_async._request import Form, Request, build
from cj_async._upload import Upload
from cj_async.errors import InvalidRequest
from codegen.load import is_list
from tests.comparing import lost
from tests.examples import (
    BY_ID,
    CONTENT,
    NAMES,
    RAW,
    SPEC,
    answered,
    arguments,
    called,
    editions,
    shown,
)

# --- the spec itself


def test_every_operation_has_examples_and_every_example_an_operation() -> None:
    assert {f"{name}.yaml" for name in NAMES} == set(SPEC.examples)
    assert all(shown(name).answers for name in NAMES)


def test_the_bundled_spec_has_the_same_examples() -> None:
    bundled = json.loads((SPEC.folder.parent / "cj_async" / "spec.json").read_text("utf-8"))
    for name in NAMES:
        known = shown(name)
        described = bundled["paths"][known.path][known.verb.lower()]
        examples = described["responses"]["200"]["content"]["application/json"]["examples"]
        assert {key: each["value"] for key, each in examples.items()} == known.answers
        for content in described.get("requestBody", {}).get("content", {}).values():
            assert content["examples"]["documented"]["value"] == known.request


# --- requests


@pytest.mark.parametrize("name", NAMES)
async def test_the_documented_request_is_what_the_method_sends(name: str, tmp_path: Path) -> None:
    known = shown(name)
    request, _ = await called(name, next(iter(known.answers.values())), tmp_path)
    assert (request.method, request.path) == (known.verb, known.path)
    assert sorted(parse_qsl(request.query, keep_blank_values=True)) == sorted(query_of(name))
    assert request.headers == ()
    assert exactly(body_of(request)) == exactly(known.request)


def query_of(name: str) -> Iterator[tuple[str, str]]:
    """The documented query, lists written as OpenAPI's own words say."""
    described = {each["name"]: each for each in RAW[name][2].get("parameters", [])}
    for key, value in shown(name).query.items():
        if is_list(value):
            texts = [str(item) for item in value]
            repeated = described[key]["explode"]
            yield from [(key, text) for text in (texts if repeated else [",".join(texts)])]
        else:
            yield key, str(value)


def body_of(request: Request) -> Any:
    """The body as the examples write it: a file by its name."""
    if isinstance(request.body, Form):
        return {name: told(part) for name, part in request.body.parts}
    return None if request.body is None else json.loads(request.body)


def told(part: str | Upload) -> str:
    if isinstance(part, str):
        return part
    with part.opened() as file:
        assert file.read() == CONTENT
    return part.file_name


def exactly(value: Any) -> str:
    """Tells 1 from 1.0 and from true."""
    return json.dumps(value, sort_keys=True)


@pytest.mark.parametrize("name", NAMES)
def test_what_travels_in_the_body_is_what_the_spec_has_there(name: str) -> None:
    content = RAW[name][2].get("requestBody", {}).get("content", {})
    kinds = {"application/json": "json", "multipart/form-data": "form"}
    assert BY_ID[name].body == (kinds[next(iter(content))] if content else "none")


@pytest.mark.parametrize(
    "name", [op.id for op in BY_ID.values() if any(p.place == "header" for p in op.parameters)]
)
def test_a_header_travels_as_a_header_and_nowhere_else(name: str, tmp_path: Path) -> None:
    [header] = [each for each in RAW[name][2]["parameters"] if each["in"] == "header"]
    values = arguments(name, tmp_path)
    [parameter] = [each for each in BY_ID[name].parameters if each.place == "header"]

    plain = build(BY_ID[name], values)
    request = build(BY_ID[name], {**values, parameter.python: "platform-token"})

    assert request == plain._replace(headers=((header["name"], "platform-token"),))
    assert plain.headers == ()


def test_every_kind_of_body_has_an_example() -> None:
    empty = {name for name in NAMES if shown(name).request == {}}
    bare = {name for name in NAMES if isinstance(shown(name).request, list)}
    forms = {name for name in NAMES if BY_ID[name].body == "form"}
    assert empty == {"addresses.list", "outbound.addresses"}
    assert bare == {"merge_orders.submit"}
    assert forms == {"orders.update_waybill", "orders.upload_waybill"}


@pytest.mark.parametrize("name", ["addresses.list", "outbound.addresses"])
def test_an_empty_object_is_sent_as_one(name: str) -> None:
    assert build(BY_ID[name], {}).body == b"{}"


def without_one_field(name: str, folder: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """Yields the documented call without one required field of an object, and the path to it."""
    given = arguments(name, folder)
    for parameter in BY_ID[name].parameters:
        value = given.get(parameter.python)
        for field in parameter.fields:
            if field.required and value is not None:
                rows: list[Any] = [*value] if is_list(value) else [value]
                rest = {key: rows[-1][key] for key in rows[-1] if key != field.name}
                less = [*rows[:-1], rest] if is_list(value) else rest
                place = f"[{len(rows) - 1}]" if is_list(value) else ""
                yield {**given, parameter.python: less}, f"{parameter.python}{place}.{field.python}"


OBJECTS = [op.id for op in BY_ID.values() if any(p.fields for p in op.parameters)]


@pytest.mark.parametrize("name", OBJECTS)
def test_a_required_field_of_an_object_is_asked_for_by_its_path(name: str, tmp_path: Path) -> None:
    for values, path in without_one_field(name, tmp_path):
        with pytest.raises(InvalidRequest) as refused:
            build(BY_ID[name], values)
        assert (refused.value.parameter, refused.value.rule) == (path, "it is required")


# --- answers


@pytest.mark.parametrize(("name", "edition"), editions())
def test_a_documented_answer_decodes_strictly_and_loses_nothing(name: str, edition: str) -> None:
    body = shown(name).answers[edition]
    result = answered(name, body)
    assert isinstance(result, Done), result
    assert list(lost(body["data"], result.value, "data")) == []


@pytest.mark.parametrize(("name", "edition"), editions())
def test_the_envelope_of_a_documented_answer_is_read(name: str, edition: str) -> None:
    body = shown(name).answers[edition]
    result = answered(name, body)
    assert isinstance(result, Done)
    assert result.envelope.succeeded
    assert result.envelope.code == body.get("code")
    assert result.envelope.request_id == body.get("requestId", body.get("redirectUri"))
    assert result.envelope.message == body.get("message")


@pytest.mark.parametrize(("name", "edition"), editions())
async def test_the_method_returns_the_documented_answer(
    name: str, edition: str, tmp_path: Path
) -> None:
    body = shown(name).answers[edition]
    _, value = await called(name, body, tmp_path)
    if BY_ID[name].paging is not None:
        assert value.items
        value = value.answer
    assert list(lost(body["data"], value, "data")) == []


@pytest.mark.parametrize(("name", "edition"), editions())
def test_a_documented_answer_survives_being_written_and_read_again(name: str, edition: str) -> None:
    result = answered(name, shown(name).answers[edition])
    assert isinstance(result, Done)
    encoder = msgspec.json.Encoder(decimal_format="number")
    again = answered(name, {"code": 200, "data": json.loads(encoder.encode(result.value))})
    assert isinstance(again, Done), again
    assert again.value == result.value
