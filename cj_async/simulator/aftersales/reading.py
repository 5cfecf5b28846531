"""What do the values inside a body mean? Rows, pieces and money, or a wrong parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import TypeVar

import msgspec

from .._answers import PARAM_ERROR, Refused, empty

T = TypeVar("T")
Row = Mapping[str, object]
_MOST = 1_000_000_000
"""Above this, and below its negative, numbers make no sense."""


def rows(value: object) -> Sequence[Row]:
    """A list of objects.

    Raises:
        Refused: it is none.
    """
    return _converted(value, list[dict[str, object]])


def texts(value: object, longest: int = 200) -> Sequence[str]:
    """A list of texts; nothing counts as an empty one.

    Raises:
        Refused: it is none, or a text is too long.
    """
    found = _converted(value, list[str]) if value not in (None, "") else []
    if any(len(text) > longest for text in found):
        raise Refused(PARAM_ERROR)
    return found


def text(fields: Row, name: str, longest: int = 200) -> str:
    """A field as text, "" when it is not given.

    Raises:
        Refused: it is no text, or too long.
    """
    value = fields.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int) or len(str(value)) > longest:
        raise Refused(PARAM_ERROR)
    return str(value).strip()


def needed(fields: Row, name: str) -> object:
    """A field that must be given and not be empty.

    Raises:
        Refused: naming it.
    """
    value = fields.get(name)
    if value in (None, "", []):
        raise Refused(empty(name))
    return value


def pieces(fields: Row, name: str, least: int = 1) -> int:
    """A whole number, as a number or as text.

    Raises:
        Refused: it is missing, none, or too small.
    """
    number = amount(needed(fields, name))
    if number != number.to_integral_value() or number < least:
        raise Refused(PARAM_ERROR)
    return int(number)


def amount(value: object) -> Decimal:
    """A number, as a number or as text.

    Raises:
        Refused: it is none, or absurd.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Refused(PARAM_ERROR)
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise Refused(PARAM_ERROR) from None
    if not number.is_finite() or abs(number) > _MOST:
        raise Refused(PARAM_ERROR)
    return number


def _converted(value: object, kind: type[T]) -> T:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        raise Refused(PARAM_ERROR) from None
