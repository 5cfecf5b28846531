"""PURE: what is kept of a row of a list? Its id, its moment, its line, and a hash of what may change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

_ENCODER = msgspec.json.Encoder()
_HASH = 8  # bytes: an SQLite integer


UNDATED = -1
"""The place of a product without a creation time."""


class Key(NamedTuple):
    """Where a product stands in the state: by its creation time, as in the list, then by its id.

    Rows of a page stand side by side in this order. By id alone each row of a page would change
    another page of the file, which costs three times as much.

    Attributes:
        place: Creation time, milliseconds since 1970; `UNDATED` for none.
        pid: Id of the product.
    """

    place: int
    pid: str


class Row(NamedTuple):
    """One row, ready to be stored.

    Attributes:
        pid: Id of the product.
        created: Creation time, milliseconds since 1970.
        hash: Of the fields that are watched.
        body: The whole row as a JSON object.
    """

    pid: str
    created: int | None
    hash: int
    body: bytes

    @property
    def key(self) -> Key:
        """Where the product stands in the state."""
        return Key(UNDATED if self.created is None else self.created, self.pid)


def rows_of(
    models: Sequence[Any],
    times: Sequence[int | None],
    *,
    pid: Callable[[Any], str],
    watched: Callable[[Any], Any],
) -> list[Row]:
    """The rows of a page.

    Args:
        models: The decoded rows.
        times: Their creation times.
        pid: Reads the id.
        watched: Reads the fields whose change counts.
    """
    encode = _ENCODER.encode
    return [
        Row(pid(model), time, hash_of(encode(watched(model))), encode(model))
        for model, time in zip(models, times, strict=True)
    ]


def hash_of(body: bytes) -> int:
    """64 bits, signed."""
    return int.from_bytes(blake2b(body, digest_size=_HASH).digest(), "big", signed=True)


def lines_of(rows: Iterable[tuple[str, bytes]], *, run: int, seen: str) -> bytes:
    """The lines that sinks get: a change and a row each."""
    heads = {
        change: f'{{"_change":"{change}","_run":{run},"_seen":"{seen}",'.encode()
        for change in ("new", "changed", "removed")
    }
    return b"".join(heads[change] + body[1:] + b"\n" for change, body in rows)
