"""Messages on demand: each type is read by the client, down to the last field."""

from __future__ import annotations

from typing import Any

import pytest

from cj_async import CJClient, models
from cj_async.simulator import Simulator
from cj_async.simulator.callbacks.topics import TOPIC_OF
from cj_async.webhooks import UnknownMessage, changed_fields
from tests.conftest import client_of
from tests.simulator.callbacks.receiver import Shop, only, subscribe
from tests.simulator.plain import unlimited

CASES = [
    *((kind, None) for kind in TOPIC_OF),
    *((kind, what) for kind in ("PRODUCT", "VARIANT") for what in ("INSERT", "UPDATE", "DELETE")),
    ("MAKEUP", "PAID"),
    ("MAKEUP", "CANCEL"),
    ("ORDER", "ORDER_CONNNECTED"),
    ("STOCK", "DECREASE"),
]


@pytest.mark.parametrize(("kind", "what"), CASES)
async def test_every_message_is_read_by_the_client(
    simulator: Simulator, cj: CJClient, shop: Shop, kind: str, what: str | None
) -> None:
    await subscribe(cj, shop.url)
    delivery = simulator.fire(kind, what)
    assert delivery is not None
    received = await only(simulator, shop)
    message = received.message
    assert not isinstance(message, UnknownMessage)
    assert received.json["type"] == kind
    assert message.message_type == delivery.event.message_type
    assert message.params is not None
    if what is not None:
        assert message.message_type == what


@pytest.mark.parametrize("kind", TOPIC_OF)
async def test_every_message_can_be_made_up_without_a_product(shop: Shop, kind: str) -> None:
    async with unlimited(0) as simulator, client_of(simulator) as cj:
        await subscribe(cj, shop.url)
        simulator.fire(kind)
        received = await only(simulator, shop)
        assert received.json["type"] == kind
        assert not isinstance(received.message, UnknownMessage)


async def test_params_are_sent_as_they_are_given(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    await subscribe(cj, shop.url)
    simulator.fire("PRODUCT", "UPDATE", {"pid": "1700000000000000101", "fields": ["productName"]})
    message = (await only(simulator, shop)).message
    assert isinstance(message, models.webhook.ProductMessage)
    assert changed_fields(message) == {"product_name"}


@pytest.mark.parametrize(("kind", "name"), [("ORDER", "cjOrderId"), ("LOGISTIC", "orderId")])
async def test_ids_come_as_numbers_above_what_a_double_holds(
    simulator: Simulator, cj: CJClient, shop: Shop, kind: str, name: str
) -> None:
    await subscribe(cj, shop.url)
    simulator.fire(kind, params={name: "210823100016290555"})
    received = await only(simulator, shop)
    assert received.json["params"][name] == 210823100016290555 > 2**53
    params: Any = received.message.params
    assert "210823100016290555" in (
        getattr(params, "cj_order_id", ""),
        getattr(params, "order_id", ""),
    )


@pytest.mark.parametrize(
    ("kind", "has"), [("LOGISTIC", True), ("MAKEUP", True), ("ORDER", False), ("PRODUCT", False)]
)
async def test_some_messages_carry_open_id_as_a_number(
    simulator: Simulator, cj: CJClient, shop: Shop, kind: str, has: bool
) -> None:
    await subscribe(cj, shop.url)
    simulator.fire(kind)
    received = await only(simulator, shop)
    assert received.json.get("openId") == (simulator.open_id if has else None)


async def test_an_unknown_message_is_refused(simulator: Simulator) -> None:
    with pytest.raises(ValueError, match="type must be one of PRODUCT"):
        simulator.fire("WEATHER")


async def test_params_that_are_no_json_are_refused(simulator: Simulator) -> None:
    with pytest.raises(ValueError, match="params must be JSON"):
        simulator.fire("ORDER", params={"cjOrderId": object()})


async def test_only_a_running_simulator_sends() -> None:
    with pytest.raises(RuntimeError, match="not running"):
        await Simulator(0).sent()
