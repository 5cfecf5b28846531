"""The log of requests: what it tells, and what it never tells."""

from __future__ import annotations

from datetime import timedelta

from cj_async.simulator import Clock, Simulator
from tests.simulator.plain import Caller, calling, unlimited


async def test_a_record_tells_what_was_asked_and_answered(frozen: Clock) -> None:
    async with unlimited(clock=frozen) as cj, calling(cj) as caller:
        frozen.advance(timedelta(seconds=5))
        await caller.get("/product/listV2", keyWord="desk lamp")
        record = cj.requests[-1]
    assert (record.method, record.path, record.operation) == (
        "GET",
        "/product/listV2",
        "products.search",
    )
    assert record.query == "keyWord=desk+lamp"
    assert (record.status, record.code, record.took_effect, record.faulted) == (
        200,
        200,
        True,
        False,
    )
    assert record.account == cj.account.number
    assert record.time == frozen.now()
    assert record.at == frozen.monotonic()
    assert record.peer == "127.0.0.1"


async def test_a_record_tells_of_refusals(cj: Simulator, caller: Caller) -> None:
    await caller.get("/product/listV2", page=0)
    await caller.get("/nowhere")
    bad, nowhere = cj.requests[-2:]
    assert (bad.operation, bad.code, bad.took_effect) == ("products.search", 1600300, False)
    assert (nowhere.operation, nowhere.code, nowhere.account) == ("", 1600101, None)


async def test_no_secret_reaches_the_log_or_a_repr(cj: Simulator, caller: Caller) -> None:
    data = await caller.log_in()
    await caller.post("/authentication/refreshAccessToken", refreshToken=data["refreshToken"])
    await caller.post("/authentication/getAccessToken", email="a@b.c", password="canary-7")
    told = repr(list(cj.requests)) + repr(cj) + repr(cj.account)
    secret = cj.api_key.rpartition("@")[2]
    for canary in (secret, data["accessToken"], data["refreshToken"], "canary-7", str(cj.open_id)):
        assert canary not in told
    assert cj.requests.of("auth.refresh_access_token")[0].body == {"refreshToken": "***"}


async def test_bodies_are_kept(cj: Simulator, caller: Caller) -> None:
    await caller.post("/product/addToMyProduct", productId="NOBODY")
    assert cj.requests[-1].body == {"productId": "NOBODY"}


async def test_counters_count_and_can_be_cleared(cj: Simulator, caller: Caller) -> None:
    cj.requests.clear()
    for _ in range(3):
        await caller.get("/setting/get")
    await caller.get("/product/query", pid="NOBODY")
    assert cj.requests.operations == {"settings.get": 3, "products.get": 1}
    assert cj.requests.codes == {200: 3, 1602001: 1}
    assert (cj.requests.total, len(cj.requests)) == (4, 4)
    assert [record.operation for record in cj.requests.of("settings.get")] == ["settings.get"] * 3


async def test_the_log_keeps_the_newest_and_counts_all() -> None:
    async with Simulator(5, tier=1000, per_ip=None, keep_requests=3) as cj, calling(cj) as caller:
        for _ in range(5):
            await caller.get("/setting/get")
    assert [record.operation for record in cj.requests] == ["settings.get"] * 3
    assert cj.requests.operations["settings.get"] == 5
