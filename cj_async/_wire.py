"""How CJ writes a single value, and which Python value it is.

Generated Structs use the types of this module as annotations (``price: PriceRange | None = None``).
A type checker sees what the value is in Python; msgspec sees a class it does not know and asks
`dec_hook`, which reads every spelling CJ was seen to use. ``Id``, ``Flag`` and ``Integer`` are
plain types, decoded at full speed; their odd spellings get a second look.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal, Inexact, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias, TypeGuard, TypeVar

import msgspec

T = TypeVar("T")

Id: TypeAlias = str
Flag: TypeAlias = bool
Integer: TypeAlias = int

BEIJING: Final = timezone(timedelta(hours=8))
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_SECOND: Final = timedelta(seconds=1)
_MUST_BE_MILLISECONDS: Final = 100_000_000_000  # as seconds it would be the year 5138
_LONGEST_NUMBER: Final = 100  # digits; more than any id has, so that 1E+999999 stays a misfit


class Range(msgspec.Struct, frozen=True, gc=False):
    """From ``low`` to ``high``; both are the same when CJ gave a single amount."""

    low: Decimal
    high: Decimal

    @property
    def is_single(self) -> bool:
        """Whether this is one amount and not a span."""
        return self.low == self.high

    def __str__(self) -> str:
        return f"{self.low:f}" if self.is_single else f"{self.low:f}-{self.high:f}"

    def __repr__(self) -> str:
        return f"{type(self).__name__.strip('_')}(low={self.low!r}, high={self.high!r})"


if TYPE_CHECKING:

    class PriceRange(Range, frozen=True):
        """A price, or the span of a product's variants, in US dollars."""

    class WeightRange(Range, frozen=True):
        """A weight, or the span of a product's variants, in grams."""

    _PriceRange = PriceRange
    _WeightRange = WeightRange
    Money: TypeAlias = Decimal
    Number: TypeAlias = Decimal
    NumericId: TypeAlias = str
    Secret: TypeAlias = str
    UtcTime: TypeAlias = datetime
    BeijingTime: TypeAlias = datetime
    EpochTime: TypeAlias = datetime
    JsonText: TypeAlias = Annotated[T, "JSON inside text"]
else:

    class _Face:
        """Stands in annotations for a Struct, which msgspec would want to read from an object."""

        __slots__ = ()
        __match_args__ = ("low", "high")

    class PriceRange(_Face):
        """A price, or the span of a product's variants, in US dollars."""

        __slots__ = ()

    class WeightRange(_Face):
        """A weight, or the span of a product's variants, in grams."""

        __slots__ = ()

    class _PriceRange(Range, PriceRange): ...

    class _WeightRange(Range, WeightRange): ...

    PriceRange.__new__ = lambda _, low, high: _PriceRange(low, high)
    WeightRange.__new__ = lambda _, low, high: _WeightRange(low, high)

    class _Marker(type):
        """msgspec checks each result of the hook with isinstance: `id` is the cheapest yes."""

        __instancecheck__ = id

    class Money(metaclass=_Marker):
        """An amount; a finite Decimal, where msgspec alone would take the text "NaN" for one."""

    class Number(metaclass=_Marker):
        """A quantity with a fraction; a finite Decimal."""

    class NumericId(metaclass=_Marker):
        """An id that CJ sends as a JSON number; text in Python."""

    class Secret(metaclass=_Marker):
        """A key, a token or an openId: text that the repr of a model does not show."""

    class UtcTime(metaclass=_Marker):
        """A moment; text without an offset is UTC."""

    class BeijingTime(metaclass=_Marker):
        """A moment; text without an offset is in the zone +08:00."""

    class EpochTime(metaclass=_Marker):
        """A moment, as milliseconds since 1970-01-01 UTC."""

    class JsonText(metaclass=_Marker):
        """JSON inside text: ``JsonText[list[str]]`` is a list of texts in Python."""

        inner = object

        @classmethod
        @functools.cache
        def __class_getitem__(cls, inner: object) -> type:
            return _Marker(f"JsonText[{inner!r}]", (JsonText,), {"inner": inner})


