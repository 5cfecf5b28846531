"""The outbound orders of an account."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class OutboundState:
    """The outbound orders of an account."""
