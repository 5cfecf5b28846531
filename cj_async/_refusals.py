"""PURE: what the words of a refusal tell about rates and points.

Only numbers are taken from messages, and only once the code has said what kind of refusal it is.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

MINUTES_A_DAY = 1440
ASSUMED_TOTAL = 50_000
"""Points of a day for an account that has not told its own total (CJ's base allowance)."""

_RATE = re.compile(
    r"(\d+(?:\.\d+)?)\s*times?\s*/\s*(\d+(?:\.\d+)?)?\s*(second|minute|hour)", re.IGNORECASE
)
_SECONDS = {"second": 1, "minute": 60, "hour": 3600}
_POINTS = re.compile(
    r"Used today:\s*(?P<used>\d+).*?Remaining:\s*(?P<remaining>\d+).*?Required:\s*(?P<required>\d+)",
    re.IGNORECASE | re.DOTALL,
)


class PointsRefusal(NamedTuple):
    """The numbers of a points refusal."""

    used: int
    remaining: int
    required: int


def rate_in(message: str) -> float | None:
    """``QPS limit is 2 time/1second`` -> 2.0 (requests a second); ``None`` when no rate is named."""
    found = _RATE.search(message)
    if found is None:
        return None
    times, length, unit = found.groups()
    seconds = float(length or 1) * _SECONDS[unit.lower()]
    return float(times) / seconds if float(times) > 0 and seconds > 0 else None


def points_in(message: str) -> PointsRefusal | None:
    """Reads ``Used today: N, Remaining: R, Required: C``; ``None`` when that is not there."""
    found = _POINTS.search(message)
    return None if found is None else PointsRefusal(*(int(text) for text in found.groups()))


def next_midnight(now: datetime) -> datetime:
    """The next 00:00 UTC, when points and daily quotas start anew."""
    day = now.astimezone(UTC).date() + timedelta(days=1)
    return datetime.combine(day, time.min, UTC)


def refilled_at(now: datetime, missing: float, total: int | None) -> datetime:
    """When the refill of total/1440 points a minute (or midnight UTC) has covered what is missing."""
    minutes = max(missing, 0.0) * MINUTES_A_DAY / (total or ASSUMED_TOTAL)
    return min(now + timedelta(minutes=minutes), next_midnight(now))
