"""Does the ledger of API points follow CJ, and is a wait it names long enough?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cj_async._pace import Priority
from cj_async._points import DAY, LATE, Points, PointsInfo
from cj_async._refusals import ASSUMED_TOTAL

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
A_MINUTE = 60.0


class Wall:
    """A wall clock that is moved by hand."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def ledger(
    used: int, remaining: int, total: int, *, at: float = NOON, reserve_share: float = 0.0
) -> tuple[Points, Wall]:
    wall = Wall(at)
    points = Points(reserve_share=reserve_share, clock=wall)
    points.learned(used, remaining, total)
    return points, wall


def remaining(points: Points) -> int:
    assert points.info is not None
    return points.info.remaining


# --- before anything is known


def test_nothing_is_known_at_first() -> None:
    assert Points(clock=Wall()).info is None


@pytest.mark.parametrize("priority", Priority)
def test_what_is_unknown_holds_nobody_back(priority: Priority) -> None:
    points = Points(clock=Wall())
    points.spent(1000)
    assert points.wait_for(1_000_000, priority) == 0


# --- what answers tell


def test_an_answer_is_the_truth() -> None:
    points, _ = ledger(100, 49_900, 50_000)
    assert points.info == PointsInfo(used_today=100, remaining=49_900, total=50_000)


def test_a_call_is_subtracted_when_it_starts() -> None:
    points, _ = ledger(100, 49_900, 50_000)
    points.spent(50)
    assert points.info == PointsInfo(150, 49_850, 50_000)


def test_an_answer_does_not_give_back_what_calls_in_flight_cost() -> None:
    points, _ = ledger(0, 1000, 50_000)
    points.spent(50)
    points.spent(10)
    points.settled(50)
    points.learned(50, 950, 50_000)
    assert points.info == PointsInfo(60, 940, 50_000)


def test_the_last_answer_puts_the_ledger_right() -> None:
    points, _ = ledger(0, 1000, 50_000)
    points.spent(50)
    points.spent(10)
    points.settled(50)
    points.learned(60, 940, 50_000)  # CJ had counted both already
    assert remaining(points) == 930
    points.settled(10)
    points.learned(60, 940, 50_000)
    assert remaining(points) == 940


def test_a_late_answer_does_not_give_back_what_newer_calls_have_spent() -> None:
    points, _ = ledger(0, 1000, 50_000)
    points.spent(10)
    points.spent(50)
    points.settled(50)
    points.learned(60, 940, 50_000)
    points.settled(10)
    points.learned(10, 990, 50_000)  # written before the other one
    assert points.info == PointsInfo(70, 930, 50_000)


def test_a_late_answer_may_take_away() -> None:
    points, _ = ledger(60, 940, 50_000)
    points.learned(50, 500, 50_000)
    assert remaining(points) == 500


def test_a_cost_that_cj_does_not_charge_is_put_right_by_the_answer() -> None:
    points, _ = ledger(100, 1000, 50_000)
    for _ in range(20):
        points.spent(50)
        points.settled(50)
        points.learned(100, 1000, 50_000)
    assert remaining(points) == 1000


def test_points_of_a_call_that_was_never_sent_come_back() -> None:
    points, _ = ledger(100, 1000, 50_000)
    points.spent(50)
    points.settled(50, charged=False)
    assert points.info == PointsInfo(100, 1000, 50_000)


def test_points_never_fall_below_zero() -> None:
    points, _ = ledger(100, 30, 50_000)
    points.spent(50)
    assert remaining(points) == 0


def test_more_points_than_the_total_are_the_total() -> None:
    points, _ = ledger(0, 60_000, 50_000)
    assert remaining(points) == 50_000


def test_a_total_of_zero_is_no_total() -> None:
    points, _ = ledger(0, 10, 0)
    assert points.info == PointsInfo(0, 10, None)


# --- refill and reset


@pytest.mark.parametrize("total", [50_000, 144_000])
def test_a_minute_brings_a_1440th_of_the_total(total: int) -> None:
    points, wall = ledger(1000, 0, total)
    wall.now += 10 * A_MINUTE
    assert remaining(points) == int(10 * total / 1440)


