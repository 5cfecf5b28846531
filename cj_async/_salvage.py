"""The second look at an answer that did not decode: what survives, field by field.

A type is compiled once into functions that walk plain JSON values. CJ's usual habits (a number for
text, text for a number, ``""`` for nothing, one object for a list of one) are mended without a
word. What fits nothing raises `Misfit`: the field around it becomes ``None``, or the row of the
list is left out, and the misfit is noted once per field.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar, get_origin, get_type_hints

import msgspec
from msgspec import UNSET, UnsetType, inspect

from cj_async._wire import (
    READERS,
    UtcTime,
    dec_hook,
    inner_of,
    is_array,
    is_object,
    plain_json,
    read_integer,
    read_number,
    words,
)

Notes: TypeAlias = dict[str, str]
"""What fitted nothing: name of the field, such as ``Product.pid``, and the JSON type that came."""

Mend: TypeAlias = Callable[[Any, Notes], Any]


class Misfit(Exception):
    """A value fits nothing that its place could mean."""


def mender(kind: Any) -> Mend:
    """Compile a type into the function that mends a plain JSON value of it, or raises `Misfit`."""
    return _Compiler().compiled(inspect.type_info(kind), "$")


_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def _text(value: Any, _: Notes) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return str(value)
    raise Misfit


def _integer(value: Any, _: Notes) -> int:
    return _read(read_integer, value)


def _decimal(value: Any, _: Notes) -> Decimal:
    return _read(read_number, value)


def _float(value: Any, _: Notes) -> float:
    number = float(_read(read_number, value))
    if math.isinf(number):
        raise Misfit
    return number


def _flag(value: Any, _: Notes) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and (word := value.strip().lower()) in {"false", "true"}:
        return word == "true"
    number = _read(read_integer, value)
    if number not in {0, 1}:
        raise Misfit
    return number == 1


def _nothing(value: Any, _: Notes) -> None:
    if value is not None:
        raise Misfit


def _anything(value: Any, _: Notes) -> Any:
    if value is UNSET:
        raise Misfit
    return value


def _raw(value: Any, notes: Notes) -> msgspec.Raw:
    return msgspec.Raw(_ENCODER.encode(_anything(value, notes)))


A = TypeVar("A")
R = TypeVar("R")


def _read(reader: Callable[[A], R | None], value: A) -> R:
    """What the reader makes of it; a blank is a misfit here, `_optional` knows that it is none."""
    try:
        result = reader(value)
    except ValueError:
        raise Misfit from None
    if result is None:
        raise Misfit
    return result


_SCALARS: Final[dict[type[inspect.Type], Mend]] = {
    inspect.StrType: _text,
    inspect.IntType: _integer,
    inspect.DecimalType: _decimal,
    inspect.FloatType: _float,
    inspect.BoolType: _flag,
    inspect.NoneType: _nothing,
    inspect.AnyType: _anything,
    inspect.RawType: _raw,
    inspect.DateTimeType: lambda value, _: _read(READERS[UtcTime], value),
}


# --------------------------------------------------------------------------- what contains others


class _Field(NamedTuple):
    name: str
    json_name: str
    path: str
    mend: Mend
    as_is: frozenset[type]
    required: bool
    nullable: bool
    essential: bool


class _Compiler:
    """Compiles one type; remembers Structs, so that a type may contain itself."""

    def __init__(self) -> None:
        self._structs: dict[Any, Mend] = {}

    def compiled(self, info: inspect.Type, path: str) -> Mend:
        """``path`` names the field that the value belongs to."""
        if type(info) in _SCALARS:
            return _SCALARS[type(info)]
        match info:
            case inspect.StructType():
                return self._struct(info)
            case inspect.UnionType():
                return self._union(info, path)
            case inspect.ListType():
                takes_one = isinstance(info.item_type, _OBJECTS)
                return _list(self.compiled(info.item_type, path), path, takes_one)
            case inspect.DictType():
                key = self.compiled(info.key_type, path)
                return _dict(key, self.compiled(info.value_type, path), path)
            case inspect.LiteralType():
                return _literal(info.values)
            case inspect.CustomType():
                return self._wire_type(info.cls, path)
            case _:
                raise TypeError(f"{path}: {info!r} is not a type that answers may have")

    def _struct(self, info: inspect.StructType) -> Mend:
        known = self._structs.get(info.cls)
        if known is None:
            fields: list[_Field] = []
            known = self._structs[info.cls] = _struct(info, fields)
            fields.extend(self._field(_class_of(info), field) for field in info.fields)
        return known

    def _field(self, owner: type[msgspec.Struct], field: inspect.Field) -> _Field:
        path = f"{owner.__name__}.{field.encode_name}"
        return _Field(
            name=field.name,
            json_name=field.encode_name,
            path=path,
            mend=self.compiled(field.type, path),
            as_is=_as_is(field.type),
            required=field.required,
            nullable=isinstance(field.type, inspect.UnionType) and field.type.includes_none,
            essential=_is_payload(owner, field.name),
        )

    def _union(self, info: inspect.UnionType, path: str) -> Mend:
        choices = [choice for choice in info.types if not isinstance(choice, inspect.NoneType)]
        others = {kind for choice in choices for kind in _JSON_TYPES.get(type(choice), ())}
        mends = [
            (_python_types(choice), self.compiled(choice, path))
            for choice in choices
            if not (isinstance(choice, inspect.LiteralType) and _python_types(choice) <= others)
        ]
        mend = mends[0][1] if len(mends) == 1 else _first_fit(mends)
        return _optional(mend) if info.includes_none else mend

    def _wire_type(self, kind: Any, path: str) -> Mend:
        if kind is object:
            return _anything
        if kind in READERS:
            reader = partial(dec_hook, kind)
            return lambda value, _: _read(reader, value)
        return _json_text(self.compiled(inspect.type_info(inner_of(kind)), path))


def _struct(info: inspect.StructType, fields: list[_Field]) -> Mend:
    build, tag_field, tag = _class_of(info), info.tag_field, info.tag

    def mend(value: Any, notes: Notes) -> Any:
        if not is_object(value) or (tag_field and value.get(tag_field, tag) != tag):
            raise Misfit
        kept: dict[str, Any] = {}
        for field in fields:
            name, json_name, _, mend_field, as_is, required, _, _ = field
            part = value.get(json_name, UNSET)
            if type(part) in as_is:
                kept[name] = part
            elif part is not UNSET or required:
                try:
                    kept[name] = mend_field(part, notes)
                except Misfit:
                    if _becomes_none(field, part, notes):
                        kept[name] = None
        return build(**kept)

    return mend


def _becomes_none(field: _Field, part: object, notes: Notes) -> bool:
    """Notes a misfit. False: the field's default takes its place; Misfit: nothing can."""
    if field.nullable or field.required or not _is_blank(part):
        notes.setdefault(field.path, _json_type(part))
    if field.essential or (field.required and not field.nullable):
        raise Misfit
    return field.nullable