def dec_hook(kind: object, value: object) -> object:
    """Read one JSON value as a wire type; msgspec calls this. ValueError says that it does not fit.

    The first branches repeat what `READERS` says: catalogue pages consist of little else, and a
    second function call per value costs a tenth of such a page.
    """
    if type(value) is str and kind in _AMOUNTS:
        try:
            amount = _amount(value)
        except ArithmeticError:
            return READERS[kind](value)
        if amount.is_finite():
            return _PriceRange(amount, amount) if kind is PriceRange else amount
    elif kind is EpochTime and type(value) is int:
        try:
            return _EPOCH + value * _MILLISECOND
        except OverflowError:
            raise ValueError("a time out of range") from None
    read = READERS.get(kind)
    return read(value) if read is not None else _read_json_text(inner_of(kind), value)


def inner_of(kind: object) -> object:
    """What a `JsonText` contains, ``list[str]`` for ``JsonText[list[str]]``."""
    inner: object = getattr(kind, "inner", None)
    if inner is None:
        raise NotImplementedError(f"{kind!r} is not a wire type")
    return inner


def plain_json(data: bytes | str) -> Any:
    """Decode to dicts, lists, texts and exact numbers."""
    return _PLAIN.decode(data)


def _exact(digits: str) -> Decimal | str:
    try:
        return Decimal(digits)
    except InvalidOperation:  # an exponent that no Decimal can have
        return digits


_PLAIN: Final = msgspec.json.Decoder(float_hook=_exact)


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a decoded JSON value is an object."""
    return type(value) is dict


def is_array(value: object) -> TypeGuard[list[Any]]:
    """Whether a decoded JSON value is an array."""
    return type(value) is list


def read_number(value: object) -> Decimal:
    """A finite number from a JSON number or text; ValueError for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError("not a number")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise ValueError("not a number") from None
    if not number.is_finite():
        raise ValueError("not a finite number")
    return number


def read_integer(value: object) -> int:
    """A whole number from a JSON number or text, every digit kept; ValueError for anything else."""
    if type(value) is int:
        return value
    number = read_number(value)
    if number.adjusted() >= _LONGEST_NUMBER or number != number.to_integral_value():
        raise ValueError("not a whole number")
    return int(number)


def words(text: str) -> list[str]:
    """The parts of a comma list such as ``a, b`` or ``[a, b]``; ValueError for broken JSON."""
    text = text.strip()
    if _BROKEN_JSON.match(text):
        raise ValueError("JSON that is cut off or malformed")
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    return [word for part in text.split(",") if (word := part.strip())]


def epoch_ms(value: datetime | int) -> int:
    """Milliseconds since 1970-01-01 UTC, as request parameters want them.

    Args:
        value: An aware datetime, or milliseconds already.

    Raises:
        ValueError: The datetime has no zone.
    """
    if isinstance(value, datetime):
        return (_aware(value) - _EPOCH) // _MILLISECOND
    return value


def epoch_s(value: datetime | int) -> int:
    """Whole seconds since 1970-01-01 UTC, as a few request parameters want them.

    Args:
        value: An aware datetime, or seconds already.

    Raises:
        ValueError: The datetime has no zone, or the number must be milliseconds.
    """
    if isinstance(value, datetime):
        return (_aware(value) - _EPOCH) // _SECOND
    if value >= _MUST_BE_MILLISECONDS:
        raise ValueError("seconds are due, and this must be milliseconds")
    return value


def clock_text(value: datetime, zone: str, pattern: str) -> str:
    """A moment as the text that a request parameter wants.

    Args:
        value: An aware datetime.
        zone: The zone of the text: an offset such as ``+08:00``, or ``UTC``.
        pattern: Format of `datetime.strftime`.

    Raises:
        ValueError: The datetime has no zone, or ``zone`` is not an offset.
    """
    return _aware(value).astimezone(_zone(zone)).strftime(pattern)


# ------------------------------------------------------------------------------------- readers

