"""The calls, answers and refusals that the spec shows of every operation, and a way to play them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from cj_async._operation import Operation
from cj_async._paging import Page, Pages
from cj_async._protocol import Answer, Done, Failed, Reading, outcome
from cj_async._request import Request, build
from cj_async.resources import Namespaces, operations
from codegen.load import is_list, read_spec
from codegen.operations import raw_operations

T = TypeVar("T")
SPEC = read_spec(Path(__file__).resolve().parent.parent / "spec")
RAW = {op["operationId"]: (verb.upper(), path, op) for _, path, verb, op in raw_operations(SPEC)}
BY_ID = {operation.id: operation for operation in operations().values()}
NAMES = sorted(BY_ID)
CONTENT = b"%PDF-1.7 a label"
"""What is in the files that an example names."""
_NOW = datetime(2026, 11, 21, tzinfo=UTC)
_STRICT = Reading(strict=True)


@dataclass(frozen=True)
class Shown:
    """What the spec shows of an operation. A request is the body, or ``query`` where there is none."""

    verb: str
    path: str
    request: Any
    query: Mapping[str, Any]
    answers: Mapping[str, Any]
    refusal: Mapping[str, Any]


def shown(name: str) -> Shown:
    """The examples of an operation."""
    examples = SPEC.examples[f"{name}.yaml"]
    verb, path, op = RAW[name]
    request = examples["request"]["value"]
    return Shown(
        verb=verb,
        path=path,
        request=request if "requestBody" in op else None,
        query={} if "requestBody" in op else request["query"],
        answers={key: each["value"] for key, each in examples.items() if key not in _NO_ANSWERS},
        refusal=examples["error"]["value"],
    )


_NO_ANSWERS = {"request", "error"}


def editions() -> list[tuple[str, str]]:
    """Every success answer: the operation and the edition that shows it."""
    return [(name, edition) for name in NAMES for edition in shown(name).answers]


def arguments(name: str, folder: Path) -> dict[str, Any]:
    """The arguments of the method for the documented call; its files are written to the folder."""
    sent = shown(name).request or shown(name).query
    parameters = {parameter.name: parameter for parameter in BY_ID[name].parameters}
    if is_list(sent):
        [whole] = parameters.values()
        return {whole.python: sent}
    return {
        parameters[key].python: _file(folder, value) if parameters[key].kind == "file" else value
        for key, value in sent.items()
    }


def _file(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(CONTENT)
    return path


def answered(name: str, body: Any, status: int = 200) -> Done[Any] | Failed:
    """What the client makes of an answer, read strictly."""
    return _read(BY_ID[name], body, status)


def _read(operation: Operation[T], body: Any, status: int) -> Done[T] | Failed:
    answer = Answer(status, "application/json", json.dumps(body).encode())
    return outcome(operation, answer, _NOW, _STRICT)


class Recorder:
    """Stands in for the client: writes down the request and answers with an example."""

    def __init__(self, body: Any, status: int) -> None:
        self.body = body
        self.status = status
        self.requests: list[Request] = []

    async def call(self, operation: Operation[T], values: Mapping[str, object]) -> T:
        """Checks and builds the request as the client does, and reads the answer."""
        self.requests.append(build(operation, values))
        result = _read(operation, self.body, self.status)
        if isinstance(result, Failed):
            raise result.error
        return result.value


async def called(name: str, body: Any, folder: Path, status: int = 200) -> tuple[Request, Any]:
    """Calls the generated method with the documented request; returns what was sent and the result."""
    namespace, method = name.split(".")
    recorder = Recorder(body, status)
    result = getattr(getattr(Namespaces(recorder), namespace), method)(**arguments(name, folder))
    value = await result
    assert isinstance(value, Page) == isinstance(result, Pages)
    [request] = recorder.requests
    return request, value
