"""What does a field of a body hold? Read as CJ does: a number may come as text, text as a number."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import TypeVar

import msgspec

from .._answers import PARAM_ERROR, Refused, empty
from .._bodies import Fields

T = TypeVar("T")
_TOO_LARGE = 10**20


def text(fields: Fields, name: str, longest: int = 200) -> str:
    """A text; "" where there is none.

    Raises:
        Refused: it is no text, or too long.
    """
    value = fields.get(name)
    found = "" if value is None else _as_text(value)
    if len(found) > longest:
        raise Refused(PARAM_ERROR)
    return found


def required_text(fields: Fields, name: str) -> str:
    """A text that must be there.

    Raises:
        Refused: it is missing, or as of ``text``.
    """
    found = text(fields, name)
    if not found:
        raise Refused(empty(name))
    return found


def whole_or_none(fields: Fields, name: str) -> int | None:
    """A whole number; None where there is none.

    Raises:
        Refused: it is no whole number.
    """
    value = fields.get(name)
    if value in (None, ""):
        return None
    try:
        number = Decimal(_as_text(value))
    except ArithmeticError:
        raise Refused(PARAM_ERROR) from None
    if not number.is_finite() or abs(number) >= _TOO_LARGE or number != int(number):
        raise Refused(PARAM_ERROR)
    return int(number)


def whole(fields: Fields, name: str, least: int, most: int | None = None) -> int:
    """A whole number that must be there.

    Raises:
        Refused: it is missing, no whole number, or outside its range.
    """
    value = whole_or_none(fields, name)
    if value is None:
        raise Refused(empty(name))
    if value < least or (most is not None and value > most):
        raise Refused(PARAM_ERROR)
    return value


def whole_or(fields: Fields, name: str, default: int, least: int, most: int | None = None) -> int:
    """A whole number, or the default where there is none.

    Raises:
        Refused: as of ``whole``.
    """
    missing = fields.get(name) in (None, "")
    return default if missing else whole(fields, name, least, most)


def choice(fields: Fields, name: str, choices: Collection[int]) -> int | None:
    """A number of a closed list; None where there is none.

    Raises:
        Refused: it is another.
    """
    value = whole_or_none(fields, name)
    if value is not None and value not in choices:
        raise Refused(PARAM_ERROR)
    return value


def texts(fields: Fields, name: str) -> list[str]:
    """A list of texts that holds one at least.

    Raises:
        Refused: it is empty, or no such list.
    """
    return [_as_text(each) for each in _list(fields, name, list[object])]


def rows(fields: Fields, name: str) -> list[dict[str, object]]:
    """A list of objects that holds one at least.

    Raises:
        Refused: it is empty, or no such list.
    """
    return _list(fields, name, list[dict[str, object]])


def _list(fields: Fields, name: str, kind: type[T]) -> T:
    value = fields.get(name)
    if value in (None, "", []):
        raise Refused(empty(name))
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        raise Refused(PARAM_ERROR) from None


def _as_text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise Refused(PARAM_ERROR)
    return str(value)
