"""What happens in the transaction of a task: documents, queue, and what is gone."""

from __future__ import annotations

from cj_async.crawl._documents import Answer
from cj_async.crawl._state import _tasks
from cj_async.crawl._state._file import Database
from cj_async.crawl._state._tasks import Task


def commit(
    database: Database, run: int, worker: int, task: Task, answer: Answer, now: float
) -> None:
    """Stores what a task came to, unless another process has taken it over."""
    if not _tasks.is_held(database, task, worker):
        return
    raise NotImplementedError
