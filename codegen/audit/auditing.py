"""The whole comparison: documents on one side, the spec on the other, differences as the result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from codegen.audit.codes import code_differences, undocumented_codes
from codegen.audit.comparing import (
    ANYWHERE,
    Shown,
    Side,
    compare_claims,
    compare_page,
    compare_values_table,
    has_field,
    is_below_open,
    reads,
)
from codegen.audit.placing import Claim
from codegen.audit.records import Difference, Document, Entry, Operation, Page, dotted
from codegen.audit.reference import reference_differences
from codegen.audit.spec_side import read_messages, read_operations
from codegen.load import Spec

WITHOUT_DOCUMENT = frozenset({"2026-09"})
"""Editions that are known from lists of changes, not from a document."""


@dataclass(frozen=True, slots=True)
class Specified:
    """The spec as the audit sees it."""

    spec: Spec
    operations: Mapping[tuple[str, str], Operation]
    messages: Mapping[str, Operation]

    @property
    def everything(self) -> list[Operation]:
        """Operations and messages."""
        return [*self.operations.values(), *self.messages.values()]

    def at(self, path: str) -> list[Operation]:
        """The operations at a path, whatever their verb."""
        return [each for each in self.operations.values() if each.path == path]


def read_specified(spec: Spec) -> Specified:
    """Reads the spec's side."""
    return Specified(spec, read_operations(spec), read_messages(spec))


def differences(documents: Iterable[Document], spec: Spec) -> list[Difference]:
    """Returns every difference, each once for every document."""
    documents = list(documents)
    specified = read_specified(spec)
    shown = Shown()
    found = [
        difference
        for document in documents
        for difference in _of_document(document, specified, shown)
    ]
    editions = frozenset(document.edition for document in documents)
    found.extend(_undocumented(specified, shown, editions))
    found.extend(undocumented_codes(spec, documents, editions))
    found.extend(reference_differences(documents, spec.folder))
    unique = {difference.key: difference for difference in reversed(found)}
    return sorted(unique.values(), key=lambda each: (each.document, each.line, each.key))


def _of_document(document: Document, specified: Specified, shown: Shown) -> Iterator[Difference]:
    for page in document.pages:
        yield from _of_page(document, page, specified, shown)
    yield from _mentioned(document, specified, shown)
    yield from code_differences(document, specified.spec)
    for finding in document.findings:
        yield Difference("unreadable", ANYWHERE, finding.what[:100], document.edition, finding.line)


def _of_page(
    document: Document, page: Page, specified: Specified, shown: Shown
) -> Iterator[Difference]:
    match page.kind:
        case "operation":
            yield from _of_operation(document, page, specified, shown)
        case "message":
            yield from _of_message(document, page, specified, shown)
        case "shared":
            yield from _of_chapter(document, page, specified, shown)
        case _:
            yield from _of_glossary(document, page, specified, shown)
    for values in page.values:
        own = [*specified.at(page.path), *_message(page, specified)]
        around = own if has_field(own, values) else specified.everything
        yield from compare_values_table(document, values, around, shown)


def _of_operation(
    document: Document, page: Page, specified: Specified, shown: Shown
) -> Iterator[Difference]:
    operation = specified.operations.get((page.verb, page.path))
    if operation is None:
        others = specified.at(page.path)
        name = f"{page.verb.upper()} {page.path}"
        if others and page.verb:
            verb = others[0].verb.upper()
            yield Difference(
                "method-differs", others[0].id, "", document.edition, page.line, name, verb
            )
        elif not others:
            yield Difference("operation-missing", name, "", document.edition, page.line, page.title)
            return
        operation = others[0]
    yield from compare_page(document, page, operation, shown)


def _of_message(
    document: Document, page: Page, specified: Specified, shown: Shown
) -> Iterator[Difference]:
    messages = _message(page, specified)
    for message in messages:
        yield from compare_page(document, page, message, shown)
    if not messages:
        yield Difference(
            "operation-missing", f"message {page.path}", "", document.edition, page.line
        )


