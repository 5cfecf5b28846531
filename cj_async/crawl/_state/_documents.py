"""What happens in the transaction of a task: documents, queue, and what is gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from cj_async.crawl._documents import Document
from cj_async.crawl._rows import Key, Row
from cj_async.crawl._state import _items, _runs, _tasks
from cj_async.crawl._state._file import Database
from cj_async.crawl._state._tasks import Task, Trouble
from cj_async.crawl._state._work import MISSING

_PRODUCTS = 0


def commit(
    database: Database,
    run: int,
    worker: int,
    task: Task,
    documents: Sequence[Document],
    *,
    now: float,
) -> None:
    """Stores what a task brought, unless another process has taken it over.

    Args:
        database: The state.
        run: Number of the run.
        worker: Who carried it out.
        task: The task.
        documents: What it brought; nothing where it only asked whether the product is there.
        now: Seconds since 1970.
    """
    held = _tasks.held(database, task, worker)
    if held is None:
        return
    _tasks.finish(database, held, worker)
    seen = _moment(now)
    stored = sum(_store(database, run, held.key, each, seen) for each in documents)
    _runs.add(database, run, documents=stored)
    if not documents:
        _items.revive(database, held.key)


def miss(
    database: Database,
    run: int,
    worker: int,
    task: Task,
    trouble: Trouble,
    *,
    key: str,
    now: float,
) -> bool:
    """Notes that CJ says there is no such product, unless another process has taken the task over.

    Where complete lists miss it as well, it is removed. Else one contradicts the other, since it may
    only be hidden: nobody is told anything, and the task is parked until the next run.

    Args:
        database: The state.
        run: Number of the run.
        worker: Who carried it out.
        task: The task.
        trouble: How CJ said so.
        key: JSON name of the field of a row that holds the product's id.
        now: Seconds since 1970.

    Returns:
        Whether the task is parked now.
    """
    held = _tasks.held(database, task, worker)
    if held is None:
        return False
    if _is_missed(database, held.key):
        _bury(database, run, held.key, key, _moment(now))
        return False
    return _tasks.fail(database, held, worker, trouble, now=now, most=1)


def _store(database: Database, run: int, product: Key, document: Document, seen: str) -> int:
    """Stores a document; how many that makes: none where this run has had it."""
    row = Row(product.pid, product.place, document.hash, document.body)
    found = _items.sort(database, document.kind, run, [row])
    _items.keep(database, document.kind, run, found, seen=seen, with_lines=True)
    return 1 - found.repeats


def _is_missed(database: Database, product: Key) -> bool:
    """Whether so many complete lists in a row missed a product, or it is removed already."""
    row = database.execute(
        "SELECT missing >= ? OR gone FROM items WHERE kind = ? AND place = ? AND pid = ?",
        (MISSING, _PRODUCTS, *product),
    ).fetchone()
    return row is None or bool(row[0])


def _moment(now: float) -> str:
    return f"{datetime.fromtimestamp(now, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _bury(database: Database, run: int, product: Key, key: str, seen: str) -> None:
    """Marks a product as removed, once; nothing more is to be fetched for it."""
    _tasks.drop(database, product.pid)
    known = _items.known(database, _PRODUCTS, [product]).get(product.pid)
    if known is None or known[2]:
        return
    _items.bury(database, run, product, msgspec.json.encode({key: product.pid}), seen=seen)
    _runs.add(database, run, removed=1)
