"""The window and the points, as pure arithmetic."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cj_async.simulator._limits import Points, Window

DAY = 86_400.0


@given(st.lists(st.floats(0, 2), max_size=60), st.integers(1, 7))
def test_no_second_ever_holds_more_than_the_rate(gaps: list[float], rate: int) -> None:
    window, now = Window(rate), 0.0
    passed: list[float] = []
    for gap in gaps:
        now += gap
        fits = len([moment for moment in passed if now - moment < 1 - 1e-6]) < rate
        assert window.is_open(now) == fits
        if fits:
            window.passed(now)
            passed.append(now)


def test_a_slow_rate_is_one_request_in_a_longer_time() -> None:
    window = Window.per_second(0.5)
    window.passed(0)
    assert not window.is_open(1.9)
    assert window.is_open(2.0)


def test_a_fraction_keeps_its_average() -> None:
    window = Window.per_second(2.5)
    window.passed(0)
    window.passed(0.1)
    assert not window.is_open(0.79)
    assert window.is_open(0.8)


def test_points_refill_by_the_minute_and_stop_at_the_total() -> None:
    points = Points(50_000, 0.0)
    points.spend(1000)
    points.settle(17.28)
    assert points.remaining == 49_010
    assert points.used_today == 1000
    points.settle(3600 * 5)
    assert points.remaining == 50_000


def test_points_are_full_again_at_midnight_utc() -> None:
    points = Points(1440, 10 * DAY - 30)
    points.spend(1440)
    points.settle(10 * DAY - 1)
    assert (points.used_today, points.remaining) == (1440, 0)
    points.settle(10 * DAY)
    assert points.info() == {"usedToday": 0, "remaining": 1440, "total": 1440}


def test_remaining_is_never_negative() -> None:
    points = Points(10, 0.0)
    points.spend(50)
    assert points.remaining == 0
