"""How does somebody see how far a crawl is? A bar on a terminal, a line of JSON now and then elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from time import monotonic
from typing import Final, NamedTuple

import msgspec
from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from cj_async.cli._show import span
from cj_async.crawl import CrawlProgress

BAR_EVERY: Final = 0.5
LINE_EVERY: Final = 10.0
"""Seconds between two looks."""

_PHASES: Final = {
    "check": "checking",
    "list": "products",
    "missing": "documents, removals",
    "done": "products",
}


class Watch(NamedTuple):
    """Who is told how far a crawl is, and how often."""

    watcher: Callable[[CrawlProgress], None] | None
    every: float


class Bar:
    """A progress bar, for a terminal."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("checking", total=None, total_words="?", told="")

    def __call__(self, seen: CrawlProgress) -> None:
        """Moves the bar."""
        is_documents = seen.phase == "missing"
        done = seen.documents if is_documents else seen.rows - seen.repeats
        total = seen.documents + seen.waiting if is_documents else seen.expected
        self._progress.update(
            self._task,
            description=_PHASES.get(seen.phase, seen.phase),
            completed=done,
            total=None if total is None else max(total, done),
            total_words="?" if total is None else f"{max(total, done):,}",
            told=told(seen),
        )


class Lines:
    """A line of JSON each time, for a file or a log."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, seen: CrawlProgress) -> None:
        """Prints a line; the report is told by the summary."""
        _print_line(self._console, {"event": "progress", **_facts(seen)})


class Counts:
    """How many of so many are done: a line of JSON now and then.

    Args:
        console: Where to.
        time: Seconds, from any moment on.
    """

    def __init__(self, console: Console, time: Callable[[], float] = monotonic) -> None:
        self._console = console
        self._time = time
        self._told = time()

    def __call__(self, done: int, total: int) -> None:
        """Prints a line, unless one was printed a little while ago."""
        if (now := self._time()) - self._told >= LINE_EVERY:
            self._told = now
            _print_line(self._console, {"event": "progress", "done": done, "total": total})


class Messages(logging.Handler):
    """Tells what the library warns of: as a line on a terminal, as JSON elsewhere."""

    def __init__(self, console: Console) -> None:
        super().__init__(logging.WARNING)
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        """Tells one message."""
        words = record.getMessage()
        if self._console.is_terminal:
            with suppress(OSError):  # as below
                self._console.print(Text(f"cj: {words.removeprefix('crawl: ')}"))
            return
        level = record.levelname.lower()
        _print_line(self._console, {"event": "message", "level": level, "message": words})


@contextmanager
def watching(console: Console, *, quiet: bool) -> Generator[Watch]:
    """Shows progress and warnings on a console, as suits it."""
    with _messages_on(console):
        if quiet:
            yield Watch(None, LINE_EVERY)
        elif console.is_terminal:
            with bar_on(console) as progress:
                yield Watch(Bar(progress), BAR_EVERY)
        else:
            yield Watch(Lines(console), LINE_EVERY)


@contextmanager
def counting(console: Console, what: str) -> Generator[Callable[[int, int], None]]:
    """Shows how many of so many are done, and warnings, as suits a console."""
    with _messages_on(console):
        if not console.is_terminal:
            yield Counts(console)
            return
        with bar_on(console) as progress:
            task = progress.add_task(what, total=None, total_words="?", told="")

            def show(done: int, total: int) -> None:
                progress.update(task, completed=done, total=total, total_words=f"{total:,}")

            yield show


def bar_on(console: Console) -> Progress:
    """What draws the bar."""
    count = TextColumn("{task.completed:,.0f}/{task.fields[total_words]}")
    return _TwoLines(TextColumn("{task.description}"), BarColumn(20), count, console=console)


class _TwoLines(Progress):
    """A bar, and below it what would not fit beside it on a terminal of 80 columns."""

    def get_renderables(self) -> Iterable[RenderableType]:
        yield self.make_tasks_table(self.tasks)
        for task in self.tasks:
            if words := task.fields["told"]:
                yield Text(words)


def told(seen: CrawlProgress) -> str:
    """What stands below the bar."""
    if seen.parked_until is not None:
        until = datetime.fromtimestamp(seen.parked_until).astimezone()
        parts = [f"waits for points until {until:%H:%M:%S}"]
    else:
        parts = [f"{seen.rate:.1f} requests/s"]
    left = "" if seen.points_left is None else f", {seen.points_left:,} left"
    parts.append(f"{seen.points:,} points{left}")
    if seen.seconds_by_rate is not None:
        parts.append(f"{span(seen.seconds_by_rate)} to go")
    if seen.seconds_by_points:
        parts.append(f"{span(seen.seconds_by_points)} by points")
    if verdict := _verdict_so_far(seen):
        parts.append(verdict)
    return " · ".join(parts)


def _facts(seen: CrawlProgress) -> dict[str, object]:
    """For JSON, without the report, which the summary tells."""
    facts: dict[str, object] = {name: getattr(seen, name) for name in seen.__struct_fields__}
    del facts["report"], facts["verdict"]
    until = seen.parked_until
    facts["parked_until"] = None if until is None else datetime.fromtimestamp(until, UTC)
    return {**facts, "verdict_so_far": _verdict_so_far(seen)}


def _verdict_so_far(seen: CrawlProgress) -> str | None:
    """None while nothing was read: there is nothing that it could be about."""
    return seen.verdict if seen.rows or seen.report is not None else None


@contextmanager
def _messages_on(console: Console) -> Generator[None]:
    logger, handler = logging.getLogger("cj_async"), Messages(console)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


def _print_line(console: Console, fields: dict[str, object]) -> None:
    with suppress(OSError):  # a reader who has left is no reason to stop
        console.file.write(msgspec.json.encode(fields).decode() + "\n")
        console.file.flush()
