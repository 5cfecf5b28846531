"""Where does `--out` write? The kind of a sink by the end of its path, or by a word before it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, NamedTuple

import typer

from cj_async.crawl import JsonlSink, ParquetSink, Sink, SqliteSink

_KINDS: Final[dict[str, Callable[[Path], Sink]]] = {
    "jsonl": JsonlSink,
    "parquet": ParquetSink,
    "sqlite": SqliteSink,
}
_ENDINGS: Final = {
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl",
    ".db": "sqlite",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
    ".parquet": "parquet",
}
RULE: Final = (
    ".jsonl or .jsonl.gz for JSON lines, .db or .sqlite for SQLite, a folder (out/) for Parquet;"
    " or say it: jsonl:PATH, sqlite:PATH, parquet:PATH"
)


class Out(NamedTuple):
    """A sink as the command line names it.

    The path is absolute: the sink is the same one from whichever folder a crawl goes on.
    """

    kind: str
    path: Path

    def __str__(self) -> str:
        return f"{self.kind}:{self.path}"

    def sink(self) -> Sink:
        """The sink itself."""
        return _KINDS[self.kind](self.path)


def out_of(text: str) -> Out:
    """What `--out` says.

    Raises:
        BadParameter: its kind cannot be told.
    """
    word, _, rest = text.partition(":")
    kind, path = (word, rest) if word in _KINDS and rest else (_kind_by_path(text), text)
    if kind is None:
        raise typer.BadParameter(f"{text!r}: {RULE}", param_hint="--out")
    return Out(kind, Path(path).expanduser().absolute())


def outs_of(texts: Iterable[str], state: Path) -> list[Out]:
    """What each `--out` says, each of them once.

    Raises:
        BadParameter: the kind of one cannot be told, or one is the state file.
    """
    outs = list(dict.fromkeys(out_of(text) for text in texts))
    for out in outs:
        if out.path == state.expanduser().absolute():
            raise typer.BadParameter(
                f"{out.path} is the state file; name another one", param_hint="--out"
            )
    return outs


def _kind_by_path(text: str) -> str | None:
    if text.endswith(("/", os.sep)) or Path(text).expanduser().is_dir():
        return "parquet"
    name = Path(text).name.lower()
    return next((kind for end, kind in _ENDINGS.items() if name.endswith(end)), None)
