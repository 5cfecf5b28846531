"""A list of products that costs next to nothing to serve: made up as it is asked for, in its own process.

It answers ``/product/listV2`` as the crawl asks: oldest first, from ``timeStart`` to ``timeEnd``, 6,000
rows at most, 100 a page. Products were created evenly over eight years; all else follows from their number.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Generator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from urllib.parse import parse_qs

import msgspec

from benchmarks.answers import PAGE_PATH, page

BEGIN = 1_514_764_800_000  # 2018-01-01
SPAN = 250_000_000_000  # milliseconds: eight years
SIZE, CAP = 100, 6_000
_SNOWFLAKES = 4
"""Every so many-th id is a number that grows with time; the others are random, as CJ's are."""


def created(number: int, products: int) -> int:
    """When a product was created, of so many; milliseconds since 1970."""
    return BEGIN + number * (SPAN // products)


def pid(number: int) -> bytes:
    """The id of a product."""
    if number % _SNOWFLAKES == 0:
        return b"%019d" % (1_300_000_000_000_000_000 + number * 104_857_600_123)
    drawn = (number * 0x9E3779B97F4A7C15) & (1 << 64) - 1
    mixed = ((drawn ^ drawn >> 29) * 0xBF58476D1CE4E5B9) & (1 << 64) - 1
    text = b"%016X%016X" % (mixed ^ mixed >> 32, drawn)
    return b"-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


class _List(asyncio.Protocol):
    """Answers each complete request head with the rows that its query means."""

    def __init__(self, products: int) -> None:
        self._products, self._step = products, SPAN // products
        self._received = b""
        self._row = _row()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            path, _, query = head.split(b" ", 2)[1].decode().partition("?")
            assert path == PAGE_PATH, path
            self._transport.write(self._answer(query))

    def _answer(self, query: str) -> bytes:
        asked = {name: int(values[0]) for name, values in parse_qs(query).items() if name in _KNOWN}
        first = max(0, -(-(asked.get("timeStart", BEGIN) - BEGIN) // self._step))
        beyond = min(self._products, (asked.get("timeEnd", 1 << 60) - BEGIN) // self._step + 1)
        total = min(max(beyond - first, 0), CAP)
        start = first + (asked.get("page", 1) - 1) * SIZE
        rows = b",".join(self._rows(range(start, min(start + SIZE, first + total))))
        return _answer(total, rows)

    def _rows(self, numbers: range) -> list[bytes]:
        before, between, after = self._row
        return [
            b"%b%b%b%d%b" % (before, pid(number), between, BEGIN + number * self._step, after)
            for number in numbers
        ]


_KNOWN = frozenset({"timeStart", "timeEnd", "page"})


def _row() -> tuple[bytes, bytes, bytes]:
    """A row of a page in three parts: between them stand its id and when it was created."""
    rows = msgspec.json.decode(page(1))["data"]["content"][0]["productList"]
    text = msgspec.json.encode({**rows[0], "id": "<id>", "createAt": "<created>"})
    before, _, rest = text.partition(b"<id>")
    between, _, after = rest.partition(b'"<created>"')
    return before, between, after


def _answer(total: int, rows: bytes) -> bytes:
    body = (
        b'{"code":200,"result":true,"message":"Success","data":{"pageSize":100,"pageNumber":1,'
        b'"totalRecords":%d,"totalPages":%d,"content":[{"productList":[%b],"keyWord":""}]},'
        b'"requestId":"8b3d9ea1-00c3-4d10-9e2b-d18041d98080"}' % (total, -(-total // SIZE), rows)
    )
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % len(body) + body


async def _serve(products: int, ready: Connection) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _List(products), "127.0.0.1", 0)
    ready.send(server.sockets[0].getsockname()[1])
    await loop.run_in_executor(None, ready.recv)
    server.close()


def _run(products: int, ready: Connection) -> None:
    asyncio.run(_serve(products, ready))


@contextmanager
def catalog(products: int) -> Generator[str]:
    """Runs the server; gives its address."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_run, args=(products, theirs), daemon=True
    )
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        ours.send("stop")
        process.join(10)
