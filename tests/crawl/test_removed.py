"""Products that are gone: asked for twice before anybody is told, told once, and new when they return."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cj_async import CJClient, NotFound
from cj_async.crawl import JsonlSink, export
from cj_async.crawl._documents import fetch
from cj_async.simulator import Simulator
from cj_async.simulator._log import Record
from tests.conftest import RATE, client_of, error_of
from tests.crawl.collecting import Lines, alive, ask, asked, crawled
from tests.scripted import Reply, Script, refusal, success

_PROFILES = pytest.mark.parametrize("profile", ["rich", "cheap"])


@pytest.fixture
async def simulator() -> AsyncGenerator[Simulator]:
    async with Simulator(products=400, tier=RATE, per_ip=None, points=None) as running:
        yield running
    assert running.mistakes == []


@pytest.fixture
async def few() -> AsyncGenerator[Simulator]:
    async with Simulator(products=40, tier=RATE, per_ip=None, points=None) as running:
        yield running
    assert running.mistakes == []


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "cj.db"


def pid_of(simulator: Simulator, number: int) -> str:
    return simulator.control.world.catalog.pid(number)


def hide(simulator: Simulator, *pids: str) -> None:
    """Lists leave products out, which can be asked for all the same."""
    numbers = [simulator.control.world.catalog.number(pid) for pid in pids]
    simulator.control.world.listing.hide([each for each in numbers if each is not None])


def bring_back(simulator: Simulator) -> None:
    """Everything is on the shelves again."""
    simulator.control.world.removed.clear()
    simulator.control.world.listing.reset(())


# ---------------------------------------------------------------- missing from two complete lists


@_PROFILES
async def test_a_product_that_two_runs_miss_is_asked_for_and_told_as_removed_once(
    simulator: Simulator, cj: CJClient, state: Path, profile: str
) -> None:
    sink = Lines()
    await crawled(cj, state, sink, profile=profile)
    gone = set(simulator.churn(seed=2, deleted=12).deleted)
    second = await crawled(cj, state, sink, profile=profile)
    assert (second.removed, asked(simulator)["products.get"]) == (0, 0)
    third = await crawled(cj, state, sink, profile=profile)
    assert asked(simulator)["products.get"] == 24, "each of them twice"
    assert sink.pids("products", "removed") == gone
    assert (third.removed, third.products, third.parked) == (12, 388, ())
    fourth = await crawled(cj, state, sink, profile=profile)
    assert (fourth.removed, asked(simulator)["products.get"]) == (0, 24)
    assert len(sink.of("products")) == 412


@_PROFILES
async def test_the_line_of_a_removed_product_has_only_its_id(
    simulator: Simulator, cj: CJClient, state: Path, tmp_path: Path, profile: str
) -> None:
    out = tmp_path / "out.jsonl"
    pid = pid_of(simulator, 7)
    for _ in range(3):
        await crawled(cj, state, JsonlSink(out), profile=profile)
        simulator.remove_product(pid)
    line = msgspec.json.decode(out.read_bytes().splitlines()[-1])
    key = {"rich": "id", "cheap": "pid"}[profile]
    assert [*line] == ["_change", "_run", "_seen", key]
    assert (line["_change"], line[key]) == ("removed", pid)


async def test_a_product_that_lists_hide_is_not_removed(
    simulator: Simulator, cj: CJClient, state: Path
) -> None:
    sink, pid = Lines(), pid_of(simulator, 7)
    await crawled(cj, state, sink)
    hide(simulator, pid)
    await crawled(cj, state, sink)
    report = await crawled(cj, state, sink)
    assert (asked(simulator)["products.get"], report.removed, report.products) == (1, 0, 400)
    await crawled(cj, state, sink)
    assert asked(simulator)["products.get"] == 1, "only after two more runs it is asked for again"
    bring_back(simulator)
    await crawled(cj, state, sink)
    assert len(sink.told) == 400


async def test_one_refusal_is_not_enough(simulator: Simulator, cj: CJClient, state: Path) -> None:
    sink, pid = Lines(), pid_of(simulator, 7)
    await crawled(cj, state, sink)
    hide(simulator, pid)
    simulator.fail("products.get", code=1602002)
    await crawled(cj, state, sink)
    report = await crawled(cj, state, sink)
    assert (asked(simulator)["products.get"], report.removed) == (2, 0)


_PRODUCT, _VARIANTS = "/product/query", "/product/variant/query"
_THERE = success({"pid": "P", "variants": [{"vid": "V"}]})
_NOTHING = success(None)


@pytest.mark.parametrize(
    ("task", "answers", "is_gone"),
    [
        ("gone", {_PRODUCT: [_NOTHING]}, True),
        ("gone", {_PRODUCT: [_NOTHING, _THERE]}, False),
        ("gone", {_PRODUCT: [refusal(1602001), _NOTHING]}, True),
        ("details", {_PRODUCT: [_NOTHING, refusal(1602002)]}, True),
        ("details", {_PRODUCT: [_NOTHING, _THERE]}, False),
        ("variants", {_VARIANTS: [_NOTHING], _PRODUCT: [_NOTHING]}, True),
        ("variants", {_VARIANTS: [success([])], _PRODUCT: [_THERE]}, False),
        ("variants", {_VARIANTS: [refusal(1602002)], _PRODUCT: [_THERE]}, False),
    ],
)
async def test_only_two_answers_in_a_row_that_find_nothing_mean_gone(
    script: Script, task: str, answers: dict[str, list[Reply]], is_gone: bool
) -> None:
    for path, replies in answers.items():
        script.on(path, *replies)
    async with client_of(script) as cj:
        answer = await fetch(cj, "P", task, ask)
    assert (answer.missing is not None) == is_gone
    assert len(answer.documents) == (not is_gone and task != "gone")
    assert sum(len(script.of(path)) for path in answers) == 2


@pytest.mark.parametrize("reply", [Reply(b"", 404), refusal(1600101), refusal(1602000)])
async def test_other_things_that_are_not_found_do_not_mean_gone(
    script: Script, reply: Reply
) -> None:
    script.on(_PRODUCT, reply)
    async with client_of(script, retries=0) as cj:
        await error_of(fetch(cj, "P", "details", ask), NotFound)
        assert len(script.of(_PRODUCT)) == 1


async def test_reviews_that_are_refused_are_no_empty_reviews(script: Script) -> None:
    script.on("/product/productComments", refusal(1602001))
    script.on(_PRODUCT, _THERE)
    async with client_of(script) as cj:
        await error_of(fetch(cj, "P", "reviews", ask), NotFound)


async def test_a_product_that_comes_back_is_new_and_gets_documents(
    simulator: Simulator, cj: CJClient, state: Path
) -> None:
    sink, pid = Lines(), pid_of(simulator, 7)
    await crawled(cj, state, sink, enrich=("variants",))
    simulator.remove_product(pid)
    for _ in range(2):
        await crawled(cj, state, sink, enrich=("variants",))
    bring_back(simulator)
    report = await crawled(cj, state, sink, enrich=("variants",))
    assert (report.new, report.documents, report.products) == (1, 1, 400)
    told = [(row["_run"], row["_change"]) for row in sink.of("products") if row["pid"] == pid]
    assert told == [(1, "new"), (3, "removed"), (4, "new")]


async def test_a_product_seen_in_between_has_to_be_missed_twice_again(
    simulator: Simulator, cj: CJClient, state: Path
) -> None:
    pid = pid_of(simulator, 7)
    await crawled(cj, state)
    for _ in range(3):
        hide(simulator, pid)
        await crawled(cj, state)
        bring_back(simulator)
        await crawled(cj, state)
    assert asked(simulator)["products.get"] == 0


async def test_asking_may_fail_and_is_done_by_the_next_run(
    simulator: Simulator, cj: CJClient, state: Path
) -> None:
    sink, pid = Lines(), pid_of(simulator, 7)
    await crawled(cj, state, sink)
    simulator.remove_product(pid)
    await crawled(cj, state, sink)
    simulator.fail("products.get", times=5, code=1600300)
    third = await crawled(cj, state, sink)
    assert [(each.pid, each.document) for each in third.parked] == [(pid, "gone")]
    assert (third.verdict, third.removed) == ("complete", 0)
    fourth = await crawled(cj, state, sink)
    assert (fourth.removed, fourth.parked) == (1, ())


async def test_what_was_to_be_asked_is_forgotten_when_lists_show_it_again(
    simulator: Simulator, cj: CJClient, state: Path
) -> None:
    pid = pid_of(simulator, 7)
    await crawled(cj, state)
    hide(simulator, pid)
    await crawled(cj, state)
    simulator.fail("products.get", times=5, code=1600300)
    assert len((await crawled(cj, state)).parked) == 1
    bring_back(simulator)
    report = await crawled(cj, state)
    assert (report.parked, asked(simulator)["products.get"]) == ((), 5)


# -------------------------------------------------------------------------- runs that do not count


@pytest.mark.parametrize("since", ["last", datetime(2020, 1, 1, tzinfo=UTC)])
async def test_runs_of_newer_products_count_nothing_as_missing(
    simulator: Simulator, cj: CJClient, state: Path, since: Any
) -> None:
    await crawled(cj, state)
    simulator.churn(seed=2, deleted=5)
    for _ in range(3):
        report = await crawled(cj, state, since=since)
        assert report.removed == 0
    assert asked(simulator)["products.get"] == 0


async def test_a_stopped_run_counts_nothing_as_missing(
    simulator: Simulator, cj: CJClient, state: Path
) -> None:
    await crawled(cj, state)
    simulator.churn(seed=2, deleted=5)
    for _ in range(3):
        assert (await crawled(cj, state, max_points=50)).verdict == "budget_stopped"
    assert asked(simulator)["products.get"] == 0
    assert (await crawled(cj, state)).run == 2
    assert asked(simulator)["products.get"] == 0


async def test_an_unverified_run_counts_nothing_as_missing(
    simulator: Simulator, cj: CJClient, state: Path
) -> None:
    await crawled(cj, state)
    simulator.churn(seed=2, deleted=5)
    for number in (2, 3, 4):
        await crawled(cj, state, max_points=50)
        with closing(sqlite3.connect(state)) as database, database:
            database.execute("""UPDATE runs SET doubts = '["filter_ignored"]' WHERE id > 1""")
        report = await crawled(cj, state)
        assert (report.run, report.verdict, report.removed) == (number, "unverified", 0)
    assert asked(simulator)["products.get"] == 0


# ------------------------------------------------------------------------- gone while it is crawled


@pytest.mark.parametrize("enrich", [("details",), ("variants",), ("stock",), ("variants", "stock")])
async def test_a_product_that_goes_between_list_and_document_is_removed_when_two_lists_missed_it(
    simulator: Simulator, cj: CJClient, state: Path, enrich: tuple[str, ...]
) -> None:
    sink = Lines()
    gone = sorted(alive(simulator))[-3:]
    simulator.requests.watchers.append(_once("products.search", 5, simulator, gone))
    for _ in range(2):
        report = await crawled(cj, state, sink, enrich=enrich, parallel=1)
        assert (report.verdict, report.removed, report.products) == ("complete", 0, 400)
        assert [each.pid for each in report.parked] == gone
    third = await crawled(cj, state, sink, enrich=enrich)
    assert (third.removed, third.parked, third.products) == (3, (), 397)
    assert sink.pids("products", "removed") == set(gone)
    assert not sink.changes(enrich[0]).keys() & {*gone}
    again = await crawled(cj, state, sink, enrich=enrich)
    assert (again.removed, again.documents, again.products) == (0, 0, 397)


@pytest.mark.parametrize("enrich", [("details",), ("variants",), ("stock", "reviews")])
async def test_a_product_that_is_listed_is_not_removed_whatever_is_said_when_it_is_asked_for(
    few: Simulator, state: Path, tmp_path: Path, enrich: tuple[str, ...]
) -> None:
    """Off sale, or hidden from this account: it cannot be asked for, and lists show it all the same."""
    sink, pid = Lines(), pid_of(few, 7)
    few.control.world.removed.add(7)
    for number in (1, 2, 3):
        few.requests.clear()
        async with client_of(few) as cj:
            report = await crawled(cj, state, sink, enrich=enrich)
        assert (report.run, report.verdict) == (number, "complete")
        assert (report.removed, report.products) == (0, 40)
        (parked,) = report.parked
        assert (parked.pid, parked.document) == (pid, enrich[0])
        assert "CJ says that there is no such product, but lists show it" in parked.error
        assert "1602002" in parked.error
        assert parked.raw is not None
        assert b"removed from shelves" in parked.raw
        calls = asked(few)
        assert number == 1 or sum(calls.values()) - calls["products.search"] == 2, "asked again"
    await export(state, JsonlSink(tmp_path / "all.jsonl"))
    assert pid.encode() in (tmp_path / "all.jsonl").read_bytes()
    few.control.world.removed.clear()
    async with client_of(few) as cj:
        last = await crawled(cj, state, sink, enrich=enrich)
    assert (last.parked, last.documents) == ((), 1)
    assert sink.changes("products") == dict.fromkeys(alive(few), "new")
    assert sink.changes(enrich[0]) == dict.fromkeys(alive(few), "new")


async def test_a_product_that_is_parked_is_removed_when_two_lists_missed_it(
    few: Simulator, state: Path
) -> None:
    sink, pid = Lines(), pid_of(few, 7)
    few.control.world.removed.add(7)
    async with client_of(few) as cj:
        assert len((await crawled(cj, state, sink, enrich=("details",))).parked) == 1
        hide(few, pid)
        reports = [await crawled(cj, state, sink, enrich=("details",)) for _ in range(2)]
    assert [(each.removed, len(each.parked)) for each in reports] == [(0, 1), (1, 0)]
    assert sink.pids("products", "removed") == {pid}


async def test_a_document_that_is_refused_once_is_fetched_the_second_time(state: Path) -> None:
    async with Simulator(products=40, tier=RATE, per_ip=None, points=None) as simulator:
        for operation in ("variants.list", "reviews.list"):
            simulator.fail(operation, times=2, code=1602001)
        async with client_of(simulator) as cj:
            report = await crawled(cj, state, enrich=("variants", "reviews"))
    assert (report.removed, report.parked, report.documents) == (0, (), 80)


def _once(
    operation: str, many: int, simulator: Simulator, pids: list[str]
) -> Callable[[Record], None]:
    """Removes products when an operation has been answered so many times."""

    def watch(record: Record) -> None:
        if record.operation == operation and simulator.requests.operations[operation] == many:
            for pid in pids:
                simulator.remove_product(pid)

    return watch
