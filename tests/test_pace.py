"""Who starts when? Order, spacing, pauses, cancellation and limits of the lane.

Time is faked: `Time` stands in for the loop's clock and timers, `FakeBucket` for aiolimiter's,
which does not live on faked time. The last few tests put the lane on real, fast buckets.
"""

from __future__ import annotations

import asyncio
import gc
import heapq
from collections import deque
from collections.abc import Awaitable, Callable
from itertools import count, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cj_async._bucket import Bucket, Neighbour
from cj_async._pace import PATIENCE, Lane, Priority
from cj_async.errors import ConfigurationError, RateLimited

WRITE, RECONCILE, INTERACTIVE, BACKGROUND = Priority


class FakeTimer:
    def __init__(self, callback: Callable[[], object]) -> None:
        self.callback: Callable[[], object] | None = callback

    def cancel(self) -> None:
        self.callback = None


class Time:
    """Faked time: a clock and its timers."""

    def __init__(self) -> None:
        self.now = 100.0
        self._timers: list[tuple[float, int, FakeTimer]] = []
        self._order = count()

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[[], object], /) -> FakeTimer:
        timer = FakeTimer(callback)
        heapq.heappush(self._timers, (when, next(self._order), timer))
        return timer

    @property
    def timers(self) -> int:
        return sum(timer.callback is not None for _, _, timer in self._timers)

    async def advance(self, seconds: float) -> None:
        """Let that much time pass: timers fire in order; who is woken runs before the next."""
        end = self.now + seconds
        await settle()
        while self._timers and self._timers[0][0] <= end:
            when, _, timer = heapq.heappop(self._timers)
            self.now = max(self.now, when)
            if timer.callback is not None:
                timer.callback()
                await settle()
        self.now = end


async def settle() -> None:
    for _ in range(6):
        await asyncio.sleep(0)


class FakeBucket:
    """A bucket on faked time that refuses to be taken too early and writes down every start."""

    def __init__(self, time: Time, interval: float) -> None:
        self.line: deque[Neighbour] = deque()
        self.interval = interval
        self.starts: list[float] = []
        self._time = time
        self._ready_at = 0.0

    def ready_at(self) -> float:
        return self._ready_at

    async def take(self) -> float:
        assert self._time.now >= self._ready_at, "a slot was taken before it was due"
        self.starts.append(self._time.now)
        self._ready_at = self._time.now + self.interval
        return self._time.now

    def pause(self, seconds: float) -> None:
        self._ready_at = max(self._ready_at, self._time.now + seconds)

    def refused(self, started_at: float, *, rate: float | None = None) -> None:
        if rate is not None:
            self.interval = 1 / rate
            self._ready_at = self._time.now + self.interval
        self.pause(self.interval)

    def succeeded(self) -> None:
        self.interval /= 2

    def gaps(self) -> list[float]:
        return [later - earlier for earlier, later in pairwise(self.starts)]


class Street:
    """One lane on a fake bucket, and a diary of who started."""

    def __init__(
        self, interval: float = 1.0, shared: FakeBucket | None = None, time: Time | None = None
    ) -> None:
        self.time = time or Time()
        self.bucket = FakeBucket(self.time, interval)
        self.lane = Lane(self.bucket, shared, clock=self.time)
        self.started: list[str] = []

    def arrive(
        self, name: str, priority: Priority = INTERACTIVE, max_wait: float = 1e9
    ) -> asyncio.Task[float]:
        async def call() -> float:
            start = await self.lane.wait(priority, max_wait=max_wait, operation="products.get")
            self.started.append(name)
            return start

        return asyncio.ensure_future(call())

    async def crowd(
        self, names: str, priority: Priority = INTERACTIVE
    ) -> list[asyncio.Task[float]]:
        tasks = [self.arrive(name, priority) for name in names]
        await settle()
        return tasks

    @property
    def order(self) -> str:
        return "".join(self.started)


async def never_suspends(awaitable: Awaitable[float]) -> float:
    """Run to the end in one step, or fail."""
    steps = awaitable.__await__()
    with pytest.raises(StopIteration) as stop:
        next(steps)
    assert isinstance(stop.value.value, int | float)
    return stop.value.value


# --- the idle lane


async def test_an_idle_lane_starts_a_call_at_once() -> None:
    street = Street()
    wait = street.lane.wait(INTERACTIVE, max_wait=0, operation="products.get")
    assert await never_suspends(wait) == 100
    assert street.bucket.starts == [100]


