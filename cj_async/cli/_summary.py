"""What did a crawl come to? One summary, as a table or as JSON."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence

import msgspec
from rich.table import Table

from cj_async import CJClient
from cj_async.cli._options import permitted
from cj_async.cli._outs import option_for
from cj_async.cli._show import pairs
from cj_async.crawl import ParkedTask, Report


class Parked(msgspec.Struct, frozen=True):
    """A document that could not be fetched."""

    pid: str
    document: str
    error: str


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """A run as the command line tells of it; the ledger of its segments is in the state.

    Those from ``run`` to ``points`` are of the run, over all its processes; ``seconds``, ``rate``,
    ``refusals`` and ``peak_memory`` (MiB) are of this process. ``behind`` has the sinks of the state
    that lack lines, ``hint`` says what may not be meant so, ``next`` is the command that goes on.
    """

    run: int
    verdict: str
    because: str
    stopped: str | None
    products: int
    new: int
    changed: int
    removed: int
    rows: int
    repeats: int
    documents: int
    parked: tuple[Parked, ...]
    calls: int
    points: int
    points_left: int | None
    seconds: float
    rate: float
    permitted: float
    refusals: int
    peak_memory: int | None
    drift: Mapping[str, int]
    doubts: tuple[str, ...]
    state: str
    outs: tuple[str, ...]
    behind: Mapping[str, int] = {}
    hint: str | None = None
    next: str | None = None

    def table(self) -> Table:
        """For a person."""
        rows = {
            "products": f"{self.products:,}",
            "new, changed, removed": f"{self.new:,}, {self.changed:,}, {self.removed:,}",
            "calls": f"{self.calls:,}",
            "seconds": f"{self.seconds:,}",
            "requests a second": f"{self.rate} of {self.permitted:g} permitted",
            "refusals": f"{self.refusals:,}",
            "points spent": f"{self.points:,}",
            "peak memory": memory_words(self.peak_memory),
        }
        if self.documents or self.parked:
            rows["documents"] = f"{self.documents:,}, {len(self.parked):,} parked"
        rows["state"] = self.state
        rows["written"] = "\n".join(self.outs) or "nothing but the state: no --out"
        rows["because"] = self.because
        said = {"behind": behind_words(self.behind), "mind": self.hint, "go on with": self.next}
        rows |= {name: words for name, words in said.items() if words}
        return pairs(f"run {self.run}: {self.verdict}", rows)


def summed_up(
    report: Report,
    cj: CJClient,
    state: str,
    outs: Sequence[str],
    behind: Mapping[str, int],
    hint: str | None,
) -> Summary:
    """The summary of a run.

    Args:
        report: What it came to.
        cj: The client that it had.
        state: Path of the state file.
        outs: Paths of the sinks.
        behind: Sinks of the state that lack lines, and how many.
        hint: What may not be meant so.
    """
    told = {name: getattr(report, name) for name in _TOLD}
    return Summary(
        **told,
        parked=tuple(_parked(each) for each in report.parked),
        calls=report.requests,
        points_left=None if cj.points is None else cj.points.remaining,
        seconds=round(report.seconds, 1),
        rate=round(cj.counts["sent"] / report.seconds, 2) if report.seconds else 0.0,
        permitted=permitted(cj.rate),
        refusals=cj.counts["refused"],
        peak_memory=peak_memory(),
        state=state,
        outs=tuple(outs),
        behind=behind,
        hint=hint,
        next=resume_with(state) if report.verdict == "budget_stopped" else None,
    )


def resume_with(state: str) -> str:
    """The command that goes on with a state."""
    return f"cj crawl resume --state {shlex.quote(state)}"


def behind_words(behind: Mapping[str, int]) -> str | None:
    """Sinks that were not told everything; None when there are none."""
    if not behind:
        return None
    many = "a sink" if len(behind) == 1 else f"{len(behind)} sinks"
    verb = "is" if len(behind) == 1 else "are up to"
    named = " ".join(map(option_for, behind))
    return (
        f"{many} of this state that no --out named {verb} {max(behind.values()):,} lines behind;"
        f" a run with {named} tells them"
    )


def memory_words(memory: int | None) -> str:
    """MiB in words."""
    return "unknown" if memory is None else f"{memory} MiB"


def peak_memory() -> int | None:
    """The most memory that this process has used, in MiB; ``None`` where the system does not tell."""
    try:
        import resource
    except ModuleNotFoundError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20)


_TOLD = (
    *("run", "verdict", "because", "stopped", "products", "new", "changed", "removed", "rows"),
    *("repeats", "documents", "points", "drift", "doubts"),
)
"""What a summary has from the report as it is."""


def _parked(task: ParkedTask) -> Parked:
    return Parked(task.pid, task.document, task.error)
