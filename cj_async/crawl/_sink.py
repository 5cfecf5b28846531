"""What does a crawl hand on, and what does it ask of those who take it?

The state file is the truth; a sink is a projection of it. Everything that a crawl found out stands in
the state in the order of its commits, numbered from 1: the *position*. A sink is handed batch after
batch in that order, and remembers with each how to come back to exactly there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, Protocol, runtime_checkable

import msgspec

Kind = Literal["products", "details", "variants", "stock", "reviews"]
"""What a line is about: a row of the list, or one of the documents that enrich it."""

Change = Literal["new", "changed", "removed"]


class Part(msgspec.Struct, frozen=True):
    """Lines of one kind.

    Attributes:
        kind: What they are about.
        model: The Struct whose fields they have; all of its fields may be missing.
        key: JSON name of the field that holds the product's id: ``id`` or ``pid``.
        count: Number of lines.
        lines: A JSON object each, ended by a newline. Keys are CJ's names, money is text, moments are
            ISO 8601 in UTC. Before them stand ``_change`` (``new``, ``changed`` or ``removed``; a
            removed product has nothing but its id), ``_run`` (number of the run) and ``_seen`` (when).
    """

    kind: Kind
    model: type[msgspec.Struct]
    key: str
    count: int
    lines: bytes

    def rows(self) -> Iterator[dict[str, Any]]:
        """The lines as dictionaries."""
        decode = msgspec.json.Decoder(dict[str, Any]).decode
        return (decode(line) for line in self.lines.splitlines())


class Batch(msgspec.Struct, frozen=True):
    """What became known between two positions.

    Attributes:
        source: Id of the state file; positions of two state files cannot be compared.
        position: Where the state is after this batch.
        parts: What is in it, at most one part for each kind; at least one.
    """

    source: str
    position: int
    parts: tuple[Part, ...]

    @property
    def count(self) -> int:
        """Lines of all parts."""
        return sum(part.count for part in self.parts)


@runtime_checkable
class Sink(Protocol):
    """Takes what a crawl found. All calls come from one task, one after another.

    Two ways keep a sink exact over a crash. One that writes data and position in one transaction
    (a database) returns its position from ``open``. One that cannot (files) returns from ``write``
    a token, such as a size, from which ``open`` can undo what was written after it.

    Attributes:
        name: Tells the sinks of a state apart and must stay the same: a path, the name of a table.
        batch: How many lines it would like at once, 1 or more; it may get fewer, or more.
    """

    @property
    def name(self) -> str: ...

    @property
    def batch(self) -> int: ...

    async def open(self, source: str, token: str | None) -> int | None:
        """Gets ready to write on.

        Args:
            source: Id of the state file.
            token: What the last write that counts returned; ``None`` when there was none. Whatever
                was written after it has to be undone: it will come again.

        Returns:
            The position up to which it holds everything, where it knows that itself; else ``None``.

        Raises:
            SinkFailed: it is not usable; says why.
        """
        ...

    async def write(self, batch: Batch) -> str | None:
        """Writes a batch; it is safe once this returns.

        Returns:
            The token to come back to; ``None`` for those whose ``open`` returns a position.
        """
        ...

    async def aclose(self) -> None:
        """Lets go of files and connections. May be called without ``open``.

        What goes wrong here is logged, and loses nothing: what `write` returned from is safe.
        """
        ...
