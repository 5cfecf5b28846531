"""Does the window let so many starts through in a period and no more, and does it believe refusals?

Time is a number that the tests set; only one test waits, for 40 ms.
"""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cj_async._pace import Lane, Priority
from cj_async._window import MARGIN, Window
from cj_async.errors import RateLimited

LONGER = 1 + MARGIN


class Clock:
    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def window_at(times: int, period: float, now: float = 1000.0) -> tuple[Window, Clock]:
    clock = Clock(now)
    return Window(times, period, clock=clock), clock


async def start(window: Window, times: int = 1) -> float:
    for _ in range(times - 1):
        await window.take()
    return await window.take()


# --- counting


async def test_so_many_starts_pass_at_once_and_the_next_one_waits_for_the_first_to_age() -> None:
    window, clock = window_at(5, 60)
    await start(window, 5)
    assert window.ready_at() == clock.now + 60 * LONGER


async def test_each_start_ages_by_itself() -> None:
    window, clock = window_at(2, 60)
    await window.take()
    clock.now += 20
    await window.take()
    clock.now += 41
    await window.take()
    assert window.ready_at() == 1020 + 60 * LONGER


async def test_the_period_is_kept_a_little_longer_than_asked_for() -> None:
    window, clock = window_at(1, 300)
    await window.take()
    clock.now += 300
    assert window.ready_at() > clock.now


def test_the_interval_is_that_of_a_full_window() -> None:
    assert Window(5, 60).interval == 12 * LONGER


@settings(max_examples=60, deadline=None)
@given(
    times=st.integers(1, 6),
    period=st.floats(0.5, 300),
    pauses=st.lists(st.floats(0, 400), max_size=30),
)
def test_no_period_ever_holds_more_starts_than_allowed(
    times: int, period: float, pauses: list[float]
) -> None:
    async def run() -> list[float]:
        window, clock = window_at(times, period)
        starts: list[float] = []
        for pause in pauses:
            clock.now += pause
            clock.now = max(clock.now, window.ready_at())
            starts.append(await window.take())
        return starts

    starts = asyncio.run(run())
    for first, later in zip(starts, starts[times:], strict=False):
        assert later - first > period


async def test_who_has_to_wait_waits_and_a_ready_window_never_suspends() -> None:
    window = Window(1, 0.04)
    loop = asyncio.get_running_loop()
    coroutine = window.take()
    with pytest.raises(StopIteration):
        coroutine.send(None)
    before = loop.time()
    await window.take()
    assert loop.time() - before >= 0.039


async def test_a_pause_that_comes_while_somebody_waits_is_kept() -> None:
    window = Window(1, 0.02)
    began = await window.take()
    waiter = asyncio.create_task(window.take())
    await asyncio.sleep(0)
    window.pause(0.06)
    assert await waiter - began >= 0.06


# --- refusals


async def test_a_refusal_pauses_for_a_slot() -> None:
    window, clock = window_at(5, 60)
    started = await window.take()
    clock.now += 1
    window.refused(started)
    assert window.ready_at() == clock.now + 12 * LONGER


async def test_calls_that_were_under_way_belong_to_the_same_incident() -> None:
    window, clock = window_at(5, 60)
    starts = [await window.take() for _ in range(3)]
    clock.now += 1
    window.refused(starts[0])
    ready = window.ready_at()
    clock.now += 5
    window.refused(starts[1])
    window.refused(starts[2])
    assert window.ready_at() == ready


async def test_a_later_call_that_is_refused_is_a_new_incident() -> None:
    window, clock = window_at(5, 60)
    window.refused(await window.take())
    clock.now = window.ready_at()
    started = await window.take()
    clock.now += 1
    window.refused(started)
    assert window.ready_at() == clock.now + 12 * LONGER


async def test_an_incident_stays_one_although_the_refusal_teaches_another_rate() -> None:
    window, clock = window_at(5, 60)
    first, second = await window.take(), await window.take()
    clock.now += 1
    window.refused(first, rate=1 / 300)
    ready = window.ready_at()
    clock.now += 1
    window.refused(second, rate=1 / 300)
    assert window.ready_at() == ready


@pytest.mark.parametrize(
    ("times", "period", "told", "interval"),
    [
        (1, 300, 5 / 60, 12),  # the login is as free as the refresh
        (1, 300, 1.0, 1),  # … or as any other call
        (5, 60, 1 / 300, 300),  # the refresh is as strict as the login was
        (5, 60, 5 / 60, 12),  # what was known already
        (1, 300, 6.0, 1 / 6),
    ],
)
async def test_the_rate_that_a_refusal_names_is_believed_in_both_directions(
    times: int, period: float, told: float, interval: float
) -> None:
    window, _ = window_at(times, period)
    window.refused(await window.take(), rate=told)
    assert window.interval == pytest.approx(interval * LONGER)


async def test_a_stricter_rate_holds_for_starts_that_were_already_made() -> None:
    window, clock = window_at(5, 60)
    started = await start(window, 3)
    window.refused(started, rate=1 / 300)
    assert window.ready_at() == pytest.approx(clock.now + 300 * LONGER)


async def test_learning_the_same_rate_again_and_again_changes_nothing() -> None:
    window, clock = window_at(5, 60)
    for _ in range(50):
        window.refused(clock.now, rate=5 / 60)
    assert window.interval == pytest.approx(12 * LONGER)


async def test_a_success_teaches_nothing() -> None:
    window, _ = window_at(5, 60)
    window.succeeded()
    assert window.interval == 12 * LONGER


# --- starts that came to nothing


async def test_a_start_that_came_to_nothing_is_given_back() -> None:
    window, clock = window_at(1, 300)
    await window.take()
    window.take_back()
    assert window.ready_at() <= clock.now


async def test_there_may_be_nothing_to_give_back() -> None:
    window, clock = window_at(1, 300)
    window.take_back()
    await window.take()
    assert window.ready_at() > clock.now


# --- in its place


async def test_a_lane_before_a_window_raises_when_the_wait_would_be_too_long() -> None:
    lane = Lane(Window(1, 300))
    await lane.wait(Priority.INTERACTIVE, max_wait=60, operation="auth.get_access_token")
    with pytest.raises(RateLimited) as caught:
        await lane.wait(Priority.INTERACTIVE, max_wait=60, operation="auth.get_access_token")
    assert 300 < caught.value.retry_after < 304


async def test_the_repr_tells_the_limit() -> None:
    assert repr(Window(5, 60)) == "Window(5 in 60.6 s)"
