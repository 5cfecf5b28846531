"""Which lines say how things are now? The newest of each product that is not gone."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence

import msgspec

from cj_async.crawl._state._file import Database
from cj_async.crawl._state._sinks import Lines

_CURRENT = """
SELECT pid FROM items WHERE position = ? AND gone = 0
    AND NOT EXISTS (SELECT 1 FROM items AS product WHERE product.kind = 0
                    AND product.place = items.place AND product.pid = items.pid AND product.gone = 1)
"""


def current(database: Database, position: int, most: int, keys: Mapping[int, str]) -> list[Lines]:
    """The lines after a position that are still true, in order, until there are so many or more.

    Args:
        database: The state.
        position: Where to go on.
        most: How many lines are enough.
        keys: For each kind, the name of the field with the product's id.

    Returns:
        What is left of the pages; those without any such line are passed over.
    """
    found: list[Lines] = []
    total = 0
    pages = database.execute(
        "SELECT position, kind, count, lines FROM pages WHERE position > ? ORDER BY position",
        (position,),
    )
    for row in pages:
        page = Lines(*row)
        kept = _kept(database, page, keys[page.kind])
        if kept.many:
            found.append(kept)
        total += kept.many
        if total >= most:
            break
    pages.close()
    return found


def _kept(database: Database, page: Lines, key: str) -> Lines:
    """A page without the lines of products that are gone, or of which newer lines stand elsewhere."""
    true = {pid for (pid,) in database.execute(_CURRENT, (page.position,))}
    if len(true) == page.many:
        return page
    pids, lines = _pids(page.lines, key), page.lines.splitlines(keepends=True)
    kept = [line for line, pid in zip(lines, pids, strict=True) if pid in true]
    return page._replace(many=len(kept), lines=b"".join(kept))


def _pids(lines: bytes, key: str) -> Sequence[str]:
    return _reader(key)(lines)


@functools.cache
def _reader(key: str) -> Callable[[bytes], Sequence[str]]:
    """Reads nothing of a line but the id."""
    row = msgspec.defstruct("Row", [("pid", str)], rename={"pid": key})
    decode = msgspec.json.Decoder(row).decode_lines
    return lambda lines: [getattr(each, "pid") for each in decode(lines)]  # noqa: B009
