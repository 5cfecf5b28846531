"""The bytes of an answer become a typed value: fast when they fit, tolerantly when they do not.

One msgspec decoder per type reads well-formed answers in one pass. Only when that fails are the
bytes looked at again, field by field (`cj_async._salvage`), so that one bad value costs itself and
not the whole answer.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cache, cached_property
from typing import Any, TypeAlias, TypeVar, overload

import msgspec

from cj_async._salvage import Mend, Misfit, Notes, mender
from cj_async._wire import dec_hook, plain_json

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
    return reader(type).read(data, strict, drift)


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


class Reader:
    """Reads one type; what it needs is built once."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind
        self._fast: Callable[[bytes], Any] = msgspec.json.Decoder(
            kind, dec_hook=dec_hook, float_hook=Decimal, strict=False
        ).decode

    @cached_property
    def _mend(self) -> Mend:
        return mender(self._kind)

    def read(self, data: bytes, strict: bool, drift: DriftReport | None) -> Any:
        """As :func:`decode` does."""
        try:
            return self._fast(data)
        except msgspec.ValidationError as error:
            failure = error
        except UnicodeDecodeError as error:
            raise msgspec.DecodeError("the text is not UTF-8") from error
        except (ArithmeticError, RecursionError):
            failure = msgspec.ValidationError("a value out of range")
        return _second_look(self._mend, data, failure, strict, drift)


@cache
def reader(kind: object) -> Reader:
    """Returns the reader of a type, always the same one."""
    return Reader(kind)
