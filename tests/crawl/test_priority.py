"""A crawl takes what is left: interactive calls of the same client go first."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cj_async import CJClient, PointsExhausted
from cj_async.crawl import Plan, Stop, run
from cj_async.simulator import Simulator
from tests.conftest import client_of
from tests.crawl.one_clock import OneClock, crawled, timed


async def test_an_interactive_call_is_among_the_next_two_starts(tmp_path: Path) -> None:
    stop = Stop()
    async with Simulator(products=20_000, tier=40, points=None, per_ip=None) as local:
        async with client_of(local, tier=40) as cj:
            crawling = asyncio.create_task(run(cj, state=tmp_path / "s", stop=stop))
            pid = local.control.world.catalog.pid(3)
            for turn in range(12):
                while local.requests.total < 8 + turn * 4:  # noqa: ASYNC110  # no event for it
                    await asyncio.sleep(0.002)
                before = local.requests.total
                await cj.products.get(pid=pid)
                place = local.requests.of("products.get")[-1].number
                assert place <= before + 2
            stop.ask()
            await crawling
        assert local.violations == 0


async def test_the_clients_reserve_of_points_is_left_for_interactive_calls(
    tmp_path: Path,
) -> None:
    clock = OneClock()
    async with timed(clock, 4000, points=2000) as (simulator, cj):
        await crawled(cj, clock, tmp_path / "s", on_exhausted="stop")
        assert 100 <= simulator.points.remaining < 150
        await cj.products.get(pid=simulator.control.world.catalog.pid(1))
        with pytest.raises(PointsExhausted):
            await cj.with_options(priority="background", max_wait=0).products.search()
        assert cj.counts["out_of_points"] == 0


@pytest.mark.parametrize("parallel", [None, 32])
async def test_many_workers_at_a_low_rate_do_not_meet_their_own_patience(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parallel: int | None
) -> None:
    waits: list[float] = []
    options = CJClient.with_options

    def noted(self: CJClient, **told: object) -> CJClient:
        waits.append(float(str(told["max_wait"])))
        return options(self, **told)  # type: ignore[arg-type]

    monkeypatch.setattr(CJClient, "with_options", noted)
    stop = Stop()
    stop.ask()
    async with Simulator(products=50) as local, client_of(local, tier="free") as cj:
        await run(cj, Plan(parallel=parallel), state=tmp_path / "s", stop=stop)
        assert waits[0] > (parallel or 4) / cj.rate
