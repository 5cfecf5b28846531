"""Rules for spec/reference: every row complete, every code its own, every step to a state that exists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from codegen.lint.keys import KEYS, Check, decided, names, one_of, text, whole
from codegen.load import Json, Spec, is_list, is_mapping
from codegen.reference import FOLDER, read_reference

EVIDENCE = one_of("documented", "assumed")


def _flag(value: Json) -> str | None:
    return None if isinstance(value, bool) else "true or false is due"


def _code(value: Json) -> str | None:
    fine = isinstance(value, int) and not isinstance(value, bool)
    return None if fine or text(value) is None else "a number or a text is due"


def _letters(count: int) -> Check:
    rule = f"{count} capital letters are due"
    return lambda value: None if re.fullmatch(f"[A-Z]{{{count}}}", str(value)) else rule


def _steps(value: Json) -> str | None:
    if not is_list(value) or not value or not all(map(is_mapping, value)):
        return "a list of {to, evidence, by} is due"
    return next((problem for step in value for problem in _keys(step, STEP, DECIDED)), None)


def _levels(value: Json) -> str | None:
    fine = is_list(value) and value and all(whole(level) is None for level in value)
    return None if fine else "a list of whole numbers is due"


def _caps(value: Json) -> str | None:
    fine = is_mapping(value) and all(whole(n) is None for pair in value.items() for n in pair)
    return None if fine else "{level: whole number} is due"


DECIDED: dict[str, Check] = {"x-cj-decided": decided}
STEP: dict[str, Check] = {"to": _code, "evidence": EVIDENCE, "by": text}
TABLE: dict[str, Check] = {
    "description": text,
    "source": KEYS["x-cj-docs"][1],
    "rows": lambda value: None if is_list(value) and value else "a list of rows is due",
}
ROW: dict[str, Check] = {"code": _code, "name": text, "meaning": text}
ALSO: dict[str, Check] = {"also": names, **DECIDED}
STATE: dict[str, Check] = {"next": _steps, "terminal": _flag}

ROWS: dict[str, tuple[Mapping[str, Check], Mapping[str, Check]]] = {
    "countries": (
        {"alpha2": _letters(2), "name": text, "chinese": text},
        {"alpha3": _letters(3), "numeric": whole, "cj-name": text, **ALSO},
    ),
    "platforms": ({"code": _code}, {"name": text, "meaning": text, **ALSO}),
    "order_statuses": (ROW, {"paid": _flag, "filter-only": _flag, **STATE, **ALSO}),
    "sandbox_statuses": (ROW, {"order-status": text, "equated": EVIDENCE, **STATE, **ALSO}),
    "tracking_statuses": ({**ROW, "delivered": _flag}, {"terminal": _flag, **ALSO}),
    "tiers": (
        {**ROW, "levels": _levels, "requests-per-second": whole, "subscriptions": _caps},
        {"product-lists-per-day": whole, **ALSO},
    ),
}
"""The keys of a row that are due and those that are allowed, by table; other tables have ROW and ALSO."""


def reference_table_findings(spec: Spec) -> Iterator[str]:
    """Yields what is wrong with the tables of spec/reference."""
    tables = read_reference(spec)
    for name, table in tables.items():
        found = list(_shape(name, table)) or list(_meaning(table, tables))
        yield from (f"{FOLDER}/{name}.yaml: {problem}" for problem in found)


def _shape(name: str, table: dict[str, Json]) -> Iterator[str]:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        yield "a table becomes a variable: its name is snake_case"
    problems = list(_keys(table, TABLE, {}))
    yield from problems
    if problems:
        return
    due, optional = ROWS.get(name, (ROW, ALSO))
    for row in table["rows"]:
        if not is_mapping(row):
            yield f"{row!r}: a mapping is due"
            continue
        yield from (f"{_main_code(row)}: {problem}" for problem in _keys(row, due, optional))
    kinds = {type(_main_code(row)).__name__ for row in table["rows"] if is_mapping(row)}
    if len(kinds) > 1:
        yield "either all codes are numbers or all are text"


def _keys(
    row: dict[str, Json], due: Mapping[str, Check], optional: Mapping[str, Check]
) -> Iterator[str]:
    for key in sorted(due.keys() - row.keys()):
        yield f"{key} missing"
    for key in sorted(row, key=str):
        check = due.get(key) or optional.get(key)
        problem = check(row[key]) if check else f"unknown; known are {', '.join([*due, *optional])}"
        if problem:
            yield f"{key}: {problem}"


def _main_code(row: dict[str, Json]) -> Json:
    return row.get("alpha2", row.get("code"))


def _meaning(table: dict[str, Json], tables: dict[str, dict[str, Json]]) -> Iterator[str]:
    yield from _spellings(table["rows"])
    known = {_main_code(row) for row in table["rows"]}
    has_steps = any("next" in row for row in table["rows"])
    for row in table["rows"]:
        if has_steps and not row.keys() & {"next", "terminal", "filter-only"}:
            yield f"{_main_code(row)}: next, or terminal, is due"
        yield from (f"{_main_code(row)}: {problem}" for problem in _state(row, known))
        text_of = row.get("order-status")
        states = tables.get("order_statuses", {}).get("rows", [])
        if text_of and text_of not in {state.get("code") for state in states}:
            yield f"{_main_code(row)}: order-status: {text_of} is not in order_statuses"
        if ("order-status" in row) != ("equated" in row):
            yield f"{_main_code(row)}: order-status and equated go together"


def _spellings(rows: list[dict[str, Json]]) -> Iterator[str]:
    """Yields what stands for two rows, upper and lower case being the same."""
    seen: dict[str, Json] = {}
    for row in rows:
        code = _main_code(row)
        given = [row[key] for key in SPELLINGS if key in row]
        for spelling in sorted({str(each).casefold() for each in [*given, *row.get("also", [])]}):
            if seen.setdefault(spelling, row) is not row:
                yield f"{code}: {spelling!r} stands for {_main_code(seen[spelling])} too"


def _state(row: dict[str, Json], known: set[Json]) -> Iterator[str]:
    steps = row.get("next", [])
    for step in steps:
        if step["to"] not in known or step["to"] == _main_code(row):
            yield f"next: {step['to']} is no other row of this table"
        if (step["evidence"] == "assumed") != ("x-cj-decided" in step):
            yield f"next: {step['to']}: what is assumed, and only that, has an x-cj-decided"
    if len({step["to"] for step in steps}) < len(steps):
        yield "next: a state stands here twice"
    if steps and row.get("terminal"):
        yield "nothing follows a terminal state"


SPELLINGS = ("alpha2", "alpha3", "numeric", "code", "name", "cj-name", "chinese")
"""The keys of a row that the lookup finds it by."""
