"""Faults as data: whom they meet, by turn and by chance, the same in every run."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from cj_async import APIError, OutcomeUnknown
from cj_async.simulator import Simulator
from cj_async.simulator._faults import KINDS, MOST_FAULTS
from cj_async.simulator.control.schedule import row_of
from tests.conftest import client_of, error_of
from tests.simulator.plain import Caller, calling, unlimited

SETTINGS = "/setting/get"
CREATE = "/product/sourcing/create"
FIELDS = {"productName": "x", "productImage": "y"}
LOST = (aiohttp.ClientError, ConnectionError)


async def codes(caller: Caller, times: int) -> list[int]:
    return [(await caller.get(SETTINGS)).code for _ in range(times)]


async def test_nth_names_the_calls_that_fail(cj: Simulator, caller: Caller) -> None:
    cj.fail("settings.get", nth=2, code=5)
    cj.fail("settings.get", nth=[3, 5], code=6)
    assert await codes(caller, 6) == [200, 5, 6, 200, 6, 200]


async def test_faults_count_calls_that_others_spoil(cj: Simulator, caller: Caller) -> None:
    cj.fail("settings.get", code=5, times=2)
    cj.fail("settings.get", code=6, after=1)
    assert await codes(caller, 4) == [5, 5, 6, 200]


async def test_an_account_can_fail_alone(cj: Simulator) -> None:
    other = cj.add_account(tier=1000, points=None)
    async with calling(cj) as one, calling(cj, logged_in=False) as two:
        await two.log_in(other.api_key)
        cj.fail("*", account=other, code=5)
        assert await codes(one, 2) == [200, 200]
        assert await codes(two, 2) == [5, 200]
        cj.load_faults([{"operation": "*", "account": 1, "code": 7}])
        assert await codes(one, 1) == [200]
        assert await codes(two, 1) == [7]
        with pytest.raises(LookupError, match="no account is 'CJ1'"):
            cj.fail("*", account="CJ1")


async def test_chance_is_drawn_from_the_seed(cj: Simulator, caller: Caller) -> None:
    runs: list[list[int]] = []
    for seed in (1, 1, 2):
        cj.load_faults([{"operation": "settings.get", "probability": 0.3, "code": 5}], seed=seed)
        runs.append(await codes(caller, 60))
    assert runs[0] == runs[1] != runs[2]
    assert 8 <= runs[0].count(5) <= 30


async def test_two_simulators_of_one_seed_fail_alike() -> None:
    runs: list[list[int]] = []
    rows = [{"operation": "settings.get", "probability": 0.5, "code": code} for code in (5, 6)]
    for seed in (3, 3, 4):
        async with unlimited(5, seed=seed, faults=rows) as cj, calling(cj) as caller:
            runs.append(await codes(caller, 40))
    assert runs[0] == runs[1] != runs[2]
    assert {5, 6, 200} == set(runs[0])


async def test_chance_can_be_limited_and_never_or_always(cj: Simulator, caller: Caller) -> None:
    cj.fail("settings.get", probability=0, code=5)
    assert await codes(caller, 20) == [200] * 20
    cj.fail("settings.get", probability=1, times=3, code=6)
    assert await codes(caller, 5) == [6, 6, 6, 200, 200]


async def test_a_schedule_of_a_file_is_replayed(
    cj: Simulator, caller: Caller, tmp_path: Path
) -> None:
    file = tmp_path / "faults.json"
    rows = [
        {"operation": "settings.get", "nth": [1, 4], "code": 5},
        {"operation": "settings.get", "probability": 0.4, "code": 6},
    ]
    file.write_text(json.dumps({"seed": 9, "faults": rows}), encoding="utf-8")
    runs: list[list[int]] = []
    for _ in range(2):
        cj.load_faults(file)
        runs.append(await codes(caller, 30))
    assert runs[0] == runs[1]
    assert runs[0][0] == runs[0][3] == 5
    faults = [*cj.control.faults]
    cj.load_faults([dict(row_of(fault)) for fault in faults])
    assert await codes(caller, 30) == runs[0]


async def test_a_refusal_can_carry_data(cj: Simulator) -> None:
    lacking = {"lockFails": [{"sku": "S-1", "lackQuantity": 2}]}
    cj.fail("settings.get", code=1600300, message="lock failed", data=lacking)
    async with calling(cj) as caller:
        answer = await caller.get(SETTINGS)
    assert (answer.code, answer.body["data"]) == (1600300, lacking)


async def test_the_details_of_a_refused_outbound_order_reach_the_client(cj: Simulator) -> None:
    row = {"sku": "S-1", "quantity": 5, "lockQuantity": 2}
    cj.fail("outbound.submit", code=1603001, data={"lockFails": [row]})
    async with client_of(cj) as client:
        error = await error_of(client.outbound.submit(order_id="O-1"), APIError)
    assert [(fail.sku, fail.lock_quantity) for fail in error.details.lock_fails] == [("S-1", 2)]


async def test_a_connection_can_end_before_the_body_is_read(cj: Simulator, caller: Caller) -> None:
    fault = cj.fail("sourcing.create", kind="cut_unread")
    arrived: list[int] = []

    async def endless() -> Any:
        for piece in range(200):
            arrived.append(piece)
            yield b"x" * 65_536
            await asyncio.sleep(0)

    with pytest.raises(LOST):
        await caller.send(
            "POST", CREATE, data=endless(), headers={"Content-Type": "application/json"}
        )
    assert (fault.hits, len(cj.account.sourcings)) == (1, 0)
    assert (cj.requests[-1].status, cj.requests[-1].faulted) == (None, True)
    assert cj.requests[-1].body is None
    assert (await caller.post(CREATE, **FIELDS)).code == 0


async def test_a_slow_answer_drips_in(cj: Simulator, caller: Caller) -> None:
    cj.fail("settings.get", kind="drip", seconds=0.1)
    moments: list[float] = []
    began = time.monotonic()
    async with aiohttp.ClientSession() as session:
        headers = {"CJ-Access-Token": str(caller.token)}
        async with session.get(cj.base_url + SETTINGS, headers=headers) as response:
            read = b""
            async for piece in response.content.iter_any():
                read += piece
                moments.append(time.monotonic() - began)
    assert json.loads(read)["code"] == 200
    assert len(moments) > 3
    assert moments[0] < 0.09 <= moments[-1]


async def test_a_drip_that_is_too_slow_for_the_client_leaves_it_in_the_dark(cj: Simulator) -> None:
    cj.fail("sourcing.create", kind="drip", seconds=30)
    async with client_of(cj, timeout=0.2, retries=0) as client:
        with pytest.raises(OutcomeUnknown):
            await client.sourcing.create(product_name="x", product_image="y")
    assert len(cj.account.sourcings) == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_the_client_survives_every_kind_of_fault(cj: Simulator, kind: str) -> None:
    seconds = 0.01 if kind in ("delay", "drip") else 0.0
    async with client_of(cj) as client:
        await client.settings.get()
        row = {"operation": "settings.get", "kind": kind, "code": 1600301, "seconds": seconds}
        cj.load_faults([row])
        assert (await client.settings.get()).open_name is not None
        assert [fault.hits for fault in cj.control.faults] == [1]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({}, "operation must be given"),
        ({"operation": "products.got"}, "operation must be an operation of the API"),
        ({"operation": "*", "kind": "explode"}, "explode"),
        ({"operation": "*", "oops": 1}, "a field must be among"),
        ({"operation": "*", "times": "two"}, "Expected `int"),
        ({"operation": "*", "times": 0}, "times must be at least 1"),
        ({"operation": "*", "nth": 0}, "nth must be 1 for the first"),
        ({"operation": "*", "nth": []}, "nth must be 1 for the first"),
        ({"operation": "*", "probability": 2}, "probability must be 0 to 1"),
        ({"operation": "*", "kind": "cut_unread", "when": "after"}, "when must be before"),
        ({"operation": "*", "kind": "drip"}, "seconds must be"),
        ({"operation": "*", "seconds": 1e9}, "seconds must be"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused_with_its_number(
    row: Mapping[str, object], words: str
) -> None:
    simulator = Simulator(5, faults=[{"operation": "*"}])
    with pytest.raises(ValueError, match=r"^faults\[1\]: ") as raised:
        simulator.load_faults([{"operation": "*"}, row])
    assert words in str(raised.value)
    assert len(simulator.control.faults) == 1


@pytest.mark.parametrize(
    "text", ["", "5", '"faults.json"', "[5]", '{"fault": []}', '{"seed": "x"}']
)
def test_a_file_that_is_no_schedule_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "faults.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"faults\.json: "):
        Simulator(5, faults=file)


def test_absurdly_many_faults_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^faults must be at most 10,000 rows"):
        Simulator(5, faults=[{"operation": "*"}] * (MOST_FAULTS + 1))
