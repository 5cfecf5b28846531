from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cj_async.simulator import Clock, Simulator
from tests.simulator.plain import Caller, calling, unlimited

LOGIN, REFRESH, LOGOUT = (
    f"/authentication/{name}" for name in ("getAccessToken", "refreshAccessToken", "logout")
)


async def code_with(caller: Caller, token: str | None) -> int:
    return (await caller.send("GET", "/setting/get", headers={"CJ-Access-Token": token})).code


async def test_a_key_buys_a_pair_of_tokens_and_the_open_id(frozen: Clock) -> None:
    async with unlimited(clock=frozen) as cj, calling(cj, logged_in=False) as caller:
        data = await caller.log_in()
    assert data["openId"] == cj.open_id
    access, refresh, made = (
        datetime.fromisoformat(data[name])
        for name in ("accessTokenExpiryDate", "refreshTokenExpiryDate", "createDate")
    )
    assert (access - made, refresh - made) == (timedelta(days=15), timedelta(days=180))
    assert made == cj.clock.now().replace(microsecond=0)
    assert data["createDate"].endswith("+08:00")
    assert data["accessToken"].startswith("API@CJ")


def test_the_key_has_the_documented_form() -> None:
    import re

    assert re.fullmatch(r"CJ\d+@api@[0-9a-f]{32}", Simulator().api_key)
    assert Simulator(seed=2).api_key != Simulator(seed=3).api_key


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"apiKey": "CJ1@api@" + "0" * 32}, 1600005),
        ({"apiKey": "nonsense"}, 1600005),
        ({"email": "a@example.com", "password": "secret"}, 1600005),
        ({"apiKey": ""}, 16900403),
        ({}, 16900403),
    ],
)
async def test_anything_but_the_key_is_refused(
    cj: Simulator, caller: Caller, body: dict[str, object], code: int
) -> None:
    assert (await caller.post(LOGIN, **body)).code == code


async def test_no_token_and_a_wrong_token_are_told_apart(cj: Simulator, caller: Caller) -> None:
    assert await code_with(caller, "") == 1600002
    assert await code_with(caller, "API@CJ1@CJ:x") == 1600001
    assert await code_with(caller, "nonsense") == 1600001
    assert await code_with(caller, caller.token) == 200


async def test_an_access_token_dies_of_age(frozen: Clock) -> None:
    async with unlimited(clock=frozen, token_life=timedelta(hours=2)) as cj, calling(cj) as caller:
        frozen.advance(timedelta(hours=2, seconds=-1))
        assert await code_with(caller, caller.token) == 200
        frozen.advance(timedelta(seconds=1))
        assert await code_with(caller, caller.token) == 1600001


async def test_a_refresh_gives_a_new_pair_and_uses_up_the_old_refresh_token(
    cj: Simulator, caller: Caller
) -> None:
    old = await caller.log_in()
    new = (await caller.post(REFRESH, refreshToken=old["refreshToken"])).body["data"]
    assert "openId" not in new
    assert new["accessToken"] != old["accessToken"]
    assert await code_with(caller, new["accessToken"]) == 200
    assert await code_with(caller, old["accessToken"]) == 200
    again = await caller.post(REFRESH, refreshToken=old["refreshToken"])
    assert (again.code, again.body["data"]) == (1600003, None)


async def test_a_refresh_token_dies_of_age(frozen: Clock) -> None:
    cj = unlimited(clock=frozen, token_life=timedelta(hours=1), refresh_life=timedelta(days=1))
    async with cj, calling(cj) as caller:
        data = await caller.log_in()
        frozen.advance(timedelta(days=1))
        assert (await caller.post(REFRESH, refreshToken=data["refreshToken"])).code == 1600003


async def test_an_empty_refresh_token_is_a_missing_field(cj: Simulator, caller: Caller) -> None:
    answer = await caller.post(REFRESH, refreshToken="")
    assert (answer.code, answer.body["message"]) == (16900403, "refreshToken can not be empty")


async def test_logging_out_ends_every_token_of_the_account(cj: Simulator, caller: Caller) -> None:
    first = await caller.log_in()
    second = await caller.log_in()
    assert (await caller.send("POST", LOGOUT)).body["data"] is True
    for pair in (first, second):
        assert await code_with(caller, pair["accessToken"]) == 1600001
        assert (await caller.post(REFRESH, refreshToken=pair["refreshToken"])).code == 1600003


async def test_revoked_tokens_are_dead(cj: Simulator, caller: Caller) -> None:
    cj.revoke_tokens()
    assert await code_with(caller, caller.token) == 1600001


async def test_reused_tokens_stay_for_a_day_and_refreshing_does_not_move_them(
    frozen: Clock,
) -> None:
    async with unlimited(clock=frozen, token_reuse=True) as cj, calling(cj) as caller:
        first = await caller.log_in()
        frozen.advance(timedelta(hours=23))
        assert await caller.log_in() == first
        refreshed = (await caller.post(REFRESH, refreshToken=first["refreshToken"])).body["data"]
        assert refreshed == {name: first[name] for name in refreshed}
        frozen.advance(timedelta(hours=1))
        assert (await caller.log_in())["accessToken"] != first["accessToken"]


async def test_logging_out_forgets_a_reused_pair(cj: Simulator) -> None:
    async with unlimited(token_reuse=True) as reusing, calling(reusing) as caller:
        first = caller.token
        await caller.send("POST", LOGOUT)
        assert (await caller.log_in())["accessToken"] != first


async def test_token_limits_hold_when_asked_for(frozen: Clock) -> None:
    async with unlimited(clock=frozen, token_limits=True) as cj, calling(cj) as caller:
        answer = await caller.post(LOGIN, apiKey=cj.api_key)
        assert (answer.code, answer.body["data"]) == (1600200, None)
        frozen.advance(timedelta(minutes=5))
        data = await caller.log_in()
        for _ in range(5):
            answer = await caller.post(REFRESH, refreshToken=data["refreshToken"])
            data = answer.body["data"]
        assert (await caller.post(REFRESH, refreshToken=data["refreshToken"])).code == 1600200
        frozen.advance(timedelta(minutes=1))
        assert (await caller.post(REFRESH, refreshToken=data["refreshToken"])).code == 200


async def test_a_wrong_key_does_not_use_up_the_login(frozen: Clock) -> None:
    async with (
        unlimited(clock=frozen, token_limits=True) as cj,
        calling(cj, logged_in=False) as caller,
    ):
        assert (await caller.post(LOGIN, apiKey="CJ1@api@0")).code == 1600005
        assert (await caller.post(LOGIN, apiKey=cj.api_key)).code == 200
