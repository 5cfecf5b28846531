"""Compares what documents show with what the spec says; every function yields differences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from codegen.audit import words
from codegen.audit.placing import Claim, claims_of
from codegen.audit.records import (
    ANY_KEY,
    Difference,
    Document,
    Entry,
    Operation,
    Page,
    Path,
    Rows,
    Sample,
    Values,
    dotted,
)
from codegen.audit.values import values_in

AGREE = frozenset(
    {
        ("yes", "yes"),
        ("no", "no"),
        ("no", "sometimes"),
        ("sometimes", "sometimes"),
        ("sometimes", "yes"),
    }
)
"""What documentation and spec may say about being required without a contradiction."""
FLAGS = frozenset({"0", "1"})
"""What yes and no are everywhere."""
ENVELOPE = "envelope"
ANYWHERE = "anywhere"


@dataclass(slots=True)
class Shown:
    """What the documents have shown so far, by where it is written in the spec."""

    owners: set[str] = field(default_factory=set[str])
    values: dict[frozenset[str], set[str]] = field(default_factory=dict[frozenset[str], set[str]])
    """The words used of places that have the same enumeration."""
    operations: set[str] = field(default_factory=set[str])
    places: set[tuple[str, Path]] = field(default_factory=set[tuple[str, Path]])

    def note(self, operation: Operation, entry: Entry, texts: Iterable[str]) -> None:
        """Notes that a document shows a place, and the words that it uses there."""
        self.owners.add(entry.owner)
        self.places.update((operation.id, entry.path[:n]) for n in range(1, len(entry.path) + 1))
        self.note_values(entry, texts)

    def note_values(self, entry: Entry, texts: Iterable[str]) -> None:
        """Notes the words that a document uses of a place."""
        tokens = self.values.setdefault(entry.values, set())
        for text in texts:
            tokens.update(re.findall(r"\w+", text, re.ASCII))


@dataclass(frozen=True, slots=True)
class Side:
    """One side of an operation: what is sent, or what comes back."""

    document: str
    operation: Operation
    entries: Mapping[Path, Entry]
    noun: str
    """``parameter`` or ``field``."""

    def difference(
        self, kind: str, path: Path, line: int, documented: str = "", specified: str = ""
    ) -> Difference:
        """A difference at a place of this side."""
        outside = self.noun == "field" and path[0] in words.ENVELOPE
        name = ENVELOPE if outside else self.operation.id
        return Difference(kind, name, dotted(path), self.document, line, documented, specified)


def compare_page(
    document: Document, page: Page, operation: Operation, shown: Shown
) -> Iterator[Difference]:
    """Compares the page of an operation or of a message."""
    shown.operations.add(operation.id)
    edition = document.edition
    sides: tuple[tuple[Side, list[Sample], list[Rows]], ...] = (
        (
            Side(edition, operation, operation.request, "parameter"),
            page.requests,
            page.request_tables,
        ),
        (Side(edition, operation, operation.answer, "field"), page.answers, page.answer_tables),
        (Side(edition, operation, operation.refusal, "field"), page.refusals, []),
    )
    for side, samples, tables in sides:
        found = claims_of(samples, tables, side.entries, is_answer=side.noun == "field")
        yield from compare_claims(side, found, shown)


def compare_claims(side: Side, claims: list[Claim], shown: Shown) -> Iterator[Difference]:
    """Compares what is claimed about the places of one side."""
    claimed = {claim.path for claim in claims}
    for claim in claims:
        paths = [path for path in (claim.path, *claim.others) if path in side.entries]
        for path in paths:
            entry = side.entries[path]
            texts = (claim.row.note,) if claim.row else claim.values
            shown.note(side.operation, entry, texts)
            yield from _compare_entry(side, claim, entry)
        if paths or claim.path[-1] == ANY_KEY or is_below_open(side.entries, claim.path):
            continue
        around = claim.path[:-1]
        if around in claimed and not _is_known(side.entries, around):
            continue
        yield side.difference(f"{side.noun}-missing", claim.path, claim.line, _said(claim))


def _is_known(entries: Mapping[Path, Entry], path: Path) -> bool:
    """Whether the spec has a place; the values of a map are where the map is."""
    while path[-1:] == (ANY_KEY,):
        path = path[:-1]
    return not path or path in entries


def is_below_open(entries: Mapping[Path, Entry], path: Path) -> bool:
    """Whether a place is inside something that may hold anything."""
    return any(
        entries[path[:depth]].is_open for depth in range(1, len(path)) if path[:depth] in entries
    )


def _said(claim: Claim) -> str:
    if claim.row is None:
        return "in an example"
    return " ".join(filter(None, (claim.row.type, claim.row.note[:80])))


def _compare_entry(side: Side, claim: Claim, entry: Entry) -> Iterator[Difference]:
    row, path = claim.row, entry.path
    documented = set(filter(None, row.type.split("/"))) if row else set(claim.kinds)
    fits = documented <= entry.kinds if side.noun == "field" else documented & entry.kinds
    if documented and entry.kinds and not fits:
        said = ("" if row else "example: ") + "/".join(sorted(documented))
        kinds = "/".join(sorted(entry.kinds))
        yield side.difference("type-differs", path, claim.line, said, kinds)
    if row is None:
        yield from _compare_example(side, claim, entry)
        return
    if side.noun == "parameter" and row.required and (row.required, entry.required) not in AGREE:
        yield side.difference("required-differs", path, claim.line, row.required, entry.required)
    missing = missing_values(values_in(row.note), [entry])
    if missing:
        yield side.difference("value-missing", path, claim.line, ", ".join(missing), _listed(entry))


def _compare_example(side: Side, claim: Claim, entry: Entry) -> Iterator[Difference]:
    """The values of an example have to be in the enumeration, where there is one."""
    values = dict.fromkeys(value for value in claim.values if value and "list" not in claim.kinds)
    missing = [value for value in values if value not in entry.values]
    if missing and entry.values:
        said = f"example: {', '.join(missing)}"
        yield side.difference("value-missing", entry.path, claim.line, said, _listed(entry))


def reads(entry: Entry, documented: str) -> bool:
    """Whether a place of the spec takes one of the documented types."""
    return not entry.kinds or bool(set(documented.split("/")) & entry.kinds)


def missing_values(values: Iterable[str], entries: Iterable[Entry]) -> list[str]:
    """The documented values that are in no enumeration or, where there is none, in no description."""
    known = set[str]()
    for entry in entries:
        known |= entry.values or set(re.findall(r"-?\w+", entry.words, re.ASCII))
        known |= FLAGS if "boolean" in entry.kinds else set()
    return [value for value in values if value not in known]


def _listed(entry: Entry) -> str:
    return ", ".join(sorted(entry.values)) or "no such value in the description"


def has_field(operations: Iterable[Operation], table: Values) -> bool:
    """Whether one of the operations has a field that a table of values is about."""
    return any(_fields(operations, table))


def _fields(operations: Iterable[Operation], table: Values) -> Iterator[Entry]:
    names = {name.lower() for name in table.names}
    for operation in operations:
        for entry in (*operation.request.values(), *operation.answer.values()):
            if entry.path[-1].lower() in names:
                yield entry


def compare_values_table(
    document: Document, table: Values, operations: list[Operation], shown: Shown
) -> Iterator[Difference]:
    """Compares a table of values with the fields that it is about."""
    entries = list(_fields(operations, table))
    for entry in entries:
        shown.note_values(entry, table.values)
    missing = missing_values(table.values, entries)
    if missing:
        where = operations[0].id if len(operations) == 1 else ANYWHERE
        said = ", ".join(missing)
        yield Difference("value-missing", where, table.names[0], document.edition, table.line, said)
