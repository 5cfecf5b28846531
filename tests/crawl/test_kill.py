"""A crawl that is killed at any moment loses nothing and writes nothing twice, in any sink."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from cj_async.simulator import Simulator
from tests.crawl.nursery import (
    Nursery,
    has_ended,
    left_over,
    local_cj,
    opened,
    pages_kept,
    pids_of,
    told,
)

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

PRODUCTS = 700
PARALLEL = 4
KILLS = 50


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def local() -> AsyncGenerator[Simulator]:
    async with local_cj(PRODUCTS) as simulator:
        yield simulator
    assert simulator.mistakes == []


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def nursery() -> AsyncGenerator[Nursery]:
    async with opened() as running:
        yield running


class Trial:
    """One crawl in one folder, killed and resumed until it ends."""

    def __init__(self, local: Simulator, nursery: Nursery, folder: Path, **more: Any) -> None:
        self.local, self.nursery, self.folder, self.more = local, nursery, folder, more
        self.kills = 0

    async def length(self) -> float:
        """Seconds that it takes from its beginning when nobody kills it."""
        child = await self.nursery.crawl(self.local, self.folder, **self.more)
        began = asyncio.get_running_loop().time()
        assert (await child.result())["verdict"] == "complete"
        return asyncio.get_running_loop().time() - began

    async def survive(self, chance: random.Random, longest: float, in_flight: int) -> None:
        """Kills it after random times; what was not in flight is not fetched again."""
        while not has_ended(self.folder):
            asked, kept = self._asked(), self._kept()
            child = await self.nursery.crawl(self.local, self.folder, **self.more)
            try:
                async with asyncio.timeout(chance.uniform(0, longest)):
                    await child.ended.wait()
            except TimeoutError:
                await child.kill()
            self.kills += child.status != 0
            again = (self._asked() - asked) - (self._kept() - kept)
            assert again <= in_flight, "more was fetched again than was in flight"

    async def finish(self) -> None:
        """Lets it end, if it has not; then every sink has the catalog once, and nothing lies around."""
        child = await self.nursery.crawl(self.local, self.folder, **self.more)
        assert (await child.result())["verdict"] == "complete"
        assert left_over(self.folder) == []
        self.check()

    def check(self, kind: str = "products", products: int = PRODUCTS) -> None:
        """Whether every sink, and the state, has each product of the catalog once."""
        catalog = pids_of(self.local, products)
        for sink, found in told(self.folder, kind).items():
            lost, double = catalog - found, found - catalog
            assert found == catalog, f"{sink}: {lost.total()} lost, {double.total()} double"

    def _asked(self) -> int:
        counted = self.local.requests.operations.items()
        return sum(count for name, count in counted if name.startswith("products."))

    def _kept(self) -> int:
        return pages_kept(self.folder)


@pytest.mark.parametrize("seed", range(4))
async def test_killed_at_random_moments_it_loses_nothing_and_writes_nothing_twice(
    seed: int, local: Simulator, nursery: Nursery, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    whole = Trial(local, nursery, tmp_path / "whole")
    longest = await whole.length()
    trial, kills, number = whole, 0, 0
    while kills < KILLS:
        trial = Trial(local, nursery, tmp_path / str(number))
        await trial.survive(chance, longest / 2, PARALLEL)
        trial.check()
        number, kills = number + 1, kills + trial.kills
        assert pages_kept(trial.folder) <= 2 * (pages_kept(whole.folder) + trial.kills)
    await trial.finish()  # a later run finds everything in its place


async def test_killed_at_random_moments_it_loses_no_documents(
    nursery: Nursery, tmp_path: Path
) -> None:
    products, chance = 60, random.Random(5)
    async with local_cj(products) as local:
        longest = await Trial(local, nursery, tmp_path / "whole", enrich=["stock"]).length()
        trial = Trial(local, nursery, tmp_path / "killed", enrich=["stock"])
        await trial.survive(chance, longest / 3, 2 * PARALLEL)
        for kind in ("products", "stock"):
            trial.check(kind, products)


POINTS = [
    ("commit:state.db:before", (1, 2, 3, 7, 12, 18)),
    ("commit:state.db:after", (1, 2, 3, 7, 12, 18)),
    ("commit:rows.db:before", (1, 2)),
    ("commit:rows.db:after", (1, 2)),
    ("fsync:before", (1, 5, 9)),
    ("fsync:after", (1, 5, 9)),
    ("write:before", (2, 5)),
    ("write:after", (2, 5)),
    ("half:plain.jsonl", (1,)),
    ("half:packed.jsonl.gz", (1,)),
    ("half:._manifest.json.tmp", (1, 2)),
    ("replace:before", (1, 3)),
    ("replace:after", (1, 3)),
    ("unlink:before", (1, 2)),
    ("unlink:after", (1,)),
]
"""Points, and at which occurrences a crawl dies there."""


@pytest.mark.parametrize(("label", "occurrences"), POINTS, ids=[label for label, _ in POINTS])
async def test_killed_at_a_chosen_point_it_loses_nothing_and_writes_nothing_twice(
    label: str, occurrences: tuple[int, ...], local: Simulator, nursery: Nursery, tmp_path: Path
) -> None:
    for occurrence in occurrences:
        trial = Trial(local, nursery, tmp_path / str(occurrence))
        await _die(trial, label, occurrence)
        await trial.finish()


@pytest.mark.parametrize("label", ["ftruncate:before", "ftruncate:after"])
async def test_killed_while_it_cuts_a_sink_back_it_cuts_it_back_again(
    label: str, local: Simulator, nursery: Nursery, tmp_path: Path
) -> None:
    trial = Trial(local, nursery, tmp_path / "killed")
    await _die(trial, "half:plain.jsonl", 1)
    await _die(trial, label, 1)
    await trial.finish()


async def _die(trial: Trial, label: str, occurrence: int) -> None:
    child = await trial.nursery.crawl(
        trial.local, trial.folder, label=label, occurrence=occurrence, watched=True
    )
    assert await child.result() == {}, f"it never came to {label}"
