"""While products come, go and change their price: the crawl misses nothing, windows of prices do."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from cj_async import CJClient
from cj_async.crawl import run
from cj_async.simulator import Simulator
from cj_async.simulator._log import Record
from tests.conftest import RATE, client_of
from tests.crawl.collecting import Lines, alive
from tests.crawl.naive import by_price

PRODUCTS = 10_000
PAGES_A_DAY = 1_000
DELETED, INSERTED, REPRICED = 0.01, 0.01, 0.05
"""Share of the catalog to which that happens within a day."""

LIST = "products.search"
PASSES = (1, 2, 3)


class Churn:
    """A day that goes on with every page that is fetched: a thousandth of it a page, spread evenly."""

    def __init__(self, local: Simulator, seed: int) -> None:
        self._local, self._seed = local, seed
        self._pages = 0
        local.requests.watchers.append(self.one_more)

    def one_more(self, record: Record) -> None:
        if record.operation != LIST:
            return
        self._pages += 1
        self._local.clock.advance(timedelta(days=1) / PAGES_A_DAY)
        deleted, inserted, repriced = map(self._due, (DELETED, INSERTED, REPRICED))
        seed = self._seed * 1_000_000 + self._pages
        self._local.churn(seed, inserted=inserted, deleted=deleted, repriced=repriced)

    def _due(self, share: float) -> int:
        """How many fall due with this page."""
        a_page = share * PRODUCTS / PAGES_A_DAY
        return int(self._pages * a_page) - int((self._pages - 1) * a_page)


class Missed(NamedTuple):
    """Of the products that were on the shelves from the first page to the last."""

    lasting: int
    missed: int
    pages: int


@asynccontextmanager
async def a_moving_catalog(seed: int) -> AsyncGenerator[tuple[Simulator, CJClient]]:
    shop = Simulator(PRODUCTS, seed=seed, tier=RATE, points=None, per_ip=None, validate=False)
    async with shop as local, client_of(local) as cj:
        yield local, cj
        assert local.mistakes == []


def missed(local: Simulator, before: set[str], found: set[str]) -> Missed:
    lasting = before & alive(local)
    return Missed(len(lasting), len(lasting - found), local.requests.operations[LIST])


async def crawled(seed: int, folder: Path) -> Missed:
    sink = Lines()
    async with a_moving_catalog(seed) as (local, cj):
        before = alive(local)
        Churn(local, seed)
        report = await run(cj, state=folder / f"{seed}.db", sink=sink)
        told = missed(local, before, {*sink.changes("products")})
    assert report.verdict in ("complete", "complete_with_churn")
    return told


async def by_windows_of_prices(seed: int) -> Missed:
    async with a_moving_catalog(seed) as (local, cj):
        before = alive(local)
        Churn(local, seed)
        found = await by_price(cj, cap=6000)
        return missed(local, before, found)


async def test_the_crawl_misses_nothing_where_windows_of_prices_do(tmp_path: Path) -> None:
    ours = [await crawled(seed, tmp_path) for seed in PASSES]
    naive = [await by_windows_of_prices(seed) for seed in PASSES]

    assert [told.missed for told in ours] == [0, 0, 0], comparison(ours, naive)
    assert sum(told.missed for told in naive) > 0, comparison(ours, naive)
    sys.stdout.write(f"{comparison(ours, naive)}\n")


def comparison(ours: list[Missed], naive: list[Missed]) -> str:
    """In words, for docs/crawl.md: run pytest with ``-s`` to see it."""
    return "; ".join(
        f"{name}: {sum(each.missed for each in told)} of {sum(each.lasting for each in told)}"
        f" missed in {sum(each.pages for each in told)} pages"
        for name, told in (("the crawl", ours), ("windows of prices", naive))
    )
