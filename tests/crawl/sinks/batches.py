"""Batches as a crawl hands them to its sinks, and what the sinks made of them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from cj_async.crawl._sink import Batch, Change, Kind, Part
from cj_async.models.product import Product, ProductListItem, ProductSearchItem

SOURCE = "a state"
SEEN = "2026-11-21T10:00:00.250000Z"
MODELS: dict[Kind, tuple[type[msgspec.Struct], str]] = {
    "products": (ProductSearchItem, "id"),
    "details": (Product, "pid"),
    "stock": (ProductListItem, "pid"),
    "reviews": (ProductListItem, "pid"),
}
"""Models of the kinds, with their keys; those of ``stock`` and ``reviews`` are not the real ones."""


def line(key: str, product: str, change: Change = "new", run: int = 1, **row: Any) -> bytes:
    """A line by hand; the names of the row are CJ's."""
    values = {"_change": change, "_run": run, "_seen": SEEN, key: product, **row}
    return json.dumps(values, separators=(",", ":")).encode() + b"\n"


def line_of(row: msgspec.Struct, change: Change = "new", run: int = 1) -> bytes:
    """A line as the crawl writes it."""
    head = msgspec.json.encode({"_change": change, "_run": run, "_seen": SEEN})
    return head[:-1] + b"," + msgspec.json.encode(row)[1:] + b"\n"


def part(lines: Iterable[bytes], kind: Kind = "products") -> Part:
    model, key = MODELS[kind]
    together = list(lines)
    return Part(kind, model, key, len(together), b"".join(together))


def batch(position: int, *parts: Part, source: str = SOURCE) -> Batch:
    return Batch(source, position, parts)


def numbered(position: int, size: int = 2, kind: Kind = "products") -> Part:
    """Products that are in no other batch: they are named by the position."""
    key = MODELS[kind][1]
    return part((line(key, f"{position}-{each}") for each in range(size)), kind)


def products(position: int, size: int = 2) -> Batch:
    return batch(position, numbered(position, size))


def ids(lines: bytes) -> list[str]:
    """The products of JSON lines, in their order."""
    rows = [json.loads(each) for each in lines.splitlines()]
    return [row.get("id") or row["pid"] for row in rows]


def content(path: Path) -> bytes:
    """What is in a file of JSON lines; nothing when there is none."""
    if not path.exists():
        return b""
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def data(path: Path) -> bytes:
    """The bytes of a file."""
    return path.read_bytes()


def place(path: Path, data: bytes) -> None:
    """Puts a file there, with its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def there(path: Path) -> bool:
    """Whether there is such a file or folder."""
    return path.exists()
