"""Where does what a crawl found go? The sinks that ship with it."""

from __future__ import annotations

from cj_async.crawl.sinks._jsonl import JsonlSink
from cj_async.crawl.sinks._parquet import ParquetSink
from cj_async.crawl.sinks._sqlite import SqliteSink

__all__ = ["JsonlSink", "ParquetSink", "SqliteSink"]
