"""What the tests of the audit share: the small spec, and one that compares documents with it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import pytest

from codegen.audit.auditing import differences
from codegen.audit.reading import edition_of, read_document
from codegen.audit.records import Difference
from codegen.load import Spec, read_spec
from tests.codegen.audit.shop import FLAT, LEVELS, write_spec

Compare = Callable[..., list[str]]
"""Compares documents (the two of the shop by default) with the spec, and says what differs."""


@pytest.fixture(scope="session")
def shop_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the small spec; not to be changed."""
    return write_spec(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="session")
def shop_spec(shop_project: Path) -> Spec:
    """The small spec; not to be changed."""
    return read_spec(shop_project / "spec")


@pytest.fixture
def shop(shop_spec: Spec) -> Spec:
    """The small spec, a copy that may be changed."""
    return copy.deepcopy(shop_spec)


def differing(spec: Spec, *texts: str) -> list[Difference]:
    """How documents and the spec differ."""
    documents = [read_document(text, "doc", edition_of(text, "") or "new") for text in texts]
    return differences(documents, spec)


@pytest.fixture
def compare(shop: Spec) -> Compare:
    """Compares documents with the small spec, as the test has changed it."""

    def run(*texts: str) -> list[str]:
        found = differing(shop, *(texts or (LEVELS, FLAT)))
        return [" ".join(filter(None, (d.kind, d.operation, d.name))) for d in found]

    return run
