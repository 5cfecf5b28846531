"""How does a command crawl? With a client, signals that end it in order, somebody who watches, a summary."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from rich.console import Console

from cj_async import CJClient, FileTokenStore, crawl
from cj_async.cli._memory import Settings, remember, restore
from cj_async.cli._outs import Out, out_of
from cj_async.cli._show import tell
from cj_async.cli._signals import asking
from cj_async.cli._summary import summed_up
from cj_async.cli._watch import watching
from cj_async.crawl import Plan, Report, StateInUse

INCOMPLETE, STOPPED = 3, 4


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A crawl as the command line asks for it.

    Attributes:
        plan: What to fetch, and what it may spend.
        state: The state file.
        outs: The sinks.
        tier: Requests a second of the account.
        token_file: Where the access token is kept.
        join: Whether to work along with another process.
        quiet: Whether to show no progress.
        as_json: How to tell the result; None: as suits the output.
    """

    plan: Plan
    state: Path
    outs: tuple[Out, ...]
    tier: float
    token_file: Path
    join: bool
    quiet: bool
    as_json: bool | None

    @property
    def settings(self) -> Settings:
        """What the state should remember of it."""
        plan = self.plan
        return Settings(
            outs=tuple(str(each) for each in self.outs),
            enrich=plan.enrich,
            parallel=plan.parallel,
            reserve=plan.reserve,
            on_exhausted=plan.on_exhausted,
            tier=self.tier,
        )


async def carry_out(job: Job) -> int:
    """Crawls until the end, or until somebody stops it; tells what it came to, returns the exit code."""
    console, stop = Console(stderr=True, highlight=False), crawl.Stop()

    def leave(code: int) -> None:
        console.show_cursor()
        os._exit(code)

    with asking(stop, leave) as asked:
        async with client(job.tier, job.token_file) as cj:
            report = await _crawl(job, cj, stop, console)
            outs = [str(each.path) for each in job.outs]
            summary = summed_up(report, cj, str(job.state), outs)
            tell(summary, [summary.table()], as_json=job.as_json)
    return exit_code(report, asked.exit_code)


def client(tier: float, token_file: Path) -> CJClient:
    """A client of the account that the environment names."""
    return CJClient(tier=tier, token_store=FileTokenStore(token_file))


def exit_code(report: Report, by_signal: int | None) -> int:
    """The exit code that a verdict comes to.

    Args:
        report: What the run came to.
        by_signal: The exit code of the signal that stopped it; None when none did.
    """
    if report.is_complete:
        return 0
    if report.verdict != "budget_stopped":
        return INCOMPLETE
    return STOPPED if by_signal is None else by_signal


def outs_again(settings: Settings) -> tuple[Out, ...]:
    """The sinks that a crawl had."""
    return tuple(out_of(each) for each in settings.outs)


async def _crawl(job: Job, cj: CJClient, stop: crawl.Stop, console: Console) -> Report:
    before = await remember(job.state, job.plan, job.settings)
    with watching(console, quiet=job.quiet) as watch:
        try:
            return await crawl.run(
                cj,
                job.plan,
                state=job.state,
                sink=[each.sink() for each in job.outs],
                on_progress=watch.watcher,
                every=watch.every,
                join=job.join,
                stop=stop,
            )
        except StateInUse:  # it is the other one's
            await restore(job.state, before)
            raise
