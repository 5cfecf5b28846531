"""Stands in for asyncpg, which needs a server: as much of it as the README's sink uses, over SQLite.

The README's test puts a copy beside the snippet. Against a real server the snippet was run by hand.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any


class Connection:
    def __init__(self, path: str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)

    async def execute(self, query: str, *values: object) -> None:
        for statement in filter(None, query.split(";")):
            self._db.execute(_named(statement), _by_name(values))

    async def executemany(self, query: str, rows: Iterable[Sequence[object]]) -> None:
        self._db.executemany(_named(query), map(_by_name, rows))

    async def fetchval(self, query: str, *values: object) -> Any:
        row = self._db.execute(_named(query), _by_name(values)).fetchone()
        return None if row is None else row[0]

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[None]:
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    async def close(self) -> None:
        self._db.close()


async def connect(url: str) -> Connection:
    return Connection(url.removeprefix("postgres://"))


def _named(query: str) -> str:
    """``$1`` is ``:p1`` to SQLite."""
    return re.sub(r"\$(\d)", r":p\1", query)


def _by_name(values: Sequence[object]) -> dict[str, object]:
    return {f"p{number}": value for number, value in enumerate(values, 1)}
