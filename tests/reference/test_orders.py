"""Do the states of an order follow each other as documented, and is what is assumed marked as such?"""

from __future__ import annotations

from itertools import pairwise, product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cj_async.models.order import Order
from cj_async.reference import OrderStatus, order_statuses, sandbox_statuses

DOCUMENTED = ["CREATED", "IN_CART", "UNPAID", "UNSHIPPED", "SHIPPED", "DELIVERED"]
statuses = st.sampled_from(order_statuses.rows)


def codes(rows: tuple[OrderStatus, ...]) -> set[str]:
    return {row.code for row in rows}


def test_a_status_equals_the_text_of_an_answer() -> None:
    status = order_statuses["SHIPPED"]

    assert status == "SHIPPED"
    assert status != "DELIVERED"
    assert status != 500
    assert {status: 1}["SHIPPED"] == 1  # type: ignore[index]  # pyright: ignore[reportArgumentType]
    assert str(status) == "SHIPPED"


@pytest.mark.parametrize("text", ["LOST_AT_SEA", "", None])
def test_a_status_that_is_new_to_us_is_no_error(text: str | None) -> None:
    assert order_statuses.find(text) is None


def test_asking_for_a_new_status_with_brackets_names_all_there_are() -> None:
    with pytest.raises(LookupError, match=r"no order status 'LOST'; there is CREATED \(Created\),"):
        order_statuses["LOST"]


@pytest.mark.parametrize(
    ("code", "is_paid", "is_terminal"),
    [
        ("CREATED", False, False),
        ("IN_CART", False, False),
        ("UNPAID", False, False),
        ("UNSHIPPED", True, False),
        ("SHIPPED", True, False),
        ("DELIVERED", True, True),
        ("CANCELLED", None, True),
        ("OTHER", None, False),
    ],
)
def test_a_status_says_whether_it_is_paid_and_whether_it_is_the_end(
    code: str, is_paid: bool | None, is_terminal: bool
) -> None:
    status = order_statuses[code]

    assert (status.is_paid, status.is_terminal) == (is_paid, is_terminal)


@pytest.mark.parametrize(("before", "after"), list(pairwise(DOCUMENTED)))
def test_the_documented_way_leads_from_the_order_to_the_customer(before: str, after: str) -> None:
    status = order_statuses[before]

    assert status.can_become(after)
    assert status.evidence(after) == "documented"
    assert after in codes(status.next)
    assert not order_statuses[after].can_become(before)


def test_what_the_documentation_leaves_open_is_marked_as_assumed() -> None:
    assumed = {
        (status.code, change.to)
        for status in order_statuses
        for change in status.changes
        if change.evidence == "assumed"
    }

    assert assumed == {
        ("CREATED", "UNPAID"),
        *product(["CREATED", "IN_CART", "UNPAID", "UNSHIPPED"], ["CANCELLED"]),
    }
    for status in order_statuses:
        for change in status.changes:
            assert bool(change.note) == (change.evidence == "assumed")


@given(statuses)
def test_what_follows_is_known_and_nothing_follows_the_end(status: OrderStatus) -> None:
    assert all(following in order_statuses.rows for following in status.next)
    assert bool(status.next) != (status.is_terminal or status.filter_only)


@given(statuses, statuses)
def test_there_is_no_way_back(one: OrderStatus, other: OrderStatus) -> None:
    assert not (one.leads_to(other) and other.leads_to(one))
    assert not one.can_become(other) or one.leads_to(other)
    assert (one.evidence(other) is None) != one.can_become(other)


@given(statuses, statuses)
def test_what_was_paid_stays_paid(before: OrderStatus, after: OrderStatus) -> None:
    if before.is_paid and before.can_become(after):
        assert after.is_paid is not False


def test_every_state_can_be_reached_from_a_new_order() -> None:
    created = order_statuses["CREATED"]
    reached = {status.code for status in order_statuses if created.leads_to(status)}

    assert reached == {*DOCUMENTED, "CANCELLED"} - {"CREATED"}


@pytest.mark.parametrize("other", ["LOST_AT_SEA", "", None, 700])
def test_nothing_leads_to_a_status_that_is_new_to_us(other: str | int | None) -> None:
    status = order_statuses["CREATED"]

    assert not status.can_become(other)
    assert not status.leads_to(other)


def test_a_message_that_was_overtaken_can_be_told() -> None:
    assert order_statuses["UNPAID"].leads_to("SHIPPED")
    assert not order_statuses["SHIPPED"].leads_to("UNSHIPPED")


@pytest.mark.parametrize("text", ["PENDING", "PROCESSING"])
def test_the_status_of_before_august_2026_is_found(text: str) -> None:
    assert order_statuses[text] == "UNSHIPPED"


@pytest.mark.parametrize(
    ("number", "code"),
    [(300, "UNSHIPPED"), (400, "UNSHIPPED"), ("500", "SHIPPED"), (600, "DELIVERED")],
)
def test_a_number_finds_the_status_with_which_it_is_equated(number: int | str, code: str) -> None:
    assert order_statuses[number] == code
    assert sandbox_statuses[number].order_status == code


def test_closed_has_no_text_and_is_not_cancelled() -> None:
    assert order_statuses.find(700) is None
    assert sandbox_statuses[700].order_status is None


def test_only_the_number_of_paid_is_equated_by_assumption() -> None:
    assert {row.code: row.equated for row in sandbox_statuses} == {
        300: "assumed",
        400: "documented",
        500: "documented",
        600: "documented",
        700: None,
    }


def test_a_sandbox_order_takes_one_step_after_the_other() -> None:
    for one, other in product(sandbox_statuses, repeat=2):
        assert one.can_become(other) == (other.code == one.code + 100)
    assert [row.is_terminal for row in sandbox_statuses] == [False, False, False, False, True]
    assert sandbox_statuses[400].next == (sandbox_statuses[500],)


def test_the_models_know_the_same_states() -> None:
    hint = str(Order.__annotations__["order_status"])

    assert all(repr(code) in hint or f'"{code}"' in hint for code in DOCUMENTED)


def test_evidence_is_one_of_two_words() -> None:
    from cj_async.reference import Evidence

    assert get_args(Evidence) == ("documented", "assumed")
