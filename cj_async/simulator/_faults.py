"""How is an operation made to fail? Faults that wait for the n-th answer of an operation."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Literal, get_args

from ._answers import WORDS, Refusal
from ._checks import LONGEST_WAIT, check

FaultKind = Literal[
    "refuse", "status", "html", "delay", "cut", "truncate", "garble", "content_type"
]
Moment = Literal["before", "after"]
_KINDS: tuple[str, ...] = get_args(FaultKind)
_MOMENTS: tuple[str, ...] = get_args(Moment)


@dataclass(slots=True, kw_only=True)
class Fault:
    """What goes wrong, when, and how often.

    Attributes:
        operation: the operation it waits for, ``products.get``; "*" is any.
        kind: ``refuse`` (an envelope of ``code`` and ``message``), ``status`` (HTTP ``status`` and
            an empty JSON object), ``html`` (a gateway's page with ``status``), ``delay`` (the right
            answer after ``seconds``), ``cut`` (the connection ends without an answer), ``truncate``
            (it ends in the middle of the body), ``garble`` (the body is no JSON), ``content_type``
            (the right body, announced as ``text/html``).
        times: how many answers it spoils.
        after: how many answers of the operation it lets pass first.
        when: ``before`` the operation took effect (it then never runs, except with ``delay``), or
            ``after`` it.
        message: the words of ``refuse``; the usual ones of the code when left out.
        status: HTTP status; 200 for ``refuse`` and 502 for ``status`` and ``html`` when left out.
        seconds: real seconds to wait before the answer, whatever the kind.
        hits: how many answers it has spoilt so far.
    """

    operation: str
    kind: FaultKind = "refuse"
    times: int = 1
    after: int = 0
    when: Moment = "before"
    code: int = 1600000
    message: str = ""
    status: int | None = None
    seconds: float = 0.0
    hits: int = field(default=0, init=False)
    _passed: int = field(default=0, init=False, repr=False)

    @property
    def refusal(self) -> Refusal:
        """What ``refuse`` answers."""
        return Refusal(self.code, self.message or WORDS.get(self.code, "Refused"))

    def strikes(self, operation: str) -> bool:
        """Whether it spoils this answer; asking counts the answer."""
        if self.operation not in (operation, "*") or self.hits >= self.times:
            return False
        if self._passed < self.after:
            self._passed += 1
            return False
        self.hits += 1
        return True


def check_fault(fault: Fault, known: AbstractSet[str]) -> None:
    """Refuse a fault that could never strike as meant.

    Raises:
        ValueError: naming the argument, its value and the rule.
    """
    operation, status, seconds = fault.operation, fault.status, fault.seconds
    check("operation", operation, operation in known | {"*"}, "an operation of the API, or *")
    check("kind", fault.kind, fault.kind in _KINDS, f"one of {', '.join(_KINDS)}")
    check("when", fault.when, fault.when in _MOMENTS, "before or after")
    check("times", fault.times, fault.times >= 1, "at least 1")
    check("after", fault.after, fault.after >= 0, "not negative")
    check("status", status, status is None or 200 <= status <= 599, "200 to 599")
    enough = seconds > 0 if fault.kind == "delay" else seconds >= 0
    check("seconds", seconds, enough and seconds <= LONGEST_WAIT, "0 to 600, not 0 to delay")


class Faults:
    """The faults of one simulator, in the order they were set up."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Set up one more."""
        self._faults.append(fault)

    def clear(self) -> None:
        """Take back all of them."""
        self._faults.clear()

    def next(self, operation: str) -> Fault | None:
        """The fault of this answer: the first that strikes."""
        return next((fault for fault in self._faults if fault.strikes(operation)), None)