def _is_payload(owner: type[msgspec.Struct], name: str) -> bool:
    """Whether the field is what a generic Struct is made for, such as ``data`` of ``Envelope[T]``.

    Without it the whole is worthless; ``None`` in its place would read as "there is no such thing".
    """
    if not getattr(owner, "__parameters__", ()):
        return False
    hint = get_type_hints(owner)[name]
    return isinstance(hint, TypeVar) or bool(getattr(hint, "__parameters__", ()))


def _list(mend_item: Mend, path: str, takes_one: bool) -> Mend:
    def mend(value: Any, notes: Notes) -> list[Any]:
        rows = [value] if takes_one and is_object(value) else value
        if not is_array(rows):
            raise Misfit
        kept: list[Any] = []
        for row in rows:
            try:
                kept.append(mend_item(row, notes))
            except Misfit:
                notes.setdefault(path, f"{_json_type(row)} in a list")
        if rows and not kept:  # nothing fits: that is not an empty list
            notes[path] = "array of nothing that fits"
            raise Misfit
        return kept

    return mend


def _dict(mend_key: Mend, mend_value: Mend, path: str) -> Mend:
    def mend(value: Any, notes: Notes) -> dict[Any, Any]:
        if not is_object(value):
            raise Misfit
        kept: dict[Any, Any] = {}
        for key, item in value.items():
            try:
                kept[mend_key(key, notes)] = mend_value(item, notes)
            except Misfit:
                notes.setdefault(path, f"{_json_type(item)} in a map")
        if value and not kept:
            raise Misfit
        return kept

    return mend


