"""What does a crawl do when a call fails? It has time: it waits, and tries again, for a while."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from cj_async import (
    CJError,
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

_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0
_LONGEST_TURN = 5.0


class Calls:
    """Makes the calls of a crawl: within its budget, and with more patience than a single call has.

    Args:
        budget: Says whether a call may be made.
        clock: Time.
        patience: Seconds of nothing but failures after which it gives up.
    """

    def __init__(self, budget: Budget, clock: Clock, patience: float = PATIENCE) -> None:
        self._budget = budget
        self._clock = clock
        self._patience = patience
        self._failing_since: float | None = None
        self.made = 0

    async def make(self, call: Callable[[], Awaitable[T]], cost: int, found: int) -> list[T]:
        """Makes a call until it is answered.

        Args:
            call: Makes it.
            cost: Points that it costs.
            found: Products found so far.

        Returns:
            The answer as the only element; nothing when the crawl was stopped.

        Raises:
            CJError: it failed in a way that waiting does not heal, or for too long.
        """
        attempt = 0
        while await self._budget.admit(cost, found):
            attempt += 1
            is_made = True
            try:
                answer = await call()
            except (PointsExhausted, QuotaExhausted) as error:
                is_made = False
                await self._budget.refused(error)
            except (RateLimited, ServerFailed, TransportError) as error:
                wait = self._wait_after(error, attempt)
                if not await self._budget.pause(wait):
                    return []
            else:
                self._failing_since = None
                self.made += 1
                return [answer]
            finally:
                self._budget.settle(cost, made=is_made)
        return []

    def _wait_after(self, error: CJError, attempt: int) -> float:
        if isinstance(error, RateLimited):
            return min(error.retry_after or _FIRST_WAIT, _LONGEST_TURN)
        now = self._clock.time()
        if self._failing_since is None:
            self._failing_since = now
            logger.warning("crawl: %s; trying again", error)
        if now - self._failing_since > self._patience:
            raise error
        return min(_FIRST_WAIT * 2.0 ** (attempt - 1), _LONGEST_WAIT)
