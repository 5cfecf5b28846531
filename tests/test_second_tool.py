"""Does a tool that knows nothing of this project read the spec as it is meant?

`openapi-core` loads the root with its references, and the bundle. It checks what the client really sends
for every documented call, and every documented answer. Two things it has to be told, because OpenAPI 3.0
has no words for them; a test shows that without them it objects to nothing else.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from aiohttp.abc import AbstractStreamWriter
from jsonschema_path import SchemaPath
from jsonschema_path.handlers import default_handlers
from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse
from openapi_core.validation.response.exceptions import InvalidData
from openapi_core.validation.schemas.exceptions import InvalidSchemaValue
from openapi_core.validation.schemas.factories import SchemaValidatorsFactory
from openapi_schema_validator import OAS30Validator
from werkzeug.datastructures import ImmutableMultiDict

from cj_async._multipart import multipart
from cj_async._request import Form
from tests.examples import BY_ID, CONTENT, NAMES, RAW, SPEC, called, editions, shown

PROJECT = SPEC.folder.parent
DOCUMENTS = ("spec/openapi.yaml", "cj_async/spec.json")
HOST = "https://developers.cjdropshipping.com"
BASE = "/api2.0/v1"

pytestmark = pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning")


# --- what the tool is told


def nullable(keyword: str) -> Any:
    """A keyword that lets null pass where `nullable` stands beside it, and not a `type`."""
    original = OAS30Validator.VALIDATORS[keyword]

    def check(validator: Any, value: Any, instance: Any, schema: Mapping[str, Any]) -> Any:
        if instance is None and schema.get("nullable"):
            return ()
        return original(validator, value, instance, schema)

    return check


def single_or_list(validator: Any, kind: Any, instance: Any, schema: Mapping[str, Any]) -> Any:
    """`type`, which also takes one object where a list may be one."""
    if "x-cj-single-or-list" in schema and validator.is_type(instance, "object"):
        return validator.descend(instance, schema["items"])
    return OAS30Validator.VALIDATORS["type"](validator, kind, instance, schema)


TOLD = {"allOf": nullable("allOf"), "anyOf": nullable("anyOf"), "type": single_or_list}
"""`nullable` beside `allOf` and `anyOf` means what it says; see "Wire types" in spec/README.md."""


UNCHECKED: Any = None
"""As the tool's check of a document, where it was checked already: it takes that, too."""


@cache
def read(uri: str) -> Any:
    """A file as the tool reads it; for a reference it would read it again each time."""
    return default_handlers["file"](uri)


def loaded(document: str, config: Config) -> OpenAPI:
    uri = (PROJECT / document).as_uri()
    return OpenAPI(SchemaPath.from_dict(read(uri), base_uri=uri, handlers={"file": read}), config)


@cache
def plain(document: str) -> OpenAPI:
    """The tool with a document loaded, told nothing."""
    return loaded(document, Config())


@cache
def strict(document: str) -> OpenAPI:
    """The same for requests: a field that nobody documents is none (answers may have more fields)."""
    config = Config(additional_properties_default_policy="forbid", spec_validator_cls=UNCHECKED)
    return loaded(document, config)


@cache
def told(document: str) -> OpenAPI:
    """The tool with a document loaded, told what OpenAPI has no words for. Answers need it only."""
    validators = import_module("jsonschema.validators")  # it brings no types
    factory = SchemaValidatorsFactory(validators.extend(OAS30Validator, TOLD))
    return loaded(document, Config(schema_validators_factory=factory, spec_validator_cls=UNCHECKED))


# --- what goes over the wire, as the tool takes it


class Collected(AbstractStreamWriter):
    """Collects what is written."""

    def __init__(self) -> None:
        self.written = b""

    async def write(self, chunk: bytes | bytearray | memoryview) -> None:
        self.written += bytes(chunk)

    async def write_eof(self, chunk: bytes = b"") -> None:
        self.written += chunk

    async def drain(self) -> None: ...

    def enable_compression(self, encoding: str = "", strategy: int | None = None) -> None: ...

    def enable_chunking(self) -> None: ...

    async def write_headers(self, status_line: str, headers: object) -> None: ...


async def sent(name: str, folder: Path) -> MockRequest:
    """What the client sends for the documented call, with the access token and every header."""
    request, _ = await called(name, next(iter(shown(name).answers.values())), folder)
    body, kind = request.body, "application/json"
    if isinstance(body, Form):
        form, stream = multipart(body), Collected()
        await form.write(stream)
        body, kind = stream.written, form.content_type
    return MockRequest(
        HOST,
        request.method,
        BASE + request.path,
        args=ImmutableMultiDict(parse_qsl(request.query, keep_blank_values=True)),
        headers={"CJ-Access-Token": "token", "platformToken": "token"},
        data=body,
        content_type=kind,
    )


def asked(name: str) -> MockRequest:
    """A request of an operation, for an answer to belong to."""
    return MockRequest(HOST, shown(name).verb, BASE + shown(name).path)


def answer(body: object, status: int = 200) -> MockResponse:
    return MockResponse(json.dumps(body).encode(), status)