def test_the_refill_stops_at_the_total() -> None:
    points, wall = ledger(10, 49_990, 50_000)
    wall.now += 10 * A_MINUTE
    assert remaining(points) == 50_000


def test_at_midnight_utc_the_account_is_full() -> None:
    points, wall = ledger(49_000, 3, 50_000)
    wall.now = NOON + DAY / 2
    assert points.info == PointsInfo(0, 50_000, 50_000)


def test_a_second_before_midnight_it_is_not() -> None:
    points, wall = ledger(49_000, 0, 50_000, at=NOON + DAY / 2 - 2)
    wall.now += 1
    assert points.info == PointsInfo(49_000, 0, 50_000)


def test_at_midnight_an_account_of_unknown_size_is_unknown_again() -> None:
    wall = Wall()
    points = Points(clock=wall)
    points.refused(104_890, 0, 10)
    told = points.info
    assert told == PointsInfo(104_890, 0, None)
    wall.now += DAY
    assert points.info is None
    assert points.wait_for(1000) == 0


def test_a_day_of_cj_that_begins_later_than_ours_is_noticed() -> None:
    points, wall = ledger(49_000, 10, 50_000, at=NOON + DAY / 2 - 5)
    wall.now += 10
    points.learned(49_050, 0, 50_000)  # it is still yesterday over there
    wall.now += 10
    points.learned(50, 49_950, 50_000)
    assert remaining(points) < 100
    wall.now += LATE
    points.learned(60, 49_940, 50_000)
    assert remaining(points) == 49_940


def test_a_clock_that_is_set_back_takes_nothing_away() -> None:
    points, wall = ledger(100, 1000, 50_000)
    wall.now -= 3600
    assert remaining(points) == 1000


# --- waiting


def test_enough_points_need_no_wait() -> None:
    points, _ = ledger(0, 10, 50_000)
    assert points.wait_for(10) == 0


def test_a_call_that_costs_nothing_never_waits() -> None:
    points, _ = ledger(50_000, 0, 50_000, reserve_share=0.5)
    assert points.wait_for(0, Priority.BACKGROUND) == 0


@pytest.mark.parametrize(("cost", "seconds"), [(10, 17.28), (50, 86.4), (1000, 1728)])
def test_the_wait_is_what_the_refill_takes(cost: int, seconds: float) -> None:
    points, _ = ledger(50_000, 0, 50_000)
    assert points.wait_for(cost) == pytest.approx(seconds, abs=0.01)


def test_the_wait_ends_at_midnight_at_the_latest() -> None:
    points, _ = ledger(50_000, 0, 50_000, at=NOON + DAY / 2 - 30)
    assert points.wait_for(1000) == pytest.approx(30, abs=0.01)


def test_a_call_dearer_than_a_full_account_waits_until_it_is_full() -> None:
    points, wall = ledger(40_000, 10_000, 50_000, at=NOON - DAY / 2)
    assert points.wait_for(60_000) == pytest.approx(DAY * 0.8, abs=0.01)
    wall.now += DAY * 0.81
    assert points.wait_for(60_000) == 0


def test_the_moment_to_try_again_is_aware() -> None:
    points, _ = ledger(50_000, 0, 50_000)
    moment = points.retry_at(50)
    assert moment.tzinfo is UTC
    assert moment - datetime.fromtimestamp(NOON, UTC) == pytest.approx(
        timedelta(seconds=86.4), abs=timedelta(seconds=0.01)
    )


def test_background_work_leaves_the_reserve_alone() -> None:
    points, _ = ledger(48_000, 2000, 50_000, reserve_share=0.1)
    waits = {priority: points.wait_for(50, priority) for priority in Priority}
    assert waits.pop(Priority.BACKGROUND) == pytest.approx(3050 * DAY / 50_000, abs=0.01)
    assert set(waits.values()) == {0}


