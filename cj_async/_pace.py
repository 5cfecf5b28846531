"""Who may start a call now? A queue by priority before the account's and the address's bucket.

aiolimiter lets newcomers overtake, starves the unlucky and cannot pause, so the queue is ours.
Nobody holds a slot while it sleeps: the lane only says whose turn it is, and the one who starts
takes both buckets at the moment it starts. So both spacings hold at the actual start, and a
cancelled waiter has no slot to lose.
"""

from __future__ import annotations

import math
from asyncio import get_running_loop
from collections import OrderedDict, deque
from collections.abc import Callable
from enum import IntEnum
from typing import Protocol

from cj_async._bucket import Neighbour
from cj_async.errors import ConfigurationError, RateLimited


class Priority(IntEnum):
    """Whose turn comes first; the smallest number wins."""

    WRITE = 0
    RECONCILE = 1
    INTERACTIVE = 2
    BACKGROUND = 3


PATIENCE = {
    Priority.WRITE: math.inf,
    Priority.RECONCILE: 8,
    Priority.INTERACTIVE: 16,
    Priority.BACKGROUND: 32,
}
"""How many starts of others a priority lets pass before it is served next, so that nothing starves.

Counted in starts, which means the same at every rate, and per priority rather than per waiter:
otherwise the old backlog of a crawl would overtake everyone who asks now.
"""

# epoll sleeps whole milliseconds; for a shorter interval the loop has to be asked again at once.
_SHORTEST_SLEEP = 0.001

_CLOSED = "the client is closed: open a new one"


class Timer(Protocol):
    """A call that was arranged for later."""

    def cancel(self) -> None:
        """Forget the call."""


class Clock(Protocol):
    """Where time comes from; an event loop is one."""

    def time(self) -> float:
        """Seconds."""
        ...

    def call_at(self, when: float, callback: Callable[[], object], /) -> Timer:
        """Call `callback` at that time."""
        ...


class Paced(Protocol):
    """What a lane needs of a bucket; `cj_async._bucket.Bucket` says what each part means."""

    line: deque[Neighbour]

    @property
    def interval(self) -> float: ...
    def ready_at(self) -> float: ...
    async def take(self) -> float: ...
    def pause(self, seconds: float) -> None: ...
    def refused(self, started_at: float, *, rate: float | None = None) -> None: ...
    def succeeded(self) -> None: ...


class _Waiter:
    __slots__ = ("turn",)

    def __init__(self) -> None:
        self.turn = get_running_loop().create_future()


