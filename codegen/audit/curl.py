"""Reads a call of curl, or a line such as `POST /api2.0/v1/order/list`: verb, path and what is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass

from codegen.audit.records import Member, Sample
from codegen.audit.samples import read_sample

ADDRESS = re.compile(r"(?:https?://[\w.:-]+)?/api2\.0/v1(/[\w/-]+)((?:\?|\s*&)[^'\"|\s]*)*")
VERB = re.compile(r"(?:--request|-X)\s+['\"]?([A-Za-z]+)")
DATA = re.compile(r"--data(?:-\w+)?\s+'(.*?)('\s*\\?\s*$|\Z)", re.DOTALL)
FORM = re.compile(r"--form\s+'([\w.\[\]]+)=(@?)")
HEADER = re.compile(r"--header\s+'([\w-]+)\s*:")
QUERY = re.compile(r"[?&]\s*([\w.\[\]]+)=")
PLAIN_HEADERS = frozenset({"cj-access-token", "content-type"})
"""Headers that the client sets by itself."""


@dataclass(frozen=True, slots=True)
class Call:
    """A sample request."""

    verb: str
    path: str
    sample: Sample


def path_of(text: str) -> str:
    """The path below ``/api2.0/v1`` in a text; empty when there is none."""
    found = ADDRESS.search(text)
    return found[1].rstrip("/") if found else ""


def read_curl(text: str, line: int) -> Call:
    """Reads a call of curl that begins at a line."""
    verb = VERB.search(text)
    data = DATA.search(text)
    address = ADDRESS.search(text)
    members = [
        *(_member(name, "", line) for name in QUERY.findall(address[0] if address else "")),
        *(_member(name, "file" if at else "text", line) for name, at in FORM.findall(text)),
        *(
            _member(name, "text", line)
            for name in HEADER.findall(text)
            if name.lower() not in PLAIN_HEADERS
        ),
    ]
    if data:
        body_line = line + text.count("\n", 0, data.start(1))
        members.extend(read_sample(data[1], body_line).members)
    sends = data is not None or FORM.search(text) is not None
    default = "post" if sends else "get"
    return Call(
        verb[1].lower() if verb else default,
        path_of(text),
        Sample(line, tuple(dict.fromkeys(members))),
    )


def read_query(text: str, line: int) -> Sample:
    """The names in the query of an address."""
    return Sample(line, tuple(_member(name, "", line) for name in QUERY.findall(text)))


def _member(name: str, kind: str, line: int) -> Member:
    return Member((name.removesuffix("[]"),), kind, line)
