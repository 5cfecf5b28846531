"""From goods that are bought for the private stock to a customer who gets them, by the client alone."""

from __future__ import annotations

from datetime import timedelta

from cj_async import CJClient
from cj_async.simulator import Simulator, _variants
from tests.simulator.only import only
from tests.simulator.outbound.conftest import ADDRESS, Stock


async def test_goods_are_bought_stored_and_sent(
    simulator: Simulator, cj: CJClient, stock: Stock
) -> None:
    catalog = stock.catalog
    kinds, stocked = catalog.kind, catalog.stock
    number = next(n for n in range(300) if kinds[n] == 0 and stocked[n] > 1_000)
    vid = _variants.vid(catalog, number, 0)
    stock.state.money.balance = 10_000_000
    bought = await cj.private_inventory.create_order(
        storage_id=stock.storage,
        logistic_name=(await _methods(cj, stock.storage, vid))[0],
        product_list=[
            {
                "product_id": catalog.pid(number),
                "variant_id": vid,
                "sku": _variants.sku(catalog, number, 0),
                "quantity": 10,
            }
        ],
    )
    await cj.payments.pay_v2(shipment_order_id=str(bought.order_id), order_type=9)
    simulator.clock.advance(timedelta(days=60))  # sent, and arrived
    row = only(
        await cj.outbound.products(
            storage_id=stock.storage, private_order_id=str(bought.order_code)
        )
    )
    assert (row.stan_product_id, row.available_quantity) == (vid, 10)
    made = await cj.outbound.create(
        order_number="OUT-1",
        storage_id=stock.storage,
        postage_pay_node=4,
        address=ADDRESS,
        product_list=[
            {
                "sku": str(row.sku),
                "stan_product_id": row.stan_product_id,
                "private_order_id": str(row.private_order_id),
                "quantity": 3,
            }
        ],
        submit=True,
    )
    order_id = str(made.order_id)
    assert (await stock.after(4, order_id)).next_action == "POLL_SUBMIT_PROGRESS"
    told = await stock.after(2, order_id)
    assert told.next_action == "PAY"
    await cj.payments.pay_v2(
        shipment_order_id=str(told.shipment_order_id), pay_id=str(told.payment_order_id)
    )
    for days, status in ((2, "SHIPPED"), (8, "DELIVERED")):
        simulator.clock.advance(timedelta(days=days))
        assert (await cj.outbound.get(order_id=order_id)).order_status == status
    [lot] = stock.state.private.stock
    assert (lot.quantity, lot.locked) == (7, 0)


async def _methods(cj: CJClient, storage: str, vid: str) -> list[str]:
    found = await cj.private_inventory.logistics(
        storage_id=storage, variant_info_list=[{"id": vid, "quantity": 10}]
    )
    return [str(each.logistic_name) for each in found.available_logistic_list or ()]
