"""Does every documented example become the documented call, and every documented answer a full value?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec
import pytest

from cj_async import PriceRange, WeightRange
from cj_async._codes import CODES
from cj_async._masking import is_list, is_mapping
from cj_async._operation import Effect, Operation
from cj_async._paging import Page, Pages
from cj_async._protocol import Answer, Done, Failed, Reading, outcome
from cj_async._request import Request, build
from cj_async.errors import APIError, Conflict
from cj_async.resources import Namespaces, operations
from codegen.load import read_spec

T = TypeVar("T")
SPEC = read_spec(Path(__file__).resolve().parent.parent / "spec")
BY_ID = {operation.id: operation for operation in operations().values()}
NOW = datetime(2026, 11, 21, tzinfo=UTC)
STRICT = Reading(strict=True)
NAMES = sorted(BY_ID)


@dataclass(frozen=True)
class Documented:
    """What the spec says of an operation: the call, the answers, the refusal."""

    verb: str
    path: str
    request: Mapping[str, Any]
    answers: Mapping[str, Any]
    refusal: Mapping[str, Any]


def documented(name: str) -> Documented:
    examples = SPEC.examples[f"{name}.yaml"]
    for document in SPEC.documents.values():
        for path, verbs in document.get("paths", {}).items():
            for verb, described in verbs.items():
                if described.get("operationId") == name:
                    return Documented(
                        verb=verb.upper(),
                        path=path,
                        request=examples["request"]["value"],
                        answers={
                            key: each["value"]
                            for key, each in examples.items()
                            if key.startswith("edition-")
                        },
                        refusal=examples["error"]["value"],
                    )
    raise AssertionError(f"{name} is not in the spec")


def editions() -> list[tuple[str, str]]:
    return [(name, edition) for name in NAMES for edition in documented(name).answers]


def in_python(operation: Operation[Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of the Python method for parameters by CJ's names."""
    python = {parameter.name: parameter.python for parameter in operation.parameters}
    return {python[name]: value for name, value in sent.items()}


def answered(name: str, body: Any, status: int = 200) -> Done[Any] | Failed:
    answer = Answer(status, "application/json", json.dumps(body).encode())
    return outcome(BY_ID[name], answer, NOW, STRICT)


class Recorder:
    """Stands in for the client: writes down the request and answers with an example."""

    def __init__(self, body: Any) -> None:
        self.body = body
        self.requests: list[Request] = []

    async def call(self, operation: Operation[T], values: Mapping[str, object]) -> T:
        self.requests.append(build(operation, values))
        result = outcome(operation, Answer(200, "", json.dumps(self.body).encode()), NOW, STRICT)
        if isinstance(result, Failed):
            raise result.error
        return result.value


async def called(name: str, body: Any) -> tuple[Request, Any]:
    """Calls the generated method with the documented request; returns what was sent and the result."""
    namespace, method = name.split(".")
    recorder = Recorder(body)
    arguments = in_python(BY_ID[name], sent_in(documented(name).request))
    result = getattr(getattr(Namespaces(recorder), namespace), method)(**arguments)
    value = await result
    assert isinstance(value, Page) == isinstance(result, Pages)
    [request] = recorder.requests
    return request, value


def sent_in(request: Mapping[str, Any]) -> Mapping[str, Any]:
    sent: Mapping[str, Any] = request["query"] if set(request) == {"query"} else request
    return sent


# --- the spec itself


def test_every_operation_has_examples_and_every_example_an_operation() -> None:
    assert {f"{name}.yaml" for name in NAMES} == set(SPEC.examples)
    assert all(documented(name).answers for name in NAMES)


def test_the_bundled_spec_has_the_same_examples() -> None:
    bundled = json.loads((SPEC.folder.parent / "cj_async" / "spec.json").read_text("utf-8"))
    for name in NAMES:
        known = documented(name)
        described = bundled["paths"][known.path][known.verb.lower()]
        examples = described["responses"]["200"]["content"]["application/json"]["examples"]
        assert {key: each["value"] for key, each in examples.items()} == known.answers


# --- requests


@pytest.mark.parametrize("name", NAMES)
async def test_the_documented_request_is_what_the_method_sends(name: str) -> None:
    known = documented(name)
    request, _ = await called(name, next(iter(known.answers.values())))
    assert (request.method, request.path) == (known.verb, known.path)
    if set(known.request) == {"query"}:
        texts = {key: str(value) for key, value in known.request["query"].items()}
        assert dict(parse_qsl(request.query)) == texts
        assert request.body is None
    else:
        assert isinstance(request.body, bytes)
        assert json.loads(request.body) == known.request
        assert request.query == ""


@pytest.mark.parametrize("name", NAMES)
def test_only_what_takes_a_body_has_one(name: str) -> None:
    in_body = {parameter.place for parameter in BY_ID[name].parameters} == {"body"}
    assert in_body == (set(documented(name).request) != {"query"})


# --- answers


@pytest.mark.parametrize(("name", "edition"), editions())
def test_a_documented_answer_decodes_strictly_and_loses_nothing(name: str, edition: str) -> None:
    body = documented(name).answers[edition]
    result = answered(name, body)
    assert isinstance(result, Done), result
    assert list(lost(body["data"], result.value, "data")) == []


@pytest.mark.parametrize(("name", "edition"), editions())
def test_the_envelope_of_a_documented_answer_is_read(name: str, edition: str) -> None:
    body = documented(name).answers[edition]
    result = answered(name, body)
    assert isinstance(result, Done)
    assert result.envelope.succeeded
    assert result.envelope.code == body.get("code")
    assert result.envelope.request_id == body.get("requestId")
    assert result.envelope.message == body.get("message")


