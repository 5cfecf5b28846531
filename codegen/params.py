"""Renders the objects inside requests: a typed dictionary for each ``…Input`` schema."""

from __future__ import annotations

from typing import Any

from codegen.docstrings import input_docstring
from codegen.load import Json, Spec
from codegen.parameters import ParameterRecord, plain_text, read_fields, read_rules
from codegen.pytypes import Scope
from codegen.rendering import HEADER, environment, package_of

INPUT = "Input"
"""How the name of such a schema ends."""


def generate_params(spec: Spec) -> dict[str, str]:
    """Returns the files of ``cj_async/params`` by name, not yet formatted."""
    template = environment().get_template("params.py.jinja")
    inputs = {name: _inputs(Scope(spec, name)) for name in sorted(spec.chapters)}
    files = {
        f"{name}.py": template.render(header=HEADER, chapter=name, inputs=found)
        for name, found in inputs.items()
        if found
    }
    names = [name.removesuffix(".py") for name in files]
    files["__init__.py"] = package_of("Objects inside requests, typed", names)
    return files


def _inputs(scope: Scope) -> list[dict[str, Any]]:
    document = scope.spec.chapters[scope.chapter]
    schemas: dict[str, dict[str, Json]] = document.get("components", {}).get("schemas", {})
    return [_input(scope, name, schemas[name]) for name in sorted(schemas) if name.endswith(INPUT)]


def _input(scope: Scope, name: str, schema: dict[str, Json]) -> dict[str, Any]:
    fields = read_fields(scope, schema)
    docstring = input_docstring(plain_text(schema, "description"), fields, read_rules(schema))
    return {"name": name, "docstring": docstring, "fields": list(map(_field, fields))}


def _field(field: ParameterRecord) -> dict[str, str]:
    bare = field.annotation.removesuffix(" | None")
    return {
        "python": field.python,
        "annotation": f'Required["{bare}"]' if field.required else f'"{bare}"',
    }
