"""How orders come to the point where they can be paid, through the client."""

from __future__ import annotations

import copy
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from cj_async import CJClient
from cj_async.errors import APIError
from cj_async.params.order import OrderProductInput
from cj_async.simulator import Clock, Simulator
from cj_async.simulator import _variants as variants
from cj_async.simulator._catalog import Catalog
from cj_async.simulator._state import State
from cj_async.simulator._world import World
from cj_async.simulator.orders import moves
from tests.conftest import client_of, error_of
from tests.simulator.plain import unlimited

ADDRESS: dict[str, Any] = {
    "from_country_code": "CN",
    "logistic_name": "CJPacket Ordinary",
    "shipping_address": "1 Main Street",
    "shipping_city": "Springfield",
    "shipping_country": "United States",
    "shipping_country_code": "US",
    "shipping_customer_name": "A Customer",
    "shipping_province": "Ohio",
    "platform": "shopify",
}

LIGHT = 500
"""Grams."""


@dataclass
class Shop:
    """An account, its client, and the local CJ they talk to."""

    local: Simulator
    cj: CJClient
    vids: Sequence[str]
    numbers: count[int] = field(default_factory=count)

    @property
    def state(self) -> State:
        """What the simulator knows of the account."""
        return self.local.account.state

    @property
    def balance(self) -> int:
        """Cents."""
        return self.state.money.balance

    async def order(self, *, sandbox: bool = False, product: int = 0, pieces: int = 1) -> str:
        """An order that is created and nothing else; its code."""
        created = await self.cj.orders.create_v3(
            order_number=f"shop-{next(self.numbers)}",
            products=[OrderProductInput(vid=self.vids[product], quantity=pieces)],
            is_sandbox=int(sandbox),  # type: ignore[arg-type]
            **ADDRESS,
        )
        assert created.order_id is not None
        return created.order_id

    async def confirmed(self, *codes: str) -> str:
        """Put orders into the cart and confirm them; the id of their parent order."""
        await self.cj.orders.add_to_cart(cj_order_id_list=codes)
        parent = (await self.cj.orders.confirm_cart(cj_order_id_list=codes)).shipments_id
        assert parent is not None
        return parent

    async def parent(self, orders: int = 1, *, sandbox: bool = False) -> tuple[list[str], str]:
        """Some orders in one parent order: their codes and its id."""
        codes = [await self.order(sandbox=sandbox, product=place) for place in range(orders)]
        return codes, await self.confirmed(*codes)

    async def cancel(self, code: str) -> None:
        """Cancel an order, which no call can do, and let the messages about it go out."""
        moves.cancel(world_of(self.local), self.local.account, self.state.book.orders[code])
        await self.cj.payments.balance()

    async def status(self, code: str) -> str | None:
        """Where an order stands, as the client sees it."""
        return (await self.cj.orders.get(order_id=code)).order_status

    def total(self, *codes: str) -> int:
        """What orders cost, in cents."""
        return sum(self.state.book.orders[code].total for code in codes)

    async def refused(self, call: Any, code: int) -> APIError:
        """A call is refused with a code and changes nothing."""
        before = copy.deepcopy(self.state)
        error = await error_of(call, APIError)
        assert error.code == code
        assert self.state == before
        return error


def light_variants(catalog: Catalog) -> list[str]:
    """Variants of which several go into a parcel of any shipping method."""
    numbers = range(catalog.count)
    return [
        variants.vid(catalog, number, 0)
        for number in numbers
        if variants.weight(catalog, number, 0) <= LIGHT
    ][:3]


@asynccontextmanager
async def shop(clock: Clock, **settings: Any) -> AsyncGenerator[Shop]:
    """A shop at a local CJ of a few products."""
    async with unlimited(20, clock=clock, **settings) as local, client_of(local) as cj:
        yield Shop(local, cj, light_variants(world_of(local).catalog))


def world_of(local: Simulator) -> World:
    """The inside of a local CJ, for what no call can do."""
    world = vars(local)["_world"]
    assert isinstance(world, World)
    return world
