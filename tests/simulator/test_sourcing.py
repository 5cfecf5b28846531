"""What is told once a search for a product has come to its end."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from cj_async.models.webhook import SourcingMessage
from cj_async.simulator import Clock
from tests.simulator.aftersales.sold import listening
from tests.simulator.plain import calling, unlimited

CREATE, FOUND = "/product/sourcing/create", "/product/sourcing/query"


async def test_every_search_is_told_once_when_it_ends_and_as_it_ended(
    frozen: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = listening(monkeypatch)
    async with unlimited(clock=frozen) as cj, calling(cj) as caller:
        ids: list[str] = []
        for place in range(9):
            fields = {"productName": f"Lamp {place}", "productImage": "https://example.com/1.jpg"}
            ids.append((await caller.post(CREATE, **fields)).body["data"]["cjSourcingId"])
        frozen.advance(timedelta(minutes=59))
        await caller.get("/setting/get")
        assert told.of("SOURCINGCREATE") == []
        frozen.advance(timedelta(minutes=1))
        rows = [(await caller.post(FOUND, sourceIds=[each])).body["data"] for each in ids]
        frozen.advance(timedelta(days=9))
        await caller.get("/setting/get")
    messages = told.of("SOURCINGCREATE")
    assert [params["cjSourcingId"] for _, params in messages] == ids
    for row, (kind, params) in zip(rows, messages, strict=True):
        assert kind == "UPDATE"
        found = row["sourceStatus"] == "3"
        assert params["status"] == ("completed" if found else "failed")
        assert (params["failReason"] == "") == found
        assert (params["cjProductId"], params["cjVariantSku"]) == (
            row["cjProductId"],
            row["cjVariantSku"],
        )
        body = {"type": "SOURCINGCREATE", "messageType": kind, "params": params}
        read = msgspec.json.decode(msgspec.json.encode(body), type=SourcingMessage)
        assert read.params is not None
        assert (read.params.create_date is not None) == found
    assert {params["status"] for _, params in messages} == {"completed", "failed"}
