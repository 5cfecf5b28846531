"""Which orders does CJ find that can be merged, and how does it tell how far it is?"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import pytest

from cj_async import CJClient
from cj_async.simulator import Simulator
from cj_async.simulator.orders.model import Status
from tests.simulator.merging.conftest import Shop
from tests.simulator.only import only
from tests.simulator.plain import calling


async def found(
    cj: CJClient, simulator: Simulator, status: Literal[100, 101] = 100
) -> list[list[str]]:
    """The codes of each group, once the search has ended."""
    await cj.merge_orders.auto_match(filter_order=True, order_status=status)
    simulator.clock.advance(timedelta(seconds=5))
    groups = await cj.merge_orders.auto_match_result()
    return [
        [order.order_code for order in shop.merge_order_info_list or ()]
        for group in groups
        for shop in group.merge_shop_order_vo_list or ()
    ]


async def test_a_search_has_its_groups_at_once_and_their_orders_at_its_end(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    first, second = shop.order(), shop.order(storeName="another shop", platform="shopify")
    [group] = await cj.merge_orders.auto_match(filter_order=True, order_status=100)
    assert group.have_more_shop_order is True
    place = only(group.merge_shop_order_vo_list)
    assert (place.city, place.country, place.country_code, place.customer_name) == (
        "Exampletown",
        "United States",
        "US",
        "Ada Example",
    )
    methods = {each.logistics_name: each for each in place.logistics_info_list or ()}
    assert [name for name, each in methods.items() if each.is_checked] == ["YunExpress"]
    assert "PostNL" in methods
    assert place.merge_order_info_list is None
    assert await cj.merge_orders.auto_match_result() == []
    simulator.clock.advance(timedelta(seconds=5))
    [group] = await cj.merge_orders.auto_match_result()
    place = only(group.merge_shop_order_vo_list)
    orders = place.merge_order_info_list or []
    assert [(each.order_code, each.order_number) for each in orders] == [
        (first.code, "SHOP-1"),
        (second.code, "SHOP-2"),
    ]
    assert [(each.platform, each.shop_name) for each in orders] == [
        ("Api", simulator.account.name),
        ("shopify", "another shop"),
    ]


@pytest.mark.parametrize(
    ("seconds", "no_task", "step", "percent"),
    [
        (0, False, 1, 0),
        (0.25, False, 1, 5000),
        (1, False, 2, 5000),
        (2, False, 3, 3333),
        (3, False, 4, 0),
        (4.25, False, 5, 5000),
        (5, True, 5, 10000),
        (500, True, 5, 10000),
    ],
)
async def test_progress_grows_with_the_clock(
    simulator: Simulator, cj: CJClient, seconds: float, no_task: bool, step: int, percent: int
) -> None:
    await cj.merge_orders.auto_match(filter_order=True, order_status=100)
    simulator.clock.advance(timedelta(seconds=seconds))
    told = await cj.merge_orders.auto_match_progress()
    assert told.no_task is no_task
    assert (told.step, told.step_count) == (step, [10, 20, 30, 10, 30])
    assert told.step_percent is not None
    assert abs(told.step_percent - percent) <= 1


async def test_before_any_search_there_is_no_task_and_nothing_was_found(cj: CJClient) -> None:
    told = await cj.merge_orders.auto_match_progress()
    assert (told.no_task, told.step, told.step_percent) == (True, 0, 0)
    assert await cj.merge_orders.auto_match_result() == []


async def test_the_page_decides_which_orders_are_looked_at(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    complete = [shop.order(), shop.order("UNPAID")]
    cart = [shop.order("IN_CART"), shop.order("IN_CART")]
    ended: tuple[Status, ...] = ("UNSHIPPED", "SHIPPED", "DELIVERED", "CANCELLED")
    for status in ended:
        shop.order(status)
    assert await found(cj, simulator, 100) == [[each.code for each in complete]]
    assert await found(cj, simulator, 101) == [[each.code for each in cart]]


@pytest.mark.parametrize(
    "field", ["shippingCustomerName", "shippingAddress", "shippingCity", "shippingZip"]
)
async def test_other_people_and_other_places_are_other_groups(
    simulator: Simulator, cj: CJClient, shop: Shop, field: str
) -> None:
    shop.order()
    shop.order().fields[field] = "else"
    assert await found(cj, simulator) == []


async def test_capitals_and_spaces_make_no_other_address(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    orders = [shop.order(), shop.order(shippingCustomerName=" ADA example ")]
    assert await found(cj, simulator) == [[each.code for each in orders]]


async def test_what_cannot_be_merged_is_not_found(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    shop.order()
    shop.order(of_supplier=True)
    shop.order().intercepted = "stopped"
    shop.order().shop_logistics = 1
    shop.order().origin = "US"
    shop.order().sandbox = True
    assert await found(cj, simulator) == []


async def test_orders_too_heavy_for_every_method_are_no_group(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    for _ in range(2):
        shop.order().lines[0].grams = 20_000
    assert await found(cj, simulator) == []


async def test_what_was_taken_out_by_hand_can_be_left_out(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    shop.order()
    simulator.account.state.merging.taken_out.add(shop.order().code)
    assert await cj.merge_orders.auto_match(filter_order=True, order_status=100) == []
    assert len(await cj.merge_orders.auto_match(filter_order=False, order_status=100)) == 1


async def test_a_result_is_what_was_found_when_the_search_began(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    orders = [shop.order(), shop.order()]
    await cj.merge_orders.auto_match(filter_order=True, order_status=100)
    shop.order()
    simulator.clock.advance(timedelta(seconds=5))
    [group] = await cj.merge_orders.auto_match_result()
    place = only(group.merge_shop_order_vo_list)
    assert len(place.merge_order_info_list or ()) == len(orders)


async def test_accounts_do_not_see_each_others_orders(
    simulator: Simulator, shop: Shop, cj: CJClient
) -> None:
    shop.order()
    shop.order()
    other = simulator.add_account(tier=10_000)
    async with calling(simulator, logged_in=False) as stranger:
        await stranger.log_in(other.api_key)
        path = "/shopping/mergeOrder/autoMatchMergeOrderListV3"
        answer = await stranger.post(path, filterOrder=True, orderStatus=100)
    assert (answer.code, answer.body["data"]) == (200, [])
    assert len(await cj.merge_orders.auto_match(filter_order=True, order_status=100)) == 1


@pytest.mark.parametrize("body", [{"filterOrder": True, "orderStatus": 102}, {"filterOrder": "x"}])
async def test_another_page_is_a_wrong_parameter(
    simulator: Simulator, body: dict[str, object]
) -> None:
    async with calling(simulator) as caller:
        path = "/shopping/mergeOrder/autoMatchMergeOrderListV3"
        answer = await caller.post(path, **{"orderStatus": 100, **body})
    assert answer.code == 1600300
    assert simulator.account.state.merging.search is None
