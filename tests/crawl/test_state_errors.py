"""What cannot be used is told in clear words, and leaves the state intact: the next run goes on."""

from __future__ import annotations

import asyncio
import gc
import json
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cj_async import CJClient, InvalidParameter, crawl
from cj_async.crawl._state._file import StateFile
from cj_async.errors import CJError
from cj_async.simulator import Simulator
from tests.conftest import client_of, error_of, eventually
from tests.crawl.nursery import local_cj, names_in, pids_of

PRODUCTS = 1_200
LOG = 500_000  # bytes
ROUNDS = 10
INSERT = "INSERT INTO pages (run, kind, count, lines) VALUES (1, 0, 1, ?)"


@pytest.fixture
async def local() -> AsyncGenerator[Simulator]:
    async with local_cj(PRODUCTS, latency=0.0) as simulator:
        yield simulator
    assert simulator.mistakes == []


@pytest.fixture
async def cj(local: Simulator) -> AsyncGenerator[CJClient]:
    async with client_of(local) as client:
        yield client


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


def _garbage(path: Path) -> None:
    path.write_bytes(b"no database at all " * 500)


def _foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE products (id TEXT)")


def _newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE meta (key TEXT)")
        db.execute(f"PRAGMA application_id = {0x434A4352}")
        db.execute("PRAGMA user_version = 99")


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _replace(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _halve(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 8192 * 4096])


UNUSABLE: list[tuple[Callable[[Path], object], str]] = [
    (_garbage, "it is no state of a crawl (not an SQLite file)"),
    (_foreign, "it is no state of a crawl: another program's database"),
    (_newer, "it was written by a newer cj_async (format 99, this one knows"),
    (Path.mkdir, "it is a folder: give the path of a file"),
]


@pytest.mark.parametrize(("make", "words"), UNUSABLE)
async def test_a_file_that_is_no_state_is_refused_and_left_alone(
    make: Callable[[Path], object], words: str, cj: CJClient, state: Path
) -> None:
    make(state)
    before = _content(state)
    error = await error_of(crawl.run(cj, state=state), crawl.StateError)
    assert error.path == str(state)
    assert words in error.reason
    assert _content(state) == before
    assert names_in(state.parent) == ["state.db"]


async def test_a_missing_folder_is_named(cj: CJClient, tmp_path: Path) -> None:
    error = await error_of(crawl.run(cj, state=tmp_path / "no" / "s.db"), crawl.StateError)
    assert f"there is no folder {tmp_path / 'no'}: make it first" in error.reason


async def test_a_file_that_lost_its_end_is_damaged(cj: CJClient, state: Path) -> None:
    await crawl.run(cj, state=state)
    _halve(state)
    error = await error_of(crawl.run(cj, state=state), crawl.StateError)
    assert "it is damaged: crawl anew with another state file" in error.reason


async def test_another_plan_is_refused_and_the_field_named(cj: CJClient, state: Path) -> None:
    await crawl.run(cj, crawl.Plan(limit=100), state=state)
    other = crawl.Plan(profile="cheap")
    error = await error_of(crawl.run(cj, other, state=state), crawl.StateError)
    assert "it is about profile='rich', and the plan says 'cheap'" in error.reason
    assert (await crawl.run(cj, state=state)).is_complete


async def test_a_plan_that_cj_refuses_can_be_mended(cj: CJClient, state: Path) -> None:
    sink = state.with_name("products.jsonl")
    wrong = crawl.Plan(filters={"key_word": "x" * 300})
    await error_of(crawl.run(cj, wrong, state=state, sink=crawl.JsonlSink(sink)), InvalidParameter)
    report = await crawl.run(cj, state=state, sink=crawl.JsonlSink(sink))
    assert report.is_complete
    assert report.products == len(sink.read_bytes().splitlines()) == PRODUCTS


class Refusing(sqlite3.Connection):
    """A connection to a disk that takes nothing any more, from some commit on."""

    left = 0
    error = ""

    def execute(self, statement: str, *args: Any) -> sqlite3.Cursor:
        if statement == "COMMIT":
            type(self).left -= 1
            if self.left < 0:
                raise sqlite3.OperationalError(self.error)
        return super().execute(statement, *args)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("database or disk is full", "the disk is full: make room and resume, nothing is lost"),
        ("attempt to write a readonly database", "give the file and its folder write permission"),
        ("disk I/O error", "the disk failed: what was committed is safe"),
        ("database is locked", "another program holds it"),
    ],
)
@pytest.mark.parametrize("commits", [0, 1, 8])
async def test_a_disk_that_takes_no_more_leaves_a_state_to_resume(
    said: str, words: str, commits: int, cj: CJClient, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Refusing, "left", commits)
        patch.setattr(Refusing, "error", said)
        patch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Refusing))
        error = await error_of(crawl.run(cj, state=state), crawl.StateError)
    assert words in error.reason
    assert error.path == str(state)
    assert (await crawl.run(cj, state=state)).products == PRODUCTS
    assert names_in(state.parent) == ["state.db"]


