"""A form as aiohttp sends it: files are streamed in pieces, from where they are."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import Payload

from cj_async._request import Form
from cj_async._upload import Upload

_CHUNK = 1 << 16


def multipart(form: Form) -> aiohttp.MultipartWriter:
    """Returns the body of a form; made anew for every attempt, it can be sent once."""
    writer = aiohttp.MultipartWriter("form-data")
    for name, value in form.parts:
        if isinstance(value, Upload):
            part = writer.append_payload(_File(value, content_type=value.content_type))
            # Unquoted, so that a name in any language arrives as UTF-8, as browsers send it.
            part.set_content_disposition(
                "form-data", quote_fields=False, name=name, filename=value.file_name
            )
        else:
            part = writer.append(value)
            part.set_content_disposition("form-data", name=name)
    return writer


class _File(Payload):
    """Streams an upload with the length that it had when it was checked."""

    _value: Upload

    def __init__(self, value: Upload, **settings: Any) -> None:
        super().__init__(value, **settings)
        self._size = value.size

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:  # noqa: ARG002
        """Not for files; aiohttp asks for it in its own debug output only."""
        raise TypeError("a file is streamed, not decoded")

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Sends the file, reading it in a thread; fails where it has become shorter meanwhile."""
        left = self._value.size
        with self._value.opened() as file:
            while left:
                chunk = await asyncio.to_thread(file.read, min(_CHUNK, left))
                if not chunk:
                    raise OSError("the file became shorter while it was sent")
                left -= len(chunk)
                await writer.write(chunk)
