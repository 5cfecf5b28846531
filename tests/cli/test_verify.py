"""`cj crawl verify`, when somebody stops it or watches it."""

from __future__ import annotations

import io
import json
import signal
from pathlib import Path

import pytest
from rich.console import Console

from cj_async.cli._watch import LINE_EVERY, Counts, counting
from cj_async.simulator import Simulator
from tests.cli.running import FAST, cj, start, until


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_finishes_what_is_in_flight_and_tells_what_was_compared(
    number: signal.Signals, tmp_path: Path
) -> None:
    async with Simulator(products=150, tier=float(FAST), per_ip=None) as simulator:
        await cj("crawl", "run", "--tier", FAST, simulator=simulator, home=tmp_path)
        seen = simulator.requests.operations["products.get"]
        asked = ("crawl", "verify", "--products", "100", "--windows", "1")
        process = await start(*asked, simulator=simulator, home=tmp_path)
        await until(lambda: simulator.requests.operations["products.get"] > seen)
        process.send_signal(number)
        out, err = await process.communicate()
    assert process.returncode == 128 + number, err
    found = json.loads(out)
    assert (found["stopped"], found["windows"], found["missing"]) == (number.name, 1, [])
    assert 0 < found["products"] < 100
    assert b"once more leaves at once" in err
    assert b"Traceback" not in err


def test_what_was_compared_is_a_line_of_json_every_ten_seconds() -> None:
    log, now = Console(file=io.StringIO(), force_terminal=False), [0.0]
    counts = Counts(log, lambda: now[0])
    for done in range(1, 26):
        now[0] += 1.0
        counts(done, 25)
    assert LINE_EVERY == 10.0
    assert isinstance(log.file, io.StringIO)
    lines = [json.loads(line) for line in log.file.getvalue().splitlines()]
    assert lines == [{"event": "progress", "done": done, "total": 25} for done in (10, 20)]


def test_what_was_compared_is_a_bar_on_a_terminal() -> None:
    terminal = Console(file=io.StringIO(), force_terminal=True, width=80)
    with counting(terminal, "comparing") as show:
        show(7, 25)
    assert isinstance(terminal.file, io.StringIO)
    assert "comparing" in terminal.file.getvalue()
    assert "7/25" in terminal.file.getvalue()
