"""What may be asked at the control desk? The fields of every query and body, checked by their types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ask:
    """What was asked: the variable parts of the path, the query, and the body as it came."""

    names: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes

    def fields(self, kind: type[T]) -> T:
        """The body, a JSON object; no body is an empty one.

        Raises:
            msgspec.DecodeError: it is none, or a field is wrong or unknown.
        """
        return msgspec.json.decode(self.body or b"{}", type=kind)

    def filter(self, kind: type[T]) -> T:
        """The query.

        Raises:
            msgspec.ValidationError: a parameter is wrong or unknown.
        """
        return msgspec.convert(dict(self.query), kind, strict=False)


class Fields(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Fields that must be known: a misspelt one is refused."""


class Nothing(Fields):
    """No field at all."""


class Taken(Fields):
    """What a snapshot is called."""

    name: Annotated[str, msgspec.Meta(min_length=1)]


class NewAccount(Fields):
    """As of ``Simulator.add_account``."""

    tier: str | float = "free"
    points: int | None = 50_000
    balance: Decimal | None = None


class AccountChange(Fields):
    """What is left out stays as it is; ``points: null`` counts them no longer."""

    tier: str | float | UnsetType = UNSET
    points: int | UnsetType | None = UNSET
    remaining: int | UnsetType = UNSET
    balance: Decimal | UnsetType = UNSET


class Advance(Fields):
    """How far the clock moves, seconds."""

    seconds: float


class Speed(Fields):
    """How many seconds pass in a real one."""

    factor: float


class OfAccount(Fields):
    """Of which account: number, place from 0, or key; the first, or all, when left out."""

    account: str | None = None


class OrderFilter(OfAccount):
    """Which orders."""

    status: str | None = None


class RequestFilter(Fields):
    """Which records; ``since`` is the number of a record, or a moment."""

    operation: str | None = None
    account: str | None = None
    status: int | None = None
    code: int | None = None
    since: int | datetime | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 100


class FaultList(Fields):
    """A fault schedule."""

    faults: list[dict[str, Any]]
    seed: int | None = None


class Firing(Fields):
    """A message of a webhook; what is left out is made up plausibly."""

    type: str
    message_type: str | None = msgspec.field(name="messageType", default=None)
    params: dict[str, Any] | None = None
    account: str | int | None = None


class Moving(Fields):
    """Where an order goes."""

    status: str


class Churning(Fields):
    """How many products come, go and change."""

    seed: int = 1
    inserted: int = 0
    deleted: int = 0
    repriced: int = 0
    restocked: int = 0


class ProductChange(Fields):
    """Another price, or stock."""

    factor: float | None = None
    cents: int | None = None
    pieces: int | None = None
    country: str = "CN"
