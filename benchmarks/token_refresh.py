"""How often is the token fetched for 10,000 waiters, and what does a waiter cost? Target 7.

Also the way everybody takes at every call: ``get`` while the token is fresh.
"""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta

from cj_async._auth import Auth
from cj_async._tokens import MemoryTokenStore, Token

logging.getLogger("cj_async").addHandler(logging.NullHandler())

Row = tuple[str, str, str]

WAITERS = 10_000
CANCELLED = 100
CALLS = 200_000
ROUNDS = 5


class Server:
    """Hands out tokens when it is told to, and counts."""

    def __init__(self) -> None:
        self.refreshes = 0
        self.logins = 0
        self.asked = asyncio.Event()
        self.answers = asyncio.Event()

    async def login(self, _: str) -> Token:
        self.logins += 1
        return self._token()

    async def refresh(self, _: str) -> Token:
        self.refreshes += 1
        self.asked.set()
        await self.answers.wait()
        return self._token()

    def _token(self) -> Token:
        now = datetime.now(UTC)
        return Token(
            access=f"access-{self.logins + self.refreshes}",
            obtained_at=now,
            access_expires=now + timedelta(days=15),
            refresh="refresh",
        )


async def crowd(cancelled: int) -> tuple[int, float]:
    """Fetches for one rejected token with everybody waiting, and seconds of CPU for all of them."""
    server = Server()
    auth = Auth(
        "account",
        api_key="key",
        store=MemoryTokenStore(),
        login=server.login,
        refresh=server.refresh,
    )
    await auth.rejected(await auth.get())
    begun = time.process_time()
    waiters = [asyncio.ensure_future(auth.get()) for _ in range(WAITERS)]
    await server.asked.wait()
    for waiter in waiters[:cancelled]:
        waiter.cancel()
    await asyncio.sleep(0)
    server.answers.set()
    results = await asyncio.gather(*waiters, return_exceptions=True)
    took = time.process_time() - begun
    served = sum(isinstance(result, str) for result in results)
    if served != WAITERS - cancelled:
        raise RuntimeError(f"{served} waiters were served")
    await auth.aclose()
    return server.refreshes + server.logins - 1, took


async def bare_futures() -> float:
    """The floor: as many tasks, each waiting on a future of its own."""
    loop = asyncio.get_running_loop()
    begun = time.process_time()
    futures = [loop.create_future() for _ in range(WAITERS)]

    async def wait(future: asyncio.Future[str]) -> str:
        return await future

    tasks = [asyncio.ensure_future(wait(future)) for future in futures]
    await asyncio.sleep(0)
    for future in futures:
        future.set_result("token")
    await asyncio.gather(*tasks)
    return time.process_time() - begun


async def fresh() -> float:
    """Seconds for one ``get`` of a fresh token, less those of an empty coroutine."""
    server = Server()
    auth = Auth("account", api_key="key", login=server.login, refresh=server.refresh)
    await auth.get()

    async def nothing() -> str:
        return ""

    begun = time.process_time()
    for _ in range(CALLS):
        await auth.get()
    between = time.process_time()
    for _ in range(CALLS):
        await nothing()
    took = (between - begun) - (time.process_time() - between)
    await auth.aclose()
    return took / CALLS


def run() -> list[Row]:
    """All rows: name, target, reached."""
    rounds = [asyncio.run(crowd(CANCELLED)) for _ in range(ROUNDS)]
    everyone = [asyncio.run(crowd(WAITERS)) for _ in range(ROUNDS)]
    floor = min(asyncio.run(bare_futures()) for _ in range(ROUNDS))
    fetches = sorted({fetches for fetches, _ in rounds + everyone})
    waiter = min(took for _, took in rounds)
    gone = min(took for _, took in everyone)
    return [
        (
            "7 fetches, 10,000 waiters, 100 or all cancelled",
            "exactly 1",
            ", ".join(map(str, fetches)),
        ),
        ("7 CPU of a waiter", "about 10 us", f"{waiter / WAITERS * 1e6:.1f} us"),
        ("7 CPU of a waiter / of a bare task and future", "", f"{waiter / floor:.2f}"),
        ("7 CPU of a waiter, all cancelled", "", f"{gone / WAITERS * 1e6:.1f} us"),
        ("7 get() while the token is fresh", "<= 1 us", f"{asyncio.run(fresh()) * 1e6:.2f} us"),
    ]


if __name__ == "__main__":
    for name, target, reached in run():
        print(f"{name:50} {target:20} {reached}")
