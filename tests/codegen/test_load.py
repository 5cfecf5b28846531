"""Is YAML read without surprises, and does its order not matter?"""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.__main__ import main
from codegen.load import SpecError, ordered, read_yaml


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A YAML file to be filled."""
    return tmp_path / "shop.yaml"


def test_a_key_that_is_written_twice_is_refused_with_its_line(file: Path) -> None:
    file.write_text("thing:\n  pid: 1\n  sku: 2\n  pid: 3\n")

    with pytest.raises(SpecError, match=r"(?s)shop\.yaml: 'pid' is here twice.*line 4"):
        read_yaml(file)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("off", "off"),
        ("2026-11-21", "2026-11-21"),
        ("true", True),
        ("12", 12),
        ('"000"', "000"),
        ("null", None),
    ],
)
def test_countries_and_days_stay_text(text: str, value: object, file: Path) -> None:
    file.write_text(f"value: {text}\n")

    assert read_yaml(file) == {"value": value}


@pytest.mark.parametrize("text", ["- a\n- b\n", "a: [1\n", "a: b: c\n", ""])
def test_what_is_no_mapping_is_refused_by_the_name_of_its_file(text: str, file: Path) -> None:
    file.write_text(text)

    with pytest.raises(SpecError, match=r"^shop\.yaml: "):
        read_yaml(file)


def test_the_command_says_which_file_it_cannot_read(
    small_tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (small_tree / "spec" / "errors.yaml").unlink()

    assert main(["--project", str(small_tree)]) == 2
    assert capsys.readouterr().err.startswith("spec: errors.yaml: ")


def test_lists_whose_order_means_nothing_are_sorted() -> None:
    assert ordered(
        {
            "enum": [10, "b", 2, "a"],
            "required": ["vid", "pid"],
            "tags": ["sku", "pid"],
            "parameters": [{"name": "z"}, {"name": "a", "description": "Last in the text."}],
        }
    ) == {
        "enum": [2, 10, "a", "b"],
        "required": ["pid", "vid"],
        "tags": ["pid", "sku"],
        "parameters": [{"name": "a", "description": "Last in the text."}, {"name": "z"}],
    }


def test_lists_that_mean_an_order_or_are_values_of_the_api_keep_it() -> None:
    kept = {
        "allOf": [{"type": "string"}, {"$ref": "#/a"}],
        "examples": {"first": {"value": {"tags": ["z", "a"]}}},
        "default": {"enum": ["z", "a"]},
        "properties": {"required": {"type": "boolean"}},
    }

    assert ordered(kept) == kept
