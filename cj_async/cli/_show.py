"""What does a person see, and what a script? The same facts as tables or as JSON; one product."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Final

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from cj_async.models.product import Product, ProductInventory, Variant

Facts = Mapping[str, object] | msgspec.Struct
"""Names and values; a value may be anything that JSON can say."""

UNREAD: Final = 141
"""The exit code when whoever read standard output has left: that of SIGPIPE, as with other programs."""

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def tell(facts: Facts, tables: Iterable[Table], *, as_json: bool | None) -> None:
    """Prints facts to standard output: tables on a terminal, one JSON object elsewhere.

    Args:
        facts: For JSON.
        tables: For a person.
        as_json: What to print, wherever it goes; None: as suits the output.
    """
    console = Console()
    if as_json is None:
        as_json = not console.is_terminal
    if as_json:
        put(msgspec.json.encode(facts).decode() + "\n")
        return
    with console.capture() as captured:
        for table in tables:
            console.print(table)
    put(captured.get())


def put(text: str) -> None:
    """Writes to standard output.

    Raises:
        Exit: whoever read it has left.
        OSError: it cannot be written to; says so.
    """
    try:
        typer.echo(text, nl=False)
    except BrokenPipeError as error:
        _give_up_output()
        raise typer.Exit(UNREAD) from error
    except OSError as error:
        _give_up_output()
        raise OSError(f"standard output: {error.strerror or error}") from error


def _give_up_output() -> None:
    """Lets what is left in the buffer go nowhere when the program ends."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def pairs(title: str, rows: Mapping[str, str]) -> Table:
    """A table of two columns."""
    table = Table(show_header=False, title=title, title_justify="left")
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


def span(seconds: float) -> str:
    """Seconds as a person says them: ``34 s``, ``5 min``, ``3 h 20 min``, ``2 d 4 h``."""
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{round(whole / _MINUTE)} min"
    large, small, words = (
        (_DAY, _HOUR, ("d", "h")) if whole >= _DAY else (_HOUR, _MINUTE, ("h", "min"))
    )
    many, rest = divmod(round(whole / small) * small, large)
    return f"{many} {words[0]} {rest // small} {words[1]}" if rest else f"{many} {words[0]}"