FULL = """
import asyncio, sys
from cj_async import CJClient, Pool, crawl
async def main(url, key, folder):
    async with Pool(per_ip=None) as pool, CJClient(key, base_url=url, tier=1e4, pool=pool) as cj:
        sink = crawl.JsonlSink(folder + "/rows.jsonl")
        await crawl.run(cj, state=folder + "/state.db", sink=sink)
try:
    asyncio.run(main(*sys.argv[1:]))
except crawl.CrawlError as error:
    print(type(error).__name__, error)
"""


async def test_a_disk_that_is_really_full_leaves_a_state_to_resume(
    local: Simulator, cj: CJClient, tmp_path: Path
) -> None:
    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))

    arguments = [sys.executable, "-c", FULL, local.base_url, local.api_key, str(tmp_path)]
    ended = await asyncio.to_thread(
        subprocess.run, arguments, preexec_fn=limited, capture_output=True, text=True, check=True
    )
    assert ended.stderr.count("Traceback") == 0
    assert ended.stdout.startswith(("StateError", "SinkFailed"))
    rows = tmp_path / "rows.jsonl"
    report = await crawl.run(cj, state=tmp_path / "state.db", sink=crawl.JsonlSink(rows))
    assert report.products == PRODUCTS
    assert _ids(rows) == sorted(pids_of(local, PRODUCTS))


class Broken:
    """Passes batches on to a file, and fails where it is told to."""

    batch = 100

    def __init__(self, path: Path, where: str | None) -> None:
        self._sink = crawl.JsonlSink(path)
        self.name = self._sink.name
        self._where, self._written = where, 0

    async def open(self, source: str, token: str | None) -> int | None:
        self._fail("open")
        return await self._sink.open(source, token)

    async def write(self, batch: crawl.Batch) -> str | None:
        self._written += 1
        if self._written > 3:
            self._fail("write")
        token = await self._sink.write(batch)
        if self._written > 2:
            self._fail("written")
        return token

    async def aclose(self) -> None:
        await self._sink.aclose()
        self._fail("aclose")

    def _fail(self, where: str) -> None:
        if where == self._where:
            raise ZeroDivisionError(f"in {where}")


@pytest.mark.parametrize("where", ["open", "write", "written"])
async def test_a_sink_that_throws_is_named_and_gets_the_rest_later(
    where: str, local: Simulator, cj: CJClient, state: Path, tmp_path: Path
) -> None:
    rows = tmp_path / "rows.jsonl"
    error = await error_of(crawl.run(cj, state=state, sink=Broken(rows, where)), crawl.SinkFailed)
    assert error.sink == str(rows)
    assert error.reason == f"ZeroDivisionError: in {where}"
    assert isinstance(error.__cause__, ZeroDivisionError)
    assert (await crawl.run(cj, state=state, sink=Broken(rows, None))).products == PRODUCTS
    assert _ids(rows) == sorted(pids_of(local, PRODUCTS))


class Both(Broken):
    """Fails when it writes, and again when it is closed."""

    async def aclose(self) -> None:
        await super().aclose()
        raise KeyError("in aclose")


async def test_a_sink_that_fails_to_close_does_not_hide_what_went_wrong_before(
    cj: CJClient, state: Path, tmp_path: Path
) -> None:
    sink = Both(tmp_path / "rows.jsonl", "write")
    error = await error_of(crawl.run(cj, state=state, sink=sink), crawl.SinkFailed)
    assert error.reason == "ZeroDivisionError: in write"


