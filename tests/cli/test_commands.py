"""The commands of `cj`, run as a person runs them: in a process of their own, against a local CJ."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cj_async import CJClient, CJError
from cj_async.simulator import Simulator

FAST = "1000"
"""Requests a second where a test is not about pace."""


@pytest.fixture
async def local_cj() -> AsyncIterator[Simulator]:
    async with Simulator(products=450, tier=float(FAST), per_ip=None) as running:
        yield running


class Finished:
    """What a command left behind."""

    def __init__(self, code: int | None, out: bytes, err: bytes) -> None:
        self.code = code
        self.out = out.decode()
        self.err = err.decode()


def environment_of(simulator: Simulator | None, home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CJ_")}
    known = {"HOME": str(home), "COLUMNS": "120"}
    if simulator is not None:
        known |= {"CJ_API_KEY": simulator.api_key, "CJ_BASE_URL": simulator.base_url}
    return kept | known


async def start(
    *arguments: str, simulator: Simulator | None, home: Path
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cj_async.cli", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment_of(simulator, home),
        cwd=home,
    )


async def cj(*arguments: str, simulator: Simulator | None, home: Path) -> Finished:
    process = await start(*arguments, simulator=simulator, home=home)
    out, err = await process.communicate()
    return Finished(process.returncode, out, err)


def rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


async def test_the_demo_crawls_everything_and_looks_one_product_up(tmp_path: Path) -> None:
    done = await cj("demo", simulator=None, home=tmp_path)
    assert done.code == 0, done.err
    products = rows(tmp_path / "products.jsonl")
    assert len({product["id"] for product in products}) == 5000
    told = {
        cells[1].strip(): cells[2].strip()
        for line in done.out.splitlines()
        if len(cells := line.split("│")) == 4
    }
    assert told["products"] == "5000"
    assert told["pages"] == "50"
    assert told["refusals"] == "0"
    assert told["points spent"] == "2500"
    assert "permitted" in told["requests a second"]
    assert "MiB" in told["peak memory"]
    assert "stock" in done.out


async def test_a_crawl_writes_each_product_once_with_money_as_text(
    local_cj: Simulator, tmp_path: Path
) -> None:
    done = await cj(
        "crawl", "--out", "all.jsonl", "--tier", FAST, simulator=local_cj, home=tmp_path
    )
    assert done.code == 0, done.err
    products = rows(tmp_path / "all.jsonl")
    assert len({product["id"] for product in products}) == len(products) == 450
    prices = [product["sellPrice"] for product in products if product.get("sellPrice")]
    assert prices
    for price in prices:
        assert isinstance(price, dict)
        assert isinstance(price["low"], str)


async def test_a_crawl_can_be_narrowed_and_limited(local_cj: Simulator, tmp_path: Path) -> None:
    narrowed = ("--country", "US", "--keyword", "a", "--limit", "7", "--tier", FAST)
    done = await cj("crawl", "--out", "some.jsonl", *narrowed, simulator=local_cj, home=tmp_path)
    assert done.code == 0, done.err
    assert len(rows(tmp_path / "some.jsonl")) == 7
    asked = [record.query for record in local_cj.requests if "listV2" in record.path]
    assert asked
    assert all("countryCode=US" in query and "keyWord=a" in query for query in asked)


async def test_a_second_crawl_uses_the_stored_token(local_cj: Simulator, tmp_path: Path) -> None:
    for name in ("one.jsonl", "two.jsonl"):
        done = await cj("crawl", "--out", name, "--tier", FAST, simulator=local_cj, home=tmp_path)
        assert done.code == 0, done.err
    logins = [record for record in local_cj.requests if "getAccessToken" in record.path]
    assert len(logins) == 1
    tokens = tmp_path / ".config" / "cj-async" / "tokens.json"
    assert stat.S_IMODE(tokens.stat().st_mode) == 0o600


async def test_a_search_beyond_the_cap_ends_with_an_exit_code_of_its_own(tmp_path: Path) -> None:
    async with Simulator(products=6100, tier=float(FAST), per_ip=None) as capped:
        done = await cj(
            "crawl", "--out", "part.jsonl", "--tier", FAST, simulator=capped, home=tmp_path
        )
    assert done.code == 3
    assert "Not complete" in done.out
    assert len(rows(tmp_path / "part.jsonl")) == 6000


async def test_ctrl_c_keeps_what_was_fetched(tmp_path: Path) -> None:
    async with Simulator(products=5000, tier="advanced") as slow:
        process = await start(
            "crawl", "--out", "part.jsonl", "--tier", "advanced", simulator=slow, home=tmp_path
        )
        assert process.stdout is not None
        await process.stdout.readline()
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()
    assert process.returncode == 130, err
    assert b"stopped" in out
    assert b"Traceback" not in err
    assert 0 < len(rows(tmp_path / "part.jsonl")) < 5000


async def test_a_crawl_that_gets_nothing_leaves_an_older_file_alone(
    local_cj: Simulator, tmp_path: Path
) -> None:
    (tmp_path / "old.jsonl").write_text('{"id": "1"}\n')
    local_cj.fail("products.search", kind="refuse", code=1600100, times=99)
    done = await cj(
        "crawl", "--out", "old.jsonl", "--tier", FAST, simulator=local_cj, home=tmp_path
    )
    assert done.code == 1
    assert "1600100" in done.err
    assert "Traceback" not in done.err
    assert rows(tmp_path / "old.jsonl") == [{"id": "1"}]


async def test_an_error_in_the_middle_keeps_and_tells_what_was_fetched(
    local_cj: Simulator, tmp_path: Path
) -> None:
    local_cj.fail("products.search", kind="refuse", code=1600100, after=2, times=99)
    done = await cj(
        "crawl", "--out", "part.jsonl", "--tier", FAST, simulator=local_cj, home=tmp_path
    )
    assert done.code == 1
    assert "not complete" in done.out
    assert len(rows(tmp_path / "part.jsonl")) == 200


@pytest.mark.parametrize(
    ("key", "told"),
    [
        (None, "CJ_API_KEY"),
        ("me@example.com", "e-mail"),
        ("API@CJ1@CJ:not-a-key", "access token"),
    ],
)
async def test_unusable_credentials_are_explained_in_a_line(
    key: str | None, told: str, tmp_path: Path
) -> None:
    environment = environment_of(None, tmp_path) | ({"CJ_API_KEY": key} if key else {})
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cj_async.cli", "crawl", "--out", "x.jsonl"),
        stderr=asyncio.subprocess.PIPE,
        env=environment,
        cwd=tmp_path,
    )
    _, err = await process.communicate()
    assert process.returncode == 1
    assert told in err.decode()
    assert "not-a-key" not in err.decode()
    assert not (tmp_path / "x.jsonl").exists()


@pytest.mark.parametrize("arguments", [("--tier", "gold"), ("--limit", "0"), ("--tier", "-1")])
async def test_bad_options_are_refused_with_the_rule(
    arguments: tuple[str, str], local_cj: Simulator, tmp_path: Path
) -> None:
    done = await cj("crawl", "--out", "x.jsonl", *arguments, simulator=local_cj, home=tmp_path)
    assert done.code == 2
    assert arguments[0] in done.err
    assert not list(local_cj.requests)


async def test_sim_says_what_to_export_and_stops_on_ctrl_c(tmp_path: Path) -> None:
    process = await start("sim", "--products", "20", "--tier", FAST, simulator=None, home=tmp_path)
    assert process.stdout is not None
    exports = [(await process.stdout.readline()).decode() for _ in range(2)]
    settings = dict(line.removeprefix("export ").strip().split("=", 1) for line in exports)
    environment = environment_of(None, tmp_path) | settings
    crawl = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cj_async.cli", "crawl", "--out", "x.jsonl"),
        stdout=asyncio.subprocess.DEVNULL,
        env=environment,
        cwd=tmp_path,
    )
    assert await crawl.wait() == 0
    assert len(rows(tmp_path / "x.jsonl")) == 20
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()
    assert process.returncode == 0
    assert b"Traceback" not in err


async def test_sim_has_accounts_and_faults_and_shows_every_request(tmp_path: Path) -> None:
    faults = tmp_path / "faults.json"
    faults.write_text('[{"operation": "settings.get", "kind": "html"}]', encoding="utf-8")
    arguments = ("--products", "20", "--tier", FAST, "--accounts", "3", "--faults", str(faults))
    process = await start("sim", *arguments, simulator=None, home=tmp_path)
    assert process.stdout is not None
    exports = [(await process.stdout.readline()).decode() for _ in range(4)]
    settings = dict(line.removeprefix("export ").strip().split("=", 1) for line in exports)
    assert list(settings) == ["CJ_BASE_URL", "CJ_API_KEY", "CJ_API_KEY_2", "CJ_API_KEY_3"]
    key = settings["CJ_API_KEY_3"]
    async with CJClient(key, base_url=settings["CJ_BASE_URL"], tier=float(FAST), retries=0) as cj:
        with pytest.raises(CJError):
            await cj.settings.get()
        await cj.products.search(size=1)
        with pytest.raises(CJError):
            await cj.products.get(pid="NOBODY")
    process.send_signal(signal.SIGTERM)
    _, err = await process.communicate()
    assert process.returncode == 0
    lines = [line.split() for line in err.decode().splitlines()]
    shown = {line[2]: line for line in lines if len(line) > 3 and line[1].startswith("CJ")}
    assert shown["settings.get"][1] == key.partition("@")[0]
    assert shown["settings.get"][3:6] == ["HTTP", "502", "(fault)"]
    assert (shown["products.search"][3], shown["products.search"][-1]) == ("200", "ms")
    assert shown["products.get"][3] == "1602001"
    assert key.partition("@")[2] not in err.decode()
    assert "stopped after 4 requests" in err.decode()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--products", "99999999"), "--products"),
        (("--accounts", "0"), "--accounts"),
        (("--faults", "nowhere.json"), "nowhere.json"),
        (("--faults", "bad.json"), "faults[0]"),
    ],
)
async def test_sim_refuses_what_makes_no_sense(
    arguments: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    (tmp_path / "bad.json").write_text('[{"operation": "x"}]', encoding="utf-8")
    done = await cj("sim", *arguments, simulator=None, home=tmp_path)
    assert done.code == 2
    assert words in done.err
    assert "Traceback" not in done.err


async def test_without_the_extra_the_command_says_what_to_install(tmp_path: Path) -> None:
    code = "import sys; sys.modules['typer'] = None; from cj_async.cli import main; main()"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code), stderr=asyncio.subprocess.PIPE, cwd=tmp_path
    )
    _, err = await process.communicate()
    assert process.returncode == 1
    assert b"cj-async[cli]" in err
