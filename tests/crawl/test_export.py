"""Is a sink that is written anew from a state exactly what the state knows?"""

from __future__ import annotations

import asyncio
import importlib
import json
import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cj_async import CJClient, crawl
from cj_async.crawl._state import _items
from cj_async.crawl._state._file import Database
from cj_async.simulator import Simulator
from tests.conftest import error_of
from tests.crawl.states import (
    UNUSABLE,
    Memory,
    beside,
    bury,
    catalog,
    changed_by_hand,
    files_in,
    on_shelves,
    sql,
)

PRODUCTS = 900


class Crawled(NamedTuple):
    """A catalog and a state of it, after two runs."""

    local: Simulator
    cj: CJClient
    state: Path
    gone: list[str]

    @property
    def alive(self) -> set[str]:
        return on_shelves(self.local)


@pytest.fixture
async def crawled(tmp_path: Path) -> AsyncGenerator[Crawled]:
    """Two runs, between which products came, went and changed."""
    async with catalog(PRODUCTS) as (local, cj):
        state = tmp_path / "state" / "cj.db"
        state.parent.mkdir()
        await crawl.run(cj, state=state)
        churned = local.churn(3, inserted=20, deleted=15, repriced=60, restocked=40)
        await crawl.run(cj, state=state)
        bury(state, churned.deleted)
        yield Crawled(local, cj, state, churned.deleted)