async def test_a_sink_that_only_fails_to_close_takes_no_report_away(
    local: Simulator, cj: CJClient, state: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rows = tmp_path / "rows.jsonl"
    report = await crawl.run(cj, state=state, sink=Broken(rows, "aclose"))
    assert (report.verdict, report.products) == ("complete", PRODUCTS)
    assert "ZeroDivisionError: in aclose" in caplog.text
    assert _ids(rows) == sorted(pids_of(local, PRODUCTS))


async def test_two_sinks_of_one_name_are_refused(cj: CJClient, state: Path) -> None:
    rows = state.with_name("rows.jsonl")
    sinks = [crawl.JsonlSink(rows), crawl.JsonlSink(rows)]
    error = await error_of(crawl.run(cj, state=state, sink=sinks), CJError)
    assert "twice" in str(error)
    assert names_in(state.parent) == []


async def test_what_a_sink_is_told_has_been_made_to_last(
    cj: CJClient, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    secure, write = StateFile.secure, crawl.JsonlSink.write

    async def secured(self: StateFile) -> None:
        await secure(self)
        events.append("secured")

    async def written(self: crawl.JsonlSink, batch: crawl.Batch) -> str | None:
        events.append("written")
        return await write(self, batch)

    monkeypatch.setattr(StateFile, "secure", secured)
    monkeypatch.setattr(crawl.JsonlSink, "write", written)
    await crawl.run(cj, state=state, sink=crawl.JsonlSink(state.with_name("rows.jsonl")))
    assert events[:3] == ["secured", "secured", "written"]  # before `open`, before each batch
    assert all(
        events[place - 1] == "secured" for place, what in enumerate(events) if what == "written"
    )


async def test_a_state_that_went_back_tells_file_sinks_again_from_there(
    local: Simulator, cj: CJClient, state: Path, tmp_path: Path
) -> None:
    rows = tmp_path / "rows.jsonl"
    await crawl.run(cj, crawl.Plan(limit=300), state=state, sink=crawl.JsonlSink(rows))
    older = _content(state)
    await crawl.run(cj, state=state, sink=crawl.JsonlSink(rows))
    _replace(state, older)
    await crawl.run(cj, state=state, sink=crawl.JsonlSink(rows))
    assert _ids(rows) == sorted(pids_of(local, PRODUCTS))


@pytest.mark.parametrize("how", [StateFile.do, StateFile.do_now])
async def test_the_log_beside_a_state_is_worked_in_while_commits_go_on(
    how: Callable[..., Awaitable[None]], state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log that is never worked in to its end grows for as long as the crawl: 25 MB here."""
    monkeypatch.setattr("cj_async.crawl._state._file._FULL_LOG", LOG)
    log = state.with_name("state.db-wal")

    def insert(database: sqlite3.Connection) -> None:
        database.execute(INSERT, (bytes(20_000),))

    async def commit_some() -> None:
        for _ in range(16):
            await how(file, insert)
            await asyncio.sleep(0)

    file = await StateFile(state).open()
    for _ in range(ROUNDS):
        await asyncio.gather(*(commit_some() for _ in range(8)))
    stored = await file.do(lambda db: db.execute("SELECT count(*) FROM pages").fetchone()[0])
    grown = log.stat().st_size
    await file.aclose()
    assert stored == ROUNDS * 8 * 16
    assert LOG < grown < 8_000_000


async def test_a_crawl_that_is_cancelled_leaves_nothing_behind_and_can_be_resumed(
    local: Simulator, cj: CJClient, state: Path
) -> None:
    rows = state.with_name("rows.jsonl")
    await cj.products.list()  # logs in, and warms up
    tasks, threads = asyncio.all_tasks(), set(threading.enumerate())
    for pages in (1, 3, 6):
        task = asyncio.create_task(
            crawl.run(cj, state=state, sink=crawl.JsonlSink(rows), on_progress=print, every=0.001)
        )
        before = local.requests.operations.total()
        await eventually(lambda: local.requests.operations.total() >= before + pages)  # noqa: B023
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await _nothing_is_left(tasks, threads)
        assert {*names_in(state.parent)} <= {"state.db", "rows.jsonl", ".rows.jsonl.crawl"}
    await crawl.run(cj, state=state, sink=crawl.JsonlSink(rows))
    assert _ids(rows) == sorted(pids_of(local, PRODUCTS))


@pytest.mark.parametrize("wraps", [True, False], ids=["aclosing", "left to the loop"])
@pytest.mark.parametrize("rows", [crawl.products, crawl.ids])
async def test_leaving_an_iteration_early_leaves_nothing_behind(
    rows: Callable[[CJClient], AsyncGenerator[Any, None]], wraps: bool, cj: CJClient
) -> None:
    await cj.products.list()
    tasks, threads = asyncio.all_tasks(), set(threading.enumerate())
    for many in (1, 250):
        seen = 0
        if wraps:
            async with aclosing(rows(cj)) as found:
                async for _ in found:
                    seen += 1
                    if seen == many:
                        break
        else:
            async for _ in rows(cj):
                seen += 1
                if seen == many:
                    break
            gc.collect()
        await _nothing_is_left(tasks, threads)


async def _nothing_is_left(tasks: set[asyncio.Task[Any]], threads: set[threading.Thread]) -> None:
    """Connections of the local CJ and the loop's own threads stay: they are not the crawl's."""

    def left() -> list[str]:
        names = [str(task.get_coro()) for task in asyncio.all_tasks() - tasks]
        names += [thread.name for thread in set(threading.enumerate()) - threads]
        return [
            name for name in names if "RequestHandler.start" not in name and "asyncio_" not in name
        ]

    try:
        await eventually(lambda: not left())
    except TimeoutError:
        pytest.fail(f"left behind: {left()}")


def _ids(path: Path) -> list[str]:
    return sorted(json.loads(line)["id"] for line in path.read_bytes().splitlines())
