"""How do messages get out? A task beside the server, which posts what is due when it is due."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from functools import partial

import aiohttp
import msgspec

from .._account import Account
from .._answers import Refused
from .._evidence import behaves
from .._world import World
from .deliveries import collect, drop, finish, first_due
from .message import body_of, probe_of, sign
from .model import Attempt
from .topics import read_topics

PATIENCE = 3.0
"""Real seconds in which an address must answer."""
SET = "webhooks.set"
_LATE = 0.002

logger = logging.getLogger("cj_async.simulator")


class Courier:
    """Posts the messages of all accounts from ``start`` to ``stop``.

    One message of a topic after the other, in the order of the events; topics do not wait for each
    other. What has to wait waits on the world's agenda, so moving the clock moves it.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._awake = asyncio.Event()
        self._planned: float | None = None
        self._task: asyncio.Task[None] | None = None
        self._lanes: dict[tuple[int, str], asyncio.Task[None]] = {}
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Begin to send."""
        self._loop = asyncio.get_running_loop()
        self._world.nudge = self._awake.set
        self._world.clock.watchers.append(self._clock_moved)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Send nothing more; what was under way is left as it is."""
        self._world.nudge = _nobody
        with contextlib.suppress(ValueError):
            self._world.clock.watchers.remove(self._clock_moved)
        tasks = [task for task in (self._task, *self._lanes.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    @behaves("webhooks.set", "One probe for each address, signed as messages are.", "assumed")
    async def probe(self, account: Account, body: bytes) -> Mapping[str, int | None]:
        """Call every address that the body of ``webhooks.set`` switches on.

        Returns:
            The HTTP status of each, None where nothing came back in time; nothing for a body that
            will be refused anyway.
        """
        try:
            fields = msgspec.json.decode(body, type=dict[str, object])
            wanted = read_topics(fields, anywhere=self._world.callbacks_anywhere)
        except (Refused, msgspec.DecodeError, RecursionError):
            return {}
        urls = dict.fromkeys(each.url for each in wanted.values() if each.enabled)
        posts = [self._post(account, url, probe_of(account)) for url in urls]
        return dict(zip(urls, await asyncio.gather(*posts), strict=True))

    async def sent(self) -> None:
        """Returns once nothing is due and nothing under way by the clock as it stands."""
        while True:
            self._look()
            if not self._lanes:
                return
            await asyncio.wait(self._lanes.values())

    def glance(self) -> None:
        """Something ran: wakes up when it changed what happens next."""
        if self._world.agenda.next_at != self._planned:
            self._awake.set()

    async def _run(self) -> None:
        while True:
            self._awake.clear()
            self._look()
            seconds = self._pause()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._awake.wait()

    def _pause(self) -> float | None:
        """Real seconds until something happens by itself; None when nothing does."""
        at = self._planned = self._world.agenda.next_at
        seconds = None if at is None else self._world.clock.seconds_until(at)
        return None if seconds is None else seconds + _LATE

    def _look(self) -> None:
        """Let happen what is due, and open a lane for every topic that has messages to send."""
        try:
            self._world.catch_up()
        except Exception:
            logger.exception("something that was due could not happen")
        for account in self._world.accounts:
            collect(account)
            for topic, line in account.state.callbacks.due.items():
                lane = (account.number, topic)
                if line and lane not in self._lanes:
                    task = asyncio.create_task(self._deliver(account, topic))
                    self._lanes[lane] = task
                    task.add_done_callback(partial(self._ended, account, topic))

    def _ended(self, account: Account, topic: str, task: asyncio.Task[None]) -> None:
        self._lanes.pop((account.number, topic), None)
        self._awake.set()
        if not task.cancelled() and (error := task.exception()):
            drop(account.state.callbacks, topic)
            logger.error("messages of %s could not be sent", topic, exc_info=error)

    async def _deliver(self, account: Account, topic: str) -> None:
        """Post the messages of a topic that are due, one after the other."""
        while delivery := first_due(account.state.callbacks, topic):
            state = account.state.callbacks
            url = state.topics[topic].url
            at = self._world.clock.time()
            body = body_of(account, delivery.message_id, delivery.event)
            status = await self._post(account, url, body)
            finish(self._world, account, state, delivery, Attempt(at, url, status))

    @behaves("webhooks", "Redirects are not followed.", "assumed")
    async def _post(self, account: Account, url: str, body: bytes) -> int | None:
        headers = {"Content-Type": "application/json", "sign": sign(account.open_id, body)}
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        if self._session is None:
            connector = aiohttp.TCPConnector(force_close=True)
            self._session = aiohttp.ClientSession(connector=connector)
        try:
            async with self._session.post(
                url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                return response.status
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return None

    def _clock_moved(self) -> None:
        """The clock may be moved by another thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._awake.set)


def _nobody() -> None:
    """Nobody sends messages."""
