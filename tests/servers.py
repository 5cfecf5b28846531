"""A raw HTTP server that does what it is told, request by request, and notes what reached it.

No HTTP library stands in between: a connection can be cut at any byte, and what was received is
counted as the socket gave it, so that a resend by whomever shows.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from cj_async import CJClient, Pool

BASE_PATH = "/api2.0/v1"
RATE = 10_000.0
"""Requests a second where a test is not about pace: nobody waits."""
TOKEN = "API@CJ7654321@CJ:canary-token"
KEY = "CJ7654321@api@0123456789abcdef0123456789abcdef"
_BEAT = 0.002

OK: dict[str, Any] = {
    "code": 200,
    "result": True,
    "message": "Success",
    "data": {"answer": 42},
    "requestId": "r-1",
}


@dataclass(frozen=True, slots=True)
class Received:
    """A request that was read to its end."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes
    at: float
    connection: int

    @property
    def token(self) -> str | None:
        return self.headers.get("cj-access-token")


@dataclass(slots=True)
class Exchange:
    """A request that has begun to arrive, and what can be done about it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    connection: int
    first: bytes
    received: list[Received]

    async def read(self) -> Received:
        """Reads the request and notes it."""
        head = self.first + await self.reader.readuntil(b"\r\n\r\n")
        start, *lines = head.decode("latin-1").split("\r\n")[:-2]
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        method, target, _ = start.split(" ")
        parts = urlsplit(target)
        request = Received(
            method,
            parts.path.removeprefix(BASE_PATH),
            parse_qs(parts.query),
            headers,
            body,
            asyncio.get_running_loop().time(),
            self.connection,
        )
        self.received.append(request)
        return request

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    def close(self) -> None:
        """Ends the connection as a server does that has had enough of it."""
        self.writer.close()

    def reset(self) -> None:
        """Ends the connection so that the other side hears an error."""
        plug: socket.socket = self.writer.get_extra_info("socket")
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Behaviour = Callable[[Exchange], Awaitable[None]]


def http(
    body: object = None,
    *,
    status: int = 200,
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """An answer as it goes over the wire; bytes are sent as they are, all else as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(OK if body is None else body).encode()
    lines = [
        f"HTTP/1.1 {status} Told",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(data)}",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


def raw(data: bytes) -> Behaviour:
    """Reads the request and sends these bytes."""

    async def behave(exchange: Exchange) -> None:
        await exchange.read()
        await exchange.send(data)

    return behave


def answer(body: object = None, **more: Any) -> Behaviour:
    """Answers as it should."""
    return raw(http(body, **more))


def refuse(
    code: int | None, message: str = "No", *, status: int = 200, **more: object
) -> Behaviour:
    """Refuses in CJ's envelope."""
    return answer(
        {
            "code": code,
            "result": False,
            "message": message,
            "data": None,
            "requestId": "r-0",
            **more,
        },
        status=status,
    )


def html(status: int) -> Behaviour:
    """Answers as a gateway does."""
    return answer(b"<html><h1>Sorry</h1></html>", status=status, content_type="text/html")


def redirect(location: str, status: int = 302) -> Behaviour:
    """Sends the caller somewhere else."""
    return answer(b"", status=status, headers={"Location": location})


def garbage() -> Behaviour:
    """Answers what is no HTTP."""
    return raw(b"\x00\x01 what is this?\r\n\r\n")


def cut_unread() -> Behaviour:
    """Ends the connection without looking at the request."""

    async def behave(exchange: Exchange) -> None:
        exchange.reset()

    return behave


def cut_read(*, reset: bool = False) -> Behaviour:
    """Reads the request and ends the connection without an answer."""

    async def behave(exchange: Exchange) -> None:
        await exchange.read()
        if reset:
            exchange.reset()
        else:
            exchange.close()

    return behave


def cut_in_headers() -> Behaviour:
    """Ends the connection in the middle of the answer's headers."""

    async def behave(exchange: Exchange) -> None:
        await exchange.read()
        await exchange.send(http()[:30])
        exchange.close()

    return behave


def cut_in_body(body: object = None) -> Behaviour:
    """Ends the connection in the middle of the answer's body."""

    async def behave(exchange: Exchange) -> None:
        await exchange.read()
        await exchange.send(http(body)[:-5])
        exchange.close()

    return behave


def answer_and_close(body: object = None) -> Behaviour:
    """Answers, and ends the kept-alive connection without saying so."""

    async def behave(exchange: Exchange) -> None:
        await exchange.read()
        exchange.writer.write(http(body))
        exchange.close()

    return behave


