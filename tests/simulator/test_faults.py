"""Every kind of fault, before and after the operation took effect."""

from __future__ import annotations

import time
from typing import Any

import aiohttp
import msgspec
import pytest

from cj_async.simulator import Simulator
from cj_async.simulator._faults import FaultKind, Moment
from tests.simulator.plain import Caller, calling

CREATE = "/product/sourcing/create"
FIELDS = {"productName": "x", "productImage": "y"}
LOST = (aiohttp.ClientError, aiohttp.ServerDisconnectedError, ConnectionError)


def effects(cj: Simulator) -> int:
    return len(cj.account.sourcings)


@pytest.mark.parametrize(("when", "expected"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize(
    ("kind", "status", "content_type"),
    [
        ("refuse", 200, "application/json"),
        ("status", 502, "application/json"),
        ("html", 502, "text/html"),
        ("garble", 200, "application/json"),
        ("content_type", 200, "text/html"),
    ],
)
async def test_a_fault_spoils_the_answer_and_decides_about_the_effect(
    cj: Simulator,
    caller: Caller,
    kind: FaultKind,
    status: int,
    content_type: str,
    when: Moment,
    expected: int,
) -> None:
    fault = cj.fail("sourcing.create", kind=kind, when=when)
    answer = await caller.post(CREATE, **FIELDS)
    assert (answer.status, answer.content_type) == (status, content_type)
    assert (effects(cj), fault.hits) == (expected, 1)
    assert (await caller.post(CREATE, **FIELDS)).code == 0
    assert effects(cj) == expected + 1


@pytest.mark.parametrize(("when", "expected"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("kind", ["cut", "truncate"])
async def test_a_lost_answer_leaves_the_caller_in_the_dark(
    cj: Simulator, caller: Caller, kind: FaultKind, when: Moment, expected: int
) -> None:
    cj.fail("sourcing.create", kind=kind, when=when)
    with pytest.raises(LOST):
        await caller.post(CREATE, **FIELDS)
    assert effects(cj) == expected
    assert cj.requests[-1].faulted
    assert cj.requests[-1].took_effect == bool(expected)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_delayed_answer_is_right_and_late(
    cj: Simulator, caller: Caller, when: Moment
) -> None:
    cj.fail("sourcing.create", kind="delay", seconds=0.05, when=when)
    began = time.monotonic()
    assert (await caller.post(CREATE, **FIELDS)).code == 0
    assert time.monotonic() - began >= 0.05
    assert effects(cj) == 1


async def test_a_delay_before_lets_the_effect_wait_and_after_does_not(
    cj: Simulator, caller: Caller
) -> None:
    moments: list[tuple[Moment, int]] = [("before", 0), ("after", 1)]
    for when, expected in moments:
        cj.heal()
        cj.account.sourcings.clear()
        cj.fail("sourcing.create", kind="delay", seconds=30, when=when)
        with pytest.raises(TimeoutError):
            await caller.send(
                "POST", CREATE, json=FIELDS, timeout=aiohttp.ClientTimeout(total=0.05)
            )
        assert effects(cj) == expected


async def test_a_refusal_carries_the_code_and_its_usual_words(
    cj: Simulator, caller: Caller
) -> None:
    cj.fail("products.categories", code=1600301)
    answer = await caller.get("/product/getCategory")
    assert (answer.code, answer.body["message"]) == (1600301, "Read timed out")
    cj.fail("products.categories", code=77, message="own words", status=500)
    answer = await caller.get("/product/getCategory")
    assert (answer.status, answer.code, answer.body["message"]) == (500, 77, "own words")


async def test_garbled_json_is_no_json(cj: Simulator, caller: Caller) -> None:
    cj.fail("products.categories", kind="garble")
    with pytest.raises(msgspec.DecodeError):
        _ = (await caller.get("/product/getCategory")).body


async def test_a_wrong_content_type_leaves_the_body_right(cj: Simulator, caller: Caller) -> None:
    right = await caller.data("/product/getCategory")
    cj.fail("products.categories", kind="content_type", when="after")
    assert (await caller.get("/product/getCategory")).body["data"] == right


async def test_a_status_of_the_gateway_is_free_to_choose(cj: Simulator, caller: Caller) -> None:
    cj.fail("products.categories", kind="html", status=504)
    answer = await caller.get("/product/getCategory")
    assert answer.status == 504
    assert "<html>" in answer.text


async def test_a_fault_waits_for_its_answer_and_strikes_as_often_as_told(
    cj: Simulator, caller: Caller
) -> None:
    fault = cj.fail("products.categories", after=2, times=3)
    codes = [(await caller.get("/product/getCategory")).code for _ in range(7)]
    assert codes == [200, 200, 1600000, 1600000, 1600000, 200, 200]
    assert fault.hits == 3


async def test_faults_of_one_operation_strike_one_after_the_other(
    cj: Simulator, caller: Caller
) -> None:
    cj.fail("products.categories", code=1)
    cj.fail("products.categories", code=2)
    assert [(await caller.get("/product/getCategory")).code for _ in range(3)] == [1, 2, 200]


async def test_a_fault_touches_its_operation_only_and_a_star_any(
    cj: Simulator, caller: Caller
) -> None:
    cj.fail("products.get")
    assert (await caller.get("/product/getCategory")).code == 200
    cj.heal()
    cj.fail("*", code=5)
    assert (await caller.get("/product/getCategory")).code == 5


async def test_healing_takes_back_every_fault(cj: Simulator, caller: Caller) -> None:
    cj.fail("*", times=100)
    cj.heal()
    assert (await caller.get("/product/getCategory")).code == 200


async def test_logging_in_can_fail_too(cj: Simulator) -> None:
    async with calling(cj, logged_in=False) as caller:
        cj.fail("auth.get_access_token", kind="html", status=503)
        answer = await caller.post("/authentication/getAccessToken", apiKey=cj.api_key)
        assert answer.status == 503
        await caller.log_in()


async def test_a_request_that_does_not_come_through_uses_up_no_fault(
    cj: Simulator, caller: Caller
) -> None:
    fault = cj.fail("products.categories")
    async with calling(cj, logged_in=False) as stranger:
        assert (await stranger.get("/product/getCategory")).code == 1600002
    assert fault.hits == 0


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"operation": "products.got"}, "operation"),
        ({"operation": "products.get", "kind": "explode"}, "kind"),
        ({"operation": "products.get", "when": "during"}, "when"),
        ({"operation": "products.get", "times": 0}, "times"),
        ({"operation": "products.get", "after": -1}, "after"),
        ({"operation": "products.get", "status": 99}, "status"),
        ({"operation": "products.get", "seconds": -1}, "seconds"),
        ({"operation": "products.get", "kind": "delay"}, "seconds"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(options: dict[str, Any], name: str) -> None:

    with pytest.raises(ValueError, match=f"^{name} must be"):
        Simulator().fail(**options)
