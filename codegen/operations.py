"""Reads the operations out of the spec: one record each, with everything that is rendered later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from codegen.load import Json, Spec, SpecError
from codegen.parameters import (
    ParameterRecord,
    RuleRecord,
    body_kind,
    plain_text,
    read_parameters,
    read_rules,
)
from codegen.pytypes import Annotation, Scope, attribute, constant, snake

VERBS = ("get", "post", "put", "patch", "delete")


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
    body: str
    rules: tuple[RuleRecord, ...]
    pays_when: tuple[str, tuple[Json, ...]] | None
    refusal: Annotation | None
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
        summary=plain_text(op, "summary"),
        description=plain_text(op, "description"),
        effect=op["x-cj-effect"],
        points=op.get("x-cj-points", 0),
        docs=tuple(op.get("x-cj-docs", [])),
        result=scope.annotation({**data, "nullable": False}),
        nullable=bool(data.get("nullable")),
        auth=op.get("security") != [],
        deprecated=bool(op.get("deprecated")),
        evidence=op.get("x-cj-evidence", "documented"),
        how_to_find_out=op.get("x-cj-how-to-find-out", ""),
        body=body_kind(op),
        rules=read_rules(op),
        pays_when=next(iter(_conditions(op.get("x-cj-pays-when", {}))), None),
        refusal=_refusal(scope, op),
        paging=_paging(scope, op, data),
        parameters=read_parameters(scope, op),
    )


def _conditions(raw: dict[str, Json]) -> Iterator[tuple[str, tuple[Json, ...]]]:
    for name, values in raw.items():
        yield name, tuple(values)


def _refusal(scope: Scope, op: dict[str, Json]) -> Annotation | None:
    schema = op.get("x-cj-refusal-data")
    return None if schema is None else scope.annotation(schema)


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
        schema = schema.get("items", schema)
    return PagingRecord(
        page=snake(raw["page"]),
        size=snake(raw["size"]),
        items=tuple(attribute(name) for name in path),
        fields=tuple(path),
        number=_dotted(raw["number"]),
        page_size=_dotted(raw["page-size"]),
        total=_dotted(raw["total"]),
        default_size=raw["default-size"],
        cap=raw.get("cap"),
        item=inner.annotation(schema),
    )


def _dotted(path: str) -> str:
    return ".".join(map(attribute, path.split(".")))
