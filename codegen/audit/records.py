"""What the audit speaks of: one shape for what a document shows and for what the spec says."""

from __future__ import annotations

from dataclasses import dataclass, field

Path = tuple[str, ...]
"""Where a value stands, from the outside in. Lists leave no trace, the keys of a map are ``*``."""

ANY_KEY = "*"
ENVELOPE_CODE = "code"
CONTRADICTIONS = frozenset({"required-differs", "type-differs", "value-missing"})
"""Kinds of difference in which it matters what the documentation says."""


def dotted(path: Path) -> str:
    """The path as people write it."""
    return ".".join(path)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table of parameters or fields; paths are relative to the table's place."""

    line: int
    paths: tuple[Path, ...]
    type: str = ""
    required: str = ""
    note: str = ""
    members: tuple[str, ...] = ()
    """Fields inside this one that the note names."""
    any_path: bool = False
    """Whether the name was lost and one of the paths is meant, instead of all of them."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A table of parameters or fields, with the words that stand above it."""

    line: int
    caption: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A value inside an example: where it stands and which kind of JSON it is."""

    path: Path
    kind: str
    line: int
    value: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """An example: everything inside it, from the outside in."""

    line: int
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A code of an answer, and CJ's words for it."""

    line: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Values:
    """A table of the values that a field can have; the names are those it may go by."""

    line: int
    names: tuple[str, ...]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Country:
    """A line of the table of countries."""

    line: int
    name: str
    alpha2: str
    alpha3: str
    numeric: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the reader does not understand."""

    line: int
    what: str


@dataclass(slots=True)
class Page:
    """What a document shows of one operation, of one webhook message, or of fields in general."""

    line: int
    title: str
    kind: str = "glossary"
    """``operation``, ``message``, ``shared`` (fields of the whole chapter) or ``glossary``."""
    chapter: str = ""
    verb: str = ""
    path: str = ""
    request_tables: list[Rows] = field(default_factory=list[Rows])
    answer_tables: list[Rows] = field(default_factory=list[Rows])
    requests: list[Sample] = field(default_factory=list[Sample])
    answers: list[Sample] = field(default_factory=list[Sample])
    refusals: list[Sample] = field(default_factory=list[Sample])
    values: list[Values] = field(default_factory=list[Values])

    @property
    def is_empty(self) -> bool:
        """Whether nothing but a title was found."""
        tables = self.request_tables or self.answer_tables or self.values
        return not (tables or self.requests or self.answers or self.refusals)


@dataclass(slots=True)
class Document:
    """A document as the reader understands it."""

    name: str
    edition: str
    pages: list[Page] = field(default_factory=list[Page])
    codes: list[Code] = field(default_factory=list[Code])
    countries: list[Country] = field(default_factory=list[Country])
    platforms: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    mentions: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    findings: list[Finding] = field(default_factory=list[Finding])


@dataclass(frozen=True, slots=True)
class Entry:
    """A parameter or a field of the spec."""

    path: Path
    owner: str
    """The schema (or operation) that it is written in, and its name there."""
    kinds: frozenset[str]
    """The kinds of JSON that it reads; empty for any."""
    required: str = "no"
    """``yes``, ``no`` or ``sometimes``."""
    values: frozenset[str] = frozenset()
    words: str = ""
    is_open: bool = False
    """Whether anything may stand below it."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the spec, or a webhook message."""

    id: str
    verb: str
    path: str
    editions: frozenset[str]
    request: dict[Path, Entry]
    answer: dict[Path, Entry]
    refusal: dict[Path, Entry]


@dataclass(frozen=True, slots=True)
class Difference:
    """Something in which a document and the spec differ."""

    kind: str
    operation: str
    name: str
    document: str
    line: int
    documented: str = ""
    specified: str = ""

    @property
    def key(self) -> str:
        """Names the difference from one run to the next; lines do not matter."""
        said = f"={self.documented}" if self.kind in CONTRADICTIONS else ""
        return f"{self.document}:{self.kind}:{self.operation}:{self.name}{said}"
