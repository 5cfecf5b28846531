"""Finds the place of every documented parameter and field, as a path from the outside in.

Examples and dotted names say it themselves. A table is laid onto the object that it fits best;
a row that does not fit there goes where its name is still free, nearest to the row above.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from codegen.audit.records import ANY_KEY, Path, Row, Rows, Sample

DATA = "data"
MESSAGE_ID = "messageId"
ENVELOPE_ID = "requestId"
"""Always a field of the envelope: examples that forget a bracket would put it elsewhere."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a document says about one place."""

    path: Path
    line: int
    row: Row | None = None
    kinds: frozenset[str] = frozenset()
    """The kinds of JSON that an example shows."""
    others: tuple[Path, ...] = ()
    """Places that may be meant in place of this one, where the name was lost."""
    values: tuple[str, ...] = ()


@dataclass(slots=True)
class Shape:
    """The places that are known: those of the spec and those that examples show."""

    paths: set[Path]
    children: dict[Path, set[str]] = field(default_factory=dict[Path, set[str]])

    @classmethod
    def of(cls, paths: Iterable[Path]) -> Shape:
        """Makes a shape of places; what is around them is known too."""
        shape = cls(set())
        inner: dict[Path, set[str]] = defaultdict(set)
        for path in paths:
            for depth in range(1, len(path) + 1):
                shape.paths.add(path[:depth])
                inner[path[: depth - 1]].add(path[depth - 1])
        shape.children = dict(inner)
        return shape

    def normal(self, path: Path) -> Path:
        """The path with ``*`` for the keys of maps."""
        found: Path = ()
        for name in path:
            names = self.children.get(found, set())
            found = (*found, ANY_KEY if ANY_KEY in names and name not in names else name)
        return found


def claims_of(
    samples: Iterable[Sample], tables: Iterable[Rows], specified: Iterable[Path], *, is_answer: bool
) -> list[Claim]:
    """Everything that a page says about what is sent, or about what comes back."""
    spec = Shape.of(specified)
    examples = list(_sample_claims(samples, spec, is_answer=is_answer))
    shape = Shape.of([*spec.paths, *(claim.path for claim in examples)])
    return [*_table_claims(tables, shape, is_answer=is_answer), *examples]


def _sample_claims(samples: Iterable[Sample], spec: Shape, *, is_answer: bool) -> Iterator[Claim]:
    """What the examples show, each place once for every example."""
    for sample in samples:
        kinds: dict[Path, set[str]] = {}
        lines: dict[Path, int] = {}
        values: dict[Path, list[str]] = defaultdict(list)
        for member in sample.members:
            path = spec.normal(member.path)
            if is_answer and path[-1:] == (ENVELOPE_ID,):
                path = (ENVELOPE_ID,)
            lines.setdefault(path, member.line)
            values[path].append(member.value)
            if kinds.setdefault(path, set()) != {"list"}:
                kinds[path].add(member.kind)
        for path, seen in kinds.items():
            if path:
                found = frozenset(seen - {"", "null", "empty"})
                yield Claim(path, lines[path], kinds=found, values=tuple(values[path]))


def _table_claims(tables: Iterable[Rows], shape: Shape, *, is_answer: bool) -> Iterator[Claim]:
    """What the tables of a page say, each row at its place."""
    laid = [(table, _base(table, shape, is_answer=is_answer)) for table in tables]
    taken = {
        path
        for table, base in laid
        for row in table.rows
        for path in _at(base, row)
        if path in shape.paths
    }
    for table, base in laid:
        yield from _rows(table, base, shape, taken)


def _rows(table: Rows, base: Path, shape: Shape, taken: set[Path]) -> Iterator[Claim]:
    nests = any(len(path) > 1 for row in table.rows for path in row.paths)
    above: Path = base
    for row in table.rows:
        found = tuple(_place(path, base, above, shape, taken, nests) for path in row.paths)
        taken.update(found)
        above = found[-1]
        if row.any_path:
            yield Claim(found[0], row.line, row, others=found[1:])
        else:
            yield from (Claim(path, row.line, row) for path in found)
            yield from (Claim((*above, name), row.line) for name in row.members)


def _base(table: Rows, shape: Shape, *, is_answer: bool) -> Path:
    """The object that a table fits best."""
    firsts = {path[0] for row in table.rows for path in row.paths}
    if is_answer and firsts & {DATA, MESSAGE_ID}:
        return ()
    objects = [path for path in shape.children if path or not is_answer]
    default = (DATA,) if is_answer else ()
    return max(objects, key=lambda base: _fit(table, base, shape), default=default)


def _fit(table: Rows, base: Path, shape: Shape) -> tuple[float, int, Path]:
    """How well a table fits an object: rows that are in it, words that name it, shortness."""
    fits = sum(any(path in shape.paths for path in _at(base, row)) for row in table.rows)
    named = bool(base) and base[-1] in table.caption and base[-1] != DATA
    return fits + (1.5 if named and fits else 0), -len(base), base


def _at(base: Path, row: Row) -> Iterator[Path]:
    return ((*base, *path) for path in row.paths)


def _place(
    path: Path, base: Path, above: Path, shape: Shape, taken: set[Path], nests: bool
) -> Path:
    """Where a row stands; in the table's object when there is no other place for it.

    A table that writes its nesting down (``nests``) means its plain names as they stand.
    """
    here = shape.normal((*base, *path))
    if here in shape.paths:
        return here
    free = [known for known in shape.paths if known[-len(path) :] == path and known not in taken]
    if nests and len(path) == 1:
        free = [known for known in free if known[: len(base)] != base or known == base]
    return max(free, key=lambda known: (_common(known, above), -len(known), known), default=here)


def _common(one: Path, other: Path) -> int:
    """How many names two places share from the outside in."""
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count
