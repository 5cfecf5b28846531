"""Turns the spec into the records that the audit compares: every parameter and field with its path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from codegen.audit.records import ANY_KEY, Entry, Operation, Path
from codegen.load import SHARED, Json, Spec, is_list, is_mapping
from codegen.operations import raw_operations
from codegen.pytypes import Scope, reference_of

WIRE_KINDS = {
    "Id": "text",
    "NumericId": "text integer number",
    "Money": "text integer number",
    "Number": "text integer number",
    "PriceRange": "text integer number",
    "WeightRange": "text integer number",
    "Integer": "text integer number",
    "Flag": "boolean integer text number",
    "UtcTime": "text integer number",
    "BeijingTime": "text integer number",
    "EpochTime": "text integer number",
}
"""The kinds of JSON that each wire type reads."""
PLAIN_KINDS = {
    "string": "text",
    "integer": "integer number",
    "number": "number integer",
    "boolean": "boolean",
    "array": "list",
    "object": "object",
}
PYTHON_KINDS = {
    "str": "text",
    "int": "integer number",
    "bool": "boolean",
    "dict": "object",
    "list": "list",
    "Decimal": "number integer",
    "JsonText": "text object list",
}
MESSAGE = re.compile(r"(\w+)Message")
MESSAGE_EDITIONS = frozenset({"000"})
"""The edition with the messages, for those that do not name theirs (``x-cj-docs``)."""
DATA = "data"


@dataclass(frozen=True, slots=True)
class _At:
    """A schema on the way down: where it stands and which schemas are around it."""

    scope: Scope
    owner: str
    around: tuple[str, ...] = ()


def read_operations(spec: Spec) -> dict[tuple[str, str], Operation]:
    """Every operation of the spec, by verb and path."""
    return {
        (verb, path): _operation(Scope(spec, chapter), verb, path, raw)
        for chapter, path, verb, raw in raw_operations(spec)
    }


def read_messages(spec: Spec) -> dict[str, Operation]:
    """The webhook messages, by the start of their schema's name: ``order`` for OrderMessage."""
    found: dict[str, Operation] = {}
    for chapter, document in spec.chapters.items():
        for name, schema in document.get("components", {}).get("schemas", {}).items():
            match = MESSAGE.fullmatch(name)
            if match:
                at = _At(Scope(spec, chapter), name, (f"{chapter}.{name}",))
                answer = dict(_entries(at, schema, ()))
                identity = f"message {name}"
                editions = _editions(schema) or MESSAGE_EDITIONS
                found[match[1].lower()] = Operation(identity, "", "", editions, {}, answer, {})
    return found


def _operation(scope: Scope, verb: str, path: str, raw: dict[str, Json]) -> Operation:
    identity = str(raw.get("operationId", f"{verb} {path}"))
    inside = _At(scope, identity)
    return Operation(
        id=identity,
        verb=verb,
        path=path,
        editions=_editions(raw),
        request=dict(_request(inside, raw)),
        answer=dict(_entries(*_answer(inside, raw, "200"), ())),
        refusal=_refusal(inside, raw),
    )


def _editions(holder: dict[str, Json]) -> frozenset[str]:
    return frozenset(str(page.get("edition")) for page in holder.get("x-cj-docs", []))


def _refusal(at: _At, raw: dict[str, Json]) -> dict[Path, Entry]:
    """What a refusal holds: the shared answer, and the data that explains it, where it has any."""
    found = dict(_entries(*_answer(at, raw, "default"), ()))
    data = raw.get("x-cj-refusal-data")
    if is_mapping(data):
        found[DATA,] = _entry(at, data, (DATA,), f"{at.owner}.{DATA}")
        found.update(_entries(at, data, (DATA,)))
    return found


def _answer(at: _At, raw: dict[str, Json], status: str) -> tuple[_At, dict[str, Json]]:
    """The schema of an answer and where it stands; a reference leads to the shared answers."""
    answer = raw.get("responses", {}).get(status, {})
    file, _, name = str(answer.get("$ref", "")).partition("#/components/responses/")
    if name:
        at = _At(Scope(at.scope.spec, file.removesuffix(".yaml") or at.scope.chapter), at.owner)
        document = at.scope.spec.documents.get(f"{at.scope.chapter}.yaml", {})
        answer = document.get("components", {}).get("responses", {}).get(name, {})
    schema: dict[str, Json] = (
        answer.get("content", {}).get("application/json", {}).get("schema", {})
    )
    return at, schema


def _request(at: _At, raw: dict[str, Json]) -> Iterator[tuple[Path, Entry]]:
    ruled = _ruled(raw)
    for parameter in raw.get("parameters", []):
        name = str(parameter["name"])
        required = "sometimes" if name in ruled else _yes(parameter.get("required"))
        entry = _entry(at, parameter.get("schema", {}), (name,), f"{at.owner}.{name}")
        yield (name,), replace(entry, required=required, words=f"{entry.words} {_words(parameter)}")
    for content in raw.get("requestBody", {}).get("content", {}).values():
        for path, entry in _entries(at, content.get("schema", {}), (), ruled):
            yield path, entry


def _ruled(holder: dict[str, Json]) -> frozenset[str]:
    """The names that a rule makes required under a condition."""
    groups: list[Json] = list(holder.get("x-cj-one-of", []))
    for rule in holder.get("x-cj-rules", []):
        groups.extend(value for value in rule.values() if is_list(value))
    return frozenset(str(name) for group in groups for name in group)


