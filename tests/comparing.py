"""What was lost between the JSON of an answer and the Python value that was made of it?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from cj_async import PriceRange, WeightRange
from cj_async._masking import is_list, is_mapping


def lost(given: Any, value: Any, path: str) -> Iterator[str]:
    """Walks an answer and the value made of it; gives every place where something is missing."""
    if isinstance(given, str) and _was_inside_text(value):
        given = inside(given)
    if is_mapping(given) and not is_list(value):
        yield from _lost_fields(given, value, path)
    elif is_list(value):
        rows = given if is_list(given) else [given]  # a single object in place of a list
        if len(rows) != len(value):
            yield f"{path}: {len(rows)} rows became {len(value)}"
        for index, (row, item) in enumerate(zip(rows, value, strict=False)):
            yield from lost(row, item, f"{path}[{index}]")
    elif not same(given, value):
        yield f"{path}: {given!r} became {value!r}"


def _was_inside_text(value: Any) -> bool:
    ranges = PriceRange | WeightRange
    return is_list(value) or (isinstance(value, msgspec.Struct) and not isinstance(value, ranges))


def _lost_fields(given: Mapping[object, Any], value: Any, path: str) -> Iterator[str]:
    parts = _parts(value)
    if parts is None:
        yield f"{path}: an object became {value!r}"
        return
    for name, part in given.items():
        if str(name) in parts:
            yield from lost(part, parts[str(name)], f"{path}.{name}")
        else:
            yield f"{path}.{name} is not there"


def _parts(value: Any) -> dict[str, Any] | None:
    """The fields of a model by their names in JSON, or the entries of a map."""
    if is_mapping(value):
        return {str(name): part for name, part in value.items()}
    if not isinstance(value, msgspec.Struct):
        return None
    fields = zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True)
    return {name: getattr(value, attribute) for name, attribute in fields}


def same(given: Any, value: Any) -> bool:
    """Whether a value says what the JSON said; only null and an empty text may become ``None``."""
    match value:
        case None:
            return given is None or given == ""
        case bool():
            return str(given).lower() in ({"true", "1"} if value else {"false", "0"})
        case int() | Decimal():
            return not isinstance(given, bool) and Decimal(str(given)) == value
        case PriceRange(low=low, high=high) | WeightRange(low=low, high=high):
            ends = [Decimal(part) for part in str(given).split("-")]
            return (low, high) == (ends[0], ends[-1])
        case datetime():
            return _same_moment(given, value)
        case str():
            return given == value or (type(given) is int and str(given) == value)
        case _:
            return False


def inside(text: str) -> Any:
    """What JSON inside text says; a plain word is a list of one."""
    return json.loads(text) if text[:1] in {"[", "{"} else [text]


def _same_moment(given: Any, value: datetime) -> bool:
    if value.tzinfo is None:
        return False
    if isinstance(given, int):
        return value.timestamp() * 1000 == given
    moment = datetime.fromisoformat(given)
    return moment == (value if moment.tzinfo else value.replace(tzinfo=None))
