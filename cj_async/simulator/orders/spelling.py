"""How are the values of an order written? Times, amounts, and who carries the parcel."""

from __future__ import annotations

from datetime import UTC, datetime

from .._evidence import behaves
from .._spelling import cents, dollars
from .._world import Call
from .model import Order


@behaves(
    "orders", "Times are UTC: 2021-08-23 11:31:45.", "documented", "002, 5.1.7; assumed for lists"
)
def clock(seconds: float | None) -> str | None:
    """A moment as a clock in UTC shows it; None stays None."""
    if seconds is None:
        return None
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"


@behaves(
    "orders.create_v2",
    "Amounts are numbers; under `drifting_types` text, and an unknown one is empty text.",
    "documented",
    "tables and examples of 002, 5.1.1 and 5.1.2",
)
def amount(call: Call, in_cents: int) -> float | str:
    """An amount in a new order."""
    return cents(in_cents) if call.world.has("drifting_types") else dollars(in_cents)


def blank(call: Call) -> str | None:
    """What stands where a new order has nothing."""
    return "" if call.world.has("drifting_types") else None


def tracking_provider(order: Order) -> str | None:
    """Who carries the parcel; None while it has no tracking number."""
    if not order.track_number:
        return None
    return order.waybill.get("carrier") or order.method


def tracking_url(order: Order) -> str | None:
    """A page that shows the parcel; None while it has no tracking number."""
    if not order.track_number:
        return None
    return f"https://track.example.com/{order.track_number}"
