"""How long between attempts, and how many attempts when everything fails?"""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cj_async._retry import FIRST_WAIT, FLOOR, LONGEST_WAIT, SHARE, RetryBudget, backoff

# --- waits


@given(attempt=st.integers(1, 5000), chance=st.floats(0, 1, exclude_max=True))
def test_a_wait_is_never_longer_than_its_bound_nor_the_cap(attempt: int, chance: float) -> None:
    wait = backoff(attempt, lambda: chance)
    assert 0 <= wait <= LONGEST_WAIT
    assert wait <= FIRST_WAIT * 2.0 ** min(attempt - 1, 100)


def test_the_bound_doubles_up_to_the_cap() -> None:
    bounds = [backoff(attempt, lambda: 1.0) for attempt in range(1, 9)]
    assert bounds == [0.5, 1, 2, 4, 8, 16, 20, 20]


def test_the_jitter_is_full() -> None:
    assert backoff(4, lambda: 0.0) == 0
    chance = random.Random(1)
    waits = [backoff(4, chance.random) for _ in range(1000)]
    assert min(waits) < 0.1
    assert max(waits) > 3.9
    assert sum(waits) / len(waits) == pytest.approx(2, rel=0.1)


# --- budget


def outage(budget: RetryBudget, calls: int, retries: int) -> int:
    """Attempts of so many calls, one after the other, that all fail."""
    attempts = 0
    for _ in range(calls):
        budget.called()
        attempts += 1
        for _ in range(retries):
            if not budget.take(retries):
                break
            attempts += 1
    return attempts


@pytest.mark.parametrize("retries", [1, 3, 5])
def test_a_single_call_gets_all_its_attempts(retries: int) -> None:
    assert outage(RetryBudget(), 1, retries) == 1 + retries


@given(calls=st.integers(50, 3000), retries=st.integers(0, 5))
def test_an_outage_sees_a_tenth_more_than_the_calls_at_most(calls: int, retries: int) -> None:
    assert outage(RetryBudget(), calls, retries) <= calls * (1 + SHARE)


@pytest.mark.parametrize("calls", [100, 1000])
def test_calls_at_the_same_time_share_the_same_tenth(calls: int) -> None:
    budget = RetryBudget()
    for _ in range(calls):
        budget.called()
    allowed = sum(budget.take(3) for _ in range(calls * 3))
    assert allowed == calls * SHARE


def test_an_answer_ends_the_outage() -> None:
    budget = RetryBudget()
    outage(budget, 1000, 3)
    assert not budget.take()
    for _ in range(FLOOR + 1):
        budget.succeeded()
    assert outage(budget, 1, FLOOR) == 1 + FLOOR


def test_one_answer_among_many_failures_does_not_open_the_flood() -> None:
    budget, attempts = RetryBudget(), 0
    for _ in range(100):
        attempts += outage(budget, 19, 3)
        budget.called()
        attempts += 1
        budget.succeeded()
    assert attempts <= 100 * 20 * (1 + SHARE)


def test_while_calls_succeed_every_failure_may_be_repeated() -> None:
    budget = RetryBudget()
    for _ in range(1000):
        budget.called()
        assert budget.take()
        budget.succeeded()
