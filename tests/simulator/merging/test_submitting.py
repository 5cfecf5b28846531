"""What becomes of groups that are submitted: one order each, or a code that says why not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Literal

import pytest

from cj_async import CJClient
from cj_async.models.merge_order import MergeOutcome
from cj_async.params.merge_order import MergeGroupInput
from cj_async.simulator import Simulator
from cj_async.simulator._account import Account
from cj_async.simulator._money import Payable
from cj_async.simulator._world import World
from cj_async.simulator.orders.model import Order, Parent
from tests.simulator.merging.conftest import Shop
from tests.simulator.only import only
from tests.simulator.plain import calling

SUBMIT = "/shopping/mergeOrder/submitMergeOrderBatchV3"


async def submit(
    cj: CJClient, *codes: str, method: str = "YunExpress", status: Literal[100, 101] = 100
) -> MergeOutcome:
    return await cj.merge_orders.submit(
        groups=[
            {
                "logistic_name": method,
                "order_code_list": list(codes),
                "order_number": "MERGED-1",
                "order_status": status,
                "pack_type": 0,
            }
        ]
    )


def failures(outcome: MergeOutcome) -> list[tuple[object, list[str]]]:
    rows = outcome.merge_fail_order_group_list or []
    return [(row.error_code, list(row.order_codes or ())) for row in rows]


async def test_two_orders_become_one(simulator: Simulator, cj: CJClient, shop: Shop) -> None:
    first, second = shop.order(), shop.order()
    told = await submit(cj, first.code, second.code, method="DHL")
    assert (told.success_group_count, told.success_order_count) == (1, 2)
    assert (told.fail_group_count, told.fail_order_count, failures(told)) == (0, 0, [])
    code = only(told.new_order_code_list)
    new = shop.book.orders[code]
    assert (new.number, new.status, new.method) == ("MERGED-1", "CREATED", "DHL")
    assert [line.line_id for line in new.lines] == ["L1", "L2"]
    assert new.goods == first.goods + second.goods
    assert new.postage > 1890
    assert code not in (first.code, second.code)
    assert new.long_id not in (first.long_id, second.long_id)
    for old in (first, second):
        assert (old.merged_into, old.status) == (code, "CANCELLED")


async def test_orders_of_the_cart_become_one_in_the_cart(cj: CJClient, shop: Shop) -> None:
    orders = [shop.order("IN_CART"), shop.order("IN_CART")]
    told = await submit(cj, *(each.code for each in orders), status=101)
    code = only(told.new_order_code_list)
    assert shop.book.orders[code].status == "IN_CART"


async def test_an_order_that_waited_to_be_paid_leaves_its_payment(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    alone, together, kept = (shop.order("UNPAID") for _ in range(3))
    money = simulator.account.state.money
    for name, orders in (("P1", [alone]), ("P2", [together, kept])):
        shop.book.parents[name] = Parent(name, [each.code for each in orders], 0.0)
        money.owe(Payable(name, f"PAY-{name}", "parent", sum(each.total for each in orders)))
        for order in orders:
            order.parent = name
    told = await submit(cj, alone.code, together.code)
    assert told.success_group_count == 1
    assert "P1" not in money.payables
    assert (money.payables["P2"].amount, shop.book.parents["P2"].orders) == (
        kept.total,
        [kept.code],
    )


async def test_merging_tells_that_the_old_orders_ended_and_a_new_one_came(
    cj: CJClient, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    emitted: list[tuple[str, str, object, object]] = []

    def listen(_: World, account: Account, kind: str, what: str, told: dict[str, object]) -> None:
        assert account is shop.account
        emitted.append((kind, what, told["orderNumber"], told["orderStatus"]))

    monkeypatch.setattr(World, "emit", listen)
    await submit(cj, shop.order().code, shop.order().code)
    assert emitted == [
        ("ORDER", "UPDATE", "SHOP-1", "CANCELLED"),
        ("ORDER", "UPDATE", "SHOP-2", "CANCELLED"),
        ("ORDER", "UPDATE", "MERGED-1", "CREATED"),
    ]


Change = Callable[[Order], None]


def elsewhere(order: Order) -> None:
    order.fields["shippingAddress"] = "2 Example Road"


def set_to(name: str, value: object) -> Change:
    return lambda order: setattr(order, name, value)


@pytest.mark.parametrize(
    ("code", "change"),
    [
        (11002, set_to("intercepted", "stopped")),
        (11002, set_to("status", "CANCELLED")),
        (11002, set_to("merged_into", "SD1")),
        (11004, elsewhere),
        (11007, set_to("status", "IN_CART")),
        (11007, set_to("status", "UNSHIPPED")),
        (11007, set_to("status", "DELIVERED")),
        (11100, set_to("shop_logistics", 3)),
        (11100, set_to("origin", "US")),
        (11100, set_to("sandbox", True)),
    ],
)
async def test_a_group_that_does_not_fit_stays_as_it_is(
    simulator: Simulator, cj: CJClient, shop: Shop, code: int, change: Change
) -> None:
    first, second = shop.order(), shop.order()
    change(second)
    before = repr(shop.book)
    told = await submit(cj, first.code, second.code)
    assert failures(told) == [(code, [first.code, second.code])]
    assert (told.fail_group_count, told.fail_order_count) == (1, 2)
    assert (told.success_group_count, told.new_order_code_list) == (0, [])
    assert repr(shop.book) == before


async def test_one_order_alone_is_no_group(cj: CJClient, shop: Shop) -> None:
    order = shop.order()
    assert failures(await submit(cj, order.code)) == [(11001, [order.code])]
    assert failures(await submit(cj, order.code, order.code)) == [(11001, [order.code])]


async def test_an_order_of_nobody_has_no_data(cj: CJClient, shop: Shop) -> None:
    order = shop.order()
    assert failures(await submit(cj, order.code, "SD0")) == [(11003, [order.code, "SD0"])]
    assert order.merged_into == ""


async def test_orders_of_a_supplier_are_not_merged(cj: CJClient, shop: Shop) -> None:
    orders = [shop.order(), shop.order(of_supplier=True)]
    codes = [each.code for each in orders]
    assert failures(await submit(cj, *codes)) == [(11006, codes)]


@pytest.mark.parametrize("method", ["USPS+", "no such method"])
async def test_a_method_that_does_not_take_them_is_none(
    cj: CJClient, shop: Shop, method: str
) -> None:
    codes = [shop.order().code, shop.order().code]
    assert failures(await submit(cj, *codes, method=method)) == [(11005, codes)]


async def test_together_they_may_be_too_heavy(cj: CJClient, shop: Shop) -> None:
    orders = [shop.order(), shop.order()]
    for order in orders:
        order.lines[0].grams = 6_000
    codes = [each.code for each in orders]
    assert failures(await submit(cj, *codes)) == [(11005, codes)]
    assert (await submit(cj, *codes, method="DHL")).success_group_count == 1


async def test_groups_of_one_call_stand_for_themselves(cj: CJClient, shop: Shop) -> None:
    codes = [shop.order().code for _ in range(3)]

    def group(some: list[str]) -> MergeGroupInput:
        return {
            "logistic_name": "DHL",
            "order_code_list": some,
            "order_number": "MERGED-1",
            "order_status": 100,
            "pack_type": 1,
        }

    told = await cj.merge_orders.submit(groups=[group(codes[:2]), group(codes[1:])])
    assert (told.success_group_count, told.success_order_count) == (1, 2)
    assert failures(told) == [(11002, codes[1:])]


async def test_the_outcome_is_told_again_once_the_job_has_ended(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    nothing = await cj.merge_orders.submit_result()
    assert (nothing.success_group_count, nothing.new_order_code_list) == (0, [])
    assert (await cj.merge_orders.submit_progress()).no_task is True
    told = await submit(cj, shop.order().code, shop.order().code)
    simulator.clock.advance(timedelta(seconds=2))
    progress = await cj.merge_orders.submit_progress()
    assert (progress.no_task, progress.step) == (False, 3)
    assert await cj.merge_orders.submit_result() == nothing
    simulator.clock.advance(timedelta(seconds=3))
    assert (await cj.merge_orders.submit_progress()).no_task is True
    assert await cj.merge_orders.submit_result() == told


async def test_what_was_merged_is_not_found_again(cj: CJClient, shop: Shop) -> None:
    await submit(cj, shop.order().code, shop.order().code)
    assert await cj.merge_orders.auto_match(filter_order=True, order_status=100) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"orderStatus": 102}, 1600300),
        ({"packType": 2}, 1600300),
        ({"orderCodeList": "SD1"}, 1600300),
        ({"orderCodeList": [1, 2]}, 1600300),
        ({"orderCodeList": []}, 16900403),
        ({"logisticName": "x" * 51}, 1600300),
        ({"orderNumber": ""}, 16900403),
    ],
)
async def test_a_wrong_group_is_refused_whole(
    simulator: Simulator, shop: Shop, change: dict[str, object], code: int
) -> None:
    right = {
        "logisticName": "DHL",
        "orderCodeList": [shop.order().code, shop.order().code],
        "orderNumber": "1",
        "orderStatus": 100,
        "packType": 0,
    }
    async with calling(simulator) as caller:
        answer = await caller.send("POST", SUBMIT, json=[right, {**right, **change}])
    assert answer.code == code
    assert [order.status for order in shop.book.orders.values()] == ["CREATED", "CREATED"]


async def test_no_group_at_all_is_a_wrong_parameter(simulator: Simulator) -> None:
    async with calling(simulator) as caller:
        assert (await caller.send("POST", SUBMIT, json=[])).code == 1600300
