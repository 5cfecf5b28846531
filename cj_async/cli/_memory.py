"""What does a state remember of the command line, so that `cj crawl resume` needs no options?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

import msgspec

from cj_async.cli._options import plan_of
from cj_async.crawl import Plan
from cj_async.crawl._filters import typed
from cj_async.crawl._plan import Document, identity
from cj_async.crawl._state import _runs
from cj_async.crawl._state._file import Database, StateFile
from cj_async.crawl._state._reading import look

P = ParamSpec("P")
T = TypeVar("T")

_KEY: Final = "command line"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a crawl was started with, beyond what its state is about.

    Attributes:
        outs: The sinks, as ``kind:path``.
        enrich: Documents of each product.
        parallel: Segments side by side.
        reserve: Points to leave in the account.
        on_exhausted: What to do without points.
        tier: Requests a second of the account.
    """

    outs: tuple[str, ...] = ()
    enrich: tuple[Document, ...] = ()
    parallel: int | None = None
    reserve: int = 0
    on_exhausted: str = "wait"
    tier: float = 1.0


def plan_again(about: Mapping[str, Any], settings: Settings, **limits: object) -> Plan:
    """The plan of a run that goes on.

    Args:
        about: Its profile, filters and features, as the state has them.
        settings: What it was started with.
        **limits: What this process may spend; None for as before, or for no limit.
    """
    values = {name: getattr(settings, name) for name in _OF_PLAN}
    values |= {name: value for name, value in limits.items() if value is not None}
    return plan_of(
        profile=about["profile"],
        filters=typed(about["filters"]),
        features=tuple(about["features"]) if about["profile"] == "rich" else None,
        **values,
    )


_OF_PLAN: Final = ("enrich", "parallel", "reserve", "on_exhausted")


async def remember(state: Path, plan: Plan, settings: Settings) -> Settings | None:
    """Notes what a crawl is started with; returns what was noted before.

    A run that goes on keeps the sinks it has. A state about another plan is left as it is: it will
    be refused.
    """
    return await _within(state, _remember, identity(plan), settings)


async def restore(state: Path, settings: Settings | None) -> None:
    """Takes `remember` back."""
    await _within(state, _write, settings)


async def recall(state: Path) -> Settings | None:
    """What the last `cj crawl run` was started with; None when none was. Changes no file.

    Raises:
        StateError: there is no such state, or it cannot be read.
    """
    return await look(state, _read)


async def _within(
    state: Path,
    work: Callable[Concatenate[Database, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Does something with the state file, which is made when there is none."""
    file = StateFile(state)
    try:
        await file.open()
        return await file.do(work, *args, **kwargs)
    finally:
        await file.aclose()


def _remember(database: Database, about: dict[str, Any], settings: Settings) -> Settings | None:
    before, newest = _read(database), _runs.newest(database)
    if newest is not None and newest.about != about:
        return before
    if newest is not None and newest.ended is None and before is not None:
        outs = dict.fromkeys((*before.outs, *settings.outs))
        settings = msgspec.structs.replace(settings, outs=tuple(outs))
    _write(database, settings)
    return before


def _read(database: Database) -> Settings | None:
    row = database.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
    return None if row is None else msgspec.json.decode(row[0], type=Settings)


def _write(database: Database, settings: Settings | None) -> None:
    database.execute("DELETE FROM meta WHERE key = ?", (_KEY,))
    if settings is not None:
        text = msgspec.json.encode(settings).decode()
        database.execute("INSERT INTO meta VALUES (?, ?)", (_KEY, text))
