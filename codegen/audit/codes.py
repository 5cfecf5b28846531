"""Compares the codes of the documents with spec/errors.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from codegen.audit.records import Code, Difference, Document, Sample
from codegen.load import Json, Spec, is_mapping

ERRORS = "errors.yaml"
SUCCESS = frozenset({"0", "200"})
WITH_CODES = frozenset({"000", "002"})
"""Editions that together show the codes; without them nothing can be said to be undocumented."""


def code_differences(document: Document, spec: Spec) -> Iterator[Difference]:
    """Codes that the spec lacks, and codes that a document explains in several ways."""
    known = {str(code) for code in spec.errors.get("codes", {})}
    meanings: dict[str, set[str]] = {}
    for code in documented_codes(document):
        if code.code not in known:
            yield Difference(
                "code-missing", ERRORS, code.code, document.edition, code.line, code.message[:80]
            )
            continue
        words = meanings.setdefault(code.code, set())
        words.update(filter(None, [_plain(code.message)]))
        if len(words) > 1 and not _is_explained(spec, code.code):
            yield Difference(
                "code-differs", ERRORS, code.code, document.edition, code.line, code.message[:80]
            )


def undocumented_codes(
    spec: Spec, documents: Iterable[Document], editions: frozenset[str]
) -> Iterator[Difference]:
    """Codes of the spec that no document shows."""
    if WITH_CODES - editions:
        return
    shown = {code.code for document in documents for code in documented_codes(document)}
    for code, row in spec.errors.get("codes", {}).items():
        if str(code) not in shown:
            meaning = str(row.get("meaning", ""))
            yield Difference("undocumented-code", ERRORS, str(code), "spec", 0, "", meaning[:80])


def documented_codes(document: Document) -> Iterator[Code]:
    """Every code of a document: those of its tables, and those of examples."""
    yield from document.codes
    for page in document.pages:
        for sample in (*page.refusals, *page.answers):
            code = _of_sample(sample)
            if code:
                yield code


def _of_sample(sample: Sample) -> Code | None:
    top = {member.path: member for member in sample.members if len(member.path) == 1}
    if ("code",) not in top or not top["code",].value:
        return None
    message = top["message",].value if ("message",) in top else ""
    is_success = top["code",].value in SUCCESS
    return Code(top["code",].line, top["code",].value, "" if is_success else message)


def _is_explained(spec: Spec, code: str) -> bool:
    """Whether the spec says that a code means more than one thing."""
    rows: dict[str, Json] = {str(key): row for key, row in spec.errors.get("codes", {}).items()}
    row = rows.get(code, {})
    refined = {str(row.get("code")) for row in spec.errors.get("refinements", [])}
    return code in refined or (is_mapping(row) and "x-cj-decided" in row)


def _plain(message: str) -> str:
    return re.sub(r"\W+", " ", message).strip().lower()
