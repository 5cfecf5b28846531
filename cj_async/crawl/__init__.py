"""The catalog crawl: everything, within budget, surviving anything.

``async for product in crawl.products(cj, country_code="US")`` just gives the rows;
``await crawl.run(cj, plan, sink=crawl.JsonlSink("products.jsonl"), state="cj.db")`` is a durable job.
docs/crawl.md explains how completeness is known, what it costs, and how to go on after a crash.
"""

from cj_async.crawl._errors import (
    CrawlError,
    IncompleteCrawl,
    SinkFailed,
    StateError,
    StateInUse,
)
from cj_async.crawl._estimate import Estimate, estimate
from cj_async.crawl._export import export
from cj_async.crawl._filters import ListFilters, SearchFilters
from cj_async.crawl._plan import Plan
from cj_async.crawl._progress import CrawlProgress
from cj_async.crawl._report import ParkedTask, Report
from cj_async.crawl._run import ids, products, run
from cj_async.crawl._segment import Segment
from cj_async.crawl._sink import Batch, Part, Sink
from cj_async.crawl._status import RunStatus, SinkStatus, Status, WorkerStatus, status
from cj_async.crawl._stop import Stop
from cj_async.crawl._stream import stream
from cj_async.crawl._verdict import Verdict
from cj_async.crawl._verify import Verification, verify
from cj_async.crawl.sinks import JsonlSink, ParquetSink, SqliteSink

__all__ = [
    "Batch",
    "CrawlError",
    "CrawlProgress",
    "Estimate",
    "IncompleteCrawl",
    "JsonlSink",
    "ListFilters",
    "ParkedTask",
    "ParquetSink",
    "Part",
    "Plan",
    "Report",
    "RunStatus",
    "SearchFilters",
    "Segment",
    "Sink",
    "SinkFailed",
    "SinkStatus",
    "SqliteSink",
    "StateError",
    "StateInUse",
    "Status",
    "Stop",
    "Verdict",
    "Verification",
    "WorkerStatus",
    "estimate",
    "export",
    "ids",
    "products",
    "run",
    "status",
    "stream",
    "verify",
]
