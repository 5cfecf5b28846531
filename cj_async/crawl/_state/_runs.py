"""Which runs were there, how far is the newest, and what did it come to?"""

from __future__ import annotations

import json
import time
from typing import Any, TypedDict

import msgspec

from cj_async.crawl._filters import JSON, Profile
from cj_async.crawl._state._file import Database

_DAY = 86_400.0  # seconds


class About(TypedDict):
    """What must stay the same as long as a state is used."""

    profile: Profile
    filters: dict[str, JSON]
    features: list[str]


_ABOUT = msgspec.json.Decoder(About).decode


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table of runs.

    Attributes:
        id: Number, from 1.
        plan: The plan, as JSON.
        phase: ``check``, ``list``, ``missing``, ``done``: what it is at.
        mode: ``seek``, ``scan`` (by time) or ``split`` (by category and price).
        cap: Rows that one query shows.
        slack: Milliseconds by which a page begins earlier.
        since: Creation time from which it looks; None for all.
        until: Creation time up to which it looks.
        started: When, seconds since 1970.
        ended: When; None while it is not.
        requests: Calls of lists and documents.
        points: Points they cost.
        rows: Rows received from the list.
        new: Products that were not known.
        changed: Products whose row is another one than the run before saw.
        removed: Products that are gone.
        repeats: Rows that this run had seen before.
        documents: Documents fetched.
        doubts: What was not as relied on.
        verdict: How complete it is; None while it is not ended.
        because: Why.
    """

    id: int
    plan: str
    phase: str
    mode: str
    cap: int | None
    slack: int
    since: int | None
    until: int
    started: float
    ended: float | None
    requests: int
    points: int
    rows: int
    new: int
    changed: int
    removed: int
    repeats: int
    documents: int
    doubts: tuple[str, ...]
    verdict: str | None
    because: str | None

    @property
    def about(self) -> About:
        """What the state is about, by the plan.

        Raises:
            DecodeError: it is not what was stored: the state is damaged.
        """
        return _ABOUT(self.plan)

    def days(self, now: float) -> float:
        """How many days it took, or has taken by now (seconds since 1970)."""
        return max((self.ended or now) - self.started, 0.0) / _DAY


_FIELDS = Run.__struct_fields__
_SELECT = f"SELECT {', '.join(_FIELDS)} FROM runs"  # noqa: S608


def newest(database: Database) -> Run | None:
    """The newest run; None in a new state."""
    return _read(database.execute(f"{_SELECT} ORDER BY id DESC LIMIT 1").fetchone())


def run_of(database: Database, run: int) -> Run:
    """A run by its number."""
    found = _read(database.execute(f"{_SELECT} WHERE id = ?", (run,)).fetchone())
    assert found is not None
    return found


def all_runs(database: Database) -> list[Run]:
    """All runs, the oldest first."""
    rows = database.execute(f"{_SELECT} ORDER BY id").fetchall()
    return [run for row in rows if (run := _read(row)) is not None]


def begin(
    database: Database, plan: str, *, since: int | None, until: int, cap: int | None, slack: int
) -> int:
    """Begins a run; returns its number."""
    cursor = database.execute(
        "INSERT INTO runs (plan, phase, mode, cap, slack, since, until, started)"
        " VALUES (?, 'check', 'seek', ?, ?, ?, ?, ?)",
        (plan, cap, slack, since, until, time.time()),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def is_blank(database: Database) -> bool:
    """Whether a state has nothing yet: one run that stored no page, and nobody else is at work on it."""
    runs, workers, pages = database.execute(
        "SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM workers),"
        " EXISTS (SELECT 1 FROM segments WHERE json_extract(body, '$.requests') > 0)"
    ).fetchone()
    return runs == 1 and workers <= 1 and not pages


def clear(database: Database) -> Run | None:
    """Takes out the run of a blank state, with its segments; returns it."""
    blank = newest(database)
    database.execute("DELETE FROM segments")
    database.execute("DELETE FROM runs")
    return blank


def change(database: Database, run: int, **values: Any) -> None:
    """Sets columns of a run."""
    columns = ", ".join(f"{name} = ?" for name in values)
    database.execute(f"UPDATE runs SET {columns} WHERE id = ?", (*values.values(), run))  # noqa: S608


def add(database: Database, run: int, **values: int) -> None:
    """Adds to the counters of a run."""
    columns = ", ".join(f"{name} = {name} + ?" for name in values)
    database.execute(f"UPDATE runs SET {columns} WHERE id = ?", (*values.values(), run))  # noqa: S608


def doubt(database: Database, run: int, words: str) -> None:
    """Notes what was not as relied on; once."""
    doubts = run_of(database, run).doubts
    if words not in doubts:
        change(database, run, doubts=json.dumps([*doubts, words]))


def last_read(database: Database) -> int | None:
    """Up to which creation time complete runs have read the list, by the clock of this machine."""
    row = database.execute(
        "SELECT max(until) FROM runs WHERE verdict IN ('complete', 'complete_with_churn')"
    ).fetchone()
    return None if row is None else row[0]


def _read(row: tuple[Any, ...] | None) -> Run | None:
    if row is None:
        return None
    values = dict(zip(_FIELDS, row, strict=True))
    return msgspec.convert({**values, "doubts": msgspec.json.decode(values["doubts"])}, Run)
