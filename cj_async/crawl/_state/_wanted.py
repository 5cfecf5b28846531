"""Which documents does the plan of today want that the state does not have?

Between two processes a plan may ask for other documents. So the queue is fitted to it: when a process
begins, tasks that nobody wants any more are dropped, and when the list has been read, what is lacking
or older than the last change of its product is queued. Kinds that every plan since has asked for need
no such look: each of their documents is there, or in the queue.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from cj_async.crawl._documents import kinds_of
from cj_async.crawl._state import _tasks
from cj_async.crawl._state._file import Database
from cj_async.crawl._state._schema import KINDS

_COVERED = "covered"
_HAS_NOT = (
    "NOT EXISTS (SELECT 1 FROM items AS document WHERE document.kind = ?"
    " AND document.place = product.place AND document.pid = product.pid"
    " AND document.run >= coalesce(page.run, 0))"
)


def fit(database: Database, tasks: Sequence[str]) -> None:
    """Fits the queue to the tasks of a plan; what it does not ask for stays only for others at work."""
    wanted = _all_kinds(tasks)
    is_empty = database.execute("SELECT 1 FROM items LIMIT 1").fetchone() is None
    covered = wanted if is_empty else _covered(database) & wanted
    (workers,) = database.execute("SELECT count(*) FROM workers").fetchone()
    if workers <= 1:
        covered -= _all_kinds(_drop_others(database, tasks))
    _cover(database, covered)


def queue_lacking(database: Database, run: int, tasks: Sequence[str]) -> None:
    """Queues what known products lack; what an earlier run parked is tried again."""
    _tasks.retry_parked(database, run)
    covered = _covered(database)
    for place, task in enumerate(tasks):
        lacking = [kind for kind in kinds_of(task) if kind not in covered]
        if lacking:
            _queue(database, run, task, place, lacking)
    _cover(database, covered | _all_kinds(tasks))


def _queue(database: Database, run: int, task: str, place: int, kinds: Sequence[str]) -> None:
    numbers = [KINDS.index(kind) for kind in kinds]
    lacks = " OR ".join([_HAS_NOT] * len(numbers))
    database.execute(
        "INSERT OR IGNORE INTO tasks (place, pid, task, run, priority)"  # noqa: S608
        " SELECT product.place, product.pid, ?, ?, ? FROM items AS product"
        " LEFT JOIN pages AS page ON page.position = product.position"
        f" WHERE product.kind = 0 AND product.gone = 0 AND ({lacks})",
        [task, run, _tasks.priority(place, _tasks.KNOWN), *numbers],
    )


def _drop_others(database: Database, tasks: Sequence[str]) -> list[str]:
    """Takes other tasks than these out of the queue; returns which there were."""
    wanted = [*tasks, _tasks.GONE]
    among = f"FROM tasks WHERE task NOT IN ({', '.join('?' * len(wanted))})"
    others = database.execute(f"SELECT DISTINCT task {among}", wanted).fetchall()
    database.execute(f"DELETE {among}", wanted)
    return [task for (task,) in others]


def _all_kinds(tasks: Iterable[str]) -> set[str]:
    return {kind for task in tasks for kind in kinds_of(task)}


def _covered(database: Database) -> set[str]:
    row = database.execute("SELECT value FROM meta WHERE key = ?", (_COVERED,)).fetchone()
    return set() if row is None else msgspec.json.decode(row[0], type=set[str])


def _cover(database: Database, kinds: set[str]) -> None:
    database.execute(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (_COVERED, msgspec.json.encode(sorted(kinds)).decode()),
    )
