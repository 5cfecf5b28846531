"""How are files written so that a crash, or a full disk, leaves nothing half done?"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from cj_async.crawl._errors import SinkFailed

_NEW: Final = os.O_WRONLY | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class Tail:
    """A file that grows at its end, and can be cut back. Errors name the file.

    Args:
        is_new: Whether it has to be made; else it is made when there is none.

    Attributes:
        path: The file.
        size: Its bytes that are safe.

    Raises:
        FileExistsError: It had to be made, and is there already.
    """

    def __init__(self, path: Path, size: int, *, is_new: bool = False) -> None:
        self.path = path
        self.size = size
        flags = _NEW | os.O_APPEND | (os.O_EXCL if is_new else 0)
        self._descriptor = os.open(path, flags, 0o666)
        try:
            self.cut(size)
        except BaseException:
            self.close()
            raise

    def append(self, data: bytes) -> None:
        """Writes at the end; it is safe once this returns. After an error `cut` has to follow."""
        with _named(self.path):
            if os.fstat(self._descriptor).st_size != self.size:
                raise OSError(errno.EBUSY, "somebody else has written to it")
            write_all(self._descriptor, data)
            os.fsync(self._descriptor)
        self.size += len(data)

    def cut(self, size: int) -> None:
        """Cuts the file back to a size it had."""
        with _named(self.path):
            if os.fstat(self._descriptor).st_size != size:
                os.ftruncate(self._descriptor, size)
                os.fsync(self._descriptor)
        self.size = size

    def close(self) -> None:
        """Closes the file; a second time does nothing."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


def write_all(descriptor: int, data: bytes) -> None:
    """Writes all of it, however many calls that takes."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def put(path: Path, data: bytes) -> None:
    """Writes a whole file aside and puts it in its place; `sync_folder` of its folder makes it last."""
    draft = draft_of(path)
    try:
        with _named(path):
            descriptor = os.open(draft, _NEW | os.O_TRUNC, 0o666)
            try:
                write_all(descriptor, data)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def draft_of(path: Path) -> Path:
    """Where a file is written before it is put in its place; readers of a folder pass it over."""
    return path.with_name(f".{path.name}.tmp")


def sync_folder(folder: Path) -> None:
    """Makes new, renamed and removed files of a folder last."""
    if sys.platform == "win32":  # a folder cannot be opened there
        return
    with _named(folder):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def failures(sink: str) -> Generator[None]:
    """Tells an error of the system as `SinkFailed`, with what can be done."""
    try:
        yield
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        raise SinkFailed(sink, f"{what}; {_ADVICE.get(error.errno, OTHERWISE)}") from error


OTHERWISE: Final = "mend that, and go on: the state has what is missing"
FULL: Final = "make room, and go on: the state has what is missing"
CLOSED: Final = "make it writable, or give another path"
_ADVICE: Final[dict[int | None, str]] = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EFBIG: FULL,
    errno.EACCES: CLOSED,
    errno.EPERM: CLOSED,
    errno.EROFS: CLOSED,
    errno.EISDIR: "give the path of a file",
    errno.ENOTDIR: "give the path of a folder",
    errno.EEXIST: "give the path of a folder",
}


@contextmanager
def _named(path: Path) -> Generator[None]:
    """Calls that take a descriptor do not say which file they fail with."""
    try:
        yield
    except OSError as error:
        error.filename = os.fspath(path)
        error.filename2 = None
        raise
