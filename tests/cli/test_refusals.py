"""What `cj crawl` refuses before anything is sent: exit code 2, and the option by its name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cj_async.cli._app import app
from tests.cli.running import cj, environment_of, names_in


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")


def refusal(*arguments: str) -> str:
    """What a command says that has to be refused."""
    done = CliRunner().invoke(app, ["crawl", *arguments])
    assert done.exit_code == 2, done.output
    return done.output


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a.jsonl", "./x/../a.jsonl"),
        ("a.jsonl", "link.jsonl"),
        ("a.jsonl", "hard.jsonl"),
        ("jsonl:d.x", "sqlite:d.x"),
        ("a.jsonl", "sqlite:a.jsonl"),
    ],
)
def test_two_sinks_in_one_place_are_refused_and_leave_nothing_behind(
    first: str, second: str, tmp_path: Path
) -> None:
    (tmp_path / "a.jsonl").touch()
    (tmp_path / "link.jsonl").symlink_to("a.jsonl")
    (tmp_path / "hard.jsonl").hardlink_to("a.jsonl")
    before = names_in(tmp_path)
    said = refusal("run", "--out", first, "--out", second)
    assert "--out" in said
    assert "the same place" in said
    assert names_in(tmp_path) == before


@pytest.mark.parametrize("out", ["link.db", "jsonl:cj-crawl.db-wal", "./x/../cj-crawl.db"])
@pytest.mark.parametrize("command", ["run", "export"])
def test_a_sink_that_comes_to_the_state_is_refused(command: str, out: str, tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to("cj-crawl.db")
    assert "the state file" in refusal(command, "--out", out)
    assert names_in(tmp_path) == ["link.db"]


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (("--keyword", ""), "--keyword"),
        (("--keyword", " "), "--keyword"),
        (("--country", ""), "--country"),
        (("--category", ""), "--category"),
        (("--filter", "key_word="), "--filter"),
        (("--out", ""), "--out"),
    ],
)
def test_an_empty_value_does_not_mean_everything(
    arguments: tuple[str, str], option: str, tmp_path: Path
) -> None:
    said = refusal("run", *arguments)
    assert f"{option}: " in said
    assert "empty" in said
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("--filter", "country_code=US", "--country", "CN"),
        ("--filter", "key_word=a", "--filter", "key_word=b"),
        ("--profile", "cheap", "--keyword", "a", "--filter", "product_name_en=b"),
    ],
)
def test_a_filter_that_is_given_twice_is_refused(arguments: tuple[str, ...]) -> None:
    assert "given twice" in refusal("run", *arguments)


@pytest.mark.parametrize(
    ("country", "hint"),
    [
        ("usa", "two letters are due: US"),
        ("US,Germny", "there is Germany (DE)"),
        ("XX", "no country 'XX'"),
    ],
)
def test_a_country_that_is_none_is_refused_with_what_is_near(country: str, hint: str) -> None:
    said = refusal("run", "--country", country)
    assert "--country: " in said
    assert hint in said
    assert hint in refusal("run", "--filter", f"country_code={country}")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--max-points", "-5"), "Invalid value for --max-points: -5: a whole number"),
        (("--tier", "gold"), "Invalid value for --tier: 'gold': one of"),
        (("--features", "enable_magic"), "Invalid value for --features: enable_magic: "),
        (("--filter", "colour=red"), "Invalid value for --filter: colour='red': "),
    ],
)
def test_a_refusal_names_an_option_once(arguments: tuple[str, ...], words: str) -> None:
    assert words in refusal("run", *arguments)


def test_a_verification_of_nothing_is_refused() -> None:
    said = refusal("verify", "--products", "0", "--windows", "0")
    assert "--products, --windows" in said


async def test_without_a_key_the_variable_is_named_and_no_argument_of_python(
    tmp_path: Path,
) -> None:
    done = await cj("crawl", "run", simulator=None, home=tmp_path)
    assert done.code == 1
    assert "set CJ_API_KEY" in done.err
    assert "api_key" not in done.err


def test_standard_output_that_is_full_is_named(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no full device")
    with Path("/dev/full").open("wb") as full:
        done = plan_into(full.fileno(), tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("cj: standard output: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_reader_who_has_left_ends_it_quietly(tmp_path: Path) -> None:
    mine, theirs = os.pipe()
    os.close(mine)
    try:
        done = plan_into(theirs, tmp_path)
    finally:
        os.close(theirs)
    assert (done.returncode, done.stderr) == (141, "")


def plan_into(output: int, folder: Path) -> subprocess.CompletedProcess[str]:
    """`cj crawl plan` with such a standard output."""
    return subprocess.run(
        [sys.executable, "-m", "cj_async.cli", "crawl", "plan"],
        stdout=output,
        stderr=subprocess.PIPE,
        env=environment_of(None, folder),
        cwd=folder,
        text=True,
        check=False,
    )
