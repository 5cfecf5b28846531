"""The private inventory of an account: cart, orders, stock, addresses, make-up bills."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class PrivateState:
    """The private inventory of an account: cart, orders, stock, addresses, make-up bills."""
