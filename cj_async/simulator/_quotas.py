"""Are the calls of an address used up? Quotas of an account, which start anew with each period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

from ._answers import Refusal, Refused
from ._evidence import behaves

if TYPE_CHECKING:
    from ._account import Account

QuotaPeriod = Literal["total", "year", "quarter", "month", "day", "hour"]
TYPES: Mapping[QuotaPeriod, int] = {
    "total": 0,
    "year": 1,
    "quarter": 2,
    "month": 3,
    "day": 4,
    "hour": 5,
}
"""What settings.get calls a period: ``quotaType``."""
QUOTA_USED_UP = Refusal(1600201, "Quota has been used up")
BASE = "/api2.0/v1"
_LONGEST = 200
_MOST = 1_000_000_000
_FREE = 1.0


class Quota(NamedTuple):
    """How many calls of one address an account may make in a period.

    Attributes:
        url: from ``/api2.0`` on, as settings.get shows it: ``/api2.0/v1/product/list``.
    """

    url: str
    limit: int
    period: QuotaPeriod = "day"


@dataclass(slots=True)
class Quotas:
    """The quotas of an account, and what is used of them; plain data, so that it can be snapshotted.

    Attributes:
        limits: those there are; may be changed at any time.
        used: calls of a quota in the period that began when the number says, by address and period.
    """

    limits: list[Quota] = field(default_factory=list[Quota])
    used: dict[tuple[str, QuotaPeriod], tuple[float, int]] = field(
        default_factory=dict[tuple[str, QuotaPeriod], tuple[float, int]]
    )

    def set(self, *limits: Quota) -> None:
        """Other quotas from now on; what was used of the same address and period stays used.

        Raises:
            ValueError: a quota makes no sense.
        """
        for each in limits:
            _check(each)
        self.limits = list(limits)

    def left(self, quota: Quota, now: float) -> int:
        """Calls that a quota still allows."""
        return max(0, quota.limit - self._used(quota, now))

    def count(self, quota: Quota, now: float) -> None:
        """Count one call."""
        kept = (period_start(quota.period, now), self._used(quota, now) + 1)
        self.used[quota.url, quota.period] = kept

    def _used(self, quota: Quota, now: float) -> int:
        start, count = self.used.get((quota.url, quota.period), (0.0, 0))
        return count if start == period_start(quota.period, now) else 0


@behaves(
    "settings.get",
    "An account of the free tier whose points are not counted has a quota of 1000 calls of "
    "products.list a day; where points are counted, they have replaced it.",
    "documented",
    "000, 3.1.4; 2026-09 for the points",
)
def usual_quotas(rate: float, points: int | None) -> Quotas:
    """The quotas of a new account.

    Args:
        rate: requests a second of its tier.
        points: points a day, None when they are not counted.
    """
    free = rate <= _FREE and points is None
    return Quotas([Quota(f"{BASE}/product/list", 1000, "day")] if free else [])


@behaves("all", "A call beyond a quota is refused with 1600201.", "documented", "000, appendix 1")
@behaves(
    "all",
    "Quotas count the calls that came through token, pace and points, whatever became of them.",
    "assumed",
)
def check_quota(account: Account, path: str, now: float) -> None:
    """Count a call against the quotas of its account.

    Args:
        account: who calls.
        path: below the base URL, ``/product/list``.
        now: seconds since 1970.

    Raises:
        Refused: a quota is used up. Nothing is counted then.
    """
    quotas = account.quotas
    concerned = [each for each in quotas.limits if each.url == BASE + path]
    if any(not quotas.left(each, now) for each in concerned):
        raise Refused(QUOTA_USED_UP)
    for each in concerned:
        quotas.count(each, now)


@behaves(
    "all",
    "Quotas start anew at 00:00 UTC of the first day of their year, quarter or month, of every day, or "
    "at the full hour; a total never does.",
    "assumed",
    "000, 2.1.1 has the periods, not when they begin",
)
def period_start(period: QuotaPeriod, now: float) -> float:
    """When the period of a moment began, both in seconds since 1970; 0 for a total."""
    moment = datetime.fromtimestamp(now, UTC).replace(minute=0, second=0, microsecond=0)
    day = moment.replace(hour=0)
    match period:
        case "total":
            return 0.0
        case "year":
            return day.replace(month=1, day=1).timestamp()
        case "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1).timestamp()
        case "month":
            return day.replace(day=1).timestamp()
        case "day":
            return day.timestamp()
        case "hour":
            return moment.timestamp()


def _check(quota: Quota) -> None:
    if not quota.url.startswith(f"{BASE}/") or len(quota.url) > _LONGEST:
        raise ValueError(f"quota.url must be a path that begins with {BASE}/, got {quota.url!r}")
    if not 0 <= quota.limit <= _MOST:
        raise ValueError(f"quota.limit must be 0 to {_MOST:,}, got {quota.limit!r}")
    if quota.period not in TYPES:
        raise ValueError(f"quota.period must be among {', '.join(TYPES)}, got {quota.period!r}")
