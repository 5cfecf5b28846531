"""Whatever goes wrong on the way: complete, each product once, and an honest verdict."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cj_async import (
    APIError,
    AuthenticationFailed,
    CJClient,
    CJError,
    InvalidParameter,
    ServerFailed,
    TransportError,
)
from cj_async.crawl import Report
from cj_async.simulator import Simulator
from tests.conftest import client_of
from tests.crawl.collecting import Lines, alive
from tests.crawl.garbling import Change, garble, rows_of
from tests.crawl.one_clock import OneClock, crawled, timed

SEARCH = "products.search"


async def crawl(
    cj: CJClient, folder: Path, sink: Lines, clock: OneClock | None = None, **plan: Any
) -> Report:
    return await crawled(cj, clock or OneClock(), folder / "state.db", sink, **plan)


def check_nothing_lost(simulator: Simulator, sink: Lines) -> None:
    assert sink.pids("products", "new") == alive(simulator)
    assert len(sink.told) == len(alive(simulator))


FAULTS: list[dict[str, Any]] = [
    {"kind": "html"},
    {"kind": "html", "status": 200},
    {"kind": "html", "status": 503},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 502},
    {"kind": "cut", "when": "before"},
    {"kind": "cut", "when": "after"},
    {"kind": "cut_unread"},
    {"kind": "truncate", "when": "after"},
    {"kind": "garble", "when": "after"},
    {"code": 1600000},
    {"code": 1600301},
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: "-".join(map(str, fault.values())))
async def test_a_third_of_the_answers_spoilt_costs_time_and_nothing_else(
    tmp_path: Path, fault: dict[str, Any]
) -> None:
    async with Simulator(products=1500, tier=1e4, points=None, per_ip=None) as local:
        struck = local.fail(SEARCH, probability=0.33, seed=4, **fault)
        async with client_of(local) as own:
            sink = Lines()
            report = await crawl(own, tmp_path, sink)
        assert struck.hits >= 3
        check_nothing_lost(local, sink)
        assert local.mistakes == []
    assert report.verdict == "complete"
    assert report.drift == {}


async def test_a_token_that_is_revoked_in_the_middle_is_replaced(tmp_path: Path) -> None:
    sink = Lines()
    async with Simulator(products=2500, tier=1e4, points=None, per_ip=None) as local:
        async with client_of(local) as cj:
            watchers = local.requests.watchers
            answered = [0]

            def revoke(record: Any) -> None:
                answered[0] += record.operation == SEARCH
                if record.operation == SEARCH and answered[0] == 6:
                    local.revoke_tokens()

            watchers.append(revoke)
            report = await crawl(cj, tmp_path, sink)
        check_nothing_lost(local, sink)
        assert local.requests.operations["auth.get_access_token"] >= 2
    assert report.verdict == "complete"


@pytest.mark.parametrize("status", [200, 429])
async def test_rate_refusals_for_no_reason_are_ridden_out(tmp_path: Path, status: int) -> None:
    sink, clock = Lines(), OneClock()
    async with timed(clock, 2500) as (simulator, cj):
        words = "Too Many Requests, QPS limit is 50 times/1second"
        simulator.fail(SEARCH, code=1600200, status=status, message=words, times=6, after=3)
        report = await crawl(cj, tmp_path, sink, clock)
        assert cj.counts["refused"] == 6
        check_nothing_lost(simulator, sink)
    assert report.verdict == "complete"


async def test_a_storm_of_rate_refusals_by_real_limits_is_ridden_out(tmp_path: Path) -> None:
    sink = Lines()
    async with Simulator(products=2500, tier=10, points=None, per_ip=None) as local:
        async with client_of(local, tier=30) as cj:  # the client is told a rate that is too high
            report = await crawl(cj, tmp_path, sink)
            assert cj.counts["refused"] > 0
        check_nothing_lost(local, sink)
    assert report.verdict == "complete"


@pytest.mark.parametrize("profile", ["rich", "cheap"])
@pytest.mark.parametrize("turn", [(1,), (2,), (3,), (7, 8), range(1, 90, 2)])
async def test_success_without_data_is_asked_again_and_never_taken_for_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turn: Any, profile: str
) -> None:
    sink, clock = Lines(), OneClock()
    of = "listV2" if profile == "rich" else "product/list"
    changed = garble(monkeypatch, lambda body: body.update(data=None), of=of, only=turn)
    async with timed(clock, 4000) as (simulator, cj):
        report = await crawl(cj, tmp_path, sink, clock, profile=profile, parallel=1)
        check_nothing_lost(simulator, sink)
    assert changed
    assert report.verdict == "complete"


def _no_id(body: dict[str, Any]) -> None:
    rows_of(body)[40].pop("id", None)
    rows_of(body)[40].pop("pid", None)


def _id(value: object) -> Change:
    def change(body: dict[str, Any]) -> None:
        for name in {"id", "pid"} & rows_of(body)[40].keys():
            rows_of(body)[40][name] = value

    return change


def _is(value: object) -> Change:
    def change(body: dict[str, Any]) -> None:
        rows_of(body)[40] = value

    return change


GARBLED: dict[str, Change] = {
    "no id": _no_id,
    "null": _id(None),
    "object": _id({"a": 1}),
    "empty": _id(""),
    "blank": _id("  "),
    "text": _is("nonsense"),
    "nothing": _is(None),
    "list": _is([]),
}


@pytest.mark.parametrize("change", GARBLED.values(), ids=GARBLED)
async def test_a_row_that_cannot_be_read_once_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Change
) -> None:
    sink, clock = Lines(), OneClock()
    changed = garble(monkeypatch, change, only=(1, 2, 5, 9, 10))
    async with timed(clock, 2500) as (simulator, cj):
        report = await crawl(cj, tmp_path, sink, clock)
        check_nothing_lost(simulator, sink)
    assert len(changed) == 5
    assert report.verdict == "complete"
    assert sum(each.unread for each in report.segments) == 0


@pytest.mark.parametrize("profile", ["rich", "cheap"])
@pytest.mark.parametrize("name", ["no id", "empty", "text"])
async def test_a_row_that_can_never_be_read_is_counted_and_spoils_the_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, profile: str
) -> None:
    sink, clock = Lines(), OneClock()
    async with timed(clock, 1500) as (simulator, cj):
        lost = simulator.control.world.catalog.pid(700)

        def spoil(body: dict[str, Any]) -> None:
            rows = rows_of(body)
            for place, row in enumerate(rows):
                if lost in (row.get("id"), row.get("pid")):
                    key = "id" if profile == "rich" else "pid"
                    spoilt = {"no id": {**row, key: None}, "empty": {**row, key: ""}}
                    rows[place] = spoilt.get(name, "nonsense")

        garble(monkeypatch, spoil, of="listV2" if profile == "rich" else "product/list")
        report = await crawl(cj, tmp_path, sink, clock, profile=profile)
        assert sink.pids("products", "new") == alive(simulator) - {lost}
    assert report.verdict == "unverified"
    assert "could not be read" in report.because
    assert sum(each.unread for each in report.segments) >= 1
    assert report.products == 1499


async def test_a_field_with_nonsense_is_empty_and_named_in_the_drift(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoil(body: dict[str, Any]) -> None:
        rows_of(body)[3]["sellPrice"] = "nonsense"
        rows_of(body)[4]["createAt"] = ["yesterday"]
        rows_of(body)[5]["categoryId"] = {"what": "is this"}

    sink, clock = Lines(), OneClock()
    garble(monkeypatch, spoil, only=range(2, 12))
    async with timed(clock, 2500) as (simulator, cj):
        report = await crawl(cj, tmp_path, sink, clock)
        check_nothing_lost(simulator, sink)
    assert report.verdict == "complete"
    assert report.drift == {
        "ProductSearchItem.sellPrice": 10,
        "ProductSearchItem.createAt": 10,
        "ProductSearchItem.categoryId": 10,
    }


UNHEALABLE: list[tuple[int, type[APIError]]] = [
    (1600001, AuthenticationFailed),
    (1600300, InvalidParameter),
    (987654, APIError),
]


@pytest.mark.parametrize(("code", "kind"), UNHEALABLE)
async def test_what_waiting_does_not_heal_is_raised_and_the_crawl_can_go_on_later(
    tmp_path: Path, code: int, kind: type[APIError]
) -> None:
    sink, clock = Lines(batch=100_000), OneClock()
    async with timed(clock, 2500) as (simulator, cj):
        simulator.fail(SEARCH, code=code, after=6, times=100)
        with pytest.raises(kind) as raised:
            await crawl(cj, tmp_path, sink, clock)
        assert raised.value.code == code
        told = len(sink.told)
        assert told >= 400  # all that was committed, although no batch was full
        simulator.heal()
        report = await crawl(cj, tmp_path, sink, clock)
        check_nothing_lost(simulator, sink)
    assert report.verdict == "complete"
    assert report.requests <= 25 + len(report.segments) + 3


async def test_a_bad_key_is_raised_before_anything_else(tmp_path: Path) -> None:
    async with Simulator(products=300, tier=1e4, points=None, per_ip=None) as local:
        key = local.api_key[:-4] + "0000"
        async with client_of(local, key) as cj:
            with pytest.raises(AuthenticationFailed):
                await crawl(cj, tmp_path, Lines())
        assert local.requests.operations[SEARCH] == 0


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "cut"}, TransportError),
        ({"kind": "html"}, ServerFailed),
    ],
)
async def test_a_long_outage_is_borne_for_a_quarter_of_an_hour_then_raised(
    tmp_path: Path, fault: dict[str, Any], kind: type[CJError]
) -> None:
    sink, clock = Lines(), OneClock()
    async with timed(clock, 2500) as (simulator, cj):
        simulator.fail(SEARCH, after=6, times=100_000, **fault)
        began = clock.now()
        with pytest.raises(kind):
            await crawl(cj, tmp_path, sink, clock, parallel=2)
        assert timedelta(minutes=15) < clock.now() - began < timedelta(minutes=20)
        simulator.heal()
        report = await crawl(cj, tmp_path, sink, clock)
        check_nothing_lost(simulator, sink)
    assert report.verdict == "complete"


async def test_an_outage_that_ends_in_time_is_only_a_delay(tmp_path: Path) -> None:
    sink, clock = Lines(), OneClock()
    async with timed(clock, 2500) as (simulator, cj):
        simulator.fail(SEARCH, kind="cut", after=6, times=20)
        report = await crawl(cj, tmp_path, sink, clock)
        check_nothing_lost(simulator, sink)
    assert report.verdict == "complete"


async def test_everything_at_once(tmp_path: Path) -> None:
    sink = Lines()
    async with Simulator(products=4000, tier=1e4, points=None, per_ip=None) as local:
        for turn, fault in enumerate(FAULTS):
            local.fail(SEARCH, probability=0.05, seed=turn, **fault)
        async with client_of(local) as cj:
            report = await crawl(cj, tmp_path, sink)
            check_nothing_lost(local, sink)
    assert report.verdict == "complete"
