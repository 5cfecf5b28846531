"""What every sink does alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cj_async.crawl._errors import SinkFailed
from cj_async.crawl._sink import Sink
from cj_async.crawl.sinks import JsonlSink, ParquetSink, SqliteSink
from tests.conftest import error_of
from tests.crawl.sinks.batches import SOURCE, products

Make = Callable[[Path], Sink]

SINKS: dict[str, Make] = {
    "lines": lambda folder: JsonlSink(folder / "products.jsonl"),
    "packed lines": lambda folder: JsonlSink(folder / "products.jsonl.gz"),
    "parquet": lambda folder: ParquetSink(folder / "out"),
    "tables": lambda folder: SqliteSink(folder / "crawl.db"),
}


@pytest.mark.parametrize("make", SINKS.values(), ids=SINKS)
async def test_it_can_be_closed_twice_or_without_having_been_opened(
    make: Make, tmp_path: Path
) -> None:
    sink = make(tmp_path)
    await sink.aclose()
    assert "not open" in (await error_of(sink.write(products(1)), SinkFailed)).reason
    await sink.open(SOURCE, None)
    await sink.aclose()
    await sink.aclose()
    assert "not open" in (await error_of(sink.write(products(1)), SinkFailed)).reason
