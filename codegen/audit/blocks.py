"""Cuts a document into blocks: headings, tables, code and lines of prose, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

HEADING = re.compile(r"(#{1,6})\s+(#?)\s*(.*)")
SEPARATOR = re.compile(r"\|?(\s*:?-{2,}:?\s*\|)+(\s*:?-{2,}:?\s*)?")
OPENS_JSON = re.compile(r"\s*[\[{]\s*($|[\"“{\[\]}/])")
FENCE = "```"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; in the flattened shape every level is 1."""

    line: int
    level: int
    title: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table as written: the heading of each column, and (line, cells) of each row."""

    line: int
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A piece of code: a fenced block, or what looks like JSON or a call of curl without fences."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Prose:
    """A line of prose that is not empty."""

    line: int
    text: str


Block = Heading | Table | Code | Prose


def blocks(text: str) -> Iterator[Block]:
    """Yields the blocks of a document in its order."""
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        block, at = _next(lines, at)
        if block is not None:
            yield block


def _next(lines: list[str], at: int) -> tuple[Block | None, int]:
    line = lines[at]
    heading = HEADING.fullmatch(line.strip())
    if line.lstrip().startswith(FENCE):
        return _fenced(lines, at)
    if heading and heading[3]:
        return Heading(at + 1, len(heading[1]), heading[3].strip()), at + 1
    if _is_table(lines, at):
        return _table(lines, at)
    if OPENS_JSON.match(line) or line.startswith("curl "):
        return _bare_code(lines, at)
    return (Prose(at + 1, line.strip()) if line.strip() else None), at + 1


def _fenced(lines: list[str], at: int) -> tuple[Block, int]:
    end = at + 1
    while end < len(lines) and not lines[end].lstrip().startswith(FENCE):
        end += 1
    return Code(at + 2, "\n".join(lines[at + 1 : end])), end + 1


def _is_table(lines: list[str], at: int) -> bool:
    return (
        "|" in lines[at]
        and at + 1 < len(lines)
        and SEPARATOR.fullmatch(lines[at + 1].strip()) is not None
    )


def _table(lines: list[str], at: int) -> tuple[Block, int]:
    end = at + 2
    while end < len(lines) and _is_row(lines[end]) and not _is_table(lines, end):
        end += 1
    rows = tuple((number + 1, cells(lines[number])) for number in range(at + 2, end))
    return Table(at + 1, cells(lines[at]), rows), end


def _is_row(line: str) -> bool:
    return line.lstrip().startswith("|") or (line.startswith("/") and " | " in line)


def cells(line: str) -> tuple[str, ...]:
    """The cells of one line of a table."""
    inner = line.strip().removeprefix("|").removesuffix("|")
    return tuple(" ".join(cell.split()) for cell in re.split(r"(?<!\\)\|", inner))


def _bare_code(lines: list[str], at: int) -> tuple[Block, int]:
    curl = lines[at].startswith("curl ")
    end = at
    while end < len(lines) and (end == at or not _interrupts(lines, end)):
        end += 1
        text = "\n".join(lines[at:end])
        if _is_whole_call(text, lines[end : end + 1]) if curl else _is_whole_json(text):
            break
    return Code(at + 1, "\n".join(lines[at:end])), end


def _interrupts(lines: list[str], at: int) -> bool:
    line = lines[at]
    return (
        HEADING.fullmatch(line.strip()) is not None
        or _is_table(lines, at)
        or line.startswith(("curl ", FENCE))
    )


def _is_whole_call(text: str, after: list[str]) -> bool:
    goes_on = text.rstrip().endswith("\\") or "".join(after).startswith("--")
    return text.count("'") % 2 == 0 and not goes_on


def _is_whole_json(text: str) -> bool:
    bare = re.sub(r'"(?:[^"\\\n]|\\.)*"', "", text)
    return sum(bare.count(mark) for mark in "[{") <= sum(bare.count(mark) for mark in "]}")
