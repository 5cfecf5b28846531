"""Runs a local CJ in the foreground: says what to export, and shows every request as it is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from cj_async.cli._show import put
from cj_async.simulator import Simulator
from cj_async.simulator._checks import MOST_PRODUCTS
from cj_async.simulator._log import Record
from cj_async.simulator.control.accounts import MOST_ACCOUNTS

__all__ = ["MOST_ACCOUNTS", "MOST_PRODUCTS", "run_simulator"]

_OPERATION = 34  # columns: the longest name of an operation fits
_GOOD = frozenset({0, 200, None})


class RequestLines:
    """One line for each request: time, account, operation, code, milliseconds."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, record: Record) -> None:
        """Shows a request that was answered; a reader who has left is no reason to stop."""
        with suppress(OSError):
            self._console.print(line_of(record), soft_wrap=True)


def line_of(record: Record) -> Text:
    """A request in a line, refusals in colour where there is any."""
    account = "-" if record.account is None else f"CJ{record.account}"
    operation = record.operation or f"{record.method} {record.path or '?'}"
    took = 0.0 if record.seconds is None else record.seconds * 1000
    cells = f"{record.time:%H:%M:%S}  {account:<10}  {operation:<{_OPERATION}}  "
    return Text.assemble(
        (cells, ""), (f"{_outcome(record):<14}", _style(record)), (f"  {took:8.1f} ms", "dim")
    )


async def run_simulator(
    simulator: Simulator, stopping: Callable[[asyncio.Task[Any]], AbstractContextManager[None]]
) -> int:
    """Runs until somebody stops it; returns the exit code.

    Args:
        simulator: the one to run.
        stopping: lets Ctrl-C and SIGTERM cancel a task.
    """
    waiting = asyncio.create_task(asyncio.Event().wait())
    simulator.requests.watchers.append(RequestLines(Console(stderr=True, highlight=False)))
    with stopping(waiting):
        async with simulator:
            _say_what_to_export(simulator)
            with suppress(asyncio.CancelledError):
                await waiting
    typer.echo(f"stopped after {simulator.requests.total} requests", err=True)
    return 0


def _say_what_to_export(simulator: Simulator) -> None:
    first, *others = simulator.accounts
    put(f"export CJ_BASE_URL={simulator.base_url}\n")
    put(f"export CJ_API_KEY={first.api_key}\n")
    for place, account in enumerate(others, start=2):
        put(f"export CJ_API_KEY_{place}={account.api_key}\n")
    count = simulator.control.world.catalog.count
    page = simulator.base_url.removesuffix("api2.0/v1")
    typer.echo(f"{count} products, {first.rate:g} requests a second; Ctrl-C stops it", err=True)
    typer.echo(f"page: {page}   control: {page}__sim__/", err=True)


def _outcome(record: Record) -> str:
    if record.status is None:
        return "cut"
    code = record.code if record.code is not None else f"HTTP {record.status}"
    return f"{code} (fault)" if record.faulted else str(code)


def _style(record: Record) -> str:
    if record.faulted:
        return "magenta"
    good = record.code in _GOOD and record.status is not None and record.status < 400
    return "green" if good else "red"
