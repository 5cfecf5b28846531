"""How does a command end? With an exit code; errors become one line."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

import typer

from cj_async import CJError, InvalidRequest

FAILED: Final = 1
MISUSED: Final = 2
INTERRUPTED: Final = 130


def running(work: Coroutine[Any, Any, int]) -> None:
    """Runs a command."""
    try:
        code = asyncio.run(work)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except (CJError, OSError) as error:
        typer.echo("; ".join([f"cj: {error}", *getattr(error, "__notes__", ())]), err=True)
        code = MISUSED if isinstance(error, InvalidRequest) else FAILED
    if code:
        raise typer.Exit(code)
