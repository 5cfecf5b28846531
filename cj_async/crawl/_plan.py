"""What should a crawl fetch, and what may it spend?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

import msgspec
from msgspec.structs import force_setattr

from cj_async import InvalidRequest
from cj_async.crawl._budget import Limits
from cj_async.crawl._filters import (
    ListFilters,
    Profile,
    SearchFilters,
    check_bounds,
    checked,
    plain,
)
from cj_async.crawl._lists import FEATURES, LISTS
from cj_async.crawl._rules import (
    AWARE,
    Rule,
    check,
    is_aware,
    is_mapping,
    is_row,
    one_of,
    some_of,
    whole,
)

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
        since: Only products created at that moment (with a zone, not in the future) or later;
            ``"last"``: since the last complete run, less ``lag``. None: all, which also finds what
            changed and what is gone.
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
        given = {name: getattr(self, name) for name in self.__struct_fields__}
        check("crawl", given, _RULES)
        for name in ("features", "enrich"):  # what the caller changes later is not ours
            force_setattr(self, name, None if given[name] is None else tuple(given[name]))
        force_setattr(self, "filters", {name: _own(each) for name, each in self.filters.items()})
        filters = checked(self.profile, self.filters)
        LISTS[self.profile].check(filters)
        check_bounds(filters)
        if self.profile != "rich" and self.features is not None:
            raise InvalidRequest("crawl", "features", self.features, "only rich rows have features")

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


def _own(value: object) -> object:
    return [*value] if is_row(value) else value


def _is_filters(value: object) -> bool:
    return is_mapping(value) and all(isinstance(name, str) for name in value)


def _is_since(value: object) -> bool:
    return value == "last" or (is_aware(value) and value <= datetime.now(UTC))


_RULES: Mapping[str, Rule] = {
    "profile": one_of(LISTS),
    "filters": Rule(_is_filters, "filters by their names, such as {'country_code': 'US'}"),
    "features": some_of(FEATURES).or_none(),
    "enrich": some_of(DOCUMENTS),
    "since": Rule(_is_since, "a moment with a zone, not in the future, or 'last'").or_none(),
    "lag": Rule(
        lambda value: isinstance(value, timedelta) and value >= timedelta(0),
        "a timedelta, not negative",
    ),
    "parallel": whole(1, _MOST_PARALLEL).or_none(),
    "max_points": whole(0).or_none(),
    "deadline": AWARE.or_none(),
    "reserve": whole(0),
    "limit": whole(1).or_none(),
    "on_exhausted": one_of(("wait", "stop")),
}
"""What each field has to be."""
