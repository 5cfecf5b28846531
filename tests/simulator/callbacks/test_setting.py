"""webhooks.set: topics, addresses, and the probe that each address gets at once."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from cj_async import APIError, CJClient, InvalidParameter, Rejected, webhooks
from cj_async.simulator import Simulator
from cj_async.simulator.callbacks import sending
from cj_async.simulator.callbacks.message import sign
from cj_async.simulator.callbacks.topics import topics_of
from tests.conftest import client_of, error_of
from tests.simulator.callbacks.receiver import SILENCE, Shop, subscribe
from tests.simulator.plain import calling, unlimited

REQUIRED = ("product", "stock", "order", "logistics")


def wanted(url: object, kind: object = "ENABLE") -> dict[str, Any]:
    return {name: {"type": kind, "callbackUrls": [url]} for name in REQUIRED}


def topics(simulator: Simulator) -> dict[str, Any]:
    return topics_of(simulator.account.state.callbacks)


async def test_every_topic_can_be_set(simulator: Simulator, cj: CJClient, shop: Shop) -> None:
    await subscribe(cj, f"{shop.url}/cj", stock="")
    on = {"type": "ENABLE", "urls": [f"{shop.url}/cj"]}
    assert topics(simulator) == {
        "product": on,
        "stock": {"type": "CANCEL", "urls": [f"{shop.url}/cj"]},
        "order": on,
        "logistics": on,
        "makeup": on,
        "privateOrder": on,
    }


async def test_at_first_no_topic_is_on(simulator: Simulator) -> None:
    assert all(each == {"type": "CANCEL", "urls": []} for each in topics(simulator).values())


async def test_settings_show_what_is_set(simulator: Simulator, cj: CJClient, shop: Shop) -> None:
    await subscribe(cj, shop.url, order="")
    callback = (await cj.settings.get()).callback
    assert callback is not None
    assert callback.product is not None
    assert (callback.product.type, callback.product.urls) == ("ENABLE", [shop.url])
    assert callback.order is not None
    assert callback.order.type == "CANCEL"


async def test_an_address_is_called_once_with_a_signed_probe_without_a_type(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    await subscribe(cj, shop.url, stock=f"{shop.url}/stock")
    assert sorted(each.path for each in shop.all) == ["/", "/stock"]
    for probe in shop.probes:
        with pytest.raises(webhooks.Probe):
            webhooks.parse(probe.body)
        assert probe.content_type == "application/json"
        assert probe.sign == sign(simulator.open_id, probe.body)


async def test_the_signature_is_that_of_the_test_vector() -> None:
    body = (
        b'{"messageId":"ca72a4834cd14b9588e88ce206f614a0","type":"PRODUCT","messageType":"UPDATE",'
        b'"openId":12312,"params":{"pid":"1424608189734850560","fields":["productDescription"],'
        b'"productDescription":"xxxxxx"}}'
    )
    assert sign(12312, body) == "b1XiUuC471Avn/VJOYKaJ35auKmIhIWJBk0U5LtOrPw="


async def test_addresses_of_cancelled_topics_are_not_called(cj: CJClient, shop: Shop) -> None:
    await subscribe(cj, shop.url, **dict.fromkeys((*REQUIRED, "makeup", "private_order"), ""))
    assert shop.all == []


@pytest.mark.parametrize("status", [201, 204, 301, 404, 500])
async def test_an_address_that_answers_not_200_is_a_wrong_parameter(
    simulator: Simulator, cj: CJClient, shop: Shop, status: int
) -> None:
    shop.then = status
    error = await error_of(subscribe(cj, shop.url), Rejected)
    assert error.code == 1600300
    assert str(status) in str(error)
    assert topics(simulator)["product"]["type"] == "CANCEL"
    assert len(shop.all) == 1  # a redirect is not followed


async def test_without_the_quirk_such_an_address_has_a_code_of_its_own(shop: Shop) -> None:
    shop.then = 500
    async with unlimited(0, quirks=False) as simulator, client_of(simulator) as cj:
        error = await error_of(subscribe(cj, shop.url), Rejected)
    assert error.code == 1607003


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "PATIENCE", 0.05)


@pytest.mark.usefixtures("_impatient")
async def test_an_address_that_keeps_silent_is_unfit(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    shop.then = SILENCE
    error = await error_of(subscribe(cj, shop.url), Rejected)
    assert error.code == 1607000
    assert topics(simulator)["product"]["type"] == "CANCEL"


async def test_an_address_where_nobody_listens_is_unfit(cj: CJClient) -> None:
    error = await error_of(subscribe(cj, "http://127.0.0.1:9"), Rejected)
    assert error.code == 1607000


async def test_one_bad_address_changes_no_topic(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    await subscribe(cj, shop.url)
    before = topics(simulator)
    await error_of(subscribe(cj, f"{shop.url}/new", stock="http://127.0.0.1:9"), Rejected)
    assert topics(simulator) == before


async def test_an_optional_topic_that_is_left_out_stays_as_it_was(
    simulator: Simulator, cj: CJClient, shop: Shop
) -> None:
    await subscribe(cj, shop.url)
    async with calling(simulator) as caller:
        answer = await caller.post("/webhook/set", **wanted(f"{shop.url}/new"))
    assert answer.body["data"] is True
    assert topics(simulator)["makeup"] == {"type": "ENABLE", "urls": [shop.url]}
    assert topics(simulator)["order"] == {"type": "ENABLE", "urls": [f"{shop.url}/new"]}


@pytest.fixture
async def strict() -> AsyncGenerator[Simulator]:
    async with unlimited(0, callbacks_anywhere=False) as running:
        yield running


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://localhost/cj", 1607001),
        ("https://LOCALHOST./cj", 1607001),
        ("http://localhost/cj", 1607001),
        ("https://127.0.0.1:8443/cj", 1607001),
        ("https://[::1]/cj", 1607001),
        ("http://shop.example.com/cj", 1607002),
        ("shop.example.com/cj", 1607002),
        ("ftp://shop.example.com", 1607002),
    ],
)
async def test_the_documented_rules_hold_when_they_are_asked_for(
    strict: Simulator, url: str, code: int
) -> None:
    async with client_of(strict) as cj:
        error = await error_of(subscribe(cj, url), InvalidParameter)
    assert error.code == code


async def test_an_address_is_a_web_address_in_any_case(cj: CJClient) -> None:
    assert (await error_of(subscribe(cj, "ftp://127.0.0.1"), APIError)).code == 1607002


@pytest.mark.parametrize(
    "topic",
    [
        "https://shop.example.com",
        {"type": "MAYBE", "callbackUrls": ["https://shop.example.com"]},
        {"type": "ENABLE", "callbackUrls": ["https://a.example.com", "https://b.example.com"]},
        {"type": "ENABLE", "callbackUrls": [7]},
        {"type": "ENABLE", "callbackUrls": ["https://shop.example.com:x/"]},
        {"type": "ENABLE", "callbackUrls": ["https:///cj"]},
        {"type": "ENABLE", "callbackUrls": []},
        {"type": "ENABLE"},
        {"callbackUrls": ["https://shop.example.com"]},
    ],
)
async def test_a_topic_that_makes_no_sense_is_refused(
    simulator: Simulator, shop: Shop, topic: object
) -> None:
    async with calling(simulator) as caller:
        answer = await caller.post("/webhook/set", **{**wanted(shop.url), "order": topic})
    assert answer.code in (1600300, 16900403)
    assert shop.all == []
    assert topics(simulator)["product"]["type"] == "CANCEL"


@pytest.mark.parametrize("name", REQUIRED)
async def test_each_of_the_older_topics_is_required(
    simulator: Simulator, shop: Shop, name: str
) -> None:
    fields = wanted(shop.url)
    del fields[name]
    async with calling(simulator) as caller:
        answer = await caller.post("/webhook/set", **fields)
    assert answer.code == 16900403
    assert shop.all == []
