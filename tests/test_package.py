"""What a user installs: the wheel holds the package, its spec and its type marker, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import cj_async

PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory"]
    subprocess.run([*command, str(folder)], check=True, capture_output=True, cwd=PROJECT)
    (found,) = folder.glob("*.whl")
    return found


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {
        "cj_async",
        f"cj_async-{cj_async.__version__}.dist-info",
    }
    assert {"cj_async/py.typed", "cj_async/spec.json"} <= set(names)
    plugin = "cj_async/simulator/pytest_plugin.py"
    assert plugin in names
    others = [name for name in names if name != plugin]
    assert not [name for name in others if "test" in name or name.endswith(".yaml")]


def test_the_wheel_works_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    code = "import cj_async; from cj_async.simulator import Simulator; print(cj_async.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
    )
    assert done.stdout.strip().startswith(str(tmp_path))


def test_the_library_needs_three_packages_and_no_more() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {entry.split(">")[0] for entry in project["dependencies"]}
    assert names == {"aiohttp", "msgspec", "aiolimiter"}


def test_the_constraints_pin_versions_and_name_no_address() -> None:
    lines = (PROJECT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    assert all(line.count("==") == 1 for line in pins)
    assert not any("://" in line or line.startswith("-") for line in lines)
