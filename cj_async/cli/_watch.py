"""How does somebody see how far a crawl is? A bar on a terminal, a line of JSON now and then elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Final, NamedTuple

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from cj_async.cli._show import span
from cj_async.crawl import CrawlProgress

BAR_EVERY: Final = 0.5
LINE_EVERY: Final = 10.0
"""Seconds between two looks."""

_PHASES: Final = {
    "check": "checking",
    "list": "products",
    "missing": "documents",
    "done": "products",
}


class Watch(NamedTuple):
    """Who is told how far a crawl is, and how often."""

    watcher: Callable[[CrawlProgress], object] | None
    every: float


class Bar:
    """A progress bar, for a terminal."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("checking", total=None, told="")

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
            told=told(seen),
        )


class Lines:
    """A line of JSON each time, for a file or a log."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, seen: CrawlProgress) -> None:
        """Prints a line; the report is told by the summary."""
        fields = {name: getattr(seen, name) for name in seen.__struct_fields__ if name != "report"}
        _print_line(self._console, {"event": "progress", **fields})


class Messages(logging.Handler):
    """Tells what the library warns of: as a line on a terminal, as JSON elsewhere."""

    def __init__(self, console: Console) -> None:
        super().__init__(logging.WARNING)
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        """Tells one message."""
        words = record.getMessage()
        if self._console.is_terminal:
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


def bar_on(console: Console) -> Progress:
    """What draws the bar."""
    counts = (TextColumn("{task.description}"), BarColumn(20), MofNCompleteColumn())
    return Progress(*counts, TextColumn("{task.fields[told]}"), console=console)


def told(seen: CrawlProgress) -> str:
    """What stands beside the bar."""
    if seen.parked_until is not None:
        until = datetime.fromtimestamp(seen.parked_until).astimezone()
        parts = [f"waits for points until {until:%H:%M:%S}"]
    else:
        parts = [f"{seen.rate:.1f}/s"]
    left = "" if seen.points_left is None else f", {seen.points_left:,} left"
    parts.append(f"{seen.points:,} points{left}")
    if seen.seconds_by_rate is not None:
        parts.append(f"{span(seen.seconds_by_rate)} to go")
    if seen.seconds_by_points:
        parts.append(f"{span(seen.seconds_by_points)} by points")
    return " · ".join([*parts, seen.verdict])


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
