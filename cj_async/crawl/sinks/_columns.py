"""Which columns does a table of a model have, and what stands in them for each line?"""

from __future__ import annotations

import functools
import types
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Annotated, Any, Final, Literal, TypeAlias, Union, get_args, get_origin

import msgspec

from cj_async._wire import (
    BeijingTime,
    EpochTime,
    JsonText,
    Money,
    Number,
    NumericId,
    PriceRange,
    Secret,
    UtcTime,
    WeightRange,
)

ColumnType = Literal["text", "texts", "integer", "flag", "decimal", "time", "json"]
"""``decimal`` and ``time`` hold text as it stands in the line, ``json`` holds JSON as text."""

Cell: TypeAlias = str | int | list[str | None] | None

Misfits: TypeAlias = Counter[str]
"""How many values of each column did not fit, and became ``None``."""


class Column(msgspec.Struct, frozen=True):
    """A column of a table.

    Attributes:
        name: CJ's name of the field; the ends of a range add ``Low`` and ``High`` to it.
        type: What its cells are.
    """

    name: str
    type: ColumnType


class Layout:
    """The columns of a model, and how to fill them from lines."""

    def __init__(self, model: type[msgspec.Struct]) -> None:
        fields: dict[str, _Shape] = {"_change": "text", "_run": "integer", "_seen": "time"}
        fields |= {each.encode_name: _shape(each.type) for each in msgspec.structs.fields(model)}
        self._fields: list[tuple[str, str, _Shape]] = [
            (f"f{number}", *field) for number, field in enumerate(fields.items())
        ]
        self.columns: tuple[Column, ...] = tuple(
            column for _, name, shape in self._fields for column in _columns(name, shape)
        )
        self._row: Callable[..., object] = _row_type(self._fields)
        self._decoder = msgspec.json.Decoder(self._row)

    def fill(self, lines: bytes, misfits: Misfits) -> list[Sequence[Cell]]:
        """The cells of each column, one for each line.

        Args:
            lines: JSON objects, each ended by a newline.
            misfits: Counts the values that did not fit; they are ``None``.
        """
        rows = self._rows(lines, misfits)
        filled: list[Sequence[Cell]] = []
        for attribute, _, shape in self._fields:
            values = list(map(attrgetter(attribute), rows))
            filled += _SPREAD[shape](values) if shape in _SPREAD else [values]
        return filled

    def _rows(self, lines: bytes, misfits: Misfits) -> list[Any]:
        try:
            return self._decoder.decode_lines(lines)
        except msgspec.ValidationError:  # some value does not fit; which one is seen one by one
            return [self._row_of(line, misfits) for line in lines.splitlines()]

    def _row_of(self, line: bytes, misfits: Misfits) -> object:
        raw = _RAW.decode(line)
        values: dict[str, object] = {}
        for attribute, name, shape in self._fields:
            if name in raw:
                try:
                    values[attribute] = _DECODERS[shape].decode(raw[name])
                except msgspec.ValidationError:
                    misfits[name] += 1
        return self._row(**values)


@functools.cache
def layout_of(model: type[msgspec.Struct]) -> Layout:
    """Returns the layout of a model, always the same one."""
    return Layout(model)


class _Span(msgspec.Struct, gc=False):
    low: str | None = None
    high: str | None = None


_Shape: TypeAlias = ColumnType | Literal["span"]
"""What a field comes to; ``span`` is a range, which makes two columns."""

_SHAPES: Final[dict[object, _Shape]] = {
    str: "text",
    NumericId: "text",
    Secret: "text",
    bool: "flag",
    int: "integer",
    Money: "decimal",
    Number: "decimal",
    Decimal: "decimal",
    UtcTime: "time",
    BeijingTime: "time",
    EpochTime: "time",
    datetime: "time",
    PriceRange: "span",
    WeightRange: "span",
    list[str]: "texts",
    JsonText[list[str]]: "texts",
}

_BITS_63: Final = 2**63
_Integer: TypeAlias = Annotated[int, msgspec.Meta(ge=-_BITS_63, le=_BITS_63 - 1)] | None
_TYPES: Final[dict[_Shape, Any]] = {
    "text": str | None,
    "texts": list[str | None] | None,
    "integer": _Integer,
    "flag": bool | None,
    "decimal": str | None,
    "time": str | None,
    "json": msgspec.Raw,
    "span": _Span | None,
}
_DECODERS: Final[dict[_Shape, msgspec.json.Decoder[Any]]] = {
    shape: msgspec.json.Decoder(kind) for shape, kind in _TYPES.items()
}
_RAW: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


def _shape(annotation: object) -> _Shape:
    """What an annotation such as ``Money | None`` or ``Literal["1", "2"] | str`` comes to."""
    if get_origin(annotation) in (Union, types.UnionType):
        shapes: set[_Shape] = {
            _shape(kind) for kind in get_args(annotation) if kind is not types.NoneType
        }
        return shapes.pop() if len(shapes) == 1 else "json"
    if get_origin(annotation) is Literal:
        return "text" if all(isinstance(each, str) for each in get_args(annotation)) else "json"
    return _SHAPES.get(annotation, "json")


def _columns(name: str, shape: _Shape) -> list[Column]:
    if shape == "span":
        return [Column(f"{name}Low", "decimal"), Column(f"{name}High", "decimal")]
    return [Column(name, shape)]


def _row_type(fields: list[tuple[str, str, _Shape]]) -> Callable[..., object]:
    """A Struct that reads a line at full speed; nested values stay the JSON they are."""
    return msgspec.defstruct(
        "Row",
        [
            (attribute, _TYPES[shape], _NO_JSON if shape == "json" else None)
            for attribute, _, shape in fields
        ],
        rename={attribute: name for attribute, name, _ in fields},
        gc=False,
    )


_NO_JSON: Final = msgspec.Raw(b"null")


def _ends(values: list[_Span | None]) -> list[Sequence[Cell]]:
    return [
        [value.low if value is not None else None for value in values],
        [value.high if value is not None else None for value in values],
    ]


def _json_texts(values: list[msgspec.Raw]) -> list[Sequence[Cell]]:
    return [[None if (text := bytes(each)) == b"null" else text.decode() for each in values]]


_SPREAD: Final[dict[_Shape, Callable[[list[Any]], list[Sequence[Cell]]]]] = {
    "span": _ends,
    "json": _json_texts,
}