async def test_an_idle_lane_makes_no_task_and_no_timer() -> None:
    street = Street()
    await street.lane.wait(INTERACTIVE, max_wait=0, operation="products.get")
    assert street.time.timers == 0
    assert len(asyncio.all_tasks()) == 1


async def test_an_idle_lane_takes_both_buckets() -> None:
    time = Time()
    shared = FakeBucket(time, 0.1)
    street = Street(shared=shared, time=time)
    await street.lane.wait(INTERACTIVE, max_wait=0, operation="products.get")
    assert street.bucket.starts == shared.starts == [100]


def test_a_lane_is_made_without_an_event_loop() -> None:
    lane = Lane(Bucket(1000), Bucket(None))
    start = lane.wait(INTERACTIVE, max_wait=0, operation="products.get")
    assert asyncio.run(_value_of(start)) > 0
    assert lane.waiting == 0


async def _value_of(awaitable: Awaitable[float]) -> float:
    return await awaitable


# --- order


async def test_starts_are_an_interval_apart() -> None:
    street = Street(interval=2)
    await street.crowd("abcd")
    await street.time.advance(100)
    assert street.bucket.starts == [100, 102, 104, 106]


async def test_the_start_that_is_returned_is_the_start_that_was_taken() -> None:
    street = Street()
    tasks = await street.crowd("abc")
    await street.time.advance(10)
    assert [task.result() for task in tasks] == street.bucket.starts


async def test_first_come_first_served_within_a_priority() -> None:
    street = Street()
    await street.crowd("abcdefgh")
    await street.time.advance(10)
    assert street.order == "abcdefgh"


async def test_a_newcomer_does_not_overtake() -> None:
    street = Street()
    await street.crowd("ab")
    await street.time.advance(0.999)
    street.time.now += 0.001
    newcomer = street.arrive("c")
    await street.time.advance(0)
    assert street.order == "ab"
    await street.time.advance(1)
    assert newcomer.done()


async def test_higher_priorities_go_first() -> None:
    street = Street()
    await street.crowd("x")
    for name, priority in zip("bira", (BACKGROUND, INTERACTIVE, RECONCILE, WRITE), strict=True):
        await street.crowd(name, priority)
    await street.time.advance(10)
    assert street.order == "xarib"


async def test_a_background_call_starts_at_last_however_many_writes_come() -> None:
    street = Street()
    await street.crowd("ww", WRITE)
    await street.crowd("b", BACKGROUND)
    for _ in range(100):
        street.arrive("w", WRITE)
        await street.time.advance(1)
    assert street.order.index("b") - 1 <= PATIENCE[BACKGROUND] + 1


async def test_nothing_starves_when_every_higher_priority_is_busy() -> None:
    street = Street()
    for priority in Priority:
        await street.crowd(str(priority.value) * 100, priority)
    await street.time.advance(200)
    for priority in (RECONCILE, INTERACTIVE, BACKGROUND):
        waits = street.order.split(str(priority.value))
        assert max(len(wait) for wait in waits[:-1]) <= PATIENCE[priority] + len(Priority)
    assert street.order.count("0") > 95  # and the highest still gets most: all of its own here


async def test_an_old_backlog_does_not_overtake_whoever_asks_now() -> None:
    street = Street()
    await street.crowd("b" * 200, BACKGROUND)
    await street.time.advance(100)
    asked = len(street.order)
    await street.crowd("iii", INTERACTIVE)
    await street.time.advance(4)
    assert street.order[asked:].startswith("iii")


# --- max_wait


async def test_a_call_that_would_wait_too_long_is_refused_at_once() -> None:
    street = Street(interval=10)
    await street.crowd("abc")
    with pytest.raises(RateLimited) as caught:
        await street.lane.wait(INTERACTIVE, max_wait=25, operation="products.get")
    assert caught.value.retry_after == pytest.approx(30)
    assert caught.value.operation == "products.get"
    assert street.lane.waiting == 2


async def test_a_call_that_would_wait_just_long_enough_waits() -> None:
    street = Street(interval=10)
    await street.crowd("abc")
    last = street.arrive("d", max_wait=30)
    await street.time.advance(30)
    assert last.result() == 130


