"""Documents that fail are parked, what hits everything is borne, and a stopped run goes on where it was."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cj_async import AuthenticationFailed, CJClient, RateLimited
from cj_async.crawl._state._schema import KINDS
from cj_async.simulator import Simulator
from cj_async.simulator._log import Record
from tests.conftest import RATE, client_of
from tests.crawl.collecting import Lines, alive, asked, crawled, cut_off
from tests.crawl.garbling import garble
from tests.crawl.one_clock import OneClock, timed
from tests.crawl.one_clock import crawled as timed_crawl

ALL = ("details", "variants", "stock", "reviews")
_REVIEWS = "/product/productComments"


@pytest.fixture
async def simulator() -> AsyncGenerator[Simulator]:
    async with Simulator(products=60, tier=RATE, per_ip=None, points=None) as running:
        yield running
    assert running.mistakes == []


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "cj.db"


async def test_a_product_that_keeps_failing_is_parked_with_what_cj_said(
    simulator: Simulator, state: Path
) -> None:
    first = min(alive(simulator))
    nth = [1, 61, 62, 63, 64]
    simulator.fail("products.get", nth=nth, code=1603001, message="This one is broken")
    sink = Lines()
    async with client_of(simulator) as cj:
        report = await crawled(cj, state, sink, enrich=("details", "reviews"), parallel=1)
        assert report.verdict == "complete"
        (parked,) = report.parked
        assert (parked.pid, parked.document) == (first, "details")
        assert "This one is broken" in parked.error
        assert parked.raw is not None
        assert b"This one is broken" in parked.raw
        assert sink.changes("details").keys() == alive(simulator) - {first}
        assert sink.changes("reviews").keys() == alive(simulator)
        assert asked(simulator)["products.get"] == 64
        assert report.points == 50 * asked(simulator)["products.search"] + 10 * 64
        again = await crawled(cj, state, sink, enrich=("details", "reviews"), parallel=1)
    assert again.parked == ()
    assert again.documents == 1
    assert sink.changes("details") == dict.fromkeys(alive(simulator), "new")


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("garble", {}),
        ("html", {"status": 200}),
        ("html", {"status": 502}),
        ("refuse", {"code": 1600000}),
        ("truncate", {}),
        ("cut", {}),
    ],
)
async def test_troubles_of_one_product_do_not_stop_the_crawl(
    simulator: Simulator, state: Path, kind: Any, more: dict[str, Any]
) -> None:
    simulator.fail("products.get", nth=[1, 61, 62, 63, 64], kind=kind, **more)
    async with client_of(simulator) as cj:
        report = await crawled(cj, state, enrich=("details",), parallel=1)
    (parked,) = report.parked
    assert parked.pid == min(alive(simulator))
    assert report.documents == 59
    assert (parked.raw is None) == (kind in ("truncate", "cut"))


async def test_a_product_that_fails_four_times_is_not_parked(
    simulator: Simulator, state: Path
) -> None:
    simulator.fail("products.get", nth=[1, 61, 62, 63], code=1603001)
    async with client_of(simulator) as cj:
        report = await crawled(cj, state, enrich=("details",), parallel=1)
    assert report.parked == ()
    assert report.documents == 60
    assert report.seconds >= 4 + 8 + 16 + 32


async def test_reviews_that_are_cut_short_are_parked_and_never_stored(
    simulator: Simulator, cj: CJClient, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink, catalog = Lines(), simulator.control.world.catalog
    reviewed = {catalog.pid(each) for each in range(60) if catalog.review_count[each]}
    with monkeypatch.context() as patch:
        garble(patch, lambda body: body["data"].update(list=[]), of="productComments")
        first = await crawled(cj, state, sink, enrich=("reviews",))
    assert {each.pid for each in first.parked} == reviewed
    assert all(each.raw and b'"list":[]' in each.raw for each in first.parked)
    assert all("reviews.list: CJ counts" in each.error for each in first.parked)
    assert sink.changes("reviews").keys() == alive(simulator) - reviewed
    again = await crawled(cj, state, sink, enrich=("reviews",))
    assert (again.parked, again.documents) == ((), len(reviewed))
    told = {row["pid"]: len(row["reviews"]) for row in sink.of("reviews")}
    assert told == {catalog.pid(each): catalog.review_count[each] for each in range(60)}


async def test_two_kinds_fail_in_their_own_ways(simulator: Simulator, state: Path) -> None:
    sink = Lines()
    simulator.fail("reviews.list", times=10_000, code=1600300)
    simulator.fail("variants.list", times=10_000, kind="garble")
    async with client_of(simulator) as cj:
        report = await crawled(cj, state, sink, enrich=("variants", "reviews"))
        assert len(report.parked) == 100  # the first hundred are told
        assert {each.document for each in report.parked} == {"variants", "reviews"}
        assert report.verdict == "complete"
        assert report.documents == 0
        simulator.heal()
        after = await crawled(cj, state, sink, enrich=("variants", "reviews"))
    assert after.parked == ()
    assert (
        sink.changes("variants")
        == sink.changes("reviews")
        == dict.fromkeys(alive(simulator), "new")
    )


@pytest.mark.parametrize(("kind", "more"), [("cut", {}), ("refuse", {"code": 1600000})])
async def test_what_hits_everything_is_borne_and_parks_nobody(
    simulator: Simulator, state: Path, kind: Any, more: dict[str, Any]
) -> None:
    simulator.fail("*", after=20, times=24, kind=kind, **more)
    async with client_of(simulator) as cj:
        report = await crawled(cj, state, enrich=("details",), parallel=4)
    assert report.parked == ()
    assert report.documents == 60


async def test_a_refused_token_ends_the_crawl_and_is_nobodys_fault(
    simulator: Simulator, state: Path
) -> None:
    sink = Lines()
    simulator.fail("products.get", after=20, times=10_000, code=1600012)
    async with client_of(simulator) as cj:
        with pytest.raises(AuthenticationFailed):
            await crawled(cj, state, sink, enrich=("details",))
        simulator.heal()
        report = await crawled(cj, state, sink, enrich=("details",))
    assert (report.run, report.parked, report.documents) == (1, (), 60)
    assert sink.changes("details").keys() == alive(simulator)


_POINTS = "Insufficient API points. Used today: 50000, Remaining: 0, Required: 10."


@pytest.mark.parametrize("parallel", [1, 4])
async def test_an_hour_of_refusals_stops_the_crawl_and_is_nobodys_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parallel: int
) -> None:
    """The refusals do not come over a socket: the client's own pace would slow down for real."""
    clock, sink = OneClock(), Lines()
    plan: dict[str, Any] = {"enrich": ("details",), "parallel": parallel}

    async def refused(self: object, **values: object) -> None:
        raise RateLimited("products.get", retry_after=5.0, code=1600200, status=429)

    async with timed(clock, 60) as (simulator, cj):
        with monkeypatch.context() as patch:
            patch.setattr(type(cj.products), "get", refused)
            for _ in range(4):
                began = clock.time()
                with pytest.raises(RateLimited):
                    await timed_crawl(cj, clock, tmp_path / "s", sink, **plan)
                assert 900 < clock.time() - began < 1000, "as patient as pages are"
        report = await timed_crawl(cj, clock, tmp_path / "s", sink, **plan)
        assert (report.run, report.verdict, report.parked) == (1, "complete", ())
        assert sink.changes("details") == dict.fromkeys(alive(simulator), "new")


