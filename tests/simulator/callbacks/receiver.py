"""A shop that takes webhooks on a loopback port of its own, and answers what it is told."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web

from cj_async import CJClient, webhooks
from cj_async.simulator import Simulator

SILENCE = 0
"""As a status: no answer at all."""


@dataclass(frozen=True)
class Received:
    path: str
    content_type: str
    sign: str
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        message: dict[str, Any] = msgspec.json.decode(self.body)
        return message

    @property
    def message(self) -> webhooks.AnyMessage:
        """The message as the client reads it; whatever does not fit its model fails the test."""
        return webhooks.parse(self.body, drift=_no_drift)

    @property
    def is_probe(self) -> bool:
        return "type" not in self.json


def _no_drift(field_name: str, json_type: object) -> None:
    raise AssertionError(f"{field_name} was {json_type}")


@dataclass
class Shop:
    """Answers the statuses of ``script`` in turn, then ``then``; ``all`` holds probes, too."""

    port: int = 0
    script: deque[int] = field(default_factory=deque[int])
    then: int = 200
    all: list[Received] = field(default_factory=list[Received])
    meanwhile: Callable[[], Awaitable[None]] | None = None
    """Done before a request is answered."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def received(self) -> list[Received]:
        return [each for each in self.all if not each.is_probe]

    @property
    def probes(self) -> list[Received]:
        return [each for each in self.all if each.is_probe]

    def of(self, kind: str) -> list[Received]:
        return [each for each in self.received if each.json["type"] == kind]

    async def take(self, request: web.BaseRequest) -> web.StreamResponse:
        headers = request.headers
        got = Received(
            request.path,
            headers.get("Content-Type", ""),
            headers.get("sign", ""),
            await request.read(),
        )
        self.all.append(got)
        if self.meanwhile is not None:
            await self.meanwhile()
        status = self.script.popleft() if self.script else self.then
        if status == SILENCE:
            await asyncio.Event().wait()
        headers_out = {"Location": f"{self.url}/elsewhere"} if status in (301, 307) else {}
        return web.Response(status=status, headers=headers_out)


@asynccontextmanager
async def a_shop() -> AsyncGenerator[Shop]:
    shop = Shop()
    server = web.Server(shop.take, access_log=None)
    listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
    shop.port = listening.sockets[0].getsockname()[1]
    try:
        yield shop
    finally:
        listening.close()
        await server.shutdown(0.1)
        await listening.wait_closed()


async def subscribe(cj: CJClient, url: str, **topics: str) -> None:
    """Switches all six topics on, at one address; by name, other addresses, or "" for off."""
    names = ("product", "stock", "order", "logistics", "makeup", "private_order")
    wanted: dict[str, Any] = {}
    for name in names:
        address = topics.get(name, url)
        kind = "ENABLE" if address else "CANCEL"
        wanted[name] = {"type": kind, "callback_urls": [address or url]}
    assert await cj.webhooks.set(**wanted) is True


async def only(simulator: Simulator, shop: Shop) -> Received:
    """The one message that the shop got."""
    await simulator.sent()
    (received,) = shop.received
    return received
