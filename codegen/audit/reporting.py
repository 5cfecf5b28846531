"""Says what the audit found: for people on a terminal, as Markdown, and as JSON for tools."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import groupby

from codegen.audit.deciding import Verdict
from codegen.audit.records import Difference, Document

MEANINGS = {
    "operation-missing": "operations that the spec lacks",
    "method-differs": "other HTTP methods",
    "parameter-missing": "parameters that the spec lacks",
    "field-missing": "fields that the spec lacks",
    "required-differs": "required or not",
    "type-differs": "other types",
    "value-missing": "values that the spec does not name",
    "code-missing": "codes that spec/errors.yaml lacks",
    "code-differs": "codes with several meanings",
    "country-missing": "countries that the spec lacks",
    "country-differs": "countries with other codes",
    "platform-missing": "platforms that the spec lacks",
    "undocumented-operation": "operations that no document shows",
    "undocumented-parameter": "parameters that no document shows",
    "undocumented-field": "fields that no document shows",
    "undocumented-value": "values that no document shows",
    "undocumented-code": "codes that no document shows",
    "undocumented-country": "countries that no document shows",
    "undocumented-platform": "platforms that no document shows",
    "unreadable": "what the reader does not understand",
}
"""The kinds in the order of a report, in words."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was read and what became of it."""

    documents: tuple[Document, ...]
    verdict: Verdict

    @property
    def summary(self) -> str:
        """One line: how much of what."""
        verdict = self.verdict
        counts = f"{len(verdict.undecided)} undecided, {len(verdict.decided)} decided"
        stale = f", {len(verdict.stale)} stale decisions" if verdict.stale else ""
        return f"{counts}{stale}"


def terminal(report: Report) -> str:
    """The report for a terminal."""
    lines = [*_documents(report), ""]
    for kind, found in _by_kind(report.verdict.undecided):
        lines.append(f"{MEANINGS[kind]} ({kind}): {len(found)}")
        for operation, rows in groupby(found, key=lambda each: each.operation):
            lines.append(f"  {operation}")
            lines.extend(f"    {_line(row)}" for row in rows)
        lines.append("")
    if report.verdict.stale:
        lines.append(f"decisions that match nothing any more: {len(report.verdict.stale)}")
        lines.extend(f"  {each}" for each in report.verdict.stale)
        lines.append("")
    lines.append(report.summary)
    return "\n".join(lines) + "\n"


def markdown(report: Report) -> str:
    """The report as Markdown: what is undecided, then what was decided and why."""
    lines = ["# Documentation and spec", "", *(f"- {each}" for each in _documents(report))]
    lines += ["", f"**{report.summary}**", ""]
    for kind, found in _by_kind(report.verdict.undecided):
        lines += [f"## {MEANINGS[kind].capitalize()}", ""]
        lines += _table(("Operation", "Name", "Where", "Documentation", "Spec"), map(_cells, found))
    if report.verdict.stale:
        lines += ["## Decisions that match nothing any more", ""]
        lines += [*(f"- {each}" for each in report.verdict.stale), ""]
    if report.verdict.decided:
        lines += ["## Decided", ""]
        reasons = (
            (each.kind, *_cells(each), decision.reason) for each, decision in report.verdict.decided
        )
        header = ("Kind", "Operation", "Name", "Where", "Documentation", "Spec", "Reason")
        lines += _table(header, reasons)
    return "\n".join(lines).rstrip() + "\n"


def as_json(report: Report) -> str:
    """The report as JSON."""
    verdict = report.verdict
    value = {
        "documents": [
            {"name": each.name, "edition": each.edition, "pages": len(each.pages)}
            for each in report.documents
        ],
        "undecided": [_plain(each) for each in verdict.undecided],
        "decided": [
            {**_plain(each), "reason": decision.reason, "date": decision.date}
            for each, decision in verdict.decided
        ],
        "stale": list(verdict.stale),
    }
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _plain(difference: Difference) -> dict[str, object]:
    return {"key": difference.key, **asdict(difference)}


def _documents(report: Report) -> list[str]:
    return [f"{each.name} (edition {each.edition}): {_counted(each)}" for each in report.documents]


def _counted(document: Document) -> str:
    kinds = Counter(page.kind for page in document.pages)
    counts = {
        "operations": kinds["operation"],
        "messages": kinds["message"],
        "codes": len(document.codes),
        "countries": len(document.countries),
        "platforms": len(document.platforms),
    }
    return ", ".join(f"{count} {noun}" for noun, count in counts.items() if count)


def _by_kind(found: Iterable[Difference]) -> Iterator[tuple[str, list[Difference]]]:
    ordered = sorted(found, key=lambda each: (each.operation, each.document, each.line, each.key))
    for kind in MEANINGS:
        mine = [each for each in ordered if each.kind == kind]
        if mine:
            yield kind, mine


def _line(difference: Difference) -> str:
    said = f"documentation: {difference.documented}" if difference.documented else ""
    spec = f"spec: {difference.specified}" if difference.specified else ""
    says = "; ".join(filter(None, (said, spec)))
    return "  ".join(filter(None, (difference.name, f"({_where(difference)})", says)))


def _where(difference: Difference) -> str:
    return f"{difference.document}:{difference.line}" if difference.line else difference.document


def _cells(difference: Difference) -> tuple[str, ...]:
    return (
        difference.operation,
        difference.name,
        _where(difference),
        difference.documented,
        difference.specified,
    )


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [_row(header), _row(("---",) * len(header))]
    return [*lines, *map(_row, rows), ""]


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
