"""What may somebody who runs a crawl not expect? Said in a line each, before it and after."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cj_async import crawl
from cj_async.cli._memory import Settings, recall
from cj_async.cli._outs import Out, option_for
from cj_async.crawl import Plan, Report, RunStatus, Status


def behind_of(status: Status, told: Sequence[Out]) -> dict[str, int]:
    """The sinks of a state that lack lines, and how many; without those that are told now."""
    named = {each.name for each in told}
    return {
        each.name: each.behind for each in status.sinks if each.behind and each.name not in named
    }


async def known_of(state: Path) -> tuple[Status | None, Settings | None]:
    """What a state knows before a run, and what it was last started with; nothing when it is new."""
    if _is_new(state):
        return None, None
    return await crawl.status(state), await recall(state)


def notices_of(
    plan: Plan,
    outs: Sequence[Out],
    known: Status | None,
    rate: float | None,
    before: Settings | None,
) -> tuple[str, ...]:
    """What somebody who runs a crawl may not expect.

    Args:
        plan: What is to be crawled.
        outs: The sinks that are named.
        known: What the state knows; None when it is new.
        rate: The tier that is given.
        before: What it was last started with.
    """
    words = list[str]()
    runs = known.runs if known else ()
    unfinished = next((run.number for run in runs[-1:] if run.ended is None), None)
    if plan.since == "last" and unfinished is None and not any(map(_is_complete, runs)):
        words.append("--since last: no run was complete yet, so this one reads the whole list")
    if rate is None and before is not None and before.tier != Settings().tier:
        words.append(f"--tier is as before: {before.tier:g} requests a second")
    if known is None:
        return tuple(words)
    if unfinished is not None:
        words.append(f"goes on with run {unfinished}, which is not at its end")
    named = {each.name for each in outs}
    if others := [each.name for each in known.sinks if each.name not in named]:
        options = " ".join(map(option_for, others))
        words.append(f"this run does not write where earlier ones did; if it should: {options}")
    return tuple(words)


def hint_of(plan: Plan, report: Report) -> str | None:
    """What a result may hide: filters that match nothing."""
    is_nothing = report.is_complete and not report.products and plan.filters
    return "nothing matches these filters" if is_nothing else None


def _is_new(state: Path) -> bool:
    return not state.is_file() or not state.stat().st_size


def _is_complete(run: RunStatus) -> bool:
    return run.verdict in {"complete", "complete_with_churn"}
