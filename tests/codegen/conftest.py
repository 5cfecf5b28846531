"""What the tests of the code generator share: the real spec, and a small project to break."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest

from codegen.generate import generate, write
from codegen.load import Spec, read_spec
from tests.codegen.parcels import Made, imported, write_parcels
from tests.codegen.small import Small, write_small_spec

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def project() -> Path:
    """The folder of this project."""
    return PROJECT


@pytest.fixture(scope="session")
def _real_spec() -> Spec:
    return read_spec(PROJECT / "spec")


@pytest.fixture
def real_spec(_real_spec: Spec) -> Spec:
    """The project's spec, a copy that may be changed."""
    return copy.deepcopy(_real_spec)


@pytest.fixture(scope="session")
def _small_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    write_small_spec(folder)
    return folder


@pytest.fixture(scope="session")
def _small_spec(_small_project: Path) -> Spec:
    return read_spec(_small_project / "spec")


@pytest.fixture
def small(_small_spec: Spec) -> Small:
    """The small spec, a copy that may be changed."""
    return Small(copy.deepcopy(_small_spec))


@pytest.fixture(scope="session")
def small_files(_small_project: Path, _small_spec: Spec) -> dict[str, str]:
    """What is generated from the small spec."""
    return generate(_small_spec, _small_project)


@pytest.fixture
def small_tree(_small_project: Path, small_files: dict[str, str], tmp_path: Path) -> Path:
    """A copy of the small project with everything that is generated from it."""
    tree = tmp_path / "project"
    shutil.copytree(_small_project, tree)
    write(small_files, tree)
    return tree


@pytest.fixture(scope="session")
def parcels_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small project with the chapters of parcels; not to be changed."""
    folder = tmp_path_factory.mktemp("parcels")
    write_small_spec(folder)
    write_parcels(folder)
    return folder


@pytest.fixture(scope="session")
def _parcels_files(parcels_project: Path) -> dict[str, str]:
    return generate(read_spec(parcels_project / "spec"), parcels_project)


@pytest.fixture
def made(_parcels_files: dict[str, str], tmp_path: Path) -> Generator[Made, None, None]:
    """What is generated from it, and its modules."""
    with imported(_parcels_files, tmp_path) as result:
        yield result
