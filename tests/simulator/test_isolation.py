"""Two simulators of one seed in one process: neither sees what happens in the other."""

from __future__ import annotations

from datetime import timedelta

from cj_async import CJClient, params
from cj_async.simulator import Simulator
from tests.conftest import RATE, client_of
from tests.simulator.plain import calling, standing_clock


def simulator(seed: int = 7) -> Simulator:
    clock = standing_clock()
    return Simulator(50, seed=seed, clock=clock, tier=RATE, per_ip=None, points=None)


async def order(cj: CJClient) -> str | None:
    product = (await cj.products.search(size=1)).items[0]
    variant = (await cj.variants.list(pid=product.id))[0]
    line: params.order.OrderProductInput = {"vid": variant.vid, "quantity": 1}
    made = await cj.orders.create_v2(
        order_number="SHOP-1",
        shipping_customer_name="Example Buyer",
        shipping_address="1 Example Road",
        shipping_city="Exampletown",
        shipping_province="New York",
        shipping_country="United States",
        shipping_country_code="US",
        logistic_name="CJPacket Ordinary",
        from_country_code="CN",
        pay_type=2,
        products=[line],
    )
    return made.code


async def test_orders_money_and_time_of_one_are_not_those_of_the_other() -> None:
    async with simulator() as one, simulator() as other, client_of(one) as cj:
        before = other.balance
        assert await order(cj)
        one.clock.advance(timedelta(days=3))
        one.churn(seed=1, deleted=5, repriced=5)
        one.fail("*", kind="cut")
        assert (len(one.orders()), len(other.orders())) == (1, 0)
        assert one.balance < before == other.balance
        assert other.requests.total == 0
        assert one.clock.now() - other.clock.now() > timedelta(days=2)
        async with client_of(other) as neighbour:
            assert len((await neighbour.products.list(page_size=50)).items) == 50
            assert await order(neighbour)
        assert [len(each.orders()) for each in (one, other)] == [1, 1]


async def test_a_token_of_one_is_none_of_the_other() -> None:
    async with simulator() as one, simulator() as other, calling(one) as caller:
        assert one.api_key == other.api_key
        async with calling(other, logged_in=False) as stranger:
            stranger.token = caller.token
            assert (await stranger.get("/setting/get")).code == 1600001
        assert (await caller.get("/setting/get")).code == 200
