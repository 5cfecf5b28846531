from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cj_async.simulator import Clock

START = datetime(2026, 3, 1, 23, 59, 50, tzinfo=UTC)


def test_a_frozen_clock_moves_only_when_advanced() -> None:
    clock = Clock(START, frozen=True)
    before = clock.monotonic()
    assert clock.now() == START
    clock.advance(timedelta(seconds=12.5))
    assert clock.now() == START + timedelta(seconds=12.5)
    assert clock.monotonic() - before == pytest.approx(12.5)


def test_a_running_clock_can_be_advanced_too() -> None:
    clock = Clock(START)
    clock.advance(timedelta(days=1))
    assert timedelta(days=1) <= clock.now() - START < timedelta(days=1, seconds=5)


def test_freezing_and_thawing_jump_nowhere() -> None:
    clock = Clock(START)
    clock.advance(timedelta(hours=1))
    clock.freeze()
    shown = clock.now()
    assert clock.now() == shown
    clock.freeze()
    clock.thaw()
    clock.thaw()
    assert timedelta(0) <= clock.now() - shown < timedelta(seconds=5)


def test_time_runs_forward_only() -> None:
    with pytest.raises(ValueError, match="by must not be negative"):
        Clock().advance(timedelta(seconds=-1))


def test_a_start_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="start must carry a time zone"):
        Clock(datetime(2026, 1, 1))  # noqa: DTZ001


def test_time_can_run_faster_and_slower_without_a_jump() -> None:
    clock = Clock(START)
    clock.speed(1_000_000)
    assert clock.factor == 1_000_000
    before = clock.now()
    while clock.now() - before < timedelta(minutes=5):
        pass  # a real third of a millisecond
    clock.speed(0.001)
    shown = clock.now()
    assert clock.now() - shown < timedelta(seconds=1)


def test_a_frozen_clock_runs_at_its_new_speed_once_it_is_thawed() -> None:
    clock = Clock(START, frozen=True)
    clock.speed(1_000_000)
    assert (clock.now(), clock.frozen) == (START, True)
    clock.thaw()
    while clock.now() == START:
        pass
    assert not clock.frozen


def test_a_clock_is_put_back_to_what_it_showed() -> None:
    clock = Clock(START, frozen=True)
    shown = clock.shown()
    clock.advance(timedelta(days=3))
    clock.speed(60)
    clock.thaw()
    clock.put_back(shown)
    assert (clock.now(), clock.frozen, clock.factor) == (START, True, 1.0)


@pytest.mark.parametrize("factor", [0, -1, float("nan"), 1e7])
def test_an_absurd_speed_is_refused(factor: float) -> None:
    with pytest.raises(ValueError, match=r"^factor must be above 0"):
        Clock().speed(factor)


def test_an_absurd_jump_is_refused() -> None:
    with pytest.raises(ValueError, match="by must be at most 100 years"):
        Clock().advance(timedelta(days=40_000))
