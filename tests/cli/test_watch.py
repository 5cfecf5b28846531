"""What somebody who watches a crawl sees: a bar, lines of JSON, messages; and what signals do."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import signal
from typing import Any

import pytest
from msgspec.structs import replace
from rich.console import Console

from cj_async.cli._signals import asking
from cj_async.cli._watch import BAR_EVERY, LINE_EVERY, told, watching
from cj_async.crawl import CrawlProgress, Stop

SEEN = CrawlProgress(
    run=1,
    phase="list",
    rows=12_100,
    new=12_000,
    changed=0,
    removed=0,
    repeats=100,
    pages=121,
    documents=0,
    waiting=0,
    expected=20_000,
    rate=5.94,
    points=6_050,
    points_left=43_950,
    seconds=20.4,
    seconds_by_rate=95.0,
    seconds_by_points=0.0,
    parked_until=None,
    verdict="complete",
)


def console(*, is_terminal: bool) -> Console:
    return Console(file=io.StringIO(), force_terminal=is_terminal, width=140, highlight=False)


def written(on: Console) -> str:
    assert isinstance(on.file, io.StringIO)
    return on.file.getvalue()


def lines(on: Console) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written(on).splitlines()]


def test_a_file_gets_a_line_of_json_every_ten_seconds() -> None:
    log = console(is_terminal=False)
    with watching(log, quiet=False) as watch:
        assert watch.every == LINE_EVERY == 10.0
        assert watch.watcher is not None
        watch.watcher(SEEN)
        watch.watcher(replace(SEEN, rows=13_000, points_left=None))
    first, second = lines(log)
    assert first["event"] == "progress"
    assert set(first) == {"event", *CrawlProgress.__struct_fields__} - {"report"}
    assert (first["rows"], second["rows"], second["points_left"]) == (12_100, 13_000, None)


def test_a_terminal_gets_a_bar_with_rows_rate_points_time_and_verdict() -> None:
    terminal = console(is_terminal=True)
    with watching(terminal, quiet=False) as watch:
        assert watch.every == BAR_EVERY
        assert watch.watcher is not None
        watch.watcher(SEEN)
    shown = written(terminal)
    assert "12000/20000" in shown
    assert "5.9/s · 6,050 points, 43,950 left · 2 min to go · complete" in shown


def test_the_bar_counts_documents_after_the_list() -> None:
    terminal = console(is_terminal=True)
    with watching(terminal, quiet=False) as watch:
        assert watch.watcher is not None
        watch.watcher(replace(SEEN, phase="missing", documents=30, waiting=70))
    assert "documents" in written(terminal)
    assert "30/100" in written(terminal)


def test_waiting_for_points_is_said_with_the_moment_it_ends() -> None:
    parked = replace(SEEN, parked_until=1_800_000_000.0, seconds_by_points=7_300.0)
    assert "waits for points until " in told(parked)
    assert "2 h 2 min by points" in told(parked)


def test_quiet_shows_warnings_and_nothing_else() -> None:
    log = console(is_terminal=False)
    with watching(log, quiet=True) as watch:
        assert watch.watcher is None
        logging.getLogger("cj_async").warning("crawl: %s", "something odd")
        logging.getLogger("cj_async").info("crawl: nothing of note")
    logging.getLogger("cj_async").warning("afterwards")
    assert lines(log) == [
        {"event": "message", "level": "warning", "message": "crawl: something odd"}
    ]


def test_a_terminal_gets_warnings_as_words() -> None:
    terminal = console(is_terminal=True)
    with watching(terminal, quiet=True):
        logging.getLogger("cj_async").warning("crawl: [odd] %s", 1)
    assert "cj: [odd] 1" in written(terminal)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_first_signal_asks_the_crawl_and_the_second_leaves(
    number: signal.Signals,
) -> None:
    stop, left = Stop(), list[int]()
    with asking(stop, left.append) as asked:
        assert not left
        signal.raise_signal(number)
        async with asyncio.timeout(5):
            assert await stop.wait() == number.name
        assert (asked.exit_code, left) == (128 + number, [])
        asked(signal.SIGTERM)
        assert left == [143]
