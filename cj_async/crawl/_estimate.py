"""PURE: what does a crawl cost, before anything is spent?

Two currencies: requests a second, and points a day. Calls that cost points are taken one after the
other, as early as both allow; those that cost none fill the time while the others wait.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from typing import Literal

import msgspec

from cj_async import InvalidRequest
from cj_async.crawl._budget import DAY, RESERVE_SHARE
from cj_async.crawl._documents import operation_of, tasks_of
from cj_async.crawl._filters import Profile
from cj_async.crawl._lists import LISTS, points_of
from cj_async.crawl._plan import DOCUMENTS, Document
from cj_async.crawl._rules import AWARE, above_zero, check, one_of, some_of, whole

MARGIN = Fraction(1, 100)
"""Share by which the client sends slower than the rate allows."""

_SHARE = Fraction(str(RESERVE_SHARE))

SELF_CHECK = 2
"""Calls that prove that the server sorts and filters as a crawl needs it; their rows are kept."""

_NAME = "crawl.estimate"
_RULES = {
    "products": whole(0),
    "profile": one_of(LISTS),
    "enrich": some_of(DOCUMENTS),
    "rate": above_zero("a number of requests a second, above 0"),
    "total": whole(1).or_none(),
    "remaining": whole(0).or_none(),
    "reserve": whole(0),
    "parallel": whole(1),
    "now": AWARE.or_none(),
}
"""What each argument has to be."""

_MICROSECOND = timedelta(microseconds=1)
_DAY = int(DAY)


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """What a crawl costs.

    Attributes:
        products: How many products it is for.
        list_calls: Calls for pages of the list.
        document_calls: Calls for documents: details, variants, stock, reviews (their first page).
        calls: All calls.
        points: What they cost by CJ's table, whether or not the account counts points.
        points_a_product: The same for one product; 0 without products.
        seconds_by_rate: How long all calls take at the permitted rate.
        seconds_by_points: When the last call that costs points is through: as soon as the points
            cover it and the rate allows it. 0 when the account has no points.
        seconds: The larger of the two.
        days: UTC days that `seconds_by_points` touches, the present one included; 0 without points.
        binding: Which of the two is the larger.
    """

    products: int
    list_calls: int
    document_calls: int
    calls: int
    points: int
    points_a_product: float
    seconds_by_rate: float
    seconds_by_points: float
    seconds: float
    days: int
    binding: Literal["rate", "points"]


def estimate(
    products: int,
    *,
    profile: Profile = "rich",
    enrich: Sequence[Document] = (),
    rate: float,
    total: int | None = 50_000,
    remaining: int | None = None,
    reserve: int = 0,
    parallel: int = 8,
    now: datetime | None = None,
) -> Estimate:
    """Says what a crawl costs: calls, points, time.

    A page begins with the last row of the page before, so it brings one new row less than it has. The
    segments that are walked side by side end with half a page each. Retries, reviews beyond a first
    page and what other programs spend are not in it.

    Args:
        products: How many there are to crawl, 0 or more.
        profile: ``rich`` rows (100 a call) or ``cheap`` ones (200 a call).
        enrich: Documents that are fetched for each product besides, as in `Plan`.
        rate: Requests a second that the account permits.
        total: Points a day; ``None`` when the account has no points.
        remaining: Points that can be spent now; by default all of them.
        reserve: Points that are left to others; 5 % of the total where that is more.
        parallel: How many segments are walked side by side, 1 or more.
        now: When it starts, a moment with a zone; at once by default.

    Returns:
        What it costs, in calls, points and seconds.

    Raises:
        InvalidRequest: an argument cannot be used; says which, and the rule.
    """
    given = {
        "products": products,
        "profile": profile,
        "enrich": enrich,
        "rate": rate,
        "total": total,
        "remaining": remaining,
        "reserve": reserve,
        "parallel": parallel,
        "now": now,
    }
    check(_NAME, given, _RULES)
    listing, documented = _work(products, profile, enrich, parallel)
    interval, account = _interval(rate), None
    if total is not None:
        began = now or datetime.now(UTC)
        account = _account(total, remaining, reserve, listing.cost, interval, began)
    return _reckoned(products, listing, documented, interval, account)


def _reckoned(
    products: int,
    listing: _Calls,
    documented: list[_Calls],
    interval: Fraction,
    account: _Account | None,
) -> Estimate:
    calls = listing.calls + sum(each.calls for each in documented)
    points = listing.points + sum(each.points for each in documented)
    by_rate, by_points, days = float(calls * interval), 0.0, 0
    if account is not None:
        for each in (listing, *documented):
            account.send(each.calls, each.cost)
        by_points, days = account.seconds, account.days
    return Estimate(
        products=products,
        list_calls=listing.calls,
        document_calls=calls - listing.calls,
        calls=calls,
        points=points,
        points_a_product=points / products if products else 0.0,
        seconds_by_rate=by_rate,
        seconds_by_points=by_points,
        seconds=max(by_rate, by_points),
        days=days,
        binding="points" if by_points > by_rate else "rate",
    )


class _Calls(msgspec.Struct, frozen=True):
    """Calls of one kind, and what each of them costs."""

    calls: int
    cost: int

    @property
    def points(self) -> int:
        return self.calls * self.cost


def _work(
    products: int, profile: Profile, enrich: Sequence[Document], parallel: int
) -> tuple[_Calls, list[_Calls]]:
    """The pages of the list, and the documents, each for one product a call."""
    rows = LISTS[profile]
    pages = math.ceil(products / (rows.terms.size - 1)) + math.ceil(parallel / 2) + SELF_CHECK
    tasks = tasks_of([kind for kind in DOCUMENTS if kind in enrich])
    asked = [_Calls(products, points_of(operation_of(task))) for task in tasks]
    return _Calls(pages, rows.points), asked


def _interval(rate: float) -> Fraction:
    return (1 + MARGIN) / Fraction(rate)


def _account(
    total: int, remaining: int | None, reserve: int, cost: int, interval: Fraction, now: datetime
) -> _Account:
    if total < cost:
        raise InvalidRequest(_NAME, "total", total, f"a call of the list costs {cost} points")
    if reserve + cost > total:
        rule = f"of {total} points a day it leaves too few for a call of {cost}"
        raise InvalidRequest(_NAME, "reserve", reserve, rule)
    left = total if remaining is None else min(remaining, total)
    return _Account(total, left, max(Fraction(reserve), _SHARE * total), interval, now)


class _Account:
    """Points and pace of an account while calls are sent, each as early as both allow.

    Time is counted from the midnight (UTC) before the start in ticks so short that all that happens
    here is a whole number of them, and points in the ticks that it takes to refill them. So nothing is
    rounded, a tick refills one, and a day refills the total.

    Args:
        total: Points a day.
        left: Points at the start.
        reserve: Points that are not touched.
        interval: Seconds between two calls.
        now: The start.
    """

    def __init__(
        self, total: int, left: int, reserve: Fraction, interval: Fraction, now: datetime
    ) -> None:
        fine = interval.denominator * reserve.denominator * 1_000_000
        since_midnight = now - datetime.combine(now.astimezone(UTC), time(), UTC)
        self._second = fine * total
        self._point = fine * _DAY
        self._day = total * self._point
        self._interval = int(interval * self._second)
        self._reserve = int(reserve * self._point)
        self._balance = left * self._point
        self._start = since_midnight // _MICROSECOND * self._second // 1_000_000
        self._moment = self._start  # the earliest for the next call; the balance is that of then
        self._last: int | None = None

    @property
    def seconds(self) -> float:
        """From the start until the last call has had its time."""
        took = 0 if self._last is None else self._last + self._interval - self._start
        return took / self._second

    @property
    def days(self) -> int:
        """Days from the start to the last call, both included."""
        return 0 if self._last is None else self._last // self._day + 1

    def send(self, calls: int, points: int) -> None:
        """Sends calls of that many points each; those that cost none need no account."""
        cost = points * self._point
        needed = min(cost + self._reserve, self._day)
        while calls > 0 and cost > 0:
            if self._balance < needed:
                self._pass(min(needed - self._balance, self._until_midnight))
            calls -= self._row(calls, cost, needed)

    def _row(self, calls: int, cost: int, needed: int) -> int:
        """Sends as many calls as go out evenly spaced before midnight, and returns their number."""
        gap, loss, spare = self._interval, cost - self._interval, self._balance - needed
        if loss > 0 and spare > 0:  # the balance falls at the full pace, but covers some calls
            calls = min(calls, spare // loss + 1)
        elif loss > 0:  # each call has to wait until its points are back
            gap, loss = cost, 0
        calls = min(calls, -(-self._until_midnight // gap))
        self._moment += (calls - 1) * gap
        self._balance = min(self._balance - (calls - 1) * loss, self._day) - cost
        self._last = self._moment
        self._pass(self._interval)
        return calls

    @property
    def _until_midnight(self) -> int:
        return self._day - self._moment % self._day

    def _pass(self, ticks: int) -> None:
        is_new_day = ticks >= self._until_midnight
        self._balance = self._day if is_new_day else min(self._balance + ticks, self._day)
        self._moment += ticks