async def test_a_higher_priority_does_not_count_the_queue_behind_it() -> None:
    street = Street(interval=10)
    await street.crowd("abc", BACKGROUND)
    write = street.arrive("w", WRITE, max_wait=10)
    await street.time.advance(10)
    assert write.result() == 110


async def test_a_pause_counts_into_the_wait() -> None:
    street = Street()
    street.lane.pause(50)
    with pytest.raises(RateLimited) as caught:
        await street.lane.wait(WRITE, max_wait=49, operation="orders.create")
    assert caught.value.retry_after == pytest.approx(50)


async def test_other_lanes_in_line_count_into_the_wait() -> None:
    time = Time()
    shared = FakeBucket(time, 10)
    streets = [Street(0, shared, time) for _ in range(3)]
    for street in streets:
        await street.crowd("a")
    with pytest.raises(RateLimited) as caught:
        await streets[0].lane.wait(INTERACTIVE, max_wait=20, operation="products.get")
    assert caught.value.retry_after == pytest.approx(30)


async def test_a_lane_in_line_counts_its_own_place() -> None:
    time = Time()
    shared = FakeBucket(time, 10)
    first, second = Street(0, shared, time), Street(0, shared, time)
    await first.crowd("ab")  # a starts at once, b at 110 …
    await second.crowd("c")  # … c at 120, and whoever comes now at 130
    with pytest.raises(RateLimited) as caught:
        await first.lane.wait(INTERACTIVE, max_wait=29, operation="products.get")
    assert caught.value.retry_after == pytest.approx(30)
    patient = first.arrive("d", max_wait=30)
    await time.advance(30)
    assert patient.result() == 130


async def test_zero_means_now_or_never() -> None:
    street = Street()
    await street.lane.wait(INTERACTIVE, max_wait=0, operation="products.get")
    with pytest.raises(RateLimited, match=r"products.get RateLimited: nothing was sent"):
        await street.lane.wait(INTERACTIVE, max_wait=0, operation="products.get")


# --- pauses


async def test_a_pause_holds_everyone_back() -> None:
    street = Street()
    await street.crowd("abc")
    street.lane.pause(5)
    await street.time.advance(20)
    assert street.bucket.starts == [100, 105, 106]


async def test_a_pause_that_comes_after_the_turn_was_given_still_holds() -> None:
    street = Street()
    await street.crowd("ab")
    await street.crowd("w", WRITE)
    street.time.now = 101
    street.lane.proceed()  # the turn goes to w, which has not run yet …
    street.lane.pause(5)  # … when the pause comes
    await street.time.advance(4)
    assert street.order == "a"
    await street.time.advance(10)
    assert street.bucket.starts == [100, 106, 107]
    assert street.order == "awb"


async def test_a_refusal_goes_to_the_lanes_own_bucket() -> None:
    time = Time()
    shared = FakeBucket(time, 1)
    street = Street(2, shared, time)
    await street.crowd("ab")
    street.lane.refused(100.0)
    street.lane.succeeded()
    assert (street.bucket.interval, shared.interval) == (1, 1)
    assert (street.bucket.ready_at(), shared.ready_at()) == (102, 101)


async def test_a_higher_rate_learned_from_a_refusal_wakes_who_waits() -> None:
    street = Street(interval=300)
    await street.crowd("ab")
    street.lane.refused(100.0, rate=1 / 12)
    await street.time.advance(12)
    assert street.order == "ab"


# --- cancellation


async def test_a_cancelled_waiter_loses_no_slot() -> None:
    street = Street()
    tasks = await street.crowd("abcdef")
    for task in tasks[1:4]:
        task.cancel()
    await street.time.advance(10)
    assert street.order == "aef"
    assert street.bucket.starts == [100, 101, 102]


async def test_a_waiter_cancelled_when_its_turn_comes_passes_it_on() -> None:
    street = Street()
    tasks = await street.crowd("abc")
    street.time.now = 101
    street.lane.proceed()
    tasks[1].cancel()
    await settle()
    assert street.order == "ac"
    assert street.bucket.starts == [100, 101]


async def test_a_waiter_cancelled_just_before_its_turn_comes_passes_it_on() -> None:
    street = Street()
    tasks = await street.crowd("abcd")
    tasks[1].cancel()
    tasks[2].cancel()
    street.time.now = 101.0
    street.lane.proceed()  # b and c are cancelled, but have not noticed yet
    await settle()
    assert street.order == "ad"
    assert street.bucket.starts == [100, 101]


