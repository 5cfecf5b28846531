"""PURE: what the words of a refusal tell about rates and points.

Only numbers are taken from messages, and only once the code has said what kind of refusal it is.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

ASSUMED_TOTAL = 50_000
"""Points of a day for an account that has not told its own total (CJ's base allowance)."""

SLOWEST, FASTEST = 1 / 300, 1e6
"""Rates that make sense, in requests a second: once in five minutes, and "as good as unlimited"."""

_DAY = 86_400.0
_SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0}
_RATE = re.compile(
    r"(?<![\d.])(?P<times>\d{1,9}(?:\.\d{1,9})?)\s*(?:time|request|call|quer(?:y|ie))s?"
    r"\s*(?:/|per|every|each|in|within)\s*"
    r"(?P<count>\d{1,9}(?:\.\d{1,9})?)?\s*"
    r"(?:(?P<ms>ms|milli(?:second)?s?)|(?P<s>s|sec(?:ond)?s?)|(?P<min>min(?:ute)?s?)|(?P<h>h|hours?))"
    r"(?![a-z])",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"used\s+today\D{0,9}(?P<used>\d[\d,]{0,18})\D{1,40}?"
    r"remaining\D{0,9}(?P<remaining>\d[\d,]{0,18})\D{1,40}?"
    r"required\D{0,9}(?P<required>\d[\d,]{0,18})",
    re.IGNORECASE,
)


class PointsRefusal(NamedTuple):
    """The numbers of a points refusal.

    Attributes:
        used: Points used today.
        remaining: Points left.
        required: Points that the call costs.
    """

    used: int
    remaining: int
    required: int


def rate_in(message: str) -> float | None:
    """The rate that a refusal tells, in requests a second.

    Args:
        message: The server's words, such as ``QPS limit is 5 times/60second``.

    Returns:
        The rate (5/60 here), or None when the message tells none or an absurd one.
    """
    told = _RATE.search(message)
    if told is None or told.lastgroup is None:
        return None
    period = float(told["count"] or 1) * _SECONDS[told.lastgroup]
    rate = float(told["times"]) / period if period else 0.0
    return rate if SLOWEST <= rate <= FASTEST else None


def points_in(message: str) -> PointsRefusal | None:
    """The numbers of a points refusal.

    Args:
        message: The server's words, with ``Used today: 104890, Remaining: 0, Required: 10``.

    Returns:
        The three numbers; None when the message does not tell all of them, in this order.
    """
    told = _POINTS.search(message)
    if told is None:
        return None
    return PointsRefusal(*(int(number.replace(",", "")) for number in told.groups()))


def next_midnight(now: datetime) -> datetime:
    """The next 00:00 UTC, when points and daily quotas start anew."""
    day = now.astimezone(UTC).date() + timedelta(days=1)
    return datetime.combine(day, time.min, UTC)


def refilled_at(now: datetime, missing: float, total: int | None) -> datetime:
    """When the refill has covered what is missing: total/1440 points a minute, all at 00:00 UTC.

    A refusal is a refusal: there is always at least one point to wait for.
    """
    midnight = next_midnight(now)
    wait = max(missing, 1) * _DAY / (total if total and total > 0 else ASSUMED_TOTAL)
    if wait >= (midnight - now).total_seconds():
        return midnight
    return now + timedelta(seconds=wait)
