"""Reads the parameters of an operation: query, headers, body, and the objects inside a body."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from codegen.load import SHARED, Json, SpecError
from codegen.pytypes import Scope, reference_of, snake

BODIES = {"application/json": "json", "multipart/form-data": "form"}
"""The media types of a body, and what the client calls them."""
REQUIRED_FIRST = {True: 0, False: 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRecord:
    """A rule between parameters, or between the fields of an object (by their Python names)."""

    kind: str
    names: tuple[str, ...]
    when: tuple[str, tuple[Json, ...]] | None = None
    unless: tuple[str, tuple[Json, ...]] | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterRecord:
    """One parameter of a method, or one field of an object in it: checked, typed and documented."""

    name: str
    python: str
    place: str
    kind: str
    annotation: str
    description: str
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Json, ...] = ()
    most: int | None = None
    items: str = "text"
    joined: bool = False
    zone: str = ""
    pattern: str = ""
    fields: tuple[ParameterRecord, ...] = ()
    rules: tuple[RuleRecord, ...] = ()
    default: Json = None
    max_length: int | None = None
    deprecated: bool = False
    modules: frozenset[str] = frozenset()


RULES = {
    "exactly-one-of": "exactly one",
    "at-least-one-of": "at least one",
    "required": "required",
    "forbidden": "forbidden",
}
"""How a rule is spelled in the spec, and what the client calls it."""


def read_rules(holder: dict[str, Json]) -> tuple[RuleRecord, ...]:
    """Returns the rules that stand on an operation or on the schema of an object."""
    return tuple(_rule(raw) for raw in holder.get("x-cj-rules", []))


def _rule(raw: dict[str, Json]) -> RuleRecord:
    [spelled] = [name for name in RULES if name in raw]
    return RuleRecord(
        kind=RULES[spelled],
        names=tuple(map(snake, raw[spelled])),
        when=_condition(raw.get("when")),
        unless=_condition(raw.get("unless")),
        reason=plain_text(raw, "reason").rstrip("."),
    )


def _condition(raw: dict[str, Json] | None) -> tuple[str, tuple[Json, ...]] | None:
    if not raw:
        return None
    [(name, values)] = raw.items()
    return snake(name), tuple(values)


def body_content(op: dict[str, Json]) -> tuple[str, dict[str, Json]]:
    """The media type and the content of an operation's body; both empty when it has none."""
    content: dict[str, dict[str, Json]] = op.get("requestBody", {}).get("content", {})
    for kind in BODIES:
        if kind in content:
            return kind, content[kind]
    return "", {}


def body_kind(op: dict[str, Json]) -> str:
    """How the body of an operation travels: none, json or form."""
    return BODIES.get(body_content(op)[0], "none")


def body_schema(scope: Scope, op: dict[str, Json]) -> tuple[Scope, dict[str, Json]]:
    """The schema of an operation's body and where it stands; empty when it has none."""
    schema: dict[str, Json] = body_content(op)[1].get("schema", {})
    return resolved(scope, schema)


def resolved(scope: Scope, schema: dict[str, Json]) -> tuple[Scope, dict[str, Json]]:
    """A schema, or the one that it refers to, and where it stands."""
    reference = reference_of(schema)
    if reference is None:
        return scope, schema
    chapter, _, found = scope.resolve(reference)
    return Scope(scope.spec, chapter), found


def read_parameters(scope: Scope, op: dict[str, Json]) -> tuple[ParameterRecord, ...]:
    """Returns the parameters of an operation in the order of its signature."""
    return tuple(sorted(_parameters(scope, op), key=_signature_order))


def _signature_order(parameter: ParameterRecord) -> tuple[int, str]:
    return REQUIRED_FIRST[parameter.required], parameter.python


def _parameters(scope: Scope, op: dict[str, Json]) -> Iterator[ParameterRecord]:
    for parameter in op.get("parameters", []):
        yield _parameter(
            scope,
            parameter["name"],
            parameter["schema"],
            place=parameter["in"],
            required=bool(parameter.get("required")),
            description=plain_text(parameter, "description"),
            joined=parameter.get("explode") is False,
            deprecated=bool(parameter.get("deprecated")),
        )
    inner, body = body_schema(scope, op)
    if body.get("type") == "array":
        yield _field(inner, body["x-cj-name"], body, place="whole body", required=True)
    yield from _fields(inner, body)


