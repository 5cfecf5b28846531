"""Delivery: what is sent, how often, when again, and when a topic closes itself."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from cj_async import CJClient, models
from cj_async.simulator import Clock, Simulator
from cj_async.simulator.callbacks import sending
from cj_async.simulator.callbacks.message import sign
from cj_async.simulator.callbacks.model import Delivery
from tests.conftest import client_of, eventually
from tests.simulator.callbacks.conftest import START
from tests.simulator.callbacks.receiver import SILENCE, Shop, a_shop, only, subscribe
from tests.simulator.plain import unlimited

FIVE_MINUTES = timedelta(minutes=5)


def fired(simulator: Simulator, kind: str = "ORDER") -> Delivery:
    delivery = simulator.fire(kind)
    assert delivery is not None
    return delivery


def statuses(delivery: Delivery) -> list[int | None]:
    return [attempt.status for attempt in delivery.attempts]


async def test_a_message_arrives_signed(simulator: Simulator, cj: CJClient, shop: Shop) -> None:
    await subscribe(cj, f"{shop.url}/cj")
    delivery = fired(simulator)
    received = await only(simulator, shop)
    assert (received.path, received.content_type) == ("/cj", "application/json")
    assert received.sign == sign(simulator.open_id, received.body)
    assert received.json["messageId"] == delivery.message_id
    assert isinstance(received.message, models.webhook.OrderMessage)
    assert delivery.progress == "delivered"
    assert [(each.at, each.status) for each in delivery.attempts] == [(START.timestamp(), 200)]


async def test_messages_arrive_by_themselves(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    await subscribe(cj, shop.url)
    fired(simulator)
    await eventually(lambda: len(shop.received) == 1)


async def test_messages_of_a_topic_arrive_in_their_order(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    await subscribe(cj, shop.url)
    ids = [fired(simulator).message_id for _ in range(20)]
    await simulator.sent()
    assert [each.json["messageId"] for each in shop.received] == ids


async def test_events_of_a_topic_that_is_off_are_dropped(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    assert simulator.fire("ORDER") is None
    await subscribe(cj, shop.url, order="")
    assert simulator.fire("ORDER") is None
    simulator.change_price(simulator.add_product(), cents=500)
    await simulator.sent()
    assert shop.of("ORDER") == []
    assert simulator.account.state.callbacks.outbox == []


@pytest.mark.parametrize("status", [500, 404, 202, 307])
async def test_a_message_that_was_not_taken_comes_again_with_the_same_id(
    simulator: Simulator, cj: CJClient, shop: Shop, status: int
) -> None:
    await subscribe(cj, shop.url)
    shop.script.extend([status, 200])
    delivery = fired(simulator)
    await simulator.sent()
    assert (statuses(delivery), delivery.progress) == ([status], "waiting")
    simulator.clock.advance(FIVE_MINUTES)
    await simulator.sent()
    assert (statuses(delivery), delivery.progress) == ([status, 200], "delivered")
    first, second = shop.received
    assert (first.body, first.sign) == (second.body, second.sign)


async def test_moving_a_frozen_clock_is_enough_for_the_next_attempt(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    await subscribe(cj, shop.url)
    shop.script.append(500)
    fired(simulator)
    await simulator.sent()
    simulator.clock.advance(FIVE_MINUTES - timedelta(seconds=1))
    await simulator.sent()
    assert len(shop.received) == 1
    simulator.clock.advance(timedelta(seconds=1))
    await eventually(lambda: len(shop.received) == 2)


async def test_a_clock_that_runs_is_enough_too(shop: Shop) -> None:
    clock = Clock(START)
    async with unlimited(5, clock=clock) as simulator, client_of(simulator) as cj:
        await subscribe(cj, shop.url)
        shop.script.append(500)
        fired(simulator)
        await simulator.sent()
        clock.speed(10_000)
        await eventually(lambda: len(shop.received) == 2)


async def test_after_three_retries_a_message_is_given_up(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    await subscribe(cj, shop.url)
    shop.then = 500
    delivery = fired(simulator)
    for _ in range(6):
        await simulator.sent()
        simulator.clock.advance(FIVE_MINUTES)
    await simulator.sent()
    assert (statuses(delivery), delivery.progress) == ([500] * 4, "given up")
    assert len({each.body for each in shop.received}) == 1


async def test_silence_is_a_failure(
    simulator: Simulator, cj: CJClient, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await subscribe(cj, shop.url)
    monkeypatch.setattr(sending, "PATIENCE", 0.05)
    shop.script.append(SILENCE)
    delivery = fired(simulator)
    await simulator.sent()
    assert (statuses(delivery), delivery.progress) == ([None], "waiting")


async def test_nobody_listening_is_a_failure(simulator: Simulator, cj: CJClient) -> None:
    async with a_shop() as shop:
        await subscribe(cj, shop.url)
    delivery = fired(simulator)
    await simulator.sent()
    assert statuses(delivery) == [None]


async def test_a_topic_does_not_wait_for_another(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    async with a_shop() as slow:
        await subscribe(cj, shop.url, stock=slow.url)
        slow.then = SILENCE
        fired(simulator, "STOCK")
        order = fired(simulator)
        await eventually(lambda: order.progress == "delivered")
        assert len(slow.received) == 1


async def test_a_receiver_may_call_cj_while_it_takes_a_message(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    asked: list[object] = []

    async def ask_back() -> None:
        asked.append(await cj.settings.get())

    await subscribe(cj, shop.url)
    shop.meanwhile = ask_back
    fired(simulator)
    await only(simulator, shop)
    assert len(asked) == 1


async def test_a_retry_goes_where_the_topic_goes_by_then(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    await subscribe(cj, shop.url)
    shop.script.append(500)
    fired(simulator)
    await simulator.sent()
    await subscribe(cj, f"{shop.url}/new")
    simulator.clock.advance(FIVE_MINUTES)
    await simulator.sent()
    assert [each.path for each in shop.received] == ["/", "/new"]


async def test_cancelling_a_topic_drops_what_waits(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    await subscribe(cj, shop.url)
    shop.script.append(500)
    delivery = fired(simulator)
    await simulator.sent()
    await subscribe(cj, shop.url, order="")
    simulator.clock.advance(FIVE_MINUTES)
    await simulator.sent()
    assert delivery.progress == "dropped"
    assert len(shop.received) == 1


async def an_hour(simulator: Simulator, shop: Shop, good: int, bad: int) -> None:
    """Sends so many messages, and lets an hour end in which nothing was sent again."""
    retries_end = timedelta(minutes=16)
    for status in [200] * good + [500] * bad:
        shop.then = status
        fired(simulator)
        await simulator.sent()
    shop.then = 200
    simulator.clock.advance(retries_end)
    await simulator.sent()
    simulator.clock.advance(timedelta(hours=1) - retries_end)
    await simulator.sent()


def is_open(simulator: Simulator, topic: str = "order") -> bool:
    return simulator.account.state.callbacks.topics[topic].enabled


async def test_a_topic_closes_after_two_full_hours_below_80_percent(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    await subscribe(cj, shop.url)
    await an_hour(simulator, shop, good=2, bad=1)  # 3 of 4 attempts: the retry succeeds
    assert is_open(simulator)
    await an_hour(simulator, shop, good=2, bad=1)
    assert not is_open(simulator)
    assert is_open(simulator, "product")
    assert "80%" in simulator.account.state.callbacks.topics["order"].closed
    callback = (await cj.settings.get()).callback
    assert callback is not None
    assert callback.order is not None
    assert callback.order.type == "CANCEL"
    assert simulator.fire("ORDER") is None


@pytest.mark.parametrize(("good", "bad"), [(3, 1), (4, 0)])
async def test_a_topic_stays_open_from_80_percent_on(
    simulator: Simulator, cj: CJClient, shop: Shop, good: int, bad: int
) -> None:
    await subscribe(cj, shop.url)
    for _ in range(3):
        await an_hour(simulator, shop, good, bad)
    assert is_open(simulator)


async def test_a_good_hour_in_between_keeps_a_topic_open(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    await subscribe(cj, shop.url)
    for good, bad in [(0, 1), (4, 0), (0, 1)]:
        await an_hour(simulator, shop, good, bad)
    assert is_open(simulator)


async def test_an_hour_without_messages_keeps_a_topic_open(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    await subscribe(cj, shop.url)
    await an_hour(simulator, shop, 0, 1)
    simulator.clock.advance(timedelta(hours=1))
    await an_hour(simulator, shop, 0, 1)
    assert is_open(simulator)


async def test_a_closed_topic_is_opened_by_setting_it_again(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    await subscribe(cj, shop.url)
    await an_hour(simulator, shop, 0, 1)
    await an_hour(simulator, shop, 0, 1)
    assert not is_open(simulator)
    await subscribe(cj, shop.url)
    fired(simulator)
    await simulator.sent()
    assert is_open(simulator)


async def test_each_account_has_topics_and_a_signature_of_its_own(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    other = simulator.add_account(tier=10_000, points=None)
    async with a_shop() as second, client_of(simulator, other.api_key) as theirs:
        await subscribe(theirs, second.url)
        assert simulator.fire("ORDER") is None
        assert simulator.fire("ORDER", account=other) is not None
        received = await only(simulator, second)
        assert received.sign == sign(other.open_id, received.body)
    assert shop.all == []


async def test_the_same_seed_gives_the_same_message_ids(shop: Shop) -> None:
    ids: list[str] = []
    for _ in range(2):
        async with unlimited(5, seed=4) as simulator, client_of(simulator) as cj:
            await subscribe(cj, shop.url)
            ids.append(fired(simulator).message_id)
            await simulator.sent()
    assert ids[0] == ids[1]


async def test_what_is_kept_of_messages_does_not_grow_forever(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    await subscribe(cj, shop.url)
    state = simulator.account.state.callbacks
    for _ in range(7):
        for _ in range(400):
            fired(simulator)
        await simulator.sent()
    assert len(state.deliveries) <= 2000
    assert len(shop.received) == 2800


async def test_a_simulator_that_stopped_leaves_nothing_behind(shop: Shop) -> None:
    clock = Clock(START)
    for _ in range(20):
        async with unlimited(5, clock=clock) as simulator, client_of(simulator) as cj:
            await subscribe(cj, shop.url)
            shop.then = SILENCE
            fired(simulator)
            await eventually(lambda: bool(shop.received))
            shop.all.clear()
            shop.then = 200
    assert clock.watchers == []
    assert not [task for task in asyncio.all_tasks() if "Courier" in repr(task)]


async def test_messages_are_sent_after_a_restart_of_the_simulator(shop: Shop) -> None:
    simulator = unlimited(5)
    async with simulator, client_of(simulator) as cj:
        await subscribe(cj, shop.url)
    fired(simulator)
    async with simulator:
        await eventually(lambda: len(shop.received) == 1)
