"""The address book: addresses are listed, added and changed as a whole."""

from __future__ import annotations

from typing import Any

import pytest

from cj_async import CJClient
from cj_async.errors import InvalidParameter
from cj_async.simulator import Simulator
from tests.conftest import client_of, error_of
from tests.simulator.plain import Caller, calling, unlimited
from tests.simulator.private.shopping import BASE

CREATE, UPDATE, LIST = (f"{BASE}/address/{what}" for what in ("create", "update", "list"))
ADDRESS: dict[str, Any] = {
    "first_name": "Sample",
    "last_name": "Receiver",
    "country": "United States",
    "country_code": "US",
    "province": "OH",
    "city": "Sampleton",
    "address": "1 Sample Street",
}
PLAIN: dict[str, Any] = {
    "firstName": "Sample",
    "lastName": "Receiver",
    "country": "United States",
    "countryCode": "US",
    "province": "OH",
    "city": "Sampleton",
    "address": "1 Sample Street",
}


async def test_a_new_account_has_no_addresses(cj: CJClient) -> None:
    assert await cj.addresses.list() == []


async def test_an_address_is_stored_with_every_field(cj: CJClient) -> None:
    more = {
        "address_new": "Apt 2",
        "zip": "10001",
        "phone": "5550100",
        "mail": "receiver@example.com",
        "county_town": "Sample County",
        "consignee_id": "CONSIGNEE-1",
    }
    assert await cj.addresses.create(**ADDRESS, **more, is_default="1") is True
    (found,) = await cj.addresses.list()
    assert found.id
    assert found.is_default is True
    for name, value in {**ADDRESS, **more}.items():
        assert getattr(found, name) == value


async def test_what_was_not_given_is_null(caller: Caller) -> None:
    assert (await caller.post(CREATE, **PLAIN)).body["data"] is True
    (row,) = (await caller.post(LIST)).body["data"]
    assert (row["zip"], row["mail"], row["isDefault"]) == (None, None, "0")


async def test_only_one_address_is_the_default(cj: CJClient) -> None:
    for _ in range(3):
        await cj.addresses.create(**ADDRESS, is_default="1")
    assert [row.is_default for row in await cj.addresses.list()] == [False, False, True]
    first = (await cj.addresses.list())[0]
    await cj.addresses.update(id=first.id, **ADDRESS, is_default="1")
    assert [row.is_default for row in await cj.addresses.list()] == [True, False, False]


async def test_a_change_replaces_the_whole_address(cj: CJClient) -> None:
    await cj.addresses.create(**ADDRESS, zip="10001", is_default="1")
    (before,) = await cj.addresses.list()
    elsewhere: dict[str, Any] = {**ADDRESS, "city": "Elsewhere"}
    await cj.addresses.update(id=before.id, **elsewhere)
    (after,) = await cj.addresses.list()
    assert (after.id, after.city, after.zip, after.is_default) == (
        before.id,
        "Elsewhere",
        None,
        False,
    )


@pytest.mark.parametrize("field", list(PLAIN))
async def test_a_change_wants_every_required_field(caller: Caller, field: str) -> None:
    await caller.post(CREATE, **PLAIN)
    (before,) = (await caller.post(LIST)).body["data"]
    fields = {**PLAIN, "city": "Elsewhere", "id": before["id"]}
    del fields[field]
    assert (await caller.post(UPDATE, **fields)).code == 16900403
    assert (await caller.post(LIST)).body["data"] == [before]


async def test_an_unknown_id_is_refused(cj: CJClient) -> None:
    call = cj.addresses.update(id="NOBODY", **ADDRESS)
    assert (await error_of(call, InvalidParameter)).code == 1600300
    assert await cj.addresses.list() == []


async def test_an_address_of_another_account_is_unknown(cj: CJClient, simulator: Simulator) -> None:
    await cj.addresses.create(**ADDRESS)
    (mine,) = await cj.addresses.list()
    other = simulator.add_account(tier=10_000, points=None)
    async with client_of(simulator, other.api_key) as stranger:
        assert await stranger.addresses.list() == []
        call = stranger.addresses.update(id=mine.id, **ADDRESS)
        assert (await error_of(call, InvalidParameter)).code == 1600300


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("city", "x" * 101, 1600300),
        ("address", "x" * 201, 1600300),
        ("zip", "x" * 31, 1600300),
        ("city", ["Sampleton"], 1600300),
        ("isDefault", "2", 1600300),
        ("countryCode", "USA", 1605002),
        ("countryCode", "1 ", 1605002),
    ],
)
async def test_a_field_that_does_not_fit_is_refused(
    caller: Caller, field: str, value: object, code: int
) -> None:
    assert (await caller.post(CREATE, **{**PLAIN, field: value})).code == code
    assert (await caller.post(LIST)).body["data"] == []


@pytest.mark.parametrize("drifts", [True, False])
async def test_the_default_flag_drifts_between_text_and_number(drifts: bool) -> None:
    async with (
        unlimited(quirks={"drifting_types"} if drifts else False) as local,
        calling(local) as caller,
    ):
        for _ in range(2):
            await caller.post(CREATE, **PLAIN)
        flags = [row["isDefault"] for row in (await caller.post(LIST)).body["data"]]
    assert flags == (["0", 0] if drifts else ["0", "0"])
