"""What is printed on goods made to order, and what orders have cost."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cj_async.params.pod import PodPicturesInput
from tests.simulator.orders.conftest import PLAIN, Shop, opened
from tests.simulator.plain import calling

EDIT, COGS = (
    "/shopping/order/podProductCustomPicturesEdit",
    "/shopping/order/queryCogsBasicDataOrderInfoList",
)
POD = '{"links": ["https://example.com/p"], "effectImgs": ["https://example.com/e"]}'


async def made_to_order(shop: Shop) -> str:
    return await shop.code(products=[{"vid": shop.vid(), "quantity": 1, "pod_properties": POD}])


def edit(code: str, line: str) -> PodPicturesInput:
    return {
        "order_code": code,
        "line_item_id": line,
        "effect_img_list": ["https://example.com/e2"],
        "production_img_list": ["https://example.com/p2"],
    }


async def edited(shop: Shop, code: str, line: str) -> tuple[int | None, str | None]:
    rows = await shop.cj.orders.edit_pod_pictures(pod_pictures_edit_params=[edit(code, line)])
    [row] = rows.items or []
    assert (row.order_code, row.line_item_id) == (code, line)
    return row.result, row.failed_message


async def test_pictures_are_replaced(shop: Shop) -> None:
    code = await made_to_order(shop)
    assert await edited(shop, code, shop.kept(code).lines[0].line_id) == (2, None)
    [row] = (await shop.get(code)).product_list or []
    assert row.pod_properties_info is not None
    assert row.pod_properties_info.effect_img_list == ["https://example.com/e2"]
    assert row.pod_properties_info.production_img_list == ["https://example.com/p2"]
    assert shop.told[-1].message_type == "UPDATE"


async def test_pictures_that_cannot_be_replaced_fail_row_by_row(shop: Shop) -> None:
    code, plain = await made_to_order(shop), await shop.code()
    line = shop.kept(code).lines[0].line_id
    unknown = await edited(shop, "SD0", line)
    assert unknown == (0, "No matching order number found")
    assert (await edited(shop, code, "0"))[0] == 0
    assert (await edited(shop, plain, shop.kept(plain).lines[0].line_id))[0] == 0
    shop.kept(code).status = "SHIPPED"
    assert (await edited(shop, code, line))[0] == 0
    assert shop.kept(code).lines[0].pictures["effect"] == ["https://example.com/e"]


@pytest.mark.parametrize("rows", [7, [7], [{}], [{"orderCode": "SD0", "lineItemId": "1"}]])
async def test_a_broken_row_of_pictures_is_refused(rows: object) -> None:
    async with opened(validate=False) as shop, calling(shop.simulator) as caller:
        answer = await caller.post(EDIT, podPicturesEditParams=rows)
        assert (answer.code, answer.body["success"]) == (804, False)


# --- costs


async def test_paid_orders_have_their_costs(shop: Shop) -> None:
    lines = [{"vid": shop.vid(), "quantity": 2}, {"vid": shop.vid(), "quantity": 1}]
    code = await shop.code(products=lines)
    shipment = await shop.pay(code)
    unpaid, order = await shop.code(), shop.kept(code)
    [row] = await shop.cj.orders.cogs(order_codes_list=[code, unpaid, "SD0", code])
    assert row.order_code == code
    assert row.payment_date == shop.simulator.clock.now().replace(microsecond=0)
    costs = row.cogs_basic_data_order_info_json
    assert costs is not None
    assert (costs.shipments_order_id, costs.pay_flag) == (shipment, 1)
    assert costs.order_product_amount == Decimal(order.goods) / 100
    assert (costs.postage, costs.total_amount) == (
        Decimal(order.postage) / 100,
        Decimal(order.total) / 100,
    )
    [goods] = (costs.product_info_map or {}).values()
    assert (goods.sku, goods.quantity) == (shop.sku(PLAIN), 3)
    assert goods.price is not None
    assert goods.price * 3 == costs.order_product_amount
    assert (costs.store, costs.country_code) == (None, "US")


async def test_costs_name_the_warehouse_by_its_number(shop: Shop) -> None:
    await shop.pay(code := await shop.on_platform())
    [row] = await shop.cj.orders.cogs(order_codes_list=[code])
    assert row.cogs_basic_data_order_info_json is not None
    assert row.cogs_basic_data_order_info_json.store == "3"


async def test_codes_for_costs_are_a_list(shop: Shop) -> None:
    async with opened(validate=False) as local, calling(local.simulator) as caller:
        assert (await caller.post(COGS, orderCodesList={"a": 1})).code == 1600300
        assert (await caller.post(COGS, orderCodesList=[1])).code == 1600300
