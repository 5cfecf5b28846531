"""The disputes of an account, and which news of its parcels were told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

DisputeStatus = Literal["PROCESSING", "COMPLETED", "CANCELLED"]
REFUND, REISSUE, REJECT = 1, 2, 3
"""How a dispute ends; the first two are also what can be asked for."""


@dataclass(slots=True)
class Disputed:
    """Pieces of a line of an order that a dispute is about."""

    line_id: str
    pieces: int


@dataclass(slots=True)
class Dispute:
    """A complaint about an order; amounts are cents, times seconds since 1970.

    Attributes:
        id: CJ's id, ``SH…``.
        business_id: the caller's own id of it.
        order: code of the order.
        reason: number of the reason.
        expects: REFUND or REISSUE.
        refund_to: 1 the balance, 2 the platform.
        most: what is refunded or sent again when CJ agrees.
        deal: how it ended; None while it is open or when it was withdrawn.
        money: what was refunded.
    """

    id: str
    business_id: str
    order: str
    reason: int
    expects: int
    refund_to: int
    message: str
    most: int
    lines: list[Disputed]
    created: float
    pictures: list[str] = field(default_factory=list[str])
    videos: list[str] = field(default_factory=list[str])
    status: DisputeStatus = "PROCESSING"
    deal: int | None = None
    money: int = 0


@dataclass(slots=True)
class AftersalesState:
    """The disputes of an account by their ids, oldest first.

    Attributes:
        told: the tracking status that was told last, by code of the order.
    """

    disputes: dict[str, Dispute] = field(default_factory=dict[str, Dispute])
    made: int = 0
    told: dict[str, int] = field(default_factory=dict[str, int])

    def of_order(self, code: str) -> list[Dispute]:
        """The disputes about an order, oldest first."""
        return [each for each in self.disputes.values() if each.order == code]

    def of_business_id(self, business_id: str) -> Dispute | None:
        """The dispute that was opened with the caller's own id."""
        found = (each for each in self.disputes.values() if each.business_id == business_id)
        return next(found, None)