async def test_a_turn_is_passed_on_through_a_whole_row_of_cancelled_waiters() -> None:
    street = Street()
    tasks = await street.crowd("abcdefg")
    street.time.now = 101
    street.lane.proceed()
    for task in tasks[1:6]:
        task.cancel()
    await settle()
    assert street.order == "ag"
    assert street.bucket.starts == [100, 101]


async def test_the_last_waiter_cancelled_when_its_turn_comes_leaves_the_slot_to_the_next_call() -> (
    None
):
    street = Street()
    tasks = await street.crowd("ab")
    street.time.now = 101
    street.lane.proceed()
    tasks[1].cancel()
    await settle()
    assert (
        await never_suspends(street.lane.wait(WRITE, max_wait=0, operation="orders.create")) == 101
    )


async def test_when_everyone_is_cancelled_nothing_is_left() -> None:
    time = Time()
    shared = FakeBucket(time, 0.1)
    street = Street(1, shared, time)
    for task in await street.crowd("abc"):
        task.cancel()
    await settle()
    assert (street.lane.waiting, time.timers, len(shared.line)) == (0, 0, 0)


async def test_ten_thousand_waiters_of_which_nine_thousand_are_cancelled_lose_no_slot() -> None:
    street = Street(interval=0.5)
    tasks = [street.arrive(f"{number:05}") for number in range(10_000)]
    await settle()
    for number, task in enumerate(tasks):
        if number % 10:
            task.cancel()
    await street.time.advance(500)
    assert street.started == [f"{number:05}" for number in range(0, 10_000, 10)]
    assert street.bucket.starts == [100 + 0.5 * slot for slot in range(1000)]


async def test_a_timeout_around_the_wait_leaves_the_queue_in_order() -> None:
    street = Street()
    await street.crowd("a")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await street.lane.wait(WRITE, max_wait=10, operation="orders.create")
    await street.crowd("b")
    await street.time.advance(1)
    assert street.order == "ab"


# --- several lanes on one address


@pytest.mark.parametrize("interval", [0, 0.5, 2.5])
async def test_lanes_of_one_address_take_turns(interval: float) -> None:
    time = Time()
    shared = FakeBucket(time, 1)
    diary: list[str] = []
    for name in "xyz":
        street = Street(interval, shared, time)
        street.started = diary
        await street.crowd(name * 4)
    await time.advance(20)
    assert [sorted(diary[turn : turn + 3]) for turn in range(1, 10, 3)] == [["x", "y", "z"]] * 3
    assert shared.gaps() == [1] * 11


async def test_a_lane_waits_for_its_own_bucket_outside_the_line() -> None:
    time = Time()
    shared = FakeBucket(time, 1)
    slow, fast = Street(50, shared, time), Street(0, shared, time)
    await slow.crowd("ab")
    await fast.crowd("cdef")
    await time.advance(4)
    assert fast.order == "cdef"


async def test_both_spacings_hold_at_the_start() -> None:
    time = Time()
    shared = FakeBucket(time, 0.4)
    streets = [Street(interval, shared, time) for interval in (1.0, 0.7, 0.3)]
    for street in streets:
        await street.crowd("a" * 20)
    await time.advance(60)
    assert min(shared.gaps()) >= 0.4 - 1e-9
    for street in streets:
        assert len(street.bucket.starts) == 20
        assert min(street.bucket.gaps()) >= street.bucket.interval - 1e-9
        assert set(street.bucket.starts) <= set(shared.starts)


async def test_an_idle_lane_does_not_overtake_the_line() -> None:
    time = Time()
    shared = FakeBucket(time, 1)
    first, second = Street(0, shared, time), Street(0, shared, time)
    await first.crowd("ab")
    time.now = 101  # the shared bucket is ready, but b comes first
    latecomer = second.arrive("c")
    await time.advance(0)
    assert first.order == "ab"
    await time.advance(1)
    assert latecomer.result() == 102


async def test_a_lane_paused_while_in_line_lets_the_others_pass() -> None:
    time = Time()
    shared = FakeBucket(time, 1)
    first, second = Street(0, shared, time), Street(0, shared, time)
    await first.crowd("ab")
    await second.crowd("c")
    first.lane.pause(10)
    await time.advance(1)
    assert (first.order, second.order) == ("a", "c")
    await time.advance(10)
    assert first.bucket.starts == [100, 110]