class Lane:
    """The calls of one account (or one endpoint): first in, first out within a priority.

    It is bound to no event loop, needs no task, and keeps one timer while somebody waits.

    Args:
        bucket: This lane's own bucket.
        shared: A bucket that several lanes share (the IP address); they take turns.
        clock: Time and timers, by default the running event loop.
    """

    def __init__(
        self, bucket: Paced, shared: Paced | None = None, *, clock: Clock | None = None
    ) -> None:
        self._own = bucket
        self._shared = shared
        self._clock = clock
        self._queues = [OrderedDict[_Waiter, None]() for _ in Priority]
        self._passed_over = [0] * len(Priority)
        self._waiting = 0
        self._up: _Waiter | None = None  # whose turn it is: told, but not yet awake
        self._timer: Timer | None = None
        self._in_line = False
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many calls wait for their turn."""
        return self._waiting

    async def wait(self, priority: Priority, *, max_wait: float, operation: str) -> float:
        """Wait for the turn and start.

        Args:
            priority: Whose turn comes first.
            max_wait: Seconds that the wait may take, as estimated now from the pauses and from the
                queue of the same and higher priorities (who comes later does not count); 0 means
                now or never.
            operation: Name of the method, for the error.

        Returns:
            Time of the clock at which the call started.

        Raises:
            RateLimited: The wait would be longer than `max_wait`; `retry_after` is the estimate.
            ConfigurationError: The lane was closed.
        """
        if self._closed:
            raise ConfigurationError(_CLOSED)
        if not self._waiting and self._ready():
            return await self._start()
        wait = self._estimated_wait(priority)
        if wait > max_wait:
            raise RateLimited(
                operation,
                retry_after=wait,
                status=0,
                message=f"nothing was sent: the turn would come in {wait:.1f} s,"
                f" max_wait is {max_wait:g} s",
            )
        return await self._queue_up(priority)

    def refused(self, started_at: float, *, rate: float | None = None) -> None:
        """Note that the server refused a call because of its rate; see `Bucket.refused`."""
        self._own.refused(started_at, rate=rate)
        self.proceed()

    def succeeded(self) -> None:
        """Note that the server let a call through."""
        self._own.succeeded()

    def pause(self, seconds: float) -> None:
        """Start nothing of this lane for that long."""
        self._own.pause(seconds)

    def close(self) -> None:
        """Fail everyone who waits, now and later, with ConfigurationError."""
        self._closed = True
        self._cancel_timer()
        for queue in self._queues:
            for waiter in queue:
                if not waiter.turn.done():
                    waiter.turn.set_result(None)
        self._leave_line()

    def proceed(self) -> None:
        """Give somebody the turn, or arrange to be called when that may be possible."""
        if self._up is not None:
            return
        self._cancel_timer()
        now = self._now()
        at = self._next_start(now) if self._waiting and not self._closed else None
        if at is None:
            return
        if at <= now:
            self._up = waiter = self._whose_turn()
            if not waiter.turn.done():  # cancelled, but not yet awake: it passes the turn on then
                waiter.turn.set_result(None)
        else:
            short = at - now < _SHORTEST_SLEEP and self._spacing() < _SHORTEST_SLEEP
            self._timer = self._time().call_at(now if short else at, self.proceed)

    async def _queue_up(self, priority: Priority) -> float:
        waiter = _Waiter()
        self._queues[priority][waiter] = None
        self._waiting += 1
        try:
            if self._waiting == 1:
                self.proceed()
            await self._turn_of(waiter)
            started_at = await self._start()
            self._count_start(priority)
            self._leave_line()
            return started_at
        finally:
            del self._queues[priority][waiter]
            self._waiting -= 1
            self._pass_on(waiter)

    async def _turn_of(self, waiter: _Waiter) -> None:
        while True:
            await waiter.turn
            if self._closed:
                raise ConfigurationError(_CLOSED)
            if self._ready():
                return
            # A pause came between the turn and now: keep the place in the queue, not the turn.
            waiter.turn = get_running_loop().create_future()
            self._pass_on(waiter)

    def _pass_on(self, waiter: _Waiter) -> None:
        """Somebody started or gave up; if it was its turn, it is now the next one's."""
        if self._up is waiter:
            self._up = None
            self.proceed()
        if not self._waiting:
            self._cancel_timer()
            self._leave_line()

    def _ready(self) -> bool:
        now = (self._clock or get_running_loop()).time()
        if self._own.ready_at() > now:
            return False
        shared = self._shared
        return shared is None or (
            shared.ready_at() <= now and (not shared.line or shared.line[0] is self)
        )

    async def _start(self) -> float:
        started_at = await self._own.take()
        return started_at if self._shared is None else await self._shared.take()

    def _next_start(self, now: float) -> float | None:
        """When the next start is possible; None while other lanes come first."""
        own = self._own.ready_at()
        if self._shared is None:
            return own
        if own > now:
            self._leave_line()
            return own
        if not self._in_line:
            self._in_line = True
            self._shared.line.append(self)
        return self._shared.ready_at() if self._shared.line[0] is self else None

    def _leave_line(self) -> None:
        if self._shared is None or not self._in_line:
            return
        line = self._shared.line
        was_first = line[0] is self
        line.remove(self)
        self._in_line = False
        if was_first and line:
            self._time().call_at(self._now(), line[0].proceed)

    def _whose_turn(self) -> _Waiter:
        waiting = [priority for priority in Priority if self._queues[priority]]
        overdue = [
            priority for priority in waiting if self._passed_over[priority] >= PATIENCE[priority]
        ]
        return next(iter(self._queues[(overdue or waiting)[0]]))

    def _count_start(self, started: Priority) -> None:
        for priority, queue in zip(Priority, self._queues, strict=True):
            passed_over = priority != started and bool(queue)
            self._passed_over[priority] = self._passed_over[priority] + 1 if passed_over else 0

    def _estimated_wait(self, priority: Priority) -> float:
        first = self._own.ready_at()
        if self._shared is not None:
            line = self._shared.line
            lanes_ahead = line.index(self) if self._in_line else len(line)
            first = max(first, self._shared.ready_at() + lanes_ahead * self._shared.interval)
        ahead = sum(len(queue) for queue in self._queues[: priority + 1])
        return max(0.0, first - self._now()) + ahead * self._spacing()

    def _spacing(self) -> float:
        """Seconds between two starts of this lane, when the lanes in line take turns."""
        if self._shared is None:
            return self._own.interval
        lanes = len(self._shared.line) + (not self._in_line)
        return max(self._own.interval, self._shared.interval * lanes)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _time(self) -> Clock:
        return self._clock or get_running_loop()

    def _now(self) -> float:
        return (self._clock or get_running_loop()).time()
