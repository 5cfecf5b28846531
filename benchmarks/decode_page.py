"""Target 3: the generated models against native types and pydantic, on a page of 100 products."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import msgspec

from benchmarks.answers import page
from benchmarks.shapes import native_page, pydantic_page
from cj_async._decode import decode
from cj_async._envelope import Envelope
from cj_async.models.product import ProductSearchPage

Row = tuple[str, str, str]
ROUNDS, WARM_UP = 400, 20


def medians(ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Seconds of each way, in turn, so that the machine's moods hit all alike.

    Each is run once before it is timed: who went before leaves the caches in a state of its own.
    """
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for round_number in range(WARM_UP + ROUNDS):
        for name, way in ways.items():
            way()
            started = time.perf_counter()
            way()
            if round_number >= WARM_UP:
                taken[name].append(time.perf_counter() - started)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def run() -> list[Row]:
    """Name, target and what was reached, for each ratio."""
    kind: Any = Envelope[ProductSearchPage]
    body, ranges = page(), page(ranges=0.3)
    odd = body.replace(b'"listedNum":', b'"listedNum":"","was":', 1)
    native = msgspec.json.Decoder(native_page(), strict=False).decode
    validate = pydantic_page().model_validate_json
    took = medians(
        {
            "models": lambda: decode(kind, body),
            "native": lambda: native(body),
            "pydantic": lambda: validate(body),
            "ranges": lambda: decode(kind, ranges),
            "odd": lambda: decode(kind, odd),
        }
    )

    def ratio(one: str, other: str) -> str:
        return f"{took[one] / took[other]:.2f}"

    return [
        ("3 page of 100: models / native types", "<= 1.3", ratio("models", "native")),
        ("3 page of 100: pydantic / models", ">= 2.5", ratio("pydantic", "models")),
        ("  30 % of the prices are ranges / none", "no target", ratio("ranges", "models")),
        ("  a value needs the second look / none", "no target", ratio("odd", "models")),
    ]


if __name__ == "__main__":
    print(f"{len(page())} bytes")
    for name, target, reached in run():
        print(f"{name:50} {target:20} {reached}")
