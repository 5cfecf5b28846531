"""The sink of JSON lines."""

from __future__ import annotations

import asyncio
import errno
import gzip
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from cj_async import CJClient
from cj_async.crawl._errors import SinkFailed
from cj_async.crawl._sink import Sink
from cj_async.crawl.sinks import JsonlSink
from tests.conftest import error_of
from tests.crawl.sinks.batches import (
    SEEN,
    SOURCE,
    batch,
    content,
    data,
    ids,
    line,
    line_of,
    numbered,
    part,
    place,
    products,
    there,
)
from tests.crawl.sinks.dying import deaths
from tests.crawl.sinks.refusing import refusal

NAMES = ["products.jsonl", "products.jsonl.gz"]


@pytest.fixture(params=NAMES)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / str(request.param)


def beside(path: Path, kind: str) -> Path:
    return path.with_name(path.name.replace("products.", f"products.{kind}."))


async def opened(path: Path, token: str | None = None) -> JsonlSink:
    sink = JsonlSink(path)
    assert await sink.open(SOURCE, token) is None
    return sink


async def refused(path: Path, token: str | None = None, source: str = SOURCE) -> SinkFailed:
    return await refusal(JsonlSink(path), token, source)


async def written(path: Path, count: int = 3) -> list[str]:
    """Writes batches of two products; details come with the second one."""
    sink = await opened(path)
    tokens: list[str | None] = []
    for position in range(1, count + 1):
        parts = [numbered(position)] + [numbered(position, 1, "details")] * (position > 1)
        tokens.append(await sink.write(batch(position, *parts)))
    await sink.aclose()
    return [token for token in tokens if token is not None]


def test_it_is_a_sink(tmp_path: Path) -> None:
    sink: Sink = JsonlSink(tmp_path / "a.jsonl")
    assert sink.name == str(tmp_path / "a.jsonl")
    assert sink.batch == 1000
    assert repr(sink) == f"JsonlSink('{tmp_path}/a.jsonl')"


async def test_lines_stand_in_the_file_as_they_came(path: Path, cj: CJClient) -> None:
    rows = [row async for row in cj.products.search(features=["enable_description"], size=100)]
    lines = list(map(line_of, rows))
    sink = await opened(path)
    await sink.write(batch(100, part(lines[:100])))
    await sink.write(batch(300, part(lines[100:])))
    await sink.aclose()
    assert content(path) == b"".join(lines)


async def test_documents_stand_beside_the_products(path: Path) -> None:
    await written(path)
    assert ids(content(path)) == ["1-0", "1-1", "2-0", "2-1", "3-0", "3-1"]
    assert ids(content(beside(path, "details"))) == ["2-0", "3-0"]
    assert {each.name for each in path.parent.iterdir()} == {
        *(path.name, beside(path, "details").name, f".{path.name}.crawl")
    }


@pytest.mark.parametrize(
    ("name", "details"),
    [
        ("out", "out.details"),
        ("us.products.jsonl", "us.products.details.jsonl"),
        ("out.gz", "out.details.gz"),
        ("new/folder/p.ndjson", "new/folder/p.details.ndjson"),
    ],
)
async def test_names_of_documents(tmp_path: Path, name: str, details: str) -> None:
    sink = await opened(tmp_path / name)
    await sink.write(batch(1, numbered(1, 1, "details")))
    await sink.aclose()
    assert ids(content(tmp_path / details)) == ["1-0"]


async def test_gzip_is_a_choice_of_its_own(tmp_path: Path) -> None:
    packed, plain = tmp_path / "packed.jsonl", tmp_path / "plain.gz"
    for path, choice in ((packed, True), (plain, False)):
        sink = JsonlSink(path, gzip=choice)
        await sink.open(SOURCE, None)
        await sink.write(products(1))
        await sink.write(products(2))
        await sink.aclose()
    with gzip.open(packed, "rt") as lines:
        assert [json.loads(each)["id"] for each in lines] == ["1-0", "1-1", "2-0", "2-1"]
    assert ids(plain.read_bytes()) == ["1-0", "1-1", "2-0", "2-1"]


async def test_two_runs_make_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.gz", "b.gz"):
        await written(tmp_path / name)
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


