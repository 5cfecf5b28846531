"""Writes, crashes and openings in any order: each sink holds what counts, and nothing else."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cj_async.crawl._sink import Kind, Sink
from cj_async.crawl.sinks import JsonlSink, ParquetSink, SqliteSink
from tests.crawl.sinks import test_parquet, test_sqlite
from tests.crawl.sinks.batches import SOURCE, batch, content, ids, numbered

KINDS: list[Kind] = ["products", "details", "stock"]
Some = st.lists(st.sampled_from(KINDS), min_size=1, unique=True)


class _AnyOrder(RuleBasedStateMachine):
    """The state hands batches on; `log` is what it has, each batch with the kinds in it."""

    knows_its_position: ClassVar = False

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp())
        self.log: list[list[Kind]] = []
        self.written = 0
        self.confirmed = 0
        self.tokens: dict[int, str | None] = {0: None}
        self.is_open = False

    def sink(self) -> Sink:
        raise NotImplementedError

    def stored(self, kind: Kind) -> list[str]:
        raise NotImplementedError

    def tear(self) -> None:
        """A last write of which only a part went out."""

    @initialize()
    def begin(self) -> None:
        self.current = self.sink()

    @rule(kinds=Some, confirm=st.booleans())
    @precondition(lambda self: self.is_open)
    def write(self, kinds: list[Kind], confirm: bool) -> None:
        if len(self.log) == self.written:
            self.log.append(kinds)
        self.written += 1
        parts = [numbered(self.written, 2, kind) for kind in self.log[self.written - 1]]
        token = self.loop.run(self.current.write(batch(self.written, *parts)))
        assert (token is None) == self.knows_its_position
        self.tokens[self.written] = token
        if confirm:
            self.confirm()

    @rule()
    @precondition(lambda self: self.is_open)
    def confirm(self) -> None:
        self.confirmed = self.written

    @rule(torn=st.booleans())
    @precondition(lambda self: self.is_open)
    def crash(self, torn: bool) -> None:
        self.loop.run(self.current.aclose())  # a process that ends closes its files as well
        if torn:
            self.tear()
        self.current = self.sink()
        self.is_open = False

    @rule()
    def reopen(self) -> None:
        position = self.loop.run(self.current.open(SOURCE, self.tokens[self.confirmed]))
        assert position == (self.written if self.knows_its_position else None)
        self.written = self.confirmed if position is None else position
        self.is_open = True

    @invariant()
    def holds_what_was_written(self) -> None:
        if self.is_open:
            for kind in KINDS:
                assert self.stored(kind) == [
                    f"{at}-{each}"
                    for at, kinds in enumerate(self.log[: self.written], 1)
                    for each in range(2)
                    if kind in kinds
                ]

    def teardown(self) -> None:
        self.loop.run(self.current.aclose())
        self.loop.close()
        shutil.rmtree(self.folder)


class AnyOrderOfLines(_AnyOrder):
    name = "products.jsonl"

    def sink(self) -> Sink:
        return JsonlSink(self.folder / self.name)

    def stored(self, kind: Kind) -> list[str]:
        return ids(content(self.file(kind)))

    def file(self, kind: Kind) -> Path:
        beside = self.name.replace("products", f"products.{kind}")
        return self.folder / (self.name if kind == "products" else beside)

    def tear(self) -> None:
        for path in filter(Path.exists, map(self.file, KINDS)):
            with path.open("ab") as file:
                file.write(b'{"_change":"ne')


class AnyOrderOfPackedLines(AnyOrderOfLines):
    name = "products.jsonl.gz"


class AnyOrderOfParquet(_AnyOrder):
    def sink(self) -> Sink:
        return ParquetSink(self.folder / "out")

    def stored(self, kind: Kind) -> list[str]:
        if not (self.folder / "out" / kind).is_dir():
            return []
        rows = test_parquet.table(self.folder / "out", kind)
        return [*rows["id" if "id" in rows.column_names else "pid"].to_pylist()]

    def tear(self) -> None:
        name = f"{self.written + 1:012}-{self.written + 9:012}.parquet"
        for each in (f".{name}.tmp", name):
            for kind in KINDS:
                (self.folder / "out" / kind).mkdir(exist_ok=True)
                (self.folder / "out" / kind / each).write_bytes(b"PAR1")


class AnyOrderOfTables(_AnyOrder):
    knows_its_position = True

    def sink(self) -> Sink:
        return SqliteSink(self.folder / "a.db")

    def stored(self, kind: Kind) -> list[str]:
        path = self.folder / "a.db"
        if kind not in test_sqlite.tables(path):
            return []
        return test_sqlite.ids(path, kind, "id" if kind == "products" else "pid")


TestLines = AnyOrderOfLines.TestCase
TestPackedLines = AnyOrderOfPackedLines.TestCase
TestParquet = AnyOrderOfParquet.TestCase
TestTables = AnyOrderOfTables.TestCase

SETTINGS = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestLines.settings = TestPackedLines.settings = SETTINGS
TestParquet.settings = TestTables.settings = SETTINGS
