"""Rules for schemas: everything described, answers tolerant, times with a zone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from codegen.lint import times
from codegen.lint.rules import rule_findings
from codegen.load import SHARED, Json, Spec
from codegen.models import REQUESTS
from codegen.parameters import WIRE_KINDS
from codegen.pytypes import attribute, reference_of

ANSWERS_ONLY = ("PriceRange", "WeightRange", *times.WIRE_TIMES)


@dataclass(frozen=True, slots=True)
class Field:
    """A property of a schema."""

    name: str
    schema: dict[str, Json]
    required: bool

    @property
    def type(self) -> str:
        """The name of the schema that it refers to; empty when it is written out."""
        return (reference_of(self.schema) or "").rpartition("/")[2]

    @property
    def items(self) -> dict[str, Json]:
        """What it is a list of; empty when it is none."""
        found: dict[str, Json] = self.schema.get("items", {})
        return found


Rule = tuple[Callable[[Field], object], str]
"""When a field breaks a rule, and the rule."""

EVERYWHERE: tuple[Rule, ...] = (
    (lambda field: not field.schema.get("description"), "description missing"),
    (
        lambda field: "properties" in field.schema or "properties" in field.items,
        "an object inside an object gets a schema of its own",
    ),
    (
        lambda field: field.schema.get("type") == "array" and not field.items,
        "a list says what is in it (items)",
    ),
    (
        lambda field: "x-cj-single-or-list" in field.schema and "x-cj-decided" not in field.schema,
        "x-cj-single-or-list deviates from the documentation: say why in x-cj-decided",
    ),
)
REQUEST: tuple[Rule, ...] = (
    (
        lambda field: field.schema.get("nullable"),
        "a request field is not nullable (what is not given is left out)",
    ),
    (
        lambda field: field.type in ANSWERS_ONLY,
        f"only {', '.join(WIRE_KINDS)} are wire types of a request",
    ),
)
ANSWER: tuple[Rule, ...] = (
    (
        lambda field: field.required and not field.type.endswith("Id"),
        "only an identifier may be required in an answer",
    ),
    (
        lambda field: field.required and field.schema.get("nullable"),
        "a required identifier is not nullable",
    ),
    (
        lambda field: not field.required and not field.schema.get("nullable"),
        "a field of an answer is nullable",
    ),
    (
        lambda field: "maxLength" in field.schema or "maxLength" in field.items,
        "no maxLength in answers (a long text would be lost)",
    ),
    (
        lambda field: "enum" in field.schema or "enum" in field.items,
        "an enum of an answer is open: anyOf [{type: string, enum: […]}, {type: string}]",
    ),
    (
        lambda field: "number" in (field.schema.get("type"), field.items.get("type")),
        "type number would be a float: use Money or Number of common.yaml",
    ),
    (
        lambda field: times.names_a_moment(field.name) and field.type not in times.WIRE_TIMES,
        f"looks like a time: use {', '.join(times.WIRE_TIMES)} of common.yaml, so that its zone "
        "is said",
    ),
)


def schema_findings(spec: Spec) -> Iterator[str]:
    """Yields what is wrong with the schemas."""
    owner: dict[str, str] = {}
    for file, document in spec.documents.items():
        schemas = document.get("components", {}).get("schemas", {})
        tags = _tags(schemas)
        for name, schema in schemas.items():
            where = f"{file}: {name}"
            if name in owner:
                yield f"{where}: stands in {owner[name]} too (names are unique over all chapters)"
            owner[name] = file
            yield from (
                f"{where}{problem}"
                for problem in _schema(name, _without(schema, tags.get(name)), file)
            )


def _tags(schemas: dict[str, Json]) -> dict[str, str]:
    """The property that tells a member of a tagged union from the others, by the member's name."""
    return {
        target.rpartition("/")[2]: union["discriminator"]["propertyName"]
        for union in schemas.values()
        if "discriminator" in union
        for target in union["discriminator"]["mapping"].values()
    }


def _without(schema: dict[str, Json], tag: str | None) -> dict[str, Json]:
    """A member without its tag, which is required, has one value, and is no field of the model."""
    if tag not in schema.get("properties", {}):
        return schema
    rest = {name: value for name, value in schema["properties"].items() if name != tag}
    required = [name for name in schema.get("required", []) if name != tag]
    return {**schema, "properties": rest, "required": required}


def _schema(name: str, schema: dict[str, Json], file: str) -> Iterator[str]:
    if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name):
        yield ": a schema has a PascalCase name"
    if not (schema.get("description") or file == SHARED):
        yield ": description missing"
    request = name.endswith(REQUESTS)
    if request and "allOf" in schema:
        yield ": a request lists its properties itself, without allOf"
    yield from _request_parts(name, schema) if request else _answer_parts(schema)
    for part in [schema, *schema.get("allOf", [])]:
        yield from _object(part, request=request)


def _request_parts(name: str, schema: dict[str, Json]) -> Iterator[str]:
    required, properties = set(schema.get("required", [])), schema.get("properties", {})
    if name.endswith("Request") and "x-cj-rules" in schema:
        yield ": the rules of a body stand on its operation"
        return
    inputs = {name: name in required for name in properties}
    yield from (f": {problem}" for problem in rule_findings(schema, inputs))
    if (schema.get("type") == "array") != ("x-cj-name" in schema):
        yield ": a body that is a list has an x-cj-name, and nothing else has one"


def _answer_parts(schema: dict[str, Json]) -> Iterator[str]:
    """Checks what refers to other fields; a schema made of parts may name fields of any part."""
    parts = [schema, *schema.get("allOf", [])]
    own = {name: value for part in parts for name, value in part.get("properties", {}).items()}
    for name, value in own.items():
        for other in value.get("x-cj-also", []):
            if other not in own:
                yield f".{name}: x-cj-also names {other!r}, which is no field"
    if any("$ref" in part for part in parts):
        return
    for name, told in schema.get("x-cj-properties", {}).items():
        if name in map(attribute, own):
            yield f": x-cj-properties: {name!r} is a field already"
        for other in told["first-of"]:
            if other not in own:
                yield f": x-cj-properties: {name} names {other!r}, which is no field"


def _object(schema: dict[str, Json], *, request: bool) -> Iterator[str]:
    required, properties = set(schema.get("required", [])), schema.get("properties", {})
    for name, value in properties.items():
        field = Field(name, value, name in required)
        rules = (*EVERYWHERE, *(REQUEST if request else ANSWER))
        yield from (f".{name}: {rule}" for breaks, rule in rules if breaks(field))
        if request:
            yield from (f".{name}: {rule}" for breaks, rule in times.RULES if breaks(name, value))
    for name in sorted(required - set(properties)):
        yield f": required names {name!r}, which is no property"
    attributes = [value.get("x-python-name", attribute(name)) for name, value in properties.items()]
    for name, count in Counter(attributes).items():
        if count > 1:
            yield f": {count} properties are called {name!r} in Python"
