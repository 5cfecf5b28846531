"""Does a value fit a schema of the spec? Schemas are compiled to functions once, and then only called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeGuard

Json = Mapping[str, Any]
Check = Callable[[Any], str | None]
"""Says where a value does not fit and why, ``.list[0].pid: text is due``; None when it fits."""


def is_object(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether a value is a JSON object."""
    return isinstance(value, Mapping)


def is_list(value: object) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    """Whether a value is a JSON array; handlers may answer tuples."""
    return isinstance(value, list | tuple)


_BOUNDS = ("enum", "maxLength", "minimum", "maximum")
_PLAIN: Mapping[str, frozenset[type]] = {
    "string": frozenset({str}),
    "integer": frozenset({int}),
    "number": frozenset({int, float, Decimal}),
    "boolean": frozenset({bool}),
}
_NO_TYPES: frozenset[type] = frozenset()
_LONGEST = 40  # digits of a number as text
_NUMBERS = (int, float, Decimal)


class Compiler:
    """Compiles the schemas of one bundled document.

    Args:
        document: the OpenAPI document.
        lax: as CJ reads requests: text that holds a number is a number, a number is text; fields
            that are not documented are passed over. Answers are taken at their word.
    """

    def __init__(self, document: Json, *, lax: bool) -> None:
        self._document = document
        self._lax = lax
        self._named: dict[str, Check] = {}

    def check(self, schema: Json) -> Check:
        """Returns the check of a schema; ``nullable`` wherever it stands lets null pass."""
        check = self._bare(schema)
        if not schema.get("nullable"):
            return check
        return lambda value: None if value is None else check(value)

    def _sure(self, schema: Json) -> frozenset[type]:
        """Types whose values all fit: what is of one of them need not be checked further."""
        found = self._bare_sure(schema)
        return found | {type(None)} if schema.get("nullable") else found

    def _bare_sure(self, schema: Json) -> frozenset[type]:
        if "$ref" in schema:
            return self._sure(self._resolved(schema))
        if "anyOf" in schema:
            return _NO_TYPES.union(*map(self._sure, schema["anyOf"]))
        if "allOf" in schema:
            alone = self._alone(schema)
            return _NO_TYPES if alone is None else self._sure(alone)
        if any(name in schema for name in _BOUNDS):
            return _NO_TYPES
        plain = _PLAIN.get(schema.get("type", ""), _NO_TYPES)
        return plain | {str} if "JsonText" in schema.get("x-python-type", "") else plain

    def _bare(self, schema: Json) -> Check:
        reference = schema.get("$ref")
        if reference is not None:
            return self._reference(str(reference))
        if "allOf" in schema:
            return self._all(schema)
        if "anyOf" in schema:
            return _any([self.check(part) for part in schema["anyOf"]])
        check = self._typed(schema)
        if "JsonText" in schema.get("x-python-type", ""):
            return _or_text(check)
        return check

    def _reference(self, target: str) -> Check:
        """The check of a named schema; made when it is first needed, so that schemas may be recursive."""
        if target not in self._named:
            found = self._document
            for step in target.removeprefix("#/").split("/"):
                found = found[step.replace("~1", "/").replace("~0", "~")]
            self._named[target] = lambda value: self._named[target](value)
            self._named[target] = self.check(found)
        return self._named[target]

    def _all(self, schema: Json) -> Check:
        alone = self._alone(schema)
        if alone is not None:
            return self.check(alone)
        return self._object(_merged(self._flat(schema)))

    def _alone(self, schema: Json) -> Json | None:
        """The only part of an ``allOf`` when it is no object; None otherwise."""
        parts = [self._resolved(part) for part in schema["allOf"]]
        plain = len(parts) == 1 and "properties" not in parts[0] and "allOf" not in parts[0]
        return parts[0] if plain else None

    def _flat(self, schema: Json) -> Iterable[Json]:
        """The object schemas that a schema is made of."""
        resolved = self._resolved(schema)
        for part in resolved.get("allOf", ()):
            yield from self._flat(part)
        yield resolved

    def _resolved(self, schema: Json) -> Json:
        while "$ref" in schema:
            found: Any = self._document
            for step in str(schema["$ref"]).removeprefix("#/").split("/"):
                found = found[step.replace("~1", "/").replace("~0", "~")]
            schema = found
        return schema

    def _typed(self, schema: Json) -> Check:
        match schema.get("type"):
            case "array":
                return self._array(schema)
            case "object":
                return self._object(schema)
            case "string":
                return _text(schema, lax=self._lax)
            case "integer" | "number":
                return _number(schema, lax=self._lax)
            case "boolean":
                return _boolean(lax=self._lax)
            case _:
                return _anything

    def _array(self, schema: Json) -> Check:
        item = self.check(schema.get("items", {}))
        most, least = schema.get("maxItems"), schema.get("minItems", 0)
        single = "x-cj-single-or-list" in schema

        def check(value: Any) -> str | None:
            if not is_list(value):
                return item(value) if single else ": a list is due"
            if len(value) < least or (most is not None and len(value) > most):
                return f": {least} to {most} items are due"
            for index, each in enumerate(value):
                problem = item(each)
                if problem is not None:
                    return f"[{index}]{problem}"
            return None

        return check

    def _object(self, schema: Json) -> Check:
        documented: Json = schema.get("properties", {})
        properties: dict[str, Check] = {
            name: self.check(value) for name, value in documented.items()
        }
        sure = {name: self._sure(value) for name, value in documented.items()}
        required = tuple(schema.get("required", ()))
        more = schema.get("additionalProperties")
        others = self.check(more) if is_object(more) else None
        is_open = more is True or self._lax or not properties

        def check(value: Any) -> str | None:
            if not is_object(value):
                return ": an object is due"
            for name in required:
                if name not in value:
                    return f".{name}: it is required"
            for name, each in value.items():
                if type(each) in sure.get(name, _NO_TYPES):
                    continue
                known = properties.get(name, others)
                if known is None:
                    if is_open:
                        continue
                    return f".{name}: it is not documented"
                problem = known(each)
                if problem is not None:
                    return f".{name}{problem}"
            return None

        return check