def test_a_reserve_of_everything_lets_background_work_run_on_a_full_account() -> None:
    points, _ = ledger(0, 50_000, 50_000, reserve_share=1)
    assert points.wait_for(50, Priority.BACKGROUND) == 0


# --- refusals


def test_a_refusal_says_how_long_to_wait() -> None:
    points = Points(clock=Wall())
    points.refused(104_890, 4, 10)
    assert points.wait_for(10) == pytest.approx(6 * DAY / ASSUMED_TOTAL, abs=0.01)


def test_a_refusal_without_numbers_means_nothing_is_left() -> None:
    points, _ = ledger(100, 49_900, 50_000)
    points.refused(None, None, 10)
    assert points.info == PointsInfo(100, 0, 50_000)


def test_a_refusal_that_claims_enough_points_is_not_believed() -> None:
    points, _ = ledger(100, 49_900, 50_000)
    points.refused(100, 500, 10)
    assert points.wait_for(10) > 0


# --- anything may happen

costs = st.sampled_from([0, 10, 50, 1000])
numbers = st.integers(-10, 200_000)


class Ledger(RuleBasedStateMachine):
    """Calls, answers in any order, refusals and time; the ledger stays within its limits."""

    def __init__(self) -> None:
        super().__init__()
        self.wall = Wall()
        self.points = Points(reserve_share=0.1, clock=self.wall)
        self.flying: list[int] = []

    @initialize(start=st.floats(0, DAY), reserve_share=st.floats(0, 1))
    def opens(self, start: float, reserve_share: float) -> None:
        self.wall.now = NOON + start
        self.points = Points(reserve_share=reserve_share, clock=self.wall)

    @rule(cost=costs)
    def a_call_starts(self, cost: int) -> None:
        before = self.points.info
        self.points.spent(cost)
        self.flying.append(cost)
        if before is not None and self.points.info is not None:
            assert self.points.info.remaining <= before.remaining

    @rule(which=st.integers(0, 5), charged=st.booleans())
    def a_call_ends(self, which: int, *, charged: bool) -> None:
        if which < len(self.flying):
            self.points.settled(self.flying.pop(which), charged=charged)

    @rule(used=numbers, remaining=numbers, total=st.sampled_from([0, 500, 50_000, 10**9]))
    def an_answer_comes(self, used: int, remaining: int, total: int) -> None:
        self.points.learned(used, remaining, total)
        assert self.points.info is not None
        assert self.points.info.remaining <= max(0, remaining - sum(self.flying))

    @rule(
        used=st.none() | numbers,
        remaining=st.none() | numbers,
        required=st.sampled_from([10, 50, 1000]),
    )
    def a_refusal_comes(self, used: int | None, remaining: int | None, required: int) -> None:
        self.points.refused(used, remaining, required)
        assert (
            self.points.wait_for(required) > 0
            or (self.points.info or PointsInfo(0, 0, 1)).total == 500
        )

    @rule(seconds=st.floats(0, 2 * DAY))
    def time_passes(self, seconds: float) -> None:
        self.wall.now += seconds

    @rule(seconds=st.floats(0, 100))
    def the_clock_is_set_back(self, seconds: float) -> None:
        self.wall.now -= seconds

    @rule(cost=costs | st.integers(0, 100_000), priority=st.sampled_from(Priority))
    def a_wait_is_long_enough(self, cost: int, priority: Priority) -> None:
        wait = self.points.wait_for(cost, priority)
        assert 0 <= wait <= DAY + 1
        assert self.points.retry_at(cost, priority).timestamp() >= self.wall.now + wait - 1e-3
        self.wall.now += wait
        assert self.points.wait_for(cost, priority) == 0

    @invariant()
    def points_stay_between_zero_and_the_total(self) -> None:
        info = self.points.info
        if info is not None:
            assert info.remaining >= 0
            assert info.used_today >= 0
            assert info.total is None or info.remaining <= info.total


TestLedger = Ledger.TestCase
TestLedger.settings = settings(deadline=None, max_examples=100, stateful_step_count=40)
