"""How does a crawl become tables of SQLite, with its position in the same transaction?"""

from __future__ import annotations

import itertools
import os
import re
import sqlite3
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, get_args

import msgspec

from cj_async.crawl._errors import SinkFailed
from cj_async.crawl._sink import Batch, Kind, Part
from cj_async.crawl.sinks._columns import Cell, Column, ColumnType, Misfits, layout_of
from cj_async.crawl.sinks._files import CLOSED, FULL, OTHERWISE
from cj_async.crawl.sinks._threaded import ThreadedSink
from cj_async.errors import ConfigurationError

_LINES: Final = 1_000
_PATIENCE: Final = 30.0
"""Seconds to wait for another program that writes to the file."""
_NAME: Final = re.compile(r"(?!sqlite_)[A-Za-z_][A-Za-z0-9_]*", re.IGNORECASE)
_POSITIONS: Final = "_cj_crawl"
_HEAD: Final = ("_change", "_run", "_seen")
_KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
_TYPES: Final[dict[ColumnType, str]] = {
    "text": "TEXT",
    "texts": "TEXT",
    "integer": "INTEGER",
    "flag": "INTEGER",
    "decimal": "TEXT",
    "time": "TEXT",
    "json": "TEXT",
}
_ADVICE: Final = {
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_READONLY: CLOSED,
    sqlite3.SQLITE_CANTOPEN: CLOSED,
    sqlite3.SQLITE_NOTADB: "give another path, or move the file away",
    sqlite3.SQLITE_BUSY: "end the program that writes to it, and go on",
}


class SqliteSink(ThreadedSink):
    """Tables of SQLite, a row for each product: the newest.

    Products stand in ``table``, documents of another kind in ``details``, ``variants``, ``stock``
    and ``reviews``; with another name of the table, that name stands before theirs:
    ``us_products_details``. Money and weights are exact text, moments ISO 8601 text in UTC, flags
    0 or 1, lists and what is nested JSON text. A removed product keeps its row; its ``_change`` is
    ``removed``. An integer of more than 64 bits is null, and a warning names its column once.

    The position of the crawl stands in the table ``_cj_crawl`` of the same file, and changes in one
    transaction with the rows. Other tables of the file are left alone.

    Args:
        path: The file; made when missing.
        table: Name of the table of the products: letters, digits and underscores.

    Attributes:
        path: The file; ``~`` is the home of whoever runs it.
        table: Name of the table of the products.

    Raises:
        ConfigurationError: The path, or the name of the table, is none.
    """

    def __init__(self, path: str | os.PathLike[str], *, table: str = "products") -> None:
        if not _is_table(table):
            raise ConfigurationError(f"{table!r} cannot be the name of a table of SqliteSink")
        super().__init__(path, _LINES, table=table)
        self._names = {kind: _table_name(table, kind) for kind in _KINDS}
        self._db: sqlite3.Connection | None = None
        self._shaped: set[tuple[str, type[msgspec.Struct]]] = set()

    def _open(self, source: str, token: str | None) -> int:  # noqa: ARG002  # it has a position
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._failures():
            self._db = db = _connected(self.path)
            with _transaction(db):
                position = self._position(db, source)
                self._move(db, position)  # a file that cannot be written is told now
        return position

    def _write(self, batch: Batch) -> None:
        db = self._db
        assert db is not None  # `write` needs an open sink
        shaped = self._shaped | {(part.kind, part.model) for part in batch.parts}
        with self._failures(), _transaction(db):
            for part in batch.parts:
                self._put(db, part)
            self._move(db, batch.position)
        self._shaped = shaped

    def _close(self) -> None:
        db, self._db = self._db, None
        self._shaped = set()
        if db is not None:
            with self._failures():
                db.close()

    def _position(self, db: sqlite3.Connection, source: str) -> int:
        db.execute(
            f"CREATE TABLE IF NOT EXISTS {_POSITIONS}"
            ' ("table" TEXT PRIMARY KEY, source TEXT NOT NULL, position INTEGER NOT NULL)'
        )
        if _columns_of(db, _POSITIONS).keys() != {"table", "source", "position"}:
            raise SinkFailed(
                self.name, f"the table {_POSITIONS} is somebody else's; give another path"
            )
        name = self._names["products"]
        taken: set[str] = set()
        query = f'SELECT "table", source, position FROM {_POSITIONS}'  # noqa: S608  # a constant
        for table, owner, position in db.execute(query):
            if table == name and owner == source:
                return int(position)
            if table == name:
                raise SinkFailed(
                    self.name,
                    "its tables are those of another state file; give another file or table",
                )
            taken |= {_table_name(table, kind).lower() for kind in _KINDS}
        for each in self._names.values():
            if each.lower() in taken or _columns_of(db, each):
                raise self._taken(each)
        db.execute(f"INSERT INTO {_POSITIONS} VALUES (?, ?, 0)", (name, source))  # noqa: S608  # a constant
        return 0

    def _move(self, db: sqlite3.Connection, position: int) -> None:
        update = f'UPDATE {_POSITIONS} SET position = ? WHERE "table" = ?'  # noqa: S608  # a constant
        db.execute(update, (position, self._names["products"]))

    def _put(self, db: sqlite3.Connection, part: Part) -> None:
        layout, misfits = layout_of(part.model), Misfits()
        table = _Table(self._names[part.kind], part.key, layout.columns)
        if (part.kind, part.model) not in self._shaped:
            if table.is_foreign(db):  # somebody made it after `open`
                raise self._taken(self._names[part.kind])
            table.shape(db)
        table.put(db, layout.fill(part.lines, misfits))
        self._warn(part.kind, misfits)

    def _taken(self, table: str) -> SinkFailed:
        return SinkFailed(
            self.name, f"there is a table {table} already; give another file or table, or drop it"
        )

    @contextmanager
    def _failures(self) -> Generator[None]:
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without the finer distinction
            raise SinkFailed(self.name, f"{error}; {_ADVICE.get(code, OTHERWISE)}") from error


