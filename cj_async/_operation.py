"""What an operation is: plain data, generated from the spec."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, Literal, TypeVar

T = TypeVar("T")


class Effect(Enum):
    """What it means to send an operation twice; decides what may be repeated after a lost answer."""

    READ = "read"
    IDEMPOTENT = "idempotent"
    WRITE = "write"
    PAY = "pay"
    TOKEN = "token"


Kind = Literal["text", "integer", "number", "boolean", "array", "epoch_ms", "clock", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter: its two names, where it travels and which values are allowed.

    ``clock`` is a time written as text in ``zone`` (an offset such as ``+08:00``) with ``pattern``.
    """

    name: str
    python: str
    place: Literal["query", "body"]
    kind: Kind = "text"
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str | int, ...] = ()
    most: int | None = None
    items: Kind = "text"
    joined: bool = False
    zone: str = ""
    pattern: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """How a list is walked: request parameters, and where the answer holds what a page needs.

    ``items`` is a path of attributes of the decoded answer; every part but the last is a list of
    groups (``("content", "product_list")``), so that grouped answers are flattened. ``fields`` are
    the JSON names of the same path.
    """

    page: str
    size: str
    items: tuple[str, ...]
    fields: tuple[str, ...]
    number: str
    page_size: str
    total: str
    default_size: int
    cap: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Generic[T]):
    """One operation of the API: a generated one, or one made up for ``CJClient.request``.

    ``T`` is what a caller gets: the decoded ``data`` of the answer, of type ``result``.
    """

    id: str
    method: str
    path: str
    result: Any
    effect: Effect
    points: int = 0
    auth: bool = True
    nullable: bool = False
    parameters: tuple[Parameter, ...] = ()
    one_of: tuple[tuple[str, ...], ...] = ()
    paging: Paging | None = None
    how_to_find_out: str = ""
