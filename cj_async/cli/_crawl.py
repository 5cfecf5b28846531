"""The commands of `cj crawl`: plan, run, resume, status, verify, export."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from cj_async import crawl
from cj_async.cli import _options as options
from cj_async.cli._costs import Costs, sizes
from cj_async.cli._memory import Settings, recall
from cj_async.cli._outs import Out, outs_of
from cj_async.cli._running import running
from cj_async.cli._session import How, Samples, compare
from cj_async.cli._show import pairs, tell
from cj_async.cli._starting import begin, go_on
from cj_async.cli._status import status_tables
from cj_async.cli._summary import resume_with
from cj_async.crawl import Status

app = typer.Typer(
    name="crawl",
    no_args_is_help=True,
    help=(
        "Crawl the catalog: everything, within budget, surviving anything."
        "\n\nExit codes:"
        "\n\n0: complete, or complete_with_churn"
        "\n\n1: an error; the state is intact, run again to go on"
        "\n\n2: a wrong option"
        "\n\n3: cap_suspected or unverified; verify: something is missing"
        "\n\n4: budget_stopped by points, deadline or limit; can be resumed"
        "\n\n130, 143, 129: stopped by Ctrl-C, SIGTERM or SIGHUP; can be resumed"
    ),
)

_POINTS = 50_000
_BOTH = "--products, --windows"


@app.command()
def plan(
    products: Annotated[
        int | None, typer.Option(min=0, help="How many; by default as many as the state knows.")
    ] = None,
    state: options.StateOption = options.STATE,
    profile: options.ProfileOption = "rich",
    enrich: options.Enrich = None,
    tier: options.TierOption = "free",
    points_total: Annotated[
        int, typer.Option(min=0, help="Points a day of the account; 0 when it has none.")
    ] = _POINTS,
    points_left: Annotated[
        int | None, typer.Option(min=0, help="Points that are left now; by default all.")
    ] = None,
    reserve: options.Reserve = None,
    as_json: options.AsJson = None,
) -> None:
    """Say what a crawl costs: calls, points, days. Sends nothing."""
    costs = Costs(
        profile=profile,
        enrich=options.documents_of(enrich or ()),
        rate=options.permitted(options.tier_of(tier)),
        points_total=points_total or None,
        points_left=points_left,
        reserve=reserve or 0,
    )

    known = state if state.is_file() else None

    async def work() -> int:
        estimates = [costs.of(each) for each in await sizes(products, known)]
        tell(costs.facts(estimates), [costs.table(estimates)], as_json=as_json)
        return 0

    running(work())


@app.command()
def run(  # an option each
    state: options.StateOption = options.STATE,
    out: options.Outs = None,
    profile: options.ProfileOption = "rich",
    country: Annotated[str | None, typer.Option(help="Only with stock there, such as US.")] = None,
    keyword: Annotated[str | None, typer.Option(help="Words in the name; rich: or a SKU.")] = None,
    category: Annotated[str | None, typer.Option(help="Id of a category.")] = None,
    filter_: options.Filters = None,
    features: options.Features = None,
    enrich: options.Enrich = None,
    since: options.Since = None,
    parallel: options.Parallel = None,
    max_points: options.MaxPoints = None,
    deadline: options.Deadline = None,
    reserve: options.Reserve = None,
    limit: options.Limit = None,
    on_exhausted: options.OnExhausted = None,
    join: options.Join = False,
    tier: options.TierAgain = None,
    token_file: options.TokenFile = options.TOKENS,
    quiet: options.Quiet = False,
    as_json: options.AsJson = None,
) -> None:
    """Crawl into the state and its sinks: goes on with an unfinished run, else begins one.

    Needs CJ_API_KEY. Costs 50 points for 100 rich or 200 cheap rows.
    """
    named = {"--country": country, "--category": category, "--keyword": keyword}
    wanted = options.plan_of(
        profile=profile,
        filters=options.filters_of(profile, filter_ or (), named),
        features=None if features is None else options.words_of(features),
        enrich=options.documents_of(enrich or ()),
        since=options.since_of(since),
        parallel=parallel,
        max_points=max_points,
        deadline=options.deadline_of(deadline, datetime.now(UTC)),
        reserve=reserve or 0,
        limit=limit,
        on_exhausted=on_exhausted or "wait",
    )
    outs, rate = tuple(outs_of(out or (), state)), None if tier is None else options.tier_of(tier)
    how = How(token_file=token_file, join=join, quiet=quiet, as_json=as_json)
    running(begin(wanted, state.expanduser(), outs, rate, how))


@app.command()
def resume(
    state: options.StateOption = options.STATE,
    max_points: options.MaxPoints = None,
    deadline: options.Deadline = None,
    reserve: options.Reserve = None,
    limit: options.Limit = None,
    on_exhausted: options.OnExhausted = None,
    parallel: options.Parallel = None,
    join: options.Join = False,
    tier: options.SameTier = None,
    token_file: options.TokenFile = options.TOKENS,
    quiet: options.Quiet = False,
    as_json: options.AsJson = None,
) -> None:
    """Go on with the unfinished run of a state, with the plan and the sinks it had.

    Filters, documents, tier, reserve and the like are as they were; points to spend, deadline and
    limit are given anew. With nothing to go on with it says so, and that is no error.
    """
    limits = {
        "max_points": max_points,
        "deadline": options.deadline_of(deadline, datetime.now(UTC)),
        "reserve": reserve,
        "limit": limit,
        "on_exhausted": on_exhausted,
        "parallel": parallel,
    }
    rate = None if tier is None else options.tier_of(tier)
    how = How(token_file=token_file, join=join, quiet=quiet, as_json=as_json)
    running(go_on(state.expanduser(), limits, rate, how))


@app.command()
def status(state: options.StateOption = options.STATE, as_json: options.AsJson = None) -> None:
    """Say what a state holds, while a crawl runs or not: runs, products, sinks, who is at work."""

    async def work() -> int:
        found = await crawl.status(state.expanduser())
        facts: dict[str, Any] = {"state": str(state), "is_finished": found.is_finished}
        facts |= msgspec.structs.asdict(found)
        facts["first_parked"] = [
            {"pid": each.pid, "document": each.document, "error": each.error}
            for each in found.first_parked
        ]
        facts["next"] = None if found.is_finished else resume_with(str(state))
        tell(facts, status_tables(str(state), found), as_json=as_json)
        return 0

    running(work())


@app.command()
def verify(
    state: options.StateOption = options.STATE,
    products: Annotated[
        int, typer.Option(min=0, help="How many known products to ask for, 10 points each.")
    ] = 20,
    windows: Annotated[
        int, typer.Option(min=0, help="How many windows of the list to read, 50 points each.")
    ] = 5,
    seed: Annotated[int | None, typer.Option(help="Draws the same samples again.")] = None,
    tier: options.SameTier = None,
    token_file: options.TokenFile = options.TOKENS,
    as_json: options.AsJson = None,
) -> None:
    """Sample products and windows of the list again, and compare them with the state."""
    if not products and not windows:
        raise typer.BadParameter("with 0 of both nothing is compared", param_hint=_BOTH)
    rate = None if tier is None else options.tier_of(tier)

    async def work() -> int:
        path = state.expanduser()
        settings = await recall(path) or Settings()
        samples = Samples(products=products, windows=windows, seed=seed)
        return await compare(path, samples, rate or settings.tier, token_file, as_json)

    running(work())


@app.command()
def export(
    out: options.RequiredOuts,
    state: options.StateOption = options.STATE,
    as_json: options.AsJson = None,
) -> None:
    """Write sinks anew from the state: each product that is there once, as last seen. Sends nothing."""
    outs = outs_of(out, state)

    async def work() -> int:
        path = state.expanduser()
        lines = await crawl.export(path, [each.sink() for each in outs])
        _exported(lines, outs, path, await crawl.status(path), as_json)
        return 0

    running(work())


def _exported(
    lines: int, outs: list[Out], state: Path, known: Status, as_json: bool | None
) -> None:
    paths = [str(each.path) for each in outs]
    facts: dict[str, Any] = {"lines": lines, "outs": paths, "is_finished": known.is_finished}
    rows = {"lines": f"{lines:,}", "written": "\n".join(paths)}
    if not known.is_finished:
        facts["next"] = resume_with(str(state))
        rows["mind"] = f"its run is not at its end: this is a part; go on with {facts['next']}"
    tell(facts, [pairs("exported", rows)], as_json=as_json)