def never() -> Behaviour:
    """Reads the request and says nothing."""

    async def behave(exchange: Exchange) -> None:
        await exchange.read()
        await exchange.reader.read()  # … until the other side goes

    return behave


def half_a_body() -> Behaviour:
    """Sends half of an answer and says nothing more."""

    async def behave(exchange: Exchange) -> None:
        await exchange.read()
        await exchange.send(http()[:-5])
        await exchange.reader.read()

    return behave


def drip(every: float) -> Behaviour:
    """Answers byte by byte: no single wait is long."""

    async def behave(exchange: Exchange) -> None:
        await exchange.read()
        for byte in http():
            await exchange.send(bytes([byte]))
            await asyncio.sleep(every)

    return behave


def slow(seconds: float, body: object = None) -> Behaviour:
    """Answers after a while."""

    async def behave(exchange: Exchange) -> None:
        await exchange.read()
        await asyncio.sleep(seconds)
        await exchange.send(http(body))

    return behave


def hold(until: asyncio.Event, body: object = None) -> Behaviour:
    """Answers when it is told to."""

    async def behave(exchange: Exchange) -> None:
        await exchange.read()
        await until.wait()
        await exchange.send(http(body))

    return behave


@dataclass(slots=True)
class RawServer:
    """Serves on a loopback port of its own: the behaviours of ``script`` in turn, then ``then``."""

    script: deque[Behaviour] = field(default_factory=deque[Behaviour])
    then: Behaviour = field(default_factory=answer)
    received: list[Received] = field(default_factory=list[Received])
    connections: int = 0
    in_flight: int = 0
    most_in_flight: int = 0
    port: int = 0
    late: float = 0.0
    """Seconds by which the loop that client and server share was late at worst: so much earlier may a
    request seem to come than it should, on a busy machine."""
    _server: asyncio.Server | None = None
    _watch: asyncio.Task[None] | None = None
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set[asyncio.Task[Any]])

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}{BASE_PATH}"

    @property
    def times(self) -> list[float]:
        """When the requests arrived."""
        return [request.at for request in self.received]

    @property
    def closest(self) -> float:
        """Seconds between the two requests that came closest, or a little more on a busy machine."""
        times = self.times
        return self.late + min(later - earlier for earlier, later in pairwise(times))

    def will(self, *behaviours: Behaviour) -> None:
        """Says what happens to the next requests."""
        self.script.extend(behaviours)

    def of(self, path: str) -> list[Received]:
        return [request for request in self.received if request.path == path]

    async def open(self) -> None:
        """Begins to listen: on a free port, or again on the one it had."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stops to listen and ends all connections; nobody is at the port now."""
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._server.wait_closed()

    async def __aenter__(self) -> Self:
        await self.open()
        self._watch = asyncio.create_task(self._watch_the_loop())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._watch is not None
        self._watch.cancel()
        await asyncio.wait([self._watch])
        await self.close()

    async def _watch_the_loop(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _BEAT
            await asyncio.sleep(_BEAT)
            self.late = max(self.late, loop.time() - due + 2 * _BEAT)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        number = self.connections
        try:
            with contextlib.suppress(
                ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError
            ):
                while not writer.is_closing() and (first := await reader.read(1)):
                    await self._one(Exchange(reader, writer, number, first, self.received))
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _one(self, exchange: Exchange) -> None:
        behaviour = self.script.popleft() if self.script else self.then
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await behaviour(exchange)
        finally:
            self.in_flight -= 1

    async def deserted(self) -> None:
        """Returns when no connection is left; fails when one stays."""
        async with asyncio.timeout(1):
            while self._tasks:  # noqa: ASYNC110
                await asyncio.sleep(0.001)

    async def arrived(self, requests: int = 1) -> None:
        """Returns when so many requests have been received."""
        async with asyncio.timeout(5):
            while len(self.received) < requests:  # noqa: ASYNC110  # the list is a plain one
                await asyncio.sleep(0.001)


@contextlib.asynccontextmanager
async def client_on(
    server: RawServer, *, api_key: str | None = None, pool: Pool | None = None, **settings: Any
) -> AsyncGenerator[CJClient]:
    """A client of the server with a token at hand, or with a key to log in with.

    Its pool has no limit for the IP address, and ends with it, unless one is given.
    """
    token = TOKEN if api_key is None else None
    known: dict[str, Any] = {
        "access_token": token,
        "base_url": server.base_url,
        "tier": RATE,
        **settings,
    }
    async with (
        Pool(per_ip=None) as own,
        CJClient(api_key, pool=own if pool is None else pool, **known) as client,
    ):
        yield client
