"""Does only what the YAML says decide what is generated, never how it is written down?"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from codegen.load import is_list, is_mapping, ordered, read_yaml
from tests.codegen.conftest import PROJECT

SEEDS = (1, 2)
SHUFFLED_LISTS = {"enum", "parameters", "required", "tags", "x-cj-docs"}
"""Lists of a chapter that could as well be written in another order."""
GENERATED = ("cj_async/models", "cj_async/resources", "cj_async/_codes.py", "cj_async/spec.json")


def shuffled(value: Any, source: random.Random, key: str = "") -> Any:
    """The same YAML in another order; lists only below a key that is given."""
    if is_mapping(value):
        names = list(value)
        source.shuffle(names)
        return {name: shuffled(value[name], source, key and name) for name in names}
    if is_list(value):
        rows = [shuffled(item, source, key) for item in value]
        if key in SHUFFLED_LISTS:
            source.shuffle(rows)
        return rows
    return value


def write_shuffled(documents: dict[Path, Any], target: Path, seed: int) -> None:
    """Writes the files of a spec in another order."""
    source = random.Random(seed)
    for path, document in documents.items():
        values = path.name == "errors.yaml" or path.parent.name == "examples"
        value = shuffled(document, source, "" if values else "document")
        copy = target / path.relative_to(PROJECT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(yaml.safe_dump(value, sort_keys=False), encoding="utf-8")


def generated(tree: Path) -> dict[str, bytes]:
    """Every generated file of a project."""
    roots = [tree / name for name in GENERATED]
    paths = [path for root in roots for path in ([root] if root.is_file() else root.glob("*.py"))]
    return {str(path.relative_to(tree)): path.read_bytes() for path in [*paths, tree / "API.md"]}


@pytest.fixture(scope="module")
def documents() -> dict[Path, Any]:
    """The project's spec, file by file."""
    return {path: read_yaml(path) for path in sorted((PROJECT / "spec").rglob("*.yaml"))}


@pytest.fixture(scope="module")
def trees(documents: dict[Path, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """What is generated from the spec in another order, under another hash seed; by seed."""
    found = {seed: tmp_path_factory.mktemp(f"seed{seed}") for seed in SEEDS}
    running: list[subprocess.Popen[bytes]] = []
    for seed, tree in found.items():
        write_shuffled(documents, tree, seed)
        command = [sys.executable, "-m", "codegen", "--project", str(tree)]
        environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
        running.append(subprocess.Popen(command, cwd=PROJECT, env=environment))
    assert [process.wait(timeout=50) for process in running] == [0] * len(SEEDS)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_another_order_in_the_yaml_gives_the_same_bytes(seed: int, trees: dict[int, Path]) -> None:
    assert generated(trees[seed]) == generated(PROJECT)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_other_order_is_truly_another_one(seed: int, documents: dict[Path, Any]) -> None:
    before = documents[PROJECT / "spec" / "product.yaml"]
    after = shuffled(before, random.Random(seed), "document")

    search = "/product/listV2"
    assert list(before["paths"]) != list(after["paths"])
    assert (
        before["paths"][search]["get"]["parameters"] != after["paths"][search]["get"]["parameters"]
    )
    assert ordered(before) == ordered(after)
