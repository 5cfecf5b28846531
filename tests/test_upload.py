"""Does a file reach CJ as it is: streamed, named, closed by whoever opened it?"""

from __future__ import annotations

import io
import os
import socket
from collections.abc import AsyncGenerator, Callable
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest

from cj_async import CJClient, InvalidRequest, OutcomeUnknown
from tests.servers import RawServer, Received, answer, client_on, cut_read, refuse

PDF = b"%PDF-1.4\n" + bytes(range(256)) * 600
"""Longer than what is read at once."""
DONE: dict[str, Any] = {"result": True, "message": "Success", "data": True, "requestId": "r"}


@pytest.fixture
async def server() -> AsyncGenerator[RawServer]:
    async with RawServer(then=answer(DONE)) as running:
        yield running


async def uploaded(cj: CJClient, file: Any) -> bool:
    return await cj.orders.upload_waybill(
        order_id="SHOP-1",
        cj_order_id="SD1",
        cj_shipping_company_name="Example Express",
        track_number="EX1",
        waybill_file=file,
    )


def parts_of(received: Received) -> dict[str, Message]:
    """The parts of a multipart body by their names."""
    head = f"Content-Type: {received.headers['content-type']}\r\n\r\n".encode()
    message = message_from_bytes(head + received.body)
    assert message.is_multipart()
    named: dict[str, Message] = {}
    for part in list(message.walk())[1:]:
        named[str(part.get_param("name", header="Content-Disposition"))] = part
    return named


def content(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    return data


def file_of(received: Received) -> tuple[str | None, str, bytes]:
    """File name, content type and content of the file that arrived."""
    part = parts_of(received)["waybillFile"]
    return part.get_filename(), part.get_content_type(), content(part)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "label 1.pdf"
    path.write_bytes(PDF)
    return path


async def test_a_path_is_streamed_with_its_name_and_length(server: RawServer, path: Path) -> None:
    async with client_on(server) as cj:
        assert await uploaded(cj, path) is True
        assert await uploaded(cj, str(path)) is True
    for received in server.received:
        assert received.path == "/shopping/order/uploadWaybillInfo"
        assert received.headers["content-type"].startswith("multipart/form-data; boundary=")
        assert int(received.headers["content-length"]) == len(received.body)
        assert file_of(received) == ("label 1.pdf", "application/pdf", PDF)
        texts = {name: content(part) for name, part in parts_of(received).items()}
        assert texts.pop("waybillFile") == PDF
        assert texts == {
            "orderId": b"SHOP-1",
            "cjOrderId": b"SD1",
            "cjShippingCompanyName": b"Example Express",
            "trackNumber": b"EX1",
        }


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (PDF, "waybillFile.pdf", "application/pdf"),
        (b"\x89PNG\r\n", "waybillFile.png", "image/png"),
        (b"\xff\xd8\xff\xe0", "waybillFile.jpg", "image/jpeg"),
        (b"anything", "waybillFile", "application/octet-stream"),
    ],
)
async def test_bytes_get_a_name_that_fits_them(
    server: RawServer, data: bytes, name: str, kind: str
) -> None:
    async with client_on(server) as cj:
        await uploaded(cj, data)
    assert file_of(server.received[0]) == (name, kind, data)


async def test_a_name_can_be_given(server: RawServer, path: Path) -> None:
    async with client_on(server) as cj:
        await uploaded(cj, ("运单.pdf", PDF))
        await uploaded(cj, ("other.png", path))
    assert 'filename="运单.pdf"'.encode() in server.received[0].body
    assert file_of(server.received[1])[:2] == ("other.png", "image/png")


async def test_an_open_file_is_sent_from_where_it_stands_and_stays_open(
    server: RawServer, path: Path
) -> None:
    async with client_on(server) as cj:
        with path.open("rb") as file:
            file.seek(9)
            await uploaded(cj, file)
            assert not file.closed
    assert file_of(server.received[0]) == ("label 1.pdf", "application/pdf", PDF[9:])


async def test_what_cannot_go_back_is_read_once(server: RawServer) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"%PDF from a pipe")
        theirs.shutdown(socket.SHUT_WR)
        async with client_on(server) as cj:
            with ours.makefile("rb") as stream:
                await uploaded(cj, stream)
    assert file_of(server.received[0])[2] == b"%PDF from a pipe"


