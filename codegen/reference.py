"""Writes the tables of `cj_async.reference`: rows of spec/reference/, which are no part of an operation."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

from codegen.load import Json, Spec, is_list, is_mapping, read_yaml
from codegen.rendering import HEADER, environment

FOLDER = "reference"
KINDS = {
    "countries": "Country",
    "order_statuses": "OrderStatus",
    "sandbox_statuses": "SandboxStatus",
    "tiers": "Tier",
    "tracking_statuses": "TrackingStatus",
}
"""The class of a row, by table; the rows of every other table are an ``Entry``."""
ATTRIBUTES = {
    "chinese": "chinese_name",
    "delivered": "is_delivered",
    "next": "changes",
    "paid": "is_paid",
    "terminal": "is_terminal",
    "x-cj-decided": "note",
}
"""Attributes that are not simply the key in snake_case."""
ALWAYS: dict[str, dict[str, Json]] = {
    "OrderStatus": {"paid": None, "terminal": False, "filter-only": False},
    "SandboxStatus": {"terminal": False},
    "TrackingStatus": {"terminal": None},
}
"""Keys that a row has in any case, by class, and what they are where the spec leaves them out."""
TEMPLATES = {"__init__.py": "reference.py.jinja", "_data.py": "reference_data.py.jinja"}
CLASSES = (*set(KINDS.values()), "Change", "Entry", "Evidence")
FUNCTIONS = ("country", "find_country")
ORDER = ("alpha2", "alpha3", "numeric", "to", "code", "name", "cj-name", "meaning")
"""The keys of a row that come first; the others follow by name."""


def read_reference(spec: Spec) -> dict[str, dict[str, Json]]:
    """Reads the tables, by name; a project without the folder has none."""
    return {path.stem: read_yaml(path) for path in _files(spec)}


def _files(spec: Spec) -> list[Path]:
    return sorted((spec.folder / FOLDER).glob("*.yaml"))


def generate_reference(spec: Spec) -> dict[str, str]:
    """Returns the generated files of ``cj_async/reference`` by name, not yet formatted."""
    tables = read_reference(spec)
    if not tables:
        return {}
    records = [_table(name, table, tables) for name, table in tables.items()]
    exported = [*sorted([*CLASSES, "Table"]), *sorted([*FUNCTIONS, *tables])]
    names = {"header": HEADER, "classes": sorted(CLASSES), "exported": exported}
    return {
        file: environment().get_template(template).render(tables=records, **names)
        for file, template in TEMPLATES.items()
    }


def _table(
    name: str, table: dict[str, Json], tables: dict[str, dict[str, Json]]
) -> dict[str, object]:
    kind = KINDS.get(name) or f"Entry[{type(table['rows'][0]['code']).__name__}]"
    return {
        "name": name,
        "kind": kind,
        "row": kind.partition("[")[0],
        "word": _singular(name),
        "docstring": _docstring(table),
        "rows": [_arguments(_complete(name, row, tables), kind) for row in table["rows"]],
    }


def _singular(name: str) -> str:
    """The words for one row: ``order_statuses`` -> ``order status``, ``countries`` -> ``country``."""
    words = name.replace("_", " ")
    for ending, one in (("ies", "y"), ("uses", "us"), ("s", "")):
        if words.endswith(ending):
            return words.removesuffix(ending) + one
    return words


def _docstring(table: dict[str, Json]) -> str:
    pages = "; ".join(f"{page['edition']}: {page['section']}" for page in table["source"])
    text = f"{table['description']} CJ documentation: {pages}."
    return "\n".join(textwrap.wrap(text, 100))


def _complete(
    name: str, row: dict[str, Json], tables: dict[str, dict[str, Json]]
) -> dict[str, Json]:
    """A row with what follows from other rows and tables."""
    if name == "countries":
        return {"cj-name": row["name"], **row}
    if name == "order_statuses":
        numbers = tables.get("sandbox_statuses", {"rows": []})["rows"]
        same = [number["code"] for number in numbers if number.get("order-status") == row["code"]]
        return {**row, "numbers": same}
    return {"name": row["code"], **row}


def _arguments(row: dict[str, Json], kind: str) -> str:
    full = {**ALWAYS.get(kind, {}), **row}
    values = {key: _value(key, full[key]) for key in sorted(full, key=_rank) if full[key] != []}
    return ", ".join(
        f"{ATTRIBUTES.get(key, key.replace('-', '_'))}={value!r}" for key, value in values.items()
    )


def _rank(key: str) -> tuple[int, str]:
    return (ORDER.index(key) if key in ORDER else len(ORDER), key)


class _Source(str):
    """Source text that is its own repr."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _value(key: str, value: Json) -> Any:
    if key == "x-cj-decided":
        return f"{value['reason']} ({value['date']})"
    if key == "next":
        return tuple(_Source(f"Change({_arguments(change, 'Change')})") for change in value)
    if is_mapping(value):
        return _Source(f"MappingProxyType({value!r})")
    return tuple(value) if is_list(value) else value
