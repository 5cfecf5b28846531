"""Does a bucket keep its distance, pause, grow careful and believe the server?"""

from __future__ import annotations

import asyncio
import math
import random
from itertools import pairwise

import pytest
from aiolimiter import AsyncLimiter
from hypothesis import given
from hypothesis import strategies as st

from cj_async._bucket import (
    CEILING,
    DECAY,
    FIRST_STEP_TO,
    STEP,
    Bucket,
)
from cj_async._refusals import FASTEST, SLOWEST
from cj_async.errors import ConfigurationError

# Starts are stamped one after the other on one clock; only floating-point rounding is forgiven.
EXACTLY = 1e-9


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


async def starts_of(bucket: Bucket, count: int) -> list[float]:
    """Start that often, one after the other."""
    clock = asyncio.get_running_loop().time
    starts: list[float] = []
    for _ in range(count):
        await bucket.take()
        starts.append(clock())
    return starts


def gaps(starts: list[float]) -> list[float]:
    return [later - earlier for earlier, later in pairwise(sorted(starts))]


# --- spacing, on the real limiter


async def test_starts_are_an_interval_apart() -> None:
    bucket = Bucket(100)
    starts = await starts_of(bucket, 6)
    assert min(gaps(starts)) >= 0.0101 - EXACTLY


async def test_several_callers_are_an_interval_apart_too() -> None:
    bucket = Bucket(100)
    starts = await asyncio.gather(*(starts_of(bucket, 2) for _ in range(3)))
    assert min(gaps([start for some in starts for start in some])) >= 0.0101 - EXACTLY


async def test_idle_time_is_not_saved_up_for_a_burst() -> None:
    bucket = Bucket(100)
    await bucket.take()
    await asyncio.sleep(0.05)
    assert min(gaps(await starts_of(bucket, 3))) >= 0.0101 - EXACTLY


async def test_a_ready_bucket_never_suspends_however_the_limiter_rounds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dice = random.Random(0)
    clock = Hand()
    monkeypatch.setattr(asyncio.get_running_loop(), "time", clock)
    for _ in range(2000):
        clock.time = 10 ** dice.uniform(0, 8)
        bucket = Bucket(10 ** dice.uniform(-2, 6))
        for _ in range(5):
            with pytest.raises(StopIteration):
                bucket.take().send(None)
            clock.time = bucket.ready_at()
    monkeypatch.undo()


async def test_a_bucket_without_a_limit_never_waits() -> None:
    clock = Hand()
    bucket = Bucket(None, clock=clock)
    for _ in range(1000):
        assert bucket.ready_at() <= clock.time
        assert await bucket.take() == clock.time
    assert bucket.interval == 0


async def test_taking_a_start_tells_when_it_was() -> None:
    clock = asyncio.get_running_loop().time
    bucket = Bucket(100)
    before = clock()
    assert before <= await bucket.take() <= clock()


async def test_one_limiter_serves_while_the_speed_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[float] = []

    class Counted(AsyncLimiter):
        def __init__(self, max_rate: float, time_period: float = 60) -> None:
            made.append(time_period)
            super().__init__(max_rate, time_period)

    monkeypatch.setattr("aiolimiter.AsyncLimiter", Counted)
    bucket = Bucket(1000)
    await starts_of(bucket, 5)
    assert made == [bucket.interval]


async def test_a_new_speed_does_not_forget_the_last_start() -> None:
    clock = asyncio.get_running_loop().time
    bucket = Bucket(100)
    await bucket.take()
    started = clock()
    bucket.refused(started, rate=50)
    await bucket.take()
    assert clock() - started >= 0.02 * (1 + FIRST_STEP_TO) - EXACTLY


async def test_a_cancelled_start_is_not_lost() -> None:
    bucket = Bucket(20)
    await bucket.take()
    ready_at = bucket.ready_at()
    waiter = asyncio.ensure_future(bucket.take())
    await asyncio.sleep(0)
    waiter.cancel()
    await asyncio.wait({waiter})
    assert bucket.ready_at() == ready_at


async def test_a_pause_holds_a_start_back() -> None:
    clock = asyncio.get_running_loop().time
    bucket = Bucket(1e6)
    await bucket.take()
    begun = clock()
    bucket.pause(0.03)
    await bucket.take()
    assert clock() - begun >= 0.03 - EXACTLY


async def test_a_pause_that_comes_while_somebody_waits_holds_it_back_too() -> None:
    clock = asyncio.get_running_loop().time
    bucket = Bucket(100)
    await bucket.take()
    waiter = asyncio.ensure_future(bucket.take())
    await asyncio.sleep(0)
    begun = clock()
    bucket.pause(0.03)
    await waiter
    assert clock() - begun >= 0.03 - EXACTLY


# --- pauses, margin and learning, on a clock moved by hand


def test_a_fresh_bucket_is_ready_at_once() -> None:
    assert Bucket(1 / 300, clock=Hand()).ready_at() < 1000


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    clock = Hand()
    bucket = Bucket(1, clock=clock)
    bucket.pause(10)
    bucket.pause(1)
    assert bucket.ready_at() == 1010


@pytest.mark.parametrize(("rate", "slot"), [(1, 1.0), (4, 0.25), (1 / 300, 300.0)])
def test_a_refusal_pauses_everyone_for_one_slot(rate: float, slot: float) -> None:
    clock = Hand()
    bucket = Bucket(rate, clock=clock)
    bucket.refused(999.5)
    assert bucket.ready_at() == pytest.approx(1000 + slot)


