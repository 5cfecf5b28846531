"""The commands of `cj`."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from cj_async import __version__
from cj_async.cli._crawl import app as crawl
from cj_async.cli._options import TierOption, tier_of
from cj_async.cli._running import INTERRUPTED, running
from cj_async.cli._signals import cancelling

# The simulator is imported by the commands that need it: the others start in half the time.

app = typer.Typer(
    name="cj",
    help="The CJ Dropshipping Open API from the command line, and a local CJ to try it on.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # locals may hold keys and tokens
)

app.add_typer(crawl)


def _tell_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def main(
    _version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", is_eager=True, callback=_tell_version),
    ] = False,
) -> None:
    """The CJ Dropshipping Open API from the command line, and a local CJ to try it on."""


Out = Annotated[Path, typer.Option(help="File to write, one JSON object per line.")]


@app.command()
def demo(
    out: Out = Path("cj-demo.jsonl"),
    products: Annotated[int, typer.Option(min=2, hidden=True)] = 20_000,
) -> None:
    """Crawl a local CJ of 20,000 products, with a crash and a resume in the middle."""
    from cj_async.cli._demo import demo as run_demo

    running(_stoppable(run_demo(out, products)))


@app.command()
def sim(
    products: Annotated[int, typer.Option(min=0, help="Size of the catalog.")] = 1_000,
    seed: Annotated[int, typer.Option(help="Same seed, same catalog, same keys.")] = 1,
    tier: TierOption = "free",
    accounts: Annotated[int, typer.Option(min=1, help="How many accounts there are.")] = 1,
    faults: Annotated[
        Path | None,
        typer.Option(help="JSON file of what goes wrong.", exists=True, dir_okay=False),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 0,
) -> None:
    """Run a local CJ until Ctrl-C: prints what to export, then one line for each request."""
    from cj_async.cli._sim import MOST_ACCOUNTS, MOST_PRODUCTS, run_simulator
    from cj_async.simulator import Simulator

    rate = tier_of(tier)
    _at_most("--products", products, MOST_PRODUCTS)
    _at_most("--accounts", accounts, MOST_ACCOUNTS)
    try:
        simulator = Simulator(
            products=products, seed=seed, tier=rate, port=port, faults=faults or ()
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    for _ in range(accounts - 1):
        simulator.add_account(tier=rate)
    running(run_simulator(simulator, cancelling))


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def _at_most(option: str, value: int, most: int) -> None:
    if value > most:
        raise typer.BadParameter(f"{value} is more than {most}", param_hint=option)


async def _stoppable(work: Coroutine[Any, Any, int]) -> int:
    """Does something until its end, or until Ctrl-C or SIGTERM; what it started ends with it."""
    task = asyncio.create_task(work)
    with cancelling(task):
        try:
            return await task
        except asyncio.CancelledError:
            return INTERRUPTED
