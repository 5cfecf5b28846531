"""The one call: token, pace, send, outcome; then return, try again or raise. Nothing else uses the network."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import perf_counter
from typing import Any, TypeVar

import aiohttp
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
from yarl import URL

from cj_async._account import Account
from cj_async._operation import Effect, Operation
from cj_async._pace import Priority
from cj_async._pool import USER_AGENT, Pool
from cj_async._protocol import (
    Answer,
    Done,
    Failed,
    Reading,
    Step,
    Trouble,
    final_error,
    next_step,
    outcome,
)
from cj_async._request import Request
from cj_async._retry import backoff
from cj_async.errors import (
    APIError,
    ConnectFailed,
    ConnectionLost,
    PointsExhausted,
    TimedOut,
    TransportError,
)

T = TypeVar("T")
logger = logging.getLogger("cj_async")

_PRIORITIES = {Effect.WRITE: Priority.WRITE, Effect.PAY: Priority.WRITE}
_REFUSED_BEFORE_IT_RAN = frozenset({Trouble.RATE, Trouble.POINTS})
_UNANSWERED = frozenset({Trouble.LOST, Trouble.NOT_SENT})
_COUNTED = {
    Trouble.RATE: "refused",
    Trouble.POINTS: "out_of_points",
    Trouble.LOST: "unanswered",
    Trouble.NOT_SENT: "unanswered",
}
_LONGEST_CONNECT = 10.0
_HEADERS = {"User-Agent": USER_AGENT, "Accept": "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a client calls; siblings made by ``with_options`` differ in nothing else."""

    timeout: float = 30.0
    retries: int = 3
    max_wait: float = 60.0
    sandbox: bool = False
    strict: bool = False
    priority: Priority = Priority.INTERACTIVE


class _AnswerLostError(Exception):
    """A sent request whose answer did not come; aiohttp must not take it for its own to repeat."""


async def _once(request: ClientRequest, send: ClientHandlerType) -> ClientResponse:
    """Keeps aiohttp from resending GET, HEAD, PUT and DELETE by itself on a dead connection.

    Every send must pass the pace and the effect rule; a resend inside aiohttp passes neither.
    """
    try:
        return await send(request)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _AnswerLostError(type(error).__name__) from error