def test_a_refusal_adds_to_the_margin() -> None:
    bucket = Bucket(1, clock=Hand())
    bucket.refused(999.5)
    assert bucket.margin == pytest.approx(FIRST_STEP_TO)
    assert bucket.interval == pytest.approx(1 + FIRST_STEP_TO)


def test_calls_in_flight_when_an_incident_began_belong_to_it() -> None:
    clock = Hand()
    bucket = Bucket(4, clock=clock)
    bucket.refused(999.5)
    clock.time = 1000.3
    for started_at in (999.9, 999.99, 1000.0):
        bucket.refused(started_at)
    assert bucket.margin == pytest.approx(FIRST_STEP_TO)
    assert bucket.ready_at() == pytest.approx(1000.25)


def test_a_call_that_started_after_an_incident_began_is_a_new_one() -> None:
    clock = Hand()
    bucket = Bucket(4, clock=clock)
    bucket.refused(999.5)
    clock.time = 1000.6
    bucket.refused(1000.3)
    assert bucket.margin == pytest.approx(FIRST_STEP_TO + STEP)
    assert bucket.ready_at() == pytest.approx(1000.85)


def test_the_margin_has_a_ceiling() -> None:
    clock = Hand()
    bucket = Bucket(10, clock=clock)
    for _ in range(50):
        bucket.refused(clock.time)
        clock.time += 1
    assert bucket.margin == CEILING


def test_successes_bring_the_margin_back() -> None:
    bucket = Bucket(10, clock=Hand())
    bucket.refused(999)
    bucket.succeeded()
    assert bucket.margin == pytest.approx(0.01 + (FIRST_STEP_TO - 0.01) * (1 - DECAY))
    for _ in range(10_000):
        bucket.succeeded()
    assert bucket.margin == 0.01


def test_a_generous_margin_grows_by_a_step() -> None:
    bucket = Bucket(10, margin=0.1, clock=Hand())
    bucket.refused(999)
    assert bucket.margin == pytest.approx(0.1 + STEP)


def test_a_success_does_not_go_below_the_first_margin() -> None:
    bucket = Bucket(10, margin=0.1, clock=Hand())
    bucket.succeeded()
    assert bucket.margin == 0.1


def test_a_success_does_not_end_a_pause() -> None:
    bucket = Bucket(10, clock=Hand())
    bucket.refused(999)
    bucket.pause(10)
    bucket.succeeded()
    assert bucket.ready_at() == 1010


def test_a_lower_rate_told_by_the_server_is_believed() -> None:
    bucket = Bucket(6, clock=Hand())
    bucket.refused(999, rate=1)
    assert bucket.rate == 1
    assert bucket.ready_at() == pytest.approx(1001)


def test_a_late_refusal_still_tells_the_rate() -> None:
    bucket = Bucket(6, clock=Hand())
    bucket.refused(999)
    bucket.refused(999, rate=2)
    assert bucket.rate == 2
    assert bucket.margin == pytest.approx(FIRST_STEP_TO)


def test_a_higher_rate_is_not_believed() -> None:
    bucket = Bucket(2, clock=Hand())
    bucket.refused(999, rate=6)
    assert bucket.rate == 2


def test_a_bucket_that_learns_upwards_believes_a_higher_rate() -> None:
    bucket = Bucket(1 / 300, learn_up=True, clock=Hand())
    bucket.refused(999, rate=5 / 60)
    assert bucket.rate == 5 / 60
    assert bucket.ready_at() == pytest.approx(1012)


def test_an_unlimited_bucket_learns_a_rate() -> None:
    bucket = Bucket(None, clock=Hand())
    bucket.refused(999, rate=2)
    assert bucket.rate == 2


def test_an_unlimited_bucket_that_is_refused_pauses_a_second() -> None:
    bucket = Bucket(None, clock=Hand())
    bucket.refused(999)
    assert bucket.ready_at() == 1001


@pytest.mark.parametrize("rate", [0, -1, SLOWEST / 2, FASTEST * 2, math.inf, math.nan])
def test_a_rate_that_cannot_be_kept_is_named(rate: float) -> None:
    with pytest.raises(ConfigurationError, match="requests a second"):
        Bucket(rate)


@pytest.mark.parametrize("margin", [-0.1, 1, math.nan])
def test_a_margin_out_of_range_is_named(margin: float) -> None:
    with pytest.raises(ConfigurationError, match="margin"):
        Bucket(1, margin=margin)


def test_a_bucket_tells_its_pace() -> None:
    assert repr(Bucket(4)) == "Bucket(rate=4, margin=0.010, interval=0.252500)"


@given(
    st.floats(SLOWEST, FASTEST),
    st.lists(st.one_of(st.none(), st.floats(SLOWEST, FASTEST), st.just("ok")), max_size=60),
)
def test_the_interval_never_falls_below_what_the_rate_asks_for(
    rate: float, events: list[float | str | None]
) -> None:
    clock = Hand()
    bucket = Bucket(rate, clock=clock)
    for event in events:
        clock.time += 1
        if isinstance(event, str):
            bucket.succeeded()
        else:
            bucket.refused(clock.time, rate=event)
        assert bucket.rate is not None
        assert bucket.rate <= rate
        assert bucket.interval * bucket.rate >= 1.01 - 1e-12
        assert 0.01 <= bucket.margin <= CEILING
        assert bucket.ready_at() <= clock.time + 1 / bucket.rate + 1e-6
