"""Where parcels are, and what is told about them on their way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from cj_async.models.webhook import LogisticMessage
from cj_async.simulator import Clock, Simulator
from cj_async.simulator.aftersales.journey import STEPS, WHOLE_WAY, events
from cj_async.simulator.aftersales.tracking import parcel_moved
from cj_async.simulator.orders import moves
from cj_async.simulator.orders.model import Order
from tests.conftest import client_of
from tests.simulator.aftersales.sold import listening, sold, world_of
from tests.simulator.plain import Caller, Rows, calling, unlimited

TRACK, LEGACY = "/logistic/trackInfo", "/logistic/getTrackInfo"


async def rows_of(caller: Caller, *numbers: str, path: str = TRACK) -> Rows:
    answer = await caller.send("GET", path, params=[("trackNumber", each) for each in numbers])
    data: Any = answer.body["data"]
    return [data] if isinstance(data, dict) else data


def statuses(told: list[tuple[str, Mapping[str, object]]]) -> list[object]:
    return [params["trackingStatus"] for _, params in told]


async def test_a_parcel_moves_with_the_clock_until_it_is_delivered(frozen: Clock) -> None:
    async with unlimited(clock=frozen) as cj, client_of(cj) as client:
        order = sold(cj, "SHIPPED")

        async def state() -> tuple[str | None, str | None]:
            [row] = await client.logistics.track(track_number=[order.track_number])
            return row.tracking_status, row.last_mile_carrier

        assert await state() == ("In transit", None)
        frozen.advance(timedelta(seconds=WHOLE_WAY * 0.81))
        assert await state() == ("In transit", "USPS")
        frozen.advance(timedelta(seconds=WHOLE_WAY * 0.12))
        assert await state() == ("Out for delivery", "USPS")
        order.delivered, order.status = frozen.time(), "DELIVERED"
        assert await state() == ("Delivered", "USPS")


async def test_a_row_says_where_from_where_to_and_when(frozen: Clock) -> None:
    async with unlimited(clock=frozen) as cj, client_of(cj) as client:
        order = sold(cj, "SHIPPED")
        [row] = await client.logistics.track(track_number=[order.track_number])
        assert (row.tracking_number, row.logistic_name) == (order.track_number, order.method)
        assert (row.tracking_from, row.tracking_to, row.delivery_day) == ("CN", "US", "8")
        expected = frozen.now() + timedelta(seconds=WHOLE_WAY)
        assert row.delivery_time == expected.replace(microsecond=0)
        frozen.advance(timedelta(days=3))
        order.delivered, order.status = frozen.time(), "DELIVERED"
        [row] = await client.logistics.track(track_number=[order.track_number])
        assert row.delivery_day == "3"
        assert row.delivery_time == frozen.now().replace(microsecond=0)
        assert row.last_track_number


async def test_several_parcels_come_in_the_order_in_which_they_were_asked(cj: Simulator) -> None:
    first, second = sold(cj, "SHIPPED"), sold(cj, "DELIVERED")
    async with calling(cj) as caller:
        for path in (TRACK, LEGACY):
            numbers = (second.track_number, "NOBODY", first.track_number, second.track_number)
            rows = await rows_of(caller, *numbers, path=path)
            assert [row["trackingNumber"] for row in rows] == [
                second.track_number,
                first.track_number,
            ]


async def test_unknown_numbers_and_those_of_others_have_no_row(cj: Simulator) -> None:
    other = cj.add_account(tier=10_000, points=None)
    order = sold(cj, "SHIPPED")
    async with calling(cj, logged_in=False) as stranger:
        await stranger.log_in(other.api_key)
        assert await rows_of(stranger, order.track_number) == []
    async with calling(cj) as caller:
        assert await rows_of(caller, "NOBODY") == []
        assert (await caller.get(TRACK)).code == 16900403


async def test_an_order_without_a_parcel_is_not_found_by_an_empty_number(caller: Caller) -> None:
    sold(caller.cj, "UNSHIPPED")
    assert await rows_of(caller, ",") == []


async def test_a_number_without_news_says_so(caller: Caller) -> None:
    order = sold(caller.cj, "UNSHIPPED", track_number="LABEL1")
    [row] = await rows_of(caller, order.track_number)
    assert (row["trackingStatus"], row["deliveryTime"]) == ("No tracking information", None)


@pytest.mark.parametrize("drifting", [True, False])
async def test_one_parcel_may_come_without_its_list(*, drifting: bool) -> None:
    quirks = ["drifting_types"] if drifting else []
    async with unlimited(quirks=quirks) as cj, calling(cj) as caller, client_of(cj) as client:
        orders = [sold(cj, "SHIPPED") for _ in range(20)]
        kinds: set[bool] = set()
        for order in orders:
            answer = await caller.get(TRACK, trackNumber=order.track_number)
            kinds.add(isinstance(answer.body["data"], list))
            [row] = await client.logistics.track(track_number=[order.track_number])
            assert row.tracking_number == order.track_number
    assert kinds == ({True, False} if drifting else {True})


async def test_a_parcel_within_a_country_passes_no_customs(cj: Simulator) -> None:
    abroad = sold(cj, "DELIVERED", shipped=0.0, delivered=WHOLE_WAY)
    home = sold(cj, "DELIVERED", shipped=0.0, delivered=WHOLE_WAY, origin="US")
    assert [each.status for each in events(abroad, WHOLE_WAY)] == [1, 2, 4, 5, 6, 7, 8, 9, 10, 12]
    assert [each.status for each in events(home, WHOLE_WAY)] == [1, 2, 4, 9, 10, 12]
    assert {each.country for each in events(home, WHOLE_WAY)} == {"US"}


def test_the_way_is_as_long_as_orders_take() -> None:
    assert moves.DELIVERED_AFTER == WHOLE_WAY
    assert all(0 <= step.share < 1 for step in STEPS)


# --- messages


async def test_every_step_of_a_parcel_is_told_once_and_in_order(
    frozen: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = listening(monkeypatch)
    async with unlimited(clock=frozen) as cj, calling(cj) as caller:
        order = sold(cj, "SHIPPED")
        parcel_moved(world_of(cj), cj.account, order)
        parcel_moved(world_of(cj), cj.account, order)
        assert statuses(told.of("LOGISTIC")) == [1]
        frozen.advance(timedelta(seconds=WHOLE_WAY * 0.3))
        await caller.get(TRACK, trackNumber="x")
        assert statuses(told.of("LOGISTIC")) == [1, 2, 4, 5]
        frozen.advance(timedelta(days=30))
        await caller.get(TRACK, trackNumber="x")
        deliver(cj, order)
        assert statuses(told.of("LOGISTIC")) == [1, 2, 4, 5, 6, 7, 8, 9, 10, 12]
    kinds = [kind for kind, _ in told.of("LOGISTIC")]
    assert kinds == ["INSERT"] + ["UPDATE"] * 9


async def test_a_parcel_that_arrives_early_skips_the_rest(
    frozen: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = listening(monkeypatch)
    async with unlimited(clock=frozen) as cj, calling(cj) as caller:
        order = sold(cj, "SHIPPED")
        parcel_moved(world_of(cj), cj.account, order)
        frozen.advance(timedelta(hours=1))
        deliver(cj, order)
        frozen.advance(timedelta(days=30))
        await caller.get(TRACK, trackNumber="x")
    assert statuses(told.of("LOGISTIC")) == [1, 12]


async def test_a_sandbox_parcel_tells_nothing(
    cj: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = listening(monkeypatch)
    parcel_moved(world_of(cj), cj.account, sold(cj, "SHIPPED", sandbox=True, step=500))
    assert told.of("LOGISTIC") == []


@pytest.mark.parametrize("three_ids", [True, False])
async def test_a_message_is_what_the_client_reads(
    monkeypatch: pytest.MonkeyPatch, *, three_ids: bool
) -> None:
    told = listening(monkeypatch)
    cj = unlimited(quirks=["three_order_ids"] if three_ids else [])
    order = sold(cj, "SHIPPED")
    parcel_moved(world_of(cj), cj.account, order)
    [(kind, params)] = told.of("LOGISTIC")
    body = {"type": "LOGISTIC", "messageType": kind, "messageId": "1", "params": params}
    message = msgspec.json.decode(msgspec.json.encode(body), type=LogisticMessage)
    assert message.params is not None
    assert message.params.order_id == (str(order.long_id) if three_ids else order.code)
    assert message.params.store_order_numbers == [order.number]
    assert message.params.tracking_number == order.track_number
    assert message.params.tracking_status == 1
    happened = msgspec.json.decode(str(params["logisticsTrackEvents"]))
    assert [each["status"] for each in happened] == [1]
    assert happened[0]["statusDesc"] == "Warehouse outbound"


def deliver(cj: Simulator, order: Order) -> None:
    order.delivered, order.status = cj.clock.time(), "DELIVERED"
    parcel_moved(world_of(cj), cj.account, order)


async def test_a_paid_order_ships_travels_and_arrives_by_itself(
    frozen: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = listening(monkeypatch)
    async with unlimited(clock=frozen) as cj, calling(cj) as caller:
        order = sold(cj, "UNSHIPPED")
        moves.plan_shipping(world_of(cj), cj.account, order)
        for _ in range(24):
            frozen.advance(timedelta(hours=12))
            await caller.get(TRACK, trackNumber="x")
        [row] = await rows_of(caller, order.track_number)
    assert statuses(told.of("LOGISTIC")) == [1, 2, 4, 5, 6, 7, 8, 9, 10, 12]
    assert (order.status, row["trackingStatus"], row["deliveryDay"]) == (
        "DELIVERED",
        "Delivered",
        "8",
    )
