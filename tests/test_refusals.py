"""Are the numbers in the words of a refusal read right, and nothing else into them?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cj_async._refusals import (
    ASSUMED_TOTAL,
    FASTEST,
    SLOWEST,
    next_midnight,
    points_in,
    rate_in,
    refilled_at,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 22, tzinfo=UTC)

# --- the rate


@pytest.mark.parametrize(
    ("message", "rate"),
    [
        ("Too Many Requests, QPS limit is 1 time/1second", 1),
        ("Too Many Requests, QPS limit is 2 times/1second", 2),
        ("QPS limit is 5 times/60second", 5 / 60),
        ("qps limit is 6 TIMES / 1 Seconds.", 6),
        ("limit 10 requests per second", 10),
        ("limit: 30 calls per minute", 0.5),
        ("at most 2.5 times every 0.5 sec", 5),
        ("1 time/300second", 1 / 300),
        ("1 time/5minutes", 1 / 300),
        ("1000000 times/1second", 1e6),
        ("3 times/100ms", 30),
        ("3 times/100 milliseconds", 30),
        ("3600 queries/hour", 1),
        ("7 times per s", 7),
        ("on 2026-11-21 the limit was 4 times/second", 4),
    ],
)
def test_the_rate_is_read_from_the_message(message: str, rate: float) -> None:
    assert rate_in(message) == pytest.approx(rate)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "Too Many Requests",
        "try again in 5 seconds",
        "0 times/1second",
        "1 time/0second",
        "1 time/day",
        "5 requests per shop",
        "5 requests in store 7",
        "1 time/month",
        "1 time/3600second",
        "1000001 times/1second",
        "1 time/301second",
        "12345678901234567890 times/1second",
        "code 1600200",
    ],
)
def test_no_rate_or_an_absurd_one_is_none(message: str) -> None:
    assert rate_in(message) is None


@given(st.text(max_size=200) | st.text(alphabet="0123456789. times/seconduminhr", max_size=200))
def test_reading_a_rate_never_fails(message: str) -> None:
    rate = rate_in(message)
    assert rate is None or SLOWEST <= rate <= FASTEST


# --- points


@pytest.mark.parametrize(
    ("message", "numbers"),
    [
        (
            "Insufficient API points. Used today: 104890, Remaining: 0, Required: 10. Wait or buy.",
            (104_890, 0, 10),
        ),
        ("insufficient api points; used today 5,000 remaining 12 required 1,000", (5000, 12, 1000)),
        ("Used today:1,Remaining:2,Required:3", (1, 2, 3)),
        ("Used Today = 1 / Remaining = 2 / Required = 3", (1, 2, 3)),
        ("Used today: 1,\nRemaining: 2,\nRequired: 3", (1, 2, 3)),
    ],
)
def test_the_numbers_of_a_points_refusal_are_read(
    message: str, numbers: tuple[int, int, int]
) -> None:
    told = points_in(message)
    assert told == numbers
    assert told is not None
    assert (told.used, told.remaining, told.required) == numbers


@pytest.mark.parametrize(
    "message",
    [
        "",
        "Insufficient API points.",
        "Balance is insufficient",
        "Used today: many, Remaining: 0, Required: 10",
        "Used today: 1, Remaining: 0",
        "Required: 10, Remaining: 0, Used today: 1",
    ],
)
def test_a_message_without_all_three_numbers_tells_none(message: str) -> None:
    assert points_in(message) is None


@given(st.text(max_size=300))
def test_reading_a_points_refusal_never_fails(message: str) -> None:
    assert points_in(message) is None or "required" in message.lower()


# --- moments


@pytest.mark.parametrize(
    ("now", "midnight"),
    [
        (NOON, MIDNIGHT),
        (MIDNIGHT, MIDNIGHT + timedelta(days=1)),
        (MIDNIGHT - timedelta(microseconds=1), MIDNIGHT),
        (datetime(2026, 11, 22, 7, 59, tzinfo=timezone(timedelta(hours=8))), MIDNIGHT),
        (datetime(2026, 12, 31, 12, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_the_next_midnight_is_that_of_utc(now: datetime, midnight: datetime) -> None:
    assert next_midnight(now) == midnight


@pytest.mark.parametrize(
    ("missing", "total", "seconds"),
    [
        (10, 50_000, 17.28),
        (50, 50_000, 86.4),
        (1000, 50_000, 1728),
        (10, 100_000, 8.64),
        (10, None, 17.28),
        (10, 0, 17.28),
        (10, -5, 17.28),
    ],
)
def test_points_refill_by_a_1440th_of_the_total_a_minute(
    missing: int, total: int | None, seconds: float
) -> None:
    assert (refilled_at(NOON, missing, total) - NOON).total_seconds() == pytest.approx(seconds)


@pytest.mark.parametrize("missing", [25_001, 60_000, 10**18, 1e300])
def test_midnight_fills_whatever_is_missing(missing: float) -> None:
    assert refilled_at(NOON, missing, ASSUMED_TOTAL) == MIDNIGHT


@pytest.mark.parametrize("missing", [0, -5, 0.5])
def test_a_refusal_is_never_worth_repeating_at_once(missing: float) -> None:
    assert refilled_at(NOON, missing, 50_000) - NOON >= timedelta(seconds=1.7)


@given(st.datetimes(timezones=st.just(UTC)), st.integers(-10, 10**19), st.none() | st.integers())
def test_the_moment_of_the_refill_is_within_a_day(
    now: datetime, missing: int, total: int | None
) -> None:
    if now.year < 9999:
        assert now <= refilled_at(now, missing, total) <= now + timedelta(days=1)
