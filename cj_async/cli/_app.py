"""The commands of `cj`."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console

from cj_async import CJClient, CJError, FileTokenStore, __version__
from cj_async._settings import rate_of
from cj_async.cli._crawl import Crawl, crawl_products
from cj_async.cli._show import product_table, progress_on, summary
from cj_async.cli._sim import MOST_ACCOUNTS, MOST_PRODUCTS, run_simulator
from cj_async.simulator import Simulator

app = typer.Typer(
    name="cj",
    help="The CJ Dropshipping Open API from the command line, and a local CJ to try it on.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # locals may hold keys and tokens
)

DEMO_PRODUCTS = 5_000
DEMO_TIER: Final = "advanced"
POINTS_A_PAGE = 50
STOPPED, CAPPED = 130, 3

Out = Annotated[Path, typer.Option(help="File to write, one JSON object per line.")]
TierOption = Annotated[str, typer.Option(help="free, plus, prime, advanced, or requests a second.")]


@app.command()
def demo(out: Out = Path("products.jsonl")) -> None:
    """Crawl a local CJ of 5,000 products, then look one of them up."""
    _run(_demo(out))


@app.command()
def crawl(
    out: Out,
    keyword: Annotated[str | None, typer.Option(help="Words in the name, or a SKU.")] = None,
    country: Annotated[str | None, typer.Option(help="Only with stock there, such as US.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after so many products.")] = None,
    tier: TierOption = "free",
    token_file: Annotated[
        Path, typer.Option(help="Where the access token is kept between runs.")
    ] = Path("~/.config/cj-async/tokens.json"),
) -> None:
    """Crawl products of the real API into a file. Needs CJ_API_KEY; costs 50 points a page of 100."""
    _run(_crawl(out, keyword, country, limit, _tier(tier), token_file))


@app.command()
def sim(
    products: Annotated[
        int, typer.Option(min=0, max=MOST_PRODUCTS, help="Size of the catalog.")
    ] = 1_000,
    seed: Annotated[int, typer.Option(help="Same seed, same catalog, same keys.")] = 1,
    tier: TierOption = "free",
    accounts: Annotated[
        int, typer.Option(min=1, max=MOST_ACCOUNTS, help="How many accounts there are.")
    ] = 1,
    faults: Annotated[
        Path | None,
        typer.Option(help="JSON file of what goes wrong.", exists=True, dir_okay=False),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 0,
) -> None:
    """Run a local CJ until Ctrl-C: prints what to export, then one line for each request."""
    rate = _tier(tier)
    try:
        simulator = Simulator(
            products=products, seed=seed, tier=rate, port=port, faults=faults or ()
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    for _ in range(accounts - 1):
        simulator.add_account(tier=rate)
    _run(run_simulator(simulator, _stopping))


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


async def _demo(out: Path) -> int:
    console = Console()
    console.print(f"A local CJ with {DEMO_PRODUCTS} products, account tier {DEMO_TIER}.")
    async with (
        Simulator(products=DEMO_PRODUCTS, tier=DEMO_TIER) as simulator,
        CJClient(simulator.api_key, base_url=simulator.base_url, tier=DEMO_TIER) as cj,
    ):
        code, job = await _crawl_and_sum_up(console, cj, Crawl(out), rate_of(DEMO_TIER))
        if job.sample is not None and not job.stopped:
            await _look_up(console, cj, job.sample)
    return code


async def _crawl(
    out: Path,
    keyword: str | None,
    country: str | None,
    limit: int | None,
    tier: float,
    token_file: Path,
) -> int:
    store = FileTokenStore(token_file)
    async with CJClient(tier=tier, token_store=store) as cj:
        code, _ = await _crawl_and_sum_up(
            Console(), cj, Crawl(out), tier, keyword=keyword, country=country, limit=limit
        )
    return code


async def _crawl_and_sum_up(
    console: Console,
    cj: CJClient,
    job: Crawl,
    permitted: float,
    *,
    keyword: str | None = None,
    country: str | None = None,
    limit: int | None = None,
) -> tuple[int, Crawl]:
    """Crawls until the end, or until somebody stops it; returns (exit code, what was done)."""
    task = asyncio.create_task(_with_progress(console, cj, job, keyword, country, limit))
    try:
        with _stopping(task), suppress(asyncio.CancelledError):
            await task
    finally:
        # Also after an error: whoever waited for an hour wants to know what is in the file.
        job.stopped = task.cancelled()
        points = job.pages * POINTS_A_PAGE
        console.print(summary(job, permitted=permitted, counts=cj.counts, points=points))
    if job.capped is not None:
        console.print(f"Not complete: {job.capped}")
    return (STOPPED if job.stopped else CAPPED if job.capped else 0), job


async def _with_progress(
    console: Console,
    cj: CJClient,
    job: Crawl,
    keyword: str | None,
    country: str | None,
    limit: int | None,
) -> None:
    with progress_on(console) as progress:
        await crawl_products(cj, job, progress, keyword=keyword, country=country, limit=limit)


async def _look_up(console: Console, cj: CJClient, pid: str) -> None:
    product = await cj.products.get(pid=pid)
    variants = await cj.variants.list(pid=pid)
    stock = await cj.inventory.by_product(pid=pid)
    console.print(product_table(product, variants, stock))


@contextmanager
def _stopping(task: asyncio.Task[Any]) -> Generator[None]:
    """Lets Ctrl-C and SIGTERM end the task instead of the program, where the system can do that."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    with suppress(NotImplementedError):
        for number in signals:
            loop.add_signal_handler(number, task.cancel)
    try:
        yield
    finally:
        with suppress(NotImplementedError):
            for number in signals:
                loop.remove_signal_handler(number)


def _tier(text: str) -> float:
    """A tier name, or a number of requests a second."""
    try:
        return rate_of(float(text) if text.replace(".", "", 1).isdigit() else text)
    except CJError as error:
        raise typer.BadParameter(str(error), param_hint="--tier") from error


def _run(work: Coroutine[Any, Any, int]) -> None:
    """Runs a command; errors become one line and an exit code."""
    try:
        code = asyncio.run(work)
    except KeyboardInterrupt:
        code = STOPPED
    except (CJError, OSError) as error:
        typer.echo(f"cj: {error}", err=True)
        code = 1
    if code:
        raise typer.Exit(code)
