"""What does a person see, and what a script? The same facts as tables or as JSON; one product."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from cj_async.models.product import Product, ProductInventory, Variant

Facts = Mapping[str, object] | msgspec.Struct
"""Names and values; a value may be anything that JSON can say."""

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
        typer.echo(msgspec.json.encode(facts))
        return
    for table in tables:
        console.print(table)


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
