"""Which documents are still to be fetched for which product? A queue that outlives the process."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cj_async.crawl._rows import Key
from cj_async.crawl._state._file import Database

GONE = "gone"
"""The task that asks whether a product is still there."""

NEW, CHANGED, KNOWN = range(3)
"""Whose documents come first, of the same task."""

ATTEMPTS = 5
"""Failures after which a task is parked, so that it holds up nobody."""

_WAIT = 4.0  # seconds after the first failure, doubled with each further one
_HEAD = 1_000  # bytes that are kept of CJ's answer
_HELD = "WHERE pid = ? AND task = ? AND worker = ?"


class Task(NamedTuple):
    """Something to fetch for a product: the kinds of documents, with ``+`` between them."""

    pid: str
    task: str
    attempts: int
    place: int

    @property
    def key(self) -> Key:
        """Where the product stands in the state."""
        return Key(self.place, self.pid)


class Parked(NamedTuple):
    """A task that kept failing: what CJ answered last."""

    pid: str
    task: str
    error: str
    raw: bytes | None


class Trouble(NamedTuple):
    """How a task failed: in words, and what CJ answered."""

    error: str
    raw: bytes | None


def priority(place: int, whose: int) -> int:
    """How urgent a task is; the lowest number comes first.

    Args:
        place: Of the task among the tasks of the plan.
        whose: ``NEW``, ``CHANGED`` or ``KNOWN``: what its product is.
    """
    return place * (KNOWN + 1) + whose


def enqueue(
    database: Database, run: int, keys: Iterable[Key], tasks: Sequence[str], whose: int = NEW
) -> None:
    """Queues tasks for products; in the order of the tasks, one that is queued already stays."""
    database.executemany(
        "INSERT INTO tasks (place, pid, task, run, priority) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (pid, task) DO UPDATE SET run = excluded.run, state = 'waiting', attempts = 0,"
        " due = 0, error = NULL, raw = NULL WHERE state != 'waiting'",
        [
            (*key, task, run, priority(place, whose))
            for key in keys
            for place, task in enumerate(tasks)
        ],
    )


def claim(database: Database, worker: int, now: float) -> Task | None:
    """Takes the next task that is due.

    Args:
        database: The state.
        worker: Who takes it.
        now: Seconds since 1970.
    """
    row = database.execute(
        "SELECT pid, task, attempts, place FROM tasks"
        " WHERE state = 'waiting' AND worker IS NULL AND due <= ? ORDER BY priority, pid LIMIT 1",
        (now,),
    ).fetchone()
    if row is None:
        return None
    task = Task(*row)
    database.execute(
        "UPDATE tasks SET worker = ? WHERE pid = ? AND task = ?", (worker, task.pid, task.task)
    )
    return task


def held(database: Database, task: Task, worker: int) -> Task | None:
    """A task as it is now: its product may stand elsewhere; None when this worker does not hold it."""
    row = database.execute(
        f"SELECT pid, task, attempts, place FROM tasks {_HELD}",  # noqa: S608
        (task.pid, task.task, worker),
    ).fetchone()
    return None if row is None else Task(*row)


def finish(database: Database, task: Task, worker: int) -> None:
    """Takes a task out of the queue that this worker holds."""
    database.execute(f"DELETE FROM tasks {_HELD}", (task.pid, task.task, worker))  # noqa: S608


def drop(database: Database, pid: str) -> None:
    """Takes everything about a product out of the queue."""
    database.execute("DELETE FROM tasks WHERE pid = ?", (pid,))


def fail(
    database: Database,
    task: Task,
    worker: int,
    trouble: Trouble,
    *,
    now: float,
    most: int = ATTEMPTS,
) -> bool:
    """Notes a failure, unless another worker has taken the task over; whether it is parked now.

    Args:
        database: The state.
        task: The task.
        worker: Who carried it out.
        trouble: How it failed.
        now: Seconds since 1970.
        most: Failures after which it is parked.
    """
    attempts = task.attempts + 1
    parked = attempts >= most
    noted = database.execute(
        "UPDATE tasks SET state = ?, attempts = ?, due = ?, worker = NULL, error = ?,"  # noqa: S608
        f" raw = ? {_HELD}",
        (
            "parked" if parked else "waiting",
            attempts,
            now + _WAIT * 2 ** (attempts - 1),
            trouble.error,
            trouble.raw and trouble.raw[:_HEAD],
            task.pid,
            task.task,
            worker,
        ),
    )
    return parked and noted.rowcount > 0


def release(database: Database, task: Task, worker: int) -> None:
    """Lets go of a task that was not carried out to its end, unless another worker holds it now."""
    database.execute(
        f"UPDATE tasks SET worker = NULL {_HELD}",  # noqa: S608
        (task.pid, task.task, worker),
    )


def retry_parked(database: Database, run: int) -> None:
    """Has what earlier runs parked tried again; whether a product is gone, only if it is missed still."""
    database.execute(
        "DELETE FROM tasks WHERE task = ? AND state = 'parked' AND EXISTS (SELECT 1 FROM items"
        " WHERE kind = 0 AND place = tasks.place AND pid = tasks.pid AND missing <= 0)",
        (GONE,),
    )
    database.execute(
        "UPDATE tasks SET state = 'waiting', attempts = 0, due = 0, error = NULL, raw = NULL, run = ?"
        " WHERE state = 'parked' AND run < ?",
        (run, run),
    )


def next_due(database: Database) -> float | None:
    """When the next task is due that nobody holds, seconds since 1970; None when there is none."""
    row = database.execute(
        "SELECT min(due) FROM tasks WHERE state = 'waiting' AND worker IS NULL"
    ).fetchone()
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
