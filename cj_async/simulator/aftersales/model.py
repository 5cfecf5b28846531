"""The disputes of an account."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class AftersalesState:
    """The disputes of an account."""
