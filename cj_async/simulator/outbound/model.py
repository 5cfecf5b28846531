"""What is an outbound order? Goods of the private stock on their way to a recipient."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Stage = Literal["processing", "made", "lock failed", "ready", "submitted", "cancelled"]
"""How far it is: under way, its sub-order made, some stock missing, all of it locked, handed in,
called off."""


@dataclass(slots=True)
class OutboundLine:
    """A line: pieces of one lot; ``price`` is cents, ``locked`` of the ``quantity`` are reserved."""

    id: str
    sku: str
    vid: str
    private_order: str
    quantity: int
    price: int
    number: int
    place: int
    grams: int
    locked: int = 0

    @property
    def missing(self) -> int:
        """Pieces that are not locked."""
        return self.quantity - self.locked


@dataclass(slots=True)
class OutboundOrder:
    """An outbound order; times are seconds since 1970.

    Attributes:
        code: ``SD…``.
        number: the caller's own number.
        storage: id of the warehouse as it was given.
        pay_node: when the freight is paid: 4 before the goods go out, 5 after, 6 not at all.
        address: the recipient, by CJ's names.
        submits_itself: whether it is submitted once its stock is locked.
        task: number of the newest task that makes it; an older one does nothing any more.
        submitted: when; None while it was not.
        parent: id of the parent (shipment) order, once it was submitted.
        freight: what it costs to send, in cents, once it was submitted.
    """

    code: str
    long_id: int
    created: float
    number: str = ""
    storage: str = ""
    platform: str = ""
    store: str = ""
    pay_node: int = 0
    reason: str = ""
    reason_en: str = ""
    address: dict[str, str] = field(default_factory=dict[str, str])
    lines: list[OutboundLine] = field(default_factory=list[OutboundLine])
    submits_itself: bool = False
    stage: Stage = "processing"
    task: int = 0
    submitted: float | None = None
    parent: str = ""
    freight: int = 0

    @property
    def grams(self) -> int:
        """Weight of the parcel."""
        return sum(line.grams * line.quantity for line in self.lines)


@dataclass(slots=True)
class OutboundState:
    """The outbound orders of an account, by code, in the order in which they were made."""

    orders: dict[str, OutboundOrder] = field(default_factory=dict[str, OutboundOrder])
