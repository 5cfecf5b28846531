"""A file to send: a path, bytes or an open file, checked before anything is sent."""

from __future__ import annotations

import io
import mimetypes
import os
import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, NamedTuple, TypeAlias, cast

Content: TypeAlias = str | os.PathLike[str] | bytes | BinaryIO
FileInput: TypeAlias = Content | tuple[str, Content]
"""What can be sent as a file: a path, bytes, a file opened in binary mode; or (file name, one of these)."""

_SIGNATURES = {b"%PDF": ".pdf", b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"GIF8": ".gif"}
"""How the files begin that a waybill usually is."""
_UNKNOWN = "application/octet-stream"


class Upload(NamedTuple):
    """A file that can be read as often as it must be sent.

    Attributes:
        file_name: The name that CJ sees.
        size: Bytes that will be sent.
        source: Where they come from.
        start: Where an open file stood when it was given.
    """

    file_name: str
    size: int
    source: Path | bytes | IO[bytes]
    start: int = 0

    def __repr__(self) -> str:
        return f"Upload({self.file_name!r}, {self.size} bytes)"

    @property
    def content_type(self) -> str:
        """The type that the name suggests."""
        return mimetypes.guess_type(self.file_name)[0] or _UNKNOWN

    @contextmanager
    def opened(self) -> Generator[IO[bytes], None, None]:
        """Gives the file at its start; closes what was opened here, and nothing else."""
        if isinstance(self.source, Path):
            with self.source.open("rb") as file:
                yield file
        elif isinstance(self.source, bytes):
            yield io.BytesIO(self.source)
        else:
            self.source.seek(self.start)
            yield self.source


def upload_of(value: object, fallback: str) -> Upload:
    """Returns the file that a caller means.

    Args:
        value: A path, bytes, an open binary file, or a file name with one of these.
        fallback: How to name what has no name.

    Raises:
        ValueError: It is none of these, it is empty, or it is a folder; the text says which.
        OSError: It cannot be opened.
    """
    name, content = _named(value)
    upload = _upload(content, name, fallback)
    if upload.size <= 0:  # an open file may stand behind its end
        raise ValueError("the file is empty")
    if not _is_plain(upload.file_name):
        raise ValueError("a file name without line breaks, quotes and slashes is due")
    return upload


def _named(value: object) -> tuple[str, object]:
    if not isinstance(value, tuple):
        return "", value
    parts = cast("tuple[object, ...]", value)
    if len(parts) != 2 or not isinstance(parts[0], str) or not parts[0]:
        raise ValueError("a file name and the file are due")
    return parts[0], parts[1]


def _upload(content: object, name: str, fallback: str) -> Upload:
    if isinstance(content, bytes):
        data = content
        return Upload(name or fallback + _suffix(data), len(data), data)
    if isinstance(content, str | os.PathLike):
        return _at_path(Path(cast("str | os.PathLike[str]", content)), name)
    if isinstance(content, io.TextIOBase):
        raise ValueError("the file is open as text: open it in binary mode")
    if not callable(getattr(content, "read", None)):
        raise ValueError("a path, bytes or a file opened in binary mode is due")
    return _open_file(cast("IO[bytes]", content), name, fallback)


def _at_path(path: Path, name: str) -> Upload:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise ValueError("a file is due, and this is none")
        with path.open("rb"):
            pass
    except OSError as error:
        raise ValueError(f"the file cannot be read: {error.strerror or error}") from error
    return Upload(name or path.name, found.st_size, path)


def _open_file(file: IO[bytes], name: str, fallback: str) -> Upload:
    """An open file is sent from where it stands; what cannot go back is read at once."""
    if getattr(file, "closed", False):
        raise ValueError("the file is closed")
    told = getattr(file, "name", None)
    known = name or (Path(told).name if isinstance(told, str) else "")
    if _can_go_back(file):
        start = file.tell()
        size = file.seek(0, os.SEEK_END) - start
        file.seek(start)
        return Upload(known or fallback, size, file, start)
    data = _bytes(file.read())
    return Upload(known or fallback + _suffix(data), len(data), data)


def _bytes(content: object) -> bytes:
    if not isinstance(content, bytes):
        raise ValueError("the file gives text: open it in binary mode")
    return content


def _can_go_back(file: IO[bytes]) -> bool:
    seekable = getattr(file, "seekable", None)
    return callable(seekable) and bool(seekable())


def _suffix(data: bytes) -> str:
    return next((end for start, end in _SIGNATURES.items() if data.startswith(start)), "")


def _is_plain(name: str) -> bool:
    return name.isprintable() and not set(name) & set('"/\\')
