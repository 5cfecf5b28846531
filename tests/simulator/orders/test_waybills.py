"""Labels of the shop's platform: handed in after the payment, and only then does the parcel leave."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import pytest

from cj_async import CJError
from cj_async.simulator.orders import moves
from tests.conftest import error_of
from tests.simulator.orders.conftest import Shop, opened
from tests.simulator.plain import calling
from tests.simulator.test_examples import form_of

UPLOAD = "/shopping/order/uploadWaybillInfo"


async def code_of(call: Awaitable[object]) -> int | None:
    error = await error_of(call, CJError)
    code: int | None = getattr(error, "code", None)
    return code


def label(code: str, **more: Any) -> dict[str, Any]:
    return {
        "order_id": "shop-1",
        "cj_order_id": code,
        "cj_shipping_company_name": "USPS",
        "track_number": "9000",
        "waybill_file": b"%PDF",
        **more,
    }


async def paid(shop: Shop) -> str:
    await shop.pay(code := await shop.on_platform())
    return code


async def test_a_parcel_waits_for_its_label(shop: Shop) -> None:
    code = await paid(shop)
    await shop.after(30)
    assert await shop.status(code) == "UNSHIPPED"
    assert await shop.cj.orders.upload_waybill(**label(code)) is True
    found = await shop.get(code)
    assert (found.track_number, found.tracking_provider) == ("9000", "USPS")
    assert shop.kept(code).waybill["file"]
    assert shop.told[-1].params["trackNumber"] == "9000"
    await shop.after(2)
    sent = await shop.get(code)
    assert (sent.order_status, sent.track_number) == ("SHIPPED", "9000")


async def test_a_label_can_be_replaced_without_more_delay(shop: Shop) -> None:
    code = await paid(shop)
    await shop.cj.orders.upload_waybill(**label(code))
    await shop.after(1)
    assert await shop.cj.orders.update_waybill(
        **label(code, cj_shipping_company_name="UPS", track_number="9001")
    )
    await shop.cj.orders.upload_waybill(**label(code, track_number="9002"))
    await shop.after(1)
    found = await shop.get(code)
    assert (found.order_status, found.track_number) == ("SHIPPED", "9002")


async def test_there_is_nothing_to_replace_before_the_first_label(shop: Shop) -> None:
    code = await paid(shop)
    assert await code_of(shop.cj.orders.update_waybill(**label(code))) == 1600300
    assert (await shop.get(code)).track_number is None


async def test_orders_that_cj_ships_take_no_label(shop: Shop) -> None:
    await shop.pay(code := await shop.code())
    for call in (shop.cj.orders.upload_waybill, shop.cj.orders.update_waybill):
        assert await code_of(call(**label(code))) == 804
    assert not shop.kept(code).waybill


async def test_the_warehouse_must_work_with_the_carrier(shop: Shop) -> None:
    code = await paid(shop)
    upload = shop.cj.orders.upload_waybill(**label(code, cj_shipping_company_name="Kerry"))
    error = await error_of(upload, CJError)
    assert getattr(error, "code", None) == 806
    assert "Kerry" in str(error)
    assert (await shop.get(code)).track_number is None


async def test_a_label_needs_an_order_that_is_paid_and_not_yet_sent(shop: Shop) -> None:
    unpaid = await shop.on_platform()
    assert await code_of(shop.cj.orders.upload_waybill(**label(unpaid))) == 819
    code = await paid(shop)
    await shop.cj.orders.upload_waybill(**label(code))
    moves.ship(shop.world, shop.simulator.account, shop.kept(code))
    assert await code_of(shop.cj.orders.update_waybill(**label(code, track_number="1"))) == 819
    assert (await shop.get(code)).track_number == "9000"
    assert await code_of(shop.cj.orders.upload_waybill(**label("SD0"))) == 1603100


@pytest.mark.parametrize("validate", [True, False])
async def test_a_track_number_is_not_longer_than_documented(validate: bool) -> None:
    async with opened(validate=validate) as shop:
        code = await paid(shop)
        call = shop.cj.orders.upload_waybill(**label(code, track_number="9" * 201))
        await error_of(call, CJError)
        assert not shop.kept(code).waybill


async def test_sandbox_orders_take_labels_and_do_not_move_by_them(shop: Shop) -> None:
    code = await shop.on_platform(is_sandbox=1)
    await shop.pay_sandbox(code)
    await shop.cj.orders.upload_waybill(**label(code))
    await shop.after(30)
    assert (await shop.status(code), shop.kept(code).step) == ("UNSHIPPED", 300)


async def test_a_label_is_answered_without_a_code_under_the_quirk() -> None:
    for quirks, has_code in ((True, False), (False, True)):
        async with opened(quirks=quirks) as shop, calling(shop.simulator) as caller:
            fields = {
                "orderId": "shop-1",
                "cjOrderId": await paid(shop),
                "cjShippingCompanyName": "USPS",
                "trackNumber": "9000",
                "waybillFile": b"%PDF",
            }
            answer = await caller.send("POST", UPLOAD, data=form_of(fields))
            assert ("code" in answer.body) == has_code
            assert (answer.body["success"], answer.body["result"]) == (True, True)
            fields["cjShippingCompanyName"] = "Kerry"
            refused = await caller.send("POST", UPLOAD, data=form_of(fields))
            assert (refused.code, refused.body["success"]) == (806, False)
