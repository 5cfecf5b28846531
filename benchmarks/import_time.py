"""Target 9: what `import cj_async` costs beyond `import aiohttp, msgspec`, both from bytecode."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile

Row = tuple[str, str, str]
ROUNDS = 15
TIMER = "import time; began = time.perf_counter(); {}; print(time.perf_counter() - began)"


def run() -> list[Row]:
    """Name, target and what was reached."""
    taken: dict[str, list[float]] = {"import aiohttp, msgspec": [], "import cj_async": []}
    with tempfile.TemporaryDirectory() as bytecode:
        for code in taken:
            _seconds(code, bytecode)  # writes what an installation has
        for _ in range(ROUNDS):
            for code, seconds in taken.items():
                seconds.append(_seconds(code, bytecode))
    base, ours = (statistics.median(seconds) for seconds in taken.values())
    beyond = f"{(ours - base) * 1000:.0f} ms ({ours / base:.2f} times)"
    return [("9 import cj_async beyond aiohttp and msgspec", "<= 60 ms", beyond)]


def _seconds(code: str, bytecode: str) -> float:
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-c", TIMER.format(code)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return float(done.stdout)


if __name__ == "__main__":
    for name, target, reached in run():
        print(f"{name:50} {target:20} {reached}")
