"""A server that costs next to nothing: fixed answers over kept-alive connections, in its own process."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Generator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from benchmarks.answers import PAGE_PATH, SETTINGS_PATH, SMALL_PATH, page, settings, small


class _Fixed(asyncio.Protocol):
    """Answers each complete request head with the bytes for its path."""

    def __init__(self, answers: dict[bytes, bytes]) -> None:
        self._answers = answers
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].partition(b"?")[0]
            self._transport.write(self._answers[path])


def _answer(body: bytes) -> bytes:
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _serve(ready: Connection) -> None:
    bodies = {SMALL_PATH: small(), PAGE_PATH: page(), SETTINGS_PATH: settings()}
    answers = {path.encode(): _answer(body) for path, body in bodies.items()}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Fixed(answers), "127.0.0.1", 0)
    ready.send(server.sockets[0].getsockname()[1])
    await loop.run_in_executor(None, ready.recv)
    server.close()


def _run(ready: Connection) -> None:
    asyncio.run(_serve(ready))


@contextmanager
def fixed_answers() -> Generator[str]:
    """Runs the server; gives its address."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_run, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        ours.send("stop")
        process.join(10)
