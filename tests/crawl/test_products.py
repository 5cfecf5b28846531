"""Just the rows: each once, a few pages ahead, nothing left behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any, cast

import pytest

from cj_async import CJClient, InvalidParameter, InvalidRequest, crawl
from cj_async.crawl import IncompleteCrawl
from cj_async.models.product import ProductSearchItem
from cj_async.simulator import Simulator
from tests.conftest import client_of
from tests.crawl.collecting import alive

EITHER = pytest.mark.parametrize(("rows", "key"), [(crawl.products, "id"), (crawl.ids, "pid")])


def _entries(folder: Path) -> int:
    return len([*folder.iterdir()])


def tasks() -> int:
    return len(asyncio.all_tasks())


@EITHER
async def test_every_product_comes_once(
    simulator: Simulator, cj: CJClient, rows: Any, key: str
) -> None:
    before = tasks()
    found = [getattr(row, key) async for row in rows(cj)]
    assert len(found) == len(set(found)) == 300
    assert set(found) == alive(simulator)
    await asyncio.sleep(0)
    assert tasks() <= before + 1  # the client's own, for its token


async def test_filters_pass_through_and_choose(simulator: Simulator, cj: CJClient) -> None:
    page = await cj.products.search(country_code="US")
    found = [row async for row in crawl.products(cj, country_code="US")]
    assert len(found) == page.total
    category = str(found[0].category_id)
    leaves = [row async for row in crawl.products(cj, category_id=category)]
    assert {row.category_id for row in leaves} == {category}
    cheap = [row async for row in crawl.ids(cj, category_id=category)]
    assert {row.pid for row in cheap} == {row.id for row in leaves}
    assert "countryCode=US" in simulator.requests.of("products.search")[1].query


@EITHER
@pytest.mark.parametrize("name", ["colour", "time_start", "page", "order_by"])
def test_a_wrong_name_is_refused_before_anything_is_sent(rows: Any, key: str, name: str) -> None:
    with pytest.raises(InvalidRequest, match=name):
        rows(None, **{name: 1})


async def test_a_wrong_value_is_refused_before_anything_is_sent(
    simulator: Simulator, cj: CJClient
) -> None:
    with pytest.raises(InvalidRequest):
        _ = [row async for row in crawl.products(cj, product_type=cast("Any", 99))]
    assert simulator.requests.operations["products.search"] == 0


async def test_a_slow_consumer_holds_the_crawl() -> None:
    unlimited = Simulator(products=6000, tier=1e4, points=None, per_ip=None)
    async with unlimited as local, client_of(local) as cj:
        await _check_held(local, cj)


async def _check_held(local: Simulator, cj: CJClient) -> None:
    async with aclosing(crawl.products(cj)) as rows:
        await anext(rows)
        await asyncio.sleep(0.3)
        held = local.requests.operations["products.search"]
        assert held <= 1 + 4 + 2 * 16  # the consumer's, those that wait, two for each worker


async def test_leaving_early_closes_everything_and_leaves_no_file(
    simulator: Simulator, cj: CJClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    await cj.products.search()
    before, open_before = tasks(), _entries(Path("/proc/self/fd"))
    for _ in range(3):
        async with aclosing(crawl.products(cj)) as rows:
            async for _row in rows:
                break
    assert tasks() <= before
    assert _entries(Path("/proc/self/fd")) <= open_before + 2 * 16  # kept-alive connections
    assert _entries(tmp_path) == 0


async def _read(rows: AsyncGenerator[ProductSearchItem, None], found: list[str]) -> None:
    async for row in rows:
        found.append(row.id)  # noqa: PERF401  # what came before an error counts


async def test_an_error_of_the_crawl_surfaces_in_the_loop(
    simulator: Simulator, cj: CJClient
) -> None:
    simulator.fail("products.search", code=1600300, after=1, times=100)
    found: list[str] = []
    with pytest.raises(InvalidParameter):
        await _read(crawl.products(cj), found)
    assert len(found) == 100  # what came before it was given


async def test_an_end_that_is_not_the_end_is_told() -> None:
    async with Simulator(
        products=900,
        tier=1e4,
        points=None,
        per_ip=None,
        page_cap=300,
        ignores={"timeStart", "timeEnd", "categoryId", "startSellPrice", "endSellPrice"},
    ) as local:
        found: list[str] = []
        async with client_of(local) as cj:
            with pytest.raises(IncompleteCrawl) as raised:
                await _read(crawl.products(cj), found)
    assert raised.value.report.verdict in ("cap_suspected", "unverified")
    assert len(set(found)) == len(found) < 900


async def test_several_at_once_on_one_client(simulator: Simulator, cj: CJClient) -> None:
    async def all_of(rows: Any) -> int:
        return len([row async for row in rows(cj)])

    counts = await asyncio.gather(*map(all_of, [crawl.products, crawl.ids] * 3))
    assert counts == [300] * 6


async def test_a_cancelled_consumer_ends_the_crawl(simulator: Simulator, cj: CJClient) -> None:
    await cj.products.search()
    before = tasks()

    async def consume() -> None:
        async with aclosing(crawl.products(cj)) as rows:
            async for _ in rows:
                await asyncio.sleep(3600)

    consumer = asyncio.create_task(consume())
    while simulator.requests.operations["products.search"] < 3:  # noqa: ASYNC110  # no event for it
        await asyncio.sleep(0.001)
    consumer.cancel()
    await asyncio.gather(consumer, return_exceptions=True)
    assert tasks() <= before
