"""Is docs/crawl.md true? Its table of costs is computed, its words are those of the code."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import get_args

from typer.testing import CliRunner

from cj_async.cli._app import app
from cj_async.crawl import Verdict
from tests.crawl.test_estimate import cost_table
from tests.test_readme import local_cj, run

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "crawl.md").read_text(encoding="utf-8")


def test_the_table_of_costs_is_what_is_estimated() -> None:
    assert cost_table() in PAGE


def test_every_verdict_is_explained() -> None:
    for verdict in get_args(Verdict):
        assert f"| `{verdict}` |" in PAGE


def test_every_command_and_option_that_is_named_exists() -> None:
    reference = PAGE.split("## The command line")[1]
    commands = set(re.findall(r"`cj crawl (\w+)`", reference))
    assert commands == {"plan", "run", "resume", "status", "verify", "export"}
    options = set(re.findall(r"(--[a-z][a-z-]+)", reference))
    told = "".join(_help(command) for command in sorted(commands))
    assert {option for option in options if option not in told} == set()


async def test_its_program_runs(tmp_path: Path) -> None:
    (program,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    async with local_cj() as simulator:
        told = await run([sys.executable, "-W", "error", "program.py"], simulator, tmp_path)
    *_, checked, known, exported = told.splitlines()
    assert (checked, known.split()[1]) == ("good", "['complete']")
    assert exported == f"{known.split()[0]} lines"


def _help(command: str) -> str:
    shown = CliRunner().invoke(app, ["crawl", command, "--help"])
    assert shown.exit_code == 0
    return shown.output
