"""What can go wrong with a crawl beyond a single call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cj_async.errors import CJError

if TYPE_CHECKING:
    from cj_async.crawl._report import Report


class CrawlError(CJError):
    """Base of the errors of a crawl; what was fetched before is safe in its state."""


class StateError(CrawlError):
    """The state file cannot be used: read-only, full, corrupt, newer, or of another plan.

    Attributes:
        path: The file.
        reason: What is wrong with it, and what can be done.
    """

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path}: {reason}")


class StateInUse(StateError):
    """Somebody crawls with this state file: another process, or another crawl of this one."""


class SinkFailed(CrawlError):
    """A sink could not take what it was handed; the state is intact, and has what is missing there.

    Attributes:
        sink: Name of the sink.
        reason: What happened.
    """

    def __init__(self, sink: str, reason: str) -> None:
        self.sink = sink
        self.reason = reason
        super().__init__(f"sink {sink}: {reason}")


class IncompleteCrawl(CrawlError):
    """An iteration came to an end that is not the end of the catalog.

    Attributes:
        report: What was found, and the verdict.
    """

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__(f"the crawl is {report.verdict}: {report.because}")
