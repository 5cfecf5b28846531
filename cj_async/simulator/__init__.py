"""A local CJ for tests and demonstrations: a real HTTP server with the API's quirks and limits."""

from __future__ import annotations

from ._clock import Clock
from ._faults import Fault
from ._simulator import Simulator

__all__ = ["Clock", "Fault", "Simulator"]
