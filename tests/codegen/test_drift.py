"""Does `--check` see every difference between the spec and the tree, and touch nothing?"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from codegen.__main__ import main
from codegen.generate import drift, write


def snapshot(tree: Path) -> dict[str, bytes | None]:
    """Every file with its content, every folder with None."""
    return {
        str(path.relative_to(tree)): None if path.is_dir() else path.read_bytes()
        for path in tree.rglob("*")
    }


def edit(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8") + "# by hand\n", encoding="utf-8")


DIFFERENCES: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "a model that was edited": (
        "cj_async/models/shop.py",
        edit,
        "--- a/cj_async/models/shop.py\n+++ b/cj_async/models/shop.py\n",
    ),
    "a resource that was edited": (
        "cj_async/resources/things.py",
        edit,
        "--- a/cj_async/resources/things.py\n+++ b/cj_async/resources/things.py\n",
    ),
    "an index that was edited": ("API.md", edit, "--- a/API.md\n+++ b/API.md\n"),
    "a table of codes that is gone": (
        "cj_async/_codes.py",
        Path.unlink,
        "--- /dev/null\n+++ b/cj_async/_codes.py\n",
    ),
    "a bundle that is gone": (
        "cj_async/spec.json",
        Path.unlink,
        "--- /dev/null\n+++ b/cj_async/spec.json\n",
    ),
    "a model of a chapter that is gone": (
        "cj_async/models/zoo.py",
        lambda path: path.write_text("class Lion: ...\n"),
        "--- a/cj_async/models/zoo.py\n+++ /dev/null\n",
    ),
    "a resource of a namespace that is gone": (
        "cj_async/resources/lions.py",
        lambda path: path.write_text("class Lions: ...\n"),
        "--- a/cj_async/resources/lions.py\n+++ /dev/null\n",
    ),
    "an empty file that was left": (
        "cj_async/models/zoo.py",
        Path.touch,
        "--- a/cj_async/models/zoo.py\n+++ /dev/null\n",
    ),
}


@pytest.mark.parametrize(("file", "change", "header"), DIFFERENCES.values(), ids=DIFFERENCES.keys())
def test_every_difference_is_shown_as_a_diff_of_its_file(
    file: str,
    change: Callable[[Path], object],
    header: str,
    small_tree: Path,
    small_files: dict[str, str],
) -> None:
    change(small_tree / file)

    difference = drift(small_files, small_tree)

    assert difference.startswith(header)
    assert difference.count("+++ ") == 1


def test_a_check_that_fails_shows_the_lines_and_writes_nothing(
    small_tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(small_tree / "cj_async" / "models" / "shop.py")
    (small_tree / "cj_async" / "resources" / "things.py").unlink()
    (small_tree / "cj_async" / "models" / "zoo.py").write_text("class Lion: ...\n")
    before = snapshot(small_tree)

    assert main(["--check", "--project", str(small_tree)]) == 1
    shown = capsys.readouterr()
    assert "\n-# by hand\n" in shown.out
    assert "\n+class Things(Namespace):\n" in shown.out
    assert "\n-class Lion: ...\n" in shown.out
    assert "run `make models`" in shown.err
    assert snapshot(small_tree) == before


def test_writing_mends_every_difference_and_says_which(
    small_tree: Path, small_files: dict[str, str]
) -> None:
    before = snapshot(small_tree)
    edit(small_tree / "cj_async" / "models" / "shop.py")
    (small_tree / "cj_async" / "resources" / "things.py").unlink()
    (small_tree / "cj_async" / "models" / "zoo.py").write_text("class Lion: ...\n")

    assert write(small_files, small_tree) == [
        "cj_async/models/shop.py",
        "cj_async/models/zoo.py",
        "cj_async/resources/things.py",
    ]
    assert snapshot(small_tree) == before


def test_the_tree_of_this_project_is_in_step_and_a_check_leaves_it_alone(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("models", "params", "reference", "resources"):
        shutil.copytree(project / "cj_async" / name, tmp_path / "cj_async" / name)
    shutil.copytree(project / "spec", tmp_path / "spec")
    for name in ("cj_async/_codes.py", "cj_async/spec.json", "API.md"):
        shutil.copy(project / name, tmp_path / name)
    before = snapshot(tmp_path)

    code = main(["--check", "--project", str(tmp_path)])

    assert (code, capsys.readouterr().out) == (0, "")
    assert snapshot(tmp_path) == before
