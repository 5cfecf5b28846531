"""The README is true: its snippets run, its commands exist, its numbers agree with the spec."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sqlite3
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from typer.testing import CliRunner

from cj_async.cli._app import app
from cj_async.resources import operations
from cj_async.simulator import Simulator

PROJECT = Path(__file__).resolve().parent.parent
README = (PROJECT / "README.md").read_text(encoding="utf-8")


def snippets(language: str, *, holding: str = "") -> list[str]:
    found = re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    return [text for text in found if holding in text]


TESTS = snippets("python", holding="def test_")
PROGRAMS = [text for text in snippets("python") if text not in TESTS]


LIGHT = [
    word for name in ("schemathesis", "hypothesispytest", "anyio") for word in ("-p", f"no:{name}")
]
"""Without plugins that happen to be here, too; loading them takes most of the time of a run."""

in_one_loop = pytest.mark.asyncio(loop_scope="module")


def local_cj() -> Simulator:
    return Simulator(products=300, tier=1000, per_ip=None)


async def run(command: list[str], simulator: Simulator, folder: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CJ_")}
    environment |= {
        "CJ_API_KEY": simulator.api_key,
        "CJ_BASE_URL": simulator.base_url,
        "HOME": str(folder),
        "DATABASE_URL": "postgres://postgres.db",
    }
    process = await asyncio.create_subprocess_exec(
        *command,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=environment,
        cwd=folder,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    return out.decode()


def test_every_python_snippet_is_run_by_one_of_these_tests() -> None:
    assert len(PROGRAMS) + len(TESTS) == len(snippets("python"))
    assert PROGRAMS
    assert TESTS


async def output(number: int, folder: Path, *, times: int = 1) -> str:
    """What a program prints; the last time, when it runs more than once."""
    program, out = folder / "program.py", ""
    program.write_text(PROGRAMS[number], encoding="utf-8")
    shutil.copy(PROJECT / "tests" / "asyncpg_on_sqlite.py", folder / "asyncpg.py")
    async with local_cj() as simulator:
        for _ in range(times):
            out = await run([sys.executable, "-W", "error", str(program)], simulator, folder)
    return out


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def outputs(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncGenerator[list[asyncio.Task[str]]]:
    """What the programs print; they run at the same time, since most of theirs is waiting."""
    places = asyncio.Semaphore(4)

    async def in_turn(number: int) -> str:
        async with places:
            return await output(number, tmp_path_factory.mktemp("program"))

    running = [asyncio.create_task(in_turn(number)) for number in range(len(PROGRAMS))]
    yield running
    for task in running:
        task.cancel()
    await asyncio.wait(running)


@in_one_loop
@pytest.mark.parametrize("number", range(len(PROGRAMS)))
async def test_a_program_of_the_readme_runs(number: int, outputs: list[asyncio.Task[str]]) -> None:
    assert (await outputs[number]).strip()


async def test_the_sink_of_the_readme_holds_every_product_once(tmp_path: Path) -> None:
    """Run twice: the second time it knows where it was."""
    (number,) = (place for place, text in enumerate(PROGRAMS) if "class PostgresSink" in text)
    assert (await output(number, tmp_path, times=2)).strip()
    database = sqlite3.connect(tmp_path / "postgres.db")
    count = database.execute("SELECT count(*), count(DISTINCT pid) FROM cj").fetchone()
    database.close()
    assert count == (300, 300)


def test_the_sink_of_the_readme_has_thirty_lines() -> None:
    found = re.search(
        r"^class PostgresSink:.*?(?=^async def main)", README, re.DOTALL | re.MULTILINE
    )
    assert found is not None
    assert len(found[0].strip().splitlines()) <= 30


@pytest.mark.parametrize("number", range(len(TESTS)))
async def test_a_test_of_the_readme_passes(number: int, tmp_path: Path) -> None:
    (tmp_path / "test_snippet.py").write_text(TESTS[number], encoding="utf-8")
    options = ["-q", *LIGHT, "-p", "no:cacheprovider"]
    async with local_cj() as simulator:
        command = [sys.executable, "-m", "pytest", *options, "test_snippet.py"]
        assert "1 passed" in await run(command, simulator, tmp_path)


def test_every_make_target_that_is_named_exists() -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    documents = README + (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\bmake ((?:[a-z-]+)(?: test)?)(?=[`,: \n])", documents))
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    wanted = {target for group in named for target in group.split()} & COMMAND_WORDS
    assert {"demo", "test", "check", "models", "bench"} <= wanted
    assert wanted <= targets


COMMAND_WORDS = {"demo", "test", "test-all", "check", "models", "bench", "all", "clean", "help"}


def test_every_cj_command_that_is_named_exists() -> None:
    named = set(re.findall(r"`cj (\w+)", README))
    assert {"sim", "crawl"} <= named
    for name in named:
        done = CliRunner().invoke(app, [name, "--help"])
        assert done.exit_code == 0, done.output


def test_the_number_of_operations_is_right() -> None:
    assert f"{len(operations())} operations" in README


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "docs/architecture.md"])
def test_every_file_that_is_named_exists(document: str) -> None:
    path = PROJECT / document
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text(encoding="utf-8"))
    for link in links:
        assert (path.parent / link).exists(), link


def test_every_module_on_the_page_of_the_house_exists() -> None:
    page = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for name in re.findall(r"`((?:cj_async|codegen|spec)/[\w/]+\.(?:py|yaml|json))`", page):
        assert (PROJECT / name).exists(), name