async def test_documents_wait_an_hour_for_points_that_are_refused(tmp_path: Path) -> None:
    clock, sink = OneClock(), Lines()
    enrich = ("details", "reviews")
    async with timed(clock, 60) as (simulator, cj):
        simulator.fail("products.get", after=20, times=10_000, code=16900500, message=_POINTS)
        began = clock.time()

        def look(_: Record) -> None:
            if clock.time() - began > 3600:
                simulator.heal()

        simulator.requests.watchers.append(look)
        report = await timed_crawl(cj, clock, tmp_path / "s", sink, enrich=enrich)
        assert clock.time() - began > 3600
        assert (report.verdict, report.parked, report.documents) == ("complete", (), 120)


async def test_a_deadline_ends_the_wait_for_points_and_parks_nothing(tmp_path: Path) -> None:
    clock = OneClock()
    deadline = clock.now() + timedelta(hours=1)
    async with timed(clock, 60) as (simulator, cj):
        simulator.fail("products.get", after=20, times=10_000, code=16900500, message=_POINTS)
        report = await timed_crawl(
            cj, clock, tmp_path / "s", enrich=("details",), deadline=deadline
        )
        assert (report.verdict, report.parked) == ("budget_stopped", ())
        simulator.heal()
        report = await timed_crawl(cj, clock, tmp_path / "s", enrich=("details",))
        assert (report.run, report.parked, report.documents) == (1, (), 60)


async def test_an_address_that_is_missing_is_no_product_that_is_gone(
    simulator: Simulator, state: Path
) -> None:
    simulator.fail("products.get", times=10_000, code=1600101)
    async with client_of(simulator) as cj:
        report = await crawled(cj, state, enrich=("details",))
    assert report.removed == 0
    assert len(report.parked) == 60


# ------------------------------------------------------------------------- stopping and going on


async def test_a_stopped_run_goes_on_where_it_was(
    simulator: Simulator, cj: CJClient, state: Path
) -> None:
    sink = Lines()
    spent, runs = 0, 0
    while True:
        report = await crawled(cj, state, sink, enrich=("details", "reviews"), max_points=250)
        runs += 1
        assert report.points - spent <= 250
        spent = report.points
        if report.stopped is None:
            break
        assert report.verdict == "budget_stopped"
    assert runs > 2
    assert (report.run, report.documents) == (1, 120)
    assert asked(simulator)["products.get"] == 60
    assert sink.changes("details").keys() == sink.changes("reviews").keys() == alive(simulator)


@pytest.mark.parametrize("seed", range(6))
async def test_nothing_is_lost_or_told_twice_however_often_it_is_cut_off(
    simulator: Simulator, cj: CJClient, state: Path, seed: int
) -> None:
    random, sink = Random(seed), Lines(batch=7)
    for _ in range(8):
        await _cut_off(cj, state, sink, simulator, random.randrange(1, 14))
    report = await crawled(cj, state, sink, enrich=ALL)
    assert (report.run, report.verdict) == (1, "complete")
    for kind in KINDS:
        assert sink.changes(kind) == dict.fromkeys(alive(simulator), "new")


async def _cut_off(
    cj: CJClient, state: Path, sink: Lines, simulator: Simulator, calls: int
) -> None:
    """Runs until so many calls were made."""
    run = await cut_off(simulator, crawled(cj, state, sink, enrich=ALL), calls)
    assert run.cancelled()
