"""Rules for the parameters of an operation."""

from __future__ import annotations

import keyword
from collections import Counter
from collections.abc import Callable, Iterator

from codegen.lint import times
from codegen.load import Json
from codegen.parameters import WIRE_KINDS, body_schema
from codegen.pytypes import Scope, reference_of, snake

Rule = tuple[Callable[[dict[str, Json]], object], str]
"""When a parameter breaks a rule, and the rule."""

RULES: tuple[Rule, ...] = (
    (
        lambda each: each["in"] not in {"query", "header"},
        "only parameters in the query and headers can be generated",
    ),
    (lambda each: "schema" not in each, "schema missing"),
    (lambda each: not each.get("description"), "description missing"),
    (
        lambda each: _is_list(each) and not _says_how(each),
        "an array says how it is written: style form, explode true or false",
    ),
    (
        lambda each: _is_list(each) and not each["schema"].get("items"),
        "an array says what is in it (items)",
    ),
    (
        lambda each: _wire(each) not in {"", *WIRE_KINDS},
        f"only {', '.join(WIRE_KINDS)} are wire types of a request",
    ),
)


def parameter_findings(scope: Scope, op: dict[str, Json]) -> Iterator[str]:
    """Yields what is wrong with the parameters of an operation."""
    body = body_schema(scope, op)[1]
    names = [*body.get("properties", {}), *filter(None, [body.get("x-cj-name")])]
    for parameter in op.get("parameters", []):
        if "$ref" in parameter:
            yield f"parameter {parameter['$ref']}: a parameter is written out, without $ref"
            continue
        name, schema = parameter["name"], parameter.get("schema", {})
        problems = [rule for breaks, rule in RULES if breaks(parameter)]
        problems += [rule for breaks, rule in times.RULES if breaks(name, schema)]
        yield from (f"parameter {name}: {problem}" for problem in problems)
        names.append(name)
    yield from _python_names(names)


def _python_names(names: list[str]) -> Iterator[str]:
    for name, count in Counter(map(snake, names)).items():
        if count > 1:
            yield f"{count} parameters are called {name!r} in Python"
        if keyword.iskeyword(name) or name == "self" or not name.isidentifier():
            yield f"parameter {name}: this cannot be the name of a parameter in Python"


def _is_list(parameter: dict[str, Json]) -> bool:
    return bool(parameter.get("schema", {}).get("type") == "array")


def _says_how(parameter: dict[str, Json]) -> bool:
    return parameter.get("style") == "form" and isinstance(parameter.get("explode"), bool)


def _wire(parameter: dict[str, Json]) -> str:
    return (reference_of(parameter.get("schema", {})) or "").rpartition("/")[2]
