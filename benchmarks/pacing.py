"""How well is the rate used, and how rarely exceeded? Targets 4, 5 and 6 of the performance notes.

A server in its own process judges the arrivals, over real sockets, with a strict sliding window: a
call is refused if N others were let through within the second before it. The client is the pace
and bare aiohttp. All accounts run side by side in one loop, some fifty calls a second in all.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import time
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

import aiohttp
from aiohttp import web

from cj_async._bucket import Bucket
from cj_async._pace import Lane, Priority
from cj_async._refusals import rate_in

Row = tuple[str, str, str]

SECONDS = 45.0
RATES = (1, 2, 4, 6, 10)
JITTER = 0.05
CALLERS = 4
LEARNING = 0.25
"""Share of the time that a lane gets to learn the jitter; in an hour's crawl it is nothing."""
WAITERS, CANCELLED = 10_000, 9_000
QUEUE_RATE = 50.0


@dataclass
class Account:
    """An account as the benchmark sees it: its rate, its lane and what came of its calls."""

    name: str
    rate: int
    jitter: float
    lane: Lane
    outcomes: list[tuple[float, bool]] = field(default_factory=list[tuple[float, bool]])

    def seen(self, since: float) -> tuple[float, int, int]:
        """Share of the rate used by calls that were let through, calls, refused calls."""
        outcomes = sorted(outcome for outcome in self.outcomes if outcome[0] >= since)
        through = [at for at, let_through in outcomes if let_through]
        used = (len(through) - 1) / (self.rate * (through[-1] - through[0]))
        return used, len(outcomes), len(outcomes) - len(through)


