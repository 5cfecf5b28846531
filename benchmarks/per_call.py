"""Targets 1 and 2: instructions per call against the floor, CPU per call against httpx with pydantic."""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
import sys

from benchmarks.server import fixed_answers

Row = tuple[str, str, str]
ROUNDS = 5
FEW, MANY = 50, 250
"""Calls of the two runs whose difference is what a call costs, start-up taken out."""


def run() -> list[Row]:
    """Name, target and what was reached, for each ratio."""
    with fixed_answers() as url:
        return [*_instruction_rows(url), *_cpu_rows(url)]


def _instruction_rows(url: str) -> list[Row]:
    if shutil.which("valgrind") is None:
        return [("1 instructions per call", "<= 1.10", "not measured: valgrind is not installed")]
    wanted = (("small", "1.10"), ("small-query", "1.20"), ("page", "1.20"))
    rows: list[Row] = []
    for what, target in wanted:
        ours, floor = (_instructions(name, what, url) for name in ("ours", "floor"))
        name = f"1 instructions per call, {what}: cj_async / floor"
        rows.append((name, f"<= {target}", f"{ours / floor:.3f}"))
    return rows


def _instructions(name: str, what: str, url: str) -> float:
    few, many = (_counted(name, what, calls, url) for calls in (FEW, MANY))
    return (many - few) / (MANY - FEW)


def _counted(name: str, what: str, calls: int, url: str) -> int:
    tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    command = [*tool, *_command(name, what, calls, 1, url)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"Collected : (\d+)", done.stderr)
    assert found is not None, done.stderr
    return int(found[1])


def _cpu_rows(url: str) -> list[Row]:
    wanted = (
        ("small-query", 1, 4.0),
        ("small-query", 10, 6.0),
        ("page", 1, 5.0),
        ("page", 10, 6.0),
    )
    rows: list[Row] = []
    for what, in_flight, target in wanted:
        seconds = _interleaved(what, in_flight, url)
        name = f"2 CPU per call, {what}, {in_flight} in flight: httpx + pydantic / cj_async"
        rows.append((name, f">= {target:g}", f"{seconds['httpx'] / seconds['ours']:.2f}"))
        floor = f"  the same: cj_async / floor, {what}, {in_flight} in flight"
        rows.append((floor, "no target", f"{seconds['ours'] / seconds['floor']:.2f}"))
    return rows


def _interleaved(what: str, in_flight: int, url: str) -> dict[str, float]:
    calls = 200 if what == "page" else 1500
    taken: dict[str, list[float]] = {"floor": [], "ours": [], "httpx": []}
    for _ in range(ROUNDS):
        for name, seconds in taken.items():
            seconds.append(_cpu_seconds(name, what, calls, in_flight, url))
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def _cpu_seconds(name: str, what: str, calls: int, in_flight: int, url: str) -> float:
    command = _command(name, what, calls, in_flight, url)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout)


def _command(name: str, what: str, calls: int, in_flight: int, url: str) -> list[str]:
    program = [sys.executable, "-m", "benchmarks.callers"]
    return [*program, name, what, str(calls), str(in_flight), url]


if __name__ == "__main__":
    for name, target, reached in run():
        print(f"{name:75} {target:12} {reached}", flush=True)
