"""Which operations does CJ document, and what do they take? Read from the bundled spec."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

import msgspec

Json = dict[str, Any]
Kind = Literal["text", "integer", "number", "boolean", "array"]

_KINDS: Mapping[str, Kind] = {
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "array": "array",
}
EDITIONS: Sequence[str] = ("2026-09", "002", "000", "001", "003")
"""The editions of the documentation, the newest first; a report by a third party comes last."""
_JSON = "application/json"
_FORM = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter in query or header: its JSON name and the values it takes."""

    name: str
    kind: Kind
    required: bool
    minimum: float | None
    maximum: float | None
    longest: int | None
    choices: frozenset[str]


RuleKind = Literal["exactly-one-of", "at-least-one-of", "required", "forbidden"]
_RULES: tuple[RuleKind, ...] = get_args(RuleKind)


@dataclass(frozen=True, slots=True)
class Condition:
    """A field or parameter and some of its values."""

    name: str
    values: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """What must hold between the parameters and fields of a call, by their JSON names."""

    kind: RuleKind
    names: tuple[str, ...]
    when: Condition | None = None
    unless: Condition | None = None


@dataclass(frozen=True, slots=True)
class BodyRule:
    """What the body of an operation is.

    Attributes:
        kind: ``object`` and ``list`` (of objects) are JSON, ``form`` is multipart.
        optional: whether it may be left out.
        required: fields that must be there, and not empty; of every object in a list.
        files: fields of a form that are files.
    """

    kind: Literal["object", "list", "form"]
    optional: bool
    required: tuple[str, ...]
    files: frozenset[str]


@dataclass(frozen=True, slots=True)
class Route:
    """One documented operation.

    Attributes:
        example: its answer that succeeded in the newest edition of the documentation, envelope and
            all; None when none is documented.
    """

    operation: str
    method: str
    path: str
    points: int
    open: bool
    parameters: tuple[Parameter, ...]
    headers: tuple[Parameter, ...]
    rules: tuple[Rule, ...]
    body: BodyRule | None
    example: Json | None = field(repr=False)


Routes = Mapping[str, Mapping[str, Route]]
"""Path below the base URL -> method -> operation."""


@cache
def document() -> Json:
    """The bundled spec; read once, never changed."""
    found: Json = msgspec.json.decode(
        resources.files("cj_async").joinpath("spec.json").read_bytes()
    )
    return found


@cache
def routes() -> Routes:
    """All operations of the bundled spec; read once, never changed."""
    return read(document())


def operations() -> frozenset[str]:
    """The names of all documented operations."""
    return frozenset(each.operation for methods in routes().values() for each in methods.values())


def read(document: Json) -> Routes:
    """The operations of an OpenAPI 3.0 document with everything bundled."""
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
    return Route(
        operation=node["operationId"],
        method=method.upper(),
        path=path,
        points=node.get("x-cj-points", 0),
        open=node.get("security", everywhere) == [],
        parameters=tuple(_parameter(document, each) for each in nodes if each["in"] == "query"),
        headers=tuple(_parameter(document, each) for each in nodes if each["in"] == "header"),
        rules=tuple(_rules(node.get("x-cj-rules", ()))),
        body=_body(document, _resolved(document, node.get("requestBody", {}))),
        example=_newest(_content(node.get("responses", {}).get("200", {})).get("examples", {})),
    )


def _rules(nodes: Iterable[Json]) -> Iterator[Rule]:
    for node in nodes:
        kinds: list[RuleKind] = [each for each in _RULES if each in node]
        (kind,) = kinds
        when, unless = _condition(node, "when"), _condition(node, "unless")
        yield Rule(kind, tuple(node[kind]), when, unless)


def _condition(node: Json, word: str) -> Condition | None:
    for name, values in node.get(word, {}).items():
        return Condition(name, tuple(values))
    return None


def _newest(examples: Mapping[str, Json]) -> Json | None:
    known = (f"edition-{edition}" for edition in EDITIONS)
    newest = next((examples[name] for name in known if name in examples), None)
    return None if newest is None else newest["value"]


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


def _body(document: Json, node: Json) -> BodyRule | None:
    if not node:
        return None
    content = node["content"]
    form = _FORM in content
    schema = _schema(document, content[_FORM if form else _JSON]["schema"])
    rows = not form and schema.get("type") == "array"
    fields = _schema(document, schema["items"]) if rows else schema
    return BodyRule(
        kind="form" if form else "list" if rows else "object",
        optional=not node.get("required", False),
        required=tuple(fields.get("required", ())),
        files=frozenset(_files(document, fields)),
    )


def _files(document: Json, fields: Json) -> Iterator[str]:
    for name, node in fields.get("properties", {}).items():
        if _schema(document, node).get("format") == "binary":
            yield name


def _content(node: Json) -> Json:
    found: Json = node.get("content", {}).get(_JSON, {})
    return found


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