def _optional(mend_value: Mend) -> Mend:
    def mend(value: Any, notes: Notes) -> Any:
        if value is None:
            return None
        try:
            return mend_value(value, notes)
        except Misfit:
            if _is_blank(value):
                return None
            raise

    return mend


def _first_fit(choices: list[tuple[set[type], Mend]]) -> Mend:
    """Tries the choices that JSON writes like the value, then all of them."""

    def mend(value: Any, notes: Notes) -> Any:
        alike = [choice for kinds, choice in choices if type(value) in kinds]
        for choice in (*alike, *(choice for _, choice in choices)):
            own_notes: Notes = {}
            try:
                result = choice(value, own_notes)
            except Misfit:
                continue
            notes.update(own_notes)
            return result
        raise Misfit

    return mend


def _literal(values: Iterable[object]) -> Mend:
    by_text = {str(value): value for value in values}

    def mend(value: Any, notes: Notes) -> object:
        text = _text(value, notes)
        if text not in by_text:
            raise Misfit
        return by_text[text]

    return mend


def _json_text(mend_inner: Mend) -> Mend:
    def opened(value: Any) -> Any:
        if not isinstance(value, str) or _is_blank(value):
            return value
        try:
            inside = plain_json(value)
        except msgspec.DecodeError:
            inside = None
        if is_array(inside) or is_object(inside):
            return inside
        is_text_again = isinstance(inside, str) and inside != value  # JSON inside JSON inside text
        return opened(inside) if is_text_again else _read(words, value)

    return lambda value, notes: mend_inner(opened(value), notes)


_JSON_TYPES: Final[dict[type[inspect.Type], tuple[type, ...]]] = {
    inspect.StrType: (str,),
    inspect.IntType: (int,),
    inspect.FloatType: (int, Decimal),
    inspect.DecimalType: (int, Decimal),
    inspect.BoolType: (bool,),
    inspect.ListType: (list,),
    inspect.DictType: (dict,),
    inspect.StructType: (dict,),
    inspect.NoneType: (type(None),),
}
_READY: Final = (inspect.StrType, inspect.IntType, inspect.BoolType, inspect.NoneType)
_OBJECTS: Final = (inspect.StructType, inspect.DictType, inspect.AnyType, inspect.UnionType)
_JSON_NAMES: Final[dict[type, str]] = {
    bool: "boolean",
    str: "string",
    list: "array",
    dict: "object",
    type(None): "null",
    UnsetType: "missing",
}


def _python_types(choice: inspect.Type) -> set[type]:
    if isinstance(choice, inspect.LiteralType):
        return {type(value) for value in choice.values}
    return set(_JSON_TYPES.get(type(choice), ()))


def _as_is(info: inspect.Type) -> frozenset[type]:
    """What JSON gives that is right already: most of a page, so it skips the menders."""
    if isinstance(info, inspect.UnionType):
        return frozenset[type]().union(*(_as_is(choice) for choice in info.types))
    return frozenset(_JSON_TYPES[type(info)]) if isinstance(info, _READY) else frozenset()


def _class_of(info: inspect.StructType) -> Any:
    """The class itself, also of a generic one such as ``Envelope[Product]``."""
    return get_origin(info.cls) or info.cls


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and value.strip().lower() in {"", "null"})


def _json_type(value: object) -> str:
    return _JSON_NAMES.get(type(value), "number")