class _Table:
    """A table of one kind: its statements."""

    def __init__(self, name: str, key: str, columns: Sequence[Column]) -> None:
        self._name = name
        self._key = key
        self._columns = columns
        names = [column.name for column in columns]
        self._upsert = _upsert(name, key, names)
        self._remove = _upsert(name, key, [*_HEAD, key])
        self._key_at = names.index(key)

    def is_foreign(self, db: sqlite3.Connection) -> bool:
        """Whether a table of the name is there that this sink cannot have made."""
        there = _columns_of(db, self._name)
        return bool(there) and not (
            there.keys() >= set(_HEAD)
            and [name for name in there if there[name]] == [self._key.lower()]
        )

    def shape(self, db: sqlite3.Connection) -> None:
        """Makes the table, or adds the columns of a newer model."""
        there = _columns_of(db, self._name)
        if not there:
            columns = ", ".join(map(self._definition, self._columns))
            db.execute(f"CREATE TABLE {_quoted(self._name)} ({columns})")
            return
        for column in self._columns:
            if column.name.lower() not in there:
                definition = self._definition(column)
                db.execute(f"ALTER TABLE {_quoted(self._name)} ADD COLUMN {definition}")

    def put(self, db: sqlite3.Connection, filled: list[Sequence[Cell]]) -> None:
        """Upserts the rows, in their order."""
        for at, column in enumerate(self._columns):
            if column.type == "texts":
                filled[at] = [_json_text(cell) for cell in filled[at]]
        rows = zip(*filled, strict=True)
        for removed, some in itertools.groupby(rows, key=lambda row: row[0] == "removed"):
            if removed:
                db.executemany(self._remove, ((*row[:3], row[self._key_at]) for row in some))
            else:
                db.executemany(self._upsert, some)

    def _definition(self, column: Column) -> str:
        key = " PRIMARY KEY NOT NULL" if column.name == self._key else ""
        return f"{_quoted(column.name)} {_TYPES[column.type]}{key}"


def _upsert(table: str, key: str, columns: Sequence[str]) -> str:
    names = ", ".join(map(_quoted, columns))
    marks = ", ".join("?" * len(columns))
    changes = ", ".join(f"{_quoted(each)} = excluded.{_quoted(each)}" for each in columns)
    return (
        f"INSERT INTO {_quoted(table)} ({names}) VALUES ({marks})"  # noqa: S608  # all are quoted
        f" ON CONFLICT ({_quoted(key)}) DO UPDATE SET {changes}"
    )


def _json_text(cell: Cell) -> str | None:
    return None if cell is None else msgspec.json.encode(cell).decode()


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def _is_table(name: object) -> bool:
    return isinstance(name, str) and bool(_NAME.fullmatch(name)) and name.lower() != _POSITIONS


def _table_name(table: str, kind: Kind) -> str:
    if kind == "products":
        return table
    return kind if table == "products" else f"{table}_{kind}"


def _columns_of(db: sqlite3.Connection, table: str) -> dict[str, bool]:
    """Which columns a table has, and whether they are its key; none: no table.

    Names are in small letters, as SQLite compares them.
    """
    rows = db.execute(f"PRAGMA table_info({_quoted(table)})")
    return {str(row[1]).lower(): bool(row[5]) for row in rows}


def _connected(path: Path) -> sqlite3.Connection:
    """A connection that leaves transactions to us; a new file gets a log, so that readers go on."""
    new = not path.exists() or not path.stat().st_size
    db = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
    try:
        if new:
            db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
    except BaseException:
        db.close()
        raise
    return db


@contextmanager
def _transaction(db: sqlite3.Connection) -> Generator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