@pytest.mark.parametrize(("name", "edition"), editions())
async def test_the_method_returns_the_documented_answer(name: str, edition: str) -> None:
    body = documented(name).answers[edition]
    _, value = await called(name, body)
    if BY_ID[name].paging is not None:
        assert value.items
        value = value.answer
    assert list(lost(body["data"], value, "data")) == []


@pytest.mark.parametrize(("name", "edition"), editions())
def test_a_documented_answer_survives_being_written_and_read_again(name: str, edition: str) -> None:
    result = answered(name, documented(name).answers[edition])
    assert isinstance(result, Done)
    encoder = msgspec.json.Encoder(decimal_format="number")
    again = answered(name, {"code": 200, "data": json.loads(encoder.encode(result.value))})
    assert isinstance(again, Done), again
    assert again.value == result.value


# --- refusals


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("status", [200, 400])
def test_a_documented_refusal_is_raised_as_what_its_code_means(name: str, status: int) -> None:
    body = documented(name).refusal
    result = answered(name, body, status)
    assert isinstance(result, Failed)
    error = result.error
    assert isinstance(error, APIError)
    meant = Conflict if name == "products.add_to_my_products" else CODES[body["code"]].error
    assert type(error) is meant
    assert (error.operation, error.code, error.message) == (name, body["code"], body["message"])
    assert (error.request_id, error.status, error.data) == (body["requestId"], status, None)
    assert str(error).startswith(f"{name} {body['code']} ")
    assert str(error).endswith(body["requestId"])


# --- what an answer means without data


@pytest.mark.parametrize("name", NAMES)
def test_success_without_data_is_told_apart_from_failure(name: str) -> None:
    operation = BY_ID[name]
    result = answered(name, {"code": 200, "result": True, "message": "Success", "data": None})
    value = result.value if isinstance(result, Done) else type(result.error).__name__
    assert value == WITHOUT_DATA.get(name, "NotFound")
    assert operation.nullable == (name == "settings.update_account")
    assert operation.effect is not Effect.WRITE or value != "NotFound"


WITHOUT_DATA: dict[str, object] = {
    "auth.logout": True,
    "inventory.by_sku": [],
    "inventory.by_variant": [],
    "products.add_to_my_products": True,
    "products.categories": [],
    "products.list": None,
    "products.my_products": None,
    "products.search": None,
    "reviews.list": None,
    "reviews.list_legacy": None,
    "settings.update_account": None,
    "sourcing.create": "BadResponse",
    "sourcing.query": [],
    "variants.list": [],
    "warehouses.list": [],
}


# --- what was lost between JSON and Python


def lost(given: Any, value: Any, path: str) -> Iterator[str]:
    """Walks an answer and the value made of it; gives every place where something is missing."""
    if is_mapping(given) and not is_list(value):
        yield from lost_fields(given, value, path)
    elif is_list(value) and not isinstance(given, str):
        rows = given if is_list(given) else [given]  # a single object in place of a list
        if len(rows) != len(value):
            yield f"{path}: {len(rows)} rows became {len(value)}"
        for index, (row, item) in enumerate(zip(rows, value, strict=False)):
            yield from lost(row, item, f"{path}[{index}]")
    elif not same(given, value):
        yield f"{path}: {given!r} became {value!r}"


def lost_fields(given: Mapping[object, Any], value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, msgspec.Struct):
        yield f"{path}: an object became {value!r}"
        return
    attributes = dict(zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True))
    for name, part in given.items():
        attribute = attributes.get(str(name))
        if attribute is None:
            yield f"{path}.{name} is not in the spec"
        else:
            yield from lost(part, getattr(value, attribute), f"{path}.{name}")


def same(given: Any, value: Any) -> bool:
    """Whether a value says what the JSON said; only null and an empty text may become ``None``."""
    match value:
        case None:
            return given is None or given == ""
        case bool():
            return str(given).lower() in ({"true", "1"} if value else {"false", "0"})
        case int() | Decimal():
            return not isinstance(given, bool) and Decimal(str(given)) == value
        case PriceRange(low=low, high=high) | WeightRange(low=low, high=high):
            ends = [Decimal(part) for part in str(given).split("-")]
            return (low, high) == (ends[0], ends[-1])
        case datetime():
            return same_moment(given, value)
        case str():
            return given == value or (type(given) is int and str(given) == value)
        case _ if is_list(value):
            return bool(inside(given) == value)
        case _:
            return False


def inside(text: str) -> Any:
    """What JSON inside text says; a plain word is a list of one."""
    return json.loads(text) if text.startswith("[") else [text]


def same_moment(given: Any, value: datetime) -> bool:
    if value.tzinfo is None:
        return False
    if isinstance(given, int):
        return value.timestamp() * 1000 == given
    moment = datetime.fromisoformat(given)
    return moment == (value if moment.tzinfo else value.replace(tzinfo=None))


def test_what_is_lost_would_be_seen() -> None:
    result = answered("variants.list", documented("variants.list").answers["edition-000"])
    assert isinstance(result, Done)
    given: Any = documented("variants.list").answers["edition-000"]["data"]
    row = {**given[0], "vid": "other", "variantWeight": 1, "nobody": "knows", "createTime": "x"}
    assert [told.partition(":")[0] for told in lost([row], result.value, "data")] == [
        "data[0].vid",
        "data[0].variantWeight",
        "data[0].createTime",
        "data[0].nobody is not in the spec",
    ]
    assert list(lost(given * 2, result.value, "data")) == ["data: 2 rows became 1"]
    assert list(lost({}, None, "data")) == ["data: an object became None"]
