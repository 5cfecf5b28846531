"""The private inventory cart: variants are put aside, shown product by product, and taken out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cj_async import CJClient
from cj_async.errors import InvalidParameter, NotFound
from cj_async.simulator import Simulator
from tests.conftest import error_of
from tests.simulator.plain import Caller
from tests.simulator.private.shopping import BASE, Ware, state_of, wares


async def put(cj: CJClient, ware: Ware, quantity: int = 20) -> Any:
    return await cj.private_inventory.add_to_cart(
        product_id=ware.pid, variants=[{"variant_id": ware.vid, "quantity": quantity}]
    )


async def test_what_was_added_is_in_the_cart_with_its_price(
    cj: CJClient, simulator: Simulator
) -> None:
    first, second = wares(simulator, 2)
    assert await put(cj, first, 100) == {"success": True, "addedCount": 1}
    await put(cj, second, 3)
    rows = [row async for row in cj.private_inventory.cart()]
    assert [row.product_id for row in rows] == [first.pid, second.pid]
    (line,) = rows[0].variants or []
    assert (line.variant_id, line.sku, line.quantity) == (first.vid, first.sku, 100)
    assert line.price == Decimal(first.price) / 100


async def test_the_amount_of_the_cart_is_that_of_its_lines(
    caller: Caller, cj: CJClient, simulator: Simulator
) -> None:
    first, second = wares(simulator, 2)
    await put(cj, first, 7)
    await put(cj, second, 11)
    data = (await caller.send("POST", f"{BASE}/getCart")).body["data"]
    assert round(data["totalAmount"] * 100) == first.price * 7 + second.price * 11
    assert (data["selectVariantCount"], data["total"], data["pageNum"]) == (2, 2, 1)
    assert data["currencyInfo"] == {"currencyCode": "USD", "currencySymbol": "$"}


async def test_more_of_a_variant_is_added_to_its_line(cj: CJClient, simulator: Simulator) -> None:
    (ware,) = wares(simulator, 1)
    await put(cj, ware, 5)
    await put(cj, ware, 6)
    (row,) = [row async for row in cj.private_inventory.cart()]
    assert [line.quantity for line in row.variants or []] == [11]


@pytest.mark.parametrize("quantity", [0, 100_001])
async def test_a_quantity_outside_1_to_100000_is_refused(
    caller: Caller, simulator: Simulator, quantity: int
) -> None:
    (ware,) = wares(simulator, 1)
    lines = [{"variantId": ware.vid, "quantity": quantity}]
    answer = await caller.post(f"{BASE}/addToCart", productId=ware.pid, variants=lines)
    assert answer.code == 1600300
    assert state_of(simulator).private.cart == {}


async def test_a_line_never_holds_more_than_100000(cj: CJClient, simulator: Simulator) -> None:
    (ware,) = wares(simulator, 1)
    await put(cj, ware, 100_000)
    assert (await error_of(put(cj, ware, 1), InvalidParameter)).code == 1600300
    assert state_of(simulator).private.cart[ware.vid].quantity == 100_000


async def test_only_variants_of_the_product_can_be_added(
    cj: CJClient, simulator: Simulator
) -> None:
    first, second = wares(simulator, 2)
    lines: Any = [{"variant_id": ware.vid, "quantity": 1} for ware in (first, second)]
    call = cj.private_inventory.add_to_cart(product_id=first.pid, variants=lines)
    assert (await error_of(call, NotFound)).code == 1602000
    assert state_of(simulator).private.cart == {}


async def test_an_unknown_or_removed_product_cannot_be_added(
    cj: CJClient, simulator: Simulator
) -> None:
    (ware,) = wares(simulator, 1)
    assert (await error_of(put(cj, ware._replace(pid="NOBODY")), NotFound)).code == 1602001
    simulator.remove_product(ware.pid)
    assert (await error_of(put(cj, ware), NotFound)).code == 1602002


async def test_a_product_that_is_removed_later_stands_apart(
    caller: Caller, cj: CJClient, simulator: Simulator
) -> None:
    first, second = wares(simulator, 2)
    await put(cj, first, 2)
    await put(cj, second, 3)
    simulator.remove_product(first.pid)
    data = (await caller.post(f"{BASE}/getCart")).body["data"]
    assert [row["productId"] for row in data["productList"]] == [second.pid]
    assert [row["productId"] for row in data["invalidProductList"]] == [first.pid]
    assert round(data["totalAmount"] * 100) == second.price * 3


async def test_lines_are_removed_by_variant_or_by_their_own_id(
    cj: CJClient, simulator: Simulator
) -> None:
    first, second, third = wares(simulator, 3)
    for ware in (first, second, third):
        await put(cj, ware)
    line = state_of(simulator).private.cart[second.vid].id
    assert await cj.private_inventory.remove_from_cart(variant_ids=[first.vid, line]) is True
    assert list(state_of(simulator).private.cart) == [third.vid]
    assert await cj.private_inventory.remove_from_cart(variant_ids=[first.vid]) is False


async def test_pages_count_products_and_only_with_is_all_0(
    caller: Caller, cj: CJClient, simulator: Simulator
) -> None:
    chosen = wares(simulator, 3)
    for ware in chosen:
        await put(cj, ware)
    whole = (await caller.post(f"{BASE}/getCart", pageNum=2, pageSize=2)).body["data"]
    assert len(whole["productList"]) == 3
    page = (await caller.post(f"{BASE}/getCart", pageNum=2, pageSize=2, isAll=0)).body["data"]
    assert [row["productId"] for row in page["productList"]] == [chosen[2].pid]
    assert (page["pageNum"], page["pageSize"], page["total"]) == (2, 2, 3)


async def test_more_than_100_a_page_mean_100(caller: Caller) -> None:
    page = (await caller.post(f"{BASE}/getCart", pageSize=500, isAll=0)).body
    assert (page["code"], page["data"]["pageSize"]) == (200, 100)


async def test_two_accounts_have_two_carts(cj: CJClient, simulator: Simulator) -> None:
    (ware,) = wares(simulator, 1)
    await put(cj, ware)
    assert simulator.add_account().state.private.cart == {}
