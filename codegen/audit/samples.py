"""Reads examples that are JSON or nearly JSON: every value with its place, whatever is broken.

Commas too many or too few, ``]...``, comments, full-width colons, missing values, quotes that never
close, pairs inside a list, several values one after another: all of it is read as far as it goes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from codegen.audit.records import Member, Path, Sample

TOKEN = re.compile(
    r"""
    (?P<space>\s+|//[^\n]*|/\*.*?\*/|\.\.\.+)
  | (?P<text>"(?:[^"\\\n]|\\.)*"|“[^”\n]*”|"[^\n]*)
  | (?P<mark>[{}\[\]:：,，])
  | (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.]))
  | (?P<word>[^\s{}\[\]:：,，"]+)
    """,
    re.VERBOSE | re.DOTALL,
)
WORDS = {"true": "boolean", "false": "boolean", "null": "null"}
DEEPEST = 60


@dataclass(slots=True)
class _Open:
    """A bracket that is still open."""

    path: Path
    is_list: bool


@dataclass(slots=True)
class _Reader:
    """What is open while the tokens go by: brackets, and the name that waits for its value."""

    line: int
    prefix: Path
    open: list[_Open] = field(default_factory=list[_Open])
    name: str | None = None
    text: tuple[str, int] | None = None
    found: list[Member] = field(default_factory=list[Member])

    @property
    def place(self) -> Path:
        """Where the next value stands."""
        outer = self.open[-1].path if self.open else self.prefix
        return outer if self.name is None else (*outer, self.name)

    def value(self, kind: str, line: int, value: str = "") -> None:
        """Notes a value at its place."""
        self.settle()
        self.found.append(Member(self.place, kind, line, value))
        self.name = None

    def settle(self) -> None:
        """A text that no colon followed is a value, not a name."""
        if self.text is not None:
            text, line = self.text
            self.text = None
            self.found.append(Member(self.place, "text" if text else "empty", line, text))
            self.found.extend(_inside(text, self.place, line))
            self.name = None


def read_sample(text: str, line: int = 1, prefix: Path = ()) -> Sample:
    """Reads an example that begins at a line; never raises."""
    reader = _Reader(line, prefix)
    for match in TOKEN.finditer(text):
        _take(reader, match, line + text.count("\n", 0, match.start()))
    reader.settle()
    return Sample(line, tuple(reader.found))


def _take(reader: _Reader, match: re.Match[str], line: int) -> None:
    token = match[0]
    if match["text"]:
        reader.settle()
        reader.text = (_unquoted(token), line)
    elif match["mark"]:
        _mark(reader, token, line)
    elif match["number"]:
        reader.value("number" if re.search(r"[.eE]", token) else "integer", line, token)
    elif match["word"] and token in WORDS:
        reader.value(WORDS[token], line, "" if token == "null" else token)


def _mark(reader: _Reader, mark: str, line: int) -> None:
    if mark in "{[":
        reader.settle()
        place = reader.place
        reader.value("list" if mark == "[" else "object", line)
        if len(reader.open) < DEEPEST:
            reader.open.append(_Open(place, mark == "["))
    elif mark in "}]":
        reader.settle()
        reader.name = None
        _close(reader, is_list=mark == "]")
    elif mark in ":：":
        if reader.text is not None:
            reader.name, reader.text = reader.text[0], None
    else:
        reader.settle()
        reader.name = None


def _close(reader: _Reader, *, is_list: bool) -> None:
    """Closes the nearest bracket of the kind; those that were forgotten inside it close too."""
    kinds = [each.is_list for each in reader.open]
    if is_list in kinds:
        del reader.open[len(kinds) - 1 - kinds[::-1].index(is_list) :]


def _unquoted(token: str) -> str:
    try:
        value: object = json.loads(token)
    except ValueError:
        return token.strip("\"“”',")
    return value if isinstance(value, str) else token


def _inside(text: str, path: Path, line: int) -> Iterator[Member]:
    """JSON inside a text is part of the example."""
    if re.match(r"\s*(\[\s*)?\{", text):
        yield from (m for m in read_sample(text, line, path).members if m.path != path)
