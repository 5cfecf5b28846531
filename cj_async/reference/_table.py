"""A table of reference data: rows in CJ's order, found by every spelling of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar, runtime_checkable

_WORDS = {"the": "", "st": "saint"}
_LONGEST = 60
_FEW = 10
_TOO_LARGE = 10**9


@runtime_checkable
class Row(Protocol):
    """A row: what it can be asked for by."""

    @property
    def label(self) -> str:
        """What the row is called in messages."""
        ...

    @property
    def codes(self) -> tuple[int | str, ...]:
        """Its codes, the main one first; they win over the names of other rows."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """Its names."""
        ...


R = TypeVar("R", bound=Row)
Asked = int | str | Row | None
"""What a table can be asked for: a code or a name, a row, or a field of an answer that is empty."""


class Table(Generic[R]):
    """Rows that never change.

    ``table[code]`` is a row or a ``LookupError`` that names what is near, ``table.find(code)`` a row or
    ``None``, ``code in table`` says whether there is one; iterating gives the rows in CJ's order.
    Codes are found as numbers and as text, names whatever their capitals, accents and punctuation.
    """

    __slots__ = ("_index", "kind", "rows")

    kind: str
    """What a row is, in words."""
    rows: tuple[R, ...]
    """The rows, in CJ's order."""

    def __init__(self, kind: str, rows: tuple[R, ...]) -> None:
        self.kind = kind
        self.rows = rows
        self._index: dict[str, R] | None = None

    def find(self, code: Asked) -> R | None:
        """Returns the row, or ``None`` for what CJ's documentation does not know, and for ``None``.

        Args:
            code: a code or a name as it stands in an answer; or a row.
        """
        key = _key(code)
        return self._by_spelling().get(key) if key else None

    def __getitem__(self, code: Asked) -> R:
        """Returns the row; raises ``LookupError`` where there is none."""
        row = self.find(code)
        if row is None:
            raise LookupError(f"no {self.kind} {_shown(code)}{self._near(code)}")
        return row

    def __contains__(self, code: object) -> bool:
        return isinstance(code, int | str | Row) and self.find(code) is not None

    def __iter__(self) -> Iterator[R]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"<Table of {len(self)} rows: {self.kind}>"

    def _by_spelling(self) -> dict[str, R]:
        """Every spelling with its row; made at the first question."""
        if self._index is None:
            index: dict[str, R] = {}
            for row in self.rows:
                index.update((_key(code), row) for code in row.codes)
            for row in self.rows:
                for name in row.names:
                    index.setdefault(_key(name), row)
            self._index = index
        return self._index

    def _near(self, code: Asked) -> str:
        """The end of a message: what comes close to it, or, in a short table, all there is."""
        index = self._by_spelling()
        if len(self) <= _FEW:
            near = [row.label for row in self.rows]
        else:
            from difflib import get_close_matches

            near = [index[key].label for key in get_close_matches(_key(code)[:_LONGEST], index, 5)]
        shown = ", ".join(dict.fromkeys(near))
        return f"; there is {shown}" if shown else ""


def _key(value: object) -> str:
    """The one spelling that all spellings of a code or a name share; empty for what is neither."""
    if not isinstance(value, int | str) and isinstance(value, Row):
        value = value.codes[0]
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:d}" if abs(value) < _TOO_LARGE else ""
    if not isinstance(value, str):
        return ""
    text = value.strip()
    if re.fullmatch(r"[+-]?[0-9]+", text):
        return text.lstrip("0") or "0"
    letters = unicodedata.normalize("NFKD", text.casefold().replace("&", " and "))
    plain = re.sub(r"[\u0300-\u036f]|(?<=[^\W\d])[.'’]", "", letters)
    words = re.findall(r"[^\W_]+", plain)
    return " ".join(filter(None, (_WORDS.get(word, word) for word in words)))


def _shown(value: object) -> str:
    if isinstance(value, int) and abs(value) >= _TOO_LARGE:
        return "of so large a number"
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
