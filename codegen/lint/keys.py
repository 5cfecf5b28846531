"""The extension keys: which exist, where they may stand and what they may say."""

from __future__ import annotations

import datetime as dt
import keyword
import re
from collections.abc import Callable, Iterator

from codegen.lint.walk import Place, nodes
from codegen.load import ROOT, SHARED, Json, Spec, is_list, is_mapping
from codegen.parameters import RULES

EDITIONS = ("000", "001", "002", "003", "2026-09")
EFFECTS = ("read", "idempotent", "write", "pay", "token")
EVIDENCE = ("mention-only", "sample-only")
PAGING = ("page", "size", "items", "number", "page-size", "total")
ZONE = re.compile(r"UTC|epoch-ms|epoch-s|[+-]\d\d:\d\d")

Check = Callable[[Json], str | None]
"""Says what is wrong with a value, or None."""


def key_findings(spec: Spec) -> Iterator[str]:
    """Yields what is wrong with the extension keys of root, shared parts and chapters."""
    for file, document in {ROOT: spec.root, **spec.documents}.items():
        for node in nodes(document, file):
            for key in node.value:
                problem = problem_of(key, node.value[key], node.place) if key[:2] == "x-" else None
                if problem:
                    yield f"{node.where}: {problem}"
            if "x-python-import" in node.value and file != SHARED:
                yield f"{node.where}: x-python-import belongs into common.yaml only"


def problem_of(key: str, value: Json, place: Place) -> str | None:
    """Returns what is wrong with an extension key, or None."""
    if key not in KEYS:
        return f"{key} is not a known extension key (see spec/README.md)"
    places, check = KEYS[key]
    if place not in places:
        return f"{key} does not belong here: it stands on {' or '.join(places)}"
    problem = check(value)
    return f"{key}: {problem}" if problem else None


def one_of(*allowed: str) -> Check:
    """Makes a check for a closed list of words."""
    return lambda value: (
        None if value in allowed else f"{value!r} is not one of {', '.join(allowed)}"
    )


def text(value: Json) -> str | None:
    """Checks for a text that is not empty."""
    return None if isinstance(value, str) and value.strip() else "a text is due"


def decided(value: Json) -> str | None:
    """Checks a decision: what day, and why."""
    try:
        dt.datetime.strptime(value["date"], "%Y-%m-%d")  # noqa: DTZ007 (a day, not a moment)
        return None if text(value["reason"]) is None and len(value) == 2 else DECIDED
    except (TypeError, KeyError, ValueError):
        return DECIDED


DECIDED = "{date: YYYY-MM-DD, reason: text} is due"


def _true(value: Json) -> str | None:
    return None if value is True else "only true is allowed; leave the key out otherwise"


def whole(value: Json, least: int = 0) -> str | None:
    """Checks for a whole number that is not too small."""
    fine = isinstance(value, int) and not isinstance(value, bool) and value >= least
    return None if fine else f"a whole number from {least} is due"


def _docs(value: Json) -> str | None:
    fine = is_list(value) and value and all(map(_is_page, value))
    return None if fine else f"a list of {{edition: {'|'.join(EDITIONS)}, section: text}} is due"


def _is_page(row: Json) -> bool:
    if not is_mapping(row) or set(row) != {"edition", "section"}:
        return False
    return row["edition"] in EDITIONS and text(row["section"]) is None


def _zone(value: Json) -> str | None:
    fine = isinstance(value, str) and ZONE.fullmatch(value)
    return None if fine else f"{value!r} is not UTC, epoch-ms, epoch-s or an offset such as +08:00"


def _names(value: Json) -> bool:
    return is_list(value) and bool(value) and all(text(name) is None for name in value)


def names(value: Json) -> str | None:
    """Checks for a list of names."""
    return None if _names(value) else "a list of names is due"


def _condition(value: Json) -> str | None:
    """Checks a condition: one name, and the values of it that count."""
    fine = is_mapping(value) and len(value) == 1
    fine = fine and all(is_list(values) and values for values in value.values())
    return None if fine else "{name: [value, …]} is due"


