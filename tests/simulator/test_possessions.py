"""What an account owns on the server: My Products, sourcing requests, its settings."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from cj_async.simulator import Clock, Simulator
from cj_async.simulator._quotas import Quota
from tests.simulator.plain import Caller, calling, unlimited

ADD, MINE = "/product/addToMyProduct", "/product/myProduct/query"
CREATE, FOUND = "/product/sourcing/create", "/product/sourcing/query"
BEIJING = timezone(timedelta(hours=8))


async def pids(caller: Caller, count: int) -> list[str]:
    return [row["pid"] for row in (await caller.data("/product/list", pageSize=count))["list"]]


async def test_a_product_is_added_once(caller: Caller) -> None:
    pid = (await pids(caller, 1))[0]
    first = (await caller.post(ADD, productId=pid)).body
    assert (first["code"], first["result"], first["success"], first["data"]) == (
        200,
        True,
        True,
        True,
    )
    second = (await caller.post(ADD, productId=pid)).body
    assert (second["code"], second["result"], second["success"]) == (1600000, False, False)
    assert "has been added" in second["message"]
    assert (await caller.data(MINE))["totalRecords"] == 1


async def test_an_unknown_product_cannot_be_added(caller: Caller) -> None:
    assert (await caller.post(ADD, productId="NOBODY")).code == 1602001
    assert (await caller.post(ADD, productId="")).code == 16900403
    assert (await caller.data(MINE))["content"] == []


async def test_my_products_are_paged_newest_first(caller: Caller) -> None:
    wanted = await pids(caller, 25)
    for pid in wanted:
        await caller.post(ADD, productId=pid)
    first = await caller.data(MINE)
    assert (first["pageSize"], first["totalRecords"], first["totalPages"]) == (10, 25, 3)
    rows = first["content"] + [
        row for page in (2, 3) for row in (await caller.data(MINE, pageNum=page))["content"]
    ]
    assert [row["productId"] for row in rows] == wanted[::-1]


async def test_my_products_are_filtered(frozen: Clock) -> None:
    async with unlimited(clock=frozen) as cj, calling(cj) as caller:
        for pid in await pids(caller, 20):
            frozen.advance(timedelta(minutes=1))
            await caller.post(ADD, productId=pid)
        rows = (await caller.data(MINE, pageSize=100))["content"]

        async def ids(**query: Any) -> list[str]:
            kept = (await caller.data(MINE, pageSize=100, **query))["content"]
            return [row["productId"] for row in kept]

        word, sku = rows[3]["nameEn"].split()[1].upper(), rows[3]["sku"]
        assert await ids(keyword=word) == [
            row["productId"] for row in rows if word.lower() in row["nameEn"].lower()
        ]
        assert await ids(keyword=sku) == [rows[3]["productId"]]
        moment = datetime.fromtimestamp(rows[9]["createAt"] // 1000 + 1, BEIJING)
        shown = f"{moment:%Y-%m-%d %H:%M:%S}"
        assert await ids(startAt=shown) == [row["productId"] for row in rows[:9]]
        assert await ids(endAt=shown) == [row["productId"] for row in rows[9:]]
        assert await ids(hasVirPacked=1) == [r["productId"] for r in rows if r["hasVirPacked"] == 1]
        assert await ids(isListed=1) == await ids(hasPacked=1) == []
        assert len(await ids(isListed=0)) == len(await ids(hasPacked=0)) == 20
        category = (await caller.data("/product/query", pid=rows[0]["productId"]))["categoryId"]
        assert rows[0]["productId"] in await ids(categoryId=category)
        assert len(await ids(categoryId=category)) < 20


async def test_sourcing_is_searched_for_an_hour_and_then_found_or_not(frozen: Clock) -> None:
    async with unlimited(clock=frozen) as cj, calling(cj) as caller:
        created = [
            (
                await caller.post(
                    CREATE, productName=f"Lamp {n}", productImage="https://example.com/1.jpg"
                )
            ).body
            for n in range(12)
        ]
        assert {(body["success"], body["code"]) for body in created} == {(True, 0)}
        ids = [body["data"]["cjSourcingId"] for body in created]
        assert len(set(ids)) == 12

        async def statuses() -> set[tuple[str, bool]]:
            answers = [(await caller.post(FOUND, sourceIds=[each])).body["data"] for each in ids]
            assert [answer["sourceId"] for answer in answers] == ids
            return {(answer["sourceStatus"], answer["cjProductId"] is None) for answer in answers}

        assert await statuses() == {("1", True)}
        frozen.advance(timedelta(hours=1))
        assert await statuses() == {("3", False), ("5", True)}


async def test_a_found_product_exists(frozen: Clock) -> None:
    async with unlimited(clock=frozen) as cj, calling(cj) as caller:
        found = None
        while not found:
            body = (await caller.post(CREATE, productName="x", productImage="y", price=9.5)).body
            frozen.advance(timedelta(hours=1))
            ids = [body["data"]["cjSourcingId"]]
            found = (await caller.post(FOUND, sourceIds=ids)).body["data"]["cjProductId"]
        assert (await caller.data("/product/query", pid=found))["pid"] == found


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"productName": "x"}, 16900403),
        ({"productImage": "y"}, 16900403),
        ({"productName": "", "productImage": "y"}, 16900403),
        ({"productName": "x", "productImage": "y", "price": "cheap"}, 1600300),
        ({"productName": "x", "productImage": "y", "price": -1}, 1600300),
    ],
)
async def test_a_bad_sourcing_request_is_refused_and_kept_nowhere(
    cj: Simulator, caller: Caller, fields: dict[str, Any], code: int
) -> None:
    assert (await caller.post(CREATE, **fields)).code == code
    assert not cj.account.sourcings


async def test_somebody_elses_sourcing_is_null(caller: Caller) -> None:
    assert (await caller.post(FOUND, sourceIds=["285"])).body["data"] is None
    assert (await caller.post(FOUND, sourceIds=[])).code == 16900403
    assert (await caller.post(FOUND, sourceIds="285")).code == 1600300


async def test_settings_tell_who_the_account_is_and_how_fast_it_may_ask() -> None:
    async with unlimited(tier="prime") as cj, calling(cj) as caller:
        cj.account.quotas.set(Quota("/api2.0/v1/product/list", 1000))
        data = await caller.data("/setting/get")
    assert data["openId"] == cj.open_id
    assert data["setting"]["qpsLimit"] == 4
    assert data["setting"]["quotaLimits"][0]["quotaType"] == 4
    assert data["callback"]["order"] == {"type": "CANCEL", "urls": []}
    assert (data["root"], data["isSandbox"]) == ("GENERAL", False)


async def test_the_profile_can_be_changed(caller: Caller) -> None:
    change = {"openName": "Lamps & Co", "openEmail": ""}
    before = await caller.data("/setting/get")
    answer = await caller.send("PATCH", "/setting/account/set", json=change)
    assert answer.code == 200
    after = await caller.data("/setting/account/get")
    assert after == {**before, "openName": "Lamps & Co"}
    await caller.send("PATCH", "/setting/account/set", json={"openEmail": "new@example.com"})
    assert (await caller.data("/setting/get"))["openEmail"] == "new@example.com"


async def test_accounts_of_one_simulator_share_the_catalog_and_nothing_else() -> None:
    async with unlimited() as cj, calling(cj) as first, calling(cj, logged_in=False) as second:
        other = cj.add_account(tier=2000, points=None)
        await second.log_in(other.api_key)
        pid = (await pids(first, 1))[0]
        await first.post(ADD, productId=pid)
        assert (await second.data(MINE))["content"] == []
        assert (await second.data("/setting/get"))["openId"] == other.open_id != cj.open_id
        assert (await second.data("/setting/get"))["setting"]["qpsLimit"] == 2000
