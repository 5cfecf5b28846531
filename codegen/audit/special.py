"""Reads the tables that are not about fields: codes, values, countries, platforms, operations."""

from __future__ import annotations

import re
from collections.abc import Callable

from codegen.audit import words
from codegen.audit.blocks import Table
from codegen.audit.curl import PLAIN_HEADERS, path_of
from codegen.audit.records import Code, Country, Document, Finding, Page, Row, Rows, Values

ALPHA2 = re.compile(r"[A-Z]{2}")
ALPHA3 = re.compile(r"[A-Z]{3}")
CODE = re.compile(r"-?\d+")


CurrentPage = Callable[[], Page]
"""Gives the page that a table belongs to, and makes one where there is none."""


def read_special_table(document: Document, page: CurrentPage, table: Table) -> bool:
    """Reads a table of another kind; false when it is of no kind that is known."""
    header = tuple(cell.lower() for cell in table.header)
    if header[0] in words.IGNORED_TABLES or header in words.IGNORED_HEADERS:
        return True
    if header[0] in words.CODE_COLUMNS:
        _codes(document, table)
    elif words.COUNTRY_COLUMN in header:
        _countries(document, table, header)
    elif header[0] == words.PLATFORM_COLUMN:
        document.platforms.extend((line, cells[0]) for line, cells in table.rows)
    elif header[0] == words.OPERATION_COLUMN:
        _operations(document, table)
    elif header == words.HEADER_TABLE:
        rows = tuple(
            Row(line, ((cells[0],),))
            for line, cells in table.rows
            if cells[0].lower() not in PLAIN_HEADERS
        )
        page().request_tables.append(Rows(table.line, "header", rows))
    elif len(header) in (2, 3) and header[1] in words.MEANING_COLUMNS:
        values = tuple(cells[0] for _, cells in table.rows if cells[0])
        page().values.append(Values(table.line, _names(header[0]), values))
    else:
        return False
    return True


def _operations(document: Document, table: Table) -> None:
    for line, cells in table.rows:
        path = path_of(cells[0])
        if path:
            document.mentions.append((line, path))
        else:
            document.findings.append(Finding(line, f"operation without a path: {cells[0]}"))


def _codes(document: Document, table: Table) -> None:
    for line, cells in table.rows:
        code, message = (*cells, "")[:2]
        if CODE.fullmatch(code):
            document.codes.append(Code(line, code, message))
        else:
            document.findings.append(Finding(line, f"not a code: {code}"))


def _countries(document: Document, table: Table, header: tuple[str, ...]) -> None:
    at = header.index(words.COUNTRY_COLUMN)
    for line, cells in table.rows:
        alpha2, alpha3, numeric = (*cells[at : at + 3], "", "", "")[:3]
        if ALPHA2.fullmatch(alpha2) and (not alpha3 or ALPHA3.fullmatch(alpha3)):
            document.countries.append(Country(line, cells[at - 1], alpha2, alpha3, numeric))
        else:
            what = f"country that cannot be read: {' | '.join(filter(None, cells))}"
            document.findings.append(Finding(line, what))


def _names(heading: str) -> tuple[str, ...]:
    """The fields that a table of values may be about."""
    camel = re.sub(r"\s+(\w)", lambda match: match[1].upper(), heading)
    return (*words.VALUE_NAMES.get(heading, ()), camel)
