"""How is a crawl asked to end in order?"""

from __future__ import annotations

import asyncio


class Stop:
    """Lets whoever holds it end a crawl in order: what is in flight is finished and kept."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()
        self.why = ""

    def ask(self, why: str = "it was asked to") -> None:
        """Asks the crawl to stop; to be called in its event loop."""
        self.why = self.why or why
        self._asked.set()

    async def wait(self) -> str:
        """Waits until it was asked; returns why."""
        await self._asked.wait()
        return self.why