def _entries(
    at: _At, schema: dict[str, Json], path: Path, ruled: frozenset[str] = frozenset()
) -> Iterator[tuple[Path, Entry]]:
    """Everything below a schema, from the outside in."""
    for part_at, part in _parts(at, schema):
        required = part.get("required", [])
        rules = ruled | _ruled(part)
        for name, inner in part.get("properties", {}).items():
            place = (*path, name)
            entry = _entry(part_at, inner, place, f"{part_at.owner}.{name}")
            state = "sometimes" if name in rules else _yes(name in required)
            yield place, replace(entry, required=state)
            yield from _entries(part_at, inner, place)
        more = part.get("additionalProperties")
        if is_mapping(more):
            yield from _entries(part_at, more, (*path, ANY_KEY))
        if is_mapping(part.get("items")):
            yield from _entries(part_at, part["items"], path)


def _parts(at: _At, schema: dict[str, Json]) -> Iterator[tuple[_At, dict[str, Json]]]:
    """The schema and what it refers to; a schema inside itself is not followed again."""
    yield at, schema
    for reference in _references(at, schema):
        chapter, name, found = at.scope.resolve(reference)
        identity = f"{chapter}.{name}"
        if identity not in at.around and "x-python-import" not in found:
            inner = _At(Scope(at.scope.spec, chapter), name, (*at.around, identity))
            yield from _parts(inner, found)
    for part in schema.get("allOf", []):
        if "$ref" not in part:
            yield from _parts(at, part)


def _references(at: _At, schema: dict[str, Json]) -> Iterator[str]:
    for holder in (schema, *schema.get("allOf", [])):
        if "$ref" in holder:
            yield str(holder["$ref"])
    python = str(schema.get("x-python-type", ""))
    document = at.scope.spec.documents.get(f"{at.scope.chapter}.yaml", {})
    for name in re.findall(r"\b[A-Z]\w+", python):
        if name in document.get("components", {}).get("schemas", {}):
            yield f"#/components/schemas/{name}"


def _entry(at: _At, schema: dict[str, Json], path: Path, owner: str) -> Entry:
    return Entry(
        path,
        owner,
        frozenset(_kinds(at, schema)),
        values=frozenset(str(value) for value in _values(at, schema)),
        words=_words(schema),
        is_open=_is_open(at, schema),
    )


def _is_open(at: _At, schema: dict[str, Json]) -> bool:
    """Whether a schema lets anything stand below it; so does one that is inside itself."""
    reference = reference_of(schema)
    if reference:
        chapter, name, found = at.scope.resolve(reference)
        if "x-python-import" in found:
            return False
        identity = f"{chapter}.{name}"
        around = (*at.around, identity)
        return identity in at.around or _is_open(
            _At(Scope(at.scope.spec, chapter), name, around), found
        )
    if is_mapping(schema.get("items")):
        return _is_open(at, schema["items"])
    if "x-python-type" in schema:
        return "object" in str(schema["x-python-type"])
    closed = {"properties", "allOf", "anyOf", "items"} & set(schema)
    more = schema.get("additionalProperties")
    return (
        not closed and not (is_mapping(more) and more) and schema.get("type", "object") == "object"
    )


def _kinds(at: _At, schema: dict[str, Json]) -> Iterator[str]:
    """The kinds of JSON that a schema reads; none for any."""
    reference = reference_of(schema)
    if reference:
        chapter, name, found = at.scope.resolve(reference)
        if f"{chapter}.yaml" == SHARED and name in WIRE_KINDS:
            yield from WIRE_KINDS[name].split()
        else:
            yield from _kinds(_At(Scope(at.scope.spec, chapter), name), found)
    elif "x-python-type" in schema:
        for word in re.findall(r"\w+", str(schema["x-python-type"]).partition("[")[0]):
            yield from PYTHON_KINDS.get(word, "").split()
    elif "anyOf" in schema:
        for part in schema["anyOf"]:
            yield from _kinds(at, part)
    elif schema.get("format") == "binary":
        yield "file"
    else:
        default = "object" if "properties" in schema or "allOf" in schema else ""
        yield from PLAIN_KINDS.get(str(schema.get("type")), default).split()
        if schema.get("x-cj-single-or-list"):
            yield from _kinds(at, schema.get("items", {}))


def _values(at: _At, schema: dict[str, Json]) -> Iterator[Any]:
    yield from schema.get("enum", [])
    for part in schema.get("anyOf", []):
        yield from part.get("enum", [])
    if is_mapping(schema.get("items")):
        yield from _values(at, schema["items"])
    reference = reference_of(schema)
    if reference:
        chapter, name, found = at.scope.resolve(reference)
        if found is not schema and name not in at.around:
            yield from _values(_At(Scope(at.scope.spec, chapter), name, (*at.around, name)), found)


def _words(holder: dict[str, Json]) -> str:
    """The sentences of the spec about something, notes of decisions included."""
    texts = [str(holder.get(key, "")) for key in ("summary", "description")]
    decided = holder.get("x-cj-decided")
    if is_mapping(decided):
        texts.append(str(decided.get("reason", "")))
    return " ".join(filter(None, texts))


def _yes(value: object) -> str:
    return "yes" if value else "no"
