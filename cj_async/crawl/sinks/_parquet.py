"""How does a crawl become a folder of Parquet files, and how does it come back to where it was?"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal, get_args

import msgspec

from cj_async.crawl._errors import SinkFailed
from cj_async.crawl._sink import Batch, Kind, Part
from cj_async.crawl.sinks._arrow import load, parquet
from cj_async.crawl.sinks._columns import ColumnType, Misfits, layout_of
from cj_async.crawl.sinks._files import draft_of, put, sync_folder
from cj_async.crawl.sinks._threaded import ThreadedSink

Compression = Literal["zstd", "snappy", "gzip", "lz4", "brotli", "none"]

_FORMAT: Final = 1
_MANIFEST: Final = "_manifest.json"  # readers of a dataset pass over names that begin so
_COMPRESSIONS: Final[tuple[Compression, ...]] = get_args(Compression)
_KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
_OURS: Final = re.compile(r"(\.)?(?P<first>[0-9]{12,})-[0-9]{12,}\.parquet(?(1)\.tmp)")
"""Names of the files of a kind, and of their drafts."""


class _File(msgspec.Struct, frozen=True):
    """A Parquet file: what is in it, from which position to which."""

    file: str
    rows: int
    first: int
    last: int
    bytes: int


class _Manifest(msgspec.Struct, frozen=True):
    """What the folder holds up to a position, and whose it is."""

    version: int
    source: str
    sink: str
    position: int
    columns: dict[Kind, dict[str, ColumnType]]
    files: dict[Kind, list[_File]]

    def until(self, position: int) -> _Manifest:
        """What it was at a position that a batch ended at."""
        files = {
            kind: [file for file in all_of_it if file.last <= position]
            for kind, all_of_it in self.files.items()
        }
        return msgspec.structs.replace(self, position=position, files=files)


class ParquetSink(ThreadedSink):
    """A folder of Parquet files with typed columns. The last row of a product counts.

    Each kind has a folder of its own, ``products``, ``details`` and so on, that reads as one
    dataset; its files are named by positions, so that their order is that of the crawl. The file
    ``_manifest.json`` tells which files count, with rows and bytes.

    Money and weights are ``decimal128(38, 9)``, moments ``timestamp[us, UTC]``, a range makes the
    two columns ``…Low`` and ``…High``, what is nested is JSON text. A value that does not fit its
    column is null, and a warning names the column once. Needs the extra ``parquet``.

    Args:
        folder: Where to; made when missing, and else empty the first time.
        rows_per_file: How many rows a file should have; a slow crawl makes smaller ones.
        compression: Of the columns.

    Attributes:
        path: The folder; ``~`` is the home of whoever runs it.

    Raises:
        ConfigurationError: The path is none, or another argument cannot work.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        rows_per_file: int = 10_000,
        compression: Compression = "zstd",
    ) -> None:
        super().__init__(folder, rows_per_file)
        if compression not in _COMPRESSIONS:
            raise self._refused(compression, f"one of {', '.join(_COMPRESSIONS)} is due")
        self._compression = compression
        self._manifest: _Manifest | None = None

    def _open(self, source: str, token: str | None) -> None:
        try:
            load("pyarrow.parquet")
        except ImportError as error:
            reason = "it needs pyarrow: pip install 'cj-async[parquet]'"
            raise SinkFailed(self.name, reason) from error
        found = self._read()
        if found is not None and found.source != source:
            raise self._foreign("another state file")
        if token is None:
            manifest = self._claimed(found, source)
        else:
            manifest = self._cut_back(found, self._position(token))
        self._remove(self._strays(found or manifest, manifest))
        if manifest != found:
            self._keep(manifest)
        self._manifest = manifest

    def _write(self, batch: Batch) -> str:
        assert self._manifest is not None  # `write` needs an open sink
        before, files, columns = self._manifest, dict(self._manifest.files), {}
        written: list[Path] = []
        try:
            for part in batch.parts:
                name = f"{part.kind}/{before.position + 1:012}-{batch.position:012}.parquet"
                written.append(self.path / name)
                size = self._put(written[-1], part)
                file = _File(name, part.count, before.position + 1, batch.position, size)
                files[part.kind] = [*files.get(part.kind, []), file]
                columns[part.kind] = {
                    each.name: each.type for each in layout_of(part.model).columns
                }
            self._manifest = msgspec.structs.replace(
                before, position=batch.position, files=files, columns=before.columns | columns
            )
            self._keep(self._manifest)
        except OSError:
            for path in written:
                with suppress(OSError):  # the next `open` does it
                    path.unlink(missing_ok=True)
            raise
        return str(batch.position)

    def _close(self) -> None:
        self._manifest = None

    def _put(self, path: Path, part: Part) -> int:
        misfits = Misfits()
        data = parquet(part, self._compression, misfits)
        if not path.parent.is_dir():
            path.parent.mkdir()
            sync_folder(self.path)
        put(path, data)
        sync_folder(path.parent)
        self._warn(part.kind, misfits)
        return len(data)

    def _keep(self, manifest: _Manifest) -> None:
        put(self.path / _MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
        sync_folder(self.path)

    def _read(self) -> _Manifest | None:
        try:
            data = (self.path / _MANIFEST).read_bytes()
        except FileNotFoundError:
            return None
        try:
            manifest = msgspec.json.decode(data, type=_Manifest)
        except msgspec.DecodeError as error:
            raise self._foreign("something else, or it is broken") from error
        if manifest.version > _FORMAT:
            raise self._foreign("a newer version of cj-async")
        return manifest

    def _foreign(self, owner: str) -> SinkFailed:
        manifest = self.path / _MANIFEST
        return SinkFailed(self.name, f"{manifest} is that of {owner}; give another folder")

    def _position(self, token: str) -> int:
        if not token.isdecimal():
            raise SinkFailed(self.name, f"its token {token!r} makes no sense")
        return int(token)

    def _claimed(self, found: _Manifest | None, source: str) -> _Manifest:
        """The first time: the folder is empty, or left by a crash before anything was confirmed."""
        self.path.mkdir(parents=True, exist_ok=True)
        if found is not None and found.sink == self.name:
            return found.until(0)
        if any(not each.name.startswith(".") for each in self.path.iterdir()):
            reason = "the folder is not empty; give another one, or move its content away"
            raise SinkFailed(self.name, reason)
        return _Manifest(_FORMAT, source, self.name, 0, {}, {})

    def _cut_back(self, found: _Manifest | None, position: int) -> _Manifest:
        if found is None or found.position < position:
            raise self._gone(self.path / _MANIFEST)
        manifest = found.until(position)
        for path, size in _listed(manifest, self.path).items():
            if not path.is_file() or path.stat().st_size != size:
                raise self._gone(path)
        return manifest

    def _gone(self, path: Path) -> SinkFailed:
        return SinkFailed(
            self.name,
            f"{path} is gone, or not what was written; put it back, or give another folder:"
            " there everything is written anew",
        )

    def _strays(self, found: _Manifest, kept: _Manifest) -> list[Path]:
        """Files of ours that do not count: cut back, or begun after the manifest was written."""
        known, counts = _listed(found, self.path), _listed(kept, self.path)
        strays: list[Path] = []
        for folder in self._folders():
            for path in folder.iterdir():
                if path in counts or not (name := _OURS.fullmatch(path.name)):
                    continue
                if path not in known and int(name["first"]) != found.position + 1:
                    reason = f"{path} is named like one of its files, and is none; move it away"
                    raise SinkFailed(self.name, reason)
                strays.append(path)
        return strays

    def _remove(self, strays: Sequence[Path]) -> None:
        draft_of(self.path / _MANIFEST).unlink(missing_ok=True)
        for path in strays:
            path.unlink()
        for folder in self._folders():
            sync_folder(folder)
            if not any(folder.iterdir()):
                folder.rmdir()  # no dataset can be read from an empty one

    def _folders(self) -> list[Path]:
        folders = [self.path / kind for kind in _KINDS]
        return [folder for folder in folders if folder.is_dir()]


def _listed(manifest: _Manifest, folder: Path) -> dict[Path, int]:
    """The files that count, with their sizes."""
    return {folder / file.file: file.bytes for files in manifest.files.values() for file in files}
