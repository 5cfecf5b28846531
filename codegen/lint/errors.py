"""Rules for errors.yaml: every row complete, every class one of the client's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from codegen.lint.keys import Check, decided, one_of, text
from codegen.load import ERRORS, Json, Spec, is_list, is_mapping

CLASSES = (
    "APIError",
    "AuthenticationFailed",
    "Conflict",
    "InsufficientBalance",
    "InvalidParameter",
    "NotFound",
    "PointsExhausted",
    "QuotaExhausted",
    "RateLimited",
    "Rejected",
    "ServerFailed",
)
SUCCESS = (0, 200)


def _matching(pattern: str, rule: str) -> Check:
    return lambda value: None if re.fullmatch(pattern, str(value)) else rule


def _or_none(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


def _codes(value: Json) -> str | None:
    fine = is_mapping(value) and value and all(isinstance(code, int) for code in value)
    return None if fine else "{number: text} is due"


def _range(value: Json) -> str | None:
    fine = is_list(value) and len(value) == 2 and all(isinstance(code, int) for code in value)
    return None if fine else "[first, last] is due"


def _texts(value: Json) -> str | None:
    fine = is_list(value) and value and all(text(item) is None for item in value)
    return None if fine else "a list of texts is due"


OPERATION = _matching(r"[a-z][a-z_]*\.[a-z][a-z0-9_]*", "namespace.method is due")
CODE = _matching(r"\d+", "a code is a number")
MEANING: dict[str, Check] = {
    "name": _matching(r"[a-z][a-z0-9_]*", "a name in snake_case is due"),
    "class": one_of(*CLASSES),
    "waiting-helps": lambda value: None if isinstance(value, bool) else "true or false is due",
    "meaning": text,
}
OPTIONAL: dict[str, Check] = {
    "token": one_of("rejected", "refresh-dead"),
    "x-cj-decided": decided,
}
MATCH: dict[str, Check] = {
    "code": _or_none(CODE),
    "operation": _or_none(OPERATION),
    "message-contains": _or_none(text),
}
INNER: dict[str, Check] = {"field": text, "meaning": text}
INNER_OPTIONAL: dict[str, Check] = {
    "operations": _texts,
    "paths": _texts,
    "codes": _codes,
    "range": _range,
}


def error_findings(spec: Spec) -> Iterator[str]:
    """Yields what is wrong with the error table."""
    for name, (kind, word, rows) in TABLES.items():
        table = spec.errors.get(name)
        found = rows(table) if isinstance(table, kind) else iter([f"{name}: a {word} is due"])
        yield from (f"{ERRORS}: {problem}" for problem in found)
    for name in sorted(spec.errors.keys() - TABLES.keys()):
        yield f"{ERRORS}: {name}: unknown; the tables are {', '.join(TABLES)}"


def _code_rows(table: dict[Json, Json]) -> Iterator[str]:
    names: dict[str, Json] = {}
    for code, row in table.items():
        success = code in SUCCESS and is_mapping(row) and row.get("class", "") is None
        checks = {**MEANING, "class": _or_none(one_of(*CLASSES))} if success else MEANING
        yield from _row(str(code), row, checks, OPTIONAL)
        if not isinstance(code, int):
            yield f"{code}: a code is a number"
        name = str(row.get("name", code)) if is_mapping(row) else str(code)
        if name in names:
            yield f"{code}: the name {name!r} is taken by {names[name]}"
        names[name] = code


def _refinement_rows(table: list[Json]) -> Iterator[str]:
    for row in table:
        where = f"refinement of {row.get('code') if is_mapping(row) else row}"
        yield from _row(where, row, {**MATCH, **MEANING}, OPTIONAL)
        if is_mapping(row) and not (row.get("operation") or row.get("message-contains")):
            yield f"{where}: operation or message-contains is due"


def _status_rows(table: dict[Json, Json]) -> Iterator[str]:
    for status, row in table.items():
        if not re.fullmatch(r"[1-5](?:\d\d|xx)", str(status)):
            yield f"status {status}: a status such as 404, or a group such as 5xx, is due"
        yield from _row(f"status {status}", row, MEANING, OPTIONAL)


def _inner_rows(table: list[Json]) -> Iterator[str]:
    for row in table:
        where = f"inner-codes of {row.get('field') if is_mapping(row) else row}"
        yield from _row(where, row, INNER, INNER_OPTIONAL)
        for pair in (("operations", "paths"), ("codes", "range")):
            if is_mapping(row) and len(row.keys() & set(pair)) != 1:
                yield f"{where}: either {pair[0]} or {pair[1]} is due"


def _row(
    where: str, row: Json, due: Mapping[str, Check], optional: Mapping[str, Check]
) -> Iterator[str]:
    if not is_mapping(row):
        yield f"{where}: a mapping is due"
        return
    for key in sorted(due.keys() - row.keys()):
        yield f"{where}: {key} missing"
    for key in sorted(row):
        check = due.get(key) or optional.get(key)
        problem = check(row[key]) if check else f"unknown; known are {', '.join([*due, *optional])}"
        if problem:
            yield f"{where}: {key}: {problem}"


TABLES: dict[str, tuple[type, str, Callable[[Json], Iterator[str]]]] = {
    "codes": (dict, "mapping", _code_rows),
    "refinements": (list, "list", _refinement_rows),
    "statuses": (dict, "mapping", _status_rows),
    "inner-codes": (list, "list", _inner_rows),
}
