"""What happens in the transaction of a task: documents, queue, and what is gone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from cj_async.crawl._documents import Answer, Document
from cj_async.crawl._rows import Key, Row
from cj_async.crawl._state import _items, _runs, _tasks
from cj_async.crawl._state._file import Database
from cj_async.crawl._state._tasks import Task, Trouble

_PRODUCTS = 0


class Spent(NamedTuple):
    """Calls of a task, and the points that they cost."""

    requests: int
    points: int


def commit(
    database: Database,
    run: int,
    worker: int,
    task: Task,
    answer: Answer,
    spent: Spent,
    *,
    key: str,
    now: float,
) -> None:
    """Stores what a task came to, unless another process has taken it over.

    Args:
        database: The state.
        run: Number of the run.
        worker: Who carried it out.
        task: The task.
        answer: What it came to.
        spent: What that cost.
        key: JSON name of the field of a row that holds the product's id.
        now: Seconds since 1970.
    """
    if not _tasks.is_held(database, task, worker):
        return
    _tasks.finish(database, task)
    seen = f"{datetime.fromtimestamp(now, UTC):%Y-%m-%dT%H:%M:%SZ}"
    stored = sum(_store(database, run, task.key, each, seen) for each in answer.documents)
    _runs.add(database, run, documents=stored, requests=spent.requests, points=spent.points)
    if answer.is_gone:
        _bury(database, run, task.key, key, seen)
    elif not answer.documents:
        _items.revive(database, task.key)


def fail(
    database: Database,
    run: int,
    worker: int,
    task: Task,
    trouble: Trouble,
    spent: Spent,
    *,
    now: float,
) -> bool:
    """Notes a failure, unless another process has taken the task over; whether it is parked now."""
    if not _tasks.is_held(database, task, worker):
        return False
    _runs.add(database, run, requests=spent.requests, points=spent.points)
    return _tasks.fail(database, task, trouble, now=now)


def give_back(database: Database, run: int, worker: int, task: Task, spent: Spent) -> None:
    """Lets go of a task that was not carried out to its end."""
    if _tasks.is_held(database, task, worker):
        _runs.add(database, run, requests=spent.requests, points=spent.points)
        _tasks.release(database, task)


def _store(database: Database, run: int, product: Key, document: Document, seen: str) -> int:
    """Stores a document; how many that makes: none where this run has had it."""
    row = Row(product.pid, product.place, document.hash, document.body)
    found = _items.sort(database, document.kind, run, [row])
    _items.keep(database, document.kind, run, found, seen=seen, with_lines=True)
    return 1 - found.repeats


def _bury(database: Database, run: int, product: Key, key: str, seen: str) -> None:
    """Marks a product as removed, once; nothing more is to be fetched for it."""
    _tasks.drop(database, product.pid)
    known = _items.known(database, _PRODUCTS, [product]).get(product.pid)
    if known is None or known[2]:
        return
    _items.bury(database, run, product, msgspec.json.encode({key: product.pid}), seen=seen)
    _runs.add(database, run, removed=1)
