"""Generates the models: datamodel-code-generator over a canonical copy of the spec's schemas."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from codegen.load import SHARED, Json, Spec, SpecError, is_list, is_mapping
from codegen.members import attribute_names, with_members
from codegen.pytypes import ATTRIBUTE_ALIASES
from codegen.rendering import HEADER, package_of

FLAGS = (
    "--ignore-pyproject",
    "--input-file-type=openapi",
    "--schema-version=3.0",
    "--openapi-scopes=schemas",
    "--strict-refs",
    "--output-model-type=msgspec.Struct",
    "--target-python-version=3.11",
    "--base-class=cj_async._model.Model",
    "--keyword-only",
    "--keep-model-order",
    "--snake-case-field",
    "--strict-nullable",
    "--enum-field-as-literal=all",
    "--use-msgspec-tagged-unions",
    "--no-use-annotated",
    "--use-schema-description",
    "--use-field-description",
    "--use-single-line-docstring",
    "--use-title-as-name",
    "--no-use-type-checking-imports",
    "--use-double-quotes",
    "--disable-timestamp",
    "--formatters",
    "ruff-check",
    "ruff-format",
)
REQUESTS = ("Request", "Input")
"""How the names of schemas end that are for requests only."""
SECRET = {"type": "string", "x-python-import": {"module": "cj_async._wire", "name": "Secret"}}


def generate_models(spec: Spec, scratch: Path) -> dict[str, str]:
    """Returns the files of ``cj_async/models`` by name; works in the scratch folder."""
    source, target = scratch / "schemas", scratch / "models"
    source.mkdir(parents=True)
    for name, document in {**spec.documents, SHARED: _with_secret(spec.shared)}.items():
        text = json.dumps(_canonical(document), ensure_ascii=False)
        (source / name).write_text(text, encoding="utf-8")
    _run_generator(source, target, {**ATTRIBUTE_ALIASES, **attribute_names(spec)})
    files = {
        path.name: with_members(path.read_text(encoding="utf-8"), spec, path.stem)
        for path in sorted(target.glob("*.py"))
    }
    modules = [name for name in sorted(spec.chapters) if f"{name}.py" in files]
    files["__init__.py"] = package_of("Every answer of the API as a Struct", modules)
    return files


def _run_generator(source: Path, target: Path, aliases: dict[str, str]) -> None:
    command = [
        *(sys.executable, "-m", "datamodel_code_generator"),
        *("--input", str(source), "--output", str(target)),
        *("--aliases", json.dumps(aliases), "--custom-file-header", HEADER),
        *FLAGS,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SpecError(f"datamodel-code-generator refuses it:\n{done.stderr}")


def _with_secret(shared: dict[str, Json]) -> dict[str, Json]:
    schemas = {**shared["components"]["schemas"], "Secret": SECRET}
    return {**shared, "components": {"schemas": schemas}}


def _canonical(document: dict[str, Json]) -> dict[str, Json]:
    schemas = document.get("components", {}).get("schemas", {})
    kept = {name: _schema(schemas[name]) for name in sorted(schemas) if not _left_out(name)}
    return {
        "openapi": "3.0.3",
        "info": {"title": "schemas", "version": "2.0"},
        "paths": {},
        "components": {"schemas": kept},
    }


def _left_out(name: str) -> bool:
    """Requests become parameters of methods; the envelope is the client's own business."""
    return name.endswith(REQUESTS) or name in {"Envelope", "ErrorAnswer"}


def _schema(value: Json) -> Json:
    """Puts identifiers first, masks secrets and drops what the generator must not see."""
    if is_list(value):
        return [_schema(item) for item in value]
    if not is_mapping(value):
        return value
    if value.get("x-cj-secret"):
        return _secret(value)
    kept = {
        key: _schema(item) for key, item in value.items() if key not in {"example", "properties"}
    }
    if "properties" in value:
        kept["properties"] = _fields(value)
    return kept


def _fields(schema: dict[str, Json]) -> dict[str, Json]:
    required = set(schema.get("required", []))
    names = sorted(schema["properties"], key=lambda name: (name not in required, name))
    return {name: _schema(schema["properties"][name]) for name in names}


def _secret(schema: dict[str, Json]) -> dict[str, Json]:
    kept = {key: value for key, value in schema.items() if key in {"description", "nullable"}}
    return {**kept, "allOf": [{"$ref": "common.yaml#/components/schemas/Secret"}]}