def _rules(value: Json) -> str | None:
    if not is_list(value) or not value:
        return "a list of rules is due"
    return next(filter(None, map(_rule, value)), None)


def _rule(rule: Json) -> str | None:
    kinds = [name for name in RULES if is_mapping(rule) and name in rule]
    if len(kinds) != 1 or set(rule) - {*kinds, "when", "unless", "reason"}:
        return f"{{{' or '.join(RULES)}: names}} is due, and when, unless, reason where they help"
    [kind] = kinds
    if not _names(rule[kind]) or (kind in AT_LEAST_TWO and len(rule[kind]) < 2):
        return (
            f"{kind}: a list of {'at least two names' if kind in AT_LEAST_TWO else 'names'} is due"
        )
    conditions = [_condition(rule[key]) for key in ("when", "unless") if key in rule]
    reason = text(rule["reason"]) if "reason" in rule else None
    return next(filter(None, [*conditions, reason]), None)


AT_LEAST_TWO = ("exactly-one-of", "at-least-one-of")


def _properties(value: Json) -> str | None:
    fine = is_mapping(value) and value and all(map(_is_property, value.values()))
    return None if fine else "{name: {first-of: [field, …], description: text}} is due"


def _is_property(value: Json) -> bool:
    if not is_mapping(value) or set(value) != {"first-of", "description"}:
        return False
    return _names(value["first-of"]) and text(value["description"]) is None


def attribute_name(value: Json) -> str | None:
    """Checks for a name that an attribute can have."""
    fine = isinstance(value, str) and value.isidentifier() and value == value.lower()
    return None if fine and not keyword.iskeyword(value) else "a name in snake_case is due"


def _reference(value: Json) -> str | None:
    fine = is_mapping(value) and set(value) == {"$ref"} and text(value["$ref"]) is None
    return None if fine else "{$ref: schema} is due"


def _paging(value: Json) -> str | None:
    if not is_mapping(value) or set(value) - {"cap"} != {*PAGING, "default-size"}:
        return f"{{{', '.join(PAGING)}, default-size}} is due, and cap where there is one"
    problems = {name: text(value[name]) for name in PAGING}
    problems |= {name: whole(value[name], 1) for name in ("default-size", "cap") if name in value}
    return "; ".join(f"{name}: {problem}" for name, problem in problems.items() if problem) or None


def _python_import(value: Json) -> str | None:
    fine = is_mapping(value) and set(value) == {"module", "name"}
    return None if fine else "{module: …, name: …} is due"


OPERATION: tuple[Place, ...] = ("operation",)
SCHEMA: tuple[Place, ...] = ("schema",)
ANYWHERE: tuple[Place, ...] = ("operation", "parameter", "schema")

KEYS: dict[str, tuple[tuple[Place, ...], Check]] = {
    "x-cj-effect": (OPERATION, one_of(*EFFECTS)),
    "x-cj-points": (OPERATION, whole),
    "x-cj-docs": (OPERATION, _docs),
    "x-cj-paging": (OPERATION, _paging),
    "x-cj-rules": (("operation", "schema"), _rules),
    "x-cj-pays-when": (OPERATION, _condition),
    "x-cj-refusal-data": (OPERATION, _reference),
    "x-cj-how-to-find-out": (OPERATION, text),
    "x-cj-evidence": (OPERATION, one_of(*EVIDENCE)),
    "x-cj-zone": (SCHEMA, _zone),
    "x-cj-format": (SCHEMA, text),
    "x-cj-secret": (SCHEMA, _true),
    "x-cj-single-or-list": (SCHEMA, _true),
    "x-cj-decided": (ANYWHERE, decided),
    "x-cj-name": (SCHEMA, attribute_name),
    "x-cj-rows": (SCHEMA, _reference),
    "x-cj-also": (SCHEMA, names),
    "x-cj-properties": (SCHEMA, _properties),
    "x-python-name": (SCHEMA, attribute_name),
    "x-python-type": (SCHEMA, text),
    "x-python-import": (SCHEMA, _python_import),
}
