"""Rules for the shape: root, shared parts and chapters are OpenAPI 3.0.3, each by itself."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache
from typing import Any, Protocol

from openapi_spec_validator.schemas.backend.jsonschema import create_validator
from openapi_spec_validator.schemas.utils import get_schema_content

from codegen.load import ROOT, Json, Spec, is_list, is_mapping

VERSION = "3.0.3"


class Problem(Protocol):
    """What the schema of OpenAPI itself has against a document."""

    message: str
    validator: str
    context: Collection[Problem]
    absolute_path: Collection[str | int]
    schema_path: Collection[str | int]


def shape_findings(spec: Spec) -> Iterator[str]:
    """Yields where a document is not OpenAPI 3.0.3."""
    for file, document in {ROOT: spec.root, **spec.documents}.items():
        yield from (f"{file}: {problem}" for problem in _document(document))
    for name in spec.chapters:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            yield f"{name}.yaml: a chapter becomes a module: its name is snake_case"


def _document(document: dict[str, Json]) -> Iterator[str]:
    keys = list(_keys_that_are_no_text(document, ""))
    if keys:
        yield from (f"{where}: a key is text: put it into quotes" for where in keys)
        return
    if document.get("openapi") != VERSION:
        yield f"openapi must be {VERSION}"
    for problem in _openapi().iter_errors(document):
        cause = _cause(problem)
        place = ".".join(map(str, cause.absolute_path)) or "top"
        yield f"{place}: {_words(cause)}"


@cache
def _openapi() -> Any:
    """The schema of OpenAPI 3.0 itself; it does not follow references."""
    return create_validator(dict(get_schema_content("3.0")))


def _keys_that_are_no_text(value: Json, where: str) -> Iterator[str]:
    if is_list(value):
        for item in value:
            yield from _keys_that_are_no_text(item, where)
    elif is_mapping(value):
        keys: list[Json] = list(value)
        for key in keys:
            inner = f"{where}.{key}".lstrip(".")
            if not isinstance(key, str):
                yield inner
            yield from _keys_that_are_no_text(value[key], inner)


def _cause(problem: Problem) -> Problem:
    """The reason behind "fits none of these": what is no reference was meant as the thing itself."""
    branches: dict[str | int, list[Problem]] = {}
    for each in problem.context:
        branches.setdefault(next(iter(each.schema_path)), []).append(each)
    meant = [
        each
        for branch in branches.values()
        if not any("'$ref' is a required" in each.message for each in branch)
        for each in branch
    ]
    return _cause(max(meant, key=lambda each: len(each.absolute_path))) if meant else problem


def _words(problem: Problem) -> str:
    if problem.validator in {"oneOf", "anyOf"}:
        return "does not follow OpenAPI 3.0.3"
    text = problem.message
    if problem.validator == "additionalProperties":
        return f"{re.split(' do(?:es)? ', text)[0]}: no word of OpenAPI stands here"
    return text if len(text) <= 200 else f"{text[:200]}…"
