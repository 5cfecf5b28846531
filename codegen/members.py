"""What the generator of models cannot say: names of attributes, other names of a field, properties."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codegen.docstrings import quotable
from codegen.load import Json, Spec, is_mapping
from codegen.parameters import plain_text
from codegen.pytypes import attribute

FIRST = ("from cj_async._model import Model", "from cj_async._model import Model, first_of")
PROPERTY = '''
    @property
    def {name}(self) -> {type}:
        """{description}"""
        return first_of({fields})
'''
FILLING = '''
    def __post_init__(self) -> None:
        """Reads what came under another of its names."""
{lines}
'''


def attribute_names(spec: Spec) -> dict[str, str]:
    """The attributes that are named in the spec (``x-python-name``), by ``Schema.field``."""
    return {
        f"{name}.{field}": value["x-python-name"]
        for document in spec.documents.values()
        for name, schema in _schemas(document).items()
        for field, value in _properties(schema).items()
        if "x-python-name" in value
    }


def with_members(module: str, spec: Spec, chapter: str) -> str:
    """Adds properties and the reading of other names to the classes of a generated module."""
    schemas = _schemas(spec.documents.get(f"{chapter}.yaml", {}))
    lines, changed = module.splitlines(keepends=True), False
    classes = {node.name: node for node in ast.parse(module).body if isinstance(node, ast.ClassDef)}
    for name, node in reversed(classes.items()):
        members = "".join(_members(schemas.get(name, {}), schemas, _types(name, classes)))
        if members and node.end_lineno:
            lines.insert(node.end_lineno, members)
            changed = True
    return "".join(lines).replace(*FIRST, 1) if changed else module


def _types(name: str, classes: dict[str, ast.ClassDef]) -> dict[str, str]:
    """The annotations of a class by attribute, with those of its bases in the same module."""
    found: dict[str, str] = {}
    for base in classes[name].bases:
        if isinstance(base, ast.Name) and base.id in classes:
            found.update(_types(base.id, classes))
    for each in classes[name].body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            found[each.target.id] = ast.unparse(each.annotation)
    return found


def _members(
    schema: dict[str, Json], schemas: dict[str, dict[str, Json]], types: dict[str, str]
) -> Iterator[str]:
    properties = _with_inherited(schema, schemas)
    if any("x-cj-also" in value for value in _properties(schema).values()):
        yield FILLING.format(lines="\n".join(_filling(properties)))
    for part in [schema, *schema.get("allOf", [])]:
        for name, told in part.get("x-cj-properties", {}).items():
            fields = [_attribute(properties, field) for field in told["first-of"]]
            yield PROPERTY.format(
                name=name,
                type=_union(types[field] for field in fields),
                description=quotable(plain_text(told, "description")),
                fields=", ".join(f"self.{field}" for field in fields),
            )


def _filling(properties: dict[str, dict[str, Json]]) -> Iterator[str]:
    for name, value in properties.items():
        if "x-cj-also" in value:
            names = [_attribute(properties, other) for other in [name, *value["x-cj-also"]]]
            given = ", ".join(f"self.{other}" for other in names)
            yield f"        self.{names[0]} = first_of({given})"


def _union(types: Iterator[str]) -> str:
    parts = dict.fromkeys(part for each in types for part in each.split(" | "))
    return " | ".join([*(part for part in parts if part != "None"), "None"])


def _schemas(document: dict[str, Json]) -> dict[str, dict[str, Json]]:
    found: dict[str, dict[str, Json]] = document.get("components", {}).get("schemas", {})
    return found


def _attribute(properties: dict[str, dict[str, Json]], field: str) -> str:
    """The attribute of a field, which the spec may name."""
    return str(properties.get(field, {}).get("x-python-name", attribute(field)))


def _with_inherited(
    schema: dict[str, Json], schemas: dict[str, dict[str, Json]]
) -> dict[str, dict[str, Json]]:
    """The properties of a schema and of those that it extends, in the same chapter."""
    found: dict[str, dict[str, Json]] = {}
    for part in schema.get("allOf", []):
        base = str(part.get("$ref", "")).removeprefix("#/components/schemas/")
        found.update(_with_inherited(schemas.get(base, {}), schemas))
    return found | _properties(schema)


def _properties(schema: dict[str, Json]) -> dict[str, dict[str, Json]]:
    """The properties of a schema, also of the parts that it is made of."""
    found: dict[str, dict[str, Json]] = {}
    for part in [schema, *schema.get("allOf", [])]:
        if is_mapping(part):
            found.update(part.get("properties", {}))
    return found
