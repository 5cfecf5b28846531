"""Which names are names of moments, and how a request writes a moment."""

from __future__ import annotations

from collections.abc import Callable

from codegen.load import Json
from codegen.parameters import EPOCHS
from codegen.pytypes import snake

WIRE_TIMES = ("UtcTime", "BeijingTime", "EpochTime")
MOMENTS = frozenset({"at", "date", "time", "timestamp"})
SIDES = frozenset({"begin", "end", "from", "start", "to"})
DURATIONS = frozenset({"arrivalTime", "deliveryTime"})
"""Names that end like a moment and are none."""


def names_a_moment(name: str) -> bool:
    """Whether a field of this name holds a moment: ``createAt``, ``timeStart``, ``createTimeFrom``."""
    words = snake(name).split("_")
    if len(words) > 1 and words[-1] in SIDES:
        words.pop()
    return words[-1] in MOMENTS and name not in DURATIONS


Rule = tuple[Callable[[str, dict[str, Json]], object], str]
"""When a name and its schema break a rule, and the rule."""

RULES: tuple[Rule, ...] = (
    (
        lambda name, schema: names_a_moment(name) and "x-cj-zone" not in schema,
        "a time needs x-cj-zone",
    ),
    (
        lambda _, schema: "x-cj-zone" in schema and schema.get("type") != _kind(schema),
        "a time in the zone epoch-ms or epoch-s has type integer, any other type string",
    ),
    (
        lambda _, schema: (
            "x-cj-zone" in schema and _kind(schema) == "string" and "x-cj-format" not in schema
        ),
        "a time as text needs x-cj-format",
    ),
    (
        lambda _, schema: "x-cj-format" in schema and "x-cj-zone" not in schema,
        "x-cj-format needs x-cj-zone",
    ),
)


def _kind(schema: dict[str, Json]) -> str:
    return "integer" if schema["x-cj-zone"] in EPOCHS else "string"
