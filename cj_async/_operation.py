"""What an operation is: plain data, generated from the spec."""

from __future__ import annotations

from enum import Enum
from typing import Any, Generic, Literal, TypeVar

import msgspec

T = TypeVar("T")


class Effect(Enum):
    """What it means to send an operation twice; decides what may be repeated after a lost answer."""

    READ = "read"
    IDEMPOTENT = "idempotent"
    WRITE = "write"
    PAY = "pay"
    TOKEN = "token"


Scalar = Literal["text", "integer", "number", "boolean", "epoch_ms", "epoch_s", "clock"]
Kind = Scalar | Literal["array", "object", "json", "file"]
Choice = str | int | bool


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What must hold between the parameters of a call, or between the fields of an object in it.

    ``when`` names a parameter and the values of it that make the rule hold, ``unless`` those that lift
    it; a rule without either always holds.
    """

    kind: Literal["exactly one", "at least one", "required", "forbidden"]
    names: tuple[str, ...]
    when: tuple[str, tuple[Choice, ...]] | None = None
    unless: tuple[str, tuple[Choice, ...]] | None = None
    reason: str = ""


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter: its two names, where it travels and which values are allowed.

    ``clock`` is a time written as text in ``zone`` (an offset such as ``+08:00``) with ``pattern``.
    ``whole body`` is a parameter that is the body, instead of a field of it. An ``object`` has
    ``fields`` and ``rules`` of its own; so has each item of an ``array`` of them.
    """

    name: str
    python: str
    place: Literal["query", "body", "whole body", "header"]
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
    fields: tuple[Parameter, ...] = ()
    rules: tuple[Rule, ...] = ()


class Paging(msgspec.Struct, frozen=True, kw_only=True):
    """How a list is walked: request parameters, and where the answer holds what a page needs.

    ``items`` is a path of attributes of the decoded answer; a part before the last is an object, or a
    list of groups (``("content", "product_list")``), so that grouped answers are flattened. ``fields``
    are the JSON names of the same path. ``number``, ``page_size`` and ``total`` may be paths too
    (``page_data.total``).
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


class Operation(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One operation of the API: a generated one, or one made up for ``CJClient.request``.

    ``T`` is what a caller gets: the decoded ``data`` of the answer, of type ``result``. ``refusal`` is
    the type of the ``data`` of a refusal that explains itself. ``pays_when`` names a field of the body
    and the values with which the call moves money.
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
    body: Literal["none", "json", "form"] = "none"
    rules: tuple[Rule, ...] = ()
    pays_when: tuple[str, tuple[Choice, ...]] | None = None
    refusal: Any = None
    paging: Paging | None = None
    how_to_find_out: str = ""
