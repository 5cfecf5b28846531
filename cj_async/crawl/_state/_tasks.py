"""Which documents are still to be fetched for which product? A queue that outlives the process."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cj_async.crawl._state._file import Database

ATTEMPTS = 5
"""Failures after which a task is parked, so that it holds up nobody."""

_WAIT = 2.0  # seconds after the first failure, doubled with each further one


class Task(NamedTuple):
    """Something to fetch for a product: the kinds of documents, with ``+`` between them."""

    pid: str
    task: str
    attempts: int


class Parked(NamedTuple):
    """A task that kept failing: what CJ answered last."""

    pid: str
    task: str
    error: str
    raw: bytes | None


def enqueue(database: Database, run: int, pids: Iterable[str], tasks: Sequence[str]) -> None:
    """Queues tasks for products; in the order of the tasks, one that is queued already stays."""
    database.executemany(
        "INSERT INTO tasks (pid, task, run, priority) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (pid, task) DO UPDATE SET run = excluded.run, state = 'waiting', attempts = 0,"
        " due = 0, error = NULL, raw = NULL WHERE state != 'waiting'",
        [(pid, task, run, place) for pid in pids for place, task in enumerate(tasks)],
    )


def claim(database: Database, worker: int) -> Task | None:
    """Takes the next task that is due."""
    row = database.execute(
        "SELECT pid, task, attempts FROM tasks"
        " WHERE state = 'waiting' AND worker IS NULL AND due <= ? ORDER BY priority, pid LIMIT 1",
        (time.time(),),
    ).fetchone()
    if row is None:
        return None
    task = Task(*row)
    database.execute(
        "UPDATE tasks SET worker = ? WHERE pid = ? AND task = ?", (worker, task.pid, task.task)
    )
    return task


def is_held(database: Database, task: Task, worker: int) -> bool:
    """Whether this worker still holds a task."""
    row = database.execute(
        "SELECT worker FROM tasks WHERE pid = ? AND task = ?", (task.pid, task.task)
    ).fetchone()
    return row is not None and row[0] == worker


def finish(database: Database, task: Task) -> None:
    """Takes a task out of the queue."""
    database.execute("DELETE FROM tasks WHERE pid = ? AND task = ?", (task.pid, task.task))


def fail(database: Database, task: Task, error: str, raw: bytes | None, *, now: float) -> bool:
    """Notes a failure; returns whether the task is parked now."""
    attempts = task.attempts + 1
    parked = attempts >= ATTEMPTS
    database.execute(
        "UPDATE tasks SET state = ?, attempts = ?, due = ?, worker = NULL, error = ?, raw = ?"
        " WHERE pid = ? AND task = ?",
        (
            "parked" if parked else "waiting",
            attempts,
            now + _WAIT * 2**attempts,
            error,
            raw,
            task.pid,
            task.task,
        ),
    )
    return parked


def release(database: Database, task: Task) -> None:
    """Lets go of a task that was not tried."""
    database.execute(
        "UPDATE tasks SET worker = NULL WHERE pid = ? AND task = ?", (task.pid, task.task)
    )


def next_due(database: Database) -> float | None:
    """When the next waiting task is due, seconds since 1970; None when none waits."""
    row = database.execute("SELECT min(due) FROM tasks WHERE state = 'waiting'").fetchone()
    return None if row is None else row[0]


def waiting(database: Database) -> int:
    """How many tasks wait."""
    found = database.execute("SELECT count(*) FROM tasks WHERE state = 'waiting'").fetchone()
    return int(found[0])


def parked(database: Database, most: int = 100) -> list[Parked]:
    """Tasks that kept failing."""
    rows = database.execute(
        "SELECT pid, task, error, raw FROM tasks WHERE state = 'parked' ORDER BY pid LIMIT ?",
        (most,),
    )
    return [Parked(*row) for row in rows]
