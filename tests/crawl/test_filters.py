"""Which filters may a crawl be given, and do they survive being kept in its state?"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cj_async.crawl._filters import (
    JSON,
    KNOWN,
    NUMBERS,
    RESERVED,
    ListFilters,
    Profile,
    SearchFilters,
    checked,
    plain,
    typed,
)
from cj_async.crawl._plan import Plan
from cj_async.errors import InvalidRequest
from cj_async.resources.products import Products

METHODS: Mapping[Profile, Callable[..., Any]] = {"rich": Products.search, "cheap": Products.list}
FILTERS: Mapping[Profile, type] = {"rich": SearchFilters, "cheap": ListFilters}
PROFILES: tuple[Profile, ...] = ("rich", "cheap")

both = pytest.mark.parametrize("profile", PROFILES)


def parameters(profile: Profile) -> dict[str, Any]:
    """Names and types of the parameters of the list's method."""
    method = METHODS[profile]
    # Inside the class `list` is the method, as it is for whoever reads the annotations.
    hints = get_type_hints(method)
    return {name: hint for name, hint in hints.items() if name != "return"}


def kept(filters: Mapping[str, object]) -> dict[str, JSON]:
    """What the state file gives back."""
    back: dict[str, JSON] = json.loads(json.dumps(plain(filters)))
    return back


def refused(profile: Profile, **filters: object) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        checked(profile, filters)
    return caught.value


# --- the filters are those of the generated methods


@both
def test_every_parameter_of_the_list_is_a_filter_or_reserved(profile: Profile) -> None:
    assert KNOWN[profile] | RESERVED[profile].keys() == parameters(profile).keys()
    assert not KNOWN[profile] & RESERVED[profile].keys()


@both
def test_filters_have_the_types_of_the_methods_parameters(profile: Profile) -> None:
    theirs = parameters(profile)
    assert get_type_hints(FILTERS[profile]) == {name: theirs[name] for name in KNOWN[profile]}


def test_numbers_are_the_filters_that_take_a_decimal() -> None:
    hints = {name: hint for profile in PROFILES for name, hint in parameters(profile).items()}
    assert {name for name, hint in hints.items() if "Decimal" in str(hint)} == NUMBERS


@both
def test_every_filter_is_explained_in_the_order_of_the_fields(profile: Profile) -> None:
    attributes = (inspect.getdoc(FILTERS[profile]) or "").split("Attributes:\n")[1].splitlines()
    explained = [line.strip().split(":")[0] for line in attributes]
    names = [word for word in explained if word.isidentifier()]
    assert names == list(FILTERS[profile].__annotations__)


# --- names


def test_known_filters_pass_and_none_is_left_out() -> None:
    filters = SearchFilters(country_code="US", product_flag=None, start_sell_price=Decimal("1.50"))
    assert checked("rich", filters) == {"country_code": "US", "start_sell_price": Decimal("1.50")}


def test_no_filters_are_fine() -> None:
    assert checked("cheap", {}) == {}


def test_an_unknown_name_is_refused_with_the_names_there_are() -> None:
    error = refused("rich", keyword="lamp")
    assert (error.operation, error.parameter, error.value) == ("crawl", "keyword", "lamp")
    assert error.rule.startswith("there is no such filter; profile 'rich' takes add_mark_status, ")
    assert all(name in error.rule for name in KNOWN["rich"])


@pytest.mark.parametrize(
    ("profile", "name", "other"),
    [
        ("rich", "min_price", "cheap"),
        ("rich", "create_time_from", "cheap"),
        ("cheap", "key_word", "rich"),
        ("cheap", "time_start", "rich"),
    ],
)
def test_a_name_of_the_other_list_is_told_apart(profile: Profile, name: str, other: str) -> None:
    assert (
        f"belongs to the other list, that of profile {other!r}"
        in refused(profile, **{name: "1"}).rule
    )


@both
def test_what_the_crawl_keeps_for_itself_is_refused(profile: Profile) -> None:
    for name, reason in RESERVED[profile].items():
        assert refused(profile, **{name: 1}).rule.startswith(reason)


def test_an_unknown_name_is_refused_even_without_a_value() -> None:
    assert refused("rich", keyword=None).parameter == "keyword"


# --- bounds


