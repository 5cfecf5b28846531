"""Where does `--out` write? The kind of a sink by the end of its path, or by a word before it."""

from __future__ import annotations

import os
import shlex
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
_TABLE: Final = ":products"  # ends the name of a sink of SQLite

RULE: Final = (
    ".jsonl or .jsonl.gz for JSON lines, .db or .sqlite for SQLite, a folder (out/) for Parquet;"
    " or say it: jsonl:PATH, sqlite:PATH, parquet:PATH"
)


Place = Path | tuple[int, int]
"""Where a file is: its path without links, or the numbers of its device and itself."""


class Out(NamedTuple):
    """A sink as the command line names it.

    The path is absolute: the sink is the same one from whichever folder a crawl goes on.
    """

    kind: str
    path: Path

    def __str__(self) -> str:
        return f"{self.kind}:{self.path}"

    @property
    def name(self) -> str:
        """What its sink is called in the state."""
        return f"{self.path}{_TABLE if self.kind == 'sqlite' else ''}"

    def sink(self) -> Sink:
        """The sink itself."""
        return _KINDS[self.kind](self.path)


def option_for(name: str) -> str:
    """The `--out` for a sink of that name in a state."""
    path = name.removesuffix(_TABLE)
    text = path if path == name or _kind_by_path(path) == "sqlite" else f"sqlite:{path}"
    return f"--out {shlex.quote(text)}"


def out_of(text: str) -> Out:
    """What `--out` says.

    Raises:
        BadParameter: it is empty, or its kind cannot be told.
    """
    if not text.strip():
        raise typer.BadParameter(f"it is empty: {RULE}", param_hint="--out")
    word, _, rest = text.partition(":")
    kind, path = (word, rest) if word in _KINDS and rest else (_kind_by_path(text), text)
    if kind is None:
        raise typer.BadParameter(f"{text!r}: {RULE}", param_hint="--out")
    return Out(kind, Path(path).expanduser().absolute())


def outs_of(texts: Iterable[str], state: Path) -> list[Out]:
    """What each `--out` says, each of them once.

    Raises:
        BadParameter: the kind of one cannot be told, or one is the state file or the place of another.
    """
    outs = list(dict.fromkeys(out_of(text) for text in texts))
    taken = dict.fromkeys(_places_of(state.expanduser()), "the state file")
    for out in outs:
        places = _places(out.path)
        if what := next((taken[place] for place in places if place in taken), None):
            raise typer.BadParameter(f"{out.path} is {what}; name another one", param_hint="--out")
        taken |= dict.fromkeys(places, f"the same place as {out}")
    return outs


def _places(path: Path) -> set[Place]:
    """What a path comes to, however it is spelled: through links, and as what is there already."""
    try:
        found = path.stat()
    except OSError:
        return {Path(os.path.realpath(path))}
    return {path.resolve(), (found.st_dev, found.st_ino)}


def _places_of(state: Path) -> set[Place]:
    """Those of a state file: its log and the index of that stand beside it."""
    path = Path(os.path.realpath(state))
    beside = (path.with_name(path.name + ending) for ending in ("-wal", "-shm", "-journal"))
    return _places(path).union(*map(_places, beside))


def _kind_by_path(text: str) -> str | None:
    if text.endswith(("/", os.sep)) or Path(text).expanduser().is_dir():
        return "parquet"
    name = Path(text).name.lower()
    return next((kind for end, kind in _ENDINGS.items() if name.endswith(end)), None)
