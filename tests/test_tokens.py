"""Where are tokens kept, who may read them, and who takes turns?"""
# ruff: noqa: ASYNC240 - a test may look at its own file

from __future__ import annotations

import asyncio
import contextlib
import errno
import importlib.util
import json
import logging
import os
import pickle
import stat
import subprocess
import sys
import threading
import traceback
import types
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cj_async import _filelock
from cj_async._filelock import POLL, FileLock, in_thread
from cj_async._tokens import (
    FileTokenStore,
    MemoryTokenStore,
    Token,
    TokenStore,
    TolerantStore,
    fingerprint,
)
from cj_async.errors import ConfigurationError

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
BEIJING = timezone(timedelta(hours=8))
TOKEN = Token(
    access="canary-access",
    obtained_at=NOW,
    access_expires=datetime(2026, 12, 6, 20, 0, tzinfo=BEIJING),
    refresh="canary-refresh",
    refresh_expires=NOW + timedelta(days=180),
    open_id="90071992547409931",
    logged_in_at=NOW,
)
CANARIES = ("canary-access", "canary-refresh", "90071992547409931")

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows files have no mode")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tokens.json"


async def no_sleep(seconds: float) -> None:
    await asyncio.sleep(0)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def store_at(path: Path) -> FileTokenStore:
    return FileTokenStore(path, sleep=no_sleep)


