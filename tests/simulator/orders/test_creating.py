"""What comes of asking for an order: the goods, the postage, the ids, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cj_async import CJError, InsufficientBalance
from cj_async.simulator import _shipping, _variants
from tests.conftest import error_of
from tests.simulator.orders.conftest import ADDRESS, PLAIN, Shop, opened
from tests.simulator.plain import calling

V3 = "/shopping/order/createOrderV3"
V2 = "/shopping/order/createOrderV2"


async def refused(shop: Shop, **more: Any) -> int | None:
    """The code that an order is refused with; none comes into being."""
    before = len(shop.book.orders)
    error = await error_of(shop.create(**more), CJError)
    assert len(shop.book.orders) == before
    code: int | None = getattr(error, "code", None)
    return code


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


def body(shop: Shop, **more: Any) -> dict[str, Any]:
    """A documented body with its JSON names, for what the client would not send."""
    named = {camel(name): value for name, value in ADDRESS.items()}
    products = [{"vid": shop.vid(), "quantity": 1}]
    return {"orderNumber": "RAW-1", "platform": "shopify", "products": products, **named, **more}


async def posted(shop: Shop, path: str = V3, **more: Any) -> Any:
    async with calling(shop.simulator) as caller:
        return (await caller.post(path, **body(shop, **more))).body


# --- goods and postage


async def test_goods_cost_what_the_catalog_says_and_the_parcel_what_its_method_says(
    shop: Shop,
) -> None:
    lines = [
        {
            "vid": shop.vid(),
            "quantity": 3,
            "unit_price": Decimal("99.99"),
            "store_line_item_id": "a",
        },
        {"sku": shop.sku(5), "quantity": 1},
    ]
    made = await shop.create(products=lines)
    prices = [_variants.price(shop.catalog, number, 0) for number in (PLAIN, 5)]
    grams = [_variants.weight(shop.catalog, number, 0) for number in (PLAIN, 5)]
    quote = _shipping.quote("CJPacket Ordinary", "CN", "US", 3 * grams[0] + grams[1])
    assert quote is not None
    goods = 3 * prices[0] + prices[1]
    assert made.product_amount == made.product_original_amount == Decimal(goods) / 100
    assert made.postage_amount == Decimal(quote.cents) / 100
    assert made.order_amount == made.actual_payment == Decimal(goods + quote.cents) / 100
    assert (made.order_status, made.order_number, made.logistics_miss) == (
        "CREATED",
        "SHOP-1",
        False,
    )
    rows = made.product_info_list or []
    assert [(row.variant_id, row.quantity) for row in rows] == [(shop.vid(), 3), (shop.vid(5), 1)]
    assert rows[0].store_line_item_id == "a"
    assert len({row.line_item_id for row in rows}) == 2


async def test_vid_and_sku_of_one_variant_go_together(shop: Shop) -> None:
    lines = [{"vid": shop.vid(), "sku": shop.sku(), "quantity": 1}]
    assert (await shop.create(products=lines)).code


async def test_goods_that_cannot_be_found_are_refused(shop: Shop) -> None:
    lines = (
        ({"vid": "NOBODY"}, 1602000),
        ({"sku": "CJNOBODY"}, 1602000),
        ({"vid": shop.vid(), "sku": "CJNOBODY"}, 1602000),
        ({"vid": shop.vid(), "sku": shop.sku(5)}, 1600300),
    )
    for line, code in lines:
        assert await refused(shop, products=[{**line, "quantity": 1}]) == code


async def test_goods_off_the_shelves_are_refused(shop: Shop) -> None:
    shop.simulator.remove_product(shop.catalog.pid(PLAIN))
    assert await refused(shop) == 1602002


@pytest.mark.parametrize(
    "change", [{"logistic_name": "Pigeon Post"}, {"shipping_country_code": "AQ"}]
)
async def test_an_order_without_a_method_exists_and_says_so(
    shop: Shop, change: dict[str, str]
) -> None:
    made = await shop.create(**change)
    assert made.logistics_miss
    assert made.postage_amount == 0
    assert await shop.status(made.code) == "CREATED"


async def test_an_order_that_cj_stops_is_a_success_with_its_reason(shop: Shop) -> None:
    made = await shop.create(shipping_phone="111")
    [reason] = made.intercept_order_reasons or []
    assert (reason.code, "telephone" in (reason.message or "")) == (1001, True)
    assert (await shop.create(shipping_phone="555 555-0100")).intercept_order_reasons == []


# --- what is asked for wrongly


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"products": [{"quantity": 1}]}, 1600300),
        ({"products": [{"vid": "1", "quantity": 0}]}, 1600300),
        ({"products": [{"vid": "1", "quantity": -1}]}, 1600300),
        ({"products": ["x"]}, 1600300),
        ({"products": {"vid": "1"}}, 1600300),
        ({"products": 7}, 1600300),
        ({"orderNumber": ["x"]}, 1600300),
        ({"orderNumber": "x" * 51}, 1600300),
        ({"shopLogisticsType": 4}, 1600300),
        ({"iossType": 4}, 1600300),
        ({"orderFlow": 3}, 1600300),
        ({"shippingCountryCode": "USA"}, 1605002),
        ({"fromCountryCode": "1!"}, 1605002),
        ({"storeOrderTime": 9_000_000_000}, 1600300),
        ({"storeName": "Nobody's"}, 1600013),
        ({"platform": None}, 5027),
        ({"platform": "api"}, 5027),
        ({"platform": "Api"}, 5027),
        ({"platform": "pigeons"}, 5027),
        ({"shopLogisticsType": 1}, 5030),
        ({"shopLogisticsType": "1", "storageId": ""}, 5030),
        ({"shopLogisticsType": 1, "storageId": "x"}, 1608001),
    ],
)
async def test_a_wrong_order_is_refused(shop: Shop, fields: dict[str, Any], code: int) -> None:
    assert (await posted(shop, **fields))["code"] == code
    assert not shop.book.orders
    assert not shop.told


@pytest.mark.parametrize("fields", [{"products": 7}, {"orderNumber": {}}, {"quantity": []}])
async def test_a_wrong_order_breaks_nothing_without_the_checks_of_the_spec(
    fields: dict[str, Any],
) -> None:
    async with opened(validate=False) as shop:
        assert (await posted(shop, **fields))["code"] in (200, 1600300)


async def test_empty_text_is_as_good_as_nothing(shop: Shop) -> None:
    """The documented call sends it for numbers."""
    empty = dict.fromkeys(["payType", "shopAmount", "iossType", "email", "storeOrderTime"], "")
    assert (await posted(shop, **empty))["code"] == 200


async def test_the_store_of_the_account_has_a_name(shop: Shop) -> None:
    assert (await shop.create(store_name=shop.simulator.account.name)).code


async def test_version_2_takes_orders_of_any_platform(shop: Shop) -> None:
    for platform in ("api", "Api", "shopify"):
        made = await shop.create_v2(pay_type=3, platform=platform)
        assert made.order_status == "CREATED"
    assert (await shop.create_v2(pay_type=3)).code


# --- numbers that come again


async def test_version_2_refuses_a_number_that_was_used(shop: Shop) -> None:
    await shop.create_v2(order_number="ONCE", pay_type=3)
    error = await error_of(shop.create_v2(order_number="ONCE", pay_type=3), CJError)
    assert getattr(error, "code", None) == 1603003
    assert len(shop.book.orders) == 1


async def test_version_3_takes_a_number_twice_and_the_newest_order_is_found(shop: Shop) -> None:
    first, second = [await shop.create(order_number="TWICE") for _ in range(2)]
    assert first.code != second.code
    assert (await shop.get("TWICE")).code == second.code


async def test_version_3_refuses_a_number_twice_without_the_quirk() -> None:
    async with opened(quirks=()) as shop:
        code = await shop.code(order_number="ONCE")
        assert await refused(shop, order_number="ONCE") == 1603003
        await shop.cj.orders.delete(order_id=code)
        assert await shop.code(order_number="ONCE") != code


# --- sandbox


@pytest.mark.parametrize(
    ("value", "with_quirk", "without"),
    [
        (1, True, True),
        (True, False, True),
        ("1", False, True),
        ("true", False, True),
        (0, False, False),
        (2, False, False),
        ("", False, False),
    ],
)
async def test_only_the_number_1_makes_a_sandbox_order(
    value: object, with_quirk: bool, without: bool
) -> None:
    for quirks, sandbox in ((True, with_quirk), (False, without)):
        async with opened(quirks=quirks) as shop:
            code = (await posted(shop, isSandbox=value))["data"]["orderId"]
            assert shop.kept(code).sandbox == sandbox
            assert (await shop.get(code)).is_sandbox == sandbox


# --- warehouses


async def test_cj_chooses_the_warehouse_of_type_3_and_none_of_type_2(shop: Shop) -> None:
    chosen = await shop.get(await shop.code(shop_logistics_type=3, from_country_code="US"))
    assert (chosen.storage_id, chosen.storage_name) == (shop.storage("US"), "Trenton Warehouse")
    elsewhere = await shop.get(await shop.code(shop_logistics_type=3, from_country_code="BR"))
    assert elsewhere.storage_id is not None
    free = await shop.get(await shop.code(shop_logistics_type=2, storage_id=shop.storage("US")))
    assert (free.storage_id, free.storage_name) == (None, None)


async def test_orders_of_the_platforms_logistics_need_no_method(shop: Shop) -> None:
    made = await shop.create(
        shop_logistics_type=1, storage_id=shop.storage("US"), logistic_name="TikTok Shipping"
    )
    assert not made.logistics_miss
    assert made.postage_amount == 0


async def test_a_closed_warehouse_takes_no_orders(shop: Shop) -> None:
    assert await refused(shop, shop_logistics_type=1, storage_id=shop.storage("AU")) == 1608001


# --- how far version 2 goes


async def test_pay_type_1_leads_to_a_page(shop: Shop) -> None:
    for more in ({}, {"pay_type": 1}):
        made = await shop.create_v2(**more)
        assert made.order_status == "UNPAID"
        payable = shop.state.money.payables[made.shipment_order_id or ""]
        assert payable.pay_id in (made.cj_pay_url or "")
        assert payable.paid_at is None
    assert shop.state.money.balance == 100_000


async def test_pay_type_2_takes_the_money_at_once(shop: Shop) -> None:
    made = await shop.create_v2(pay_type=2)
    assert made.order_status == "UNSHIPPED"
    order = shop.kept(made.code)
    assert shop.state.money.balance == 100_000 - order.total
    assert [charge.amount for charge in shop.state.money.charges] == [order.total]
    assert (await shop.get(made.code)).payment_date == shop.simulator.clock.now().replace(
        microsecond=0
    )


async def test_pay_type_2_without_the_money_leaves_an_unpaid_order(shop: Shop) -> None:
    shop.state.money.balance = 1
    await error_of(shop.create_v2(pay_type=2, order_number="POOR"), InsufficientBalance)
    found = await shop.get("POOR")
    assert (found.order_status, shop.state.money.balance) == ("UNPAID", 1)
    shop.state.money.balance = 100_000
    assert await shop.cj.payments.pay(order_id=found.code or "")
    assert await shop.status("POOR") == "UNSHIPPED"


async def test_pay_type_3_only_creates(shop: Shop) -> None:
    made = await shop.create_v2(pay_type=3)
    assert (made.order_status, made.shipment_order_id) == ("CREATED", "")


@pytest.mark.parametrize(
    "change", [{"shipping_phone": "1"}, {"logistic_name": "Pigeon Post"}], ids=["stopped", "missed"]
)
@pytest.mark.parametrize("pay_type", [1, 2])
async def test_an_order_that_does_not_go_on_is_not_paid(
    shop: Shop, change: dict[str, str], pay_type: int
) -> None:
    made = await shop.create_v2(pay_type=pay_type, **change)
    assert (made.order_status, made.cj_pay_url) == ("CREATED", "")
    assert (shop.state.money.balance, shop.state.money.payables) == (100_000, {})


async def test_a_sandbox_order_is_paid_without_money(shop: Shop) -> None:
    made = await shop.create_v2(pay_type=2, is_sandbox=1)
    assert (made.order_status, shop.kept(made.code).step) == ("UNSHIPPED", 300)
    assert (shop.state.money.balance, shop.state.money.charges) == (100_000, [])


# --- goods that are not CJ's


async def test_goods_of_the_shop_make_an_incomplete_order_without_a_code(shop: Shop) -> None:
    lines = [{"sku": "SHOP-SKU", "quantity": 2}, {"vid": shop.vid(), "quantity": 1}]
    made = await shop.create(order_flow=2, products=lines, order_number="MINE")
    assert made.code is None
    found = await shop.get("MINE")
    assert (found.code, found.is_complete, found.order_status) == (None, False, "CREATED")
    assert [row.vid for row in found.product_list or []] == [None, shop.vid()]


async def test_goods_of_the_shop_are_connected_after_an_hour(shop: Shop) -> None:
    lines = [{"sku": "SHOP-SKU", "quantity": 2}]
    await shop.create(order_flow=2, products=lines, order_number="MINE")
    await shop.create()
    await shop.after(1 / 24)
    found = await shop.get("MINE")
    assert found.is_complete
    assert (found.code or "").startswith("SD")
    assert (found.product_amount or 0) > 0
    event = next(each for each in shop.told if each.message_type == "ORDER_CONNNECTED")
    assert (event.kind, event.params["orderNumber"]) == ("ORDER", "MINE")
    assert next(iter(shop.book.orders)) == found.code
    await shop.pay(found.code or "")
    assert await shop.status("MINE") == "UNSHIPPED"


async def test_incomplete_orders_stay_so_while_nothing_is_sold() -> None:
    async with opened() as shop:
        await shop.create(order_flow=2, products=[{"sku": "X", "quantity": 1}], order_number="MINE")
        for number in range(shop.catalog.count):
            shop.world.removed.add(number)
        await shop.after(1)
        assert not (await shop.get("MINE")).is_complete


async def test_goods_of_the_store_flow_may_be_cjs(shop: Shop) -> None:
    lines = [{"vid": shop.vid(), "sku": "SHOP-SKU", "quantity": 1}]
    assert (await shop.create(order_flow=2, products=lines)).code


# --- goods made to order


@pytest.mark.parametrize("pod", ["x", "7", '{"links": 7}', '{"effectImgs": ["a", "b"]}', "[7]"])
async def test_what_is_printed_must_be_json_of_its_shape(shop: Shop, pod: str) -> None:
    lines = [{"vid": shop.vid(), "quantity": 1, "pod_properties": pod}]
    assert await refused(shop, products=lines) == 1600300


@pytest.mark.parametrize(
    ("pod", "production", "effect"),
    [
        ('[{"areaName": "LogoArea", "links": ["l1", "l2"], "type": "1"}]', ["l1", "l2"], []),
        ('{"links": ["p1"], "effectImgs": ["e1"]}', ["p1"], ["e1"]),
    ],
)
async def test_what_is_printed_is_shown(
    shop: Shop, pod: str, production: list[str], effect: list[str]
) -> None:
    code = await shop.code(products=[{"vid": shop.vid(), "quantity": 1, "pod_properties": pod}])
    [row] = (await shop.get(code)).product_list or []
    info = row.pod_properties_info
    assert info is not None
    assert (info.production_img_list, info.effect_img_list) == (production, effect)
    assert row.production_order_status == 1


# --- ids and spelling


async def test_an_order_has_three_ids(shop: Shop) -> None:
    code = await shop.code(order_number="OWN")
    found = await shop.get(code)
    assert code.startswith("SD")
    assert (found.code, found.cj_order_code, found.number) == (code, code, "OWN")
    assert found.order_id is not None
    assert found.order_id.isdecimal()
    assert {(await shop.get(each)).code for each in (code, found.order_id, "OWN")} == {code}


async def test_without_the_quirk_the_code_is_the_only_id_of_cj() -> None:
    async with opened(quirks=()) as shop:
        code = await shop.code()
        assert (await shop.get(code)).order_id == code
        assert shop.told[0].params["cjOrderId"] == code
        assert await shop.cj.orders.delete(order_id=code) == code


async def test_amounts_drift_into_text_and_only_under_the_quirk(shop: Shop) -> None:
    assert isinstance((await posted(shop))["data"]["orderAmount"], str)
    async with opened(quirks=()) as plain:
        answer = await posted(plain)
        assert isinstance(answer["data"]["orderAmount"], float)
        assert answer["data"]["cjPayUrl"] is None
    assert (answer["result"], answer["success"], answer["message"]) == (True, True, "Success")


async def test_the_same_calls_give_the_same_ids() -> None:
    seen: list[tuple[str, int]] = []
    for _ in range(2):
        async with opened() as shop:
            order = shop.kept(await shop.code())
            seen.append((order.code, order.long_id))
    assert seen[0] == seen[1]


async def test_a_new_order_is_told(shop: Shop) -> None:
    code = await shop.code()
    [event] = shop.told
    assert (event.kind, event.message_type) == ("ORDER", "UPDATE")
    assert event.params["orderStatus"] == "CREATED"
    assert event.params["cjOrderId"] == shop.kept(code).long_id
