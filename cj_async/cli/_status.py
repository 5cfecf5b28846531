"""What do `cj crawl status` and `verify` tell a person?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from rich.table import Table

from cj_async.cli._show import pairs
from cj_async.cli._summary import resume_with
from cj_async.crawl import RunStatus, Status, Verification

_RUNS = 10  # the newest that are shown
_IDS = 5


def status_tables(path: str, status: Status) -> Iterator[Table]:
    """What a state holds: itself, its runs, its sinks."""
    rows: dict[str, str] = {
        "products": f"{status.products:,}",
        **{kind: f"{many:,}" for kind, many in status.documents.items() if many},
        "waiting, parked": f"{status.waiting:,}, {status.parked:,}",
        "open segments": f"{len(status.segments)}",
        "at work": _workers(status),
        "size": f"{status.bytes / 2**20:.1f} MiB",
    }
    if status.runs:
        about = status.runs[-1].plan
        filters = ", ".join(f"{name}={value}" for name, value in about["filters"].items())
        rows = {"about": f"{about['profile']}, {filters or 'all products'}"} | rows
    if not status.is_finished:
        rows["go on with"] = resume_with(path) if status.runs else "cj crawl run"
    yield pairs(path, rows)
    if status.runs:
        yield _runs(status)
    if status.sinks:
        yield _sinks(status)


def verification_table(found: Verification) -> Table:
    """What was compared, and what differs."""
    rows = {
        "compared": f"{found.rows} rows of {found.windows} windows, {found.products} products",
        "missing": _ids(found.missing),
        "changed since": _ids(found.changed),
        "gone since": _ids(found.gone),
        "points spent": f"{found.points}",
        "seed": f"{found.seed}",
    }
    if found.stopped is not None:
        rows["stopped"] = found.stopped
    return pairs("nothing is missing" if found.is_good else "not all is well", rows)


def _runs(status: Status) -> Table:
    table = Table(title="runs", title_justify="left", show_lines=True)
    for heading in _HEADINGS:  # below each other, so that all fit into 80 columns
        table.add_column("\n".join(heading.split(" ")), justify="right", no_wrap=True)
    table.add_column("verdict", overflow="fold")
    for run in status.runs[-_RUNS:]:
        ended = "-" if run.ended is None else _time(run.ended)
        table.add_row(
            f"{run.number}",
            f"{_time(run.started)}\n{ended}",
            f"{run.requests:,}\n{run.points:,}",
            f"{run.new:,}\n{run.changed:,}\n{run.removed:,}",
            run.verdict or _phase(run),
        )
    return table


_HEADINGS: Final = ("run", "began ended", "calls points", "new changed removed")


def _sinks(status: Status) -> Table:
    table = Table(title="sinks", title_justify="left")
    table.add_column("name", overflow="fold")
    table.add_column("lines behind", justify="right")
    for sink in status.sinks:
        table.add_row(sink.name, f"{sink.behind:,}")
    return table


def _workers(status: Status) -> str:
    named = [
        f"process {each.process} on {each.host}{' (silent)' if each.is_expired else ''}"
        for each in status.workers
    ]
    return ", ".join(named) or "nobody"


def _phase(run: RunStatus) -> str:
    return f"not at its end ({run.phase})"


def _time(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def _ids(pids: tuple[str, ...]) -> str:
    more = f", and {len(pids) - _IDS} more" if len(pids) > _IDS else ""
    return f"{len(pids)}" + (f": {', '.join(pids[:_IDS])}{more}" if pids else "")