def objections(error: BaseException | None) -> Iterator[Any]:
    """What is wrong with a value, place by place."""
    while error is not None:
        if isinstance(error, InvalidSchemaValue):
            yield from error.schema_errors
        error = error.__cause__


# --- loading


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_tool_loads_it_and_finds_every_operation(document: str) -> None:
    plain(document).check_spec()
    paths = plain(document).spec / "paths"
    found = {(path, verb) for path in paths.str_keys() for verb in (paths / path).str_keys()}
    assert found == {(shown(name).path, shown(name).verb.lower()) for name in NAMES}


# --- requests


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("name", NAMES)
async def test_the_tool_reads_a_documented_call_as_it_is_meant(
    name: str, document: str, tmp_path: Path
) -> None:
    found = strict(document).unmarshal_request(await sent(name, tmp_path))
    assert found.parameters.query == {**defaults(name), **shown(name).query}
    files = {parameter.name for parameter in BY_ID[name].parameters if parameter.kind == "file"}
    contents = dict.fromkeys(files, CONTENT)
    assert found.body == ({**shown(name).request, **contents} if files else shown(name).request)


def defaults(name: str) -> dict[str, Any]:
    """What the server assumes where a call says nothing; the tool tells it with what was sent."""
    given = {each["name"]: each["schema"] for each in RAW[name][2].get("parameters", [])}
    return {key: schema["default"] for key, schema in given.items() if "default" in schema}


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("products.search", {"args": {"size": "many"}}),
        ("products.search", {"args": {"size": "1000"}}),
        ("products.search", {"args": {"features": "enable_all"}}),
        ("reviews.list", {"args": {}}),
        ("products.search", {"headers": {}}),
        ("sourcing.create", {"data": b'{"productName": "Lamp"}'}),
        ("sourcing.create", {"data": b""}),
        ("orders.create_v3", {"data": b'{"products": [{"quantity": "two"}]}'}),
        ("merge_orders.submit", {"data": b"{}"}),
        ("addresses.list", {"data": b"[]"}),
        ("addresses.list", {"data": b'{"page": 1}'}),
        ("merge_orders.submit", {"data": b'[{"orderCode": "1"}]'}),
        ("orders.upload_waybill", {"data": b"{}"}),
        ("orders.upload_waybill", {"data": b"", "content_type": "multipart/form-data"}),
        ("products.search", {"method": "POST"}),
        ("products.search", {"path": f"{BASE}/product/listV3"}),
    ],
)
def test_the_tool_objects_to_a_call_that_is_not_documented(
    name: str, change: dict[str, Any], document: str
) -> None:
    plain_call: dict[str, Any] = {
        "method": shown(name).verb,
        "path": BASE + shown(name).path,
        "args": shown(name).query,
        "headers": {"CJ-Access-Token": "token"},
        "data": json.dumps(shown(name).request).encode(),
    }
    with pytest.raises(OpenAPIError):
        strict(document).validate_request(MockRequest(HOST, **{**plain_call, **change}))


# --- answers


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize(("name", "edition"), editions())
def test_the_tool_takes_a_documented_answer(name: str, edition: str, document: str) -> None:
    told(document).validate_response(asked(name), answer(shown(name).answers[edition]))


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("name", NAMES)
def test_the_tool_takes_a_documented_refusal(name: str, document: str) -> None:
    told(document).validate_response(asked(name), answer(shown(name).refusal, 400))


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize(("name", "edition"), editions())
def test_without_being_told_the_tool_objects_to_nulls_and_single_objects_only(
    name: str, edition: str, document: str
) -> None:
    for objection in untold(name, edition, document):
        is_single = "x-cj-single-or-list" in objection.schema
        assert objection.instance is None or (is_single and objection.validator == "type")


@cache
def untold(name: str, edition: str, document: str) -> list[Any]:
    """The tool's objections to an answer, told nothing."""
    try:
        plain(document).validate_response(asked(name), answer(shown(name).answers[edition]))
    except InvalidData as error:
        return list(objections(error))
    return []


def test_the_tool_has_to_be_told_both() -> None:
    said = [each for name, edition in editions() for each in untold(name, edition, DOCUMENTS[0])]
    assert any(each.instance is None for each in said)
    assert any(isinstance(each.instance, dict) for each in said)


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("variants.list", (0, "vid"), None),
        ("variants.list", (0, "variantNameEn"), 7),
        ("variants.list", (0, "variantWeight"), {}),
        ("variants.list", (), {"vid": "1"}),
        ("products.search", ("content",), "all"),
        ("sourcing.query", ("sourceId",), []),
        ("sourcing.query", (), "nothing"),
        ("orders.cogs", (1, "cogsBasicDataOrderInfoJson"), []),
        ("disputes.list", ("list", 0), "a dispute"),
        ("webhooks.set", (), {}),
    ],
)
def test_the_tool_objects_to_an_answer_that_is_not_documented(
    name: str, path: tuple[str | int, ...], value: object, document: str
) -> None:
    body = copy.deepcopy(next(iter(shown(name).answers.values())))
    place: Any = body
    *way, last = ("data", *path)
    for step in way:
        place = place[step]
    place[last] = value
    with pytest.raises(InvalidData) as raised:
        told(document).validate_response(asked(name), answer(body))
    assert list(objections(raised.value))