async def test_a_file_is_sent_whole_again_when_the_call_was_refused_for_its_rate(
    server: RawServer, path: Path
) -> None:
    server.script.append(refuse(1600200, "Too Many Requests, QPS limit is 10000 time/1second"))
    async with client_on(server) as cj:
        with path.open("rb") as file:
            await uploaded(cj, file)
    assert [file_of(received)[2] for received in server.received] == [PDF, PDF]


async def test_an_upload_whose_answer_was_lost_is_not_sent_again(
    server: RawServer, path: Path
) -> None:
    server.script.append(cut_read())
    async with client_on(server) as cj:
        with pytest.raises(OutcomeUnknown) as unknown:
            await uploaded(cj, path)
    assert len(server.received) == 1
    assert unknown.value.sent["waybillFile"] == "label 1.pdf"
    assert unknown.value.sent["trackNumber"] == "EX1"


async def test_what_was_opened_is_closed(
    server: RawServer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[BinaryIO] = []
    real: Any = Path.open

    def noted(self: Path, *args: Any, **more: Any) -> Any:
        file = cast("BinaryIO", real(self, *args, **more))
        opened.append(file)
        return file

    monkeypatch.setattr(Path, "open", noted)
    server.script.append(cut_read(reset=True))
    async with client_on(server) as cj:
        with pytest.raises(OutcomeUnknown):
            await uploaded(cj, path)
        await uploaded(cj, path)
    assert len(opened) == 4  # looked at and sent, twice
    assert all(file.closed for file in opened)


class Shrinking(io.BytesIO):
    """Has become shorter when it is read for the second time."""

    reads = 0

    def read(self, size: int | None = -1) -> bytes:
        self.reads += 1
        return b"" if self.reads > 1 else super().read(size)


async def test_a_file_that_shrinks_while_it_is_sent_ends_the_call(server: RawServer) -> None:
    async with client_on(server) as cj:
        with pytest.raises(OutcomeUnknown):
            await uploaded(cj, Shrinking(PDF))
    assert server.received == []  # never read to its end


class Text(io.RawIOBase):
    """A file that says it gives bytes, and gives text."""

    def read(self, _: int = -1) -> Any:
        return "text"


def missing(folder: Path) -> Any:
    return folder / "missing.pdf"


def empty(folder: Path) -> Any:
    (folder / "empty.pdf").write_bytes(b"")
    return folder / "empty.pdf"


def closed(folder: Path) -> Any:
    file = empty(folder).open("rb")
    file.close()
    return file


def at_its_end(_: Path) -> Any:
    file = io.BytesIO(PDF)
    file.seek(0, os.SEEK_END)
    return file


def behind_its_end(_: Path) -> Any:
    file = io.BytesIO(PDF)
    file.seek(len(PDF) + 5)
    return file


NO_FILES: list[tuple[Callable[[Path], Any], str]] = [
    (missing, "the file cannot be read: No such file or directory"),
    (empty, "the file is empty"),
    (closed, "the file is closed"),
    (at_its_end, "the file is empty"),
    (behind_its_end, "the file is empty"),
    (lambda folder: folder, "a file is due, and this is none"),
    (lambda _: b"", "the file is empty"),
    (lambda _: "", "a file is due, and this is none"),
    (lambda _: None, "it is required"),
    (lambda _: 5, "a path, bytes or a file opened in binary mode is due"),
    (lambda _: io.StringIO("x"), "the file is open as text: open it in binary mode"),
    (lambda _: Text(), "the file gives text: open it in binary mode"),
    (lambda _: ("a", b"x", "b"), "a file name and the file are due"),
    (lambda _: ("", b"x"), "a file name and the file are due"),
    (lambda _: ('a"\r\nb', b"x"), "a file name without line breaks, quotes and slashes is due"),
    (lambda _: ("a/b.pdf", b"x"), "a file name without line breaks, quotes and slashes is due"),
]


@pytest.mark.parametrize(("make", "rule"), NO_FILES)
async def test_what_is_no_file_is_told_before_anything_is_sent(
    server: RawServer, tmp_path: Path, make: Any, rule: str
) -> None:
    async with client_on(server) as cj:
        with pytest.raises(InvalidRequest) as refused:
            await uploaded(cj, make(tmp_path))
    assert (refused.value.parameter, refused.value.rule) == ("waybill_file", rule)
    assert server.received == []
