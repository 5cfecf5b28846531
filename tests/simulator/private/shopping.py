"""What the tests of the private inventory buy, and how they look behind the counter."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from cj_async import CJClient
from cj_async.models.private_inventory import PrivateOrder, PrivateOrderCreated
from cj_async.simulator import Simulator
from cj_async.simulator import _variants as variants
from cj_async.simulator._state import State
from cj_async.simulator._storage import Storehouse, storehouses
from cj_async.simulator._world import World
from cj_async.simulator.callbacks.model import Event

BASE = "/shopping/privateInventory"
PIECES = 20
CHEAP = 2_000


class Ware(NamedTuple):
    """A variant that can be bought; the price is cents."""

    vid: str
    pid: str
    sku: str
    number: int
    price: int
    grams: int
    stock: int

    def line(self, quantity: int = PIECES) -> Any:
        """A line of a confirmation."""
        return {"variant_id": self.vid, "product_id": self.pid, "quantity": quantity}

    def order_line(self, quantity: int = PIECES, price: Decimal | None = None) -> Any:
        """A line of an order."""
        known = {} if price is None else {"price": price}
        return {**self.line(quantity), "sku": self.sku, **known}

    def freight_line(self, quantity: int = PIECES) -> Any:
        """A line of a question about freight."""
        return {"id": self.vid, "quantity": quantity}


def world_of(simulator: Simulator) -> World:
    world: World = vars(simulator)["_world"]
    return world


def state_of(simulator: Simulator) -> State:
    return simulator.account.state


def listen(simulator: Simulator) -> list[Event]:
    """From now on, everything that a webhook may tell; it is kept whoever sends or drops it."""
    world = world_of(simulator)
    heard: list[Event] = []
    nudge = world.nudge

    def hear() -> None:
        outbox = state_of(simulator).callbacks.outbox
        if outbox and not any(each is outbox[-1] for each in heard):
            heard.append(outbox[-1])
        nudge()

    world.nudge = hear
    return heard


def told(events: list[Event], kind: str) -> list[dict[str, Any]]:
    """What events of a kind say, with their message type as ``what``."""
    return [{"what": each.message_type, **each.params} for each in events if each.kind == kind]


def wares(simulator: Simulator, count: int) -> list[Ware]:
    """The first variants of different products that lie in China and are light and cheap."""
    catalog = world_of(simulator).catalog
    found: list[Ware] = []
    for number in range(catalog.count):
        ware = Ware(
            variants.vid(catalog, number, 0),
            catalog.pid(number),
            variants.sku(catalog, number, 0),
            number,
            variants.price(catalog, number, 0),
            variants.weight(catalog, number, 0),
            sum(row.total for row in variants.stock(catalog, number, 0)),
        )
        in_china = any(
            row.area == 0 and row.total >= PIECES for row in variants.stock(catalog, number, 0)
        )
        if in_china and ware.price < CHEAP and ware.grams < 100:
            found.append(ware)
        if len(found) == count:
            return found
    raise AssertionError("the catalog is too small")


def house(simulator: Simulator, country: str = "US") -> Storehouse:
    """The first warehouse of a country."""
    found = storehouses(world_of(simulator).catalog)
    return next(each for each in found if each.country == country)


async def ordered(
    cj: CJClient, simulator: Simulator, ware: Ware, quantity: int = PIECES, **more: Any
) -> PrivateOrderCreated:
    """An order to the first American warehouse, by the cheapest method."""
    storage = house(simulator).id
    methods = await cj.private_inventory.logistics(
        storage_id=storage, variant_info_list=[ware.freight_line(quantity)]
    )
    return await cj.private_inventory.create_order(
        product_list=[ware.order_line(quantity)],
        storage_id=storage,
        logistic_name=methods.selected_logistic_name or "",
        **more,
    )


async def paid(cj: CJClient, simulator: Simulator, ware: Ware, quantity: int = PIECES) -> str:
    """The code of an order that was made and paid from the balance."""
    made = await ordered(cj, simulator, ware, quantity, pay_type=2)
    assert made.code
    await cj.payments.pay_v2(shipment_order_id=made.code, pay_id=made.pay_id, order_type=9)
    return made.code


async def the_order(cj: CJClient, code: str) -> PrivateOrder:
    """An order as its list shows it."""
    page = await cj.private_inventory.orders(order_content=code)
    (order,) = page.items
    return order