def _message(page: Page, specified: Specified) -> list[Operation]:
    """The message of the spec that a page is about, if any."""
    name = page.path.lower()
    starts = [start for start in specified.messages if name.startswith(start)]
    return [specified.messages[max(starts, key=len)]] if starts else []


def _of_chapter(
    document: Document, page: Page, specified: Specified, shown: Shown
) -> Iterator[Difference]:
    """Fields that a chapter shares: one of its operations has to have each of them."""
    paths = {(each.verb, each.path) for each in document.pages if each.chapter == page.chapter}
    operations = [op for key, op in specified.operations.items() if key in paths]
    for row in (row for table in page.answer_tables for row in table.rows):
        for path in row.paths:
            owners = [op for op in operations if path in op.answer]
            closed = [op for op in operations if not is_below_open(op.answer, path)]
            for operation in owners or closed[:1]:
                side = Side(document.edition, operation, operation.answer, "field")
                yield from compare_claims(side, [Claim(path, row.line, row)], shown)


def _of_glossary(
    document: Document, page: Page, specified: Specified, shown: Shown
) -> Iterator[Difference]:
    """Fields in general: somewhere in the spec the name has to occur, and have the type."""
    named = _by_name(specified)
    for row in (row for table in page.answer_tables for row in table.rows):
        for name in (path[-1] for path in row.paths):
            entries = list(named.get(name, {}).values())
            if len(entries) == 1:
                shown.note(*entries[0], [row.note])
            if not entries:
                yield Difference(
                    "field-missing", ANYWHERE, name, document.edition, row.line, row.note[:80]
                )
            elif row.type and not any(reads(entry, row.type) for _, entry in entries):
                yield Difference(
                    "type-differs", ANYWHERE, name, document.edition, row.line, row.type
                )


def _by_name(specified: Specified) -> dict[str, dict[str, tuple[Operation, Entry]]]:
    """Every parameter and field by its name, and by where it is written."""
    named: dict[str, dict[str, tuple[Operation, Entry]]] = {}
    for operation in specified.everything:
        for path, entry in (*operation.request.items(), *operation.answer.items()):
            named.setdefault(path[-1], {})[entry.owner] = operation, entry
    return named


def _mentioned(document: Document, specified: Specified, shown: Shown) -> Iterator[Difference]:
    """Operations that a document names anywhere."""
    known = {operation.path: operation for operation in specified.operations.values()}
    for line, mention in document.mentions:
        path = next((path for path in known if mention.startswith(path)), None)
        if path:
            shown.operations.add(known[path].id)
        elif not any(mention == page.path for page in document.pages):
            yield Difference("operation-missing", mention, "", document.edition, line, "only named")


def _undocumented(
    specified: Specified, shown: Shown, editions: frozenset[str]
) -> Iterator[Difference]:
    """What the spec has and no document shows, where all documents of an operation were given."""
    seen: set[str] = set()
    for operation in sorted(specified.everything, key=lambda each: each.id):
        if not operation.editions - WITHOUT_DOCUMENT or not (
            operation.editions - WITHOUT_DOCUMENT <= editions
        ):
            continue
        if operation.id not in shown.operations:
            yield Difference("undocumented-operation", operation.id, "", "spec", 0)
        yield from _undocumented_places(operation, shown, seen)


def _undocumented_places(
    operation: Operation, shown: Shown, seen: set[str]
) -> Iterator[Difference]:
    sides = (
        ("parameter", operation.request),
        ("field", operation.answer),
        ("field", operation.refusal),
    )
    for noun, entry in ((noun, entry) for noun, side in sides for entry in side.values()):
        if entry.owner in seen:
            continue
        seen.add(entry.owner)
        name = dotted(entry.path)
        if entry.owner not in shown.owners and (operation.id, entry.path) not in shown.places:
            kind = f"undocumented-{noun}"
            yield Difference(kind, operation.id, name, "spec", 0, "", entry.owner)
            continue
        extra = ", ".join(sorted(entry.values - shown.values.get(entry.values, set())))
        if extra:
            yield Difference("undocumented-value", operation.id, name, "spec", 0, "", extra)
