"""`cj crawl`, run as a person runs it: in a process of its own, against a local CJ."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cj_async.cli._app import app
from cj_async.cli._options import PER_ADDRESS
from cj_async.simulator import Simulator
from tests.cli.running import FAST, Finished, cj, environment_of, names_in, rows, start, until

PROJECT = Path(__file__).resolve().parents[2]
RUN = ("crawl", "run", "--tier", FAST)
SLOW = ("crawl", "run", "--tier", "3")
PARQUET = pytest.importorskip("pyarrow.parquet")


@pytest.fixture
async def local_cj() -> AsyncIterator[Simulator]:
    async with Simulator(products=450, tier=float(FAST), per_ip=None) as running:
        yield running
    assert running.mistakes == []


@pytest.fixture
async def long_cj() -> AsyncIterator[Simulator]:
    """One that takes a while when it is crawled at the pace of `SLOW`."""
    async with Simulator(products=1500, tier=float(FAST), per_ip=None) as running:
        yield running


def told(done: Finished) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.out)
    return found


def ids(path: Path) -> list[str]:
    return [row["id"] for row in rows(path)]


async def is_crawled(simulator: Simulator) -> None:
    await until(lambda: simulator.requests.operations["products.search"] > 2)


async def here(*arguments: str) -> Result:
    """A command in this process, which is faster; for those that send nothing."""
    return await asyncio.to_thread(
        CliRunner(env={"COLUMNS": "200"}).invoke, app, ["crawl", *arguments]
    )


async def test_a_crawl_writes_each_product_once_into_every_sink(
    local_cj: Simulator, tmp_path: Path
) -> None:
    names = ("all.jsonl", "packed.jsonl.gz", "all.sqlite", "parquet:out")
    outs = [word for name in names for word in ("--out", name)]
    done = await cj(*RUN, *outs, simulator=local_cj, home=tmp_path)
    assert done.code == 0, done.err
    products = rows(tmp_path / "all.jsonl")
    assert len({product["id"] for product in products}) == len(products) == 450
    prices = [product["sellPrice"] for product in products if product.get("sellPrice")]
    assert prices
    assert all(isinstance(price["low"], str) for price in prices)
    with closing(sqlite3.connect(tmp_path / "all.sqlite")) as database:
        assert database.execute("SELECT count(*) FROM products").fetchone() == (450,)
    assert PARQUET.read_table(tmp_path / "out" / "products").num_rows == 450
    summary = told(done)
    assert (summary["verdict"], summary["products"], summary["new"]) == ("complete", 450, 450)
    assert summary["points"] == summary["calls"] * 50
    assert summary["refusals"] == 0
    assert summary["outs"][0] == str(tmp_path / "all.jsonl")


async def test_progress_is_a_line_of_json_and_the_summary_a_table_where_it_is_wanted(
    local_cj: Simulator, tmp_path: Path
) -> None:
    done = await cj(*RUN, "--table", simulator=local_cj, home=tmp_path)
    assert done.code == 0, done.err
    lines = [json.loads(line) for line in done.err.splitlines()]
    assert lines[-1]["event"] == "progress"
    assert (lines[-1]["new"], lines[-1]["verdict_so_far"]) == (450, "complete")
    assert "report" not in lines[-1]
    assert "run 1: complete" in done.out
    assert "450" in done.out
    silent = await cj(*RUN, "--quiet", simulator=local_cj, home=tmp_path)
    assert (silent.code, silent.err) == (0, "")


async def test_a_crawl_can_be_narrowed(local_cj: Simulator, tmp_path: Path) -> None:
    narrowed = ("--country", "US", "--keyword", "a", "--filter", "start_sell_price=1.50")
    done = await cj(*RUN, "--out", "some.jsonl", *narrowed, simulator=local_cj, home=tmp_path)
    assert done.code == 0, done.err
    asked = [record.query for record in local_cj.requests if "listV2" in record.path]
    assert asked
    for words in ("countryCode=US", "keyWord=a", "startSellPrice=1.5"):
        assert all(words in query for query in asked)
    other = await cj(*RUN, "--country", "DE", simulator=local_cj, home=tmp_path)
    assert other.code == 1
    assert "another state file" in other.err


async def test_a_limit_stops_it_and_resume_goes_on_into_the_same_files_from_any_folder(
    local_cj: Simulator, tmp_path: Path
) -> None:
    done = await cj(
        *RUN,
        "--limit",
        "120",
        "--out",
        "p.jsonl",
        "--parallel",
        "1",
        simulator=local_cj,
        home=tmp_path,
    )
    assert (done.code, told(done)["verdict"]) == (4, "budget_stopped"), done.err
    assert "limit=120" in told(done)["stopped"]
    assert 120 <= len(rows(tmp_path / "p.jsonl")) < 450
    (tmp_path / "elsewhere").mkdir()
    state = str(tmp_path / "cj-crawl.db")
    resume = ("crawl", "resume", "--state", state, "--token-file", str(tmp_path / "tokens.json"))
    more = await cj(*resume, simulator=local_cj, home=tmp_path / "elsewhere")
    assert (more.code, told(more)["verdict"]) == (0, "complete"), more.err
    assert told(more)["permitted"] == PER_ADDRESS  # all that the tier as before can use
    assert len(ids(tmp_path / "p.jsonl")) == len(set(ids(tmp_path / "p.jsonl"))) == 450
    again = await cj(*resume, simulator=local_cj, home=tmp_path)
    assert (again.code, told(again)["resumed"]) == (0, False)


async def test_points_and_deadline_stop_it_before_they_are_passed(
    local_cj: Simulator, tmp_path: Path
) -> None:
    few = await cj(*RUN, "--max-points", "150", simulator=local_cj, home=tmp_path)
    assert (few.code, told(few)["points"]) == (4, 150)
    late = await cj(*RUN, "--deadline", "0s", simulator=local_cj, home=tmp_path)
    assert late.code == 4
    assert "deadline" in told(late)["because"]


async def test_status_verify_and_export_tell_what_a_state_holds(
    local_cj: Simulator, tmp_path: Path
) -> None:
    done = await cj(*RUN, "--out", "p.jsonl", simulator=local_cj, home=tmp_path)
    assert done.code == 0, done.err
    status = await cj("crawl", "status", simulator=None, home=tmp_path)
    assert status.code == 0, status.err
    assert (told(status)["products"], told(status)["is_finished"]) == (450, True)
    assert told(status)["sinks"][0]["behind"] == 0
    table = await here("status", "--table", "--state", str(tmp_path / "cj-crawl.db"))
    assert "p.jsonl" in table.output
    plan = await here("plan", "--state", str(tmp_path / "cj-crawl.db"))
    assert [each["products"] for each in json.loads(plan.output)["estimates"]] == [450]
    checked = await cj("crawl", "verify", "--seed", "1", simulator=local_cj, home=tmp_path)
    assert (checked.code, told(checked)["is_good"]) == (0, True), checked.err
    copied = await cj("crawl", "export", "--out", "copy.jsonl", simulator=None, home=tmp_path)
    assert (copied.code, told(copied)["lines"]) == (0, 450), copied.err
    assert sorted(ids(tmp_path / "copy.jsonl")) == sorted(ids(tmp_path / "p.jsonl"))


async def test_verify_has_an_exit_code_for_what_is_missing(
    local_cj: Simulator, tmp_path: Path
) -> None:
    await cj(*RUN, simulator=local_cj, home=tmp_path)
    with closing(sqlite3.connect(tmp_path / "cj-crawl.db")) as database, database:
        database.execute("DELETE FROM items WHERE kind = 0 AND pid < '8'")
    checked = await cj("crawl", "verify", "--table", simulator=local_cj, home=tmp_path)
    assert checked.code == 3, checked.err
    assert "missing" in checked.out


async def test_plan_tells_costs_and_sends_nothing(local_cj: Simulator, tmp_path: Path) -> None:
    done = await cj("crawl", "plan", simulator=local_cj, home=tmp_path)
    assert [each["products"] for each in told(done)["estimates"]] == [100_000, 400_000, 1_000_000]
    assert not list(local_cj.requests)
    assert names_in(tmp_path) == []


async def test_plan_counts_documents_and_knows_accounts_without_points() -> None:
    documents = ("--enrich", "details,stock", "--products", "1000", "--points-total", "0")
    done = await here("plan", *documents)
    (estimate,) = json.loads(done.output)["estimates"]
    assert (estimate["document_calls"], estimate["binding"]) == (1000, "rate")
    table = await here("plan", "--table", "--tier", "plus", "--products", "1000000")
    assert "1,000,000" in table.output
    assert "2 requests a second" in table.output


async def test_ctrl_c_finishes_what_is_in_flight_and_the_state_goes_on(
    long_cj: Simulator, tmp_path: Path
) -> None:
    process = await start(*SLOW, "--out", "p.jsonl", simulator=long_cj, home=tmp_path)
    await is_crawled(long_cj)
    process.send_signal(signal.SIGINT)
    out, err = await process.communicate()
    assert process.returncode == 130, err
    summary = json.loads(out)
    assert (summary["verdict"], summary["stopped"]) == ("budget_stopped", "SIGINT")
    assert b"Traceback" not in err
    assert b"once more leaves at once" in err
    assert len(rows(tmp_path / "p.jsonl")) == summary["products"] < 1500
    done = await cj("crawl", "resume", "--tier", FAST, simulator=long_cj, home=tmp_path)
    assert done.code == 0, done.err
    assert len(ids(tmp_path / "p.jsonl")) == len(set(ids(tmp_path / "p.jsonl"))) == 1500


async def test_a_second_signal_leaves_at_once(tmp_path: Path) -> None:
    async with Simulator(products=450, tier="advanced", latency=30.0) as hanging:
        process = await start("crawl", "run", simulator=hanging, home=tmp_path)
        await until(lambda: len(hanging.requests) > 0)
        process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        first = json.loads(await process.stderr.readline())
        assert "SIGTERM" in first["message"]
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):  # an answer takes longer
            assert await process.wait() == 143


async def test_a_second_process_is_refused_or_joins(long_cj: Simulator, tmp_path: Path) -> None:
    first = await start(*SLOW, "--out", "p.jsonl", simulator=long_cj, home=tmp_path)
    await is_crawled(long_cj)
    refused = await cj(*RUN, "--out", "q.jsonl", simulator=long_cj, home=tmp_path)
    assert refused.code == 1
    assert "--join" in refused.err
    assert not (tmp_path / "q.jsonl").exists()
    first.kill()
    await first.communicate()
    done = await cj("crawl", "resume", "--join", "--tier", FAST, simulator=long_cj, home=tmp_path)
    assert done.code == 0, done.err
    assert told(done)["outs"] == [str(tmp_path / "p.jsonl")]
    assert len(ids(tmp_path / "p.jsonl")) == len(set(ids(tmp_path / "p.jsonl"))) == 1500


async def test_a_second_crawl_uses_the_stored_token(local_cj: Simulator, tmp_path: Path) -> None:
    for _ in range(2):
        done = await cj(*RUN, simulator=local_cj, home=tmp_path)
        assert done.code == 0, done.err
    logins = [record for record in local_cj.requests if "getAccessToken" in record.path]
    assert len(logins) == 1
    tokens = tmp_path / ".config" / "cj-async" / "tokens.json"
    assert stat.S_IMODE(tokens.stat().st_mode) == 0o600


async def test_a_list_that_cannot_be_verified_has_an_exit_code_of_its_own(tmp_path: Path) -> None:
    ignored = {"orderBy", "timeStart", "timeEnd", "categoryId", "startSellPrice", "endSellPrice"}
    async with Simulator(
        products=900, tier=float(FAST), per_ip=None, page_cap=500, ignores=ignored
    ) as blind:
        done = await cj(*RUN, simulator=blind, home=tmp_path)
    assert done.code == 3, done.err
    assert told(done)["verdict"] in {"cap_suspected", "unverified"}


async def test_an_error_is_a_line_and_what_was_fetched_is_kept(
    local_cj: Simulator, tmp_path: Path
) -> None:
    local_cj.fail("products.search", kind="refuse", code=1600100, after=3, times=99)
    done = await cj(*RUN, "--parallel", "1", "--quiet", simulator=local_cj, home=tmp_path)
    assert done.code == 1
    assert "1600100" in done.err
    assert len(done.err.splitlines()) == 1
    status = await cj("crawl", "status", simulator=None, home=tmp_path)
    assert told(status)["products"] > 200


async def test_a_file_that_is_not_ours_is_left_alone(local_cj: Simulator, tmp_path: Path) -> None:
    (tmp_path / "old.jsonl").write_text('{"id": "1"}\n', encoding="utf-8")
    done = await cj(*RUN, "--out", "old.jsonl", simulator=local_cj, home=tmp_path)
    assert done.code == 1
    assert "has content already" in done.err
    assert ids(tmp_path / "old.jsonl") == ["1"]


async def test_without_the_extra_parquet_the_command_says_what_to_install(
    local_cj: Simulator, tmp_path: Path
) -> None:
    code = "import sys; sys.modules['pyarrow'] = None; from cj_async.cli import main; main()"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code, *RUN, "--out", "out/"),
        stderr=asyncio.subprocess.PIPE,
        env=environment_of(local_cj, tmp_path) | {"PYTHONPATH": str(PROJECT)},
        cwd=tmp_path,
    )
    _, err = await process.communicate()
    assert process.returncode == 1
    assert b"pip install 'cj-async[parquet]'" in err
    assert b"Traceback" not in err


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (None, "CJ_API_KEY"),
        ("me@example.com", "e-mail"),
        ("API@CJ1@CJ:not-a-key", "access token"),
    ],
)
async def test_unusable_credentials_are_explained_in_a_line(
    key: str | None, words: str, tmp_path: Path
) -> None:
    environment = environment_of(None, tmp_path) | ({"CJ_API_KEY": key} if key else {})
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cj_async.cli", "crawl", "run", "--out", "x.jsonl"),
        stderr=asyncio.subprocess.PIPE,
        env=environment,
        cwd=tmp_path,
    )
    _, err = await process.communicate()
    assert process.returncode == 1
    assert words in err.decode()
    assert "not-a-key" not in err.decode()
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--tier", "gold"),
        ("--limit", "0"),
        ("--parallel", "65"),
        ("--max-points", "-1"),
        ("--reserve", "-5"),
        ("--on-exhausted", "despair"),
        ("--out", "x.csv"),
        ("--profile", "golden"),
        ("--features", "enable_magic"),
        ("--enrich", "photographs"),
        ("--filter", "colour=red"),
        ("--filter", "customization=9"),
        ("--filter", "nameless"),
        ("--since", "yesterday"),
        ("--deadline", "2030-01-01T00:00"),
    ],
)
def test_a_bad_option_is_refused_by_name_with_value_and_rule(
    option: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["crawl", "run", option, value])
    assert done.exit_code == 2
    assert option in done.output
    assert value.partition("=")[0] in done.output
    assert list(tmp_path.iterdir()) == []


def test_the_state_is_no_sink(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    done = CliRunner().invoke(app, ["crawl", "run", "--out", "cj-crawl.db"])
    assert done.exit_code == 2
    assert "is the state" in " ".join(done.output.split())


def test_the_help_of_the_group_tells_the_exit_codes() -> None:
    done = CliRunner().invoke(app, ["crawl", "--help"])
    assert done.exit_code == 0
    for words in ("complete_with_churn", "cap_suspected", "budget_stopped", "130, 143"):
        assert words in done.output


async def test_a_state_that_is_not_there_is_an_error_and_is_not_made(tmp_path: Path) -> None:
    for command in ("resume", "status"):
        done = await cj("crawl", command, "--state", "no.db", simulator=None, home=tmp_path)
        assert (done.code, len(done.err.splitlines())) == (1, 1)
        assert "no.db" in done.err
    assert names_in(tmp_path) == []
