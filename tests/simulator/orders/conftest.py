"""What the tests of orders need: a local CJ whose clock stands still, and a shop that orders there."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from cj_async import CJClient
from cj_async.models.order import CreatedOrder, Order, ParentOrder
from cj_async.simulator import Simulator, _variants
from cj_async.simulator._storage import storehouses
from cj_async.simulator._world import World
from cj_async.simulator.callbacks.model import Event
from cj_async.simulator.orders.model import Order as Kept
from tests.conftest import RATE, client_of
from tests.simulator.plain import standing_clock

ADDRESS: dict[str, Any] = {
    "shipping_country_code": "US",
    "shipping_country": "United States",
    "shipping_province": "New York",
    "shipping_city": "Exampletown",
    "shipping_customer_name": "Ada Example",
    "shipping_address": "1 Example Road",
    "logistic_name": "CJPacket Ordinary",
    "from_country_code": "CN",
}
PLAIN = 3
"""A product of the catalog that is light enough for every method."""


class Shop:
    """A shop that orders at a local CJ, and looks into it."""

    def __init__(self, simulator: Simulator, cj: CJClient) -> None:
        self.simulator, self.cj = simulator, cj
        world = vars(simulator)["_world"]
        assert isinstance(world, World)
        self.world = world
        self.catalog = self.world.catalog
        self.state = simulator.account.state
        self.book = self.state.book
        self.made = 0
        self.told: list[Event] = []

    def vid(self, product: int = PLAIN, place: int = 0) -> str:
        return _variants.vid(self.catalog, product, place)

    def sku(self, product: int = PLAIN, place: int = 0) -> str:
        return _variants.sku(self.catalog, product, place)

    def kept(self, code: str | None) -> Kept:
        assert code is not None
        return self.book.orders[code]

    def storage(self, country: str) -> str:
        return next(each.id for each in storehouses(self.catalog) if each.country == country)

    def fields(self, **more: Any) -> dict[str, Any]:
        self.made += 1
        products = [{"vid": self.vid(), "quantity": 1}]
        return {"order_number": f"SHOP-{self.made}", "products": products, **ADDRESS, **more}

    async def create(self, **more: Any) -> CreatedOrder:
        """Version 3, on Shopify unless told otherwise."""
        return await self.cj.orders.create_v3(**self.fields(**{"platform": "shopify", **more}))

    async def create_v2(self, **more: Any) -> CreatedOrder:
        return await self.cj.orders.create_v2(**self.fields(**more))

    async def code(self, **more: Any) -> str:
        """The code of a new order."""
        code = (await self.create(**more)).code
        assert code is not None
        return code

    async def on_platform(self, **more: Any) -> str:
        """A new order that ships with a label of the shop's platform, from the United States."""
        return await self.code(shop_logistics_type=1, storage_id=self.storage("US"), **more)

    async def shipment(self, *codes: str) -> str:
        """The parent order of orders that go through the cart."""
        await self.cj.orders.add_to_cart(cj_order_id_list=list(codes))
        confirmed = await self.cj.orders.confirm_cart(cj_order_id_list=list(codes))
        assert confirmed.shipments_id is not None
        return confirmed.shipments_id

    async def parent(self, shipment: str) -> ParentOrder:
        return await self.cj.orders.create_parent_order(shipment_order_id=shipment)

    async def pay(self, *codes: str) -> str:
        """Pay orders by way of cart and parent order; gives the parent's id."""
        shipment = await self.shipment(*codes)
        pay_id = (await self.parent(shipment)).pay_id
        await self.cj.payments.pay_v2(shipment_order_id=shipment, pay_id=pay_id)
        return shipment

    async def pay_sandbox(self, code: str) -> None:
        await self.shipment(code)
        await self.cj.sandbox.simulate_pay(order_id=code)

    async def get(self, asked: str | None) -> Order:
        assert asked is not None
        return await self.cj.orders.get(order_id=asked)

    async def status(self, code: str | None) -> str | None:
        return (await self.get(code)).order_status

    async def after(self, days: float) -> None:
        """Let days pass, and everything happen that is due."""
        self.simulator.clock.advance(timedelta(days=days))
        await self.cj.payments.balance()


@asynccontextmanager
async def opened(**options: Any) -> AsyncGenerator[Shop]:
    """A shop at a local CJ with other quirks, say."""
    settings: dict[str, Any] = {"tier": RATE, "per_ip": None, "points": None, **options}
    async with (
        Simulator(300, clock=standing_clock(), **settings) as simulator,
        client_of(simulator) as cj,
    ):
        shop = Shop(simulator, cj)
        plain_emit = type(shop.world).emit

        def emit(world: Any, account: Any, kind: str, message_type: str, params: Any) -> None:
            shop.told.append(Event(kind, message_type, dict(params), world.clock.time()))
            plain_emit(world, account, kind, message_type, params)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(shop.world), "emit", emit)
            yield shop
        assert cj.drift == {}


@pytest.fixture
async def shop() -> AsyncGenerator[Shop]:
    async with opened() as running:
        yield running
