"""Rules for schemas: everything described, answers tolerant, times with a zone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codegen.load import SHARED, Json, Spec, SpecError
from codegen.pytypes import Scope, reference_of

TIMES = ("UtcTime", "BeijingTime", "EpochTime")
LOOKS_LIKE_TIME = re.compile(r"(?:[a-z](?:Time|Date|At)|^createAt|Timestamp)$")
NOT_A_MOMENT = frozenset({"deliveryTime"})
"""Names that end like a time and are a duration."""


def schema_findings(spec: Spec) -> Iterator[str]:
    """Yields what is wrong with the schemas."""
    owner: dict[str, str] = {}
    for chapter, document in {**spec.chapters, SHARED.removesuffix(".yaml"): spec.shared}.items():
        yield from _references(Scope(spec, chapter), document)
        for name, schema in document.get("components", {}).get("schemas", {}).items():
            where = f"{chapter}.yaml: {name}"
            if name in owner:
                yield f"{where}: stands in {owner[name]}.yaml too (names are unique over all chapters)"
            owner[name] = chapter
            if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name):
                yield f"{where}: a schema has a PascalCase name"
            yield from _object(schema, where, request=name.endswith("Request"))


def _references(scope: Scope, value: Json) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _references(scope, item)
    elif isinstance(value, dict):
        target = value.get("$ref")
        if isinstance(target, str) and "#/components/schemas/" in target:
            try:
                scope.resolve(target)
            except SpecError as error:
                yield str(error)
        for item in value.values():
            yield from _references(scope, item)


def _object(schema: dict[str, Json], where: str, *, request: bool) -> Iterator[str]:
    for part in schema.get("allOf", []):
        yield from _object(part, where, request=request)
    required = set(schema.get("required", []))
    for name, field in schema.get("properties", {}).items():
        inner = f"{where}.{name}"
        if not field.get("description"):
            yield f"{inner}: description missing"
        yield from (
            _request_field(field, inner) if request else _answer_field(name, field, required, inner)
        )
    for name in sorted(required - set(schema.get("properties", {}))):
        yield f"{where}: required names {name!r}, which is no property"


def _request_field(field: dict[str, Json], where: str) -> Iterator[str]:
    if field.get("nullable"):
        yield f"{where}: a request field is not nullable (what is not given is left out)"


def _answer_field(
    name: str, field: dict[str, Json], required: set[str], where: str
) -> Iterator[str]:
    if name in required and not (reference_of(field) or "").endswith("Id"):
        yield f"{where}: only an identifier may be required in an answer"
    if name not in required and not field.get("nullable"):
        yield f"{where}: a field of an answer is nullable"
    if "maxLength" in field:
        yield f"{where}: no maxLength in answers (a long text would be lost)"
    if LOOKS_LIKE_TIME.search(name) and name not in NOT_A_MOMENT and not _is_time(field):
        yield f"{where}: looks like a time: use {', '.join(TIMES)} of common.yaml, so that its zone is said"


def _is_time(field: dict[str, Json]) -> bool:
    return (reference_of(field) or "").rpartition("/")[2] in TIMES
