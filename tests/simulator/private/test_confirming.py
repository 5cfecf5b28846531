"""Before an order: what it would be, how it gets to the warehouse, and what it costs."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cj_async import CJClient
from cj_async.errors import NotFound
from cj_async.simulator import Simulator
from cj_async.simulator._shipping import quotes
from tests.conftest import error_of
from tests.simulator.plain import Caller
from tests.simulator.private.shopping import BASE, PIECES, house, wares


def cents(amount: Decimal | None) -> int:
    assert amount is not None
    return int(amount * 100)


async def test_a_confirmation_tells_prices_and_warehouses(
    cj: CJClient, simulator: Simulator
) -> None:
    first, second = wares(simulator, 2)
    told = await cj.private_inventory.confirmation(variants=[first.line(100), second.line(3)])
    rows = [row for group in told.orders or [] for row in group.products or []]
    assert [(row.id, row.sku, row.quantity) for row in rows] == [
        (first.vid, first.sku, 100),
        (second.vid, second.sku, 3),
    ]
    assert [cents(row.price) for row in rows] == [first.price, second.price]
    assert cents(told.total_product_price) == first.price * 100 + second.price * 3
    houses = told.available_storehouse_list or []
    assert house(simulator).id in [each.storage_id for each in houses]
    assert not any(each.selected for each in houses)
    assert (told.selected_storage_id, told.selected_storehouse) == ("", None)


async def test_a_closed_warehouse_is_none_to_choose(cj: CJClient, simulator: Simulator) -> None:
    told = await cj.private_inventory.confirmation(variants=[wares(simulator, 1)[0].line()])
    ids = [each.storage_id for each in told.available_storehouse_list or []]
    assert house(simulator, "AU").id not in ids


async def test_a_warehouse_of_the_list_is_one_of_the_storage_chapter(
    cj: CJClient, simulator: Simulator
) -> None:
    told = await cj.private_inventory.confirmation(variants=[wares(simulator, 1)[0].line()])
    for each in told.available_storehouse_list or []:
        assert each.storage_id
        found = await cj.warehouses.get(id=each.storage_id)
        assert (found.name, found.area_country_code) == (each.display_name, each.country_code)


async def test_without_variants_the_cart_is_confirmed(cj: CJClient, simulator: Simulator) -> None:
    (ware,) = wares(simulator, 1)
    lines = [{"variant_id": ware.vid, "quantity": 4}]
    await cj.private_inventory.add_to_cart(product_id=ware.pid, variants=lines)  # type: ignore[arg-type]
    told = await cj.private_inventory.confirmation()
    assert cents(told.total_product_price) == ware.price * 4


async def test_the_same_variant_twice_is_one_line(cj: CJClient, simulator: Simulator) -> None:
    (ware,) = wares(simulator, 1)
    told = await cj.private_inventory.confirmation(variants=[ware.line(2), ware.line(3)])
    rows = [row for group in told.orders or [] for row in group.products or []]
    assert [row.quantity for row in rows] == [5]


async def test_an_unknown_variant_or_one_of_another_product_is_refused(
    cj: CJClient, simulator: Simulator
) -> None:
    first, second = wares(simulator, 2)
    for line in (first._replace(vid="NOBODY"), first._replace(pid=second.pid)):
        call = cj.private_inventory.confirmation(variants=[line.line()])
        assert (await error_of(call, NotFound)).code == 1602000


async def test_a_removed_product_cannot_be_confirmed(cj: CJClient, simulator: Simulator) -> None:
    (ware,) = wares(simulator, 1)
    simulator.remove_product(ware.pid)
    call = cj.private_inventory.confirmation_with_cost(variants=[ware.line()])
    assert (await error_of(call, NotFound)).code == 1602002


@pytest.mark.parametrize("quantity", [0, -1, 1.5, "many", True, 10**30])
async def test_a_quantity_that_is_none_is_refused(
    caller: Caller, simulator: Simulator, quantity: object
) -> None:
    (ware,) = wares(simulator, 1)
    line = {"variantId": ware.vid, "productId": ware.pid, "quantity": quantity}
    assert (await caller.post(f"{BASE}/getConfirmation", variants=[line])).code == 1600300


@pytest.mark.parametrize("variants", ["all", [1], [[]], {"variantId": "1"}])
async def test_variants_must_be_a_list_of_objects(caller: Caller, variants: object) -> None:
    assert (await caller.post(f"{BASE}/getConfirmation", variants=variants)).code == 1600300


async def test_a_number_may_come_as_text(caller: Caller, simulator: Simulator) -> None:
    (ware,) = wares(simulator, 1)
    line = {"variantId": ware.vid, "productId": ware.pid, "quantity": "3"}
    data = (await caller.post(f"{BASE}/getConfirmation", variants=[line])).body["data"]
    assert round(data["totalProductPrice"] * 100) == ware.price * 3


# --- shipping methods and costs


async def test_logistics_are_those_that_take_the_parcel(cj: CJClient, simulator: Simulator) -> None:
    (ware,) = wares(simulator, 1)
    told = await cj.private_inventory.logistics(
        storage_id=house(simulator).id, variant_info_list=[ware.freight_line()]
    )
    known = quotes("CN", "US", ware.grams * PIECES)
    rows = told.available_logistic_list or []
    assert [(row.logistic_name, cents(row.shipping_cost)) for row in rows] == [
        (each.method.name, each.cents) for each in known
    ]
    assert [row.freight_index for row in rows] == list(range(len(known)))
    assert told.selected_logistic_name == known[0].method.name
    assert told.logistic_info_message == ""


async def test_many_pieces_go_in_cartons_of_10_kg(cj: CJClient, simulator: Simulator) -> None:
    (ware,) = wares(simulator, 1)
    quantity = 25_000 // ware.grams + 1
    told = await cj.private_inventory.logistics(
        storage_id=house(simulator).id, variant_info_list=[ware.freight_line(quantity)]
    )
    full, rest = divmod(quantity * ware.grams, 10_000)
    carton = {each.method.name: each.cents for each in quotes("CN", "US", 10_000)}
    last = {each.method.name: each.cents for each in quotes("CN", "US", rest)}
    rows = {row.logistic_name: row for row in told.available_logistic_list or []}
    assert rows.keys() == carton.keys()
    for name, row in rows.items():
        assert name is not None
        assert cents(row.shipping_cost) == full * carton[name] + last[name]


@pytest.mark.parametrize("storage", ["NOBODY", "AU"])
async def test_an_unfit_warehouse_has_no_logistics_and_says_why(
    cj: CJClient, simulator: Simulator, storage: str
) -> None:
    (ware,) = wares(simulator, 1)
    wanted = house(simulator, "AU").id if storage == "AU" else storage
    told = await cj.private_inventory.logistics(
        storage_id=wanted, variant_info_list=[ware.freight_line()]
    )
    assert (told.available_logistic_list, told.selected_logistic_name) == ([], "")
    assert told.logistic_info_message
    cost = await cj.private_inventory.cost(
        storage_id=wanted, variant_info_list=[ware.freight_line()]
    )
    assert (cost.freight_amount, cost.freight_trial_list) == (None, [])
    assert cost.error_en_list


async def test_costs_are_those_of_the_method_that_was_named(
    cj: CJClient, simulator: Simulator
) -> None:
    (ware,) = wares(simulator, 1)
    known = quotes("CN", "US", ware.grams * PIECES)
    for name, expected in (("", known[0]), (known[1].method.name, known[1])):
        cost = await cj.private_inventory.cost(
            storage_id=house(simulator).id,
            variant_info_list=[ware.freight_line()],
            logistic_name=name or None,
        )
        assert cents(cost.freight_amount) == expected.cents
        assert cents(cost.service_fee) == ware.price * PIECES * 2 // 100
        assert [row.selected for row in cost.freight_trial_list or []][:2] == [True, False]
        assert cost.error_en_list == []


async def test_a_method_that_is_not_found_is_not_replaced(
    cj: CJClient, simulator: Simulator
) -> None:
    (ware,) = wares(simulator, 1)
    cost = await cj.private_inventory.cost(
        storage_id=house(simulator).id,
        variant_info_list=[ware.freight_line()],
        logistic_name="Carrier Pigeon",
    )
    assert cost.freight_amount is None
    assert cost.freight_trial_list
    assert cost.error_en_list


# --- the three steps


async def test_the_first_step_gives_warehouses_and_no_costs(
    cj: CJClient, simulator: Simulator
) -> None:
    (ware,) = wares(simulator, 1)
    told = await cj.private_inventory.confirmation_with_cost(variants=[ware.line()])
    assert told.available_storehouse_list
    assert (told.cost_info, told.selected_storage_id, told.selected_storehouse) == (None, "", None)
    assert told.cost_info_message
    assert told.amount_detail
    assert cents(told.amount_detail.product_amount) == ware.price * PIECES
    assert told.amount_detail.total_amount_calculated is False
    assert told.amount_detail.missing_amount_items == ["serviceFee", "selectedFreight"]


async def test_the_second_step_gives_methods_and_what_they_cost(
    cj: CJClient, simulator: Simulator
) -> None:
    (ware,) = wares(simulator, 1)
    storage = house(simulator).id
    told = await cj.private_inventory.confirmation_with_cost(
        variants=[ware.line()], storage_id=storage
    )
    assert told.selected_storage_id == storage
    assert told.selected_storehouse
    assert told.selected_storehouse.selected is True
    selected = [each.storage_id for each in told.available_storehouse_list or [] if each.selected]
    assert selected == [storage]
    assert told.cost_info
    assert told.cost_info.freight_trial_list
    assert told.amount_detail
    assert told.amount_detail.selected_freight == told.cost_info.freight_trial_list[0]
    assert told.amount_detail.requested_logistic_name == ""


async def test_the_third_step_gives_the_final_amount(cj: CJClient, simulator: Simulator) -> None:
    first, second = wares(simulator, 2)
    grams = first.grams * PIECES + second.grams
    known = quotes("CN", "US", grams)[1]
    told = await cj.private_inventory.confirmation_with_cost(
        variants=[first.line(), second.line(1)],
        storage_id=house(simulator).id,
        logistic_name=known.method.name,
    )
    detail = told.amount_detail
    assert detail
    goods = first.price * PIECES + second.price
    assert [cents(row.product_amount) for row in detail.product_amount_list or []] == [
        first.price * PIECES,
        second.price,
    ]
    assert (cents(detail.product_amount), cents(detail.shipping_cost)) == (goods, known.cents)
    assert detail.total_amount_calculated is True
    assert detail.missing_amount_items == []
    assert cents(detail.total_amount) == goods + goods * 2 // 100 + known.cents
    assert told.cost_info_message == ""


async def test_an_unknown_method_leaves_no_total(cj: CJClient, simulator: Simulator) -> None:
    (ware,) = wares(simulator, 1)
    told = await cj.private_inventory.confirmation_with_cost(
        variants=[ware.line()], storage_id=house(simulator).id, logistic_name="Carrier Pigeon"
    )
    detail = told.amount_detail
    assert detail
    assert (detail.selected_freight, detail.total_amount) == (None, None)
    assert detail.total_amount_calculated is False
    assert detail.missing_amount_items == ["selectedFreight"]
    assert detail.requested_logistic_name == "Carrier Pigeon"


async def test_an_unfit_warehouse_is_not_selected(cj: CJClient, simulator: Simulator) -> None:
    (ware,) = wares(simulator, 1)
    told = await cj.private_inventory.confirmation_with_cost(
        variants=[ware.line()], storage_id=house(simulator, "AU").id
    )
    assert (told.selected_storage_id, told.cost_info) == ("", None)
    assert told.cost_info_message


@pytest.mark.parametrize("fields", [{}, {"variants": []}, {"storageId": "1", "variants": None}])
async def test_the_three_steps_want_variants(caller: Caller, fields: dict[str, object]) -> None:
    assert (await caller.post(f"{BASE}/getConfirmationWithCost", **fields)).code == 16900403
