"""The bytes of an answer become a typed value: fast when they fit, tolerantly when they do not.

One msgspec decoder per type reads well-formed answers in one pass. Only when that fails are the
bytes looked at again, field by field (`cj_async._salvage`), so that one bad value costs itself and
not the whole answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cache, cached_property, partial
from itertools import chain
from operator import attrgetter
from typing import Any, Final, TypeAlias, TypeVar, get_origin, overload

import msgspec
from msgspec import inspect

from cj_async._salvage import Mend, Misfit, Notes, mender
from cj_async._wire import dec_hook, inner_of, plain_json

T = TypeVar("T")

DriftReport: TypeAlias = Callable[[str, object], None]
"""Called once per field that did not fit, with its name and the JSON type that came instead."""


@overload
def decode(
    type: type[T], data: bytes, *, strict: bool = ..., drift: DriftReport | None = ...
) -> T: ...
@overload
def decode(
    type: object, data: bytes, *, strict: bool = ..., drift: DriftReport | None = ...
) -> Any: ...
def decode(
    type: object,  # noqa: A002  # msgspec's name for it
    data: bytes,
    *,
    strict: bool = False,
    drift: DriftReport | None = None,
) -> Any:
    """Decode JSON into a model, a list of them, or any type that the models are made of.

    Args:
        type: What to decode into, such as ``models.product.Product`` or ``list[Variant]``.
        data: UTF-8 JSON.
        strict: Raise when a value fits nothing, instead of putting ``None`` in its place.
        drift: Told of each field that did not fit, once per field.

    Returns:
        A value of the type. Money and prices are finite, times are aware.

    Raises:
        msgspec.DecodeError: The bytes are not JSON.
        msgspec.ValidationError: The JSON fits the type nowhere or, with ``strict``, not everywhere.
    """
    reading = _reading(type)
    try:
        value = reading.fast(data)
        if reading.is_sound is None or reading.is_sound([value]):
            return value
        failure = msgspec.ValidationError("a number that is not finite")
    except msgspec.ValidationError as error:
        failure = error
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError("the text is not UTF-8") from error
    except (ArithmeticError, RecursionError):
        failure = msgspec.ValidationError("a value out of range")
    return _second_look(reading.mend, data, failure, strict, drift)


def _second_look(
    mend: Mend,
    data: bytes,
    failure: msgspec.ValidationError,
    strict: bool,
    drift: DriftReport | None,
) -> Any:
    notes: Notes = {}
    try:
        value = mend(plain_json(data), notes)
    except Misfit:
        raise msgspec.ValidationError(_told(notes) or str(failure)) from failure
    except RecursionError as error:
        raise msgspec.ValidationError("nested too deeply") from error
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError("the text is not UTF-8") from error
    if strict and notes:
        raise msgspec.ValidationError(_told(notes)) from failure
    if drift is not None:
        for path, json_type in notes.items():
            drift(path, json_type)
    return value


def _told(notes: Notes) -> str:
    return ", ".join(f"{path} does not fit ({json_type})" for path, json_type in notes.items())


class _Reading:
    """What is built once per type."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind
        self.fast: Callable[[bytes], Any] = msgspec.json.Decoder(
            kind, dec_hook=dec_hook, float_hook=Decimal, strict=False
        ).decode
        self.is_sound = _check(inspect.type_info(kind), {})

    @cached_property
    def mend(self) -> Mend:
        return mender(self._kind)


_reading = cache(_Reading)


# ------------------------------------------------------------------------------------- soundness
#
# msgspec reads the text "NaN" into a Decimal and cannot be told not to, and a hook for every amount
# would cost more than the rest of the answer. So the fields that can hold one are looked at
# afterwards, all rows of a field at once and without a Python call per row.

Check: TypeAlias = Callable[[Iterable[Any]], bool]
Split: TypeAlias = Callable[[Iterable[Any]], Iterable[Any]]


def _check(info: inspect.Type, known: dict[Any, Check]) -> Check | None:
    """Tells whether a batch of values, or None, is finite; None when no number can be in it."""
    choices = _choices(info)
    if len(choices) == 1:
        info = choices[0]
    if test := _TESTS.get(type(info)):
        return partial(_all_pass, test)
    owner = info.cls if isinstance(info, inspect.StructType) else None
    if owner in known:
        return known[owner]
    if not _holds_numbers(info, set()):
        return None
    parts: list[tuple[Split, Check]] = []
    check: Check = partial(_all_sound, parts)
    if owner is not None:
        known[owner] = check  # before its parts: a Struct may contain itself
    parts.extend(
        (split, check_part) for split, part in _parts(info) if (check_part := _check(part, known))
    )
    return check


def _all_pass(test: Callable[[Any], bool], numbers: Iterable[Any]) -> bool:
    return all(map(test, _PRESENT(numbers)))  # neither None nor zero needs the test


def _all_sound(parts: list[tuple[Split, Check]], values: Iterable[Any]) -> bool:
    present = list(_PRESENT(values))
    return not present or all(check(split(present)) for split, check in parts)


def _holds_numbers(info: inspect.Type, seen: set[Any]) -> bool:
    if isinstance(info, inspect.StructType):
        if info.cls in seen:
            return False
        seen.add(info.cls)
    return type(info) in _TESTS or any(_holds_numbers(part, seen) for _, part in _parts(info))


def _parts(info: inspect.Type) -> list[tuple[Split, inspect.Type]]:
    """What the values of a type consist of, and how to get it out of a batch of them."""
    match info:
        case inspect.StructType():
            return [(partial(map, attrgetter(field.name)), field.type) for field in info.fields]
        case inspect.UnionType():
            return [(_of_type(choice), choice) for choice in _choices(info)]
        case inspect.ListType():
            return [(chain.from_iterable, info.item_type)]
        case inspect.DictType():
            return [(_all_values, info.value_type)]
        case inspect.CustomType() if hasattr(info.cls, "inner"):
            return [(iter, inspect.type_info(inner_of(info.cls)))]
        case _:
            return []


def _choices(info: inspect.Type) -> list[inspect.Type]:
    types = info.types if isinstance(info, inspect.UnionType) else ()
    return [choice for choice in types if not isinstance(choice, inspect.NoneType)]


def _of_type(info: inspect.Type) -> Split:
    kind = _PYTHON_TYPES.get(type(info)) or getattr(info, "cls", None)
    kind = get_origin(kind) or kind
    return lambda values: [value for value in values if type(value) is kind]


def _all_values(maps: Iterable[dict[str, Any]]) -> Iterable[Any]:
    return chain.from_iterable(each.values() for each in maps)


_PRESENT: Final[Split] = partial(filter, None)
_TESTS: Final[dict[type[inspect.Type], Callable[[Any], bool]]] = {
    inspect.DecimalType: Decimal.is_finite,
    inspect.FloatType: math.isfinite,
}
_PYTHON_TYPES: Final[dict[type[inspect.Type], type]] = {
    inspect.DecimalType: Decimal,
    inspect.FloatType: float,
    inspect.ListType: list,
    inspect.DictType: dict,
}
