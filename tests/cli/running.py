"""Runs `cj` as a person does: in a process of its own, against a local CJ."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cj_async.simulator import Simulator

FAST = "1000"
"""Requests a second where a test is not about pace."""


class Finished:
    """What a command left behind."""

    def __init__(self, code: int | None, out: bytes, err: bytes) -> None:
        self.code = code
        self.out = out.decode()
        self.err = err.decode()


def environment_of(simulator: Simulator | None, home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CJ_")}
    known = {"HOME": str(home), "COLUMNS": "120"}
    if simulator is not None:
        known |= {"CJ_API_KEY": simulator.api_key, "CJ_BASE_URL": simulator.base_url}
    return kept | known


async def start(
    *arguments: str, simulator: Simulator | None, home: Path
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cj_async.cli", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment_of(simulator, home),
        cwd=home,
    )


async def cj(*arguments: str, simulator: Simulator | None, home: Path) -> Finished:
    process = await start(*arguments, simulator=simulator, home=home)
    out, err = await process.communicate()
    return Finished(process.returncode, out, err)


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def until(is_so: Callable[[], bool]) -> None:
    """Waits for what another process does; it cannot tell when."""
    async with asyncio.timeout(30):
        while not is_so():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
