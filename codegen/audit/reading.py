"""Reads a document: cuts it into sections, and finds in each which operation it is about."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from codegen.audit import words
from codegen.audit.blocks import Block, Code, Heading, Prose, Table, blocks
from codegen.audit.curl import ADDRESS, path_of, read_curl, read_query
from codegen.audit.records import ENVELOPE_CODE, Document, Finding, Page, Rows, Sample
from codegen.audit.samples import read_sample
from codegen.audit.special import read_special_table
from codegen.audit.tables import read_rows

CALL_LINE = re.compile(r"(GET|POST|PUT|PATCH|DELETE)\s+(?=/api2\.0/)")
MENTION = re.compile(r"/api2\.0/v1(/[A-Za-z][\w/-]*\w)(?![\w/-]*\*)")
"""Where a document merely names an operation."""


@dataclass(slots=True)
class _Reader:
    """Where the reader is: the section, its page, and which part of the page comes next."""

    document: Document
    levels: bool
    """Whether headings have levels (the flattened shape has none)."""
    level: int = 1
    chapter: str = ""
    number: str = ""
    verb: str = ""
    title: str = ""
    line: int = 1
    page: Page | None = None
    part: str = "request"
    caption: str = ""
    undecided: list[Rows] = field(default_factory=list[Rows])
    """Tables of fields that came before the answer: parameters, if the sample request has them."""

    def current(self) -> Page:
        """The page of this section; a section without an operation gets one when it has content."""
        if self.page is None:
            self.page = Page(self.line, self.title, chapter=self.chapter)
            self.document.pages.append(self.page)
        return self.page

    def open_page(self, kind: str, verb: str, path: str, line: int) -> None:
        """Begins the page of an operation or a message, unless it is open already."""
        page = self.page
        if page and page.kind == kind and page.path == path:
            page.verb = page.verb or verb
            return
        if not self.title:
            what = f"operation without a heading: {path}"
            self.document.findings.append(Finding(line, what))
        self.page = Page(line, self.title, kind, self.chapter, verb, path)
        self.document.pages.append(self.page)
        self.part, self.undecided = "request", []


def read_document(text: str, name: str = "", edition: str = "") -> Document:
    """Reads a document in either shape; what it cannot read is among the findings."""
    document = Document(name, edition)
    found = list(blocks(text))
    levels = any(isinstance(block, Heading) and block.level > 1 for block in found)
    reader = _Reader(document, levels)
    for block in found:
        _take(reader, block)
    _note_mentions(document, text)
    _settle(document)
    if not (document.pages or document.codes or document.countries):
        document.findings.append(Finding(1, "nothing of the API is in this document"))
    return document


def edition_of(text: str, file_name: str) -> str:
    """The edition of a document, by how it begins or by its file name; empty when unknown."""
    for edition, beginning in words.EDITIONS:
        if beginning.match(text):
            return edition
    named = re.match(r"(\d{3})_", file_name)
    return named[1] if named else ""


def _take(reader: _Reader, block: Block) -> None:
    match block:
        case Heading():
            _heading(reader, block)
        case Table():
            _table(reader, block)
        case Code():
            _code(reader, block)
        case Prose():
            _prose(reader, block)


def _heading(reader: _Reader, heading: Heading) -> None:
    number = words.NUMBERED.match(heading.title)
    bare = heading.title[number.end() :] if number else heading.title
    is_part = not number or reader.levels
    if is_part and words.REQUEST_HEADING.fullmatch(bare.strip()):
        reader.part = "request"
    elif is_part and words.ANSWER_HEADING.fullmatch(bare.strip()):
        _begin_answer(reader)
    elif number or (reader.levels and heading.level <= reader.level):
        _section(reader, heading, number[0].strip(" #.,，、") if number else "")
    reader.caption = bare.strip()


def _section(reader: _Reader, heading: Heading, number: str) -> None:
    if reader.page is None and reader.verb:
        what = f"section without an address: {reader.title}"
        reader.document.findings.append(Finding(reader.line, what))
    verb = words.TITLE_VERB.search(heading.title)
    if heading.level == 1 and reader.levels:
        reader.chapter = f"{heading.line}"
    elif not reader.levels:
        reader.chapter = number.partition(".")[0]
    reader.level, reader.number, reader.title = heading.level, number, heading.title
    reader.line, reader.page, reader.part = heading.line, None, "request"
    reader.verb = words.VERBS[verb[1].lower()] if verb else ""
    reader.undecided = []


def _begin_answer(reader: _Reader) -> None:
    reader.part = "answer"
    if reader.page and not reader.page.request_tables:
        sent = {member.path for sample in reader.page.requests for member in sample.members}
        for table in reader.undecided:
            if all(path in sent for row in table.rows for path in row.paths):
                reader.page.answer_tables.remove(table)
                reader.page.request_tables.append(table)
    reader.undecided = []


def _table(reader: _Reader, table: Table) -> None:
    first = table.header[0].lower()
    if words.COLUMNS.get(first) == words.NAME and len(table.header) > 1:
        rows, findings = read_rows(table, reader.caption)
        reader.document.findings.extend(findings)
        page = reader.current()
        asked = first in words.PARAMETER_COLUMNS or words.REQUEST_CAPTION.search(reader.caption)
        if asked and page.kind != "message":
            page.request_tables.append(rows)
        else:
            page.answer_tables.append(rows)
            if reader.part == "request":
                reader.undecided.append(rows)
    elif not read_special_table(reader.document, reader.current, table):
        what = f"table that is not understood: {' | '.join(table.header)}"
        reader.document.findings.append(Finding(table.line, what))
    reader.caption = ""


def _code(reader: _Reader, code: Code) -> None:
    text = code.text
    if text.lstrip().startswith("curl "):
        call = read_curl(text, code.line)
        if call.path and (reader.page is None or reader.page.kind == "glossary"):
            reader.open_page("operation", reader.verb or call.verb, call.path, code.line)
        _add(reader, "request", call.sample)
        if reader.page:
            reader.page.verb = reader.page.verb or call.verb
    elif text.lstrip()[:1] in ("{", "["):
        _json(reader, code)
    elif CALL_LINE.search(text):
        _call_lines(reader, code)


def _json(reader: _Reader, code: Code) -> None:
    sample = read_sample(code.text, code.line)
    top = {member.path: member for member in sample.members}
    if ("messageId",) in top and ("type",) in top:
        reader.open_page("message", "", top["type",].value, code.line)
        _add(reader, "answer", sample)
    elif _is_refusal(sample):
        _add(reader, "refusal", sample)
    elif ("data",) in top or reader.part == "answer":
        _add(reader, "answer", sample)
    else:
        _add(reader, "request", sample)


def _is_refusal(sample: Sample) -> bool:
    """An answer whose code is not one of success, or that says that it failed."""
    top = {member.path[0]: member for member in sample.members if len(member.path) == 1}
    code = top.get(ENVELOPE_CODE)
    if code is None or "message" not in top:
        return False
    failed = [top[name].value == "false" for name in ("result", "success") if name in top]
    return code.value not in {"200", "0", ""} or any(failed)


def _add(reader: _Reader, place: str, sample: Sample) -> None:
    if reader.page is None or reader.page.kind == "glossary" or not sample.members:
        return
    kept: dict[str, Callable[[Sample], None]] = {
        "request": reader.page.requests.append,
        "answer": reader.page.answers.append,
        "refusal": reader.page.refusals.append,
    }
    kept[place](sample)


def _call_lines(reader: _Reader, code: Code) -> None:
    """Lines such as ``POST /api2.0/v1/…``, perhaps with the body behind ``Body:``."""
    for offset, line in enumerate(code.text.splitlines()):
        verb = CALL_LINE.match(line.strip())
        if verb:
            number = code.line + offset
            reader.open_page("operation", verb[1].lower(), path_of(line), number)
            _add(reader, "request", read_query(line, number))
    body = code.text.partition("Body:")[2]
    if body:
        _add(reader, "request", read_sample(body, code.line + 1))


def _prose(reader: _Reader, prose: Prose) -> None:
    text = prose.text
    address = ADDRESS.search(text)
    titled = reader.caption.lower() == "url" or re.match(r"url\s*[:：]", text, re.IGNORECASE)
    if address and titled and text.lower().startswith(("url", "http")):
        reader.open_page("operation", reader.verb, path_of(text), prose.line)
        _add(reader, "request", read_query(text, prose.line))
    elif words.ANSWER_LABEL.match(text):
        if reader.part != "answer" and len(text) < 60:
            _begin_answer(reader)
    elif words.REQUEST_LABEL.match(text) and len(text) < 20:
        reader.part = "request"
    reader.caption = text if len(text) < 120 else ""


def _note_mentions(document: Document, text: str) -> None:
    for number, line in enumerate(text.splitlines(), start=1):
        document.mentions.extend((number, match[1]) for match in MENTION.finditer(line))


def _settle(document: Document) -> None:
    """Fields of a section without an operation belong to the operations of its chapter, if any."""
    chapters = {page.chapter for page in document.pages if page.kind == "operation"}
    for page in document.pages:
        if page.kind == "glossary" and page.chapter in chapters:
            page.kind = "shared"
    document.pages = [
        page for page in document.pages if page.kind == "operation" or not page.is_empty
    ]
