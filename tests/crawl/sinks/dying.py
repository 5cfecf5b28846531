"""A process that dies at a chosen call of the system."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

CALLS: list[tuple[object, str]] = [
    (os, "open"),
    (os, "write"),
    (os, "fsync"),
    (os, "ftruncate"),
    (Path, "replace"),
    (Path, "unlink"),
    (Path, "mkdir"),
    (Path, "rmdir"),
]


class Died(BaseException):
    """The process is gone: nothing that runs after this changes a file."""


class _Doom:
    """Lets so many calls pass, and none after them; half of what a last write had goes out."""

    def __init__(self, patch: pytest.MonkeyPatch, calls: int) -> None:
        self.left = calls
        for owner, name in CALLS:
            patch.setattr(owner, name, self._doomed(getattr(owner, name), name))

    def _doomed(self, real: Callable[..., Any], name: str) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            if self.left > 0:
                self.left -= 1
                return real(*args, **more)
            if self.left == 0 and name == "write":
                real(args[0], bytes(args[1])[: len(args[1]) // 2])
            self.left = -1
            raise Died

        return call


async def deaths(work: Callable[[Path], Awaitable[None]], start: Path) -> AsyncGenerator[Path]:
    """Lets the work die at its first call of the system, then at its second, until it survives.

    Args:
        work: Gets a folder of its own each time.
        start: What is in that folder when the work begins.

    Yields:
        The folder of a dead one.
    """
    for calls in itertools.count():
        place = start.with_name(f"{start.name}-{calls}")
        shutil.copytree(start, place)
        with pytest.MonkeyPatch.context() as patch:
            _Doom(patch, calls)
            try:
                await work(place)
            except Died:
                pass
            else:
                assert calls > 10
                return
        yield place
