"""Orders that somebody has bought already, and what the simulator tells about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from cj_async.simulator import Simulator, _variants
from cj_async.simulator._account import Account
from cj_async.simulator._world import World
from cj_async.simulator.orders.model import Line, Order, Status

DAY = 86_400.0


def world_of(cj: Simulator) -> World:
    world: World = vars(cj)["_world"]
    return world


def vid(cj: Simulator, number: int, place: int = 0) -> str:
    return _variants.vid(world_of(cj).catalog, number, place)


def line(cj: Simulator, number: int, pieces: int = 1, price: int = 1_000) -> Line:
    catalog = world_of(cj).catalog
    return Line(
        line_id=f"27000000000000{number:04d}",
        vid=vid(cj, number),
        sku=_variants.sku(catalog, number, 0),
        number=number,
        place=0,
        quantity=pieces,
        price=price,
        grams=_variants.weight(catalog, number, 0),
    )


def sold(cj: Simulator, status: Status = "UNSHIPPED", *lines: Line, **changes: Any) -> Order:
    """An order of the first account in some status, shipped and delivered just now."""
    book, now = cj.account.state.book, cj.clock.time()
    book.made += 1
    place = book.made
    order = Order(
        code=f"SD{place:020d}",
        long_id=2_000_000_000_000_000_000 + place,
        number=f"shop-{place}",
        status=status,
        fields={},
        lines=list(lines) or [line(cj, 1, 2, 1_250), line(cj, 2, 1, 840)],
        origin="CN",
        destination="US",
        method="CJPacket Ordinary",
        postage=560,
        created=now,
    )
    if status not in ("CREATED", "IN_CART", "UNPAID"):
        order.paid = now
    if status in ("SHIPPED", "DELIVERED"):
        order.shipped, order.track_number = now, f"CJPKL{place:010d}YQ"
    if status == "DELIVERED":
        order.delivered = now
    for name, value in changes.items():
        setattr(order, name, value)
    book.orders[order.code] = order
    return order


@dataclass
class Told:
    """What was emitted: type, messageType and params."""

    events: list[tuple[str, str, Mapping[str, object]]] = field(default_factory=list)

    def of(self, kind: str) -> list[tuple[str, Mapping[str, object]]]:
        return [(message, params) for each, message, params in self.events if each == kind]


def listening(monkeypatch: pytest.MonkeyPatch) -> Told:
    """Listens to every event from now on."""
    told, emit = Told(), World.emit

    def heard(
        self: World, account: Account, kind: str, message_type: str, params: Mapping[str, object]
    ) -> None:
        told.events.append((kind, message_type, params))
        emit(self, account, kind, message_type, params)

    monkeypatch.setattr(World, "emit", heard)
    return told
