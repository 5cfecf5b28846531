"""How does the simulator listen? The only part that touches a socket."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from aiohttp import web

from ._answers import Refused
from ._faults import RIGHT_BUT_LATE, Fault, Faults
from ._gateway import Admitted, Gateway, Incoming, Reply
from ._log import Record, RequestLog
from ._spoil import spoilt
from ._world import World
from .callbacks.sending import SET, Courier
from .control.desk import CONTROL_PATH, Desk
from .page.serving import answer_page, is_page

BASE_PATH = "/api2.0/v1"
_STOP_SECONDS = 0.5
_LONGEST_LINE = 1 << 20
"""Bytes of the request line and of a header; longer ones are answered with HTTP 400."""
_DRIPS = 20


class Server:
    """Listens on a port from ``start`` to ``stop``.

    Args:
        desk: answers below ``/__sim__``.
        latency: real seconds before every answer.
    """

    def __init__(
        self,
        world: World,
        gateway: Gateway,
        faults: Faults,
        log: RequestLog,
        desk: Desk,
        latency: float,
    ) -> None:
        self._world = world
        self._gateway = gateway
        self._faults = faults
        self._log = log
        self._desk = desk
        self._latency = latency
        self._web: web.Server | None = None
        self._listening: asyncio.Server | None = None
        self._stopping = asyncio.Event()
        self.courier = Courier(world)

    async def start(self, host: str, port: int) -> int:
        """Listen; returns the port.

        Raises:
            OSError: the port is taken.
        """
        self._web = web.Server(
            self._answer, access_log=None, max_line_size=_LONGEST_LINE, max_field_size=_LONGEST_LINE
        )
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(self._web, host, port, backlog=1024)
        self.courier.start()
        address: tuple[str, int] = self._listening.sockets[0].getsockname()
        return address[1]

    async def stop(self) -> None:
        """Stop listening, end every connection, leave nothing behind."""
        self._stopping.set()
        await self.courier.stop()
        if self._listening is not None:
            self._listening.close()
        if self._web is not None:
            self._web.pre_shutdown()
            await self._web.shutdown(_STOP_SECONDS)
        if self._listening is not None:
            await self._listening.wait_closed()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.raw_path.startswith(CONTROL_PATH):
            return await self._desk.answer(request)
        if is_page(request):
            return answer_page()
        began = time.perf_counter()
        incoming = _incoming(request)
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
        reply = await self._reply(request, incoming, record)
        if self._latency:
            await self._pause(self._latency)
        status = None if reply.sent == 0 else reply.status
        self._log.answered(record, status, reply.code, time.perf_counter() - began)
        return await self._send(request, reply)

    async def _reply(self, request: web.BaseRequest, incoming: Incoming, record: Record) -> Reply:
        """Whether it comes through shows before its body is read, and so does what spoils it."""
        try:
            admitted = self._gateway.admit(incoming, record)
        except Refused as reason:
            await request.content.read()
            return self._gateway.refuse(record.operation, reason.refusal)
        fault = self._fault(admitted, record)
        if fault is not None and fault.kind == "cut_unread":
            return await self._spoilt_early(fault, record)
        body = await request.content.read()  # of any size, unlike request.read()
        whole = replace(admitted, incoming=replace(incoming, body=body)) if body else admitted
        if fault is None:
            return await self._run(whole, record)
        return await self._faulty(fault, whole, record)

    async def _run(self, admitted: Admitted, record: Record) -> Reply:
        """Run an operation; what it set off is seen to."""
        if admitted.route.operation == SET and admitted.account is not None:
            probed = await self.courier.probe(admitted.account, admitted.incoming.body)
            admitted = replace(admitted, probed=probed)
        reply = self._gateway.run(admitted, record)
        self.courier.glance()
        return reply

    def _fault(self, admitted: Admitted, record: Record) -> Fault | None:
        if not len(self._faults):
            return None
        account = admitted.account
        known_as = frozenset((account.number, account.place) if account else ())
        return self._faults.next(record.operation, known_as)

    async def _faulty(self, fault: Fault, admitted: Admitted, record: Record) -> Reply:
        seconds = 0.0 if fault.kind == "drip" else fault.seconds
        if fault.when == "before":
            if fault.kind not in RIGHT_BUT_LATE:
                return await self._spoilt_early(fault, record)
            await self._pause(seconds)
        record.faulted = True
        reply = await self._run(admitted, record)
        if fault.when == "after":
            await self._pause(seconds)
        return self._spoilt(fault, record, reply)

    async def _spoilt_early(self, fault: Fault, record: Record) -> Reply:
        """What becomes of a request whose operation does not run."""
        record.faulted = True
        await self._pause(fault.seconds)
        return self._spoilt(fault, record, None)

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

    async def _send(self, request: web.BaseRequest, reply: Reply) -> web.StreamResponse:
        headers = {"Content-Type": reply.content_type}
        if reply.is_example:
            headers["X-Simulated"] = "example"
        if reply.sent is None and not reply.drip:
            return web.Response(status=reply.status, body=reply.body, headers=headers)
        response = web.StreamResponse(status=reply.status, headers=headers)
        if reply.drip:
            response.content_length = len(reply.body)
            await response.prepare(request)
            await self._drip(response, reply)
            return response
        if reply.sent:
            response.content_length = len(reply.body)
            await response.prepare(request)
            await response.write(reply.body[: reply.sent])
        if request.transport is not None:
            request.transport.close() if reply.sent else request.transport.abort()
        return response

    async def _drip(self, response: web.StreamResponse, reply: Reply) -> None:
        """Send the body in up to 20 pieces, with a pause before each."""
        step = max(1, -(-len(reply.body) // _DRIPS))
        starts = range(0, len(reply.body), step)
        for start in starts:
            await self._pause(reply.drip / len(starts))
            await response.write(reply.body[start : start + step])
        await response.write_eof()


def _incoming(request: web.BaseRequest) -> Incoming:
    """What is known of a request before its body is read."""
    headers = request.headers
    path, _, query = request.raw_path.partition("?")
    return Incoming(
        method=request.method,
        path=path.removeprefix(BASE_PATH) if path.startswith(BASE_PATH) else "",
        query=query,
        headers=headers,
        token=headers.get("CJ-Access-Token", ""),
        content_type=headers.get("Content-Type", ""),
        body=b"",
        peer=request.remote or "",
    )