# Decimal(text) parses keywords and asks for the thread's context first; this does neither.
_amount: Final = Context(
    prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[InvalidOperation, Inexact]
).create_decimal

_NUMBER: Final = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)"
_SPAN: Final = re.compile(rf"({_NUMBER})\s*(?:--?|[–—~])\s*({_NUMBER})")
_BROKEN_JSON: Final = re.compile(r'\{|\[\s*["{\[]')

R = TypeVar("R", bound=Range)


def _read_range(kind: type[R], value: object) -> R | None:
    if type(value) is str:
        return _span(kind, value)
    if is_object(value):  # what msgspec writes for a Range
        return _ordered(kind, read_number(value.get("low")), read_number(value.get("high")))
    amount = read_number(value)
    return kind(amount, amount)


def _span(kind: type[R], text: str) -> R | None:
    text = text.strip()
    if not text:
        return None
    if ends := _SPAN.fullmatch(text):
        return _ordered(kind, Decimal(ends[1]), Decimal(ends[2]))
    amount = read_number(text)
    return kind(amount, amount)


def _ordered(kind: type[R], one: Decimal, other: Decimal) -> R:
    return kind(one, other) if one <= other else kind(other, one)


def _read_amount(value: object) -> Decimal | None:
    if type(value) is Decimal:  # a JSON number with a fraction, which is always finite
        return value
    if type(value) is str and not value.strip():
        return None
    return read_number(value)


def _read_numeric_id(value: object) -> str:
    if type(value) is str and value.strip():
        return value
    return str(read_integer(value))


def _read_time(zone: tzinfo, offset: str, value: object) -> datetime | None:
    if type(value) is not str:
        return _moment(read_integer(value))
    if len(value) == 19:  # "2021-10-12 01:33:00", by far the most common
        try:
            return datetime.fromisoformat(value + offset)
        except ValueError:
            pass  # other spellings have 19 characters too
    text = value.strip()
    if not text:
        return None
    if text.lstrip("-").isdecimal() and len(text) != 8:  # eight digits are a date
        return _moment(int(text))
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def _moment(milliseconds: int) -> datetime:
    try:
        return _EPOCH + milliseconds * _MILLISECOND
    except OverflowError:
        raise ValueError("a time out of range") from None


def _read_json_text(inner: object, value: object) -> object:
    if type(value) is not str:
        return msgspec.convert(value, inner, strict=False, dec_hook=dec_hook)
    if not value.strip():
        return None
    try:
        return _text_decoder(inner).decode(value)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError as error:
        if inner != list[str]:
            raise msgspec.ValidationError("the text is no JSON") from error
    return words(value)


@functools.cache
def _text_decoder(inner: object) -> msgspec.json.Decoder[object]:
    return msgspec.json.Decoder(inner, dec_hook=dec_hook, float_hook=Decimal, strict=False)


def _aware(value: datetime) -> datetime:
    if value.utcoffset() is None:
        raise ValueError(
            f"{value.isoformat()} has no time zone, so it is not a moment;"
            " give an aware datetime, such as datetime.now(UTC)"
        )
    return value


@functools.cache
def _zone(offset: str) -> tzinfo:
    if offset == "UTC":
        return UTC
    zone = datetime.fromisoformat(f"2000-01-01T00:00:00{offset}").tzinfo
    if zone is None:
        raise ValueError(f"{offset!r} is not an offset such as +08:00")
    return zone


_AMOUNTS: Final[frozenset[object]] = frozenset({PriceRange, Money, Number})

READERS: Final[dict[object, Callable[[object], object]]] = {
    Money: _read_amount,
    Number: _read_amount,
    NumericId: _read_numeric_id,
    Secret: _read_numeric_id,
    PriceRange: functools.partial(_read_range, _PriceRange),
    WeightRange: functools.partial(_read_range, _WeightRange),
    UtcTime: functools.partial(_read_time, UTC, "+00:00"),
    BeijingTime: functools.partial(_read_time, BEIJING, "+08:00"),
    EpochTime: functools.partial(_read_time, UTC, "+00:00"),
    object: lambda value: value,  # any JSON; msgspec asks the hook for it
}
