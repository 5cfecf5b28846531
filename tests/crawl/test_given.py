"""Is what cannot be used refused by its name, with the rule, before anything is opened or sent?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest

from cj_async import CJClient, ConfigurationError, InvalidRequest, crawl
from cj_async.simulator import Simulator
from tests.conftest import error_of
from tests.crawl.states import Memory, catalog, files_in

PLANS: list[tuple[str, object, str]] = [
    ("profile", ["rich"], "one of rich, cheap"),
    ("profile", None, "one of rich, cheap"),
    ("filters", None, "filters by their names"),
    ("filters", [1], "filters by their names"),
    ("filters", "x", "filters by their names"),
    ("filters", {1: "US"}, "filters by their names"),
    ("features", 5, "each one of enable_category"),
    ("features", ([],), "each one of enable_category"),
    ("features", "enable_video", "each one of enable_category"),
    ("enrich", 5, "each one of details, variants, stock, reviews"),
    ("enrich", None, "each one of details"),
    ("enrich", "details", "each one of details"),
    ("since", "yesterday", "a moment with a zone, not in the future, or 'last'"),
    ("since", datetime(2026, 1, 1), "a moment with a zone"),  # noqa: DTZ001
    ("since", datetime.now(UTC) + timedelta(days=1), "not in the future"),
    ("lag", 5, "a timedelta, not negative"),
    ("lag", None, "a timedelta, not negative"),
    ("lag", "1d", "a timedelta, not negative"),
    ("lag", timedelta(-1), "a timedelta, not negative"),
    ("parallel", 65, "a whole number, 1 to 64"),
    ("parallel", "4", "a whole number, 1 to 64"),
    ("max_points", 1.5, "a whole number, 0 or more"),
    ("deadline", "soon", "a datetime with a zone"),
    ("reserve", None, "a whole number, 0 or more"),
    ("reserve", True, "a whole number, 0 or more"),
    ("limit", 0, "a whole number, 1 or more"),
    ("on_exhausted", [], "one of wait, stop"),
]


@pytest.mark.parametrize(("name", "value", "rule"), PLANS)
def test_a_plan_says_which_value_cannot_work(name: str, value: object, rule: str) -> None:
    given: dict[str, Any] = {name: value}
    with pytest.raises(InvalidRequest) as caught:
        crawl.Plan(**given)
    assert (caught.value.operation, caught.value.parameter) == ("crawl", name)
    assert caught.value.value == value
    assert rule in caught.value.rule


def test_a_plan_stays_as_it_was_made() -> None:
    categories = ["a"]
    filters: dict[str, Any] = {"country_code": "US", "lv2category_list": categories}
    features: Any = ["enable_video"]
    enrich: Any = ["details"]
    plan = crawl.Plan(filters=filters, features=features, enrich=enrich)
    same = crawl.Plan(
        filters={"country_code": "US", "lv2category_list": ["a"]},
        features=("enable_video",),
        enrich=("details",),
    )
    filters["country_code"] = "CN"
    for each in (categories, features, enrich):
        each.append("b")
    assert plan == same


# --- run


async def watch(_: crawl.CrawlProgress) -> None:
    """A coroutine function: nobody would await it."""


class Watching:
    """The same, as an object."""

    async def __call__(self, _: crawl.CrawlProgress) -> None:
        """Nobody would await it."""


RUNS: list[tuple[str, object]] = [
    ("cj", None),
    ("plan", {"profile": "rich"}),
    ("state", None),
    ("state", 5),
    ("state", b"cj.db"),
    ("state", ""),
    ("state", ":memory:"),
    ("on_progress", 5),
    ("on_progress", watch),
    ("on_progress", partial(watch)),
    ("on_progress", Watching()),
    ("every", 0),
    ("every", "1"),
    ("every", True),
    ("every", float("nan")),
    ("join", 1),
    ("stop", 5),
    ("stop", asyncio.Event()),
]


@pytest.mark.parametrize(("name", "value"), RUNS)
async def test_a_run_says_which_argument_cannot_work(
    name: str, value: object, simulator: Simulator, cj: CJClient, tmp_path: Path
) -> None:
    given: dict[str, Any] = {"cj": cj, "state": tmp_path / "cj.db", name: value}
    error = await error_of(crawl.run(**given), InvalidRequest)
    assert (error.operation, error.parameter, error.value) == ("crawl.run", name, value)
    assert files_in(tmp_path) == {}
    assert simulator.requests.total == 0


async def test_a_watcher_that_cannot_be_awaited_is_told_so(cj: CJClient, tmp_path: Path) -> None:
    given: dict[str, Any] = {"on_progress": watch}
    error = await error_of(crawl.run(cj, state=tmp_path / "cj.db", **given), InvalidRequest)
    assert "not a coroutine" in error.rule


# --- sinks

SINKS: list[tuple[str, object]] = [
    ("batch", 0),
    ("batch", -5),
    ("batch", None),
    ("batch", "5"),
    ("batch", True),
    ("name", None),
    ("name", ""),
    ("write", 5),
]


@pytest.mark.parametrize(("name", "value"), SINKS)
async def test_a_sink_is_refused_by_what_is_wrong_with_it(
    name: str, value: object, simulator: Simulator, cj: CJClient, tmp_path: Path
) -> None:
    sink: Any = Memory()
    setattr(sink, name, value)
    for given in (
        crawl.run(cj, state=tmp_path / "cj.db", sink=sink),
        crawl.export(tmp_path / "cj.db", [Memory(), sink]),
    ):
        error = await error_of(given, InvalidRequest)
        assert (error.parameter, error.value) == (f"sink.{name}", value)
    assert files_in(tmp_path) == {}
    assert sink.opened == []
    assert simulator.requests.total == 0


# --- the others


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cj", None),
        ("products", "5"),
        ("products", None),
        ("products", -1),
        ("windows", 1.5),
        ("seed", "7"),
        ("state", None),
    ],
)
async def test_verify_says_which_argument_cannot_work(
    name: str, value: object, cj: CJClient, tmp_path: Path
) -> None:
    given: dict[str, Any] = {"cj": cj, "state": tmp_path / "cj.db", name: value}
    error = await error_of(crawl.verify(**given), InvalidRequest)
    assert (error.operation, error.parameter) == ("crawl.verify", name)


@pytest.mark.parametrize("value", [None, 5, "", ":memory:"])
async def test_a_state_to_read_has_to_be_a_path(value: Any) -> None:
    for looked in (crawl.status(value), crawl.export(value, Memory())):
        assert (await error_of(looked, InvalidRequest)).parameter == "state"


@pytest.mark.parametrize("rows", [crawl.products, crawl.ids])
@pytest.mark.parametrize(
    ("name", "value"), [("cj", None), ("max_points", "5"), ("on_exhausted", "give up")]
)
async def test_rows_say_which_argument_cannot_work(
    rows: Callable[..., object], name: str, value: object, cj: CJClient
) -> None:
    with pytest.raises(InvalidRequest, match=name):
        rows(**{"cj": cj, name: value})


@pytest.mark.parametrize("rows", [crawl.products, crawl.ids])
@pytest.mark.parametrize("limit", [{"max_points": 50}, {"on_exhausted": "stop"}])
async def test_rows_may_stop_where_the_points_end(
    rows: Callable[..., Any], limit: dict[str, Any]
) -> None:
    async with catalog(1_500, points=300) as (_, cj):
        with pytest.raises(crawl.IncompleteCrawl) as caught:
            _ = [row async for row in rows(cj, **limit)]
    assert caught.value.report.verdict == "budget_stopped"


# --- places


async def test_one_file_cannot_be_two_sinks_however_it_is_spelled(
    simulator: Simulator, cj: CJClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "link.jsonl").symlink_to("../a.jsonl")
    before = files_in(tmp_path)
    one = crawl.JsonlSink("a.jsonl")
    for other in (
        crawl.JsonlSink("a.jsonl"),
        crawl.JsonlSink(tmp_path / "a.jsonl"),
        crawl.JsonlSink("sub/../a.jsonl"),
        crawl.JsonlSink("sub/link.jsonl"),
        crawl.SqliteSink("a.jsonl"),
        crawl.ParquetSink("a.jsonl/"),
    ):
        for given in (
            crawl.run(cj, state="cj.db", sink=[one, Memory(), other]),
            crawl.export("cj.db", [other, one]),
        ):
            assert "twice" in (await error_of(given, InvalidRequest)).rule
    assert files_in(tmp_path) == before
    assert simulator.requests.total == 0


@pytest.mark.parametrize("kind", [crawl.JsonlSink, crawl.SqliteSink, crawl.ParquetSink])
async def test_the_file_of_the_state_is_no_sink(
    kind: Callable[[Path], crawl.Sink], simulator: Simulator, cj: CJClient, tmp_path: Path
) -> None:
    state = tmp_path / "cj.db"
    for given in (
        crawl.run(cj, state=state, sink=kind(tmp_path / "x" / ".." / "cj.db")),
        crawl.export(state, kind(state)),
    ):
        assert "as the state" in (await error_of(given, InvalidRequest)).rule
    assert files_in(tmp_path) == {}
    assert simulator.requests.total == 0


async def test_tables_of_one_file_are_places_of_their_own(cj: CJClient, tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    sinks = [crawl.SqliteSink(path, table="one"), crawl.SqliteSink(path, table="two")]
    assert (await crawl.run(cj, state=tmp_path / "cj.db", sink=sinks)).is_complete
    twice = [*sinks, crawl.SqliteSink(str(path), table="ONE")]
    await error_of(crawl.run(cj, state=tmp_path / "cj.db", sink=twice), InvalidRequest)


async def test_a_tilde_is_the_home_of_whoever_runs_it(
    cj: CJClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, here = tmp_path / "home", tmp_path / "here"
    for folder in (home, here):
        folder.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(here)
    sinks = [crawl.JsonlSink("~/a.jsonl"), crawl.SqliteSink("~/a.db"), crawl.ParquetSink("~/out/")]
    assert [sink.path for sink in sinks] == [home / "a.jsonl", home / "a.db", home / "out"]
    await crawl.run(cj, state="~/cj.db", sink=sinks)
    assert {"cj.db", "a.jsonl", "a.db", "out"} <= files_in(home).keys()
    assert (await crawl.status("~/cj.db")).products == 300
    assert await crawl.export("~/cj.db", crawl.JsonlSink("~/b.jsonl")) == 300
    assert (await crawl.verify(cj, "~/cj.db", products=1, windows=1)).is_good
    assert files_in(here) == {}


WRONG: list[tuple[Callable[[], object], str]] = [
    (lambda: crawl.JsonlSink(""), "a path is due"),
    (lambda: crawl.JsonlSink(cast("Any", None)), "a path is due"),
    (lambda: crawl.JsonlSink(cast("Any", b"a.jsonl")), "a path is due"),
    (lambda: crawl.SqliteSink(":memory:"), "a path is due"),
    (lambda: crawl.SqliteSink("a.db", table=cast("Any", 5)), "name of a table"),
    (lambda: crawl.ParquetSink("out/", rows_per_file=cast("Any", "x")), "a whole number, 1 or"),
    (lambda: crawl.ParquetSink("out/", rows_per_file=0), "a whole number, 1 or more"),
    (lambda: crawl.ParquetSink("out/", compression=cast("Any", "nope")), "one of zstd, snappy"),
]


@pytest.mark.parametrize(("make", "words"), WRONG)
def test_a_sink_that_cannot_work_is_not_made(make: Callable[[], object], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        make()
