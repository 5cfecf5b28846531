"""Rules for operations and their parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codegen.lint.keys import extension_findings
from codegen.load import Json, Spec, SpecError
from codegen.operations import body_schema, data_schema, raw_operations
from codegen.pytypes import Scope

NAME = re.compile(r"[a-z][a-z_]*\.[a-z][a-z0-9_]*")
REQUIRED_KEYS = ("operationId", "summary", "x-cj-effect", "x-cj-points", "x-cj-docs", "responses")


def operation_findings(spec: Spec) -> Iterator[str]:
    """Yields what is wrong with the operations."""
    seen: dict[str, str] = {}
    for chapter, path, verb, op in raw_operations(spec):
        where = f"{chapter}.yaml: {op.get('operationId', f'{verb.upper()} {path}')}"
        missing = [key for key in REQUIRED_KEYS if key not in op]
        if missing:
            yield f"{where}: {', '.join(missing)} missing (every operation needs it)"
            continue
        if op["operationId"] in seen:
            yield f"{where}: operationId stands in {seen[op['operationId']]}.yaml too"
        seen[op["operationId"]] = chapter
        yield from (f"{where}: {problem}" for problem in _operation(Scope(spec, chapter), op))
    for chapter, document in spec.chapters.items():
        yield from extension_findings(document, f"{chapter}.yaml")
    yield from extension_findings(spec.shared, "common.yaml")


def _operation(scope: Scope, op: dict[str, Json]) -> Iterator[str]:
    name = op["operationId"]
    if not NAME.fullmatch(name):
        yield "operationId is not namespace.method in snake_case"
    if op.get("tags") != [name.partition(".")[0]]:
        yield f"tags must be [{name.partition('.')[0]}], the namespace of the operationId"
    if op["x-cj-effect"] in {"write", "pay"} and "x-cj-how-to-find-out" not in op:
        yield "x-cj-how-to-find-out missing (how does one learn what became of a lost answer?)"
    yield from _parameters(op)
    known = {parameter["name"] for parameter in op.get("parameters", [])}
    known |= set(body_schema(scope, op)[1].get("properties", {}))
    for group in op.get("x-cj-one-of", []):
        for parameter in sorted(set(group) - known):
            yield f"x-cj-one-of names {parameter!r}, which is no parameter"
    yield from _answer(scope, op, known)


def _parameters(op: dict[str, Json]) -> Iterator[str]:
    for parameter in op.get("parameters", []):
        where = f"parameter {parameter.get('name')}"
        schema = parameter.get("schema", {})
        if not parameter.get("description"):
            yield f"{where}: description missing"
        if schema.get("type") == "array" and not {"style", "explode"} <= set(parameter):
            yield f"{where}: an array says how it is written: style form, explode true or false"
        if schema.get("type") == "string" and "x-cj-zone" in schema and "x-cj-format" not in schema:
            yield f"{where}: a time as text needs x-cj-format"
        if _looks_like_time(parameter.get("name", "")) and "x-cj-zone" not in schema:
            yield f"{where}: a time needs x-cj-zone"


def _looks_like_time(name: str) -> bool:
    return bool(
        re.search(r"(?:^time|Time|Date)(?:$|From|To|Start|End|[A-Z])|(?:start|end|create)At$", name)
    ) and (name != "deliveryTime")


def _answer(scope: Scope, op: dict[str, Json], known: set[str]) -> Iterator[str]:
    try:
        data = data_schema(op)
    except (KeyError, SpecError):
        yield "responses.200 needs application/json with a schema that describes data"
        return
    if "default" not in op["responses"]:
        yield "responses.default missing ($ref common.yaml#/components/responses/Refused)"
    paging = op.get("x-cj-paging")
    if paging:
        yield from (
            f"x-cj-paging.{key} names {paging[key]!r}, which is no parameter"
            for key in ("page", "size")
            if paging.get(key) not in known
        )
        yield from _paths(scope, data, paging)


def _paths(scope: Scope, data: dict[str, Json], paging: dict[str, Json]) -> Iterator[str]:
    for key in ("items", "number", "page-size", "total"):
        inner, schema = scope, data
        for name in str(paging.get(key)).split("."):
            try:
                inner, schema = inner.property(schema, name)
            except SpecError:
                yield f"x-cj-paging.{key}: the answer has no {name!r}"
                break
            schema = schema.get("items", {})
