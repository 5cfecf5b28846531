"""From a created order to one that can be paid: cart, confirmation, parent order, and the payment."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta
from decimal import Decimal

import pytest

from cj_async import CJError, InsufficientBalance
from tests.conftest import error_of
from tests.simulator.orders.conftest import PLAIN, Shop, opened
from tests.simulator.plain import calling

CONFIRM_FAILED, NO_ORDER, PAY_FAILED = 1603001, 1603100, 1603101


async def code_of(call: Awaitable[object]) -> int | None:
    error = await error_of(call, CJError)
    code: int | None = getattr(error, "code", None)
    return code


async def test_the_way_of_an_order_from_creation_to_payment(shop: Shop) -> None:
    codes = [await shop.code() for _ in range(2)]
    added = await shop.cj.orders.add_to_cart(cj_order_id_list=codes)
    assert (added.success_count, added.add_success_orders) == (2, codes)
    assert [await shop.status(code) for code in codes] == ["IN_CART"] * 2
    confirmed = await shop.cj.orders.confirm_cart(cj_order_id_list=codes)
    assert (confirmed.success_count, confirmed.submit_success) == (2, True)
    assert [await shop.status(code) for code in codes] == ["UNPAID"] * 2
    total = sum(shop.kept(code).total for code in codes)
    parent = await shop.parent(confirmed.shipments_id or "")
    assert (parent.success_orders, parent.order_money) == (codes, Decimal(total) / 100)
    assert (parent.submit_success, parent.un_match_order_codes) == (True, [])
    information = parent.payment_information
    assert information is not None
    assert (information.actual_payment, information.can_deduct) == (parent.order_money, True)
    await shop.cj.payments.pay_v2(
        shipment_order_id=confirmed.shipments_id or "", pay_id=parent.pay_id
    )
    assert [await shop.status(code) for code in codes] == ["UNSHIPPED"] * 2
    assert shop.state.money.balance == 100_000 - total
    assert [each.params["orderStatus"] for each in shop.told] == [
        *["CREATED"] * 2,
        *["IN_CART"] * 2,
        *["UNPAID"] * 2,
        *["UNSHIPPED"] * 2,
    ]


async def test_an_order_is_charged_once(shop: Shop) -> None:
    code = await shop.code()
    shipment = await shop.pay(code)
    assert await code_of(shop.cj.payments.pay_v2(shipment_order_id=shipment)) == PAY_FAILED
    assert await code_of(shop.cj.payments.pay(order_id=code)) == PAY_FAILED
    assert await code_of(shop.parent(shipment)) == CONFIRM_FAILED
    assert len(shop.state.money.charges) == 1


async def test_too_little_money_changes_nothing(shop: Shop) -> None:
    shipment = await shop.shipment(code := await shop.code())
    shop.state.money.balance = 5
    parent = await shop.parent(shipment)
    assert parent.payment_information is not None
    assert parent.payment_information.can_deduct is False
    await error_of(shop.cj.payments.pay_v2(shipment_order_id=shipment), InsufficientBalance)
    assert (await shop.status(code), shop.state.money.balance) == ("UNPAID", 5)


# --- some of many


async def test_the_cart_takes_what_fits(shop: Shop) -> None:
    good, stopped = await shop.code(), await shop.code(shipping_phone="1")
    missed = await shop.code(logistic_name="Pigeon Post")
    confirmed = await shop.code()
    await shop.cj.orders.confirm(order_id=confirmed)
    added = await shop.cj.orders.add_to_cart(
        cj_order_id_list=[good, stopped, missed, confirmed, "SD0", good]
    )
    assert (added.success_count, added.add_success_orders) == (1, [good])
    assert added.intercept_orders == [stopped, missed]
    assert [await shop.status(code) for code in (stopped, missed)] == ["CREATED"] * 2


async def test_a_confirmation_takes_what_is_in_the_cart(shop: Shop) -> None:
    inside, outside = await shop.code(), await shop.code()
    await shop.cj.orders.add_to_cart(cj_order_id_list=[inside])
    confirmed = await shop.cj.orders.confirm_cart(cj_order_id_list=[inside, outside])
    assert (confirmed.success_count, confirmed.result) == (1, 0)
    assert [await shop.status(code) for code in (inside, outside)] == ["UNPAID", "CREATED"]


async def test_where_nothing_fits_the_cart_refuses(shop: Shop) -> None:
    code = await shop.code()
    cart, confirm = shop.cj.orders.add_to_cart, shop.cj.orders.confirm_cart
    assert await code_of(confirm(cj_order_id_list=[code])) == CONFIRM_FAILED
    assert await code_of(cart(cj_order_id_list=["SD0"])) == NO_ORDER
    assert await code_of(confirm(cj_order_id_list=["SD0"])) == NO_ORDER
    await cart(cj_order_id_list=[code])
    assert await code_of(cart(cj_order_id_list=[code])) == CONFIRM_FAILED
    assert await shop.status(code) == "IN_CART"


async def test_only_stopped_orders_are_no_refusal(shop: Shop) -> None:
    stopped = await shop.code(shipping_phone="1")
    added = await shop.cj.orders.add_to_cart(cj_order_id_list=[stopped])
    assert (added.success_count, added.intercept_orders) == (0, [stopped])
    shop.kept(stopped).status = "IN_CART"
    confirmed = await shop.cj.orders.confirm_cart(cj_order_id_list=[stopped])
    assert (confirmed.submit_success, confirmed.shipments_id) == (False, None)


@pytest.mark.parametrize("codes", [7, "SD1", [7], {"a": 1}])
async def test_codes_are_a_list_of_texts(codes: object) -> None:
    for validate in (True, False):
        async with opened(validate=validate) as shop, calling(shop.simulator) as caller:
            answer = await caller.post("/shopping/order/addCart", cjOrderIdList=codes)
            assert answer.code == 1600300


# --- sandbox orders among others


async def test_sandbox_and_real_orders_never_share_a_parent(shop: Shop) -> None:
    codes = [await shop.code(), await shop.code(is_sandbox=1)]
    await shop.cj.orders.add_to_cart(cj_order_id_list=codes)
    refused = shop.cj.orders.confirm_cart(cj_order_id_list=codes)
    assert await code_of(refused) == CONFIRM_FAILED
    assert [await shop.status(code) for code in codes] == ["IN_CART"] * 2
    assert not shop.book.parents


async def test_a_parent_of_sandbox_orders_costs_nothing() -> None:
    async with opened(quirks=()) as shop:
        codes = [await shop.code(is_sandbox=1) for _ in range(2)]
        await shop.pay(*codes)
        assert [await shop.status(code) for code in codes] == ["UNSHIPPED"] * 2
        assert [shop.kept(code).step for code in codes] == [300, 300]
        assert (shop.state.money.balance, shop.state.money.charges) == (100_000, [])


# --- the parent order


async def test_a_payment_id_is_good_for_a_day(shop: Shop) -> None:
    shipment = await shop.shipment(await shop.code())
    first = await shop.parent(shipment)
    moment = shop.simulator.clock.now().replace(microsecond=0)
    assert first.pay_expire_time == moment + timedelta(days=1)
    assert (await shop.parent(shipment)).pay_id == first.pay_id
    await shop.after(1)
    late = shop.cj.payments.pay_v2(shipment_order_id=shipment, pay_id=first.pay_id)
    assert await code_of(late) == PAY_FAILED
    second = await shop.parent(shipment)
    assert second.pay_id != first.pay_id
    await shop.cj.payments.pay_v2(shipment_order_id=shipment, pay_id=second.pay_id)


async def test_a_shipment_can_be_paid_without_a_payment_id(shop: Shop) -> None:
    shipment = await shop.shipment(code := await shop.code())
    await shop.cj.payments.pay_v2(shipment_order_id=shipment)
    assert await shop.status(code) == "UNSHIPPED"


async def test_an_unknown_shipment_is_refused(shop: Shop) -> None:
    assert await code_of(shop.parent("CJ0")) == NO_ORDER


async def test_orders_whose_goods_are_gone_do_not_match(shop: Shop) -> None:
    gone, kept = await shop.code(), await shop.code(products=[{"vid": shop.vid(5), "quantity": 1}])
    shipment = await shop.shipment(gone, kept)
    shop.simulator.remove_product(shop.catalog.pid(PLAIN))
    parent = await shop.parent(shipment)
    assert (parent.un_match_order_codes, parent.success_orders) == ([gone], [kept])
    assert parent.un_match_product_codes == [shop.sku()]
    assert parent.order_money == Decimal(shop.kept(kept).total) / 100
    await shop.cj.payments.pay_v2(shipment_order_id=shipment, pay_id=parent.pay_id)
    assert [await shop.status(code) for code in (gone, kept)] == ["UNPAID", "UNSHIPPED"]


async def test_a_parent_that_nothing_is_left_of_cannot_be_paid(shop: Shop) -> None:
    shipment = await shop.shipment(await shop.code())
    shop.simulator.remove_product(shop.catalog.pid(PLAIN))
    parent = await shop.parent(shipment)
    assert (parent.submit_success, parent.pay_id) == (False, None)
    assert parent.order_money == 0
    assert await code_of(shop.cj.payments.pay_v2(shipment_order_id=shipment)) == NO_ORDER
    assert await code_of(shop.parent(shipment)) == CONFIRM_FAILED


# --- without the cart


@pytest.mark.parametrize("in_cart", [False, True])
async def test_an_order_is_confirmed_by_itself_and_paid_by_its_code(
    shop: Shop, in_cart: bool
) -> None:
    code = await shop.code()
    if in_cart:
        await shop.cj.orders.add_to_cart(cj_order_id_list=[code])
    assert await shop.cj.orders.confirm(order_id=code) == str(shop.kept(code).long_id)
    assert await shop.status(code) == "UNPAID"
    await shop.cj.payments.pay(order_id=code)
    assert await shop.status(code) == "UNSHIPPED"


async def test_what_cannot_be_confirmed_is_refused(shop: Shop) -> None:
    confirm = shop.cj.orders.confirm
    assert await code_of(confirm(order_id="SD0")) == NO_ORDER
    assert await code_of(confirm(order_id=await shop.code(shipping_phone="1"))) == CONFIRM_FAILED
    code = await shop.code()
    await confirm(order_id=code)
    assert await code_of(confirm(order_id=code)) == CONFIRM_FAILED
    await shop.pay(paid := await shop.code())
    assert await code_of(confirm(order_id=paid)) == CONFIRM_FAILED
    assert [await shop.status(each) for each in (code, paid)] == ["UNPAID", "UNSHIPPED"]


# --- how the answers look


async def test_a_parent_order_is_answered_without_a_code_under_the_quirk() -> None:
    for quirks, has_code in ((True, False), (False, True)):
        async with opened(quirks=quirks) as shop, calling(shop.simulator) as caller:
            shipment = await shop.shipment(await shop.code())
            answer = await caller.post(
                "/shopping/order/saveGenerateParentOrder", shipmentOrderId=shipment
            )
            assert ("code" in answer.body) == has_code
            assert (answer.body["success"], answer.body["message"]) == (True, "")
            assert "result" not in answer.body


async def test_the_cart_answers_with_success_and_no_result(shop: Shop) -> None:
    async with calling(shop.simulator) as caller:
        answer = await caller.post("/shopping/order/addCart", cjOrderIdList=[await shop.code()])
    assert (answer.code, answer.body["success"]) == (200, True)
    assert "result" not in answer.body
    assert answer.body["message"] == "Congratulation! Well done!"
