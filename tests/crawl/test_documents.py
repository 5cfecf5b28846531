"""Enrichment: documents are fetched once for each product, and a failing one holds up nobody."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cj_async import CJClient
from cj_async.crawl import JsonlSink, _documents
from cj_async.crawl._documents import (
    Answer,
    CutShort,
    Document,
    fetch,
    kinds_of,
    models_of,
    tasks_of,
)
from cj_async.crawl._lists import LISTS
from cj_async.crawl._state import _tasks
from cj_async.crawl._state._schema import KINDS
from cj_async.crawl.sinks._columns import layout_of
from cj_async.models.product import ProductSearchItem
from cj_async.simulator import Simulator
from cj_async.simulator._log import Record
from tests.conftest import RATE, client_of, error_of
from tests.crawl.collecting import Lines, alive, ask, asked, crawled
from tests.scripted import Reply, Script, success

ALL = ("details", "variants", "stock", "reviews")
_REVIEWS = "/product/productComments"


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


def _page(total: object, first: int, last: int, *, size: int = 20) -> Reply:
    """A page with the reviews from one number to another."""
    rows = [{"commentId": number, "score": "5"} for number in range(first, last + 1)]
    return success({"pageNum": "1", "pageSize": str(size), "total": total, "list": rows})


_EMPTY = _page("45", 1, 0)
_THREE = [_page("45", 1, 20), _page("45", 21, 40), _page("45", 41, 45)]


@pytest.mark.parametrize(
    ("pages", "many", "calls"),
    [
        (_THREE, 45, 3),
        ([_page("0", 1, 0)], 0, 1),
        ([success(None)], 0, 1),
        ([_page("40", 1, 20), _page("40", 21, 40)], 40, 2),
        ([_page("45", 1, 30, size=30), _page("45", 31, 45, size=30)], 45, 2),
        # page 2 begins with the last row of page 1: one was added meanwhile
        ([_page("25", 1, 20), _page("26", 20, 24), _page("26", 25, 25), _EMPTY, *_THREE], 45, 7),
        # no total, or one that is too low: on until a page is not full, or shows nothing new
        ([_page(None, 1, 20), _page(None, 21, 40), _page(None, 41, 45)], 45, 3),
        ([_page(None, 1, 20), _page(None, 21, 40), _page(None, 1, 0)], 40, 3),
        ([_page(None, 1, 20), _page(None, 1, 20)], 20, 2),
        ([_page("5", 1, 20), _page("5", 21, 40), _page("5", 41, 45)], 45, 3),
        ([_page("-1", 1, 20), _page("-1", 1, 20)], 20, 2),
        # short of their own total, and whole the second time
        ([_EMPTY, *_THREE], 45, 4),
        ([_THREE[0], _EMPTY, *_THREE], 45, 5),
        ([_THREE[0], _page("45", 21, 35), _THREE[2], _EMPTY, *_THREE], 45, 7),
        ([_THREE[0], _page("0", 1, 0), *_THREE], 45, 5),
    ],
)
async def test_reviews_are_those_that_cj_counts(
    script: Script, pages: list[Reply], many: int, calls: int
) -> None:
    script.on(_REVIEWS, *pages)
    async with client_of(script) as cj:
        (document,) = (await fetch(cj, "P", "reviews", ask)).documents
    assert [int(row["commentId"]) for row in body(document)["reviews"]] == [*range(1, many + 1)]
    assert len(script.of(_REVIEWS)) == calls


@pytest.mark.parametrize(
    ("pages", "shown", "calls"),
    [
        ([_EMPTY], 0, 2),
        ([_THREE[0]], 20, 4),  # each number shows the first page
        ([_THREE[0], _EMPTY, _THREE[0], _EMPTY], 20, 4),
        ([_page("12", 1, 11), _page("12", 1, 0), _page("12", 1, 11), _page("12", 1, 0)], 11, 4),
        ([success({"pageNum": "1", "total": "2", "list": [{"commentId": 1}, {}]})], 1, 4),
        ([success({"pageNum": "1", "total": "2", "list": None})], 0, 2),
    ],
)
async def test_reviews_that_stay_fewer_than_cj_counts_are_a_failure(
    script: Script, pages: list[Reply], shown: int, calls: int
) -> None:
    script.on(_REVIEWS, *pages)
    async with client_of(script) as cj:
        error = await error_of(fetch(cj, "P", "reviews", ask), CutShort)
    assert f"shows only {shown} of them" in str(error)
    assert b'"total":' in error.raw
    assert len(script.of(_REVIEWS)) == calls


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


def test_the_models_are_those_of_the_documents() -> None:
    assert models_of(LISTS["rich"])["products"].model is ProductSearchItem
    assert models_of(LISTS["rich"])["stock"].model is _documents.ProductStocks
