"""What does a crawl cost? `cj crawl plan` tells it before anything is spent."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec
from rich.table import Table

from cj_async import InvalidRequest, crawl
from cj_async.cli._options import plan_of, usage
from cj_async.cli._show import Facts, span
from cj_async.crawl import Estimate
from cj_async.crawl._budget import DAY, Limits
from cj_async.crawl._plan import Document

SIZES: Final = (100_000, 400_000, 1_000_000)
"""Products that costs are told for while it is not known how many there are."""

_OPTIONS: Final = {
    "rate": "--tier",
    "total": "--points-total",
    "remaining": "--points-left",
    "enrich": "--enrich",
    "products": "--products",
    "reserve": "--reserve",
}


class Costs(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of crawl, and the account that it is for.

    Attributes:
        profile: ``rich`` or ``cheap``.
        enrich: Documents of each product.
        rate: Requests a second that are permitted.
        points_total: Points a day; None without points.
        points_left: Points that are left; None for all.
        reserve: Points that should be left to others.
    """

    profile: str
    enrich: tuple[Document, ...]
    rate: float
    points_total: int | None
    points_left: int | None
    reserve: int

    def of(self, products: int) -> Estimate:
        """What so many products cost.

        Raises:
            BadParameter: a value cannot work.
        """
        try:
            return crawl.estimate(
                products,
                profile=plan_of(profile=self.profile).profile,
                enrich=self.enrich,
                rate=self.rate,
                total=self.points_total,
                remaining=self.points_left,
                reserve=self.reserve,
            )
        except InvalidRequest as error:
            raise usage(error, _OPTIONS) from error

    def facts(self, estimates: Iterable[Estimate]) -> Facts:
        """For JSON; ``reserve`` is what is kept, and ``days`` is how long it takes."""
        told = [{**msgspec.structs.asdict(each), "days": _days(each)} for each in estimates]
        return {**msgspec.structs.asdict(self), "reserve": self.kept, "estimates": told}

    @property
    def kept(self) -> int:
        """Points of a day that are left to others: 5 % at least."""
        total = self.points_total
        return 0 if total is None else math.ceil(Limits(reserve=self.reserve).kept(total))

    def table(self, estimates: Iterable[Estimate]) -> Table:
        """For a person."""
        points = "no points"
        if self.points_total is not None:
            points = f"{self.points_total:,} points a day, {self.kept:,} kept"
        title = (
            f"{' + '.join([self.profile, *self.enrich])}: {self.rate:g} requests a second, {points}"
        )
        table = Table(title=title, title_justify="left")
        for heading in _HEADINGS:
            table.add_column(heading, justify="right", no_wrap=True)
        for each in estimates:
            table.add_row(*_cells(each))
        return table


async def sizes(products: int | None, state: Path | None) -> tuple[int, ...]:
    """The numbers of products to tell costs for: what is given, what a state knows, or a few."""
    if products is not None:
        return (products,)
    known = (await crawl.status(state)).products if state is not None else 0
    return (known,) if known else SIZES


_HEADINGS: Final = ("products", "calls", "points", "each", "by rate", "by points", "days")


def _cells(each: Estimate) -> tuple[str, ...]:
    return (
        f"{each.products:,}",
        f"{each.calls:,}",
        f"{each.points:,}",
        f"{each.points_a_product:.2f}",
        span(each.seconds_by_rate),
        span(each.seconds_by_points),
        f"{_days(each):,.2f}",
    )


def _days(each: Estimate) -> float:
    """How long it takes, in days of 24 hours."""
    return round(each.seconds / DAY, 2)
