"""PURE: may a parameter have this value, and how does the value travel?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeGuard

import msgspec

from cj_async import _wire
from cj_async._masking import is_list, is_mapping
from cj_async._operation import Parameter
from cj_async._rules import broken_rule
from cj_async._upload import Upload, upload_of

_LONGEST = 30  # digits before and after the point; more than any amount has
_LARGEST = 2**63 - 1


class Broken(Exception):
    """A rule is broken; the text is the rule.

    ``path`` leads from the parameter to the value that breaks it (``[0].quantity``), ``value`` is what
    was given there. Without a path it is the parameter itself.
    """

    def __init__(self, rule: str, path: str = "", value: object = None) -> None:
        self.path = path
        self.value = value
        super().__init__(rule)

    def below(self, step: str, value: object) -> Broken:
        """The same, seen from one level further out."""
        return Broken(str(self), step + self.path, self.value if self.path else value)


def checked(parameter: Parameter, value: object) -> object:
    """Returns the value as it travels: text, a number, a list of them, …; raises :class:`Broken`."""
    if parameter.kind == "array":
        return _list(parameter, value)
    return _single(parameter, parameter.kind, value)


def query_text(value: object) -> str:
    """A checked value as text; numbers in plain digits."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def json_value(value: object) -> object:
    """A value of which msgspec writes exact JSON: numbers in plain digits; raises :class:`Broken`."""
    try:
        return _json(msgspec.to_builtins(value, builtin_types=_NEVER_GUESSED, str_keys=True))
    except (TypeError, ValueError, RecursionError) as error:
        raise Broken(f"a value that can be written as JSON is due ({error})") from error


_NEVER_GUESSED = (Decimal, datetime, date, time, timedelta, bytes, bytearray, memoryview)
"""Types that msgspec would write in one of several ways."""


def _json(value: object) -> object:
    match value:
        case None | bool():
            return value
        case str():
            return _writable(value)
        case int():
            return _whole(value)
        case float() | Decimal():
            return msgspec.Raw(query_text(_exact(value)).encode())
        case _ if is_mapping(value):
            return {_writable(str(name)): _json(item) for name, item in value.items()}
        case _ if is_list(value):
            return [_json(item) for item in value]
        case _:
            raise Broken(f"text or a number is due in place of a {type(value).__name__}")


def _list(parameter: Parameter, value: object) -> list[object]:
    if not _is_iterable(value):
        raise Broken("a list is due")
    values = [_item(parameter, index, item) for index, item in enumerate(value)]
    if not values:
        due = "at least one is due" if parameter.required else "leave the parameter out instead"
        raise Broken(f"the list is empty; {due}")
    if parameter.most is not None and len(values) > parameter.most:
        raise Broken(f"at most {parameter.most} values are allowed")
    texts = [item for item in values if isinstance(item, str)]
    if not all(text.strip() for text in texts):
        raise Broken("a value of this list must not be empty")
    if parameter.joined and any("," in text for text in texts):
        raise Broken("a value of this list must not contain a comma")
    return values


def _item(parameter: Parameter, index: int, item: object) -> object:
    if parameter.items != "object":
        return _single(parameter, parameter.items, item)
    try:
        return _object(parameter, item)
    except Broken as broken:
        raise broken.below(f"[{index}]", item) from None


def _is_iterable(value: object) -> TypeGuard[Iterable[object]]:
    not_meant = isinstance(value, str | bytes | bytearray | memoryview | Mapping)
    return isinstance(value, Iterable) and not not_meant


def _single(parameter: Parameter, kind: str, value: object) -> object:
    if not parameter.choices:
        return _CONVERSIONS[kind](parameter, value)
    # True == 1 and 1.0 == 1, but neither is what the documentation lists.
    for choice in parameter.choices:
        if isinstance(value, type(choice)) and not isinstance(value, bool) and value == choice:
            return choice
    raise Broken(f"one of {', '.join(map(repr, parameter.choices))} is due")


def _text(parameter: Parameter, value: object) -> str:
    if not isinstance(value, str):
        raise Broken("text is due")
    if parameter.required and not value.strip():
        raise Broken("it must not be empty")
    return _writable(value)


def _writable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Broken("text that UTF-8 can write is due (half a surrogate pair is in it)") from None
    return str.__str__(text)  # an Enum member would write its name


