"""What should a crawl fetch, and what may it spend?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

import msgspec

from cj_async import InvalidRequest
from cj_async.crawl._budget import Limits
from cj_async.crawl._filters import ListFilters, Profile, SearchFilters, checked, plain
from cj_async.crawl._lists import FEATURES, LISTS

Document = Literal["details", "variants", "stock", "reviews"]
"""What can be fetched for each product beyond its row."""

DOCUMENTS: tuple[Document, ...] = get_args(Document)

_MOST_PARALLEL = 64


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a crawl fetches, and what it may spend.

    ``profile``, ``filters`` and ``features`` say what a state file is about: they must be the same
    whenever it is used again. Everything else may be another each time.

    Attributes:
        profile: ``rich`` rows (product/listV2: 100 a call, with stock and categories) or ``cheap``
            ones (product/list: 200 a call, half the points).
        filters: Filters of that list by their Python names, as ``SearchFilters`` or ``ListFilters``
            say; ``{"country_code": "US"}``. A crawl splits its windows by creation time; category or
            prices given here are not available for that.
        features: What a rich row should hold beyond the ordinary; all by default, at no cost.
        enrich: Documents to fetch for each new or changed product, the most urgent first: ``details``,
            ``variants``, ``stock`` (10 points a product, however many of these three), ``reviews``.
        since: Only products created at that moment (with a zone) or later; ``"last"``: since the
            last complete run, less ``lag``. None: all, which also finds what changed and what is gone.
        lag: How far ``"last"`` goes back beyond what was seen; CJ's lists may show products late.
        parallel: Segments that are read side by side, 1 to 64; by default as many as the account's
            rate can use.
        max_points: Points it may spend, counted from when it was started or resumed.
        deadline: Moment (with a zone) at which it stops.
        reserve: Points to leave in the account. The client leaves 5 % of a day's in any case.
        limit: Products after which it stops.
        on_exhausted: ``wait`` for the refill when the points are used up, or ``stop``.

    Raises:
        InvalidRequest: a value cannot work; says which, and the rule.
    """

    profile: Profile = "rich"
    filters: Mapping[str, Any] | SearchFilters | ListFilters = {}
    features: tuple[str, ...] | None = None
    enrich: tuple[Document, ...] = ()
    since: datetime | Literal["last"] | None = None
    lag: timedelta = timedelta(days=1)
    parallel: int | None = None
    max_points: int | None = None
    deadline: datetime | None = None
    reserve: int = 0
    limit: int | None = None
    on_exhausted: Literal["wait", "stop"] = "wait"

    def __post_init__(self) -> None:
        _check(self.profile in LISTS, "profile", self.profile, f"one of {', '.join(LISTS)}")
        LISTS[self.profile].check(checked(self.profile, self.filters))
        _check_features(self.profile, self.features)
        unknown = [each for each in self.enrich if each not in DOCUMENTS]
        _check(not unknown, "enrich", self.enrich, f"of {', '.join(DOCUMENTS)}")
        since = self.since
        is_last = since is None or since == "last"
        _check(is_last or _is_aware(since), "since", since, "a moment with a zone, or 'last'")
        _check(self.lag >= timedelta(0), "lag", self.lag, "not negative")
        _check_whole("parallel", self.parallel, 1, _MOST_PARALLEL)
        _check_whole("max_points", self.max_points, 0)
        _check(
            self.deadline is None or _is_aware(self.deadline),
            "deadline",
            self.deadline,
            "with a zone",
        )
        _check_whole("reserve", self.reserve, 0)
        _check_whole("limit", self.limit, 1)
        _check(
            self.on_exhausted in ("wait", "stop"), "on_exhausted", self.on_exhausted, "wait or stop"
        )

    @property
    def asked_features(self) -> tuple[str, ...]:
        """The features of a rich row."""
        if self.profile != "rich":
            return ()
        return FEATURES if self.features is None else self.features

    @property
    def limits(self) -> Limits:
        """What it may spend."""
        return Limits(
            max_points=self.max_points,
            deadline=self.deadline,
            reserve=self.reserve,
            limit=self.limit,
            waits=self.on_exhausted == "wait",
        )


def identity(plan: Plan) -> dict[str, Any]:
    """What a state file is about: JSON that must stay the same."""
    return {
        "profile": plan.profile,
        "filters": plain(plan.filters),
        "features": sorted(plan.asked_features),
    }


def _check(is_right: bool, name: str, value: object, rule: str) -> None:
    if not is_right:
        raise InvalidRequest("crawl", name, value, rule)


def _check_whole(name: str, value: object, least: int, most: int | None = None) -> None:
    if value is None:
        return
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    right = (
        is_whole and isinstance(value, int) and least <= value and (most is None or value <= most)
    )
    rule = (
        f"a whole number, {least} or more" if most is None else f"a whole number, {least} to {most}"
    )
    _check(right, name, value, rule)


def _check_features(profile: str, features: tuple[str, ...] | None) -> None:
    if features is None:
        return
    _check(profile == "rich", "features", features, "only rich rows have features")
    _check(set(features) <= set(FEATURES), "features", features, f"of {', '.join(FEATURES)}")


def _is_aware(moment: object) -> bool:
    return isinstance(moment, datetime) and moment.tzinfo is not None