def _merged(parts: Iterable[Json]) -> Json:
    properties: dict[str, Any] = {}
    required: list[str] = []
    merged: dict[str, Any] = {}
    for part in parts:
        properties |= part.get("properties", {})
        required += part.get("required", [])
        if "additionalProperties" in part:
            merged["additionalProperties"] = part["additionalProperties"]
    return {**merged, "properties": properties, "required": required}


def _any(checks: list[Check]) -> Check:
    def check(value: Any) -> str | None:
        first: str | None = None
        for each in checks:
            problem = each(value)
            if problem is None:
                return None
            first = first or problem
        return first

    return check


def _or_text(check: Check) -> Check:
    return lambda value: None if isinstance(value, str) else check(value)


def _anything(_: Any) -> str | None:
    return None


def _text(schema: Json, *, lax: bool) -> Check:
    longest, choices = schema.get("maxLength"), frozenset(schema.get("enum", ()))

    def check(value: Any) -> str | None:
        if lax and isinstance(value, _NUMBERS) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            return ": text is due"
        if longest is not None and len(value) > longest:
            return f": at most {longest} characters are allowed"
        if choices and value not in choices:
            return f": one of {', '.join(sorted(choices))} is due"
        return None

    return _anything if schema.get("format") == "binary" else check


def _number(schema: Json, *, lax: bool) -> Check:
    low, high = schema.get("minimum"), schema.get("maximum")
    choices, whole = frozenset(schema.get("enum", ())), schema["type"] == "integer"

    def check(value: Any) -> str | None:
        if lax and isinstance(value, str):
            value = _as_number(value)
        if isinstance(value, bool) or not isinstance(value, _NUMBERS):
            return ": a number is due"
        if whole and value != int(value):
            return ": a whole number is due"
        if (low is not None and value < low) or (high is not None and value > high):
            return f": {low} to {high} is allowed"
        if choices and value not in choices:
            return f": one of {', '.join(map(str, sorted(choices)))} is due"
        return None

    return check


def _as_number(text: str) -> object:
    try:
        number = Decimal(text)
    except ArithmeticError:
        return text
    return number if number.is_finite() and abs(number.adjusted()) < _LONGEST else text


_WORDS = frozenset({"true", "false", "0", "1"})


def _boolean(*, lax: bool) -> Check:
    def check(value: Any) -> str | None:
        if isinstance(value, bool) or (lax and str(value).lower() in _WORDS):
            return None
        return ": true or false is due"

    return check
