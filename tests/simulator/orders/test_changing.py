"""Deleting an order, and having it sent from another warehouse."""

from __future__ import annotations

from collections.abc import Awaitable

import pytest

from cj_async import CJError, NotFound
from cj_async.simulator.orders import moves
from cj_async.simulator.orders.model import Status
from tests.conftest import error_of
from tests.simulator.orders.conftest import Shop
from tests.simulator.plain import calling


async def code_of(call: Awaitable[object]) -> int | None:
    error = await error_of(call, CJError)
    code: int | None = getattr(error, "code", None)
    return code


@pytest.mark.parametrize("in_cart", [False, True])
async def test_an_order_before_its_confirmation_can_be_deleted(shop: Shop, in_cart: bool) -> None:
    code = await shop.code()
    if in_cart:
        await shop.cj.orders.add_to_cart(cj_order_id_list=[code])
    long_id = shop.kept(code).long_id
    assert await shop.cj.orders.delete(order_id=code) == str(long_id)
    await error_of(shop.get(code), NotFound)
    assert (shop.told[-1].kind, shop.told[-1].message_type) == ("ORDER", "DELETE")


@pytest.mark.parametrize("status", ["UNPAID", "UNSHIPPED", "SHIPPED", "DELIVERED", "CANCELLED"])
async def test_an_order_after_its_confirmation_stays(shop: Shop, status: Status) -> None:
    code = await shop.code()
    shop.kept(code).status = status
    shop.told.clear()
    assert await code_of(shop.cj.orders.delete(order_id=code)) == 1603002
    assert (await shop.status(code), shop.told) == (status, [])


async def test_only_the_code_names_an_order_that_is_to_be_deleted(shop: Shop) -> None:
    code = await shop.code(order_number="OWN")
    for asked in ("OWN", str(shop.kept(code).long_id), "SD0"):
        assert await code_of(shop.cj.orders.delete(order_id=asked)) == 1603100
    assert await shop.status(code) == "CREATED"


# --- another warehouse


async def test_an_order_of_the_platforms_logistics_can_change_its_warehouse(shop: Shop) -> None:
    code, german = await shop.on_platform(), shop.storage("DE")
    changed = await shop.cj.orders.change_warehouse(order_code=code, storage_id=german)
    assert changed is True
    assert (await shop.get(code)).storage_name == "Neuss Warehouse"
    assert shop.told[-1].message_type == "UPDATE"


async def test_ids_of_warehouses_are_taken_as_stock_rows_spell_them(shop: Shop) -> None:
    code, german = await shop.on_platform(), shop.storage("DE")
    braced = (
        f"{{{german[:8]}-{german[8:12]}-{german[12:16]}-{german[16:20]}-{german[20:]}}}".upper()
    )
    assert await shop.cj.orders.change_warehouse(order_code=code, storage_id=braced)
    assert (await shop.get(code)).storage_id == german


async def test_other_orders_keep_their_warehouse(shop: Shop) -> None:
    change, german = shop.cj.orders.change_warehouse, shop.storage("DE")
    plain = await shop.code()
    assert await code_of(change(order_code=plain, storage_id=german)) == 1603001
    assert await code_of(change(order_code="SD0", storage_id=german)) == 1603001
    sent = await shop.on_platform()
    for status in ("SHIPPED", "DELIVERED", "CANCELLED"):
        shop.kept(sent).status = status
        assert await code_of(change(order_code=sent, storage_id=german)) == 1603001
    assert (shop.kept(plain).storage, shop.kept(sent).storage) == ("", shop.storage("US"))


async def test_an_unknown_or_closed_warehouse_is_refused(shop: Shop) -> None:
    code = await shop.on_platform()
    for storage in ("x", shop.storage("AU")):
        call = shop.cj.orders.change_warehouse(order_code=code, storage_id=storage)
        assert await code_of(call) == 1608001
    assert shop.kept(code).storage == shop.storage("US")


async def test_the_refusal_of_a_change_carries_false(shop: Shop) -> None:
    async with calling(shop.simulator) as caller:
        path = "/shopping/order/changeWarehouse"
        answer = await caller.post(path, orderCode="SD0", storageId=shop.storage("DE"))
    assert (answer.code, answer.body["data"]) == (1603001, False)
    assert answer.body["message"] == "order query fail"


def test_moves_are_refused_with_the_place_they_start_from() -> None:
    assert issubclass(moves.IllegalMove, ValueError)
