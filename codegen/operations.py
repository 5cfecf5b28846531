"""Reads the operations out of the spec: one record each, with everything that is rendered later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from codegen.load import SHARED, Json, Spec, SpecError
from codegen.pytypes import Annotation, Scope, attribute, constant, reference_of, snake

VERBS = ("get", "post", "put", "patch", "delete")
REQUIRED_FIRST = {True: 0, False: 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterRecord:
    """One parameter of a method, as it is checked, typed and documented."""

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
    default: Json = None
    max_length: int | None = None
    deprecated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PagingRecord:
    """How a list is walked (attributes and parameters by their Python names)."""

    page: str
    size: str
    items: tuple[str, ...]
    fields: tuple[str, ...]
    number: str
    page_size: str
    total: str
    default_size: int
    cap: int | None
    item: Annotation


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationRecord:
    """One operation of the spec."""

    id: str
    verb: str
    path: str
    chapter: str
    summary: str
    description: str
    effect: str
    points: int
    docs: tuple[dict[str, str], ...]
    result: Annotation
    nullable: bool
    auth: bool
    deprecated: bool
    evidence: str
    how_to_find_out: str
    one_of: tuple[tuple[str, ...], ...]
    paging: PagingRecord | None
    parameters: tuple[ParameterRecord, ...]

    @property
    def namespace(self) -> str:
        """The namespace of the client that has this method."""
        return self.id.partition(".")[0]

    @property
    def method(self) -> str:
        """The name of the method."""
        return self.id.partition(".")[2]

    @property
    def constant(self) -> str:
        """The name of the operation's constant."""
        return constant(self.id)


def read_operations(spec: Spec) -> list[OperationRecord]:
    """Returns every operation, sorted by id."""
    records = [
        _record(Scope(spec, ch), path, verb, op) for ch, path, verb, op in raw_operations(spec)
    ]
    return sorted(records, key=lambda record: record.id)


def raw_operations(spec: Spec) -> Iterator[tuple[str, str, str, dict[str, Json]]]:
    """Yields (chapter, path, verb, operation as written)."""
    for chapter, document in spec.chapters.items():
        items: dict[str, dict[str, Json]] = document.get("paths") or {}
        for path, item in items.items():
            for verb in VERBS:
                if verb in item:
                    yield chapter, path, verb, item[verb]


def _record(scope: Scope, path: str, verb: str, op: dict[str, Json]) -> OperationRecord:
    data = data_schema(op)
    return OperationRecord(
        id=op["operationId"],
        verb=verb.upper(),
        path=path,
        chapter=scope.chapter,
        summary=_text(op, "summary"),
        description=_text(op, "description"),
        effect=op["x-cj-effect"],
        points=op.get("x-cj-points", 0),
        docs=tuple(op.get("x-cj-docs", [])),
        result=scope.annotation({**data, "nullable": False}),
        nullable=bool(data.get("nullable")),
        auth=op.get("security") != [],
        deprecated=bool(op.get("deprecated")),
        evidence=op.get("x-cj-evidence", "documented"),
        how_to_find_out=op.get("x-cj-how-to-find-out", ""),
        one_of=tuple(tuple(snake(name) for name in group) for group in op.get("x-cj-one-of", [])),
        paging=_paging(scope, op, data),
        parameters=tuple(sorted(_parameters(scope, op), key=_signature_order)),
    )


def _signature_order(parameter: ParameterRecord) -> tuple[int, str]:
    return REQUIRED_FIRST[parameter.required], parameter.python


def data_schema(op: dict[str, Json]) -> dict[str, Json]:
    """The schema of ``data`` in the success answer of an operation."""
    content = op["responses"]["200"]["content"]["application/json"]
    for part in content["schema"].get("allOf", [content["schema"]]):
        if "data" in part.get("properties", {}):
            found: dict[str, Json] = part["properties"]["data"]
            return found
    raise SpecError(f"{op.get('operationId')}: the answer has no data")


def _paging(scope: Scope, op: dict[str, Json], data: dict[str, Json]) -> PagingRecord | None:
    raw = op.get("x-cj-paging")
    if raw is None:
        return None
    path = str(raw["items"]).split(".")
    inner, schema = scope, data
    for name in path:
        inner, schema = inner.property(schema, name)
        schema = schema.get("items", {})
    return PagingRecord(
        page=snake(raw["page"]),
        size=snake(raw["size"]),
        items=tuple(attribute(name) for name in path),
        fields=tuple(path),
        number=attribute(raw["number"]),
        page_size=attribute(raw["page-size"]),
        total=attribute(raw["total"]),
        default_size=raw["default-size"],
        cap=raw.get("cap"),
        item=inner.annotation(schema),
    )


def _parameters(scope: Scope, op: dict[str, Json]) -> Iterator[ParameterRecord]:
    for parameter in op.get("parameters", []):
        yield _parameter(
            scope,
            parameter["name"],
            parameter["schema"],
            place="query",
            required=bool(parameter.get("required")),
            description=_text(parameter, "description"),
            joined=parameter.get("explode") is False,
            deprecated=bool(parameter.get("deprecated")),
        )
    inner, body = body_schema(scope, op)
    for name, schema in body.get("properties", {}).items():
        yield _parameter(
            inner,
            name,
            schema,
            place="body",
            required=name in body.get("required", []),
            description=_text(schema, "description"),
            deprecated=bool(schema.get("deprecated")),
        )


def body_schema(scope: Scope, op: dict[str, Json]) -> tuple[Scope, dict[str, Json]]:
    """The schema of an operation's JSON body and where it stands; empty when it has none."""
    content: dict[str, Json] = op.get("requestBody", {}).get("content", {})
    schema: dict[str, Json] = content.get("application/json", {}).get("schema", {})
    reference = reference_of(schema)
    if reference is None:
        return scope, schema
    chapter, _, found = scope.resolve(reference)
    return Scope(scope.spec, chapter), found


def _parameter(scope: Scope, name: str, schema: dict[str, Json], **known: Any) -> ParameterRecord:
    kind = _kind(scope, schema)
    inner: dict[str, Json] = schema.get("items", {}) if kind == "array" else schema
    choices = tuple(inner.get("enum", ()))
    items = _kind(scope, inner) if kind == "array" else "text"
    base = _annotation(kind, items, choices)
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
        default=schema.get("default"),
        max_length=schema.get("maxLength"),
        **known,
    )


KINDS = {
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "array": "array",
    "object": "json",
}
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
    "clock": "datetime",
}


def _kind(scope: Scope, schema: dict[str, Json]) -> str:
    zone = schema.get("x-cj-zone")
    if zone:
        return "epoch_ms" if zone == "epoch-ms" else "clock"
    reference = reference_of(schema)
    if reference is None:
        return KINDS.get(str(schema.get("type")), "text")
    chapter, name, found = scope.resolve(reference)
    if f"{chapter}.yaml" == SHARED and name in WIRE_KINDS:
        return WIRE_KINDS[name]
    return _kind(Scope(scope.spec, chapter), found)


def _annotation(kind: str, items: str, choices: tuple[Json, ...]) -> str:
    literal = f"Literal[{', '.join(map(repr, choices))}]" if choices else ""
    if kind == "array":
        return f"Sequence[{literal or ANNOTATIONS[items]}]"
    return literal or ANNOTATIONS[kind]


def _text(holder: dict[str, Json], key: str) -> str:
    return " ".join(str(holder.get(key, "")).split())
