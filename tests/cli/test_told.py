"""What `cj crawl` tells: what is permitted and kept, what to do next, what may not be meant so."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console
from typer.testing import CliRunner

from cj_async import Pool, crawl
from cj_async.cli._app import app
from cj_async.cli._costs import Costs
from cj_async.cli._options import PER_ADDRESS
from cj_async.cli._status import status_tables
from cj_async.cli._summary import Summary
from cj_async.crawl import RunStatus, Status
from cj_async.simulator import Simulator
from tests.cli.running import FAST, Finished, cj, rows

RUN = ("crawl", "run", "--tier", FAST, "--parallel", "1")

RUNNING = RunStatus(
    number=1,
    plan={"profile": "rich", "filters": {}, "features": []},
    phase="list",
    mode="seek",
    since=None,
    until=datetime(2030, 1, 31, tzinfo=UTC),
    started=datetime(2030, 1, 31, tzinfo=UTC),
    ended=None,
    verdict=None,
    because=None,
    requests=202_160,
    points=10_108_000,
    rows=1_000_000,
    new=1_000_000,
    changed=120_000,
    removed=10_000,
    repeats=0,
    documents=0,
    doubts=(),
)
ENDED = msgspec.structs.replace(
    RUNNING, ended=datetime(2030, 2, 20, tzinfo=UTC), verdict="complete_with_churn"
)


@pytest.fixture
async def local_cj() -> AsyncIterator[Simulator]:
    async with Simulator(products=250, tier=float(FAST), per_ip=None) as running:
        yield running


def told(done: Finished) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.out)
    return found


def messages(done: Finished) -> str:
    return "\n".join(
        each["message"] for line in done.err.splitlines() if "message" in (each := json.loads(line))
    )


def plan(*options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(CliRunner().invoke(app, ["crawl", "plan", *options]).output)
    return found


def shown(tables: Any) -> str:
    console = Console(width=80)
    with console.capture() as captured:
        for table in tables:
            console.print(table)
    return captured.get()


def test_what_is_permitted_is_what_the_client_keeps_to() -> None:
    assert Pool().ip.rate == PER_ADDRESS
    most, more = plan("--tier", f"{PER_ADDRESS}"), plan("--tier", "50")
    assert more["rate"] == PER_ADDRESS
    assert more["estimates"][0]["seconds_by_rate"] == most["estimates"][0]["seconds_by_rate"]


def test_a_plan_tells_what_is_kept_and_how_long_it_takes() -> None:
    facts = plan("--products", "400000", "--enrich", "details", "--tier", "advanced")
    assert facts["reserve"] == 2_500
    (estimate,) = facts["estimates"]
    assert estimate["days"] == pytest.approx(estimate["seconds"] / 86_400, abs=0.01)
    assert plan("--reserve", "9000")["reserve"] == 9_000
    assert plan("--points-total", "0")["reserve"] == 0
    costs = Costs(
        profile="rich", enrich=(), rate=1.0, points_total=50_000, points_left=None, reserve=0
    )
    assert "2,500 kept" in shown([costs.table([costs.of(1_000)])])


def test_status_is_readable_on_80_columns_and_names_what_goes_on() -> None:
    status = Status(
        runs=(ENDED, RUNNING),
        products=1_000_000,
        documents={},
        waiting=0,
        parked=0,
        first_parked=(),
        sinks=(),
        workers=(),
        segments=(),
        bytes=0,
    )
    text = shown(status_tables("my crawl.db", status))
    for words in ("complete_with_churn", "not at its end (list)", "10,108,000", "1,000,000"):
        assert words in text
    assert "cj crawl resume --state 'my crawl.db'" in text
    assert text.count("2030-") == 3
    assert "resume" not in shown(status_tables("a", msgspec.structs.replace(status, runs=(ENDED,))))


def test_a_summary_has_separators_between_thousands() -> None:
    values: dict[str, Any] = dict.fromkeys(Summary.__struct_fields__, 1_234_567)
    values |= dict.fromkeys(("verdict", "because", "stopped", "state"), "word")
    values |= dict.fromkeys(("parked", "outs", "behind", "hint", "next"), ())
    values |= {"documents": 7_654_321, "rate": 1.0, "permitted": 6.0}
    text = shown([Summary(**values).table()])
    assert "1,234,567, 1,234,567, 1,234,567" in text
    assert "7,654,321, 0 parked" in text


async def test_a_stop_names_the_command_that_goes_on(local_cj: Simulator, tmp_path: Path) -> None:
    done = await cj(*RUN, "--limit", "100", "--table", simulator=local_cj, home=tmp_path)
    assert done.code == 4, done.err
    assert "cj crawl resume --state cj-crawl.db" in done.out
    status = await cj("crawl", "status", simulator=None, home=tmp_path)
    assert told(status)["next"] == "cj crawl resume --state cj-crawl.db"
    part = await cj("crawl", "export", "--out", "part.jsonl", simulator=None, home=tmp_path)
    assert (part.code, told(part)["is_finished"]) == (0, False)
    assert told(part)["next"] == "cj crawl resume --state cj-crawl.db"
    local_cj.fail("products.search", kind="refuse", code=1600100, times=99)
    failed = await cj("crawl", "resume", "--quiet", simulator=local_cj, home=tmp_path)
    assert failed.code == 1
    assert failed.err.endswith("then go on with cj crawl resume --state cj-crawl.db\n")
    assert len(failed.err.splitlines()) == 1
    local_cj.heal()
    done = await cj("crawl", "resume", simulator=local_cj, home=tmp_path)
    assert (done.code, told(done)["next"]) == (0, None)


async def test_a_later_run_keeps_the_tier_and_tells_which_sinks_it_leaves_behind(
    local_cj: Simulator, tmp_path: Path
) -> None:
    first = await cj(
        *RUN,
        "--limit",
        "100",
        "--out",
        "a.jsonl",
        "--out",
        "b.db",
        simulator=local_cj,
        home=tmp_path,
    )
    assert first.code == 4, first.err
    again = ("crawl", "run", "--out", "b.db")
    done = await cj(*again, simulator=local_cj, home=tmp_path)
    assert done.code == 0, done.err
    assert told(done)["permitted"] == PER_ADDRESS
    assert "--tier is as before: 1000 requests a second" in messages(done)
    assert "goes on with run 1" in messages(done)
    out = f"--out {tmp_path / 'a.jsonl'}"
    assert messages(done).endswith(out)
    missing = 250 - len(rows(tmp_path / "a.jsonl"))
    assert told(done)["behind"] == {str(tmp_path / "a.jsonl"): missing}
    nothing = await cj("crawl", "resume", "--table", simulator=local_cj, home=tmp_path)
    assert nothing.code == 0
    assert f"{missing} lines behind" in nothing.out


async def test_filters_that_match_nothing_are_told(tmp_path: Path) -> None:
    async with Simulator(products=20, tier=float(FAST), per_ip=None) as small:
        filters = ("--keyword", "there-is-no-such-thing")
        done = await cj(*RUN, *filters, simulator=small, home=tmp_path)
        assert (done.code, told(done)["products"]) == (0, 0), done.err
        assert told(done)["hint"] == "nothing matches these filters"


async def test_since_the_last_run_says_when_there_is_none(
    local_cj: Simulator, tmp_path: Path
) -> None:
    first = await cj(*RUN, "--since", "last", simulator=local_cj, home=tmp_path)
    assert first.code == 0, first.err
    assert "--since last: no run was complete yet" in messages(first)
    second = await cj(*RUN, "--since", "last", simulator=local_cj, home=tmp_path)
    assert second.code == 0, second.err
    assert "--since" not in messages(second)
    assert isinstance((await crawl.status(tmp_path / "cj-crawl.db")).runs[-1].since, datetime)
