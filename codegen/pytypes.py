"""Turns names and schemas of the spec into Python names and annotations."""

from __future__ import annotations

import re
from dataclasses import dataclass

from codegen.load import SHARED, Json, Spec, SpecError

ATTRIBUTE_ALIASES = {"list": "items"}
"""Attributes that cannot keep their JSON name (a field called ``list`` breaks decoding)."""

PLAIN = {"string": "str", "integer": "int", "number": "Decimal", "boolean": "bool"}


@dataclass(frozen=True, slots=True)
class Annotation:
    """A Python annotation and the model modules it needs."""

    text: str
    modules: frozenset[str] = frozenset()


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
        document = (
            self.spec.shared if f"{chapter}.yaml" == SHARED else self.spec.chapters.get(chapter)
        )
        schemas = (document or {}).get("components", {}).get("schemas", {})
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
        kind = schema.get("type")
        if kind == "array":
            inner = self.annotation(schema.get("items", {}))
            return Annotation(f"list[{inner.text}]", inner.modules)
        if kind == "object":
            return Annotation("dict[str, object]")
        return Annotation(PLAIN.get(str(kind), "object"))

    def _named(self, reference: str) -> Annotation:
        chapter, name, schema = self.resolve(reference)
        wire = schema.get("x-python-import")
        if wire:
            module = wire["module"].rpartition(".")[2]
            return Annotation(f"{module}.{wire['name']}", frozenset({module}))
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
