"""What the tests of outbound orders need: a local CJ whose clock stands still, and private stock."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any, cast

import pytest

from cj_async import CJClient
from cj_async.models import outbound
from cj_async.params.outbound import OutboundLineInput, OutboundRecipientInput
from cj_async.simulator import Simulator, _variants
from cj_async.simulator._storage import storehouses
from cj_async.simulator._world import World
from cj_async.simulator.private.model import PrivateStock
from tests.conftest import RATE, client_of
from tests.simulator.plain import standing_clock

ADDRESS: OutboundRecipientInput = {
    "customer_name": "Ada Example",
    "shipping_address": "1 Example Road",
    "city": "Exampletown",
    "country_code": "US",
    "province": "New York",
    "zip_code": "10001",
}


class Stock:
    """Private stock as if orders had brought it in, and calls about it."""

    def __init__(self, simulator: Simulator, cj: CJClient) -> None:
        self.simulator, self.cj = simulator, cj
        self.state = simulator.account.state
        world: World = vars(simulator)["_world"]
        self.catalog = world.catalog
        self.storage = next(each.id for each in storehouses(self.catalog) if each.country == "CN")
        self.number = next(n for n in range(300) if self.catalog.variants[n] > 2)

    def lot(self, quantity: int = 10, *, place: int = 0, order: str = "SY1") -> PrivateStock:
        number = self.number
        lot = PrivateStock(
            private_order=order,
            sku=_variants.sku(self.catalog, number, place),
            vid=_variants.vid(self.catalog, number, place),
            number=number,
            place=place,
            storage=self.storage,
            quantity=quantity,
            price=500,
            grams=200,
            arrived=0.0,
        )
        self.state.private.stock.append(lot)
        return lot

    def line(self, lot: PrivateStock, quantity: int, **more: Any) -> OutboundLineInput:
        line: dict[str, Any] = {
            "sku": lot.sku,
            "stan_product_id": lot.vid,
            "private_order_id": lot.private_order,
            "quantity": quantity,
            **more,
        }
        return cast("OutboundLineInput", line)

    async def create(self, *lines: OutboundLineInput, **more: Any) -> str:
        """Make an order, or change one; its id."""
        given: dict[str, Any] = {
            "order_number": "OUT-1",
            "storage_id": self.storage,
            "postage_pay_node": 4,
            "address": ADDRESS,
            "product_list": list(lines),
            **more,
        }
        made = await self.cj.outbound.create(**given)
        assert made.order_id
        return made.order_id

    async def after(self, seconds: float, order_id: str) -> outbound.OutboundProgress:
        """Where an order stands so much later."""
        self.simulator.clock.advance(timedelta(seconds=seconds))
        return await self.cj.outbound.progress(order_id=order_id)

    async def ready(self, *lines: OutboundLineInput, **more: Any) -> str:
        """An order whose stock is locked."""
        order_id = await self.create(*lines, **more)
        assert (await self.after(4, order_id)).next_action == "SUBMIT_ORDER"
        return order_id


@pytest.fixture
async def simulator() -> AsyncGenerator[Simulator]:
    clock = standing_clock()
    async with Simulator(300, clock=clock, tier=RATE, per_ip=None, points=None) as running:
        yield running


@pytest.fixture
async def cj(simulator: Simulator) -> AsyncGenerator[CJClient]:
    async with client_of(simulator) as client:
        yield client
        assert client.drift == {}


@pytest.fixture
def stock(simulator: Simulator, cj: CJClient) -> Stock:
    return Stock(simulator, cj)
