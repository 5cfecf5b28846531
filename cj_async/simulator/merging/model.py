"""The merge jobs of an account."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class MergeState:
    """The merge jobs of an account."""
