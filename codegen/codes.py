"""Writes the table of error codes: code -> name, error class, whether waiting helps."""

from __future__ import annotations

import textwrap

from codegen.load import Json, Spec
from codegen.rendering import HEADER

TOP = '''\
{header}
"""What CJ's codes mean: rows of spec/errors.yaml."""

from __future__ import annotations

from typing import Literal, NamedTuple

from cj_async import errors


class Meaning(NamedTuple):
    """One row: what a code means and what the client does about it."""

    name: str
    error: type[errors.APIError]
    waiting_helps: bool = False
    token: Literal["", "rejected", "refresh-dead"] = ""


class Refinement(NamedTuple):
    """A code that means something else in one operation, or with certain words."""

    code: int | None
    operation: str | None
    contains: str
    meaning: Meaning


'''


def generate_codes(spec: Spec) -> str:
    """Returns the source of ``cj_async/_codes.py``, not yet formatted."""
    rows = [
        f"{_comment(row)}    {code}: {_meaning(row)},\n"
        for code, row in sorted(spec.errors["codes"].items())
        if row["class"]
    ]
    refinements = [f"    {_refinement(row)},\n" for row in spec.errors["refinements"]]
    statuses = sorted(
        spec.errors["statuses"].items(), key=lambda item: ("x" in str(item[0]), str(item[0]))
    )
    ranges = [f"    ({_bounds(key)}): {_meaning(row)},\n" for key, row in statuses]
    return (
        TOP.format(header=HEADER)
        + f"CODES: dict[int, Meaning] = {{\n{''.join(rows)}}}\n\n"
        + f"REFINEMENTS: tuple[Refinement, ...] = (\n{''.join(refinements)})\n\n"
        + f"STATUSES: dict[tuple[int, int], Meaning] = {{\n{''.join(ranges)}}}\n"
    )


def _meaning(row: dict[str, Json]) -> str:
    parts = [repr(row["name"]), f"errors.{row['class']}"]
    if row.get("waiting-helps") or row.get("token"):
        parts.append(repr(bool(row.get("waiting-helps"))))
    if row.get("token"):
        parts.append(repr(row["token"]))
    return f"Meaning({', '.join(parts)})"


def _comment(row: dict[str, Json]) -> str:
    text = textwrap.fill(
        str(row["meaning"]), 96, initial_indent="    # ", subsequent_indent="    # "
    )
    return f"{text}\n"


def _refinement(row: dict[str, Json]) -> str:
    code, operation = row.get("code"), row.get("operation")
    return f"Refinement({code!r}, {operation!r}, {row.get('message-contains') or ''!r}, {_meaning(row)})"


def _bounds(key: Json) -> str:
    text = str(key)
    low = int(text.replace("x", "0"))
    return f"{low}, {int(text.replace('x', '9'))}"
