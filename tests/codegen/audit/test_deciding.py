"""Do decisions settle what they name, and no more; and is it said when they match nothing?"""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.audit.deciding import Verdict, decide, read_decisions
from codegen.audit.records import Difference
from codegen.load import SpecError

FIELD = Difference("field-missing", "things.list", "data.colour", "000", 7, "string")
TYPE = Difference("type-differs", "things.list", "data.pid", "000", 8, "integer", "text")
EXTRA = Difference("undocumented-field", "things.list", "data.shelf", "spec", 0)
EDITIONS = ("000", "001")


def verdict(
    folder: Path, decided: str, *found: Difference, given: tuple[str, ...] = EDITIONS
) -> Verdict:
    """What becomes of differences under a file of decisions."""
    file = folder / "audit" / "decided.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"decided:\n{decided}", encoding="utf-8")
    return decide(found, read_decisions(folder), given, EDITIONS)


def entry(**keys: str) -> str:
    """An entry of the file."""
    rows = {"reason": "Because.", "date": "2026-11-21", **keys}
    return "  - {" + ", ".join(f"{key}: {value}" for key, value in rows.items()) + "}\n"


def test_without_a_file_nothing_is_decided(tmp_path: Path) -> None:
    assert read_decisions(tmp_path) == []


def test_a_decision_settles_what_it_names(tmp_path: Path) -> None:
    decided = entry(kind="field-missing", operation="things.list", name="data.colour")
    found = verdict(tmp_path, decided, FIELD)
    assert found.is_clean
    assert [(each, decision.reason) for each, decision in found.decided] == [(FIELD, "Because.")]


@pytest.mark.parametrize(
    "keys",
    [
        {"kind": "parameter-missing"},
        {"kind": "field-missing", "operation": "things.get"},
        {"kind": "field-missing", "name": "data.col"},
        {"kind": "field-missing", "name": "[data.size, data.price]"},
    ],
)
def test_a_decision_settles_nothing_else(tmp_path: Path, keys: dict[str, str]) -> None:
    assert verdict(tmp_path, entry(**keys), FIELD).undecided == (FIELD,)


@pytest.mark.parametrize(
    "keys",
    [{"name": '"data.*"'}, {"name": "[data.colour, data.size]"}, {"operation": '"*"'}, {}],
)
def test_a_decision_may_name_several(tmp_path: Path, keys: dict[str, str]) -> None:
    assert verdict(tmp_path, entry(kind="field-missing", **keys), FIELD).undecided == ()


def test_a_decision_ends_when_the_documentation_says_something_else(tmp_path: Path) -> None:
    decided = entry(kind="type-differs", name="data.pid", says="list")
    assert verdict(tmp_path, decided, TYPE).undecided == (TYPE,)
    assert verdict(tmp_path, decided.replace("list", "integer"), TYPE).is_clean


def test_a_decision_that_matches_nothing_is_stale(tmp_path: Path) -> None:
    decided = entry(kind="field-missing", name="data.colour", seen='["000"]')
    found = verdict(tmp_path, decided)
    assert found.stale == ("field-missing * data.colour in 000: Because.",)
    assert not found.is_clean


def test_a_decision_is_stale_for_each_of_its_names(tmp_path: Path) -> None:
    decided = entry(kind="field-missing", name="[data.colour, data.size]", seen='["000"]')
    assert verdict(tmp_path, decided, FIELD).stale == ("field-missing data.size in 000: Because.",)


def test_a_decision_is_not_stale_when_its_documents_were_not_given(tmp_path: Path) -> None:
    decided = entry(kind="field-missing", name="data.colour", seen='["000"]')
    assert verdict(tmp_path, decided, given=("001",)).is_clean


def test_what_no_document_shows_is_stale_only_when_all_were_given(tmp_path: Path) -> None:
    decided = entry(kind="undocumented-field", name="data.shelf")
    assert verdict(tmp_path, decided, EXTRA).is_clean
    assert verdict(tmp_path, decided, given=("001",)).is_clean
    assert verdict(tmp_path, decided).stale == ("undocumented-field * data.shelf: Because.",)


@pytest.mark.parametrize(
    ("decided", "problem"),
    [
        (entry(kind="odd"), "'odd' is not one of"),
        (entry(kind="type-differs"), "type-differs needs says"),
        (entry(kind="field-missing", date="soon"), "'soon' is no day"),
        (entry(kind="field-missing", colour="red"), "are the keys"),
        ("  - {kind: field-missing}\n", "are the keys"),
        ("  - text\n", "are the keys"),
        ("  kind: field-missing\n", "a list is due"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path, decided: str, problem: str) -> None:
    with pytest.raises(SpecError, match=problem):
        verdict(tmp_path, decided)
