"""Renders the methods of the client: one module per namespace, from a small template."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from codegen.docstrings import docstring, quotable
from codegen.load import Spec, SpecError
from codegen.models import HEADER
from codegen.operations import OperationRecord, PagingRecord, ParameterRecord

TEMPLATES = Path(__file__).parent / "templates"

SHADOWING = frozenset({"bool", "dict", "int", "list", "str"})
"""Methods that come last in their class: below them the name would not mean the type any more."""


@dataclass(frozen=True, slots=True)
class NamespaceRecord:
    """One namespace of the client, such as ``products``."""

    name: str
    title: str
    operations: list[OperationRecord]

    @property
    def class_name(self) -> str:
        """``private_inventory`` -> ``PrivateInventory``."""
        return "".join(part.capitalize() for part in self.name.split("_"))


def generate_resources(spec: Spec, operations: list[OperationRecord]) -> dict[str, str]:
    """Returns the files of ``cj_async/resources`` by name, not yet formatted."""
    titles = {tag["name"]: tag["description"] for tag in spec.root["tags"]}
    namespaces = [
        _namespace(name, titles, operations) for name in sorted({op.namespace for op in operations})
    ]
    environment = _environment()
    files = {f"{item.name}.py": _module(environment, item) for item in namespaces}
    package = environment.get_template("package.py.jinja")
    files["__init__.py"] = package.render(header=HEADER, namespaces=namespaces)
    return files


def _namespace(
    name: str, titles: dict[str, str], operations: list[OperationRecord]
) -> NamespaceRecord:
    if name not in titles:
        raise SpecError(f"openapi.yaml: the namespace {name!r} has no entry under tags")
    own = [op for op in operations if op.namespace == name]
    own.sort(key=lambda op: (op.method in SHADOWING, op.id))
    return NamespaceRecord(name, quotable(titles[name]), own)


def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 (Python source, not HTML)
    )


def _module(environment: jinja2.Environment, namespace: NamespaceRecord) -> str:
    operations = [_view(op) for op in namespace.operations]
    modules = {m for op in namespace.operations for m in op.result.modules} | {
        m for op in namespace.operations if op.paging for m in op.paging.item.modules
    }
    return environment.get_template("namespace.py.jinja").render(
        header=HEADER,
        title=namespace.title,
        class_name=namespace.class_name,
        modules=sorted(modules) or ["common"],
        operations=operations,
    )


VIEWED = (
    *("id", "verb", "path", "effect", "method", "constant"),
    *("parameters", "paging", "result"),
)


def _view(op: OperationRecord) -> dict[str, Any]:
    answer = f"{op.result.text} | None" if op.nullable else op.result.text
    return {
        **{name: getattr(op, name) for name in VIEWED},
        "answer": answer,
        "returns": f"Pages[{op.paging.item.text}]" if op.paging else answer,
        "settings": _settings(op),
        "docstring": docstring(op),
        "given": "{" + ", ".join(f'"{p.python}": {p.python}' for p in op.parameters) + "}",
    }


def _settings(op: OperationRecord) -> list[tuple[str, str]]:
    """The fields of the operation that differ from the defaults, as Python source."""
    given: dict[str, object] = {
        "points": op.points,
        "nullable": op.nullable,
        "one_of": op.one_of,
        "how_to_find_out": op.how_to_find_out,
    }
    rows = [(name, repr(value)) for name, value in given.items() if value]
    if not op.auth:
        rows.append(("auth", "False"))
    if op.paging:
        rows.append(("paging", _paging(op.paging)))
    if op.parameters:
        rows.append(("parameters", f"({', '.join(map(_parameter, op.parameters))},)"))
    return rows


def _paging(paging: PagingRecord) -> str:
    names = (
        "page",
        "size",
        "items",
        "fields",
        "number",
        "page_size",
        "total",
        "default_size",
        "cap",
    )
    return f"Paging({', '.join(f'{name}={getattr(paging, name)!r}' for name in names)})"


PARAMETER_DEFAULTS: dict[str, object] = {
    "kind": "text",
    "required": False,
    "minimum": None,
    "maximum": None,
    "choices": (),
    "most": None,
    "items": "text",
    "joined": False,
    "zone": "",
    "pattern": "",
}


def _parameter(parameter: ParameterRecord) -> str:
    always = [f"{name}={getattr(parameter, name)!r}" for name in ("name", "python", "place")]
    changed = [
        f"{name}={getattr(parameter, name)!r}"
        for name, default in PARAMETER_DEFAULTS.items()
        if getattr(parameter, name) != default
    ]
    return f"Parameter({', '.join(always + changed)})"