class Stalls:
    """The longest time for which this process did not get to run; more than 10 ms spoils target 4."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def watch(self) -> None:
        while True:
            due = time.monotonic() + 0.01
            await asyncio.sleep(0.01)
            self.longest = max(self.longest, time.monotonic() - due)


# --- the server


class Window:
    """A strict sliding window: at most `rate` calls are let through in any second."""

    def __init__(self, rate: int) -> None:
        self._let_through: deque[float] = deque(maxlen=rate)
        self._rate = rate

    def lets_through(self, now: float) -> bool:
        if len(self._let_through) == self._rate and now - self._let_through[0] < 1:
            return False
        self._let_through.append(now)
        return True


async def serve(ready: Connection) -> None:
    windows: dict[str, Window] = {}
    stalls = Stalls()

    async def judge(request: web.Request) -> web.Response:
        now = time.monotonic()
        rate = int(request.match_info["rate"])
        window = windows.setdefault(request.match_info["name"], Window(rate))
        if window.lets_through(now):
            return web.json_response({"code": 200, "data": now})
        message = f"Too Many Requests, QPS limit is {rate} time/1second"
        return web.json_response({"code": 1600200, "message": message, "data": now})

    async def longest_stall(_: web.Request) -> web.Response:
        return web.json_response(stalls.longest)

    app = web.Application()
    app.router.add_get("/{rate}/{name}", judge)
    app.router.add_get("/longest-stall", longest_stall)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    ready.send(runner.addresses[0][1])
    await stalls.watch()


def serve_for_ever(ready: Connection) -> None:
    asyncio.run(serve(ready))


@contextmanager
def server() -> Generator[str]:
    """The address of a server in a process of its own."""
    processes = multiprocessing.get_context("spawn")
    ours, theirs = processes.Pipe()
    process = processes.Process(target=serve_for_ever, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


# --- targets 4 and 5: the rate


async def call(session: aiohttp.ClientSession, account: Account, *, again: bool) -> bool:
    """One call; whether it was let through."""
    priority = Priority.INTERACTIVE if again else Priority.BACKGROUND
    start = await account.lane.wait(priority, max_wait=60, operation="benchmark")
    if account.jitter:
        await asyncio.sleep(random.uniform(0, account.jitter))
    async with session.get(f"/{account.rate}/{account.name}") as response:
        answer = await response.json()
    through: bool = answer["code"] == 200
    account.outcomes.append((answer["data"], through))
    if through:
        account.lane.succeeded()
    else:
        account.lane.refused(start, rate=rate_in(answer["message"]))
    return through


async def caller(session: aiohttp.ClientSession, account: Account, end: float) -> None:
    through = True
    while time.monotonic() < end:
        through = await call(session, account, again=not through)


async def run_accounts(base: str, accounts: list[Account], seconds: float) -> tuple[float, float]:
    """Let all accounts call; returns the longest stall of the client and of the server, in seconds."""
    end = time.monotonic() + seconds
    stalls = Stalls()
    watcher = asyncio.ensure_future(stalls.watch())
    connector = aiohttp.TCPConnector(limit=0)
    async with (
        aiohttp.ClientSession(base, connector=connector) as session,
        asyncio.TaskGroup() as group,
    ):
        for account in accounts:
            for _ in range(CALLERS):
                group.create_task(caller(session, account, end))
    watcher.cancel()
    async with aiohttp.ClientSession(base) as session, session.get("/longest-stall") as response:
        servers: float = await response.json()
    return stalls.longest, servers


def account_of(rate: int, jitter: float, number: int) -> Account:
    return Account(f"{rate}-{jitter}-{number}", rate, jitter, Lane(Bucket(rate)))


def accounts_of(rate: int, jitter: float) -> list[Account]:
    """Slow rates get several accounts, so that their figures rest on enough calls."""
    return [account_of(rate, jitter, number) for number in range(max(1, 4 // rate))]


def figures(accounts: list[Account], since: float) -> str:
    seen = [account.seen(since) for account in accounts]
    used = sum(each for each, _, _ in seen) / len(seen)
    calls, refused = sum(calls for _, calls, _ in seen), sum(refused for _, _, refused in seen)
    return f"{used:.3f}, {refused} of {calls} refused ({100 * refused / calls:.1f} %)"


def rates(seconds: float = SECONDS) -> list[Row]:
    steady = {rate: accounts_of(rate, 0) for rate in RATES}
    shaky = {rate: accounts_of(rate, JITTER) for rate in RATES}
    everyone = [account for group in (*steady.values(), *shaky.values()) for account in group]
    with server() as base:
        begun = time.monotonic()
        stalls = asyncio.run(run_accounts(base, everyone, seconds))
    learned = begun + seconds * LEARNING
    noise = "client {:.1f} ms, server {:.1f} ms".format(*(1000 * stall for stall in stalls))
    return [
        ("4, 5 longest stall of this machine", "< 10 ms to count", noise),
        *((f"4 {rate}/s", ">= 0.98, none", figures(steady[rate], begun)) for rate in RATES),
        *(
            (
                f"5 {rate}/s, 0 to 50 ms of jitter",
                ">= 0.93, <= 2.5 %",
                figures(shaky[rate], learned),
            )
            for rate in RATES
        ),
        *(
            (f"5 {rate}/s, with the seconds of learning", "", figures(shaky[rate], begun))
            for rate in RATES
        ),
    ]


# --- target 6: the queue


async def drain() -> tuple[float, bool]:
    """Time to drain a queue with many cancelled waiters, against ideal; whether order was kept."""
    bucket = Bucket(QUEUE_RATE)
    lane = Lane(bucket)
    started: list[tuple[Priority, int]] = []

    async def waiter(number: int) -> None:
        priority = Priority(number % len(Priority))
        await lane.wait(priority, max_wait=1e9, operation="benchmark")
        started.append((priority, number))

    tasks = [asyncio.ensure_future(waiter(number)) for number in range(WAITERS)]
    await asyncio.sleep(0)
    begun = time.monotonic()
    for task in random.sample(tasks, CANCELLED):
        task.cancel()
    await asyncio.wait(tasks)
    took = time.monotonic() - begun
    in_order = all(
        numbers == sorted(numbers)
        for numbers in ([n for p, n in started if p is priority] for priority in Priority)
    )
    return took / (len(started) * bucket.interval), in_order


def queue() -> list[Row]:
    ratio, in_order = asyncio.run(drain())
    order = "first in, first out" if in_order else "OUT OF ORDER"
    return [
        ("6 10,000 waiters, 9,000 cancelled: drain / ideal", "<= 1.1", f"{ratio:.3f}"),
        ("6 order within a priority", "first in, first out", order),
    ]


def run(seconds: float = SECONDS) -> list[Row]:
    """All rows: name, target, reached."""
    return rates(seconds) + queue()


if __name__ == "__main__":
    for name, target, reached in run():
        print(f"{name:50} {target:20} {reached}")
