from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from cj_async.simulator._ids import IdSpace

NUMBERS = st.integers(0, 2**48 - 1)
SEEDS = st.integers(0, 2**64)


@given(SEEDS, NUMBERS)
def test_a_uuid_leads_back_to_its_number(seed: int, number: int) -> None:
    ids = IdSpace(seed, "product")
    text = ids.uuid(number)
    assert re.fullmatch(
        r"[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}", text
    )
    assert ids.number(text) == number


@given(SEEDS, NUMBERS)
def test_a_long_id_has_19_digits_and_leads_back(seed: int, number: int) -> None:
    ids = IdSpace(seed, "product")
    assert 2**53 < ids.long(number) < 2**63
    assert len(str(ids.long(number))) == 19
    assert ids.number(str(ids.long(number))) == number


@given(NUMBERS)
def test_an_id_of_another_kind_or_seed_is_unknown(number: int) -> None:
    ids = IdSpace(1, "product")
    for other in (IdSpace(1, "variant"), IdSpace(2, "product")):
        assert ids.number(other.uuid(number)) is None


@given(st.text())
def test_any_other_text_is_no_id(text: str) -> None:
    assert IdSpace(1, "product").number(text) is None


def test_both_shapes_are_shown_about_equally_often() -> None:
    ids = IdSpace(1, "product")
    assert 400 < sum(map(ids.prefers_uuid, range(1000))) < 600
