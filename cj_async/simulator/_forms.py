"""What is in a form? Multipart bodies, read by RFC 7578: texts and files by their names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ._answers import PARAM_ERROR, Refused

_END_OF_LINE = b"\r\n"
_TEXT = "text/plain"
_PARAMETER = re.compile(r';\s*([\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))')
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class File:
    """A file as it arrived.

    Attributes:
        name: the file name that was sent along.
        content_type: what the sender says it is.
        content: all of it; not in the repr.
    """

    name: str
    content_type: str
    content: bytes = field(repr=False)

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content)


def read_form(content_type: str, content: bytes) -> dict[str, str | File]:
    """The fields of a form by their names; of several with one name the first.

    Args:
        content_type: the header, which tells the boundary.
        content: the body.

    Raises:
        Refused: it is no complete form.
    """
    fields: dict[str, str | File] = {}
    try:
        for part in _parts(_boundary(content_type), content):
            name, value = _field(part)
            fields.setdefault(name, value)
    except ValueError:
        raise Refused(PARAM_ERROR) from None
    return fields


def _boundary(content_type: str) -> bytes:
    boundary = _parameters(content_type).get("boundary")
    if not boundary:
        raise ValueError("the header tells no boundary")
    return boundary.encode()


def _parts(boundary: bytes, content: bytes) -> Iterator[bytes]:
    """What stands between the boundaries; raises ValueError when the last one is missing."""
    _, *parts = (_END_OF_LINE + content).split(_END_OF_LINE + b"--" + boundary)
    if not parts or not parts.pop().startswith(b"--"):
        raise ValueError("the form does not end")
    for part in parts:
        rest_of_line, _, inside = part.partition(_END_OF_LINE)
        if rest_of_line.strip():
            raise ValueError("a boundary is not alone in its line")
        yield inside


def _field(part: bytes) -> tuple[str, str | File]:
    head, end, content = part.partition(_END_OF_LINE * 2)
    lines = [line.partition(":") for line in head.decode().split("\r\n")]
    headers = {name.strip().lower(): value.strip() for name, _, value in lines}
    disposition = headers.get("content-disposition", "")
    told = _parameters(disposition)
    if not end or disposition.partition(";")[0].strip() != "form-data" or "name" not in told:
        raise ValueError("a part is not a field of a form")
    if "filename" not in told:
        return told["name"], content.decode()
    return told["name"], File(told["filename"], headers.get("content-type", _TEXT), content)


def _parameters(header: str) -> dict[str, str]:
    """What follows the first semicolon of a header: names, and values in quotes or without."""
    return {
        name.lower(): plain or _ESCAPED.sub(r"\1", quoted)
        for name, quoted, plain in _PARAMETER.findall(header)
    }
