"""Sinks that cannot be opened."""

from __future__ import annotations

from cj_async.crawl._errors import SinkFailed
from cj_async.crawl._sink import Sink
from tests.conftest import error_of
from tests.crawl.sinks.batches import SOURCE


async def refusal(sink: Sink, token: str | None = None, source: str = SOURCE) -> SinkFailed:
    """The error with which a sink refuses to be opened; it is closed again."""
    error = await error_of(sink.open(source, token), SinkFailed)
    await sink.aclose()
    assert error.sink == sink.name
    return error
