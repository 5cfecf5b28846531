"""Reads tables of parameters and fields, also where cells were lost and the rest moved left."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from codegen.audit import words
from codegen.audit.blocks import Table
from codegen.audit.records import Finding, Path, Row, Rows

NAME = re.compile(r"[A-Za-z_]\w*(\[\])?")
DASHES = re.compile(r"[-\s]*-[-\s]*|")
SCALARS = frozenset({"text", "integer", "number", "boolean", "file"})
Cells = dict[str, str]
"""The cells of a row by what they hold."""


@dataclass(frozen=True, slots=True)
class _Parent:
    """A row above; one of a plain type holds nothing, whatever the dashes say."""

    name: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Column:
    """What the columns of a table hold, in order."""

    roles: tuple[str, ...]

    @property
    def name(self) -> int:
        """The column with the names that JSON has."""
        return self.roles.index(words.KEY if words.KEY in self.roles else words.NAME)

    @property
    def type(self) -> int | None:
        """The column with the types."""
        return self.roles.index(words.TYPE) if words.TYPE in self.roles else None


def read_rows(table: Table, caption: str) -> tuple[Rows, list[Finding]]:
    """Reads a table of parameters or fields, and says which of its rows it cannot read."""
    columns = Column(tuple(words.COLUMNS.get(cell.lower(), "") for cell in table.header))
    rows: list[Row] = []
    findings: list[Finding] = []
    parents: list[_Parent] = []
    for line, cells in table.rows:
        if not any(cells):
            continue
        if rows and not cells[0] and _moved(columns, cells) is None:
            rows[-1] = _continued(rows[-1], cells)
            continue
        row = _row(line, _aligned(columns, cells), parents)
        if row is None:
            findings.append(Finding(line, f"row without a name: {' | '.join(filter(None, cells))}"))
        else:
            rows.append(row)
    return Rows(table.line, caption, tuple(rows)), findings


def type_of(text: str) -> str:
    """The kind of JSON that a type of the documentation stands for; empty when it is no type."""
    word = text.strip().lower()
    if words.LIST_TYPE.fullmatch(word):
        return "list"
    kinds = {words.TYPES.get(part.strip(), "") for part in word.split("/")}
    return "" if "" in kinds else "/".join(sorted(kinds))


def is_required_word(text: str) -> bool:
    """Whether a cell says that something is required, or is not, or is sometimes."""
    word = text.lower()
    return word in words.YES or word in words.NO or words.SOMETIMES.search(word) is not None


def _aligned(columns: Column, cells: Sequence[str]) -> Cells:
    """Gives each cell its role; where cells were lost, those after the type tell their own."""
    moved = _moved(columns, cells)
    if moved is None:
        return dict(zip(columns.roles, cells, strict=False))
    before = [role for role in columns.roles[: columns.type] if role]
    kept = before[:moved] if NAME.match(cells[0].lstrip("- ")) else before[1:][:moved]
    after = [role for role in columns.roles[(columns.type or 0) + 1 :] if role]
    found = {**dict(zip(kept, cells[:moved], strict=False)), words.TYPE: cells[moved]}
    return found | _behind_type(after, list(cells[moved + 1 :]))


def _moved(columns: Column, cells: Sequence[str]) -> int | None:
    """Where the type stands, if it does not stand in its own column."""
    if columns.type is None or columns.type >= len(cells) or type_of(cells[columns.type]):
        return None
    return next((at for at in range(1, columns.type) if type_of(cells[at])), None)


def _behind_type(roles: Sequence[str], cells: list[str]) -> Cells:
    """Required, length and note, each recognised by its look."""
    found: Cells = {}
    for role in roles:
        if cells and _looks_like(role, cells[0]):
            found[role] = cells.pop(0)
    return found


def _looks_like(role: str, cell: str) -> bool:
    if role == words.REQUIRED:
        return is_required_word(cell)
    return role != words.LENGTH or words.LENGTHS.fullmatch(cell) is not None


def _row(line: int, cells: Cells, parents: list[_Parent]) -> Row | None:
    raw = cells.get(words.KEY) or cells.get(words.NAME, "")
    dashes = DASHES.match(raw)
    depth = min(dashes[0].count("-") if dashes else 0, len(parents))
    paths = tuple(_names(raw[dashes.end() if dashes else 0 :]))
    lost = not paths and words.LOST_NAMES.get(cells.get(words.DEFINITION, ""))
    if lost:
        paths = tuple((name,) for name in lost)
    if not paths:
        return None
    del parents[depth:]
    outer = tuple(parent.name for parent in parents if parent.holds)
    kind = type_of(cells.get(words.TYPE, ""))
    parents.append(_Parent(paths[0][-1], holds=kind not in SCALARS))
    note = " ".join(filter(None, (cells.get(words.DEFINITION), cells.get(words.NOTE))))
    return Row(
        line=line,
        paths=tuple((*outer, *path) for path in paths),
        type=kind,
        required=_required(cells.get(words.REQUIRED, "")),
        note=note,
        members=tuple(_members(note)) if kind in {"object", "list"} else (),
        any_path=bool(lost),
    )


def _members(note: str) -> Iterator[str]:
    """The fields inside an object that a note names."""
    for match in words.MEMBERS.finditer(note):
        yield from re.findall(r"[A-Za-z]\w*", match[1], re.ASCII)


def _required(text: str) -> str:
    """``yes``, ``no``, ``sometimes``, or empty where nothing is said."""
    word = text.lower()
    if word in words.YES:
        return "yes"
    if word in words.NO:
        return "no"
    return "sometimes" if words.SOMETIMES.search(word) else ""


def _names(text: str) -> list[Path]:
    """The names in a cell: ``a``, ``a.b[].c``, ``a.b / a.c``, ``a.b / c``, ``aLength/Width``.

    Returns nothing when a part of the cell is no name.
    """
    found: list[Path] = []
    for part in text.split("/"):
        path = _path(part.strip())
        if path is None:
            return []
        *outer, name = path
        if found and not outer:
            *outer, above = found[0]
            stem = re.sub(r"[A-Z][a-z]*$", "", above)
            name = stem + name if name[0].isupper() else name
        found.append((*outer, name))
    return found


def _path(text: str) -> Path | None:
    parts = text.removeprefix("[].").split(".")
    if not all(NAME.fullmatch(part) for part in parts):
        return None
    return tuple(part.removesuffix("[]") for part in parts)


def _continued(row: Row, cells: Sequence[str]) -> Row:
    """A row without a name goes on with the note of the one above."""
    note = " ".join(filter(None, (row.note, *cells)))
    return replace(row, note=note)
