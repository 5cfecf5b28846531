"""How does a crawl become files of JSON lines, and how do they come back to where they were?"""

from __future__ import annotations

import gzip as gz
import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final, get_args

import msgspec

from cj_async.crawl._errors import SinkFailed
from cj_async.crawl._sink import Batch, Kind
from cj_async.crawl.sinks._files import Tail, put, sync_folder
from cj_async.crawl.sinks._threaded import ThreadedSink

_LINES: Final = 1_000
_KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
_ELSEWHERE: Final = "give another path, or move it away"

_Size = Annotated[int, msgspec.Meta(ge=0)]
_SIZES: Final = msgspec.json.Decoder(dict[Kind, _Size])


class _Claim(msgspec.Struct, frozen=True):
    """Whose files these are until a token tells that; stands beside them in a hidden file."""

    source: str
    sink: str


class JsonlSink(ThreadedSink):
    """JSON lines, as they are. The last line of a product counts.

    Products stand in the file, documents of another kind beside it: ``products.jsonl`` and
    ``products.details.jsonl``. The files hold what was confirmed, and nothing else, each time
    the sink is opened. A hidden file beside them says whose they are while nothing is confirmed.

    Args:
        path: File of the products; missing folders are made.
        gzip: Whether to compress, each batch as a member of its own, which ``gzip`` and ``zcat``
            read as one file; ``None``: when the path ends in ``.gz``.
    """

    def __init__(self, path: str | os.PathLike[str], *, gzip: bool | None = None) -> None:
        super().__init__(os.fspath(path), _LINES)
        self._path = Path(path)
        self._gzip = self._path.suffix == ".gz" if gzip is None else gzip
        self._marker = self._path.with_name(f".{self._path.name}.crawl")
        self._tails: dict[Kind, Tail] = {}

    def _open(self, source: str, token: str | None) -> None:
        claim = _Claim(source, self.name)
        sizes = {} if token is None else self._sizes(token)
        if token is None:
            self._take_over(claim)
        else:
            self._check(sizes)
        for kind in _KINDS:
            if kind in sizes or kind == "products":
                self._tails[kind] = Tail(self._file(kind), sizes.get(kind, 0))
            else:  # written after the token
                self._file(kind).unlink(missing_ok=True)
        if token is not None:
            self._marker.unlink(missing_ok=True)
        sync_folder(self._path.parent)

    def _write(self, batch: Batch) -> str:
        before = {kind: tail.size for kind, tail in self._tails.items()}
        try:
            for part in batch.parts:
                data = gz.compress(part.lines, 6, mtime=0) if self._gzip else part.lines
                self._tail(part.kind).append(data)
        except OSError:
            for kind, tail in self._tails.items():
                with suppress(OSError):  # the next `open` does it
                    tail.cut(before.get(kind, 0))
            raise
        sizes = {kind: tail.size for kind, tail in self._tails.items()}
        return msgspec.json.encode(sizes).decode()

    def _close(self) -> None:
        while self._tails:
            self._tails.popitem()[1].close()

    def _tail(self, kind: Kind) -> Tail:
        if kind not in self._tails:
            self._tails[kind] = Tail(self._file(kind), 0)
            sync_folder(self._path.parent)
        return self._tails[kind]

    def _file(self, kind: Kind) -> Path:
        """``products.jsonl.gz`` -> ``products.details.jsonl.gz``."""
        if kind == "products":
            return self._path
        ending = ".gz" if self._path.suffix == ".gz" else ""
        plain = Path(self._path.name.removesuffix(".gz"))
        return self._path.with_name(f"{plain.stem}.{kind}{plain.suffix}{ending}")

    def _sizes(self, token: str) -> dict[Kind, int]:
        try:
            return _SIZES.decode(token)
        except msgspec.DecodeError as error:
            raise SinkFailed(self.name, f"its token {token!r} makes no sense") from error

    def _take_over(self, claim: _Claim) -> None:
        """The first time: files must be empty, or left by a crash before anything was confirmed."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        mine = self._claimed() == claim
        for path in map(self._file, _KINDS):
            if path.exists() and not path.is_file():
                raise SinkFailed(self.name, f"{path} is not a file; {_ELSEWHERE}")
            if not mine and path.exists() and path.stat().st_size:
                raise SinkFailed(self.name, f"{path} has content already; {_ELSEWHERE}")
        put(self._marker, msgspec.json.encode(claim))
        sync_folder(self._path.parent)

    def _claimed(self) -> _Claim | None:
        try:
            return msgspec.json.decode(self._marker.read_bytes(), type=_Claim)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def _check(self, sizes: dict[Kind, int]) -> None:
        for kind, size in sizes.items():
            path = self._file(kind)
            found = path.stat().st_size if path.is_file() else None
            if found is None or found < size:
                what = "is gone" if found is None else f"has only {found}"
                raise SinkFailed(
                    self.name,
                    f"{path}: {size} bytes of it were written, and it {what}; put it back, or"
                    " give another path: there everything is written anew",
                )