def _integer(parameter: Parameter, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Broken("a whole number is due")
    _check_range(parameter, value)
    return _whole(value)


def _whole(value: int) -> int:
    if not -_LARGEST <= value <= _LARGEST:
        raise Broken("a whole number of at most 64 bits is due")
    return int(value)


def _number(parameter: Parameter, value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Broken("a number is due")
    exact = _exact(value)
    _check_range(parameter, exact)
    return exact


def _exact(value: float | Decimal) -> Decimal:
    """The digits that a person would write: 0.1 for the float 0.1."""
    exact = Decimal(repr(float(value))) if isinstance(value, float) else Decimal(value)
    exponent = exact.as_tuple().exponent
    if not isinstance(exponent, int):
        raise Broken("a finite number is due")
    if exponent < -_LONGEST or exact.adjusted() >= _LONGEST:
        raise Broken(f"a number of at most {_LONGEST} digits is due")
    return exact or exact.copy_abs()  # -0 is 0


def _boolean(_: Parameter, value: object) -> bool:
    if not isinstance(value, bool):
        raise Broken("True or False is due")
    return value


def _epoch_ms(parameter: Parameter, value: object) -> int:
    return _epoch(parameter, value, "milliseconds", _wire.epoch_ms)


def _epoch_s(parameter: Parameter, value: object) -> int:
    return _epoch(parameter, value, "seconds", _wire.epoch_s)


def _epoch(
    parameter: Parameter, value: object, unit: str, count: Callable[[datetime | int], int]
) -> int:
    if isinstance(value, bool) or not isinstance(value, int | datetime):
        raise Broken(f"a datetime with a zone, or {unit} since 1970, is due")
    try:
        return _integer(parameter, count(value))
    except (ValueError, OverflowError) as error:
        raise Broken(str(error)) from error


def _clock(parameter: Parameter, value: object) -> str:
    if not isinstance(value, datetime):
        raise Broken("a datetime with a zone is due")
    try:
        return _wire.clock_text(value, parameter.zone, parameter.pattern)
    except (ValueError, OverflowError) as error:
        raise Broken(str(error)) from error


def _mapping(_: Parameter, value: object) -> object:
    if is_mapping(value):
        return dict(value)
    if isinstance(value, msgspec.Struct):
        return value
    raise Broken("a mapping is due")


def _object(parameter: Parameter, value: object) -> dict[str, object]:
    """The fields of an object by CJ's names; given by CJ's names or Python's, or as an answer's object."""
    given = _given(parameter, value)
    broken = broken_rule(parameter.rules, given)
    if broken is not None:
        raise Broken(broken.rule, f".{', '.join(broken.names)}", broken.value)
    travels: dict[str, object] = {}
    for field in parameter.fields:
        item = given.get(field.python)
        if item is None and field.required:
            raise Broken("it is required", f".{field.python}")
        if item is not None:
            travels[field.name] = _field(field, item)
    return travels


def _field(field: Parameter, value: object) -> object:
    try:
        return checked(field, value)
    except Broken as broken:
        raise broken.below(f".{field.python}", value) from None


def _given(parameter: Parameter, value: object) -> dict[str, object]:
    """What was given for the fields of an object, by Python's names."""
    if isinstance(value, msgspec.Struct):
        told = {field.python: getattr(value, field.python, None) for field in parameter.fields}
        return {name: item for name, item in told.items() if item is not msgspec.UNSET}
    if not is_mapping(value):
        raise Broken("a mapping is due")
    names = {field.name: field.python for field in parameter.fields}
    given: dict[str, object] = {}
    for key, item in value.items():
        name = names.get(str(key), str(key))
        if name not in names.values():
            allowed = ", ".join(field.python for field in parameter.fields)
            raise Broken(f"there is no such field; there are {allowed}", f".{key}", item)
        if name in given:
            raise Broken("it is given twice, once by CJ's name and once by Python's", f".{name}")
        given[name] = item
    return given


def _file(parameter: Parameter, value: object) -> Upload:
    try:
        return upload_of(value, parameter.name)
    except (OSError, ValueError) as error:
        raise Broken(str(error)) from error


_CONVERSIONS: dict[str, Callable[[Parameter, object], object]] = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "epoch_ms": _epoch_ms,
    "epoch_s": _epoch_s,
    "clock": _clock,
    "json": _mapping,
    "object": _object,
    "file": _file,
}


def _check_range(parameter: Parameter, value: int | Decimal) -> None:
    low, high = parameter.minimum, parameter.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = (("at least", low), ("at most", high))
        told = [f"{words} {bound:.15g}" for words, bound in bounds if bound is not None]
        raise Broken(f"{' and '.join(told)} is allowed")
