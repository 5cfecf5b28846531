"""Rules for operations: what each one must say, and that its parts fit together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from codegen.lint.parameters import parameter_findings
from codegen.lint.rules import rule_findings
from codegen.load import Json, Spec, SpecError
from codegen.operations import VERBS, data_schema, raw_operations
from codegen.parameters import BODIES, body_content, body_schema
from codegen.pytypes import Scope, reference_of

NAME = re.compile(r"[a-z][a-z_]*\.[a-z][a-z0-9_]*")
REQUIRED_KEYS = ("operationId", "summary", "x-cj-effect", "x-cj-points", "x-cj-docs", "responses")
REFUSED = {"$ref": "common.yaml#/components/responses/Refused"}
ENVELOPE = "common.yaml#/components/schemas/Envelope"


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as it is written, and where."""

    scope: Scope
    verb: str
    raw: dict[str, Json]

    @property
    def namespace(self) -> str:
        """The first part of its name."""
        return str(self.raw["operationId"]).partition(".")[0]

    @property
    def body(self) -> str:
        """The name of the schema of its body; empty without a body or without a name."""
        schema = body_content(self.raw)[1].get("schema", {})
        return (reference_of(schema) or "").rpartition("/")[2]

    @property
    def parameters(self) -> dict[str, dict[str, Json]]:
        """The parameters by name."""
        return {each["name"]: each for each in self.raw.get("parameters", []) if "name" in each}

    @property
    def inputs(self) -> dict[str, bool]:
        """Every parameter and field of the body, and whether it is required."""
        found = {name: bool(each.get("required")) for name, each in self.parameters.items()}
        body = body_schema(self.scope, self.raw)[1]
        required = body.get("required", [])
        return found | {name: name in required for name in body.get("properties", {})}


Rule = tuple[Callable[[Operation], object], str]
"""When an operation breaks a rule, and the rule."""

RULES: tuple[Rule, ...] = (
    (
        lambda op: not NAME.fullmatch(op.raw["operationId"]),
        "operationId is not namespace.method in snake_case",
    ),
    (
        lambda op: op.raw.get("tags") != [op.namespace],
        "tags must be the namespace of the operationId and nothing else",
    ),
    (
        lambda op: (
            op.raw["x-cj-effect"] in {"write", "pay"} and "x-cj-how-to-find-out" not in op.raw
        ),
        "x-cj-how-to-find-out missing (how does one learn what became of a lost answer?)",
    ),
    (
        lambda op: "x-cj-evidence" in op.raw and "x-cj-decided" not in repr(op.raw),
        "x-cj-evidence: what was assumed, and why, goes into an x-cj-decided",
    ),
    (
        lambda op: op.raw.get("security", []) != [],
        "security is [] where no token is needed, and stands nowhere else",
    ),
    (lambda op: op.verb == "get" and "requestBody" in op.raw, "a GET has no requestBody"),
    (
        lambda op: "requestBody" in op.raw and not op.body.endswith("Request"),
        f"requestBody: {' or '.join(BODIES)} with a $ref to a schema whose name ends in Request is due",
    ),
    (
        lambda op: any(name not in op.inputs for name in op.raw.get("x-cj-pays-when", {})),
        "x-cj-pays-when names what is no parameter",
    ),
    (
        lambda op: op.raw["responses"].get("default") != REFUSED,
        f"responses.default is {{$ref: {REFUSED['$ref']}}}",
    ),
    (
        lambda op: set(op.raw["responses"]) - {"200", "default"},
        "no other responses than 200 and default are read",
    ),
)


def incomplete_findings(spec: Spec) -> Iterator[str]:
    """Yields the operations that lack what every operation must say."""
    for chapter, path, verb, op in raw_operations(spec):
        missing = [key for key in REQUIRED_KEYS if key not in op]
        if missing:
            where = f"{chapter}.yaml: {op.get('operationId', f'{verb.upper()} {path}')}"
            yield f"{where}: {', '.join(missing)} missing (every operation needs it)"


def operation_findings(spec: Spec) -> Iterator[str]:
    """Yields what is wrong with the operations."""
    seen: dict[str, str] = {}
    yield from _path_items(spec)
    for chapter, _, verb, op in raw_operations(spec):
        where = f"{chapter}.yaml: {op['operationId']}"
        if op["operationId"] in seen:
            yield f"{where}: operationId stands in {seen[op['operationId']]}.yaml too"
        seen[op["operationId"]] = chapter
        found = _operation(Operation(Scope(spec, chapter), verb, op))
        yield from (f"{where}: {problem}" for problem in found)


def _path_items(spec: Spec) -> Iterator[str]:
    for file, document in spec.documents.items():
        for path, item in document["paths"].items():
            for key in sorted(set(item) - set(VERBS)):
                yield f"{file}: {path}: {key} is not read; a path has {', '.join(VERBS)}"


def _operation(op: Operation) -> Iterator[str]:
    yield from (rule for breaks, rule in RULES if breaks(op))
    yield from parameter_findings(op.scope, op.raw)
    yield from rule_findings(op.raw, op.inputs)
    try:
        data = data_schema(op.raw)
    except (KeyError, SpecError):
        yield "responses.200 needs application/json with a schema that describes data"
        return
    yield from _answer(op, data)
    if "x-cj-paging" in op.raw:
        yield from _paging(op, data, op.raw["x-cj-paging"])


def _answer(op: Operation, data: dict[str, Json]) -> Iterator[str]:
    schema = op.raw["responses"]["200"]["content"]["application/json"]["schema"]
    if {"$ref": ENVELOPE} not in schema.get("allOf", []):
        yield f"responses.200: allOf with {{$ref: {ENVELOPE}}} is due"
    if reference_of(data) is None and not data.get("description"):
        yield "responses.200.data: description missing"
    if "properties" in data or "properties" in data.get("items", {}):
        yield "responses.200.data: an object gets a schema of its own"
    if "x-cj-single-or-list" in data and "x-cj-decided" not in data:
        yield "responses.200.data: x-cj-single-or-list: say why in x-cj-decided"


def _paging(op: Operation, data: dict[str, Json], paging: dict[str, Json]) -> Iterator[str]:
    for key in ("page", "size"):
        if paging[key] not in op.inputs:
            yield f"x-cj-paging.{key} names {paging[key]!r}, which is no parameter"
    if not (reference_of(data) or "").endswith("Page"):
        yield "x-cj-paging: data is a $ref to a schema whose name ends in Page"
    most = op.parameters.get(paging["size"], {}).get("schema", {}).get("maximum")
    if most is not None and paging["default-size"] != most:
        yield f"x-cj-paging.default-size is {paging['default-size']}, the largest page is {most}"
    for key in ("items", "number", "page-size", "total"):
        yield from _walk(op.scope, data, key, paging[key].split("."))


def _walk(scope: Scope, schema: dict[str, Json], key: str, names: list[str]) -> Iterator[str]:
    for name in names:
        try:
            scope, schema = scope.property(schema, name)
        except SpecError:
            yield f"x-cj-paging.{key}: the answer has no {name!r}"
            return
        if key == "items" and name == names[-1] and schema.get("type") != "array":
            yield f"x-cj-paging.items: {name!r} is no list"
            return
        schema = schema.get("items", schema)
