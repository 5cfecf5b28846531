"""Does `python -m codegen audit` say what it found, in every form, with the right exit code?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codegen.__main__ import main
from tests.codegen.audit.shop import FLAT, LEVELS, write_spec

ADDED = LEVELS.replace(
    "| - sku | SKU |", "| - tag | A \\| tag | string | N | 9 |  |\n| - sku | SKU |"
)
DECIDED = """decided:
  - kind: parameter-missing
    operation: things.create
    name: lines.tag
    seen: ["000"]
    reason: Not for sale.
    date: 2026-11-21
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the small spec and its two documents."""
    (tmp_path / "levels.md").write_text(LEVELS, encoding="utf-8")
    (tmp_path / "flat.txt").write_text(FLAT, encoding="utf-8")
    (tmp_path / "added.md").write_text(ADDED, encoding="utf-8")
    return write_spec(tmp_path)


def run(project: Path, *arguments: str) -> int:
    """Runs the audit on files of the project."""
    paths = [str(project / each) if each.endswith((".md", ".txt")) else each for each in arguments]
    return main(["audit", *paths, "--project", str(project)])


def test_documents_that_agree_with_the_spec_end_with_0(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(project, "levels.md", "flat.txt") == 0
    told = capsys.readouterr().out
    assert "levels.md (edition 000): 2 operations, 1 messages" in told
    assert told.endswith("0 undecided, 0 decided\n")


def test_a_difference_ends_with_1_and_is_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(project, "added.md", "flat.txt") == 1
    told = capsys.readouterr().out
    assert "parameters that the spec lacks (parameter-missing): 1\n  things.create\n" in told
    assert "    lines.tag  (000:" in told
    assert "documentation: text A | tag" in told.replace("\\|", "|")


def test_a_decided_difference_ends_with_0(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    decide(project)
    assert run(project, "added.md", "flat.txt") == 0
    assert "0 undecided, 1 decided" in capsys.readouterr().out


def test_a_stale_decision_ends_with_1(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    decide(project)
    assert run(project, "levels.md", "flat.txt") == 1
    told = capsys.readouterr().out
    assert "parameter-missing things.create lines.tag in 000: Not for sale." in told
    assert "1 stale decisions" in told


def decide(project: Path) -> None:
    """Writes the file of decisions."""
    file = project / "spec" / "audit" / "decided.yaml"
    file.parent.mkdir()
    file.write_text(DECIDED, encoding="utf-8")


def test_json_goes_to_a_file_beside_the_report(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = project / "report.json"
    assert run(project, "added.md", "--json", str(target)) == 1
    report = json.loads(target.read_text(encoding="utf-8"))
    assert [each["key"] for each in report["undecided"]] == [
        "000:parameter-missing:things.create:lines.tag"
    ]
    assert report["documents"][0]["edition"] == "000"
    assert "1 undecided" in capsys.readouterr().out


def test_json_alone_goes_to_the_terminal(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    decide(project)
    assert run(project, "added.md", "--json", "-") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["undecided"] == report["stale"] == []
    assert report["decided"][0]["reason"] == "Not for sale."


def test_markdown_has_tables_and_reasons(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(project, "added.md", "--markdown", "-") == 1
    told = capsys.readouterr().out
    assert told.startswith("# Documentation and spec\n")
    assert "## Parameters that the spec lacks" in told
    assert "| things.create | lines.tag | 000:" in told
    decide(project)
    assert run(project, "levels.md", "--markdown", "-") == 1
    assert (
        "- parameter-missing things.create lines.tag in 000: Not for sale."
        in capsys.readouterr().out
    )
    assert run(project, "added.md", "--markdown", "-") == 0
    assert "| Not for sale. |" in capsys.readouterr().out


def test_a_document_of_no_known_edition_is_called_by_the_option_or_its_file(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "fresh.txt").write_text(FLAT.replace("# 5 交易\n", ""), encoding="utf-8")
    assert run(project, "fresh.txt") == 0
    assert "fresh.txt (edition fresh)" in capsys.readouterr().out
    assert run(project, "fresh.txt", "--edition", "2027-01") == 0
    assert "fresh.txt (edition 2027-01)" in capsys.readouterr().out


def test_files_that_cannot_be_read_end_with_2(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(project, "missing.txt") == 2
    (project / "spec" / "shop.yaml").write_text("a: [", encoding="utf-8")
    assert run(project, "flat.txt") == 2
    assert capsys.readouterr().err.count("audit: ") == 2
