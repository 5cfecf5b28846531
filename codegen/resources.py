"""Renders the methods of the client: one module per namespace, from a small template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from codegen.docstrings import docstring, quotable
from codegen.load import Spec, SpecError
from codegen.operations import OperationRecord, PagingRecord
from codegen.parameters import ParameterRecord, RuleRecord
from codegen.pytypes import plain_type
from codegen.rendering import HEADER, environment

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
    files = {f"{item.name}.py": _module(item) for item in namespaces}
    package = environment().get_template("package.py.jinja")
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


def _module(namespace: NamespaceRecord) -> str:
    operations = [_view(op) for op in namespace.operations]
    modules = {module for op in namespace.operations for module in _modules(op)}
    return (
        environment()
        .get_template("namespace.py.jinja")
        .render(
            header=HEADER,
            title=namespace.title,
            class_name=namespace.class_name,
            modules=sorted(modules) or ["common"],
            operations=operations,
        )
    )


def _modules(op: OperationRecord) -> Iterator[str]:
    yield from op.result.modules
    yield from op.paging.item.modules if op.paging else ()
    yield from op.refusal.modules if op.refusal else ()
    for parameter in op.parameters:
        yield from parameter.modules


VIEWED = (
    *("id", "verb", "path", "effect", "method", "constant"),
    *("parameters", "paging", "result"),
)


def _view(op: OperationRecord) -> dict[str, Any]:
    result = plain_type(op.result.text)
    answer = f"{result} | None" if op.nullable else result
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
        "pays_when": op.pays_when,
        "how_to_find_out": op.how_to_find_out,
    }
    rows = [(name, repr(value)) for name, value in given.items() if value]
    if op.body != "none":
        rows.append(("body", repr(op.body)))
    if not op.auth:
        rows.append(("auth", "False"))
    if op.refusal:
        rows.append(("refusal", op.refusal.text))
    if op.rules:
        rows.append(("rules", _tuple(map(_rule, op.rules))))
    if op.paging:
        rows.append(("paging", _paging(op.paging)))
    if op.parameters:
        rows.append(("parameters", _tuple(map(_parameter, op.parameters))))
    return rows


def _tuple(items: Iterable[str]) -> str:
    return f"({', '.join(items)},)"


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


def _rule(rule: RuleRecord) -> str:
    told = [
        f"{name}={getattr(rule, name)!r}"
        for name in ("kind", "names", "when", "unless", "reason")
        if getattr(rule, name)
    ]
    return f"Rule({', '.join(told)})"


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
    told = [f"{name}={getattr(parameter, name)!r}" for name in ("name", "python", "place")]
    told += [
        f"{name}={getattr(parameter, name)!r}"
        for name, default in PARAMETER_DEFAULTS.items()
        if getattr(parameter, name) != default
    ]
    if parameter.fields:
        told.append(f"fields={_tuple(map(_parameter, parameter.fields))}")
    if parameter.rules:
        told.append(f"rules={_tuple(map(_rule, parameter.rules))}")
    return f"Parameter({', '.join(told)})"
