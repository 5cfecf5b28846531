"""Where is a parcel at a moment? Its steps between warehouse and door, as arithmetic on times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .._evidence import behaves
from ..orders.model import Order

WHOLE_WAY = 8 * 86_400.0
"""From shipping to delivery; the orders room delivers after it."""
NO_NEWS, DELIVERED = 0, 12
"""States of a parcel that stand for themselves."""


class Step(NamedTuple):
    """A step: its state (0 to 14), when it comes as a share of the whole way, and what it says.

    ``abroad`` steps belong to parcels that cross a border, ``near`` ones are in the country of
    destination.
    """

    status: int
    share: float
    activity: str
    abroad: bool = False
    near: bool = False


class TrackEvent(NamedTuple):
    """A step that a parcel has made: when, in seconds since 1970, and where."""

    status: int
    activity: str
    country: str
    at: float


STEPS: Sequence[Step] = (
    Step(1, 0.0, "The parcel has left the warehouse"),
    Step(2, 0.05, "The freight forwarder has received the parcel"),
    Step(4, 0.12, "The freight forwarder has sent the parcel"),
    Step(5, 0.25, "The parcel has left the country of origin", abroad=True),
    Step(6, 0.55, "The parcel has arrived in the country of destination", abroad=True, near=True),
    Step(7, 0.6, "Customs clearance has started", abroad=True, near=True),
    Step(8, 0.7, "Customs clearance is complete", abroad=True, near=True),
    Step(9, 0.8, "The local carrier has picked up the parcel", near=True),
    Step(10, 0.92, "Out for delivery", near=True),
)
_ARRIVED = "Delivered"


@behaves(
    "logistics.track",
    "Between shipping and delivery a parcel goes through the states 1, 2, 4 to 10 of the webhook's "
    "table, within one country without 5 to 8, and ends with 12 when the order is delivered.",
    "documented",
    "000, Webhook, Logistics message, for the states; their times are assumed",
)
def events(order: Order, now: float) -> list[TrackEvent]:
    """What has happened to a parcel by now, oldest first."""
    if order.shipped is None:
        return []
    end = now if order.delivered is None else min(now, order.delivered)
    found = [
        TrackEvent(step.status, step.activity, _country(order, step.near), at)
        for step, at in _timetable(order, order.shipped)
        if at <= end
    ]
    if order.delivered is not None and order.delivered <= now:
        found.append(TrackEvent(DELIVERED, _ARRIVED, _country(order, near=True), order.delivered))
    return found


def next_at(order: Order, now: float) -> float | None:
    """When the next step comes by itself; None when none does."""
    if order.shipped is None or order.delivered is not None:
        return None
    return next((at for _, at in _timetable(order, order.shipped) if at > now), None)


def expected(order: Order) -> float | None:
    """When the parcel was delivered or should be; None while it was not sent."""
    if order.delivered is not None or order.shipped is None:
        return order.delivered
    return order.shipped + WHOLE_WAY


def _timetable(order: Order, shipped: float) -> list[tuple[Step, float]]:
    stays = order.origin == order.destination
    return [
        (step, shipped + step.share * WHOLE_WAY) for step in STEPS if not (stays and step.abroad)
    ]


def _country(order: Order, near: bool) -> str:
    return order.destination if near else order.origin
