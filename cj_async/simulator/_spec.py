"""Which operations does CJ document, and what do they take? Read from the bundled spec."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

import msgspec

Json = dict[str, Any]
Kind = Literal["text", "integer", "number", "boolean", "array"]

_KINDS: Mapping[str, Kind] = {
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "array": "array",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One query parameter: its JSON name and the values it takes."""

    name: str
    kind: Kind
    required: bool
    minimum: float | None
    maximum: float | None
    longest: int | None
    choices: frozenset[str]


@dataclass(frozen=True, slots=True)
class Route:
    """One documented operation."""

    operation: str
    method: str
    path: str
    points: int
    open: bool
    parameters: tuple[Parameter, ...]
    one_of: tuple[tuple[str, ...], ...]
    takes_body: bool
    required_fields: tuple[str, ...]


Routes = Mapping[str, Mapping[str, Route]]
"""Path below the base URL -> method -> operation."""


@cache
def routes() -> Routes:
    """All operations of the bundled spec; read once, never changed."""
    return read(resources.files("cj_async").joinpath("spec.json").read_bytes())


def operations() -> frozenset[str]:
    """The names of all documented operations."""
    return frozenset(each.operation for methods in routes().values() for each in methods.values())


def read(spec: bytes) -> Routes:
    """The operations of an OpenAPI 3.0 document with everything bundled."""
    document: Json = msgspec.json.decode(spec)
    everywhere = document.get("security")
    return {
        path: {
            method.upper(): _route(document, path, method, node, everywhere)
            for method, node in item.items()
            if method in {"get", "post", "put", "patch", "delete"}
        }
        for path, item in document["paths"].items()
    }


def _route(document: Json, path: str, method: str, node: Json, everywhere: object) -> Route:
    nodes = [_resolved(document, parameter) for parameter in node.get("parameters", ())]
    body = _resolved(document, node.get("requestBody", {}))
    return Route(
        operation=node["operationId"],
        method=method.upper(),
        path=path,
        points=node.get("x-cj-points", 0),
        open=node.get("security", everywhere) == [],
        parameters=tuple(_parameter(document, each) for each in nodes if each["in"] == "query"),
        one_of=tuple(_exactly_one(node.get("x-cj-rules", ()))),
        takes_body=bool(body),
        required_fields=tuple(_body_schema(document, body).get("required", ())),
    )


def _exactly_one(rules: Iterable[Json]) -> Iterator[tuple[str, ...]]:
    for rule in rules:
        if "exactly-one-of" in rule:
            yield tuple(rule["exactly-one-of"])


def _parameter(document: Json, node: Json) -> Parameter:
    schema = _schema(document, node.get("schema", {}))
    kind = _KINDS.get(schema.get("type", ""), "text")
    return Parameter(
        name=node["name"],
        kind=kind,
        required=node.get("required", False),
        minimum=schema.get("minimum"),
        maximum=schema.get("maximum"),
        longest=schema.get("maxLength"),
        choices=frozenset(str(choice) for choice in schema.get("enum", ())),
    )


def _body_schema(document: Json, body: Json) -> Json:
    content = body.get("content", {}).get("application/json", {})
    return _schema(document, content.get("schema", {}))


def _schema(document: Json, node: Json) -> Json:
    """A schema with its reference followed and its single-entry ``allOf`` merged."""
    merged: Json = {}
    for part in _resolved(document, node).get("allOf", ()):
        merged |= _schema(document, part)
    return merged | _resolved(document, node)


def _resolved(document: Json, node: Json) -> Json:
    reference = node.get("$ref")
    if not isinstance(reference, str):
        return node
    target: Any = document
    for step in reference.removeprefix("#/").split("/"):
        target = target[step.replace("~1", "/").replace("~0", "~")]
    return _resolved(document, target)
