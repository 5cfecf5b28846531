"""Rules for examples: each operation has its file, each example its place in the chapter."""

from __future__ import annotations

from collections.abc import Iterator

from codegen.lint.keys import EDITIONS
from codegen.load import Json, Spec, is_list, is_mapping
from codegen.operations import raw_operations
from codegen.parameters import body_schema
from codegen.pytypes import Scope

SUCCESS = tuple(f"edition-{edition}" for edition in EDITIONS)
KEYS = ("request", *SUCCESS, "error")


def example_findings(spec: Spec) -> Iterator[str]:
    """Yields what is wrong with the examples and with the references to them."""
    files = {f"{op['operationId']}.yaml" for _, _, _, op in raw_operations(spec)}
    for name in sorted(spec.examples.keys() - files):
        yield f"examples/{name}: no operation has this name"
    for chapter, _, _, op in raw_operations(spec):
        name = f"{op['operationId']}.yaml"
        if name not in spec.examples:
            yield f"examples/{name}: missing (every operation has examples)"
            continue
        found = _file(Scope(spec, chapter), op, spec.examples[name])
        yield from (f"examples/{name}: {problem}" for problem in found)


def _file(scope: Scope, op: dict[str, Json], examples: dict[str, Json]) -> Iterator[str]:
    success = [key for key in SUCCESS if key in examples]
    for key, example in examples.items():
        if key not in KEYS:
            yield f"{key}: unknown; allowed are {', '.join(KEYS)}"
        elif not is_mapping(example) or set(example) != {"summary", "value"}:
            yield f"{key}: {{summary: …, value: …}} is due"
            return
    yield from (f"{key} missing" for key in ("request", "error") if key not in examples)
    if not success:
        yield f"a success missing ({' or '.join(SUCCESS)})"
    editions = {f"edition-{page['edition']}" for page in op["x-cj-docs"]}
    for key in success:
        if key not in editions:
            yield f"{key}: x-cj-docs does not name this edition"
    yield from _references(op, success)
    if "request" in examples:
        yield from _request(scope, op, examples["request"]["value"])


def _references(op: dict[str, Json], success: list[str]) -> Iterator[str]:
    file = f"examples/{op['operationId']}.yaml"
    rows = [("responses.200", op["responses"].get("200", {}), success)]
    if "requestBody" in op:
        rows.append(("requestBody", op["requestBody"], ["request"]))
    for where, holder, keys in rows:
        contents: list[dict[str, Json]] = list(holder.get("content", {}).values())
        given: dict[str, Json] = contents[0].get("examples", {}) if contents else {}
        named = sorted(str(each.get("$ref")) for each in given.values())
        due = [f"{file}#/{key}" for key in keys]
        if named != due:
            yield f"{where} of the operation must name {', '.join(due)}, and names {named}"


def _request(scope: Scope, op: dict[str, Json], value: Json) -> Iterator[str]:
    body = body_schema(scope, op)[1]
    if body.get("type") == "array":
        if not is_list(value):
            yield "request: a list is due"
        return
    parameters = [each for each in op.get("parameters", []) if "name" in each]
    required = {each["name"] for each in parameters if each.get("required")}
    known, given = {each["name"] for each in parameters}, value
    if "requestBody" in op:
        known, required = set(body.get("properties", {})), set(body.get("required", []))
    elif not is_mapping(value) or set(value) != {"query"}:
        yield "request: value is {query: {…}}"
        return
    else:
        given = value["query"]
    if not is_mapping(given):
        yield "request: a mapping is due"
        return
    for name in sorted(given.keys() - known):
        yield f"request: {name!r} is no parameter"
    for name in sorted(required - given.keys()):
        yield f"request: {name!r} is required"
