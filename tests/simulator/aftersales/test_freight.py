"""What shipping costs: the simple quote, the exact one, and that of suppliers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cj_async import CJClient, NotFound, Rejected
from cj_async.simulator import Simulator, _variants
from cj_async.simulator._shipping import METHODS, quotes
from tests.conftest import client_of, error_of
from tests.simulator.aftersales.sold import vid, world_of
from tests.simulator.plain import Caller, Fields, calling, unlimited

FREIGHT, TIP = "/logistic/freightCalculate", "/logistic/freightCalculateTip"
TEMPLATES = "/logistic/getSupplierLogisticsTemplate"


def asked(*products: tuple[str, int], start: str = "CN", end: str = "US") -> Fields:
    rows = [{"vid": each, "quantity": pieces} for each, pieces in products]
    return {"startCountryCode": start, "endCountryCode": end, "products": rows}


def lying_in(cj: Simulator, areas: set[int]) -> str:
    """A variant that lies in these warehouses and in no other."""
    catalog = world_of(cj).catalog
    return next(
        vid(cj, number)
        for number in range(catalog.count)
        if {row.area for row in _variants.stock(catalog, number, 0)} == areas
    )


async def test_a_quote_is_what_the_weight_of_all_pieces_costs(
    cj: Simulator, client: CJClient
) -> None:
    grams = 2 * _variants.weight(world_of(cj).catalog, 1, 0)
    rows = await client.logistics.freight(
        start_country_code="CN",
        end_country_code="US",
        products=[{"vid": vid(cj, 1), "quantity": 2}],
    )
    expected = quotes("CN", "US", grams)
    assert [row.logistic_name for row in rows] == [each.method.name for each in expected]
    assert [row.logistic_price for row in rows] == [Decimal(each.cents) / 100 for each in expected]


async def test_quotes_come_cheapest_first_and_in_both_currencies(cj: Simulator) -> None:
    async with calling(cj) as caller:
        rows = (await caller.post(FREIGHT, **asked((vid(cj, 1), 1)))).body["data"]
    prices = [row["logisticPrice"] for row in rows]
    assert prices == sorted(prices)
    assert [row["logisticPriceCn"] for row in rows] == [
        pytest.approx(price * 7.2, abs=0.006) for price in prices
    ]


@pytest.mark.parametrize("quirk", [True, False])
async def test_the_total_may_be_nothing_where_the_price_is_not(*, quirk: bool) -> None:
    quirks = ["empty_total_postage"] if quirk else []
    async with unlimited(quirks=quirks) as cj, calling(cj) as caller:
        rows = (await caller.post(FREIGHT, **asked((vid(cj, 1), 1)))).body["data"]
    empty = [row for row in rows if row["totalPostageFee"] == 0]
    assert bool(empty) == quirk
    assert all(row["logisticPrice"] > 0 for row in rows)
    whole = [row for row in rows if row not in empty]
    assert whole
    assert all(row["totalPostageFee"] == row["logisticPrice"] for row in whole)


async def test_days_drift_in_their_spelling_and_only_then() -> None:
    shown: dict[bool, set[object]] = {}
    for drifting in (True, False):
        quirks = ["drifting_types"] if drifting else []
        async with unlimited(quirks=quirks) as cj, calling(cj) as caller:
            rows = (await caller.post(FREIGHT, **asked((vid(cj, 1), 1)))).body["data"]
            shown[drifting] = {row["logisticAging"] for row in rows}
    assert None in shown[True]
    assert any("days" in str(each) for each in shown[True])
    assert shown[False] <= {f"{each.fastest}-{each.slowest}" for each in METHODS}


@pytest.mark.parametrize("drifting", [True, False])
async def test_no_route_is_no_row(*, drifting: bool) -> None:
    quirks = ["drifting_types"] if drifting else []
    async with unlimited(quirks=quirks) as cj, calling(cj) as caller:
        found = [
            (await caller.post(FREIGHT, **asked((vid(cj, 1), 1), end=end))).body
            for end in ("AF", "AL", "ZW", "KE")
        ]
    assert {body["code"] for body in found} == {200}
    assert {repr(body["data"]) for body in found} == ({"[]", "None"} if drifting else {"[]"})


async def test_the_client_reads_both_kinds_of_no_route_as_an_empty_list(
    cj: Simulator, client: CJClient
) -> None:
    for end in ("AF", "AL"):
        rows = await client.logistics.freight(
            start_country_code="CN",
            end_country_code=end,
            products=[{"vid": vid(cj, 1), "quantity": 1}],
        )
        assert rows == []


async def test_a_parcel_too_heavy_for_everybody_has_no_route(cj: Simulator) -> None:
    async with calling(cj) as caller:
        body = (await caller.post(FREIGHT, **asked((vid(cj, 1), 1_000_000)))).body
    assert (body["code"], body["data"] or []) == (200, [])


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        (asked(("nobody", 1)), 1602000),
        (asked(("nobody", 1), start="QQ"), 1605002),
        (asked(("nobody", 1), end="United States"), 1605002),
        (asked(("nobody", 0)), 1600300),
        (asked(("nobody", -1)), 1600300),
        ({**asked(), "products": [{"vid": "x", "quantity": "many"}]}, 1600300),
        ({**asked(), "products": [{"vid": "x", "quantity": True}]}, 1600300),
        ({**asked(), "products": "x"}, 1600300),
        ({**asked(), "products": ["x"]}, 1600300),
        (asked(), 16900403),
        (asked(("nobody", 1), start=""), 16900403),
    ],
)
async def test_what_cannot_be_quoted_is_refused(caller: Caller, fields: Fields, code: int) -> None:
    assert (await caller.post(FREIGHT, **fields)).code == code


async def test_an_unknown_variant_and_country_are_errors_of_their_meaning(client: CJClient) -> None:
    call = client.logistics.freight(
        start_country_code="CN",
        end_country_code="US",
        products=[{"vid": "nobody", "quantity": 1}],
    )
    assert (await error_of(call, NotFound)).code == 1602000


async def test_variants_of_different_warehouses_fail_together_and_work_alone() -> None:
    async with unlimited(2000) as cj, client_of(cj) as client:
        here, there = lying_in(cj, {0}), lying_in(cj, {1})

        async def quoted(*vids: str) -> int:
            rows = await client.logistics.freight(
                start_country_code="CN",
                end_country_code="US",
                products=[{"vid": each, "quantity": 1} for each in vids],
            )
            return len(rows)

        assert await quoted(here)
        assert await quoted(there)
        error = await error_of(quoted(here, there), Rejected)
        assert error.code == 1607004
        assert await quoted(here, here)


async def test_variants_travel_together_where_the_quirk_is_off() -> None:
    async with unlimited(2000, quirks=False) as cj, calling(cj) as caller:
        here, there = lying_in(cj, {0}), lying_in(cj, {1})
        assert (await caller.post(FREIGHT, **asked((here, 1), (there, 1)))).body["data"]


# --- the exact quote


def parcel(cj: Simulator, **changes: Any) -> Fields:
    sku = _variants.sku(world_of(cj).catalog, 1, 0)
    fields = {
        "srcAreaCode": "CN",
        "destAreaCode": "US",
        "skuList": [sku],
        "freightTrialSkuList": [{"sku": sku, "vid": vid(cj, 1), "skuQuantity": 1}],
        "volume": 30000,
        "weight": 420,
        "wrapWeight": 510,
        "productProp": ["COMMON"],
        "uid": "parcel-1",
        "zip": "10001",
    }
    return {**fields, **changes}


async def test_the_exact_quote_has_the_rules_of_each_method(cj: Simulator) -> None:
    async with client_of(cj) as client:
        fields: Any = {
            "src_area_code": "CN",
            "dest_area_code": "US",
            "sku_list": parcel(cj)["skuList"],
            "freight_trial_sku_list": [{"vid": vid(cj, 1), "sku_quantity": 1}],
            "volume": 30000,
            "weight": 420,
            "wrap_weight": 510,
            "product_prop": ["COMMON"],
            "uid": "parcel-1",
        }
        rows = await client.logistics.freight_tip(req_dtos=[fields])
    expected = {each.method.name: each.cents for each in quotes("CN", "US", 510)}
    assert {row.option.en_name: row.discount_fee for row in rows if row.option} == {
        name: Decimal(cents) / 100 for name, cents in expected.items()
    }
    for row in rows:
        assert row.all_rule_tips == row.rule_tips
        assert [tip.type for tip in row.rule_tips or ()] == row.rule_tip_types
        phone = (row.rule_tips or [])[0]
        assert (phone.msg_code, phone.intercept_type) == ("1001", "0")
        assert (row.error_en, row.uid) == ("", "parcel-1")


async def test_a_method_that_cannot_be_used_says_why(cj: Simulator) -> None:
    async with calling(cj) as caller:

        async def reasons(**changes: Any) -> dict[str, str]:
            rows = (await caller.post(TIP, reqDTOS=[parcel(cj, **changes)])).body["data"]
            return {row["option"]["enName"]: row["errorEn"] for row in rows}

        heavy = await reasons(volumeWeight=6_000)
        assert "heavier" in heavy["CJPacket Ordinary"]
        assert heavy["DHL"] == ""
        charged = await reasons(productProp=["COMMON", "BATTERY"])
        assert "properties" in charged["CJPacket Ordinary"]
        assert charged["CJPacket Sensitive"] == ""


async def test_several_parcels_are_told_apart_by_their_uid(cj: Simulator) -> None:
    async with calling(cj) as caller:
        parcels = [parcel(cj), parcel(cj, uid="parcel-2", optionName="DHL")]
        rows = (await caller.post(TIP, reqDTOS=parcels)).body["data"]
    assert {row["uid"] for row in rows} == {"parcel-1", "parcel-2"}
    assert [row["option"]["enName"] for row in rows if row["uid"] == "parcel-2"] == ["DHL"]
    assert rows[0]["destArea"]["shortCode"] == "US"
    assert (rows[0]["destArea"]["postCode"], rows[0]["srcArea"]["enName"]) == ("10001", "China")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"srcAreaCode": "QQ"}, 1605002),
        ({"destAreaCode": "QQ"}, 1605002),
        ({"optionName": "Pigeon"}, 1605000),
        ({"skuList": ["NOBODY"]}, 1602000),
        ({"freightTrialSkuList": [{"vid": "nobody"}]}, 1602000),
        ({"freightTrialSkuList": [{"sku": "NOBODY"}]}, 1602000),
        ({"weight": -1}, 1600300),
        ({"volume": "large"}, 1600300),
        ({"volumeWeight": "1e400"}, 1600300),
        ({"volumeWeight": 1e300}, 1600300),
        ({"weight": 10**30}, 1600300),
    ],
)
async def test_a_wrong_parcel_is_refused(
    cj: Simulator, caller: Caller, changes: Fields, code: int
) -> None:
    assert (await caller.post(TIP, reqDTOS=[parcel(cj, **changes)])).code == code


@pytest.mark.parametrize("name", ["srcAreaCode", "weight", "wrapWeight", "productProp", "volume"])
async def test_a_parcel_needs_what_the_table_requires(
    cj: Simulator, caller: Caller, name: str
) -> None:
    fields = parcel(cj)
    del fields[name]
    assert (await caller.post(TIP, reqDTOS=[fields])).code in (1600300, 16900403)


async def test_the_exact_quote_of_no_route_has_no_row() -> None:
    async with unlimited(quirks=False) as cj, calling(cj) as caller:
        body = (await caller.post(TIP, reqDTOS=[parcel(cj, destAreaCode="AF")])).body
    assert (body["code"], body["data"]) == (200, [])


# --- suppliers


async def test_products_that_their_supplier_sends_have_templates(cj: Simulator) -> None:
    catalog = world_of(cj).catalog
    sent = [number for number in range(catalog.count) if catalog.kind[number] == 2][:3]
    others = [number for number in range(catalog.count) if catalog.kind[number] != 2][:2]
    skus = [catalog.sku(number) for number in (*sent, *others)]
    async with client_of(cj) as client:
        rows = await client.logistics.supplier_templates(sku_list=[*skus, "NOBODY"])
    named = [sku for row in rows for sku in row.sku_list or ()]
    assert sorted(named) == sorted(catalog.sku(number) for number in sent)
    assert len(rows) == len({catalog.supplier[number] for number in sent})
    templates = [each for row in rows for each in row.logistics_info_list or ()]
    assert len({each.id for each in templates}) == len(templates) == 3 * len(rows)
    assert all((each.postage or 0) > 0 for each in templates)


async def test_a_supplier_is_asked_about_nothing_else(cj: Simulator, caller: Caller) -> None:
    cj.remove_product(world_of(cj).catalog.pid(0))
    answer = await caller.post(TEMPLATES, skuList=[world_of(cj).catalog.sku(0)])
    assert answer.body["data"] == []
    assert (await caller.post(TEMPLATES, skuList=[])).code == 16900403