@pytest.mark.parametrize("kept", range(4))
async def test_a_token_brings_it_back_to_where_it_was(path: Path, kept: int) -> None:
    tokens = await written(path, 4)
    sink = await opened(path, tokens[kept])
    assert ids(content(path)) == [f"{p}-{n}" for p in range(1, kept + 2) for n in range(2)]
    assert ids(content(beside(path, "details"))) == [f"{p}-0" for p in range(2, kept + 2)]
    assert beside(path, "details").exists() == (kept > 0)
    await sink.write(products(9))
    await sink.aclose()
    assert ids(content(path))[-2:] == ["9-0", "9-1"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("first", [True, False])
async def test_a_crash_at_any_call_is_undone(tmp_path: Path, name: str, first: bool) -> None:
    start, token, before = tmp_path / "start", None, list[str]()
    start.mkdir()
    if not first:
        token = (await written(start / name, 2))[-1]
        place(beside(start / name, "reviews"), b"mine")
        before = ["1-0", "1-1", "2-0", "2-1"]

    async def work(place: Path) -> None:
        sink = JsonlSink(place / name)
        try:
            await sink.open(SOURCE, token)
            for at in (3, 4):
                await sink.write(batch(at, numbered(at), numbered(at, 2, "stock")))
        finally:
            await sink.aclose()

    async for left in deaths(work, start):
        path = left / name
        sink = await opened(path, token)
        assert ids(content(path)) == before
        assert not there(beside(path, "stock"))
        assert first or data(beside(path, "reviews")) == b"mine"
        await sink.write(products(3))
        await sink.aclose()
        assert ids(content(path)) == [*before, "3-0", "3-1"]


async def test_the_first_time_a_file_must_be_empty(path: Path) -> None:
    place(path, b"")
    await written(path, 1)
    foreign = path.with_name("foreign.jsonl")
    place(foreign, b"mine")
    error = await refused(foreign)
    assert "foreign.jsonl has content already; give another path, or move it away" in error.reason
    assert data(foreign) == b"mine"


async def test_the_first_time_files_of_documents_must_be_empty_too(path: Path) -> None:
    place(beside(path, "reviews"), b"mine")
    assert "reviews" in (await refused(path)).reason
    assert not there(path)


async def test_a_file_that_came_later_stays_and_is_refused_when_its_name_is_needed(
    path: Path,
) -> None:
    token = (await written(path))[-1]
    await (await opened(path, token)).aclose()
    mine = beside(path, "reviews")
    place(mine, b"mine")
    sink = await opened(path, token)
    last = await sink.write(batch(4, numbered(4), numbered(4, 1, "details")))
    before = {each: data(each) for each in files_of(path.parent)}
    for _ in range(2):
        error = await error_of(
            sink.write(batch(5, numbered(5), part([line("pid", "5")], "reviews"))), SinkFailed
        )
        assert error.reason == f"{mine} is there already; give another path, or move it away"
        assert {each: data(each) for each in files_of(path.parent)} == before
        await sink.open(SOURCE, last)
    await sink.aclose()
    assert data(mine) == b"mine"


async def test_a_file_that_comes_between_the_look_and_the_making_stays(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink, mine, real = await opened(path), beside(path, "stock"), os.open

    def late(file: Any, *more: Any) -> int:
        if file == mine:
            place(mine, b"mine")
        return real(file, *more)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", late)
        error = await error_of(
            sink.write(batch(1, numbered(1), numbered(1, 1, "details"), numbered(1, 1, "stock"))),
            SinkFailed,
        )
    assert "is there already" in error.reason
    await sink.aclose()
    assert "is there already" in (await refused(path)).reason
    assert data(mine) == b"mine"


async def test_before_anything_is_confirmed_files_of_others_stay_too(path: Path) -> None:
    await (await opened(path)).aclose()
    mine = beside(path, "details")
    place(mine, b"mine")
    assert "is there already" in (await refused(path)).reason
    assert data(mine) == b"mine"


async def test_an_empty_file_of_another_sink_is_not_shared(path: Path) -> None:
    other = await opened(beside(path, "details"))
    assert "is there already" in (await refused(path)).reason
    await other.aclose()


async def test_a_file_that_another_state_began_is_not_cut(path: Path) -> None:
    token = (await written(path))[-1]
    for each in files_of(path.parent):
        each.unlink()
    other = JsonlSink(path)
    await other.open("another", None)
    await other.write(batch(1, numbered(1, 500), numbered(1, 500, "details"), source="another"))
    await other.aclose()
    before = data(path)
    assert f"another state file writes to {path}" in (await refused(path, token)).reason
    assert data(path) == before


def files_of(folder: Path) -> set[Path]:
    return set(folder.iterdir())


async def test_it_writes_to_files_only(tmp_path: Path) -> None:
    assert "is not a file" in (await refused(tmp_path)).reason
    assert "is not a file" in (await refused(Path("/dev/null"))).reason


async def test_another_state_or_another_name_takes_nothing_over(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await written(path)
    before = data(path)
    assert "has content" in (await refused(path, source="another")).reason
    monkeypatch.chdir(path.parent)
    assert "has content" in (await refused(Path(path.name))).reason
    assert data(path) == before


async def test_a_claim_ends_with_the_first_token(path: Path) -> None:
    tokens = await written(path)
    await (await opened(path, tokens[-1])).aclose()
    assert not list(path.parent.glob(".*"))
    assert "has content" in (await refused(path)).reason


@pytest.mark.parametrize("kind", ["products", "details"])
async def test_a_file_that_is_shorter_or_gone_is_told(path: Path, kind: str) -> None:
    tokens = await written(path)
    short = path if kind == "products" else beside(path, kind)
    whole = data(short)
    place(short, whole[:-1])
    error = await refused(path, tokens[-1])
    assert f"it has only {len(whole) - 1}; put it back, or give another path" in error.reason
    assert str(short) in error.reason
    short.unlink()
    assert "it is gone; put it back" in (await refused(path, tokens[-1])).reason
    assert not short.exists()


@pytest.mark.parametrize(
    "token", ["", "12", "{}", '{"products":-1}', '{"other":1}', '{"details":1}', "[]"]
)
async def test_a_token_of_another_make_is_refused(path: Path, token: str) -> None:
    assert "makes no sense" in (await refused(path, token)).reason


async def test_a_full_disk_is_told_and_leaves_what_was_safe(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink = await opened(path)
    token = await sink.write(products(1))
    before = data(path)
    real = os.write

    def full(descriptor: int, data: bytes) -> int:
        if len(data) < 10:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(descriptor, data[: len(data) // 2])

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        error = await error_of(sink.write(products(2, 500)), SinkFailed)
    assert (
        error.reason
        == f"{path}: No space left on device; make room, and go on: the state has what is missing"
    )
    assert isinstance(error.__cause__, OSError)
    assert data(path) == before
    assert "open it again" in (await error_of(sink.write(products(2)), SinkFailed)).reason
    await sink.open(SOURCE, token)
    await sink.write(products(2))
    await sink.aclose()
    assert ids(content(path)) == ["1-0", "1-1", "2-0", "2-1"]


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_limit_of_the_system_on_the_size_of_files(path: Path) -> None:
    code = f"""
import asyncio, pathlib, resource
from tests.crawl.sinks.batches import *
from cj_async.crawl.sinks import JsonlSink
async def main():
    sink = JsonlSink({str(path)!r})
    await sink.open(SOURCE, None)
    await sink.write(products(1))
    before = pathlib.Path({str(path)!r}).read_bytes()
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    try:
        await sink.write(products(2, 100_000))
    except Exception as error:
        print(type(error).__name__, error)
    print(pathlib.Path({str(path)!r}).read_bytes() == before)
    await sink.aclose()
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    told, same = done.stdout.splitlines()
    assert told.startswith(f"SinkFailed sink {path}: {path}: File too large; make room")
    assert same == "True"


@pytest.mark.parametrize("failing", ["open", "fsync"])
async def test_a_folder_that_cannot_be_written_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def read_only(*_: Any) -> Any:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as patch:
        patch.setattr(os, failing, read_only)
        error = await refused(path)
    assert "Read-only file system; make it writable, or give another path" in error.reason
    assert str(path.parent) in error.reason
    await written(path, 1)


async def test_somebody_else_who_writes_to_the_file_is_noticed(path: Path) -> None:
    sink = await opened(path)
    await sink.write(products(1))
    with path.open("ab") as other:
        other.write(b"x")
    error = await error_of(sink.write(products(2)), SinkFailed)
    assert "somebody else has written to it" in error.reason
    await sink.aclose()


async def test_files_and_the_thread_are_let_go(path: Path) -> None:
    threads = threading.active_count()
    for _ in range(3):
        await written(path, 2)
        shutil.rmtree(path.parent)
    await until(lambda: threading.active_count() <= threads)
    assert not [each for each in open_files() if str(path.parent) in each]


def open_files() -> list[str]:
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        return []
    found: list[str] = []
    for each in folder.iterdir():
        try:
            found.append(str(each.readlink()))
        except FileNotFoundError:
            continue
    return found


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110  # a thread has no event for its end
            await asyncio.sleep(0.001)


async def test_a_cancelled_write_ends_before_the_next_call_and_is_undone(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink = await opened(path)
    token = await sink.write(products(1))
    going, may_go, real = threading.Event(), threading.Event(), os.fsync

    def slow(descriptor: int) -> None:
        going.set()
        assert may_go.wait(5)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", slow)
    writing: asyncio.Task[Any] = asyncio.create_task(_awaited(sink.write(products(2))))
    await until(going.is_set)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert "open it again" in (await error_of(sink.write(products(2)), SinkFailed)).reason
    again = asyncio.create_task(_awaited(sink.open(SOURCE, token)))
    may_go.set()
    await again
    assert ids(content(path)) == ["1-0", "1-1"]
    await sink.write(products(2))
    await sink.aclose()
    assert ids(content(path)) == ["1-0", "1-1", "2-0", "2-1"]


async def _awaited(call: Awaitable[Any]) -> Any:
    return await call


async def test_the_removed_have_nothing_but_their_id(path: Path) -> None:
    sink = await opened(path)
    await sink.write(batch(1, part([line("id", "1", "removed", 2)])))
    await sink.aclose()
    assert json.loads(content(path)) == {
        "_change": "removed",
        "_run": 2,
        "_seen": SEEN,
        "id": "1",
    }