async def test_a_cancelled_turn_keeps_the_lanes_place_in_line() -> None:
    time = Time()
    shared = FakeBucket(time, 1)
    first, second = Street(0, shared, time), Street(0, shared, time)
    tasks = await first.crowd("abc")
    await second.crowd("d")
    time.now = 101
    first.lane.proceed()
    tasks[1].cancel()
    await settle()
    assert first.order == "ac"
    await time.advance(1)
    assert second.order == "d"


async def test_a_lane_whose_waiters_left_gives_its_place_in_line_away() -> None:
    time = Time()
    shared = FakeBucket(time, 1)
    first, second = Street(0, shared, time), Street(0, shared, time)
    tasks = await first.crowd("ab")
    await second.crowd("c")
    tasks[1].cancel()
    await time.advance(1)
    assert second.order == "c"


async def test_a_closed_lane_gives_its_place_in_line_away() -> None:
    time = Time()
    shared = FakeBucket(time, 1)
    first, second = Street(0, shared, time), Street(0, shared, time)
    tasks = await first.crowd("ab")
    await second.crowd("c")
    first.lane.close()
    await time.advance(1)
    assert second.order == "c"
    assert isinstance(tasks[1].exception(), ConfigurationError)


# --- closing


async def test_closing_fails_everyone_who_waits() -> None:
    street = Street()
    tasks = await street.crowd("abc")
    street.lane.close()
    await settle()
    for task in tasks[1:]:
        assert isinstance(task.exception(), ConfigurationError)
    assert street.order == "a"


async def test_closing_fails_a_waiter_that_had_just_been_given_the_turn() -> None:
    street = Street()
    tasks = await street.crowd("ab")
    street.time.now = 101
    street.lane.proceed()
    street.lane.close()
    await settle()
    assert isinstance(tasks[1].exception(), ConfigurationError)


async def test_closing_leaves_neither_task_nor_timer() -> None:
    street = Street()
    tasks = await street.crowd("abc")
    street.lane.close()
    await asyncio.wait(tasks)
    assert (len(asyncio.all_tasks()), street.time.timers, street.lane.waiting) == (1, 0, 0)
    assert all(task.exception() for task in tasks[1:])


async def test_a_waiter_cancelled_while_the_lane_closes_leaves_no_unread_error() -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    street = Street()
    tasks = await street.crowd("abc")
    street.lane.close()
    tasks[1].cancel()
    await asyncio.wait(tasks)
    assert tasks[1].cancelled()
    assert tasks[2].exception()
    del tasks
    gc.collect()
    assert complaints == []


async def test_a_closed_lane_starts_nothing() -> None:
    street = Street()
    street.lane.close()
    street.lane.close()
    with pytest.raises(ConfigurationError, match="closed"):
        await street.lane.wait(WRITE, max_wait=10, operation="orders.create")


# --- anything may happen

Action = tuple[str, int]
actions = st.one_of(
    st.tuples(
        st.sampled_from([f"arrive {priority.name}" for priority in Priority]), st.integers(0, 2)
    ),
    st.tuples(st.just("cancel"), st.integers(0, 40)),
    st.tuples(st.just("pass"), st.sampled_from([0, 1, 3, 10, 25, 40])),
    st.tuples(st.just("jump"), st.sampled_from([5, 10, 20])),
    st.tuples(st.just("pause"), st.sampled_from([1, 10, 30])),
)


class World:
    """Three lanes on one address, to which anything may happen."""

    def __init__(self) -> None:
        self.time = Time()
        self.shared = FakeBucket(self.time, 0.25)
        self.streets = [Street(interval, self.shared, self.time) for interval in (1.0, 0.5, 0.125)]
        self.calls: list[tuple[int, Priority, asyncio.Task[float]]] = []

    async def play(self, action: Action) -> None:
        verb, number = action
        if verb.startswith("arrive"):
            priority = Priority[verb.split()[1]]
            name = f"{priority.value}:{len(self.calls):04}"
            task = self.streets[number].arrive(name, priority)
            self.calls.append((number, priority, task))
            await asyncio.sleep(0)
        elif verb == "cancel" and number < len(self.calls):
            self.calls[-1 - number][2].cancel()
        elif verb == "pass":
            await self.time.advance(number / 10)
        elif verb == "jump":  # the machine was busy: timers are late, and somebody else runs first
            self.time.now += number / 10
            for street in self.streets:
                street.lane.proceed()
        elif verb == "pause":
            self.streets[number % 3].lane.pause(number / 10)


