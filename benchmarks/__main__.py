"""`make bench`: every target of the package with what was reached, as ratios of one interleaved run."""

from __future__ import annotations

import sys
import time

from benchmarks import (
    crawl_pace,
    crawl_size,
    decode_page,
    import_time,
    local_cj,
    pacing,
    per_call,
    token_refresh,
)

MODULES = (
    per_call,
    decode_page,
    pacing,
    token_refresh,
    import_time,
    local_cj,
    crawl_size,
    crawl_pace,
)


def main() -> None:
    """Prints the rows as they come in."""
    print(f"{'target':75} {'wanted':22} reached")
    began = time.monotonic()
    for module in MODULES:
        for name, wanted, reached in module.run():
            print(f"{name:75} {wanted:22} {reached}", flush=True)
    print(f"Python {sys.version.split()[0]}, {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
