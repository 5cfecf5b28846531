"""Snapshot, restore and reset: everything that changes comes back, as often as it is wanted."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from decimal import Decimal

import pytest

from cj_async.simulator import Clock, Simulator
from cj_async.simulator._world import World
from cj_async.simulator.control.snapshots import CHANGING, MOST_SNAPSHOTS
from tests.simulator.plain import Caller, calling, unlimited

SOURCE = {"productName": "x", "productImage": "y"}


async def test_everything_comes_back_as_it_was(cj: Simulator, caller: Caller) -> None:
    cj.accounts.change(balance=50)
    await caller.post("/product/sourcing/create", **SOURCE)
    pid = (await caller.data("/product/list"))["list"][0]["pid"]
    before = cj.snapshot()
    moment, token = cj.clock.now(), caller.token
    await caller.post("/product/sourcing/create", **SOURCE)
    await caller.post("/product/addToMyProduct", productId=pid)
    cj.balance = Decimal(7)
    cj.remove_product(pid)
    cj.clock.advance(timedelta(days=400))
    cj.add_account()
    cj.fail("*", times=9)
    cj.revoke_tokens()
    for _ in range(2):
        cj.restore(before)
        assert caller.token == token
        assert len(cj.account.sourcings) == 1
        assert not cj.account.mine
        assert cj.balance == 50
        assert (await caller.data("/product/query", pid=pid))["pid"] == pid
        assert timedelta(0) <= cj.clock.now() - moment < timedelta(seconds=5)
        assert len(cj.accounts) == 1
        await caller.post("/product/addToMyProduct", productId=pid)
        cj.account.sourcings.clear()


async def test_a_snapshot_does_not_change_with_what_it_was_taken_of(cj: Simulator) -> None:
    cj.account.state.money.balance = 100
    before = cj.snapshot()
    cj.account.state.money.balance = 200
    cj.restore(before)
    cj.account.state.money.balance = 300
    cj.restore(before)
    assert cj.balance == 1


async def test_points_come_back_and_the_pace_begins_anew(frozen: Clock) -> None:
    async with Simulator(20, clock=frozen) as cj, calling(cj) as caller:
        before = cj.snapshot()
        assert (await caller.get("/product/list")).code == 200
        assert (await caller.get("/product/list")).code == 1600200
        assert cj.points.used_today == 50
        cj.restore(before)
        assert cj.points.used_today == 0
        assert (await caller.get("/product/list")).code == 200


async def test_churn_is_taken_back(cj: Simulator, caller: Caller) -> None:
    async def prices() -> object:
        rows = (await caller.data("/product/list", pageSize=200))["list"]
        return [(row["pid"], row["sellPrice"]) for row in rows]

    before, shown = cj.snapshot(), await prices()
    cj.churn(inserted=5, deleted=5, repriced=20)
    assert await prices() != shown
    cj.restore(before)
    assert await prices() == shown


async def test_what_was_planned_happens_again(frozen: Clock) -> None:
    async with unlimited(20, clock=frozen) as cj:
        cj.control.world.agenda.add(frozen.time() + 60, "callbacks.retry", cj.account.number, "-")
        before = cj.snapshot()
        cj.control.advance(timedelta(minutes=2))
        assert not cj.control.world.agenda.entries
        cj.restore(before)
        assert len(cj.control.world.agenda.entries) == 1


async def test_faults_begin_again_where_they_stood(cj: Simulator, caller: Caller) -> None:
    fault = cj.fail("settings.get", times=2)
    assert (await caller.get("/setting/get")).code == 1600000
    before = cj.snapshot()
    assert (await caller.get("/setting/get")).code == 1600000
    assert (await caller.get("/setting/get")).code == 200
    cj.heal()
    cj.restore(before)
    assert fault.hits == 1
    assert (await caller.get("/setting/get")).code == 1600000


async def test_reset_goes_back_to_the_first_start(cj: Simulator, caller: Caller) -> None:
    key, token = cj.api_key, caller.token
    cj.snapshot("mine")
    cj.fail("*", times=5)
    cj.balance = Decimal(1)
    await caller.get("/setting/get")
    cj.reset()
    assert cj.api_key == key
    assert cj.balance == 1000
    assert not cj.requests
    assert not cj.requests.operations
    assert not cj.control.snapshots.named
    assert caller.token == token
    assert (await caller.get("/setting/get")).code == 1600001
    await caller.log_in()
    assert (await caller.get("/setting/get")).code == 200


async def test_reset_brings_back_what_was_arranged_before_the_start() -> None:
    rows = [{"operation": "settings.get", "code": 77}]
    cj = unlimited(5, faults=rows)
    other = cj.add_account(balance=5)
    async with cj, calling(cj) as caller:
        cj.heal()
        cj.accounts.change(other, balance=6)
        cj.reset()
        await caller.log_in()
        assert (await caller.get("/setting/get")).code == 77
        assert cj.control.state.balance(other) == 5


async def test_the_same_run_gives_the_same_ids_after_a_reset(cj: Simulator) -> None:
    seen: list[object] = []
    for _ in range(2):
        cj.reset()
        async with calling(cj) as caller:
            answer = await caller.post("/product/sourcing/create", **SOURCE)
            seen.append((answer.body["data"], answer.body["requestId"]))
    assert seen[0] == seen[1]


async def test_named_snapshots_are_kept_until_they_are_forgotten(cj: Simulator) -> None:
    cj.snapshot("one")
    cj.balance = Decimal(5)
    cj.snapshot("two")
    cj.restore("one")
    assert cj.balance == 1000
    cj.restore("two")
    assert cj.balance == 5
    cj.control.snapshots.forget("one")
    assert [each.name for each in cj.control.snapshots.named] == ["two"]
    with pytest.raises(LookupError, match="no snapshot is called 'one'"):
        cj.restore("one")


def test_snapshots_of_others_and_absurd_numbers_of_them_are_refused() -> None:
    one, two = Simulator(5), Simulator(5)
    with pytest.raises(ValueError, match="the simulator it was taken of"):
        two.restore(one.snapshot())
    for number in range(MOST_SNAPSHOTS):
        one.snapshot(str(number))
    one.snapshot("7")
    with pytest.raises(ValueError, match=r"^snapshots must be at most 100, got 100"):
        one.snapshot("one more")
    with pytest.raises(ValueError, match=r"^name must be"):
        one.snapshot("x" * 101)


def test_every_part_of_the_world_is_copied_or_known_to_stay() -> None:
    stays = {"catalog", "accounts", "clock", "listing", "quirks", "token_limits", "actions"}
    stays |= {"settled", "callbacks_anywhere", "nudge"}
    assert {part.name for part in fields(World)} == {*CHANGING} | stays


def test_no_secret_is_in_the_repr_of_a_snapshot() -> None:
    simulator = Simulator(5)
    simulator.account.log_in()
    told = repr(simulator.snapshot())
    assert simulator.api_key not in told
    assert "API@CJ" not in told
