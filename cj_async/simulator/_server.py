"""How does the simulator listen? The only part that touches a socket."""

from __future__ import annotations

import asyncio

from aiohttp import web

from ._answers import Refused
from ._faults import Fault, Faults
from ._gateway import Gateway, Incoming, Reply
from ._log import Record, RequestLog
from ._spoil import spoilt
from ._world import World

BASE_PATH = "/api2.0/v1"
_STOP_SECONDS = 0.5


class Server:
    """Listens on a loopback port from ``start`` to ``stop``.

    Args:
        latency: real seconds before every answer.
    """

    def __init__(
        self, world: World, gateway: Gateway, faults: Faults, log: RequestLog, latency: float
    ) -> None:
        self._world = world
        self._gateway = gateway
        self._faults = faults
        self._log = log
        self._latency = latency
        self._web: web.Server | None = None
        self._listening: asyncio.Server | None = None
        self._stopping = asyncio.Event()

    async def start(self, host: str, port: int) -> int:
        """Listen; returns the port.

        Raises:
            OSError: the port is taken.
        """
        self._web = web.Server(self._answer, access_log=None)
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(self._web, host, port, backlog=1024)
        address: tuple[str, int] = self._listening.sockets[0].getsockname()
        return address[1]

    async def stop(self) -> None:
        """Stop listening, end every connection, leave nothing behind."""
        self._stopping.set()
        if self._listening is not None:
            self._listening.close()
        if self._web is not None:
            self._web.pre_shutdown()
            await self._web.shutdown(_STOP_SECONDS)
        if self._listening is not None:
            await self._listening.wait_closed()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        incoming = await _incoming(request)
        clock = self._world.clock
        record = Record(
            time=clock.now(),
            at=clock.monotonic(),
            method=incoming.method,
            path=incoming.path,
            peer=incoming.peer,
            query=incoming.query,
        )
        self._log.arrived(record)
        reply = await self._reply(incoming, record)
        if self._latency:
            await self._pause(self._latency)
        self._log.answered(record, None if reply.sent == 0 else reply.status, reply.code)
        return await _send(request, reply)

    async def _reply(self, incoming: Incoming, record: Record) -> Reply:
        try:
            admitted = self._gateway.admit(incoming, record)
        except Refused as reason:
            return self._gateway.refuse(record.operation, reason.refusal)
        fault = self._faults.next(record.operation)
        if fault is None:
            return self._gateway.run(admitted, record)
        record.faulted = True
        if fault.when == "before":
            await self._pause(fault.seconds)
            if fault.kind != "delay":
                return self._spoilt(fault, record, None)
        reply = self._gateway.run(admitted, record)
        if fault.when == "after":
            await self._pause(fault.seconds)
        return self._spoilt(fault, record, reply)

    def _spoilt(self, fault: Fault, record: Record, reply: Reply | None) -> Reply:
        refusal = self._gateway.refuse(record.operation, fault.refusal)
        return spoilt(fault, refusal, reply)

    async def _pause(self, seconds: float) -> None:
        """Wait, but not longer than the simulator lives."""
        if seconds > 0:
            try:
                await asyncio.wait_for(self._stopping.wait(), seconds)
            except TimeoutError:
                return


async def _incoming(request: web.BaseRequest) -> Incoming:
    headers = request.headers
    body = await request.content.read()  # of any size, unlike request.read()
    path, _, query = request.raw_path.partition("?")
    return Incoming(
        method=request.method,
        path=path.removeprefix(BASE_PATH) if path.startswith(BASE_PATH) else "",
        query=query,
        headers=headers,
        token=headers.get("CJ-Access-Token", ""),
        content_type=headers.get("Content-Type", ""),
        body=body,
        peer=request.remote or "",
    )


async def _send(request: web.BaseRequest, reply: Reply) -> web.StreamResponse:
    headers = {"Content-Type": reply.content_type}
    if reply.is_example:
        headers["X-Simulated"] = "example"
    if reply.sent is None:
        return web.Response(status=reply.status, body=reply.body, headers=headers)
    response = web.StreamResponse(status=reply.status, headers=headers)
    if reply.sent:
        response.content_length = len(reply.body)
        await response.prepare(request)
        await response.write(reply.body[: reply.sent])
    if request.transport is not None:
        request.transport.close() if reply.sent else request.transport.abort()
    return response
