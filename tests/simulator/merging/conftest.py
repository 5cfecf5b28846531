"""What the tests of merging need: a local CJ whose clock stands still, and orders that fit."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from cj_async import CJClient
from cj_async.simulator import Simulator, _variants
from cj_async.simulator._world import World
from cj_async.simulator.orders import ids
from cj_async.simulator.orders.model import Line, Order, Status
from tests.conftest import RATE, client_of
from tests.simulator.plain import standing_clock

ADDRESS = {
    "shippingCustomerName": "Ada Example",
    "shippingCountryCode": "US",
    "shippingCountry": "United States",
    "shippingProvince": "New York",
    "shippingCity": "Exampletown",
    "shippingAddress": "1 Example Road",
    "shippingZip": "10001",
}


class Shop:
    """Makes orders as if somebody had created them."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.account = simulator.account
        self.book = simulator.account.state.book
        self.world: World = vars(simulator)["_world"]
        self.catalog = self.world.catalog
        kinds = self.catalog.kind
        self.plain = next(n for n in range(300) if kinds[n] == 0 and self.catalog.weight[n] < 400)
        self.of_supplier = next(n for n in range(300) if kinds[n] == 2)
        self.vid = _variants.vid(self.catalog, self.plain, 0)

    def order(
        self, status: Status = "CREATED", *, of_supplier: bool = False, **fields: str
    ) -> Order:
        number = self.of_supplier if of_supplier else self.plain
        self.book.made += 1
        made = self.book.made
        line = Line(
            line_id=f"L{made}",
            vid=_variants.vid(self.catalog, number, 0),
            sku=_variants.sku(self.catalog, number, 0),
            number=number,
            place=0,
            quantity=1,
            price=_variants.price(self.catalog, number, 0),
            grams=_variants.weight(self.catalog, number, 0),
        )
        body: dict[str, object] = {**ADDRESS, "orderNumber": f"SHOP-{made}", **fields}
        order = Order(
            code=ids.code(self.account, made),
            long_id=ids.long_id(self.world, self.account, made),
            number=f"SHOP-{made}",
            status=status,
            fields=body,
            lines=[line],
            origin="CN",
            destination="US",
            method="YunExpress",
            postage=500,
            created=self.simulator.clock.time(),
        )
        self.book.orders[order.code] = order
        return order


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
def shop(simulator: Simulator) -> Shop:
    return Shop(simulator)