@pytest.mark.parametrize(
    ("profile", "lower", "upper"),
    [
        ("rich", "start_sell_price", "end_sell_price"),
        ("rich", "start_warehouse_inventory", "end_warehouse_inventory"),
        ("cheap", "min_price", "max_price"),
        ("cheap", "start_inventory", "end_inventory"),
        ("cheap", "min_listed_num", "max_listed_num"),
    ],
)
def test_bounds_with_nothing_between_them_are_refused(
    profile: Profile, lower: str, upper: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        Plan(profile=profile, filters={lower: 6, upper: 5})
    assert (caught.value.operation, caught.value.parameter) == ("crawl", lower)
    assert caught.value.rule == f"at most {upper}, which is 5"
    for fine in ({lower: 5, upper: 5}, {lower: 6}, {lower: 6, upper: None}):
        Plan(profile=profile, filters=fine)


def test_prices_of_several_types_are_bounds_too() -> None:
    with pytest.raises(InvalidRequest):
        Plan(filters={"start_sell_price": Decimal("5.01"), "end_sell_price": 5.0})


# --- values in the state


@pytest.mark.parametrize("equal", [Decimal("1.50"), Decimal("1.5"), 1.5, Decimal("15E-1")])
def test_prices_of_equal_value_are_kept_equally(equal: object) -> None:
    assert kept({"min_price": equal}) == {"min_price": "1.5"}


@pytest.mark.parametrize(
    ("price", "text"),
    [
        (0.1, "0.1"),
        (Decimal("-0.00"), "0"),
        (-0.0, "0"),
        (100, "100"),
        (Decimal("1E+2"), "100"),
        (Decimal("0.10000000000000000000000000000000001"), "0.10000000000000000000000000000000001"),
    ],
)
def test_prices_keep_every_digit(price: object, text: str) -> None:
    assert kept({"max_price": price}) == {"max_price": text}


def test_prices_are_numbers_again() -> None:
    back = typed(kept({"start_sell_price": 1.5, "country_code": "1.50"}))
    assert back == {"start_sell_price": Decimal("1.5"), "country_code": "1.50"}
    assert isinstance(back["start_sell_price"], Decimal)


def test_sequences_are_lists_and_the_order_of_keys_does_not_matter() -> None:
    one = plain({"lv2category_list": ("a", "b"), "country_code": "US"})
    two = plain({"country_code": "US", "lv2category_list": ["a", "b"], "key_word": None})
    assert one == two
    assert list(one) == list(two)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("country_code", b"US"),
        ("country_code", {"US": 1}),
        ("lv2category_list", ["a", 1]),
        ("lv2category_list", {"a"}),
        ("start_inventory", Decimal(1)),
        ("min_price", "1.50"),
        ("min_price", ["1"]),
        ("min_price", True),
        ("min_price", float("inf")),
        ("min_price", Decimal("1E+999999")),
        ("min_price", Decimal("NaN")),
        ("lv3category_list", b""),
    ],
)
def test_what_can_be_no_filter_is_refused(name: str, value: object) -> None:
    with pytest.raises(InvalidRequest) as caught:
        plain({name: value})
    assert (caught.value.operation, caught.value.parameter) == ("crawl", name)


def exact(value: object) -> object:
    """What a filter means."""
    return Decimal(repr(value)) if isinstance(value, float) else value


texts = st.text(max_size=8)
prices = st.one_of(
    st.decimals(min_value=-(10**30), max_value=10**30),
    st.decimals(min_value=-10, max_value=10, places=3),
    st.sampled_from([0.0, -0.0, 0.1, 1.5, 1e22, 2.5e-7]),
    st.floats(min_value=1e-30, max_value=1e30),
    st.integers(min_value=-(10**30), max_value=10**30),
)
filters = st.fixed_dictionaries(
    {},
    optional={
        "start_sell_price": prices,
        "max_price": prices,
        "lv2category_list": st.lists(texts),
        "is_warehouse": st.booleans(),
        "start_inventory": st.integers(),
        "key_word": texts,
    },
)


@given(given_filters=filters)
def test_filters_that_were_kept_mean_the_same(given_filters: dict[str, object]) -> None:
    back = typed(kept(given_filters))
    assert plain(back) == kept(back) == kept(given_filters)
    assert back == {name: exact(value) for name, value in given_filters.items()}


@given(one=prices, two=prices)
def test_prices_are_kept_equally_only_when_they_are_equal(one: object, two: object) -> None:
    same = plain({"min_price": one}) == plain({"min_price": two})
    assert same == (exact(one) == exact(two))
