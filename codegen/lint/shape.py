"""Rules for the shape: root, shared parts and chapters are OpenAPI 3.0.3, each by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jsonschema.exceptions import ValidationError
from openapi_spec_validator.schemas import openapi_v30_schema_validator

from codegen.load import ROOT, Json, Spec, is_list, is_mapping

VERSION = "3.0.3"


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
    for error in openapi_v30_schema_validator.iter_errors(document):
        cause = _cause(error)
        place = ".".join(map(str, cause.absolute_path)) or "top"
        yield f"{place}: {_words(cause)}"


def _keys_that_are_no_text(value: Json, where: str) -> Iterator[str]:
    if is_list(value):
        for item in value:
            yield from _keys_that_are_no_text(item, where)
    elif is_mapping(value):
        for key, item in value.items():
            inner = f"{where}.{key}".lstrip(".")
            if not isinstance(key, str):
                yield inner
            yield from _keys_that_are_no_text(item, inner)


def _cause(error: ValidationError) -> ValidationError:
    """The reason behind "fits none of these": what is no reference was meant as the thing itself."""
    context = list(error.context or ())
    references = {each.schema_path[0] for each in context if "'$ref' is a required" in each.message}
    causes = [each for each in context if each.schema_path[0] not in references]
    if not causes:
        return error
    return _cause(max(causes, key=lambda each: len(each.absolute_path)))


def _words(error: ValidationError) -> str:
    if error.validator in {"oneOf", "anyOf"}:
        return "does not follow OpenAPI 3.0.3"
    return error.message if len(error.message) <= 200 else f"{error.message[:200]}…"
