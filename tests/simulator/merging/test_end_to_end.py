"""From orders that a shop creates to one that is merged, paid and sent, through the client alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import pytest

from cj_async import APIError, CJClient
from cj_async.simulator import Simulator
from tests.conftest import error_of
from tests.simulator.merging.conftest import Shop
from tests.simulator.only import only


async def create(cj: CJClient, shop: Shop, number: str, pay_type: Literal[1, 3]) -> str:
    made = await cj.orders.create_v2(
        order_number=number,
        from_country_code="CN",
        logistic_name="YunExpress",
        shipping_customer_name="Ada Example",
        shipping_country_code="US",
        shipping_country="United States",
        shipping_province="New York",
        shipping_city="Exampletown",
        shipping_address="1 Example Road",
        pay_type=pay_type,
        products=[{"vid": shop.vid, "quantity": 1}],
    )
    assert made.code
    return made.code


async def merged(cj: CJClient, simulator: Simulator) -> str:
    """What CJ finds is submitted as it was found; the code of the new order."""
    await cj.merge_orders.auto_match(filter_order=True, order_status=100)
    simulator.clock.advance(timedelta(seconds=5))
    place = only(only(await cj.merge_orders.auto_match_result()).merge_shop_order_vo_list)
    methods = place.logistics_info_list or []
    told = await cj.merge_orders.submit(
        groups=[
            {
                "logistic_name": str(methods[0].logistics_name),
                "order_code_list": [each.order_code for each in place.merge_order_info_list or ()],
                "order_number": "MERGED",
                "order_status": 100,
                "pack_type": 0,
            }
        ]
    )
    return only(told.new_order_code_list)


async def test_a_merged_order_is_paid_and_sent_once(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    for number in ("A", "B"):
        await create(cj, shop, number, 3)
    code = await merged(cj, simulator)
    await cj.orders.add_to_cart(cj_order_id_list=[code])
    cart = await cj.orders.confirm_cart(cj_order_id_list=[code])
    parent = await cj.orders.create_parent_order(shipment_order_id=str(cart.shipments_id))
    await cj.payments.pay_v2(shipment_order_id=str(cart.shipments_id), pay_id=parent.pay_id)
    new = shop.book.orders[code]
    charges = simulator.account.state.money.charges
    assert [charge.amount for charge in charges] == [new.total]
    simulator.clock.advance(timedelta(days=2))
    assert (await cj.orders.get(order_id=code)).order_status == "SHIPPED"


@pytest.mark.parametrize("pay_type", [1, 3])
async def test_what_was_merged_can_no_longer_be_paid_alone(
    simulator: Simulator, cj: CJClient, shop: Shop, pay_type: Literal[1, 3]
) -> None:
    old = [await create(cj, shop, number, pay_type) for number in ("A", "B")]
    parents = [shop.book.orders[code].parent for code in old]
    await merged(cj, simulator)
    for code, parent in zip(old, parents, strict=True):
        await error_of(cj.payments.pay(order_id=code), APIError)
        await error_of(cj.orders.add_to_cart(cj_order_id_list=[code]), APIError)
        await error_of(cj.orders.confirm_cart(cj_order_id_list=[code]), APIError)
        if parent:
            await error_of(cj.payments.pay_v2(shipment_order_id=parent, pay_id=""), APIError)
        assert (await cj.orders.get(order_id=code)).order_status == "CANCELLED"
    assert simulator.account.state.money.charges == []
