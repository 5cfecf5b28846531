"""The sink of SQLite tables."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cj_async import CJClient
from cj_async.crawl._errors import SinkFailed
from cj_async.crawl._sink import Part, Sink
from cj_async.crawl.sinks import SqliteSink, _sqlite
from cj_async.errors import ConfigurationError
from tests.conftest import error_of
from tests.crawl.sinks.batches import (
    SEEN,
    SOURCE,
    batch,
    data,
    line,
    line_of,
    numbered,
    part,
    place,
    products,
)
from tests.crawl.sinks.refusing import refusal


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "crawl.db"


async def opened(path: Path, position: int = 0) -> SqliteSink:
    sink = SqliteSink(path)
    assert await sink.open(SOURCE, None) == position
    return sink


async def refused(path: Path, source: str = SOURCE) -> SinkFailed:
    return await refusal(SqliteSink(path), source=source)


def query(path: Path, sql: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(sql)]


def ids(path: Path, table: str = "products", key: str = "id") -> list[str]:
    return [str(row[key]) for row in query(path, f"SELECT * FROM {table} ORDER BY rowid")]


def tables(path: Path) -> set[str]:
    return {row["name"] for row in query(path, "SELECT name FROM sqlite_master WHERE type='table'")}


def test_it_is_a_sink() -> None:
    sink: Sink = SqliteSink("a.db", table="us")
    assert (sink.name, sink.batch) == ("a.db:us", 1000)


@pytest.mark.parametrize(
    "name", ["", "a b", "1a", 'a"; DROP', "sqlite_x", "SQLITE_x", "_cj_crawl", "é", "a\n"]
)
def test_names_of_tables_are_checked(name: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be the name of a table"):
        SqliteSink("a.db", table=name)


async def test_rows_come_back_as_they_were(path: Path, cj: CJClient) -> None:
    rows = [row async for row in cj.products.search(features=["enable_category"], size=100)]
    sink = await opened(path)
    assert await sink.write(batch(300, part(map(line_of, rows)))) is None
    await sink.aclose()
    found = query(path, "SELECT * FROM products ORDER BY rowid")
    for row, read in zip(rows, found, strict=True):
        assert read["id"] == row.id
        assert (read["_change"], read["_run"], read["_seen"]) == ("new", 1, SEEN)
        assert row.sell_price is not None
        assert read["sellPriceHigh"] == str(row.sell_price.high)
        assert read["isVideo"] == row.is_video
        assert read["listedNum"] == row.listed_num
        tags = read["zoneRecommendJson"]
        assert (None if tags is None else json.loads(tags)) == row.zone_recommend_json
    kinds = {each["name"]: each["type"] for each in query(path, "PRAGMA table_info(products)")}
    assert kinds["sellPriceLow"] == kinds["createAt"] == kinds["videoList"] == "TEXT"
    assert kinds["isVideo"] == kinds["listedNum"] == "INTEGER"


async def test_each_kind_has_a_table(path: Path) -> None:
    sink = await opened(path)
    await sink.write(batch(1, numbered(1), numbered(1, 1, "details")))
    await sink.aclose()
    assert tables(path) == {"_cj_crawl", "products", "details"}
    assert ids(path, "details", "pid") == ["1-0"]


async def test_two_states_share_a_file_under_two_names(path: Path) -> None:
    for table in ("products", "us"):
        sink = SqliteSink(path, table=table)
        await sink.open(table, None)
        await sink.write(batch(1, numbered(1), numbered(1, 1, "details"), source=table))
        await sink.aclose()
    assert tables(path) == {"_cj_crawl", "products", "details", "us", "us_details"}


async def test_the_newest_row_of_a_product_stands(path: Path) -> None:
    sink = await opened(path)
    first = line("id", "1", sku="A", nameEn="x") + line("id", "2", sku="B")
    await sink.write(batch(2, part(first.splitlines(keepends=True))))
    later = [line("id", "1", "changed", 2, sku="C"), line("id", "2", "removed", 2)]
    await sink.write(batch(4, part([*later, line("id", "3", "removed", 2)])))
    rows = query(path, "SELECT _change, _run, id, sku, nameEn FROM products ORDER BY id")
    assert [tuple(row.values()) for row in rows] == [
        ("changed", 2, "1", "C", None),
        ("removed", 2, "2", "B", None),
        ("removed", 2, "3", None, None),
    ]
    back = [line("id", "2", "removed", 3), line("id", "2", "new", 4, sku="D")]
    await sink.write(batch(6, part(back)))
    await sink.aclose()
    [row] = query(path, "SELECT * FROM products WHERE id = '2'")
    assert (row["_change"], row["_run"], row["sku"]) == ("new", 4, "D")


async def test_it_knows_its_position_and_needs_no_token(path: Path) -> None:
    sink = await opened(path)
    await sink.write(products(7))
    await sink.write(products(9))
    await sink.aclose()
    sink = SqliteSink(path)
    assert await sink.open(SOURCE, "whatever") == 9
    await sink.aclose()
    assert ids(path) == ["7-0", "7-1", "9-0", "9-1"]


async def test_tables_of_another_state_are_refused(path: Path) -> None:
    await (await opened(path)).aclose()
    error = await refused(path, source="another")
    assert "those of another state file; give another file or table" in error.reason


@pytest.mark.parametrize("foreign", ["products", "Details"])
async def test_tables_of_somebody_else_are_refused_and_left_alone(path: Path, foreign: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"CREATE TABLE {foreign} (a)")
    assert f"there is a table {foreign.lower()} already" in (await refused(path)).reason
    assert tables(path) == {foreign}


@pytest.mark.parametrize(
    "definition",
    [
        "TABLE details (a)",
        "TABLE Details (pid TEXT PRIMARY KEY, stars INTEGER)",
        "TABLE details (_change, _run, _seen, pid)",
        "TABLE details (_change, _run, _seen, pid, id, PRIMARY KEY (pid, id))",
        "VIEW details AS SELECT id AS pid, _change, _run, _seen FROM products",
    ],
)
async def test_a_table_of_somebody_else_that_came_later_is_refused_and_left_alone(
    path: Path, definition: str
) -> None:
    sink = await opened(path)
    await sink.write(products(1))
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"CREATE {definition}")
    before = query(path, "PRAGMA table_info(details)")
    error = await error_of(sink.write(batch(2, numbered(2), numbered(2, 1, "details"))), SinkFailed)
    assert (
        error.reason == "there is a table details already; give another file or table, or drop it"
    )
    await sink.aclose()
    assert query(path, "PRAGMA table_info(details)") == before
    assert ids(path) == ["1-0", "1-1"]


@pytest.mark.parametrize("name", ["reviews", "Products", "REVIEWS"])
async def test_a_table_that_another_sink_will_make_is_refused(path: Path, name: str) -> None:
    await (await opened(path)).aclose()
    error = await refusal(SqliteSink(path, table=name), source="another")
    assert f"there is a table {name} already" in error.reason


async def test_a_table_of_positions_that_is_somebody_elses_is_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE _cj_crawl (a)")
    told = "the table _cj_crawl is somebody else's; give another path"
    assert (await refused(path)).reason == told


async def test_other_tables_of_the_file_are_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE mine AS SELECT 1 AS a")
        db.commit()
    sink = await opened(path)
    await sink.write(products(1))
    await sink.aclose()
    assert query(path, "SELECT a FROM mine") == [{"a": 1}]
    assert query(path, "PRAGMA journal_mode") == [{"journal_mode": "delete"}]


async def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    place(path, b"something else, and more of it" * 100)
    before = data(path)
    error = await refused(path)
    assert error.reason == "file is not a database; give another path, or move the file away"
    assert data(path) == before


async def test_columns_of_a_newer_model_are_added(path: Path) -> None:
    def own(fields: Sequence[str], key: str) -> Part:
        types = [(each, str | None, None) for each in fields]
        model = msgspec.defstruct("Own", [("id", str), *types])
        row: dict[str, Any] = dict.fromkeys(fields, key)
        return Part("products", model, "id", 1, line("id", key, **row))

    sink = await opened(path)
    await sink.write(batch(1, own(["a"], "1")))
    await sink.write(batch(2, own(["a", "b"], "2")))
    await sink.write(batch(3, own(["A", "c"], "3")))
    await sink.write(batch(4, own(["a"], "4")))
    await sink.aclose()
    rows = query(path, "SELECT id, a, b, c FROM products ORDER BY id")
    assert [tuple(row.values()) for row in rows] == [
        ("1", "1", None, None),
        ("2", "2", "2", None),
        ("3", "3", None, "3"),
        ("4", "4", None, None),
    ]


async def test_an_integer_that_is_too_large_is_null_and_told_once(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sink = await opened(path)
    for at in (1, 2):
        await sink.write(batch(at, part([line("id", str(at), listedNum=10**20, sku="S")])))
    await sink.aclose()
    rows = query(path, "SELECT listedNum, sku FROM products")
    assert rows == [{"listedNum": None, "sku": "S"}] * 2
    [told] = caplog.records
    assert "1 values of products.listedNum do not fit" in told.getMessage()


async def test_a_write_that_fails_changes_nothing(path: Path) -> None:
    sink = await opened(path)
    await sink.write(products(1))
    bad = part([line("id", "2"), line("sku", "it has no id")])
    error = await error_of(sink.write(batch(2, bad, numbered(2, 1, "details"))), SinkFailed)
    assert "NOT NULL constraint failed: products.id" in error.reason
    assert isinstance(error.__cause__, sqlite3.Error)
    assert ids(path) == ["1-0", "1-1"]
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # nothing is locked
    assert await sink.open(SOURCE, None) == 1
    await sink.write(batch(2, numbered(2), numbered(2, 1, "details")))
    await sink.aclose()
    assert ids(path) == ["1-0", "1-1", "2-0", "2-1"]


async def test_a_full_disk_is_told_and_leaves_what_was_safe(path: Path) -> None:
    sink = await opened(path)
    await sink.write(products(1))
    database = vars(sink)["_db"]
    thread = vars(sink)["_thread"]
    thread.submit(lambda: database.execute("PRAGMA max_page_count = 8").fetchall()).result()
    error = await error_of(sink.write(products(2, 5_000)), SinkFailed)
    assert (
        error.reason
        == "database or disk is full; make room, and go on: the state has what is missing"
    )
    await sink.aclose()
    sink = await opened(path, 1)
    await sink.write(products(2))
    await sink.aclose()
    assert ids(path) == ["1-0", "1-1", "2-0", "2-1"]


async def test_a_file_that_cannot_be_written_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await (await opened(path)).aclose()
    real = sqlite3.connect

    def read_only(file: Path, **more: Any) -> sqlite3.Connection:
        db: sqlite3.Connection = real(f"file:{file}?mode=ro", uri=True, **more)
        return db

    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", read_only)
        error = await refused(path)
    told = "attempt to write a readonly database; make it writable, or give another path"
    assert error.reason == told


async def test_a_folder_that_cannot_be_made_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(*_: Any, **__: Any) -> Any:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), "new")

    assert "unable to open" in (await refused(tmp_path)).reason
    monkeypatch.setattr(Path, "mkdir", read_only)
    error = await refused(tmp_path / "new" / "a.db")
    assert error.reason == "new: Permission denied; make it writable, or give another path"


async def test_a_file_that_somebody_else_writes_to_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_sqlite, "_PATIENCE", 0.0)
    sink = await opened(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        error = await error_of(sink.write(products(1)), SinkFailed)
        assert error.reason == "database is locked; end the program that writes to it, and go on"
    assert await sink.open(SOURCE, None) == 0
    await sink.write(products(1))
    await sink.aclose()


async def test_others_read_while_it_writes(path: Path) -> None:
    sink = await opened(path)
    await sink.write(products(1))
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("BEGIN")
        before = reader.execute("SELECT count(*) FROM products").fetchall()
        await sink.write(products(2))
        assert reader.execute("SELECT count(*) FROM products").fetchall() == before
    await sink.aclose()


WRITER = """
import asyncio, sys
from tests.crawl.sinks.batches import *
from cj_async.crawl.sinks import SqliteSink
async def main():
    sink = SqliteSink(sys.argv[1])
    at = await sink.open(SOURCE, None)
    while True:
        at += 1
        print("writing", flush=True)
        await sink.write(batch(at, numbered(at, 50), numbered(at, 50, "details")))
        print("written", flush=True)
asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_process_that_is_killed_has_all_or_nothing_of_a_batch(path: Path) -> None:
    chance, last = random.Random(5), 0
    for _ in range(5):
        command = [sys.executable, "-c", WRITER, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            told = [process.stdout.readline() for _ in range(chance.randint(1, 12))]
            process.send_signal(signal.SIGKILL)
            told += process.stdout.readlines()
        [row] = query(path, "SELECT position FROM _cj_crawl")
        last, before = int(row["position"]), last
        safe = before + told.count(b"written\n")
        assert safe <= last <= safe + 1
        expected = [f"{at}-{each}" for at in range(1, last + 1) for each in range(50)]
        if last:
            assert ids(path) == ids(path, "details", "pid") == expected
    assert last > 0
