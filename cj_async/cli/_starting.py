"""With which plan, sinks and tier does a crawl begin, or go on? As given, else as the state remembers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cj_async import crawl
from cj_async.cli._memory import Settings, plan_again, recall
from cj_async.cli._notices import behind_of, known_of, notices_of
from cj_async.cli._outs import Out
from cj_async.cli._session import How, Job, carry_out, outs_again
from cj_async.cli._show import pairs, tell
from cj_async.cli._summary import behind_words
from cj_async.crawl import Plan, Status


async def begin(
    plan: Plan, state: Path, outs: tuple[Out, ...], rate: float | None, how: How
) -> int:
    """Crawls by a plan, with the tier that is given or was used before; returns the exit code."""
    known, before = await known_of(state)
    tier = rate or (before or Settings()).tier
    notices = notices_of(plan, outs, known, rate, before)
    return await carry_out(
        Job(plan=plan, state=state, outs=outs, tier=tier, how=how, notices=notices)
    )


async def go_on(state: Path, limits: Mapping[str, object], rate: float | None, how: How) -> int:
    """Goes on with the unfinished run of a state, if there is one; returns the exit code."""
    known = await crawl.status(state)
    if not known.runs or known.is_finished:
        _nothing_to_do(state, known, how.as_json)
        return 0
    settings = await recall(state) or Settings()
    plan = plan_again(known.runs[-1].plan, settings, **limits)
    outs, tier = outs_again(settings, state), rate or settings.tier
    return await carry_out(Job(plan=plan, state=state, outs=outs, tier=tier, how=how))


def _nothing_to_do(state: Path, known: Status, as_json: bool | None) -> None:
    words = "nothing to resume: its newest run is at its end; `cj crawl run` begins another"
    behind = behind_of(known, ())
    facts = {"state": str(state), "resumed": False, "because": words, "behind": behind}
    rows = {"state": str(state), "why": words}
    if said := behind_words(behind):
        rows["behind"] = said
    tell(facts, [pairs("nothing to resume", rows)], as_json=as_json)
