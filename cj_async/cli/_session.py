"""How does a command crawl? With a client, signals that end it in order, somebody who watches, a summary."""

from __future__ import annotations

import logging
import os
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
from rich.console import Console

from cj_async import CJClient, CJError, ConfigurationError, FileTokenStore, InvalidRequest, crawl
from cj_async.cli._memory import Settings, remember, restore
from cj_async.cli._notices import behind_of, hint_of
from cj_async.cli._outs import Out, outs_of
from cj_async.cli._show import tell
from cj_async.cli._signals import asking
from cj_async.cli._status import verification_table
from cj_async.cli._summary import resume_with, summed_up
from cj_async.cli._watch import counting, watching
from cj_async.crawl import Plan, Report, StateError, StateInUse

logger = logging.getLogger("cj_async.cli")

INCOMPLETE, STOPPED = 3, 4


class How(msgspec.Struct, frozen=True, kw_only=True):
    """How a crawl is carried out, whatever it is about.

    Attributes:
        token_file: Where the access token is kept.
        join: Whether to work along with another process.
        quiet: Whether to show no progress.
        as_json: How to tell the result; None: as suits the output.
    """

    token_file: Path
    join: bool
    quiet: bool
    as_json: bool | None


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A crawl as the command line asks for it.

    Attributes:
        plan: What to fetch, and what it may spend.
        state: The state file.
        outs: The sinks.
        tier: Requests a second of the account.
        how: How it is carried out.
        notices: What to say before it begins.
    """

    plan: Plan
    state: Path
    outs: tuple[Out, ...]
    tier: float
    how: How
    notices: tuple[str, ...] = ()

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
    with asking(stop, partial(_leave, console)) as asked:
        async with client(job.tier, job.how.token_file) as cj:
            report = await _crawl(job, cj, stop, console)
            outs = [str(each.path) for each in job.outs]
            behind = behind_of(await crawl.status(job.state), job.outs)
            summary = summed_up(report, cj, str(job.state), outs, behind, hint_of(job.plan, report))
            tell(summary, [summary.table()], as_json=job.how.as_json)
    return exit_code(report, asked.exit_code)


class Samples(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be compared with a state.

    Attributes:
        products: How many known products to ask for.
        windows: How many windows of the list to read.
        seed: Draws the same ones again; None for any.
    """

    products: int
    windows: int
    seed: int | None


async def compare(
    state: Path, samples: Samples, tier: float, token_file: Path, as_json: bool | None
) -> int:
    """Verifies a state until the end, or until somebody stops it; tells what it found, returns the code."""
    console, stop = Console(stderr=True, highlight=False), crawl.Stop()
    with asking(stop, partial(_leave, console)) as asked:
        async with client(tier, token_file) as cj:
            with counting(console, "comparing") as watch:
                found = await crawl.verify(
                    cj,
                    state,
                    products=samples.products,
                    windows=samples.windows,
                    seed=samples.seed,
                    on_progress=watch,
                    stop=stop,
                )
        facts = {"is_good": found.is_good, **msgspec.structs.asdict(found)}
        tell(facts, [verification_table(found)], as_json=as_json)
    if found.missing:
        return INCOMPLETE
    return 0 if found.is_good else asked.exit_code or STOPPED


def _leave(console: Console, code: int) -> None:
    console.show_cursor()
    os._exit(code)


def client(tier: float, token_file: Path) -> CJClient:
    """A client of the account that the environment names.

    Raises:
        ConfigurationError: it names none; says which variable to set.
    """
    try:
        return CJClient(tier=tier, token_store=FileTokenStore(token_file))
    except ConfigurationError as error:
        raise ConfigurationError(_for_a_shell(str(error))) from error


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


def outs_again(settings: Settings, state: Path) -> tuple[Out, ...]:
    """The sinks that a crawl had."""
    return tuple(outs_of(settings.outs, state))


def _for_a_shell(words: str) -> str:
    """What is wrong with a setting, with the variable that it comes from."""
    for argument, variable in _VARIABLES:
        words = words.replace(argument, variable)
    return words


_VARIABLES: Final = (
    ("pass api_key=…, or set CJ_API_KEY", "set CJ_API_KEY"),
    ("pass it as api_key=…", "set CJ_API_KEY to it"),
    ("pass it as access_token=…", "set CJ_ACCESS_TOKEN to it"),
    ("with api_key=… the client", "with CJ_API_KEY cj"),
    ("api_key ", "CJ_API_KEY "),
    ("access_token ", "CJ_ACCESS_TOKEN "),
    ("base_url ", "CJ_BASE_URL "),
)


async def _crawl(job: Job, cj: CJClient, stop: crawl.Stop, console: Console) -> Report:
    before = await remember(job.state, job.plan, job.settings)
    with watching(console, quiet=job.how.quiet) as watch:
        for each in () if job.how.quiet else job.notices:
            logger.warning(each)
        try:
            return await crawl.run(
                cj,
                job.plan,
                state=job.state,
                sink=[each.sink() for each in job.outs],
                on_progress=watch.watcher,
                every=watch.every,
                join=job.how.join,
                stop=stop,
            )
        except StateInUse:  # it is the other one's
            await restore(job.state, before)
            raise
        except (StateError, InvalidRequest, ConfigurationError):
            raise
        except CJError as error:  # it can go on once that is mended
            error.add_note(f"then go on with {resume_with(str(job.state))}")
            raise
