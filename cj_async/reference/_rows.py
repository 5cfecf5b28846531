"""The rows of the tables: what each kind of them knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, Literal, TypeVar

from msgspec import Struct

from cj_async.reference._table import Asked, Table

Code = TypeVar("Code", int, str)
Evidence = Literal["documented", "assumed"]
"""``documented``: CJ says so. ``assumed``: nobody says so; the note of the row tells why it is believed."""


class Entry(Struct, Generic[Code], frozen=True, eq=False, kw_only=True):
    """A code with what it means. It equals its plain code, as an answer has it: ``entry == "SHIPPED"``."""

    code: Code
    """The code, as answers have it."""
    name: str
    """A short name in English."""
    meaning: str = ""
    """What it means, in a sentence; empty where the documentation gives no more than the code."""
    also: tuple[str, ...] = ()
    """Other spellings that find it."""
    note: str = ""
    """Where sources disagree or are silent: what was decided, and when."""

    @property
    def label(self) -> str:
        """Code and name, for messages."""
        return str(self.code) if str(self.code) == self.name else f"{self.code} ({self.name})"

    @property
    def codes(self) -> tuple[int | str, ...]:
        """What it is found by first."""
        return (self.code,)

    @property
    def names(self) -> tuple[str, ...]:
        """What else it is found by."""
        return (self.name, *self.also)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Entry):
            other = other.codes[0]
        alike = isinstance(other, type(self.code)) and not isinstance(other, bool)
        return alike and other == self.code

    def __hash__(self) -> int:
        return hash(self.code)

    def __str__(self) -> str:
        return str(self.code)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code!r})"


class Change(Struct, frozen=True, kw_only=True):
    """One state that may directly follow another."""

    to: int | str
    """Code of the state that follows."""
    by: str
    """What makes the difference: an operation, or an event."""
    evidence: Evidence
    """Whether that is documented or assumed."""
    note: str = ""
    """Why it is assumed, and when that was decided."""


class OrderStatus(Entry[str], frozen=True, eq=False, kw_only=True):
    """Where an order stands."""

    is_paid: bool | None
    """Whether such an order was paid; ``None`` where the status does not tell (a cancelled order)."""
    is_terminal: bool
    """Whether no other status is known to follow."""
    filter_only: bool
    """Whether it is a word for the filter of ``orders.list`` and no state."""
    changes: tuple[Change, ...] = ()
    """The states that may directly follow, each with its evidence."""
    numbers: tuple[int, ...] = ()
    """The numbers that stand for it (``sandbox_statuses``), which find it too."""

    @property
    def codes(self) -> tuple[int | str, ...]:
        """The text, then the numbers."""
        return (self.code, *self.numbers)

    @property
    def next(self) -> tuple[OrderStatus, ...]:
        """The states that may directly follow."""
        table = _order_statuses()
        return tuple(table[change.to] for change in self.changes)

    def can_become(self, other: Asked) -> bool:
        """Whether the other status may directly follow this one; ``evidence`` says how sure that is."""
        return self.evidence(other) is not None

    def evidence(self, other: Asked) -> Evidence | None:
        """How sure it is that the other status may directly follow; ``None``: it is not known to."""
        return _evidence(self.changes, _order_statuses().find(other))

    def leads_to(self, other: Asked) -> bool:
        """Whether the other status may follow at some time, directly or not.

        Messages overtake each other: what does not lead from the known status to the new one is old news.
        """
        target = _order_statuses().find(other)
        seen: set[OrderStatus] = set()
        ahead = list(self.next)
        while ahead:
            status = ahead.pop()
            if status not in seen:
                seen.add(status)
                ahead.extend(status.next)
        return target in seen


class SandboxStatus(Entry[int], frozen=True, eq=False, kw_only=True):
    """Where a sandbox order stands, as a number."""

    is_terminal: bool
    """Whether nothing follows."""
    order_status: str | None = None
    """The text for the same state; ``None`` where the documentation has none."""
    equated: Evidence | None = None
    """Whether it is documented that text and number are the same."""
    changes: tuple[Change, ...] = ()
    """The number that may directly follow, with its evidence."""

    @property
    def next(self) -> tuple[SandboxStatus, ...]:
        """The numbers that may directly follow: ``sandbox.update_status`` takes no other."""
        table = _sandbox_statuses()
        return tuple(table[change.to] for change in self.changes)

    def can_become(self, other: Asked) -> bool:
        """Whether the other number may directly follow this one."""
        return _evidence(self.changes, _sandbox_statuses().find(other)) is not None


class TrackingStatus(Entry[int], frozen=True, eq=False, kw_only=True):
    """How far a parcel is."""

    is_delivered: bool
    """Whether the customer has it."""
    is_terminal: bool | None
    """Whether nothing is to be expected after it; ``None`` where that is not certain."""


class Tier(Entry[str], frozen=True, eq=False, kw_only=True):
    """A tier of accounts and what such an account may call."""

    levels: tuple[int, ...]
    """The sales levels that count like it."""
    requests_per_second: int
    """Requests a second, of the whole account."""
    product_lists_per_day: int | None = None
    """Calls of ``products.list`` a day, before points replaced that limit; ``None``: no such limit."""
    subscriptions: Mapping[int, int]
    """Products that may be subscribed to for messages, by sales level."""


class Country(Struct, frozen=True, kw_only=True):
    """A country or territory."""

    alpha2: str
    """Two letters, as CJ wants them."""
    alpha3: str | None = None
    """Three letters; ``None`` for Kosovo."""
    numeric: int | None = None
    """The number; ``None`` for Kosovo."""
    name: str
    """The everyday name in English."""
    cj_name: str
    """The name as CJ spells it, cut and starred as it may be."""
    chinese_name: str
    """The name in Chinese, as CJ has it."""
    also: tuple[str, ...] = ()
    """Other codes and names that find it; not from CJ's documentation."""
    note: str = ""
    """Where the documentation is odd: how, and what was decided when."""

    @property
    def label(self) -> str:
        """Name and code, for messages."""
        return f"{self.name} ({self.alpha2})"

    @property
    def codes(self) -> tuple[int | str, ...]:
        """The codes that it has."""
        found = (self.alpha2, self.alpha3, self.numeric)
        return tuple(code for code in found if code is not None)

    @property
    def names(self) -> tuple[str, ...]:
        """What else it is found by."""
        return (self.name, self.cj_name, self.chinese_name, *self.also)


def _evidence(
    changes: tuple[Change, ...], target: OrderStatus | SandboxStatus | None
) -> Evidence | None:
    return next((change.evidence for change in changes if target == change.to), None)


def _order_statuses() -> Table[OrderStatus]:
    from cj_async.reference._data import order_statuses

    return order_statuses


def _sandbox_statuses() -> Table[SandboxStatus]:
    from cj_async.reference._data import sandbox_statuses

    return sandbox_statuses
