"""A task is done in one transaction: its documents, its place in the queue, and who holds it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from cj_async.crawl._documents import (
    Document,
)
from cj_async.crawl._rows import Key
from cj_async.crawl._state import _documents as stored
from cj_async.crawl._state import _runs, _tasks
from cj_async.crawl._state._file import Database, StateFile
from cj_async.crawl._state._tasks import Task, Trouble

ALL = ("details", "variants", "stock", "reviews")
_REVIEWS = "/product/productComments"


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


_BROUGHT = (Document(2, 11, b'{"pid":"P"}'), Document(3, 12, b'{"pid":"P"}'))
_TROUBLE = Trouble("broken", b"raw")


def _commit(database: Database, worker: int, task: Task, *brought: Document) -> None:
    stored.commit(database, 1, worker, task, brought, now=0.0)


def _miss(database: Database, worker: int, task: Task) -> bool:
    return stored.miss(database, 1, worker, task, _TROUBLE, key="id", now=0.0)


async def test_several_kinds_are_stored_together(opened: StateFile) -> None:
    task = await opened.do(_queued)
    await opened.do(_commit, 7, task, *_BROUGHT)
    run = await opened.do(_runs.run_of, 1)
    assert run.documents == 2
    assert await opened.do(_tasks.waiting) == 1
    pages = await opened.do(lambda db: db.execute("SELECT kind, lines FROM pages").fetchall())
    assert [kind for kind, _ in pages] == [2, 3]
    assert b'"_change":"new","_run":1,"_seen":"1970-01-01T00:00:00Z","pid":"P"' in pages[0][1]


@pytest.mark.parametrize("missing", [0, 2])
async def test_a_task_that_was_taken_over_stores_nothing_and_stays_with_who_has_it(
    opened: StateFile, missing: int
) -> None:
    task = await opened.do(_queued)
    await opened.do(lambda db: db.execute("UPDATE items SET missing = ?", (missing,)).rowcount)
    before = await opened.do(_everything)
    await opened.do(_commit, 8, task, *_BROUGHT)
    last = task._replace(attempts=_tasks.ATTEMPTS - 1)
    assert not await opened.do(_tasks.fail, last, 8, _TROUBLE, now=0.0)
    assert not await opened.do(_miss, 8, task)
    await opened.do(_tasks.finish, task, 8)
    await opened.do(_tasks.release, task, 8)
    assert await opened.do(_everything) == before
    assert await opened.do(_tasks.held, task, 7) == task


def _everything(database: Database) -> list[Any]:
    tables = ("tasks", "items", "pages", "runs")
    return [database.execute(f"SELECT * FROM {each}").fetchall() for each in tables]


async def test_a_document_goes_where_its_product_has_moved_meanwhile(opened: StateFile) -> None:
    task = await opened.do(_queued)
    await opened.do(lambda db: db.execute("UPDATE items SET place = 5").rowcount)
    await opened.do(lambda db: db.execute("UPDATE tasks SET place = 5").rowcount)
    await opened.do(_commit, 7, task, *_BROUGHT)
    places = await opened.do(lambda db: db.execute("SELECT DISTINCT place FROM items").fetchall())
    assert places == [(5,)]


async def test_what_a_run_has_had_is_not_told_again(opened: StateFile) -> None:
    task = await opened.do(_queued)
    await opened.do(_commit, 7, task, *_BROUGHT)
    await opened.do(_tasks.enqueue, 1, [Key(0, "P")], ["variants+stock"])
    again = await opened.do(_tasks.claim, 7, 0.0)
    assert again is not None
    await opened.do(_commit, 7, again, Document(2, 99, b'{"pid":"P"}'))
    run = await opened.do(_runs.run_of, 1)
    assert run.documents == 2


async def test_only_the_beginning_of_a_long_answer_is_kept(opened: StateFile) -> None:
    task = await opened.do(_queued)
    for _ in range(_tasks.ATTEMPTS):
        held = task._replace(attempts=_tasks.ATTEMPTS - 1)
        await opened.do(_tasks.fail, held, 7, Trouble("broken", b"x" * 9_999), now=0)
    (parked,) = await opened.do(_tasks.parked)
    assert parked.raw == b"x" * 1_000