@pytest.fixture
def unwritable(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Makes every folder refuse new files (a mode would not: tests may run as root)."""

    def refuse(*_: object, **__: object) -> tuple[int, str]:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    return monkeypatch.undo


# --- tokens ---------------------------------------------------------------------------------------


def test_a_fingerprint_names_an_account_and_gives_nothing_away() -> None:
    key = "CJ1000001@api@0123456789abcdef"
    assert fingerprint(key) == fingerprint(key)
    assert fingerprint(key) != fingerprint(key + "0")
    assert len(fingerprint(key)) == 16
    assert int(fingerprint(key), 16)
    assert "1000001" not in fingerprint(key)


def test_a_token_shows_when_it_expires_and_nothing_else() -> None:
    shown = repr(TOKEN)
    assert shown == str(TOKEN) == f"{TOKEN}" == "Token(expires=2026-12-06T20:00:00+08:00)"
    assert TOKEN.__rich_repr__() == [("expires", TOKEN.access_expires)]
    assert repr(Token(access="a", obtained_at=NOW)) == "Token(expires=unknown)"
    assert repr([TOKEN]) == f"[{shown}]"


def test_a_token_ends_when_cj_says_or_after_an_hour() -> None:
    assert TOKEN.ends == datetime(2026, 12, 6, 12, 0, tzinfo=UTC)
    assert Token(access="a", obtained_at=NOW).ends == NOW + timedelta(hours=1)


def test_stores_show_no_token() -> None:
    store = MemoryTokenStore()
    asyncio.run(store.save("a", TOKEN))
    assert repr(store) == "MemoryTokenStore(accounts=1)"
    assert repr(FileTokenStore("/x/tokens.json")).endswith("tokens.json')")


# --- every store ----------------------------------------------------------------------------------


@pytest.fixture(params=["memory", "file", "tolerant"])
def store(request: pytest.FixtureRequest, path: Path) -> TokenStore:
    stores: dict[str, Callable[[], TokenStore]] = {
        "memory": MemoryTokenStore,
        "file": lambda: store_at(path),
        "tolerant": lambda: TolerantStore(store_at(path)),
    }
    return stores[request.param]()


async def test_what_is_saved_is_loaded(store: TokenStore) -> None:
    assert await store.load("a") is None
    await store.save("a", TOKEN)
    assert await store.load("a") == TOKEN


async def test_accounts_are_not_mixed_up(store: TokenStore) -> None:
    other = Token(access="other", obtained_at=NOW)
    await store.save("a", TOKEN)
    await store.save("b", other)
    assert await store.load("a") == TOKEN
    assert await store.load("b") == other
    assert await store.load("c") is None


async def test_one_at_a_time_holds_the_lock_of_an_account(store: TokenStore) -> None:
    inside: list[int] = []

    async def visit(number: int) -> None:
        async with store.lock("a"):
            inside.append(number)
            assert inside == [number]
            await asyncio.sleep(0)
            inside.remove(number)

    await asyncio.gather(*(visit(number) for number in range(5)))


async def test_accounts_do_not_wait_for_each_other(store: TokenStore) -> None:
    async with asyncio.timeout(10), store.lock("a"), store.lock("b"):
        pass


async def test_a_cancelled_holder_gives_the_lock_back(store: TokenStore) -> None:
    entered = asyncio.Event()

    async def hold() -> None:
        async with store.lock("a"):
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.ensure_future(hold())
    await entered.wait()
    task.cancel()
    await asyncio.wait([task])
    async with asyncio.timeout(10), store.lock("a"):
        pass


async def test_a_cancelled_waiter_takes_no_lock(store: TokenStore) -> None:
    async def visit() -> None:
        async with store.lock("a"):
            pass

    async with store.lock("a"):
        task = asyncio.ensure_future(visit())
        for _ in range(20):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
    async with asyncio.timeout(10), store.lock("a"):
        pass


def test_a_memory_store_outlives_its_event_loop() -> None:
    store = MemoryTokenStore()

    async def visit() -> None:
        async with store.lock("a"):
            await asyncio.sleep(0)

    async def crowd() -> None:
        await asyncio.gather(*(visit() for _ in range(3)))

    asyncio.run(crowd())
    asyncio.run(crowd())


# --- the file -------------------------------------------------------------------------------------


async def test_another_store_reads_what_the_first_wrote(path: Path) -> None:
    await store_at(path).save("a", TOKEN)
    assert await store_at(path).load("a") == TOKEN


async def test_the_file_says_its_format_and_names_accounts(path: Path) -> None:
    await store_at(path).save("0123", TOKEN)
    contents = json.loads(path.read_text())
    assert contents["version"] == 1
    assert list(contents["accounts"]) == ["0123"]


async def test_home_and_links_are_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    link.symlink_to(real)
    await store_at(Path("~/link.json")).save("a", TOKEN)
    assert link.is_symlink()
    assert await store_at(real).load("a") == TOKEN


async def test_nothing_but_the_file_and_its_locks_is_left(path: Path) -> None:
    store = store_at(path)
    async with store.lock("a"):
        await store.save("a", TOKEN)
    names = sorted(file.name for file in path.parent.iterdir())
    assert names == ["tokens.json", "tokens.json.a.lock", "tokens.json.lock"]


@posix
async def test_folders_and_files_are_made_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deep" / "tokens.json"
    before = os.umask(0)
    try:
        store = store_at(path)
        async with store.lock("a"):
            await store.save("a", TOKEN)
    finally:
        os.umask(before)
    assert mode_of(tmp_path / "new") == 0o700
    assert mode_of(path.parent) == 0o700
    assert {file.name: mode_of(file) for file in path.parent.iterdir()} == {
        "tokens.json": 0o600,
        "tokens.json.a.lock": 0o600,
        "tokens.json.lock": 0o600,
    }


@posix
async def test_the_draft_is_private_from_its_first_moment(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def look(descriptor: int) -> None:
        seen.append(stat.S_IMODE(os.fstat(descriptor).st_mode))

    monkeypatch.setattr(os, "fsync", look)
    monkeypatch.setattr(os, "chmod", None)
    monkeypatch.setattr(os, "fchmod", None)
    await store_at(path).save("a", TOKEN)
    assert seen == [0o600]


@posix
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
async def test_a_file_that_others_can_use_is_tightened_and_reported(
    path: Path, mode: int, caplog: pytest.LogCaptureFixture
) -> None:
    await store_at(path).save("a", TOKEN)
    path.chmod(mode)
    assert await store_at(path).load("a") == TOKEN
    assert mode_of(path) == 0o600
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "is now private" in caplog.text
    await store_at(path).load("a")
    assert len(caplog.records) == 1


@posix
async def test_a_file_that_cannot_be_tightened_is_used_and_reported(
    path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store_at(path).save("a", TOKEN)
    path.chmod(0o644)

    def refuse(descriptor: int, mode: int) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "fchmod", refuse)
    assert await store_at(path).load("a") == TOKEN
    assert "stays so (Operation not permitted)" in caplog.text


# --- files that make no sense ---------------------------------------------------------------------

GOOD = b'{"version":1,"accounts":{"a":{"access":"x","obtained_at":"2026-11-21T12:00:00Z"}}}'

BROKEN = {
    "empty": b"",
    "truncated": GOOD[:40],
    "no JSON": b"canary-access",
    "no text": b"\xff\xfe\x00canary-access",
    "a list": b'["canary-access"]',
    "no version": b'{"accounts":{"a":"canary-access"}}',
    "an odd version": b'{"version":"canary-access"}',
    "newer": b'{"version":2,"accounts":{"a":"canary-access"}}',
    "newer though alike": GOOD.replace(b'"version":1', b'"version":2'),
    "no accounts": b'{"version":1}',
    "odd accounts": b'{"version":1,"accounts":["canary-access"]}',
    "an odd token": b'{"version":1,"accounts":{"a":"canary-access"}}',
    "no date": GOOD.replace(b"2026-11-21T12:00:00Z", b"canary-access"),
    "no zone": GOOD.replace(b"00Z", b"00"),
    "a number": GOOD.replace(b'"x"', b"5"),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_file_is_reported_without_its_content_and_replaced(
    path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    path.write_bytes(BROKEN[name])
    path.chmod(0o600)
    store = store_at(path)
    assert await store.load("a") is None
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert str(path) in caplog.text
    assert "replaced" in caplog.text
    assert "canary" not in caplog.text
    await store.save("a", TOKEN)
    caplog.clear()
    assert await store.load("a") == TOKEN
    assert not caplog.records


SHARED_FOLDER = HealthCheck.function_scoped_fixture


@settings(deadline=None, max_examples=50, suppress_health_check=[SHARED_FOLDER])
@given(content=st.binary(max_size=200), cut=st.integers(0, len(GOOD)))
def test_no_content_whatever_is_fatal(tmp_path: Path, content: bytes, cut: int) -> None:
    path = tmp_path / "any.json"
    path.write_bytes(GOOD[:cut] + content)

    async def use() -> Token | None:
        store = store_at(path)
        await store.load("a")
        await store.save("a", TOKEN)
        return await store.load("a")

    assert asyncio.run(use()) == TOKEN


async def test_one_broken_entry_leaves_the_other_accounts_alone(path: Path) -> None:
    entry = json.loads(msgspec.json.encode(TOKEN))
    path.write_text(json.dumps({"version": 1, "accounts": {"a": 5, "b": entry}}))
    store = store_at(path)
    assert await store.load("a") is None
    assert await store.load("b") == TOKEN
    await store.save("c", TOKEN)
    assert json.loads(path.read_text())["accounts"] == {"a": 5, "b": entry, "c": entry}


async def test_an_unreadable_file_is_reported_and_replaced(
    path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store_at(path).save("a", TOKEN)

    def refuse(*_: object) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr("cj_async._tokens._read_private", refuse)
        assert await store_at(path).load("a") is None
        assert "Permission denied; the file will be replaced" in caplog.text
        await store_at(path).save("b", TOKEN)
    assert await store_at(path).load("b") == TOKEN


def test_a_folder_is_no_token_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="name a file in it"):
        FileTokenStore(tmp_path)


# --- files that cannot be written -----------------------------------------------------------------


async def test_a_full_disk_is_reported_once_and_the_token_lives_in_memory(
    path: Path, caplog: pytest.LogCaptureFixture, unwritable: Callable[[], None]
) -> None:
    store = store_at(path)
    for _ in range(3):
        async with store.lock("a"):
            await store.save("a", TOKEN)
    assert await store.load("a") == TOKEN
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    for word in (str(path), "No space left on device", "make its folder writable"):
        assert word in caplog.text
    assert not path.exists()
    unwritable()
    await store.save("a", TOKEN)
    assert await store_at(path).load("a") == TOKEN
    assert len(caplog.records) == 1


async def test_a_disk_that_is_full_again_is_reported_again(
    path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    store = store_at(path)
    for _ in range(2):
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", refuse)
            await store.save("a", TOKEN)
            await store.save("a", TOKEN)
        await store.save("a", TOKEN)
    assert len(caplog.records) == 2


async def test_a_token_in_memory_does_not_hide_a_newer_one_in_the_file(
    path: Path, unwritable: Callable[[], None]
) -> None:
    store = store_at(path)
    await store.save("a", TOKEN)
    unwritable()
    newer = msgspec.structs.replace(TOKEN, obtained_at=NOW + timedelta(hours=1))
    await store_at(path).save("a", newer)
    assert await store.load("a") == newer


async def test_a_folder_that_cannot_be_made_is_reported_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    store = store_at(tmp_path / "file" / "tokens.json")
    async with store.lock("a"):
        await store.save("a", TOKEN)
    assert await store.load("a") == TOKEN
    text = [record.getMessage() for record in caplog.records if "cannot be written" in record.msg]
    assert len(text) == 1


async def test_a_failed_write_leaves_the_old_file_and_no_draft(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store_at(path).save("a", TOKEN)
    before = path.read_bytes()

    def refuse(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", refuse)
    await store_at(path).save("a", Token(access="new", obtained_at=NOW))
    assert path.read_bytes() == before
    assert sorted(file.name for file in path.parent.iterdir()) == [path.name, f"{path.name}.lock"]


async def test_many_stores_that_save_at_once_lose_no_account(path: Path) -> None:
    await asyncio.gather(*(store_at(path).save(f"{n}", TOKEN) for n in range(20)))
    assert len(json.loads(path.read_text())["accounts"]) == 20


# --- taking turns ---------------------------------------------------------------------------------


async def test_a_lock_held_for_ever_is_not_waited_for_for_ever(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async with store_at(path).lock("a"):
        async with FileTokenStore(path, sleep=sleep, patience=3.0).lock("a"):
            pass
        assert "going on without it" in caplog.text
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0), FileTokenStore(path).lock("a"):
                pass
    assert sum(slept) == pytest.approx(3.0, abs=2 * POLL)
    assert set(slept) == {POLL}


@posix
async def test_taking_turns_leaves_no_file_open(path: Path) -> None:
    store = store_at(path)

    async def take_turns(number: int) -> int:
        for _ in range(number):
            async with store.lock("a"):
                await store.save("a", TOKEN)
        return sum(1 for _ in Path("/dev/fd").iterdir())

    assert await take_turns(1) == await take_turns(20)


async def test_the_loop_goes_on_while_a_lock_is_waited_for(path: Path) -> None:
    turns = 0

    async def sleep(seconds: float) -> None:
        nonlocal turns
        turns += 1
        if turns == 3:
            first.release()
        await asyncio.sleep(0)

    lock_path = path.with_name("tokens.json.a.lock")
    first = FileLock(lock_path)
    assert await first.acquire(sleep=sleep, patience=1)
    async with FileTokenStore(path, sleep=sleep).lock("a"):
        assert turns == 3
    first.release()


async def test_a_file_system_without_locks_is_reported_once(
    path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int) -> bool:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(_filelock, "_seize", refuse)
    store = store_at(path)
    for _ in range(2):
        async with store.lock("a"):
            await store.save("a", TOKEN)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "No locks available" in caplog.text
    assert await store.load("a") == TOKEN


async def test_whoever_is_cancelled_while_locking_leaves_nothing_open(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    seize = _filelock._seize  # pyright: ignore[reportPrivateUsage]

    def slowly(descriptor: int) -> bool:
        begun.set()
        go_on.wait(10)
        return seize(descriptor)

    monkeypatch.setattr(_filelock, "_seize", slowly)

    async def visit() -> None:
        async with store_at(path).lock("a"):
            pytest.fail("entered although cancelled")

    task = asyncio.ensure_future(visit())
    await in_thread(lambda: begun.wait(10))
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0)
    assert not task.done(), "it stays until the thread has ended"
    go_on.set()
    await asyncio.wait([task])
    assert task.cancelled()
    async with asyncio.timeout(10), store_at(path).lock("a"):
        pass


async def test_an_error_in_a_thread_that_nobody_waits_for_is_not_complained_about() -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, what: complaints.append(what))
    begun, go_on = threading.Event(), threading.Event()

    def fail() -> None:
        begun.set()
        go_on.wait(10)
        raise OSError(errno.EIO, "Input/output error")

    task = asyncio.ensure_future(in_thread(fail))
    await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.wait([task])
    assert task.cancelled()
    assert complaints == []


HOLDER = """
import asyncio, sys
from cj_async._tokens import FileTokenStore

async def main():
    async with FileTokenStore(sys.argv[1]).lock("a"):
        print("held", flush=True)
        await asyncio.to_thread(sys.stdin.readline)

asyncio.run(main())
"""


@contextlib.contextmanager
def another_process_that_holds_the_lock(path: Path) -> Generator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process


async def test_a_process_waits_for_another_ones_turn(path: Path) -> None:
    ended_while_waiting = False

    async def sleep(seconds: float) -> None:
        nonlocal ended_while_waiting
        ended_while_waiting = True
        await asyncio.to_thread(process.communicate, "\n", 30)

    with another_process_that_holds_the_lock(path) as process:
        async with FileTokenStore(path, sleep=sleep).lock("a"):
            assert ended_while_waiting


async def test_a_process_that_is_killed_leaves_no_lock_behind(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with another_process_that_holds_the_lock(path) as process:
        process.kill()
        process.wait(30)
        async with FileTokenStore(path, sleep=no_sleep, patience=0).lock("a"):
            pass
    assert not caplog.records


# --- Windows --------------------------------------------------------------------------------------


class FakeMsvcrt(types.ModuleType):
    """``msvcrt.locking`` as Windows does it: by file, refused at once when somebody has it."""

    LK_NBLCK, LK_UNLCK = 2, 0

    def __init__(self) -> None:
        super().__init__("msvcrt")
        self.held: dict[int, int] = {}
        self.offsets: set[int] = set()

    def locking(self, descriptor: int, mode: int, size: int) -> None:
        assert size == 1
        self.offsets.add(os.lseek(descriptor, 0, os.SEEK_CUR))
        file = os.fstat(descriptor).st_ino
        if mode == self.LK_UNLCK:
            assert self.held.pop(file) == descriptor
        elif file in self.held:
            raise PermissionError(errno.EACCES, "Permission denied")
        else:
            self.held[file] = descriptor


async def test_on_windows_the_lock_is_msvcrts(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    msvcrt = FakeMsvcrt()
    monkeypatch.setitem(sys.modules, "msvcrt", msvcrt)
    monkeypatch.setitem(sys.modules, "fcntl", None)
    module = load_as_on_windows("_filelock", monkeypatch)
    one, two = module.FileLock(path), module.FileLock(path)
    assert await one.acquire(sleep=no_sleep, patience=0)
    assert not await two.acquire(sleep=no_sleep, patience=0.1)
    one.release()
    assert await two.acquire(sleep=no_sleep, patience=0)
    two.release()
    assert msvcrt.held == {}
    assert msvcrt.offsets == {0}


async def test_on_windows_a_file_in_use_is_replaced_a_moment_later(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = load_as_on_windows("_tokens", monkeypatch)
    refusals = iter([True, True, False])
    replace = Path.replace

    def busy_at_first(self: Path, target: Path) -> Path:
        if next(refusals):
            raise PermissionError(errno.EACCES, "The file is in use")
        return replace(self, target)

    slept: list[float] = []
    monkeypatch.setattr(Path, "replace", busy_at_first)
    monkeypatch.setattr("time.sleep", slept.append)
    monkeypatch.setattr(os, "fchmod", None)
    store = module.FileTokenStore(path, sleep=no_sleep)
    path.touch()
    path.chmod(0o666)
    await store.save("a", TOKEN)
    assert slept == [0.01, 0.05]
    assert (await store.load("a")).access == TOKEN.access


def load_as_on_windows(name: str, monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """The module as it is on Windows, beside the real one."""
    spec = importlib.util.find_spec(f"cj_async.{name}")
    assert spec is not None
    assert spec.origin is not None
    windows = importlib.util.spec_from_file_location(f"{name}_on_windows", spec.origin)
    assert windows is not None
    assert windows.loader is not None
    module = importlib.util.module_from_spec(windows)
    monkeypatch.setitem(sys.modules, windows.name, module)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "platform", "win32")
        windows.loader.exec_module(module)
    return module


# --- secrets --------------------------------------------------------------------------------------


async def test_no_secret_shows_in_logs_reprs_or_tracebacks(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    seen: list[str] = []
    store = store_at(path)
    await store.save("a", TOKEN)
    seen += [repr(store), repr(TOKEN), str(TOKEN), str([TOKEN])]
    path.write_bytes(path.read_bytes().replace(b"2026", b"26"))
    await store.load("a")
    path.write_bytes(path.read_bytes()[:-4])
    await store.load("a")
    try:
        msgspec.structs.replace(TOKEN, nonsense=1)
    except TypeError:
        seen.append(traceback.format_exc())
    seen.append(caplog.text)
    assert len(caplog.records) == 2
    assert [secret for secret in CANARIES if secret in "\n".join(seen)] == []


def test_a_token_is_a_value() -> None:
    assert pickle.loads(pickle.dumps(TOKEN)) == TOKEN
    assert len({TOKEN, msgspec.structs.replace(TOKEN)}) == 1
