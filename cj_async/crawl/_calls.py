"""What does a crawl do when a call fails? It has time: it waits, and tries again, for a while."""

from __future__ import annotations

import logging
import math
from collections.abc import Awaitable, Callable
from typing import TypeVar

from cj_async import (
    APIError,
    AuthenticationFailed,
    CJClient,
    ConfigurationError,
    ConnectFailed,
    InvalidRequest,
    PointsExhausted,
    QuotaExhausted,
    RateLimited,
    ServerFailed,
    TransportError,
)
from cj_async.crawl._budget import Budget, Clock

T = TypeVar("T")

logger = logging.getLogger("cj_async")

PATIENCE = 900.0
"""Seconds for which nothing but failures are borne before a crawl gives up; it can be resumed."""

_FIRST_WAIT, _DOUBLINGS = 1.0, 6  # seconds, up to about a minute
_LONGEST_TURN = 5.0
_SAID_FOR = 60.0  # seconds until it is said again that calls fail
_LULL = 300.0  # seconds without a failure, after which one begins a new row of them

_TURN = 10.0  # seconds that a call may wait for its turn, beside those that are in line before it

_PASSING = (PointsExhausted, QuotaExhausted, RateLimited, ServerFailed, TransportError)
_FREE = (PointsExhausted, QuotaExhausted, RateLimited, ConnectFailed)
"""After these a call has surely cost no points; after other failures it may have."""

_LOGIN = "auth."  # operations that are about tokens
_UNSENT = (ConfigurationError, ConnectFailed, InvalidRequest)


def background(cj: CJClient, in_line: int) -> CJClient:
    """The client of a crawl: behind all others, and trying only once.

    Trying again is the crawl's own business: each attempt may cost points, which it counts, and its
    waits end when it is told to stop.

    Args:
        cj: The client that was given.
        in_line: How many calls may be made at a time.
    """
    return cj.with_options(priority="background", max_wait=_TURN + 2 * in_line / cj.rate, retries=0)


class OneFailed(Exception):
    """A call fails while others succeed: it is about what it asks for, and waiting does not heal it.

    Attributes:
        error: How it failed.
    """

    def __init__(self, error: ServerFailed | TransportError) -> None:
        self.error = error
        super().__init__(str(error))


class Calls:
    """Makes the calls of a crawl: within its budget, and with more patience than a single call has.

    Args:
        budget: Says whether a call may be made.
        clock: Time.
        patience: Seconds of nothing but failures after which it gives up.
        sent: Told of each call that was sent the points that it cost, or may have cost.
    """

    def __init__(
        self,
        budget: Budget,
        clock: Clock,
        patience: float = PATIENCE,
        sent: Callable[[int], None] | None = None,
    ) -> None:
        self._budget = budget
        self._clock = clock
        self._patience = patience
        self._sent = sent
        self._failing_since: float | None = None
        self._failed_last = 0.0
        self._said_last = -math.inf
        self.made = 0

    async def make(
        self,
        call: Callable[[], Awaitable[T]],
        cost: int,
        found: int,
        *,
        is_well: Callable[[], Awaitable[object]] | None = None,
    ) -> list[T]:
        """Makes a call until it is answered.

        Args:
            call: Makes it; without trying again by itself, or that is not counted.
            cost: Points that it costs.
            found: Products found so far.
            is_well: Another call, made to tell whether CJ answers at all, where only one thing is asked
                for that may be broken by itself.

        Returns:
            The answer as the only element; nothing when the crawl was stopped.

        Raises:
            CJError: it failed in a way that waiting does not heal, or for too long.
            OneFailed: it failed, and others do not; only with ``is_well``.
        """
        attempt = 0
        while await self._budget.admit(cost, found):
            attempt += 1
            made = self.made
            try:
                answer = await self._once(call, cost)
            except _PASSING as error:
                failure = error
            else:
                self._failing_since = None
                self.made += 1
                return [answer]
            if is_well is not None and isinstance(failure, ServerFailed | TransportError):
                await self._blame(failure, is_well, is_alone=self.made > made)
            await self._bear(failure, attempt)
        return []

    async def _once(self, call: Callable[[], Awaitable[T]], cost: int) -> T:
        """Makes an attempt, and counts it; one that is cut off may have been sent."""
        try:
            answer = await call()
        except BaseException as error:
            is_sent = was_sent(error)
            self._count(cost, is_sent=is_sent, charged=is_sent and not isinstance(error, _FREE))
            raise
        self._count(cost, is_sent=True, charged=True)
        return answer

    def _count(self, cost: int, *, is_sent: bool, charged: bool) -> None:
        self._budget.settle(cost, charged=charged)
        if is_sent and self._sent is not None:
            self._sent(cost if charged else 0)

    async def _blame(
        self,
        failure: ServerFailed | TransportError,
        is_well: Callable[[], Awaitable[object]],
        *,
        is_alone: bool,
    ) -> None:
        """Raises `OneFailed`, unless CJ cannot be reached at all."""
        if isinstance(failure, ConnectFailed):
            return
        try:
            if not is_alone:
                await self._once(is_well, 0)
        except AuthenticationFailed:
            raise
        except (RateLimited, ServerFailed, TransportError):
            return
        except APIError as refusal:
            logger.debug("crawl: CJ answers: %s", refusal)
        raise OneFailed(failure) from failure

    async def _bear(
        self,
        failure: PointsExhausted | QuotaExhausted | RateLimited | ServerFailed | TransportError,
        attempt: int,
    ) -> None:
        """Waits as long as the failure asks for; raises it when it has lasted too long."""
        if isinstance(failure, PointsExhausted | QuotaExhausted):
            self._failing_since = None  # CJ is there, and says when to come again
            await self._budget.refused(failure)
        elif isinstance(failure, RateLimited):
            if failure.status:
                self._note(failure)
            await self._budget.pause(min(failure.retry_after or _FIRST_WAIT, _LONGEST_TURN))
        else:
            self._note(failure)
            await self._budget.pause(_FIRST_WAIT * 2.0 ** min(attempt - 1, _DOUBLINGS))

    def _note(self, failure: RateLimited | ServerFailed | TransportError) -> None:
        """Counts a failure; raises it when there was nothing else for too long."""
        now = self._clock.time()
        if self._failing_since is None or now - self._failed_last > _LULL:
            self._failing_since = now
            self._said_last = -math.inf
        self._failed_last = now
        left = self._failing_since + self._patience - now
        if left < 0:
            raise failure
        if not isinstance(failure, RateLimited) and now - self._said_last >= _SAID_FOR:
            self._said_last = now
            words = "crawl: %s; trying again, gives up in %d min if nothing is answered"
            logger.warning(words, failure, math.ceil(left / 60))


def was_sent(error: BaseException) -> bool:
    """Whether a call that failed had left: it was not refused by this client, nor only its login failed."""
    if isinstance(error, APIError):
        return bool(error.status) and not error.operation.startswith(_LOGIN)
    if isinstance(error, TransportError) and error.operation.startswith(_LOGIN):
        return False
    return not isinstance(error, _UNSENT)
