"""A local CJ for tests and demonstrations: a real HTTP server with the API's quirks and limits.

It carries out every documented operation. ``docs/simulator.md`` lists its behaviours, and how each is
known. Where CJ's documentation is silent it does the simplest thing that integrators would not be
surprised by; of the catalog, the accounts and the limits:

- a request that is refused for pace fills no window, so that waiting always helps;
- an answer with an error code costs no points, and points start the day full;
- refreshing ends the refresh token that was used, not the access token that came with it; logging in
  ends nothing;
- prices are filtered and sorted by the low end of a range, stock by the sum over all warehouses;
  ``deliveryTime`` 48 includes 24; times without a zone are Beijing's;
- a list ends exactly at ``page_cap``: the last page may be short, the next one is refused;
- an unknown product is refused (1602001) by ``products.get``, null or empty in the other operations;
- sourcing takes an hour; two requests in three find something;
- the paging parameters of My Products are pageNum and pageSize; ``visiable`` and ``currency`` change
  nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._clock import Clock
    from ._faults import Fault
    from ._simulator import Simulator
    from .control.snapshots import Snapshot

__all__ = ["Clock", "Fault", "Simulator", "Snapshot"]

_HOMES = {
    "Clock": "_clock",
    "Fault": "_faults",
    "Simulator": "_simulator",
    "Snapshot": "control.snapshots",
}
"""Where each name lives: pytest loads the plugin in here at every start, and needs none of them."""


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
