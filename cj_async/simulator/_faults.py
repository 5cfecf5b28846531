"""How is an operation made to fail? Faults that wait for the n-th answer of an operation, or for chance."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Literal, get_args

from ._answers import WORDS, Refusal
from ._checks import LONGEST_WAIT, check

FaultKind = Literal[
    "refuse",
    "status",
    "html",
    "delay",
    "drip",
    "cut",
    "cut_unread",
    "truncate",
    "garble",
    "content_type",
]
Moment = Literal["before", "after"]
KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
MOMENTS: tuple[Moment, ...] = get_args(Moment)
RIGHT_BUT_LATE: AbstractSet[FaultKind] = frozenset({"delay", "drip"})
"""Faults with which the operation runs all the same, and the answer is the right one."""

MOST_FAULTS = 10_000
_WHOLE = 1 << 64


@dataclass(slots=True, kw_only=True)
class Fault:
    """What goes wrong, for whom, when, and how often.

    Attributes:
        operation: the operation it waits for, ``products.get``; "*" is any.
        kind: ``refuse`` (an envelope of ``code``, ``message`` and ``data``), ``status`` (HTTP ``status``
            and an empty JSON object), ``html`` (a gateway's page with ``status``), ``delay`` (the right
            answer after ``seconds``), ``drip`` (the right answer, its body spread over ``seconds``),
            ``cut`` (the request is read, the connection ends without an answer), ``cut_unread`` (the
            connection ends before the body of the request is read; the operation never runs),
            ``truncate`` (it ends in the middle of the body), ``garble`` (the body is no JSON),
            ``content_type`` (the right body, announced as ``text/html``).
        account: whose calls: the number of an account, or its place from 0; None is anybody's. What
            needs no token, logging in for one, is nobody's.
        times: how many answers it spoils; None: one, or with ``nth`` or ``probability`` any number.
        after: how many answers of the operation it lets pass first, counted from when it was set up;
            those that another fault spoils count, too.
        nth: which answers it spoils, counted likewise, from 1 (after those of ``after``); None: any.
        probability: how likely it strikes when it could, 0 to 1. The draws are made from ``seed``, so
            that the same calls fail again.
        seed: of the draws; None: made of the simulator's seed and the place among its faults.
        when: ``before`` the operation took effect (it then never runs, except with ``delay`` and
            ``drip``), or ``after`` it.
        message: the words of ``refuse``; the usual ones of the code when left out.
        data: what ``refuse`` carries as ``data``: the lines that lack stock, say.
        status: HTTP status; 200 for ``refuse`` and 502 for ``status`` and ``html`` when left out.
        seconds: real seconds to wait before the answer, whatever the kind.
        hits: how many answers it has spoilt so far.
        passed: how many answers it has seen so far, until it had spoilt all it may.
    """

    operation: str
    kind: FaultKind = "refuse"
    account: int | None = None
    times: int | None = None
    after: int = 0
    nth: int | Sequence[int] | None = None
    probability: float | None = None
    seed: int | None = None
    when: Moment = "before"
    code: int = 1600000
    message: str = ""
    data: object = None
    status: int | None = None
    seconds: float = 0.0
    hits: int = field(default=0, init=False)
    passed: int = field(default=0, init=False)

    @property
    def refusal(self) -> Refusal:
        """What ``refuse`` answers."""
        return Refusal(self.code, self.message or WORDS.get(self.code, "Refused"), self.data)

    @property
    def most(self) -> int | None:
        """How many answers it spoils; None: any number."""
        if self.times is None and self.nth is None and self.probability is None:
            return 1
        return self.times

    def is_due(self, operation: str, account: AbstractSet[int] = frozenset()) -> bool:
        """Whether it wants to spoil this answer; asking counts the answer.

        Args:
            operation: what was asked for.
            account: what the account that asks is known by: its number and its place.
        """
        if self.operation not in (operation, "*") or not self._is_about(account):
            return False
        if self.most is not None and self.hits >= self.most:
            return False
        self.passed += 1
        return self.passed > self.after and self._is_its_turn() and self._is_its_luck()

    def rewind(self) -> None:
        """Begin again: no answer was seen, none was spoilt."""
        self.hits = self.passed = 0

    def _is_about(self, account: AbstractSet[int]) -> bool:
        return self.account is None or self.account in account

    def _is_its_turn(self) -> bool:
        if self.nth is None:
            return True
        turn = self.passed - self.after
        return turn == self.nth if isinstance(self.nth, int) else turn in self.nth

    def _is_its_luck(self) -> bool:
        """Drawn from the seed and the turn alone, so that it is the same in every run."""
        if self.probability is None:
            return True
        digest = hashlib.blake2b(f"{self.seed}:{self.passed}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "little") < self.probability * _WHOLE


def check_fault(fault: Fault, known: AbstractSet[str]) -> None:
    """Refuse a fault that could never strike as meant.

    Raises:
        ValueError: naming the argument, its value and the rule.
    """
    operation, status, seconds = fault.operation, fault.status, fault.seconds
    check("operation", operation, operation in known | {"*"}, "an operation of the API, or *")
    check("kind", fault.kind, fault.kind in KINDS, f"one of {', '.join(KINDS)}")
    check("when", fault.when, fault.when in MOMENTS, "before or after")
    unread = fault.kind == "cut_unread"
    check("when", fault.when, not (unread and fault.when == "after"), "before, with cut_unread")
    _check_counts(fault)
    check("status", status, status is None or 200 <= status <= 599, "200 to 599")
    enough = seconds > 0 if fault.kind in RIGHT_BUT_LATE else seconds >= 0
    check(
        "seconds", seconds, enough and seconds <= LONGEST_WAIT, "0 to 600, not 0 to delay or drip"
    )


def _check_counts(fault: Fault) -> None:
    chance = fault.probability
    turns = (fault.nth,) if isinstance(fault.nth, int) else fault.nth
    check("times", fault.times, fault.times is None or fault.times >= 1, "at least 1")
    check("after", fault.after, fault.after >= 0, "not negative")
    counted = turns is None or (len(turns) > 0 and all(turn >= 1 for turn in turns))
    check("nth", fault.nth, counted, "1 for the first answer, or several such numbers")
    check("probability", chance, chance is None or 0 <= chance <= 1, "0 to 1")


Kept = tuple[Fault, int, int]
"""A fault, its hits, and what it had seen."""


class Faults:
    """The faults of one simulator, in the order they were set up.

    Args:
        seed: what the draws of faults without a seed of their own are made from.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self._faults: list[Fault] = []

    def __iter__(self) -> Iterator[Fault]:
        return iter(list(self._faults))

    def __len__(self) -> int:
        return len(self._faults)

    def add(self, fault: Fault, seed: int | None = None) -> None:
        """Set up one more; one without a seed is given one by its place.

        Args:
            fault: what goes wrong.
            seed: what that seed is made from, instead of the simulator's.

        Raises:
            ValueError: there are too many already.
        """
        check(
            "faults", len(self._faults), len(self._faults) < MOST_FAULTS, f"below {MOST_FAULTS:,}"
        )
        if fault.seed is None:
            base = self.seed if seed is None else seed
            fault.seed = base * MOST_FAULTS + len(self._faults)
        self._faults.append(fault)

    def clear(self) -> None:
        """Take back all of them."""
        self._faults.clear()

    def rewind(self) -> None:
        """Let all of them begin again, so that the same calls fail in the same way."""
        for fault in self._faults:
            fault.rewind()

    def kept(self) -> list[Kept]:
        """Each with its counts, to be put back to later."""
        return [(fault, fault.hits, fault.passed) for fault in self._faults]

    def put_back(self, kept: Sequence[Kept]) -> None:
        """Have those faults again, and no others, as far as they had got."""
        self._faults = [fault for fault, _, _ in kept]
        for fault, hits, passed in kept:
            fault.hits, fault.passed = hits, passed

    def next(self, operation: str, account: AbstractSet[int] = frozenset()) -> Fault | None:
        """The fault of this answer: the first that is due."""
        striking = None
        for fault in self._faults:
            if fault.is_due(operation, account) and striking is None:
                striking = fault
                fault.hits += 1
        return striking
