"""The one row of a list that may be missing in the models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def only(rows: Sequence[T] | None) -> T:
    """The row of a list of one."""
    assert rows is not None
    assert len(rows) == 1, rows
    return rows[0]
