"""What goes wrong, as data? Faults from a list of rows or a JSON file, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict

import msgspec

from .._checks import check
from .._faults import MOST_FAULTS, Fault, FaultKind, Moment, check_fault
from .._spec import operations

_LARGEST_FILE = 10_000_000


class FaultRow(TypedDict, total=False):
    """A fault as data; every field but ``operation`` may be left out, see ``Fault``."""

    operation: str
    kind: FaultKind
    account: int | None
    times: int | None
    after: int
    nth: int | list[int] | None
    probability: float | None
    seed: int | None
    when: Moment
    code: int
    message: str
    data: object
    status: int | None
    seconds: float


FIELDS: Sequence[str] = tuple(FaultRow.__annotations__)
Rows = Sequence[Mapping[str, object]]
Source = Rows | Mapping[str, object] | Path | str
"""Rows, an object of ``seed`` and ``faults``, or the path of a JSON file that holds either."""


class Schedule(msgspec.Struct):
    """Faults in their order, and the seed of their draws."""

    faults: list[Fault]
    seed: int | None = None


def read_schedule(source: Source) -> Schedule:
    """Read a fault schedule.

    Args:
        source: rows such as ``{"operation": "orders.list", "kind": "html", "nth": [2, 5]}``; or an
            object ``{"seed": 7, "faults": [rows]}``; or the path of a JSON file of either.

    Raises:
        ValueError: it is no schedule; names the row (from 0), the field and the rule.
        OSError: the file cannot be read.
    """
    if isinstance(source, str | Path):
        return _of_file(Path(source))
    if isinstance(source, Mapping):
        return _of_object(source)
    check("faults", len(source), len(source) <= MOST_FAULTS, f"at most {MOST_FAULTS:,} rows")
    return Schedule([_fault(row, number) for number, row in enumerate(source)])


def row_of(fault: Fault) -> FaultRow:
    """The row that makes a fault again; what is as usual is left out."""
    plain = Fault(operation=fault.operation)
    told = {name: getattr(fault, name) for name in FIELDS}
    kept = {name: value for name, value in told.items() if value != getattr(plain, name)}
    return msgspec.convert({"operation": fault.operation, **kept}, FaultRow)


def _of_file(path: Path) -> Schedule:
    size = path.stat().st_size
    check("faults", str(path), size <= _LARGEST_FILE, f"a file of at most {_LARGEST_FILE:,} bytes")
    try:
        read = msgspec.json.decode(path.read_bytes())
        if isinstance(read, str):
            raise ValueError("a list of faults, or an object of seed and faults, is due")
        return read_schedule(read)
    except (ValueError, TypeError, msgspec.DecodeError) as problem:
        raise ValueError(f"{path}: {problem}") from problem


def _of_object(source: Mapping[str, object]) -> Schedule:
    unknown = sorted(set(source) - {"seed", "faults"})
    check("faults", unknown, not unknown, "an object of seed and faults")
    seed, rows = source.get("seed"), source.get("faults", ())
    if seed is not None and not isinstance(seed, int):
        raise ValueError(f"seed must be a whole number, got {seed!r}")
    return Schedule(read_schedule(msgspec.convert(rows, list[dict[str, object]])).faults, seed)


def _fault(row: Mapping[str, object], number: int) -> Fault:
    try:
        unknown = sorted(set(row) - set(FIELDS))
        check("a field", ", ".join(unknown), not unknown, f"among {', '.join(FIELDS)}")
        check("operation", row.get("operation"), "operation" in row, "given")
        fault = Fault(**msgspec.convert(row, FaultRow))
        check_fault(fault, operations())
    except (ValueError, TypeError, msgspec.ValidationError) as problem:
        raise ValueError(f"faults[{number}]: {problem}") from problem
    return fault
