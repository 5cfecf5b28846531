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

from cj_async.cli._signals import Asked, asking, heard
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


def console(*, is_terminal: bool, width: int = 140) -> Console:
    return Console(file=io.StringIO(), force_terminal=is_terminal, width=width, highlight=False)


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
    fields = {"event", "verdict_so_far", *CrawlProgress.__struct_fields__}
    assert set(first) == fields - {"report", "verdict"}
    assert first["verdict_so_far"] == "complete"
    assert (first["rows"], second["rows"], second["points_left"]) == (12_100, 13_000, None)


def test_a_terminal_gets_a_bar_with_rows_rate_points_time_and_verdict() -> None:
    terminal = console(is_terminal=True)
    with watching(terminal, quiet=False) as watch:
        assert watch.every == BAR_EVERY
        assert watch.watcher is not None
        watch.watcher(SEEN)
    shown = written(terminal)
    assert "12,000/20,000" in shown
    assert "5.9 requests/s · 6,050 points, 43,950 left · 2 min to go · complete" in shown


def test_nothing_is_said_to_be_complete_before_anything_was_read() -> None:
    nothing = replace(SEEN, rows=0, repeats=0, new=0)
    log = console(is_terminal=False)
    with watching(log, quiet=False) as watch:
        assert watch.watcher is not None
        watch.watcher(nothing)
    assert lines(log)[0]["verdict_so_far"] is None
    assert "complete" not in told(nothing)


def test_the_bar_is_whole_on_80_columns() -> None:
    terminal = console(is_terminal=True, width=80)
    many = replace(SEEN, rows=1_234_667, expected=9_876_543, verdict="complete_with_churn")
    with watching(terminal, quiet=False) as watch:
        assert watch.watcher is not None
        watch.watcher(many)
    shown = written(terminal)
    assert "1,234,567/9,876,543" in shown
    assert "5.9 requests/s" in shown
    assert "complete_with_churn" in shown


def test_a_line_of_json_tells_when_it_goes_on_as_a_moment() -> None:
    log = console(is_terminal=False)
    with watching(log, quiet=False) as watch:
        assert watch.watcher is not None
        watch.watcher(replace(SEEN, parked_until=1_800_000_000.0))
    assert lines(log)[0]["parked_until"] == "2027-01-15T08:00:00Z"


def test_the_bar_counts_documents_after_the_list() -> None:
    terminal = console(is_terminal=True)
    with watching(terminal, quiet=False) as watch:
        assert watch.watcher is not None
        watch.watcher(replace(SEEN, phase="missing", documents=30, waiting=70))
    assert "documents, removals" in written(terminal)
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


def test_a_terminal_that_is_gone_does_not_keep_a_signal_from_stopping() -> None:
    class Gone(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError("it is gone")

    stop = Stop()
    gone = Console(file=Gone(), force_terminal=True, width=80)
    with watching(gone, quiet=True):
        Asked(stop, lambda _: None)(signal.SIGTERM)
    assert stop.why == "SIGTERM"


def test_a_hangup_that_is_ignored_stays_so() -> None:
    if not hasattr(signal, "SIGHUP"):
        pytest.skip("this system has no such signal")
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        assert signal.SIGHUP not in heard()
    finally:
        signal.signal(signal.SIGHUP, before)
    assert signal.SIGHUP in heard()


@pytest.mark.parametrize(
    "number",
    [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)],
)
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
