"""What is refused before anything happens: paths, methods, bodies, pace, points."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest

from cj_async.simulator import Clock, Simulator
from cj_async.simulator._spec import routes
from tests.simulator.plain import Caller, calling

SECOND = timedelta(seconds=1)
CREATE = "/product/sourcing/create"


async def test_an_unknown_path_is_not_an_interface(caller: Caller) -> None:
    answer = await caller.get("/product/nothing")
    assert (answer.status, answer.code, answer.body["result"]) == (200, 1600101, False)


async def test_a_path_outside_the_api_is_not_an_interface(cj: Simulator, caller: Caller) -> None:
    url = cj.base_url.replace("/api2.0/v1", "/product/getCategory")
    async with caller.session.get(url) as response:
        assert (await response.json())["code"] == 1600101


async def test_a_wrong_method_is_not_supported(caller: Caller) -> None:
    answer = await caller.post("/product/listV2", page=1)
    assert (answer.code, answer.body["message"]) == (
        16900202,
        "Request method 'POST' not supported",
    )


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (
            {"data": b"a=1", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
            16900203,
        ),
        ({"data": b"{}", "headers": {"Content-Type": "text/plain"}}, 16900203),
        ({"headers": {"Content-Type": "application/json"}}, 16900204),
        ({"data": b" ", "headers": {"Content-Type": "application/json"}}, 16900204),
        ({"data": b"{", "headers": {"Content-Type": "application/json"}}, 16900205),
        ({"data": b"[1]", "headers": {"Content-Type": "application/json"}}, 16900205),
        ({"data": b"\xff", "headers": {"Content-Type": "application/json"}}, 16900205),
        ({"json": {"productImage": "x"}}, 16900403),
    ],
)
async def test_a_body_that_is_none_is_refused(
    caller: Caller, options: dict[str, Any], code: int
) -> None:
    assert (await caller.send("POST", CREATE, **options)).code == code


async def test_a_content_type_with_a_charset_is_fine(caller: Caller) -> None:
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    body = b'{"productName":"x","productImage":"y"}'
    assert (await caller.send("POST", CREATE, data=body, headers=headers)).code == 0


async def test_answers_are_announced_as_json(caller: Caller) -> None:
    assert (await caller.get("/product/getCategory")).content_type == "application/json"


async def test_every_answer_has_its_own_request_id(caller: Caller) -> None:
    ids = [(await caller.get("/setting/get")).body["requestId"] for _ in range(9)]
    assert len(set(ids)) == 9
    assert {len(each) for each in ids} == {32, 36}


@pytest.mark.parametrize(
    ("tier", "rate"), [("free", 1), ("plus", 2), ("prime", 4), ("advanced", 6), (3, 3)]
)
async def test_a_tier_allows_so_many_requests_in_any_second(
    frozen: Clock, tier: Any, rate: int
) -> None:
    async with Simulator(5, tier=tier, clock=frozen) as cj, calling(cj) as caller:
        for _ in range(3):
            codes = [(await caller.get("/setting/get")).code for _ in range(rate + 1)]
            assert codes == [200] * rate + [1600200]
            frozen.advance(SECOND)
        assert cj.violations == 3


async def test_the_window_slides(frozen: Clock) -> None:
    async with Simulator(5, tier="plus", clock=frozen) as cj, calling(cj) as caller:
        codes: list[int] = []
        for tenths in (0, 6, 3, 1, 5, 5):
            frozen.advance(tenths * SECOND / 10)
            codes.append((await caller.get("/setting/get")).code)
    assert codes == [200, 200, 1600200, 200, 1600200, 200]


@pytest.mark.parametrize("status", [200, 429])
async def test_a_refusal_for_pace_names_the_limit(frozen: Clock, status: Literal[200, 429]) -> None:
    cj = Simulator(5, tier="prime", clock=frozen, refusal_status=status)
    async with cj, calling(cj) as caller:
        answers = [await caller.get("/setting/get") for _ in range(5)]
    last = answers[-1]
    assert (last.status, last.code, last.body["data"], last.body["result"]) == (
        status,
        1600200,
        None,
        False,
    )
    assert last.body["message"] == "Too Many Requests, QPS limit is 4 time/1second"


async def test_limits_that_are_not_enforced_are_counted(frozen: Clock) -> None:
    async with Simulator(5, clock=frozen, enforce_limits=False) as cj, calling(cj) as caller:
        codes = [(await caller.get("/setting/get")).code for _ in range(30)]
    assert set(codes) == {200}
    assert cj.violations == 29
    assert cj.address_violations == 21


async def test_all_accounts_of_an_address_share_its_ten_requests(frozen: Clock) -> None:
    cj = Simulator(5, tier=100, clock=frozen)
    async with cj, calling(cj) as first, calling(cj, logged_in=False) as second:
        await second.log_in(cj.add_account(tier=100).api_key)
        for caller in (first, second) * 4:
            assert (await caller.get("/setting/get")).code == 200
        answer = await first.get("/setting/get")
        assert answer.code == 1600200
        assert "10 time/1second" in answer.body["message"]
        frozen.advance(SECOND)
        assert (await second.get("/setting/get")).code == 200
    assert (cj.violations, cj.address_violations) == (0, 1)


async def test_accounts_have_a_pace_of_their_own(frozen: Clock) -> None:
    cj = Simulator(5, clock=frozen)
    async with cj, calling(cj) as first, calling(cj, logged_in=False) as second:
        await second.log_in(cj.add_account().api_key)
        codes = [(await caller.get("/setting/get")).code for caller in (first, second, first)]
    assert codes == [200, 200, 1600200]


async def test_points_are_told_in_answers_of_charged_calls_only(frozen: Clock) -> None:
    async with Simulator(5, clock=frozen, tier=100, points=1000) as cj, calling(cj) as caller:
        assert "pointsInfo" not in (await caller.get("/setting/get")).body
        info = (await caller.get("/product/listV2")).body["pointsInfo"]
        assert info == {"usedToday": 50, "remaining": 950, "total": 1000}
        pid = (await caller.data("/product/list"))["list"][0]["pid"]
        info = (await caller.get("/product/query", pid=pid)).body["pointsInfo"]
        assert info == {"usedToday": 110, "remaining": 890, "total": 1000}


@pytest.mark.parametrize("status", [200, 429])
async def test_spent_points_refuse_until_enough_are_refilled(
    frozen: Clock, status: Literal[200, 429]
) -> None:
    cj = Simulator(5, clock=frozen, tier=100, points=144, refusal_status=status, per_ip=None)
    async with cj, calling(cj) as caller:
        assert [(await caller.get("/product/list")).code for _ in range(3)] == [200, 200, 16900500]
        answer = await caller.get("/product/list")
        assert (answer.status, answer.body["data"]) == (status, None)
        text = "Insufficient API points. Used today: 100, Remaining: 44, Required: 50."
        assert answer.body["message"].startswith(text)
        frozen.advance(timedelta(minutes=59))
        assert (await caller.get("/product/list")).code == 16900500
        frozen.advance(timedelta(minutes=1))
        assert (await caller.get("/product/list")).code == 200
        assert cj.points.remaining == 0


async def test_points_are_back_at_midnight_utc() -> None:
    clock = Clock(datetime(2026, 5, 1, 23, 59, tzinfo=UTC), frozen=True)
    async with Simulator(5, clock=clock, tier=100, points=50) as cj, calling(cj) as caller:
        assert (await caller.get("/product/list")).code == 200
        assert (await caller.get("/product/list")).code == 16900500
        clock.advance(timedelta(minutes=1))
        assert (await caller.get("/product/list")).body["pointsInfo"]["usedToday"] == 50


async def test_refused_calls_cost_no_points(frozen: Clock) -> None:
    async with Simulator(5, clock=frozen, tier=2, points=1000) as cj, calling(cj) as caller:
        assert (await caller.get("/product/query", pid="NOBODY")).code == 1602001
        assert (await caller.get("/product/listV2", page=0)).code == 1600300
        assert (await caller.get("/product/listV2")).code == 1600200
        assert cj.points.used_today == 0


async def test_points_can_be_taken_away(frozen: Clock) -> None:
    async with Simulator(5, clock=frozen, tier=100) as cj, calling(cj) as caller:
        cj.points.remaining = 49
        assert (await caller.get("/product/list")).code == 16900500
        assert (await caller.get("/setting/get")).code == 200


async def test_without_points_nothing_costs(caller: Caller, cj: Simulator) -> None:
    with pytest.raises(RuntimeError, match="counts no points"):
        _ = cj.points
    assert "pointsInfo" not in (await caller.get("/product/list")).body


async def test_a_refused_write_does_not_take_effect(frozen: Clock) -> None:
    async with Simulator(5, clock=frozen) as cj, calling(cj) as caller:
        fields = {"productName": "x", "productImage": "y"}
        assert (await caller.post(CREATE, **fields)).code == 0
        assert (await caller.post(CREATE, **fields)).code == 1600200
        assert len(cj.account.sourcings) == 1


async def test_a_request_without_a_token_does_not_slow_the_account_down(frozen: Clock) -> None:
    async with Simulator(5, clock=frozen) as cj, calling(cj) as caller:
        async with calling(cj, logged_in=False) as stranger:
            assert (await stranger.get("/setting/get")).code == 1600002
        assert (await caller.get("/setting/get")).code == 200


NASTY = [
    "-1",
    "9" * 400,
    "1e400",
    "nan",
    "\0",
    "\ufffd",
    "²",
    "٣" * 19,
    ",",
    "a,b,,c",
    "[]",
    "1.5",
    "0" * 19,
]


async def test_no_value_of_any_parameter_breaks_the_server(caller: Caller) -> None:
    for methods in routes().values():
        for route in methods.values():
            for parameter in route.parameters:
                for value in NASTY:
                    answer = await caller.get(route.path, **{"pid": "x", parameter.name: value})
                    assert answer.status == 200, (route.operation, parameter.name, value)
                    assert "code" in answer.body


async def test_no_value_of_any_field_breaks_the_server(caller: Caller) -> None:
    values: list[object] = [
        None,
        0,
        -1,
        1.5,
        True,
        [],
        {},
        [None],
        [{}],
        ["x"],
        "x" * 500,
        "٣" * 19,
    ]
    fields = (
        "apiKey",
        "refreshToken",
        "openName",
        "productId",
        "price",
        "sourceIds",
        "productName",
    )
    for methods in routes().values():
        for route in methods.values():
            for value in values if route.body else ():
                body = {"productName": "x", "productImage": "y", **dict.fromkeys(fields, value)}
                answer = await caller.send(route.method, route.path, json=body)
                assert answer.status == 200, (route.operation, value)
