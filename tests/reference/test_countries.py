"""Are all 250 countries there, and is each found by whatever it is called?"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cj_async import reference
from cj_async.reference import Country, countries, country, find_country

every_country = pytest.mark.parametrize("row", countries.rows, ids=lambda c: str(c.alpha2))


def test_there_are_250_countries() -> None:
    assert len(countries) == 250
    assert len({row.alpha2 for row in countries}) == 250


@pytest.mark.parametrize(
    ("asked", "alpha2"),
    [
        ("US", "US"),
        ("us", "US"),
        (" USA ", "US"),
        ("U.S.A.", "US"),
        (840, "US"),
        ("840", "US"),
        ("United States", "US"),
        ("United States of America (the)", "US"),
        ("united states of america", "US"),
        ("美国", "US"),
        (4, "AF"),
        ("4", "AF"),
        ("004", "AF"),
        ("UK", "GB"),
        ("United Kingdom of Great Britain and Northern Ireland", "GB"),
        ("Cote d’Ivoire", "CI"),
        ("CÔTE D'IVOIRE", "CI"),
        ("Ivory Coast", "CI"),
        ("Curacao", "CW"),
        ("Aland Islands", "AX"),
        ("St. Lucia", "LC"),
        ("Trinidad & Tobago", "TT"),
        ("South Korea", "KR"),
        ("Korea, Republic of", "KR"),
        ("Holy See", "VA"),
        ("NO", "NO"),
    ],
)
def test_a_country_is_found_by_each_code_and_name(asked: str | int, alpha2: str) -> None:
    assert countries[asked].alpha2 == alpha2
    assert asked in countries


@every_country
def test_every_code_and_name_finds_its_own_country(row: Country) -> None:
    for spelling in (*row.codes, *row.names):
        assert countries[spelling] is row
    assert countries[row] is row


@given(st.sampled_from(countries.rows), st.data())
def test_capitals_spaces_and_zeros_do_not_matter(row: Country, data: st.DataObject) -> None:
    spelling = str(data.draw(st.sampled_from((*row.codes, *row.names))))
    change = data.draw(st.sampled_from((str.upper, str.lower, str.title, str.casefold)))
    around = data.draw(st.text(" \t\n\u00a0", max_size=3))
    zeros = "0" * data.draw(st.integers(0, 3)) if spelling.isdigit() else ""

    assert countries[f"{around}{zeros}{change(spelling)}{around}"] is row


@given(st.none() | st.booleans() | st.integers() | st.text())
def test_whatever_is_asked_the_answer_is_a_country_or_none(asked: str | int | None) -> None:
    found = countries.find(asked)

    assert found is None or found in countries.rows
    assert (found is not None) == (asked in countries)


@pytest.mark.parametrize(
    "asked",
    ["", " ", "the", "XX", "-840", "+840", "8.40", "840.0", -840, 841, True, 10**12, None],
)
def test_what_names_no_country_finds_none(asked: str | int | None) -> None:
    assert countries.find(asked) is None
    assert asked not in countries
    with pytest.raises(LookupError, match=r"^no country "):
        countries[asked]


def test_the_refusal_names_what_was_asked_and_what_is_near() -> None:
    with pytest.raises(LookupError) as refused:
        countries["Austrlia"]

    assert str(refused.value).startswith("no country 'Austrlia'; there is Australia (AU), Austria")


def test_a_refusal_stays_short() -> None:
    with pytest.raises(LookupError) as refused:
        countries["x" * 10_000]

    assert len(str(refused.value)) < 200


def test_no_two_countries_share_a_code() -> None:
    codes = [code for row in countries for code in row.codes]

    assert len(set(codes)) == len(codes) == 3 * 250 - 2


def test_codes_have_the_form_of_iso_3166() -> None:
    for row in countries:
        assert len(row.alpha2) == 2
        assert row.alpha2.isupper()
        if row.alpha3 is not None:
            assert len(row.alpha3) == 3
            assert row.numeric is not None
            assert 1 <= row.numeric <= 999


def test_kosovo_is_yk_here_and_xk_elsewhere() -> None:
    kosovo = countries["YK"]

    assert kosovo is countries["XK"] is countries["Kosovo"]
    assert (kosovo.alpha2, kosovo.alpha3, kosovo.numeric) == ("YK", None, None)
    assert "XK" in kosovo.note


def test_the_broken_row_of_the_documentation_is_whole() -> None:
    congo = countries["CD"]

    assert (congo.alpha3, congo.numeric) == ("COD", 180)
    assert congo.name == "Democratic Republic of the Congo"
    assert countries["Congo"].alpha2 == "CG"
    assert "broken" in congo.note


@pytest.mark.parametrize("alpha2", ["CD", "EH", "GB", "MK", "SZ", "YK"])
def test_an_oddity_of_the_documentation_says_so_with_its_date(alpha2: str) -> None:
    assert re.search(r"\(\d{4}-\d\d-\d\d\)$", countries[alpha2].note)


def test_a_country_never_changes() -> None:
    with pytest.raises(AttributeError):
        countries["US"].name = "Elsewhere"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


def test_countries_are_in_the_order_of_the_documentation() -> None:
    codes = [row.alpha2 for row in reference.countries]

    assert codes == sorted(codes)


def test_a_number_that_python_cannot_write_finds_none() -> None:
    assert countries.find(10**5000) is None
    with pytest.raises(LookupError, match="so large a number"):
        countries[10**5000]


def test_the_functions_are_short_for_the_table() -> None:
    assert country("840") is find_country(840) is countries["US"]
    assert find_country("XX") is None
    with pytest.raises(LookupError, match="'XX'"):
        country("XX")
