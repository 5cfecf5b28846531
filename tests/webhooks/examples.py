"""The examples of messages in the spec, and what is lost between one of them and what became of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from cj_async._masking import is_list, is_mapping
from codegen.load import read_yaml

SPEC = Path(__file__).resolve().parents[2] / "spec"
EXAMPLES: dict[str, dict[str, Any]] = {
    f"{path.stem}.{name}": example["value"]
    for path in sorted((SPEC / "examples" / "messages").glob("*.yaml"))
    for name, example in read_yaml(path).items()
}
"""Every message by type and name, such as ``STOCK.update``."""


def as_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def lost(given: Any, model: msgspec.Struct) -> list[str]:
    """The places of a message that are missing, or other, in the model that was made of it."""
    return list(_lost(given, msgspec.to_builtins(model, builtin_types=(datetime, Decimal)), "$"))


def _lost(given: Any, got: Any, path: str) -> Iterator[str]:
    if is_mapping(given) and is_mapping(got):
        for name, part in given.items():
            yield from _lost(part, got.get(name), f"{path}.{name}")
    elif is_list(given) and is_list(got) and len(given) == len(got):
        for index, (part, other) in enumerate(zip(given, got, strict=True)):
            yield from _lost(part, other, f"{path}[{index}]")
    elif isinstance(given, str) and is_list(got):
        yield from _lost(json.loads(given), got, path)
    elif not _same(given, got):
        yield f"{path}: {given!r} became {got!r}"


def _same(given: Any, got: Any) -> bool:
    match got:
        case None:
            return given is None
        case datetime() if isinstance(given, int):
            return got.timestamp() * 1000 == given
        case datetime():
            naive = datetime.fromisoformat(given)
            return got in {naive.replace(tzinfo=UTC), naive.replace(tzinfo=got.tzinfo)}
        case {"low": low, "high": high}:
            return bool(low == high == Decimal(str(given)))
        case Decimal():
            return got == Decimal(str(given))
        case _:
            return type(got) in {str, type(given)} and str(given) == str(got)