def read_fields(scope: Scope, schema: dict[str, Json]) -> tuple[ParameterRecord, ...]:
    """Returns the fields of an object inside a request, required ones first."""
    return tuple(sorted(_fields(scope, schema), key=_signature_order))


def _fields(scope: Scope, schema: dict[str, Json]) -> Iterator[ParameterRecord]:
    for name, value in schema.get("properties", {}).items():
        required = name in schema.get("required", [])
        yield _field(scope, name, value, place="body", required=required)


def _field(scope: Scope, name: str, schema: dict[str, Json], **known: Any) -> ParameterRecord:
    return _parameter(
        scope,
        name,
        schema,
        description=plain_text(schema, "description"),
        deprecated=bool(schema.get("deprecated")),
        **known,
    )


def _parameter(scope: Scope, name: str, schema: dict[str, Json], **known: Any) -> ParameterRecord:
    kind = _kind(scope, schema)
    inner: dict[str, Json] = schema.get("items", {}) if kind == "array" else schema
    choices = tuple(inner.get("enum", ()))
    items = _kind(scope, inner) if kind == "array" else "text"
    where, found = resolved(scope, inner) if "object" in {kind, items} else (scope, {})
    rows = where.annotation(found["x-cj-rows"]) if "x-cj-rows" in found else None
    one = f"Literal[{', '.join(map(repr, choices))}]" if choices else _annotation(scope, inner)
    base = f"Sequence[{one}]" if kind == "array" else one
    return ParameterRecord(
        name=name,
        python=snake(name),
        kind=kind,
        annotation=base if known["required"] else f"{base} | None",
        minimum=inner.get("minimum"),
        maximum=inner.get("maximum"),
        choices=choices,
        most=schema.get("maxItems"),
        items=items,
        zone=str(schema.get("x-cj-zone", "")),
        pattern=schema.get("x-cj-format", ""),
        fields=read_fields(where, found),
        rules=read_rules(found),
        modules=rows.modules if rows else frozenset(),
        default=schema.get("default"),
        max_length=schema.get("maxLength"),
        **known,
    )


KINDS = {"integer": "integer", "number": "number", "boolean": "boolean", "array": "array"}
EPOCHS = {"epoch-ms": "epoch_ms", "epoch-s": "epoch_s"}
"""Zones of moments that are counted, and not written with a clock."""
WIRE_KINDS = {
    "Id": "text",
    "NumericId": "text",
    "Money": "number",
    "Number": "number",
    "Integer": "integer",
    "Flag": "boolean",
}
"""What the wire types of common.yaml are in a request; the others are for answers only."""
ANNOTATIONS = {
    "text": "str",
    "integer": "int",
    "number": "Decimal | float",
    "boolean": "bool",
    "json": "Mapping[str, object]",
    "epoch_ms": "datetime | int",
    "epoch_s": "datetime | int",
    "clock": "datetime",
    "file": "FileInput",
}


def _kind(scope: Scope, schema: dict[str, Json]) -> str:
    zone = schema.get("x-cj-zone")
    if zone:
        return EPOCHS.get(zone, "clock")
    reference = reference_of(schema)
    if reference is None:
        return _plain_kind(schema)
    chapter, name, found = scope.resolve(reference)
    if f"{chapter}.yaml" == SHARED and name in WIRE_KINDS:
        return WIRE_KINDS[name]
    return _kind(Scope(scope.spec, chapter), found)


def _plain_kind(schema: dict[str, Json]) -> str:
    if schema.get("format") == "binary":
        return "file"
    if schema.get("type") == "object":
        return "object" if "properties" in schema else "json"
    return KINDS.get(str(schema.get("type")), "text")


def _annotation(scope: Scope, schema: dict[str, Json]) -> str:
    kind = _kind(scope, schema)
    if kind == "array":
        return f"Sequence[{_annotation(scope, schema['items'])}]"
    if kind != "object":
        return ANNOTATIONS[kind]
    reference = reference_of(schema)
    if reference is None:
        raise SpecError(f"{scope.chapter}.yaml: an object inside a request has a schema of its own")
    chapter, name, found = scope.resolve(reference)
    rows = found.get("x-cj-rows")
    accepted = f" | {Scope(scope.spec, chapter).annotation(rows).text}" if rows else ""
    return f"params.{chapter}.{name}{accepted}"


def plain_text(holder: dict[str, Json], key: str) -> str:
    """A text of the spec on one line; empty when it is not there."""
    return " ".join(str(holder.get(key, "")).split())