async def play(script: list[Action]) -> World:
    world = World()
    for action in script:
        await world.play(action)
    await world.time.advance(200)
    return world


def assert_in_order(street: Street) -> None:
    for priority in Priority:
        mine = [name for name in street.started if name.startswith(str(priority.value))]
        assert mine == sorted(mine), "first come, first served within a priority"


@settings(deadline=None, max_examples=300)
@given(st.lists(actions, max_size=80))
def test_whatever_happens_order_and_spacing_hold_and_nobody_is_forgotten(
    script: list[Action],
) -> None:
    world = asyncio.run(play(script))
    assert all(task.done() for _, _, task in world.calls)
    started = [task.result() for _, _, task in world.calls if not task.cancelled()]
    assert sorted(started) == world.shared.starts, (
        "a slot is taken by whoever starts, and by nobody else"
    )
    assert not world.shared.gaps() or min(world.shared.gaps()) >= 0.25 - 1e-9
    for street in world.streets:
        assert (
            not street.bucket.gaps() or min(street.bucket.gaps()) >= street.bucket.interval - 1e-9
        )
        assert_in_order(street)
        assert street.lane.waiting == 0
    assert (len(world.shared.line), world.time.timers) == (0, 0)


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.sampled_from(list(Priority)), min_size=2, max_size=60),
    st.sets(st.integers(1, 59)),
)
def test_a_busy_lane_uses_every_slot_whoever_is_cancelled(
    priorities: list[Priority], cancelled: set[int]
) -> None:
    async def scenario() -> Street:
        street = Street()
        tasks = [street.arrive(str(number), priority) for number, priority in enumerate(priorities)]
        await settle()
        for number, task in enumerate(tasks):
            if number in cancelled:
                task.cancel()
        await street.time.advance(100)
        return street

    street = asyncio.run(scenario())
    survivors = len(priorities) - len([number for number in cancelled if number < len(priorities)])
    assert street.bucket.starts == [100 + slot for slot in range(survivors)]


# --- real buckets


async def test_a_lane_on_real_buckets_keeps_both_spacings() -> None:
    shared = Bucket(200)
    lanes = [Lane(Bucket(100), shared) for _ in range(3)]
    waits = [
        lane.wait(INTERACTIVE, max_wait=60, operation="products.get")
        for _ in range(6)
        for lane in lanes
    ]
    starts = await asyncio.gather(*waits)
    for mine in (starts[0::3], starts[1::3], starts[2::3]):
        assert min(later - earlier for earlier, later in pairwise(mine)) >= 0.0101 - 1e-9
    assert min(later - earlier for earlier, later in pairwise(sorted(starts))) >= 0.00505 - 1e-9


async def test_a_lane_on_a_real_bucket_survives_cancellation_and_refusals() -> None:
    bucket = Bucket(100)
    lane = Lane(bucket)
    clock = asyncio.get_running_loop().time
    tasks = [
        asyncio.ensure_future(lane.wait(INTERACTIVE, max_wait=60, operation="products.get"))
        for _ in range(30)
    ]
    await asyncio.sleep(0.02)
    for task in tasks[3::2]:
        task.cancel()
    lane.refused(clock())
    await asyncio.wait(tasks)
    starts = [task.result() for task in tasks if not task.cancelled()]
    assert starts == sorted(starts)
    assert min(later - earlier for earlier, later in pairwise(starts)) >= 0.0101 - 1e-9
    assert lane.waiting == 0


async def test_a_lane_faster_than_timers_keeps_its_spacing() -> None:
    lane = Lane(Bucket(50_000))
    waits = [lane.wait(INTERACTIVE, max_wait=60, operation="products.get") for _ in range(200)]
    starts = await asyncio.gather(*waits)
    assert min(later - earlier for earlier, later in pairwise(starts)) >= 1.01 / 50_000 - 1e-9


async def test_a_lane_without_a_limit_never_waits() -> None:
    lane = Lane(Bucket(None), Bucket(None))
    for _ in range(1000):
        await never_suspends(lane.wait(BACKGROUND, max_wait=0, operation="products.get"))
