"""`python -m codegen audit DOC…`: reads documents, compares them with the spec, says what differs.

The steps: `reading` makes records of a document, `spec_side` makes the same of the spec, `placing`
finds where each documented field stands, `auditing` compares, `deciding` leaves out what somebody
has decided, `reporting` tells.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from codegen.audit.auditing import differences
from codegen.audit.deciding import decide, read_decisions
from codegen.audit.reading import edition_of, read_document
from codegen.audit.records import Document
from codegen.audit.reporting import Report, as_json, markdown, terminal
from codegen.audit.words import EDITIONS
from codegen.load import SpecError, read_spec

STANDARD_OUTPUT = "-"


def add_audit(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the audit to a parser."""
    parser.add_argument("documents", nargs="+", type=Path, metavar="DOC")
    parser.add_argument("--json", metavar="FILE", help="write the report as JSON; - prints it")
    parser.add_argument("--markdown", metavar="FILE", help="write it as Markdown; - prints it")
    parser.add_argument(
        "--edition", default="", help="edition of documents that do not say it themselves"
    )


def audit(options: argparse.Namespace) -> int:
    """Runs the audit; returns 0 when nothing is left to decide, else 1; 2 for unreadable files."""
    project: Path = options.project
    try:
        documents = [_read(path, options.edition) for path in options.documents]
        spec = read_spec(project / "spec")
        decisions = read_decisions(project / "spec")
        found = differences(documents, spec)
    except (OSError, UnicodeDecodeError, SpecError) as error:
        print(f"audit: {error}", file=sys.stderr)
        return 2
    editions = [document.edition for document in documents]
    verdict = decide(found, decisions, editions, [edition for edition, _ in EDITIONS])
    _tell(Report(tuple(documents), verdict), options)
    return 0 if verdict.is_clean else 1


def _read(path: Path, edition: str) -> Document:
    text = path.read_text(encoding="utf-8")
    return read_document(text, path.name, edition_of(text, path.name) or edition or path.stem)


def _tell(report: Report, options: argparse.Namespace) -> None:
    wanted: list[tuple[str | None, Callable[[Report], str]]] = [
        (options.json, as_json),
        (options.markdown, markdown),
    ]
    for target, render in wanted:
        if target == STANDARD_OUTPUT:
            print(render(report), end="")
        elif target:
            Path(target).write_text(render(report), encoding="utf-8")
    if STANDARD_OUTPUT not in (options.json, options.markdown):
        print(terminal(report), end="")
