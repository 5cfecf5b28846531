"""What a person sees: progress, the summary of a crawl, one product with its variants and stock."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from cj_async.cli._crawl import Crawl, peak_memory
from cj_async.models.product import Product, ProductInventory, Variant

LINES = 10
"""Plain progress lines of a crawl whose total is known."""


class Bar:
    """A progress bar, for a terminal."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("products", total=None)

    def advance(self, crawl: Crawl) -> None:
        """Moves the bar."""
        self._progress.update(self._task, completed=crawl.products, total=crawl.total)


class Lines:
    """A line now and then, for a file or a log."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._next = 0.0

    def advance(self, crawl: Crawl) -> None:
        """Prints a line when another tenth of the whole is done."""
        if crawl.products >= self._next:
            share = (crawl.total or 0) / LINES
            self._next = crawl.products + max(share, 1)
            self._console.print(
                f"{crawl.products} of {crawl.total} products, {crawl.seconds:.1f} s"
            )


@contextmanager
def progress_on(console: Console) -> Generator[Bar | Lines]:
    """A bar on a terminal, plain lines elsewhere."""
    if not console.is_terminal:
        yield Lines(console)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield Bar(progress)


def summary(crawl: Crawl, *, permitted: float, counts: Mapping[str, int], points: int) -> Table:
    """The summary of a crawl as a table of two columns."""
    rate = crawl.pages / crawl.seconds if crawl.seconds else 0.0
    memory = peak_memory()
    rows = {
        "file": str(crawl.path),
        "products": str(crawl.products),
        "pages": str(crawl.pages),
        "seconds": f"{crawl.seconds:.1f}",
        "requests a second": f"{rate:.2f} of {permitted:g} permitted",
        "refusals": str(counts["refused"]),
        "points spent": str(points),
        "peak memory": "unknown" if memory is None else f"{memory:.0f} MiB",
    }
    table = Table(show_header=False, title=crawl.state, title_justify="left")
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def product_table(product: Product, variants: list[Variant], stock: ProductInventory) -> Table:
    """One product: its variants with price, weight and stock by country."""
    table = Table(title=f"{product.product_name_en} ({product.pid})", title_justify="left")
    for heading in ("SKU", "variant", "price $", "weight g", "stock"):
        table.add_column(heading, justify="right" if heading in {"price $", "weight g"} else "left")
    by_variant = {row.vid: row.inventory or [] for row in stock.variant_inventories or []}
    for variant in variants:
        levels = ", ".join(
            f"{row.country_code} {row.total_inventory}" for row in by_variant.get(variant.vid, [])
        )
        table.add_row(
            variant.variant_sku,
            variant.variant_key,
            str(variant.variant_sell_price),
            str(variant.variant_weight),
            levels or "unknown",
        )
    return table
