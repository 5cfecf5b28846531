"""Does the audit read examples that are not quite JSON?"""

from __future__ import annotations

import pytest

from codegen.audit.records import dotted
from codegen.audit.samples import read_sample


def found(text: str) -> list[str]:
    """What stands where in an example, without the outermost bracket."""
    members = read_sample(text).members
    return [f"{dotted(each.path)}={each.kind}" for each in members if each.path]


BROKEN: list[tuple[str, str, list[str]]] = [
    ("a comma too many", '{"a": 1, "b": [1, ], }', ["a=integer", "b=list", "b=integer"]),
    ("dots", '{"a": [{"b": 1}]..., "c": 1 }...', ["a=list", "a=object", "a.b=integer", "c=integer"]),
    ("no comma", '{"a": "x"\n"b": 2.5}', ["a=text", "b=number"]),
    ("full-width colons", '{"a"："x"，"b"：true}', ["a=text", "b=boolean"]),
    ("no value", '{"a": , "b": null}', ["b=null"]),
    ("a quote that never closes", '{"a": "123\',\n"b": ""}', ["a=text", "b=empty"]),
    ("comments", '{"a": 1, // one\n/* two */ "b": 2}', ["a=integer", "b=integer"]),
    ("pairs inside a list", '{"a": ["b": 1, "c": 2]}', ["a=list", "a.b=integer", "a.c=integer"]),
    ("a bracket that never closes", '{"a": {"b": [{"c": 1}, "d": 2}, "e": 3', [
        "a=object", "a.b=list", "a.b=object", "a.b.c=integer", "a.b.d=integer", "e=integer"]),
    ("several values", '{"a": 1}\n{"b": 2}', ["a=integer", "b=integer"]),
    ("JSON inside text", '{"a": "[{\\"b\\": 1}]"}', ["a=text", "a.b=integer"]),
    ("no JSON at all", "hello", []),
    ("nothing", "", []),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "text", "expected"), BROKEN)
def test_a_broken_example_is_read_as_far_as_it_goes(
    wrong: str, text: str, expected: list[str]
) -> None:
    assert found(text) == expected, wrong


def test_a_value_knows_its_line() -> None:
    members = read_sample('{\n"a": 1,\n"b": 2}', line=10).members
    assert [(dotted(each.path), each.line) for each in members] == [("", 10), ("a", 11), ("b", 12)]


def test_brackets_without_end_do_not_grow_the_paths_without_end() -> None:
    deepest = max(len(each.path) for each in read_sample('{"a":' * 5000).members)
    assert deepest < 100
