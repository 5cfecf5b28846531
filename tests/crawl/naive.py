"""How does everybody crawl beyond the cap? By windows of prices, each read page by page.

Written as fairly as can be: windows are split until they are well below the cap, everything that a
page shows is kept, whichever window it came from, and a window is read until it gives nothing more.
"""

from __future__ import annotations

from decimal import Decimal

from cj_async import CJClient

SIZE = 100
NEARLY = 0.9
"""Share of the cap up to which a window is read."""

_MOST = 1_000_000  # cents


async def by_price(cj: CJClient, cap: int) -> set[str]:
    """The ids of all products that are found by windows of prices, the cheapest first."""
    found = set[str]()
    windows = [(0, _MOST)]
    while windows:
        low, high = windows.pop()
        first, total = await _page(cj, low, high, 1)
        found |= first
        if total >= cap * NEARLY and low < high:
            middle = (low + high) // 2 if low else max(high // 16, 1)
            windows += [(middle + 1, high), (low, middle)]
            continue
        number = 1
        while first:
            number += 1
            if (number - 1) * SIZE >= min(total, cap):
                break
            first, total = await _page(cj, low, high, number)
            found |= first
    return found


async def _page(cj: CJClient, low: int, high: int, number: int) -> tuple[set[str], int]:
    page = await cj.products.search(
        start_sell_price=Decimal(low) / 100,
        end_sell_price=Decimal(high) / 100,
        order_by=2,
        sort="asc",
        page=number,
        size=SIZE,
    )
    return {row.id for row in page.items}, page.total or 0