def bare(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Rows by their id, without what the crawl adds."""
    return {row["id"]: {k: v for k, v in row.items() if k[0] != "_"} for row in rows}


# --- what is exported


async def test_each_product_that_is_not_gone_comes_once_as_it_is_now(
    crawled: Crawled, tmp_path: Path
) -> None:
    sink, fresh = Memory(), Memory()
    count = await crawl.export(crawled.state, sink)
    rows = sink.rows()
    assert count == len(rows) == len(crawled.alive) == PRODUCTS + 5
    assert {row["id"] for row in rows} == crawled.alive
    await crawl.run(crawled.cj, state=tmp_path / "fresh.db", sink=fresh)
    assert bare(rows) == bare(fresh.rows())


async def test_lines_stay_as_the_crawl_handed_them_on(crawled: Crawled) -> None:
    sink = Memory()
    await crawl.export(crawled.state, sink)
    told = {(row["_change"], row["_run"]) for row in sink.rows()}
    assert told == {("new", 1), ("changed", 2), ("new", 2)}


async def test_batches_are_of_the_size_that_the_sink_likes(crawled: Crawled) -> None:
    sink = Memory(batch=150)
    await crawl.export(crawled.state, sink)
    *full, last = [batch.count for batch in sink.batches]
    assert all(150 <= count < 150 + 100 for count in full)
    assert 0 < last < 150 + 100
    positions = [batch.position for batch in sink.batches]
    assert positions == sorted(set(positions))
    assert sink.is_closed


async def test_all_three_sinks_hold_the_same_products(crawled: Crawled, tmp_path: Path) -> None:
    out = tmp_path / "out"
    sinks = [
        crawl.JsonlSink(out / "products.jsonl"),
        crawl.JsonlSink(out / "products.jsonl.gz"),
        crawl.ParquetSink(out / "parquet", rows_per_file=400),
        crawl.SqliteSink(out / "products.db"),
    ]
    assert await crawl.export(crawled.state, sinks) == len(crawled.alive)
    expected = sorted(crawled.alive)
    assert sorted(lines(out / "products.jsonl")) == expected
    assert sorted(parquet(out / "parquet")) == expected
    assert sorted(tables(out / "products.db")) == expected


async def test_only_the_newest_document_of_a_living_product_comes(crawled: Crawled) -> None:
    living, other = sorted(crawled.alive)[:2]

    def documents(database: Database) -> None:
        _document(database, living, "first")
        _document(database, other, "only")
        _document(database, living, "second")
        _document(database, crawled.gone[0], "of one that is gone")

    changed_by_hand(crawled.state, documents)
    sink = Memory(batch=10_000)
    assert await crawl.export(crawled.state, sink) == len(crawled.alive) + 2
    found = [(row["pid"], row["productNameEn"]) for row in sink.rows("details")]
    assert found == [(other, "only"), (living, "second")]
    assert len(sink.batches) == 1


async def test_a_cheap_state_is_exported_by_its_own_key(tmp_path: Path) -> None:
    state, sink = tmp_path / "cj.db", Memory()
    async with catalog(500) as (local, cj):
        await crawl.run(cj, crawl.Plan(profile="cheap"), state=state)
        assert await crawl.export(state, sink) == 500
        assert {row["pid"] for row in sink.rows()} == on_shelves(local)


async def test_a_state_without_products_leaves_the_sink_empty(tmp_path: Path) -> None:
    async with catalog(10) as (_, cj):
        plan = crawl.Plan(filters={"country_code": "ZZ"})
        await crawl.run(cj, plan, state=tmp_path / "cj.db")
    sink = Memory()
    assert await crawl.export(tmp_path / "cj.db", sink) == 0
    assert (sink.batches, sink.is_closed) == ([], True)


# --- once more, and after a crash


def file_sinks(
    out: Path,
) -> list[tuple[Callable[[], crawl.JsonlSink | crawl.ParquetSink], Callable[[], list[str]]]]:
    """Sinks that can start over, and the ids in what they wrote."""
    return [
        (lambda: crawl.JsonlSink(out / "a.jsonl"), lambda: lines(out / "a.jsonl")),
        (lambda: crawl.ParquetSink(out / "p", rows_per_file=200), lambda: parquet(out / "p")),
    ]


@pytest.mark.parametrize("which", [0, 1])
async def test_files_start_over_after_a_crash_and_after_an_end(
    crawled: Crawled, tmp_path: Path, which: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, ids = file_sinks(tmp_path / "out")[which]
    sink = make()
    sink.batch = 200
    with monkeypatch.context() as patch:
        patch.setattr(sink, "write", third_fails(sink))
        error = await error_of(crawl.export(crawled.state, sink), crawl.SinkFailed)
    assert "RuntimeError: cut" in error.reason
    bury(crawled.state, sorted(crawled.alive)[:1])
    for _ in range(2):
        await crawl.export(crawled.state, make())
        assert sorted(ids()) == sorted(crawled.alive)[1:]


async def test_tables_are_refused_half_written_and_written(
    crawled: Crawled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.db"
    sink = crawl.SqliteSink(path)
    sink.batch = 200
    with monkeypatch.context() as patch:
        patch.setattr(sink, "write", third_fails(sink))
        await error_of(crawl.export(crawled.state, sink), crawl.SinkFailed)
    error = await error_of(crawl.export(crawled.state, crawl.SqliteSink(path)), crawl.SinkFailed)
    assert "remove what is in it" in error.reason
    remove(path)
    await crawl.export(crawled.state, crawl.SqliteSink(path))
    assert sorted(tables(path)) == sorted(crawled.alive)


async def test_a_sink_that_throws_is_closed_and_named(crawled: Crawled) -> None:
    sink = Memory(fails_at=2)
    error = await error_of(crawl.export(crawled.state, sink), crawl.SinkFailed)
    assert (error.sink, error.reason) == ("memory", "RuntimeError: no room")
    assert sink.is_closed


class Clumsy(Memory):
    """Fails when it is closed, too."""

    async def aclose(self) -> None:
        await super().aclose()
        raise KeyError("in aclose")


async def test_a_sink_that_fails_to_close_does_not_hide_what_went_wrong_before(
    crawled: Crawled, caplog: pytest.LogCaptureFixture
) -> None:
    error = await error_of(crawl.export(crawled.state, Clumsy(fails_at=2)), crawl.SinkFailed)
    assert error.reason == "RuntimeError: no room"
    assert await crawl.export(crawled.state, Clumsy()) == len(crawled.alive)
    assert caplog.text.count("KeyError: 'in aclose'") == 2


async def test_a_sink_of_the_crawl_itself_is_left_alone(tmp_path: Path) -> None:
    state, out = tmp_path / "cj.db", tmp_path / "out"
    sinks = [
        crawl.JsonlSink(out / "a.jsonl"),
        crawl.ParquetSink(out / "p"),
        crawl.SqliteSink(out / "a.db"),
    ]
    async with catalog(300) as (local, cj):
        await crawl.run(cj, state=state, sink=sinks)
        before = files_in(out)
        for sink in sinks:
            error = await error_of(crawl.export(state, sink), crawl.SinkFailed)
            assert "it is a sink of the crawl" in error.reason
        assert files_in(out)["a.jsonl"] == before["a.jsonl"]
        local.churn(1, inserted=3)
        await crawl.run(cj, state=state, sink=sinks)
        for ids in (lines(out / "a.jsonl"), parquet(out / "p"), tables(out / "a.db")):
            assert sorted(ids) == sorted(on_shelves(local))


# --- beside others


async def test_the_state_is_only_read(crawled: Crawled) -> None:
    before = files_in(crawled.state.parent)
    await crawl.export(crawled.state, Memory())
    assert files_in(crawled.state.parent) == before


async def test_a_state_in_a_folder_that_cannot_be_written_is_exported(
    crawled: Crawled, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> bool:
        return False

    monkeypatch.setattr("cj_async.crawl._state._reading.os.access", refused)
    before = files_in(crawled.state.parent)
    assert await crawl.export(crawled.state, Memory()) == len(crawled.alive)
    assert files_in(crawled.state.parent) == before


async def test_an_export_shows_one_moment_of_a_crawl_that_goes_on(crawled: Crawled) -> None:
    before = Memory()
    await crawl.export(crawled.state, before)
    reports = list[crawl.Report]()

    async def crawl_on() -> None:
        if not reports:
            crawled.local.churn(9, inserted=30, repriced=200)
            reports.append(await crawl.run(crawled.cj, state=crawled.state))

    sink = Memory(batch=100, meanwhile=crawl_on)
    await crawl.export(crawled.state, sink)
    assert sink.rows() == before.rows()
    assert (reports[0].new, reports[0].changed) == (30, 200)
    after = Memory()
    assert await crawl.export(crawled.state, after) == len(before.rows()) + 30


async def test_an_export_goes_on_beside_a_running_crawl(tmp_path: Path) -> None:
    state, counts = tmp_path / "cj.db", list[int]()
    async with catalog(3000, latency=0.01) as (local, cj):

        async def export() -> None:
            sink = Memory()
            counts.append(await crawl.export(state, sink))
            ids = [row["id"] for row in sink.rows()]
            assert len(ids) == len(set(ids)) == counts[-1]
            assert set(ids) <= on_shelves(local)

        assert await beside(crawl.run(cj, state=state), state, export) > 2
        assert counts == sorted(counts)
        assert await crawl.export(state, Memory()) == 3000


# --- what cannot be exported


@pytest.mark.parametrize(("make", "words"), UNUSABLE)
async def test_what_is_no_state_is_refused_and_nothing_is_made(
    tmp_path: Path, make: Callable[[Path], None], words: str
) -> None:
    make(tmp_path / "cj.db")
    before = files_in(tmp_path)
    sink = Memory()
    error = await error_of(crawl.export(tmp_path / "cj.db", sink), crawl.StateError)
    assert words in error.reason
    assert files_in(tmp_path) == before
    assert not sink.opened


async def test_a_damaged_state_is_told_and_not_taken_for_the_end(crawled: Crawled) -> None:
    size = sql(crawled.state, "PRAGMA page_size")[0][0]
    data = bytearray(crawled.state.read_bytes())
    middle = len(data) // 2 // size * size
    data[middle : middle + 40 * size] = b"\xff" * (40 * size)
    crawled.state.write_bytes(data)
    error = await error_of(crawl.export(crawled.state, Memory()), crawl.StateError)
    assert "damaged" in error.reason


async def test_whoever_cancels_an_export_leaves_nothing_behind(crawled: Crawled) -> None:
    reached = asyncio.Event()

    async def hang() -> None:
        reached.set()
        await asyncio.Event().wait()

    sink = Memory(meanwhile=hang)
    before = files_in(crawled.state.parent)
    export = asyncio.create_task(crawl.export(crawled.state, sink))
    await reached.wait()
    export.cancel()
    await asyncio.gather(export, return_exceptions=True)
    assert sink.is_closed
    assert files_in(crawled.state.parent) == before


# --- reading what was written


def lines(path: Path) -> list[str]:
    return [json.loads(line)["id"] for line in path.read_text().splitlines()]


def parquet(folder: Path) -> list[str]:
    arrow: Any = importlib.import_module("pyarrow.parquet")
    found: list[str] = arrow.read_table(folder / "products")["id"].to_pylist()
    return found


def tables(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return [pid for (pid,) in database.execute("SELECT id FROM products")]


def remove(path: Path) -> None:
    """Removes a database with its log."""
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()


def third_fails(sink: crawl.Sink) -> Callable[[crawl.Batch], Any]:
    """The sink's `write`, cut off at the third batch."""
    write, batches = sink.write, list[crawl.Batch]()

    async def until_third(batch: crawl.Batch) -> str | None:
        batches.append(batch)
        if len(batches) == 3:
            raise RuntimeError("cut")
        return await write(batch)

    return until_third


def _document(database: Database, pid: str, name: str) -> None:
    """Stores the details of a product."""
    body = json.dumps({"pid": pid, "productNameEn": name}).encode()
    position = _items.append(database, 1, 2, [("new", body)], seen="2026-11-22T00:00:00Z")
    database.execute(
        "INSERT OR REPLACE INTO items (kind, place, pid, hash, position, run)"
        " SELECT 1, place, pid, 0, ?, 2 FROM items WHERE kind = 0 AND pid = ?",
        (position, pid),
    )
