"""How does a crawl become files of JSON lines, and how do they come back to where they were?"""

from __future__ import annotations

import gzip as gz
import os
from collections.abc import Container, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final, get_args

import msgspec

from cj_async.crawl._errors import SinkFailed
from cj_async.crawl._sink import Batch, Kind
from cj_async.crawl.sinks._files import Tail, draft_of, put, sync_folder
from cj_async.crawl.sinks._threaded import ThreadedSink

_LINES: Final = 1_000
_KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
_PRODUCTS: Final[tuple[Kind, ...]] = ("products",)
_ELSEWHERE: Final = "give another path, or move it away"

_Size = Annotated[int, msgspec.Meta(ge=0)]
_SIZES: Final = msgspec.json.Decoder(dict[Kind, _Size])


class _Claim(msgspec.Struct, frozen=True):
    """Whose files there are beyond what a token tells; stands beside them in a hidden file.

    A file is claimed before it is made: what is neither in the token nor claimed is somebody else's.
    """

    source: str
    sink: str
    kinds: tuple[Kind, ...]


class JsonlSink(ThreadedSink):
    """JSON lines, as they are. The last line of a product counts.

    Products stand in the file, documents of another kind beside it: ``products.jsonl`` and
    ``products.details.jsonl``. The files hold what was confirmed, and nothing else, each time
    the sink is opened. A hidden file beside them says which of them are its own while that is not
    confirmed; files of somebody else are left alone, and refused where it needs their names.

    Args:
        path: File of the products; missing folders are made.
        gzip: Whether to compress, each batch as a member of its own, which ``gzip`` and ``zcat``
            read as one file; ``None``: when the path ends in ``.gz``.

    Attributes:
        path: The file; ``~`` is the home of whoever runs it.

    Raises:
        ConfigurationError: The path is none.
    """

    def __init__(self, path: str | os.PathLike[str], *, gzip: bool | None = None) -> None:
        super().__init__(path, _LINES)
        self._gzip = self.path.suffix == ".gz" if gzip is None else gzip
        self._marker = self.path.with_name(f".{self.path.name}.crawl")
        self._source = ""
        self._tails: dict[Kind, Tail] = {}

    def _open(self, source: str, token: str | None) -> None:
        self._source = source
        sizes = {} if token is None else self._sizes(token)
        claimed = self._claimed(is_first=token is None)
        if token is None:
            self._take_over(claimed)
        else:
            self._check(sizes)
        for kind in claimed:
            if kind not in sizes and kind != "products":  # written after the token
                self._file(kind).unlink(missing_ok=True)
        sync_folder(self.path.parent)  # a claim lasts longer than what it is about
        if token is None:
            self._claim(["products"])
        else:
            self._disclaim()
        for kind in sizes or _PRODUCTS:
            self._tails[kind] = Tail(self._file(kind), sizes.get(kind, 0))
        sync_folder(self.path.parent)

    def _write(self, batch: Batch) -> str:
        before = {kind: tail.size for kind, tail in self._tails.items()}
        try:
            self._begin([part.kind for part in batch.parts if part.kind not in self._tails])
            for part in batch.parts:
                data = gz.compress(part.lines, 6, mtime=0) if self._gzip else part.lines
                self._tails[part.kind].append(data)
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

    def _begin(self, kinds: Sequence[Kind]) -> None:
        """Makes the files of kinds that come for the first time."""
        if not kinds:
            return
        for kind in kinds:
            self._check_free(kind)
        self._claim([*self._tails, *kinds])
        for kind in kinds:
            path = self._file(kind)
            try:
                self._tails[kind] = Tail(path, 0, is_new=True)
            except FileExistsError as error:  # since it was looked for
                self._claim(list(self._tails))
                raise self._taken(path) from error
        sync_folder(self.path.parent)

    def _file(self, kind: Kind) -> Path:
        """``products.jsonl.gz`` -> ``products.details.jsonl.gz``."""
        if kind == "products":
            return self.path
        ending = ".gz" if self.path.suffix == ".gz" else ""
        plain = Path(self.path.name.removesuffix(".gz"))
        return self.path.with_name(f"{plain.stem}.{kind}{plain.suffix}{ending}")

    def _sizes(self, token: str) -> dict[Kind, int]:
        try:
            sizes = _SIZES.decode(token)
        except msgspec.DecodeError as error:
            raise self._senseless(token) from error
        if "products" not in sizes:
            raise self._senseless(token)
        return sizes

    def _senseless(self, token: str) -> SinkFailed:
        return SinkFailed(self.name, f"its token {token!r} makes no sense")

    def _claim(self, kinds: Sequence[Kind]) -> None:
        claim = _Claim(self._source, self.name, tuple(kinds))
        put(self._marker, msgspec.json.encode(claim))
        sync_folder(self.path.parent)

    def _disclaim(self) -> None:
        draft_of(self._marker).unlink(missing_ok=True)
        self._marker.unlink(missing_ok=True)

    def _claimed(self, *, is_first: bool) -> tuple[Kind, ...]:
        """Kinds of which this sink may have begun files that no token tells of."""
        try:
            claim = msgspec.json.decode(self._marker.read_bytes(), type=_Claim)
        except (FileNotFoundError, msgspec.DecodeError):
            return ()
        if (claim.source, claim.sink) == (self._source, self.name):
            return claim.kinds
        if is_first or claim.source == self._source:  # what the files hold decides
            return ()
        raise SinkFailed(
            self.name,
            f"another state file writes to {self.path}: {self._marker} says so; give another path:"
            " there everything is written anew",
        )

    def _take_over(self, claimed: Container[Kind]) -> None:
        """The first time there are no files, or those left by a crash before anything was confirmed."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        for kind in _KINDS:
            if kind not in claimed:
                self._check_free(kind)

    def _check_free(self, kind: Kind) -> None:
        """Whether a file can be made; that of the products may be there already, if it is empty."""
        path = self._file(kind)
        if path.exists() and not path.is_file():
            raise SinkFailed(self.name, f"{path} is not a file; {_ELSEWHERE}")
        if path.exists() and (kind != "products" or path.stat().st_size):
            raise self._taken(path)

    def _taken(self, path: Path) -> SinkFailed:
        what = "has content" if path == self.path else "is there"
        return SinkFailed(self.name, f"{path} {what} already; {_ELSEWHERE}")

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
