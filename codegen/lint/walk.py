"""Walks a document of the spec: every part of it with a name for people and its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from codegen.load import Json, is_list, is_mapping
from codegen.parameters import BODIES

Place = Literal["document", "operation", "parameter", "schema"]

NAMED = frozenset(
    {"content", "examples", "paths", "properties", "responses", "schemas", "securitySchemes"}
)
"""Below these, keys are names and not words of OpenAPI."""
VERBATIM = frozenset({"default", "enum", "example", "value"})
"""Below these are values of the API, whatever they look like."""
SILENT = NAMED | {"allOf", "anyOf", "components", "parameters", "schema"}
"""Steps that do not help to find a place."""


@dataclass(frozen=True, slots=True)
class Node:
    """A mapping of the document that speaks OpenAPI."""

    where: str
    place: Place
    value: dict[str, Json]


def nodes(document: Json, file: str) -> Iterator[Node]:
    """Yields every mapping whose keys are words of OpenAPI, from the outside in."""
    yield from _nodes(document, file, ())


def _nodes(
    value: Json, where: str, trail: tuple[str, ...], place: Place = "document"
) -> Iterator[Node]:
    if is_list(value):
        for item in value:
            yield from _nodes(item, where, trail, place)
    elif is_mapping(value):
        place = _place(trail, place)
        where = _where(value, where, trail, place)
        named = _names_things(trail)
        if not named:
            yield Node(where, place, value)
        for key, item in value.items():
            if named or not (key in VERBATIM or key.startswith("x-")):
                yield from _nodes(item, where, (*trail, key), place)


def _names_things(trail: tuple[str, ...]) -> bool:
    named = False
    for key in trail:
        named = not named and key in NAMED
    return named


def _place(trail: tuple[str, ...], outer: Place) -> Place:
    if outer == "schema" or trail[-1:] == ("schema",) or trail[:2] == ("components", "schemas"):
        return "schema"
    if trail[:1] == ("paths",) and trail[-1] == "parameters":
        return "parameter"
    return "operation" if trail[:1] == ("paths",) and len(trail) == 3 else "document"


def _where(value: dict[str, Json], outer: str, trail: tuple[str, ...], place: Place) -> str:
    if place == "operation":
        name = value.get("operationId", f"{trail[2].upper()} {trail[1]}")
        return f"{outer.partition(':')[0]}: {name}"
    name = str(value.get("name")) if place == "parameter" else "".join(trail[-1:])
    word = not _names_things(trail[:-1])
    if not name or name in BODIES or (word and name in SILENT):
        return outer
    return f"{outer}.{name}" if ": " in outer else f"{outer}: {name}"
