"""The commands of `cj` beside `cj crawl`, run as a person runs them."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest
from typer.testing import CliRunner

from cj_async import CJClient, CJError, __version__
from cj_async.cli import main
from cj_async.cli._app import app
from cj_async.simulator import Simulator
from tests.cli.running import FAST, cj, environment_of, names_in, rows, start, until


async def test_the_demo_survives_its_crash_and_looks_one_product_up(tmp_path: Path) -> None:
    pid = Simulator(products=3000).control.world.catalog.pid(7)
    earlier = f'{{"id": "{pid}"}}\n{{"id": "torn'
    (tmp_path / "cj-demo.jsonl").write_text(earlier, encoding="utf-8")
    done = await cj("demo", "--products", "3000", simulator=None, home=tmp_path)
    assert done.code == 0, done.err
    products = rows(tmp_path / "cj-demo.jsonl")
    assert len({product["id"] for product in products}) == len(products) == 3000
    told = {
        cells[1].strip(): cells[2].strip()
        for line in done.out.splitlines()
        if len(cells := line.split("│")) == 4
    }
    assert "kill -9 with " in done.out
    assert told["products"] == "3000"
    assert told["cj-demo.jsonl"] == told["table of SQLite"] == "3000 rows, 0 lost, 0 double"
    assert told["verdict"].startswith("complete")
    assert "permitted" in told["requests a second"]
    assert "MiB" in told["peak memory"]
    assert "stock" in done.out
    assert names_in(tmp_path) == ["cj-demo.jsonl"]


async def test_ctrl_c_ends_the_demo_and_its_crawl(tmp_path: Path) -> None:
    process = await start("demo", simulator=None, home=tmp_path)
    await until((tmp_path / "cj-demo.jsonl").exists)
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()  # ends when its child has closed the pipe, too
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert names_in(tmp_path) == ["cj-demo.jsonl"]  # no claim that would keep the next demo away


@pytest.mark.parametrize("name", ["cj-demo.jsonl", ".cj-demo.jsonl.crawl"])
def test_the_demo_leaves_alone_what_it_did_not_write(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")
    theirs = b'{"id": "04A22450-67F0-4617-A132-E7AE7F8963B0"}\n'
    (tmp_path / name).write_bytes(theirs)
    done = CliRunner().invoke(app, ["demo"])
    assert done.exit_code == 2
    assert "--out" in done.output
    assert "name another file" in done.output
    assert names_in(tmp_path) == [name]
    assert (tmp_path / name).read_bytes() == theirs


def test_ctrl_c_before_a_command_has_begun_is_quiet(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("typer.main.get_command", Mock(side_effect=KeyboardInterrupt))
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
    assert capfd.readouterr() == ("", "")


def test_the_version_is_an_option_and_a_command() -> None:
    assert CliRunner().invoke(app, ["--version"]).output == f"{__version__}\n"
    assert CliRunner().invoke(app, ["version"]).output == f"{__version__}\n"


async def test_sim_says_what_to_export_and_stops_on_ctrl_c(tmp_path: Path) -> None:
    process = await start("sim", "--products", "20", "--tier", FAST, simulator=None, home=tmp_path)
    assert process.stdout is not None
    exports = [(await process.stdout.readline()).decode() for _ in range(2)]
    settings = dict(line.removeprefix("export ").strip().split("=", 1) for line in exports)
    environment = environment_of(None, tmp_path) | settings
    crawl = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cj_async.cli", "crawl", "run", "--out", "x.jsonl"),
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