@dataclass(slots=True)
class Transport:
    """Carries out operations for one account over one pool."""

    base_url: str
    pool: Pool
    account: Account
    options: Options
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[], float] = random.random
    _limits: aiohttp.ClientTimeout = field(init=False)
    _reading: Reading = field(init=False)

    def __post_init__(self) -> None:
        limit = self.options.timeout
        connect = min(limit / 2, _LONGEST_CONNECT)
        self._limits = aiohttp.ClientTimeout(total=None, connect=connect, sock_read=limit)
        self._reading = Reading(self.options.strict, self.account.drifted)

    async def call(self, operation: Operation[T], request: Request) -> Done[T]:
        """Carries out one operation; obeys its effect, the pace, the retry budget and the options."""
        self.pool.check_open()
        self.account.budget.called()
        attempt, reauthenticated = 1, False
        while True:
            result, token = await self._attempt(operation, request)
            if isinstance(result, Done):
                return result
            step = next_step(operation.effect, result.trouble)
            if step is Step.REAUTHENTICATE and token is not None:
                await self.account.auth.rejected(token)
                if not reauthenticated:
                    reauthenticated = True
                    continue
            elif step is Step.AGAIN and self._may_repeat(result.trouble, attempt):
                if result.trouble in _UNANSWERED:
                    await self.sleep(backoff(attempt, self.jitter))
                attempt += 1
                continue
            raise final_error(operation, request, result, step)

    def _may_repeat(self, trouble: Trouble, attempt: int) -> bool:
        if attempt > self.options.retries:
            return False
        return trouble in _REFUSED_BEFORE_IT_RAN or self.account.budget.take()

    async def _attempt(
        self, operation: Operation[T], request: Request
    ) -> tuple[Done[T] | Failed, str | None]:
        """One attempt: token, turn, send, meaning; returns the result and the token it used."""
        if operation.auth:
            await self.account.auth.get()
        started = await self._turn(operation)
        # The queue may have been long: what counts is the token of now, not that of the arrival.
        token = self.account.auth.current if operation.auth else None
        clock = perf_counter()
        self.account.points.spent(operation.points)
        sent = True
        try:
            answer = await self._send(operation, request, token)
        except TransportError as error:
            sent = not isinstance(error, ConnectFailed)
            result: Done[T] | Failed = Failed(Trouble.LOST if sent else Trouble.NOT_SENT, error)
        else:
            result = outcome(operation, answer, self.now(), self._reading)
        finally:
            self.account.points.settled(operation.points, charged=sent)
            self.pool.places.release()
        self._learn(operation, result, started)
        if logger.isEnabledFor(logging.DEBUG):
            _log_attempt(operation, request, result, perf_counter() - clock)
        return result, token

    async def _turn(self, operation: Operation[Any]) -> float:
        """Waits until points, pace and pool agree; returns the loop time of the start.

        Whoever finds the pool full after its turn waits for a place and asks the pace again: late
        starts must not bunch. The same goes for points that others spent meanwhile.
        """
        options, account, places = self.options, self.account, self.pool.places
        priority = _PRIORITIES.get(operation.effect, options.priority)
        lane = account.lane_of(operation.id)
        while True:
            await self._wait_for_points(operation)
            started = await lane.wait(priority, max_wait=options.max_wait, operation=operation.id)
            if places.locked():
                async with places:
                    continue
            if not account.points.wait_for(operation.points, options.priority):
                await places.acquire()
                return started

    async def _wait_for_points(self, operation: Operation[Any]) -> None:
        wait = self.account.points.wait_for(operation.points, self.options.priority)
        if not wait:
            return
        if wait > self.options.max_wait:
            raise self._points_exhausted(operation)
        logger.info("%s: waiting %.1f s for points", operation.id, wait)
        await self.sleep(wait)

    def _points_exhausted(self, operation: Operation[Any]) -> PointsExhausted:
        points = self.account.points
        info = points.info
        return PointsExhausted(
            operation.id,
            used=info.used_today if info else None,
            remaining=info.remaining if info else None,
            required=operation.points,
            retry_at=points.retry_at(operation.points, self.options.priority),
            status=0,
            message="nothing was sent: the points do not cover the call",
        )

    async def _send(self, operation: Operation[Any], request: Request, token: str | None) -> Answer:
        """Sends once and reads the whole answer within the time limit, or says what went wrong."""
        try:
            async with asyncio.timeout(self.options.timeout):
                return await self._exchange(request, token)
        except _NOT_SENT as error:
            reason = f"no connection to {URL(self.base_url).authority} ({type(error).__name__})"
            raise ConnectFailed(operation.id, reason) from error
        except TimeoutError as error:
            reason = f"no answer within {self.options.timeout:g} s"
            raise TimedOut(operation.id, reason) from error
        except (_AnswerLostError, aiohttp.ClientError, OSError) as error:
            reason = f"the connection broke before the answer was complete ({type(error).__name__})"
            raise ConnectionLost(operation.id, reason) from error

    async def _exchange(self, request: Request, token: str | None) -> Answer:
        headers = dict(_HEADERS)
        if token is not None:
            headers["CJ-Access-Token"] = token
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        async with self.pool.session.request(
            request.method,
            URL(f"{self.base_url}{request.target}", encoded=True),
            data=request.body,
            headers=headers,
            allow_redirects=False,
            timeout=self._limits,
            proxy=self.pool.proxy_for(self.base_url),
            middlewares=_MIDDLEWARES,
        ) as response:
            body = await response.read()
            content_type = response.headers.get("Content-Type", "")
        return Answer(response.status, content_type, body, () if token is None else (token,))

    def _learn(self, operation: Operation[Any], result: Done[Any] | Failed, started: float) -> None:
        """Takes over what an answer tells on the side: the server lives, its rate, points."""
        account = self.account
        account.counts["sent"] += 1
        if isinstance(result, Done):
            account.lane_of(operation.id).succeeded()
        else:
            self._learn_refusal(operation, result, started)
        if isinstance(result, Done) or result.trouble not in _UNANSWERED:
            account.budget.succeeded()
        info = result.envelope.points_info if result.envelope is not None else None
        if info is not None and info.used_today is not None and info.remaining is not None:
            account.points.learned(info.used_today, info.remaining, info.total or 0)

    def _learn_refusal(self, operation: Operation[Any], failed: Failed, started: float) -> None:
        if failed.trouble in _COUNTED:
            self.account.counts[_COUNTED[failed.trouble]] += 1
        if failed.trouble is Trouble.RATE:
            self.account.lane_of(operation.id).refused(started, rate=failed.rate)
            logger.info("%s: refused for its rate; the account pauses for a slot", operation.id)
        elif isinstance(failed.error, PointsExhausted):
            error = failed.error
            self.account.points.refused(error.used, error.remaining, error.required)
            logger.info("%s: refused for want of points, %s left", operation.id, error.remaining)


_MIDDLEWARES = (_once,)
_NOT_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
)


def _log_attempt(
    operation: Operation[Any], request: Request, result: Done[Any] | Failed, elapsed: float
) -> None:
    """One line per attempt, without query, headers or bodies: they may hold secrets."""
    if isinstance(result, Failed) and isinstance(result.error, APIError):
        said: object = result.error.code
    elif isinstance(result, Failed):
        said = type(result.error).__name__
    else:
        said = result.envelope.code
    logger.debug(
        "%s %s %s: %s, request id %s, %.1f ms",
        operation.id,
        request.method,
        request.path,
        said,
        result.envelope.request_id if result.envelope is not None else None,
        elapsed * 1000,
    )
