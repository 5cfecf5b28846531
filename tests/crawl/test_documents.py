"""Enrichment: documents are fetched once for each product, and a failing one holds up nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from cj_async import AuthenticationFailed, CJClient
from cj_async.crawl import JsonlSink, _documents
from cj_async.crawl._documents import Answer, Document, fetch, kinds_of, models_of, tasks_of
from cj_async.crawl._lists import LISTS
from cj_async.crawl._rows import Key
from cj_async.crawl._state import _documents as stored
from cj_async.crawl._state import _runs, _tasks
from cj_async.crawl._state._documents import Spent
from cj_async.crawl._state._file import Database, StateFile
from cj_async.crawl._state._schema import KINDS
from cj_async.crawl._state._tasks import Task, Trouble
from cj_async.crawl.sinks._columns import layout_of
from cj_async.models.product import ProductSearchItem
from cj_async.simulator import Simulator
from cj_async.simulator._log import Record
from tests.conftest import RATE, client_of
from tests.crawl.collecting import Lines, alive, ask, asked, crawled

ALL = ("details", "variants", "stock", "reviews")


@pytest.fixture
async def simulator() -> AsyncGenerator[Simulator]:
    async with Simulator(products=60, tier=RATE, per_ip=None, points=None) as running:
        yield running
    assert running.mistakes == []


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "cj.db"


def body(document: Document) -> dict[str, Any]:
    return msgspec.json.decode(document.body, type=dict[str, Any])


def by_kind(answer: Answer) -> dict[str, Document]:
    return {KINDS[document.kind]: document for document in answer.documents}


# ------------------------------------------------------------------------------------------ tasks


@pytest.mark.parametrize(
    ("enrich", "tasks"),
    [
        ((), ()),
        (("details",), ("details",)),
        (("reviews", "stock"), ("reviews", "stock")),
        (("variants", "stock"), ("variants+stock",)),
        (("stock", "variants"), ("variants+stock",)),
        (("stock", "reviews", "details"), ("details+stock", "reviews")),
        (("reviews", "stock", "details"), ("reviews", "details+stock")),
        (("variants", "variants"), ("variants",)),
        (ALL, ("details+variants+stock", "reviews")),
    ],
)
def test_documents_of_one_call_are_one_task(
    enrich: tuple[str, ...], tasks: tuple[str, ...]
) -> None:
    assert tasks_of(enrich) == tasks
    assert {kind for task in tasks for kind in kinds_of(task)} == set(enrich)


def test_the_task_that_asks_whether_a_product_is_there_brings_no_document() -> None:
    assert kinds_of(_tasks.GONE) == ()


@pytest.mark.parametrize("profile", ["rich", "cheap"])
def test_every_kind_of_line_has_a_model_with_columns(profile: Any) -> None:
    models = models_of(LISTS[profile])
    assert tuple(models) == KINDS
    for model in models.values():
        assert model.key in [column.name for column in layout_of(model.model).columns]
    assert models["products"].key == {"rich": "id", "cheap": "pid"}[profile]


# -------------------------------------------------------------------------------------- documents


async def test_one_call_brings_details_variants_and_stock(
    simulator: Simulator, cj: CJClient
) -> None:
    pid = simulator.control.world.catalog.pid(3)
    documents = by_kind(await fetch(cj, pid, "details+variants+stock", ask))
    assert [*documents] == ["details", "variants", "stock"]
    assert asked(simulator) == {"products.get": 1}
    assert {body(each)["pid"] for each in documents.values()} == {pid}
    assert "features=enable_combine%2Cenable_video%2Cenable_inventory" in (
        simulator.requests.of("products.get")[0].query
    )


async def test_details_hold_the_same_whatever_else_is_asked_for(
    simulator: Simulator, cj: CJClient
) -> None:
    for number in range(8):
        pid = simulator.control.world.catalog.pid(number)
        alone = by_kind(await fetch(cj, pid, "details", ask))["details"]
        beside = by_kind(await fetch(cj, pid, "details+variants+stock", ask))["details"]
        assert alone == beside
        assert body(alone)["variants"]


async def test_stock_is_the_same_whichever_call_tells_it(
    simulator: Simulator, cj: CJClient
) -> None:
    for number in range(8):
        pid = simulator.control.world.catalog.pid(number)
        alone = by_kind(await fetch(cj, pid, "stock", ask))["stock"]
        beside = by_kind(await fetch(cj, pid, "variants+stock", ask))["stock"]
        one, other = body(alone), body(beside)
        assert alone.hash == beside.hash
        assert one["variantInventories"] == other["variantInventories"]
        pieces = "countryCode", "totalInventoryNum", "cjInventoryNum", "factoryInventoryNum"
        rows = [
            sorted(tuple(row[name] for name in pieces) for row in each.get("inventories", ()))
            for each in (one, other)
        ]
        assert rows[0] == rows[1]
    assert asked(simulator) == {"inventory.by_product": 8, "products.get": 8}


async def test_variants_are_the_same_whichever_call_tells_them() -> None:
    async with Simulator(products=8, tier=RATE, per_ip=None, quirks=False) as simulator:
        async with client_of(simulator) as cj:
            for number in range(8):
                pid = simulator.control.world.catalog.pid(number)
                alone = by_kind(await fetch(cj, pid, "variants", ask))["variants"]
                beside = by_kind(await fetch(cj, pid, "details+variants", ask))["variants"]
                assert alone == beside
                assert (
                    len(body(alone)["variants"]) == simulator.control.world.catalog.variants[number]
                )
        assert asked(simulator) == {"variants.list": 8, "products.get": 8}


async def test_unknown_stock_is_left_out(cj: CJClient, simulator: Simulator) -> None:
    catalog = simulator.control.world.catalog
    empty = next(number for number in range(catalog.count) if not catalog.stock[number])
    stock = body(by_kind(await fetch(cj, catalog.pid(empty), "stock", ask))["stock"])
    assert "inventories" not in stock
    assert all([*each] == ["vid"] for each in stock["variantInventories"])


async def test_all_pages_of_reviews_are_fetched(simulator: Simulator, cj: CJClient) -> None:
    catalog = simulator.control.world.catalog
    most = max(range(catalog.count), key=lambda number: catalog.review_count[number])
    none = min(range(catalog.count), key=lambda number: catalog.review_count[number])
    for number in (most, none):
        document = by_kind(await fetch(cj, catalog.pid(number), "reviews", ask))["reviews"]
        assert len(body(document)["reviews"]) == catalog.review_count[number]
    assert catalog.review_count[most] > 40
    assert catalog.review_count[none] == 0


async def test_how_often_a_product_is_listed_is_no_change(
    simulator: Simulator, cj: CJClient
) -> None:
    catalog = simulator.control.world.catalog
    before = by_kind(await fetch(cj, catalog.pid(0), "details", ask))["details"]
    catalog.listed[0] += 1
    after = by_kind(await fetch(cj, catalog.pid(0), "details", ask))["details"]
    assert before.hash == after.hash
    assert before.body != after.body


# ------------------------------------------------------------------------------------- whole runs


@pytest.mark.parametrize("profile", ["rich", "cheap"])
async def test_every_product_gets_every_document_once(
    simulator: Simulator, cj: CJClient, state: Path, profile: str
) -> None:
    sink = Lines()
    report = await crawled(cj, state, sink, profile=profile, enrich=ALL)
    pids = alive(simulator)
    assert report.verdict == "complete"
    for kind in KINDS:
        assert sink.changes(kind) == dict.fromkeys(pids, "new")
    calls = asked(simulator)
    assert calls["products.get"] == 60
    assert report.documents == 240
    assert report.requests == sum(calls.values())
    pages = calls["products.search"] + calls["products.list"]
    assert report.points == 50 * pages + 10 * 60
    assert report.parked == ()


async def test_a_single_kind_takes_its_own_call(
    simulator: Simulator, cj: CJClient, state: Path
) -> None:
    report = await crawled(cj, state, enrich=("stock", "reviews"))
    calls = asked(simulator)
    assert calls["inventory.by_product"] == 60
    assert calls["products.get"] == 0
    assert report.documents == 120


async def test_the_first_of_enrich_comes_first(
    simulator: Simulator, cj: CJClient, state: Path
) -> None:
    await crawled(cj, state, enrich=("reviews", "variants"), parallel=1)
    names = [each.operation for each in simulator.requests if each.operation.endswith("s.list")]
    assert names == sorted(names)
    assert {*names} == {"reviews.list", "variants.list"}


async def test_new_products_come_before_changed_ones(
    simulator: Simulator, cj: CJClient, state: Path
) -> None:
    await crawled(cj, state, enrich=("details",), parallel=1)
    churned = simulator.churn(seed=5, inserted=7, repriced=9)
    simulator.requests.clear()
    await crawled(cj, state, enrich=("details",), parallel=1)
    order = [_pid(each) for each in simulator.requests.of("products.get")]
    assert set(order[:7]) == set(churned.inserted)
    assert set(order[7:]) == set(churned.repriced)


async def test_files_hold_every_document_once(
    simulator: Simulator, cj: CJClient, state: Path, tmp_path: Path
) -> None:
    await crawled(cj, state, JsonlSink(tmp_path / "out.jsonl"), enrich=ALL)
    for kind in ALL:
        lines = (tmp_path / f"out.{kind}.jsonl").read_bytes().splitlines()
        assert len(lines) == 60
        assert {msgspec.json.decode(line)["pid"] for line in lines} == alive(simulator)


def _pid(record: Record) -> str:
    return record.query.partition("pid=")[2].partition("&")[0]


# --------------------------------------------------------------------------------------- failures


async def test_a_product_that_keeps_failing_is_parked_with_what_cj_said(
    simulator: Simulator, state: Path
) -> None:
    first = min(alive(simulator))
    nth = [1, 61, 62, 63, 64]
    simulator.fail("products.get", nth=nth, code=1603001, message="This one is broken")
    sink = Lines()
    async with client_of(simulator) as cj:
        report = await crawled(cj, state, sink, enrich=("details", "reviews"), parallel=1)
        assert report.verdict == "complete"
        (parked,) = report.parked
        assert (parked.pid, parked.document) == (first, "details")
        assert "This one is broken" in parked.error
        assert parked.raw is not None
        assert b"This one is broken" in parked.raw
        assert sink.changes("details").keys() == alive(simulator) - {first}
        assert sink.changes("reviews").keys() == alive(simulator)
        assert asked(simulator)["products.get"] == 64
        assert report.points == 50 * asked(simulator)["products.search"] + 10 * 64
        again = await crawled(cj, state, sink, enrich=("details", "reviews"), parallel=1)
    assert again.parked == ()
    assert again.documents == 1
    assert sink.changes("details") == dict.fromkeys(alive(simulator), "new")


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("garble", {}),
        ("html", {"status": 200}),
        ("html", {"status": 502}),
        ("refuse", {"code": 1600000}),
        ("truncate", {}),
        ("cut", {}),
    ],
)
async def test_troubles_of_one_product_do_not_stop_the_crawl(
    simulator: Simulator, state: Path, kind: Any, more: dict[str, Any]
) -> None:
    simulator.fail("products.get", nth=[1, 61, 62, 63, 64], kind=kind, **more)
    async with client_of(simulator) as cj:
        report = await crawled(cj, state, enrich=("details",), parallel=1)
    (parked,) = report.parked
    assert parked.pid == min(alive(simulator))
    assert report.documents == 59
    assert (parked.raw is None) == (kind in ("truncate", "cut"))


async def test_a_product_that_fails_four_times_is_not_parked(
    simulator: Simulator, state: Path
) -> None:
    simulator.fail("products.get", nth=[1, 61, 62, 63], code=1603001)
    async with client_of(simulator) as cj:
        report = await crawled(cj, state, enrich=("details",), parallel=1)
    assert report.parked == ()
    assert report.documents == 60
    assert report.seconds >= 4 + 8 + 16 + 32


async def test_two_kinds_fail_in_their_own_ways(simulator: Simulator, state: Path) -> None:
    sink = Lines()
    simulator.fail("reviews.list", times=10_000, code=1600300)
    simulator.fail("variants.list", times=10_000, kind="garble")
    async with client_of(simulator) as cj:
        report = await crawled(cj, state, sink, enrich=("variants", "reviews"))
        assert len(report.parked) == 100  # the first hundred are told
        assert {each.document for each in report.parked} == {"variants", "reviews"}
        assert report.verdict == "complete"
        assert report.documents == 0
        simulator.heal()
        after = await crawled(cj, state, sink, enrich=("variants", "reviews"))
    assert after.parked == ()
    assert (
        sink.changes("variants")
        == sink.changes("reviews")
        == dict.fromkeys(alive(simulator), "new")
    )


@pytest.mark.parametrize(("kind", "more"), [("cut", {}), ("refuse", {"code": 1600000})])
async def test_what_hits_everything_is_borne_and_parks_nobody(
    simulator: Simulator, state: Path, kind: Any, more: dict[str, Any]
) -> None:
    simulator.fail("*", after=20, times=24, kind=kind, **more)
    async with client_of(simulator) as cj:
        report = await crawled(cj, state, enrich=("details",), parallel=4)
    assert report.parked == ()
    assert report.documents == 60


async def test_a_refused_token_ends_the_crawl_and_is_nobodys_fault(
    simulator: Simulator, state: Path
) -> None:
    sink = Lines()
    simulator.fail("products.get", after=20, times=10_000, code=1600012)
    async with client_of(simulator) as cj:
        with pytest.raises(AuthenticationFailed):
            await crawled(cj, state, sink, enrich=("details",))
        simulator.heal()
        report = await crawled(cj, state, sink, enrich=("details",))
    assert (report.run, report.parked, report.documents) == (1, (), 60)
    assert sink.changes("details").keys() == alive(simulator)


async def test_an_address_that_is_missing_is_no_product_that_is_gone(
    simulator: Simulator, state: Path
) -> None:
    simulator.fail("products.get", times=10_000, code=1600101)
    async with client_of(simulator) as cj:
        report = await crawled(cj, state, enrich=("details",))
    assert report.removed == 0
    assert len(report.parked) == 60


# ------------------------------------------------------------------------- stopping and going on


async def test_a_stopped_run_goes_on_where_it_was(
    simulator: Simulator, cj: CJClient, state: Path
) -> None:
    sink = Lines()
    spent, runs = 0, 0
    while True:
        report = await crawled(cj, state, sink, enrich=("details", "reviews"), max_points=250)
        runs += 1
        assert report.points - spent <= 250
        spent = report.points
        if report.stopped is None:
            break
        assert report.verdict == "budget_stopped"
    assert runs > 2
    assert (report.run, report.documents) == (1, 120)
    assert asked(simulator)["products.get"] == 60
    assert sink.changes("details").keys() == sink.changes("reviews").keys() == alive(simulator)


@pytest.mark.parametrize("seed", range(6))
async def test_nothing_is_lost_or_told_twice_however_often_it_is_cut_off(
    simulator: Simulator, cj: CJClient, state: Path, seed: int
) -> None:
    random, sink = Random(seed), Lines(batch=7)
    for _ in range(8):
        await _cut_off(cj, state, sink, simulator, random.randrange(1, 14))
    report = await crawled(cj, state, sink, enrich=ALL)
    assert (report.run, report.verdict) == (1, "complete")
    for kind in KINDS:
        assert sink.changes(kind) == dict.fromkeys(alive(simulator), "new")


async def _cut_off(
    cj: CJClient, state: Path, sink: Lines, simulator: Simulator, calls: int
) -> None:
    """Runs until so many calls were made."""
    end = simulator.requests.total + calls
    run = asyncio.create_task(crawled(cj, state, sink, enrich=ALL))
    while simulator.requests.total < end and not run.done():  # noqa: ASYNC110
        await asyncio.sleep(0)
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    assert run.cancelled()


# ------------------------------------------------------------------------- in one transaction


@pytest.fixture
async def opened() -> AsyncGenerator[StateFile]:
    state = await StateFile(None).open()
    yield state
    await state.aclose()


def _queued(database: Database) -> Task:
    run = _runs.begin(database, "{}", since=None, until=0, cap=None, slack=0)
    database.execute(
        "INSERT INTO items (kind, place, pid, hash, run) VALUES (0, 0, 'P', 1, ?)",
        (run,),
    )
    _tasks.enqueue(database, run, [Key(0, "P")], ["variants+stock", "reviews"])
    task = _tasks.claim(database, 7, 0.0)
    assert task is not None
    return task


_ANSWER = Answer((Document(2, 11, b'{"pid":"P"}'), Document(3, 12, b'{"pid":"P"}')))


def _commit(database: Database, worker: int, task: Task, answer: Answer) -> None:
    stored.commit(database, 1, worker, task, answer, Spent(1, 10), key="id", now=0.0)


async def test_several_kinds_are_stored_together(opened: StateFile) -> None:
    task = await opened.do(_queued)
    await opened.do(_commit, 7, task, _ANSWER)
    run = await opened.do(_runs.run_of, 1)
    assert (run.documents, run.requests, run.points) == (2, 1, 10)
    assert await opened.do(_tasks.waiting) == 1
    pages = await opened.do(lambda db: db.execute("SELECT kind, lines FROM pages").fetchall())
    assert [kind for kind, _ in pages] == [2, 3]
    assert b'"_change":"new","_run":1,"_seen":"1970-01-01T00:00:00Z","pid":"P"' in pages[0][1]


async def test_a_task_that_was_taken_over_stores_nothing(opened: StateFile) -> None:
    task = await opened.do(_queued)
    await opened.do(_commit, 8, task, _ANSWER)
    trouble = Trouble("broken", b"raw")
    assert not await opened.do(stored.fail, 1, 8, task, trouble, Spent(1, 10), now=0.0)
    await opened.do(stored.give_back, 1, 8, task, Spent(1, 10))
    run = await opened.do(_runs.run_of, 1)
    assert (run.documents, run.requests, run.points) == (0, 0, 0)
    assert await opened.do(_tasks.is_held, task, 7)


async def test_what_a_run_has_had_is_not_told_again(opened: StateFile) -> None:
    task = await opened.do(_queued)
    await opened.do(_commit, 7, task, _ANSWER)
    await opened.do(_tasks.enqueue, 1, [Key(0, "P")], ["variants+stock"])
    again = await opened.do(_tasks.claim, 7, 0.0)
    assert again is not None
    await opened.do(_commit, 7, again, Answer((Document(2, 99, b'{"pid":"P"}'),)))
    run = await opened.do(_runs.run_of, 1)
    assert (run.documents, run.requests) == (2, 2)


async def test_only_the_beginning_of_a_long_answer_is_kept(opened: StateFile) -> None:
    task = await opened.do(_queued)
    for _ in range(_tasks.ATTEMPTS):
        held = task._replace(attempts=_tasks.ATTEMPTS - 1)
        await opened.do(
            stored.fail, 1, 7, held, Trouble("broken", b"x" * 9_999), Spent(1, 0), now=0
        )
    (parked,) = await opened.do(_tasks.parked)
    assert parked.raw == b"x" * 1_000


def test_the_models_are_those_of_the_documents() -> None:
    assert models_of(LISTS["rich"])["products"].model is ProductSearchItem
    assert models_of(LISTS["rich"])["stock"].model is _documents.ProductStocks
