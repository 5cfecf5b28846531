"""Turns names and schemas of the spec into Python names and annotations."""

from __future__ import annotations

import re
from dataclasses import dataclass

from codegen.load import Json, Spec, SpecError, is_mapping

ATTRIBUTE_ALIASES = {"list": "items"}
"""Attributes that cannot keep their JSON name (a field called ``list`` breaks decoding)."""

PLAIN = {"string": "str", "integer": "int", "number": "Decimal", "boolean": "bool"}


@dataclass(frozen=True, slots=True)
class Annotation:
    """A Python annotation and the model modules it needs."""

    text: str
    modules: frozenset[str] = frozenset()


PLAIN_WIRE = {
    **dict.fromkeys(("Id", "NumericId"), "str"),
    **dict.fromkeys(("Money", "Number"), "Decimal"),
    **dict.fromkeys(("UtcTime", "BeijingTime", "EpochTime"), "datetime"),
    "Integer": "int",
    "Flag": "bool",
}
"""What the wire types are in Python."""


def plain_type(annotation: str) -> str:
    """An annotation as a caller thinks of it: ``list[_wire.Id]`` -> ``list[str]``."""
    return re.sub(r"_wire\.(\w+)", lambda found: PLAIN_WIRE.get(found[1], found[0]), annotation)


def snake(name: str) -> str:
    """``keyWord`` -> ``key_word``, ``hasCECertification`` -> ``has_ce_certification``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def attribute(name: str) -> str:
    """The attribute that a JSON field has on a model."""
    return ATTRIBUTE_ALIASES.get(name, snake(name))


def constant(operation_id: str) -> str:
    """``products.get`` -> ``PRODUCTS_GET``."""
    return operation_id.replace(".", "_").upper()


@dataclass(frozen=True, slots=True)
class Scope:
    """Resolves references as seen from one file of the spec."""

    spec: Spec
    chapter: str

    def resolve(self, target: str) -> tuple[str, str, dict[str, Json]]:
        """Returns (chapter, schema name, schema) of a reference."""
        file, _, pointer = target.partition("#/components/schemas/")
        chapter = file.removesuffix(".yaml") or self.chapter
        document = self.spec.documents.get(f"{chapter}.yaml", {})
        schemas = document.get("components", {}).get("schemas", {})
        if pointer not in schemas:
            raise SpecError(f"{self.chapter}.yaml: {target} points nowhere")
        return chapter, pointer, schemas[pointer]

    def annotation(self, schema: dict[str, Json]) -> Annotation:
        """The annotation of a schema; ``None`` is added where it is nullable."""
        bare = self._bare(schema)
        if schema.get("nullable"):
            return Annotation(f"{bare.text} | None", bare.modules)
        return bare

    def _bare(self, schema: dict[str, Json]) -> Annotation:
        reference = reference_of(schema)
        if reference:
            return self._named(reference)
        if "x-python-type" in schema:
            return Annotation(schema["x-python-type"].removeprefix("cj_async."))
        kind = schema.get("type")
        if kind == "array":
            return self._of("list[{}]", schema.get("items"))
        if kind == "object":
            return self._of("dict[str, {}]", schema.get("additionalProperties"))
        return Annotation(PLAIN.get(str(kind), "object"))

    def _of(self, outer: str, schema: Json) -> Annotation:
        inner = self.annotation(schema) if is_mapping(schema) else Annotation("object")
        return Annotation(outer.format(inner.text), inner.modules)

    def _named(self, reference: str) -> Annotation:
        chapter, name, schema = self.resolve(reference)
        wire = schema.get("x-python-import")
        if wire:
            own = wire["module"] == "cj_async._wire"
            return Annotation(f"_wire.{wire['name']}" if own else wire["name"])
        return Annotation(f"{chapter}.{name}", frozenset({chapter}))

    def property(self, schema: dict[str, Json], name: str) -> tuple[Scope, dict[str, Json]]:
        """Finds a property of an object schema, through references and ``allOf``."""
        reference = schema.get("$ref")
        if reference:
            chapter, _, target = self.resolve(reference)
            return Scope(self.spec, chapter).property(target, name)
        if name in schema.get("properties", {}):
            return self, schema["properties"][name]
        for part in schema.get("allOf", []):
            try:
                return self.property(part, name)
            except SpecError:
                continue
        raise SpecError(f"{self.chapter}.yaml: no property {name!r}")


def reference_of(schema: dict[str, Json]) -> str | None:
    """The reference that a schema is, directly or as the only part of ``allOf``."""
    if "$ref" in schema:
        return str(schema["$ref"])
    parts = schema.get("allOf", [])
    if len(parts) == 1 and "$ref" in parts[0]:
        return str(parts[0]["$ref"])
    return None
