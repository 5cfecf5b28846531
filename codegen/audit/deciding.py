"""The differences that are right as they are: spec/audit/decided.yaml, each with its reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from codegen.audit.records import CONTRADICTIONS, Difference
from codegen.load import Json, SpecError, is_list, is_mapping, read_yaml

FILE = Path("audit") / "decided.yaml"
KINDS = (
    "operation-missing",
    "method-differs",
    "parameter-missing",
    "field-missing",
    "required-differs",
    "type-differs",
    "value-missing",
    "code-missing",
    "code-differs",
    "country-missing",
    "country-differs",
    "platform-missing",
    "undocumented-operation",
    "undocumented-parameter",
    "undocumented-field",
    "undocumented-value",
    "undocumented-code",
    "undocumented-country",
    "undocumented-platform",
    "unreadable",
)
"""Every kind of difference there is."""
KEYS = frozenset({"kind", "operation", "name", "says", "seen", "reason", "date"})


@dataclass(frozen=True, slots=True)
class Decision:
    """An entry of the file; names may hold ``*``."""

    kind: str
    operations: tuple[str, ...]
    names: tuple[str, ...]
    says: tuple[str, ...]
    seen: tuple[str, ...]
    """The editions that show the difference: where one of them no longer does, the entry is stale."""
    reason: str
    date: str

    def covers(self, difference: Difference) -> bool:
        """Whether the entry is about a difference."""
        return (
            self.kind == difference.kind
            and _fits(self.operations, difference.operation)
            and _fits(self.names, difference.name)
            and _fits(self.says, difference.documented)
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """The differences, sorted by whether somebody has decided about them."""

    undecided: tuple[Difference, ...]
    decided: tuple[tuple[Difference, Decision], ...]
    stale: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left to do."""
        return not self.undecided and not self.stale


def read_decisions(spec_folder: Path) -> list[Decision]:
    """Reads the file; a project without one has decided nothing."""
    path = spec_folder / FILE
    if not path.exists():
        return []
    rows = read_yaml(path).get("decided", [])
    if not is_list(rows):
        raise SpecError(f"{FILE}: a list is due below decided")
    return [_decision(number, row) for number, row in enumerate(rows, start=1)]


def decide(
    differences: Iterable[Difference],
    decisions: Sequence[Decision],
    editions: Sequence[str],
    known: Sequence[str],
) -> Verdict:
    """Sorts the differences; ``editions`` are those given, ``known`` all that there are."""
    undecided: list[Difference] = []
    decided: list[tuple[Difference, Decision]] = []
    for difference in differences:
        decision = next((each for each in decisions if each.covers(difference)), None)
        if decision:
            decided.append((difference, decision))
        else:
            undecided.append(difference)
    everything = [difference for difference, _ in decided]
    complete = set(known) <= set(editions)
    stale = [
        problem
        for decision in decisions
        for problem in _stale(decision, everything, editions, complete=complete)
    ]
    return Verdict(tuple(undecided), tuple(decided), tuple(stale))


def _stale(
    decision: Decision,
    differences: Sequence[Difference],
    editions: Sequence[str],
    *,
    complete: bool,
) -> Iterator[str]:
    """Says which parts of an entry match nothing, as far as the given documents can tell."""
    checked = [edition for edition in decision.seen if edition in editions]
    if decision.seen and not checked:
        return
    if not decision.seen and not complete:
        return
    mine = [each for each in differences if decision.covers(each)]
    for edition in checked or [""]:
        here = [each for each in mine if edition in ("", each.document)]
        where = f" in {edition}" if edition else ""
        for name in _idle(decision, here):
            yield f"{decision.kind} {name}{where}: {decision.reason}"


def _idle(decision: Decision, found: Sequence[Difference]) -> Iterator[str]:
    """The names of an entry that none of the differences has; all in one when there are none."""
    if not found:
        yield f"{', '.join(decision.operations)} {', '.join(decision.names)}"
        return
    for name in decision.names:
        if not any(fnmatchcase(each.name, name) for each in found):
            yield name
    for operation in decision.operations:
        if not any(fnmatchcase(each.operation, operation) for each in found):
            yield operation


def _fits(patterns: tuple[str, ...], text: str) -> bool:
    return not patterns or any(fnmatchcase(text, pattern) for pattern in patterns)


def _decision(number: int, row: Json) -> Decision:
    if not is_mapping(row) or not {"kind", "reason", "date"} <= set(row) <= KEYS:
        raise SpecError(f"{FILE}: entry {number}: {{{', '.join(sorted(KEYS))}}} are the keys")
    kind, date = str(row["kind"]), str(row["date"])
    if kind not in KINDS:
        raise SpecError(f"{FILE}: entry {number}: {kind!r} is not one of {', '.join(KINDS)}")
    if kind in CONTRADICTIONS and "says" not in row:
        raise SpecError(f"{FILE}: entry {number}: {kind} needs says, what the documentation says")
    try:
        dt.date.fromisoformat(date)
    except ValueError as error:
        raise SpecError(f"{FILE}: entry {number}: {date!r} is no day") from error
    return Decision(
        kind,
        _texts(row.get("operation", "*")),
        _texts(row.get("name", "*")),
        _texts(row.get("says", [])),
        _texts(row.get("seen", [])),
        str(row["reason"]),
        date,
    )


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if is_list(value) else (str(value),)
