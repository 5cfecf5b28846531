"""Where are these parcels? logistics.track, the same call by its old name, and the LOGISTIC events.

Whoever ships or delivers an order calls `parcel_moved` afterwards; everything in between happens by
itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from zlib import crc32

import msgspec

from .._account import Account
from .._evidence import behaves
from .._world import Call, World
from ..orders import ids
from ..orders.model import Order
from ..orders.spelling import tracking_provider, tracking_url
from .journey import NO_NEWS, TrackEvent, events, expected, next_at

FOLLOW = "aftersales.follow"
"""The agenda's name of the next step of a parcel."""
_LOCAL = 9
_CARRIERS: Mapping[str, str] = {
    "US": "USPS",
    "CA": "Canada Post",
    "GB": "Royal Mail",
    "DE": "DHL",
    "FR": "Colissimo",
    "NL": "PostNL",
    "AU": "AusPost",
    "TH": "Kerry",
}


class Words(NamedTuple):
    """A state of a parcel in words: what logistics.track says, and what an event says."""

    tracked: str
    event: str


_WORDS: Mapping[int, Words] = {
    0: Words("No tracking information", "No tracking information available at the moment"),
    1: Words("In transit", "Warehouse outbound"),
    2: Words("In transit", "Freight forwarder inbound"),
    4: Words("In transit", "Freight forwarder outbound"),
    5: Words("In transit", "First leg transportation"),
    6: Words("In transit", "Arrival at destination country"),
    7: Words("In transit", "Starting customs clearance"),
    8: Words("In transit", "Customs clearance completed"),
    9: Words("In transit", "Terminal retrieval"),
    10: Words("Out for delivery", "Delivery"),
    12: Words("Delivered", "Delivered"),
}


@behaves("logistics.track", "Unknown numbers have no row, and other accounts' neither.", "assumed")
@behaves(
    "logistics.track",
    "One parcel is sometimes a single object instead of a list; its number decides.",
    "seen live",
    "field note 33; quirk drifting_types",
)
def track(call: Call) -> object:
    """One row for each number that belongs to a parcel, in the order in which they were asked."""
    now = call.world.clock.time()
    parcels = {each.track_number: each for each in call.account.state.book.orders.values()}
    asked = dict.fromkeys(call.query.texts("trackNumber"))
    rows = [_row(parcels[number], now) for number in asked if number in parcels]
    if len(rows) == 1 and call.world.has("drifting_types") and _comes_alone(rows[0]):
        return rows[0]
    return rows


def _comes_alone(row: Mapping[str, object]) -> bool:
    return crc32(str(row["trackingNumber"]).encode()) % 4 == 0


@behaves(
    "logistics.track",
    "deliveryTime is when the parcel was delivered, before that when it is expected; deliveryDay the "
    "days from shipping until then.",
    "assumed",
)
def _row(order: Order, now: float) -> dict[str, object]:
    status, arrival = _status(events(order, now)), expected(order)
    days = None
    if arrival is not None and order.shipped is not None:
        days = str(round((arrival - order.shipped) / 86_400))
    local = status >= _LOCAL
    return {
        "trackingNumber": order.track_number,
        "logisticName": order.method,
        "trackingFrom": order.origin,
        "trackingTo": order.destination,
        "deliveryDay": days,
        "deliveryTime": None if arrival is None else clock(arrival),
        "trackingStatus": _WORDS[status].tracked,
        "lastMileCarrier": _carrier(order) if local else None,
        "lastTrackNumber": _local_number(order) if local else None,
    }


def parcel_moved(world: World, account: Account, order: Order) -> None:
    """Tell what is new about a parcel, and see to it that the rest of its way is told.

    To be called once ``shipped`` (and ``track_number``) or ``delivered`` of an order was set.
    """
    if not order.sandbox:
        _tell(world, account, order, world.clock.time())


@behaves("LOGISTIC", "Sandbox orders send none.", "assumed")
@behaves(
    "LOGISTIC",
    "A message is sent for every step of a parcel; the first is an INSERT, all others are UPDATEs.",
    "assumed",
    "000, Webhook, Logistics message shows UPDATE",
)
def _tell(world: World, account: Account, order: Order, now: float) -> None:
    made, told = events(order, now), account.state.aftersales.told
    if made and told.get(order.code) != made[-1].status:
        kind = "UPDATE" if order.code in told else "INSERT"
        told[order.code] = made[-1].status
        world.emit(account, "LOGISTIC", kind, _message(world, order, made))
    following = next_at(order, now)
    if following is not None:
        world.agenda.add(following, FOLLOW, account.number, f"{order.code} {following!r}")


def follow(world: World, account: Account, about: str) -> None:
    """The next step of a parcel, when its time has come: the code of the order, and the time."""
    code, _, due = about.rpartition(" ")
    order = account.state.book.orders.get(code)
    if order is not None and order.delivered is None:
        _tell(world, account, order, float(due))


def _message(world: World, order: Order, made: Sequence[TrackEvent]) -> dict[str, object]:
    rows = [_event(event) for event in reversed(made)]
    return {
        "orderId": ids.shown(world, order),
        "storeOrderNumbers": [order.number],
        "logisticName": order.method,
        "trackingNumber": order.track_number,
        "trackingProvider": tracking_provider(order),
        "trackingUrl": tracking_url(order),
        "trackingStatus": made[-1].status,
        "logisticsTrackEvents": msgspec.json.encode(rows).decode(),
    }


def _event(event: TrackEvent) -> dict[str, object]:
    moment = clock(event.at)
    return {
        "status": event.status,
        "activity": event.activity,
        "location": event.country,
        "eventTime": moment,
        "statusDesc": _WORDS[event.status].event,
        "thirdActivity": event.activity,
        "thirdLocation": event.country,
        "thirdEventTime": moment,
    }


def clock(at: float) -> str:
    """A moment in UTC as a clock shows it: 2026-05-04 09:30:00."""
    return f"{datetime.fromtimestamp(int(at), UTC):%Y-%m-%d %H:%M:%S}"


def _status(made: Sequence[TrackEvent]) -> int:
    return made[-1].status if made else NO_NEWS


def _carrier(order: Order) -> str:
    return _CARRIERS.get(order.destination, "Local post")


def _local_number(order: Order) -> str:
    return f"{9 * 10**14 + crc32(order.track_number.encode()):d}"
