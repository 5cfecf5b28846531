"""The one call: token, pace, send, outcome; then return, try again or raise. The only network user."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from time import perf_counter
from typing import Any, TypeVar

import aiohttp
import msgspec
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
from yarl import URL

from cj_async._account import Account
from cj_async._interrupts import CLOSED
from cj_async._multipart import multipart
from cj_async._operation import Effect, Operation
from cj_async._pace import Priority
from cj_async._pool import Pool
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
from cj_async._request import Form, Request, paying, secrets_in
from cj_async._retry import backoff
from cj_async.errors import (
    APIError,
    CJError,
    ConfigurationError,
    ConnectFailed,
    ConnectionLost,
    PointsExhausted,
    RateLimited,
    TimedOut,
    TransportError,
)

T = TypeVar("T")
logger = logging.getLogger("cj_async")

_PRIORITIES = {Effect.WRITE: Priority.WRITE, Effect.PAY: Priority.WRITE}
_HARMLESS_TWICE = frozenset({Effect.READ, Effect.IDEMPOTENT})
_UNANSWERED = frozenset({Trouble.LOST, Trouble.NOT_SENT})
_COUNTED = {
    Trouble.RATE: "refused",
    Trouble.POINTS: "out_of_points",
    Trouble.LOST: "unanswered",
    Trouble.NOT_SENT: "unanswered",
}
_SURELY_NOT_SENT = (
    aiohttp.ClientConnectorError,  # no address, no connection, no TLS; no proxy
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,  # the proxy did not connect
    aiohttp.ServerFingerprintMismatch,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)
"""What aiohttp raises before the first byte of a request has left. Of everything else, some may have."""
_LONGEST_CONNECT = 10.0
_COUNTED_WITHIN = 1.0
"""Seconds within which CJ counts the calls of an account."""
_NO_GUESS = ("Content-Type",)


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How a client calls; siblings made by ``with_options`` differ in nothing else."""

    timeout: float = 30.0
    retries: int = 3
    max_wait: float = 60.0
    sandbox: bool = False
    strict: bool = False
    priority: Priority = Priority.INTERACTIVE


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Transport:
    """Carries out operations for one account over one pool."""

    def __init__(
        self,
        base_url: str,
        pool: Pool,
        account: Account,
        options: Options,
        now: Callable[[], datetime] = _utc_now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.base_url = base_url
        self.pool = pool
        self.account = account
        self.options = options
        self.now: Callable[[], datetime] = now
        self.sleep: Callable[[float], Awaitable[None]] = sleep
        self.jitter: Callable[[], float] = jitter
        limit = options.timeout
        # The total counts from the send: nobody queues in the connector, it has places for all.
        self._limits = aiohttp.ClientTimeout(total=limit, connect=min(limit / 2, _LONGEST_CONNECT))
        self._reading = Reading(options.strict, account.drifted)

    async def call(self, operation: Operation[T], request: Request) -> Done[T]:
        """Carries out one operation; obeys its effect, the pace, the retry budget and the options."""
        self.pool.check_open()
        self.account.budget.called()
        operation = paying(operation, request)
        attempt, reauthenticated = 1, False
        before: CJError | None = None
        while True:
            try:
                result, token = await self._attempt(operation, request)
            except (RateLimited, PointsExhausted) as error:
                if before is None:
                    raise
                raise error from before
            if isinstance(result, Done):
                return result
            before = result.error
            step = next_step(operation.effect, result.trouble)
            if step is Step.REAUTHENTICATE and token is not None:
                await self.account.auth.rejected(token)
                if not reauthenticated:
                    reauthenticated = True
                    continue
            elif step is Step.AGAIN and self._may_repeat(operation, result, attempt):
                await self._rest(self._wait_after(result.trouble, attempt))
                attempt += 1
                continue
            raise final_error(operation, request, result, step)

    def _wait_after(self, trouble: Trouble, attempt: int) -> float:
        """Seconds to sleep before another attempt, apart from the wait for a turn and for points."""
        if trouble in _UNANSWERED:
            return backoff(attempt, self.jitter)
        # The pause of the account is enough, unless others use the account too: then only a call that
        # comes back in another second can find it less busy.
        return _COUNTED_WITHIN if trouble is Trouble.RATE and attempt > 1 else 0.0

    def _may_repeat(self, operation: Operation[Any], failed: Failed, attempt: int) -> bool:
        if self.account.interrupts.closed:
            raise ConfigurationError(CLOSED) from failed.error
        if attempt > self.options.retries:
            return False
        if failed.trouble is Trouble.POINTS:
            wait = self.account.points.wait_for(operation.points, self.options.priority)
            return wait <= self.options.max_wait
        return failed.trouble is Trouble.RATE or self.account.budget.take(self.options.retries)

    async def _attempt(
        self, operation: Operation[T], request: Request
    ) -> tuple[Done[T] | Failed, str | None]:
        """One attempt: token, turn, send, meaning; returns the result and the token it used."""
        account = self.account
        started = await self._turn(operation)
        # The queue may have been long: what counts is the token of now, not that of the arrival.
        token = account.auth.current if operation.auth else None
        account.points.spent(operation.points)
        clock, charged = perf_counter(), True
        known: Done[T] | Failed | None = None
        try:
            result = known = await self._result(operation, request, token)
            charged = isinstance(result, Done) or result.trouble is not Trouble.NOT_SENT
        finally:
            elapsed = perf_counter() - clock
            account.points.settled(operation.points, charged=charged)
            self.pool.ip.left(elapsed)
            if logger.isEnabledFor(logging.DEBUG):
                _log_attempt(operation, request, known, elapsed)
        self._learn(operation, result, started)
        return result, token

    async def _result(
        self, operation: Operation[T], request: Request, token: str | None
    ) -> Done[T] | Failed:
        try:
            answer = await self._send(operation, request, token)
        except ConnectFailed as error:
            return Failed(Trouble.NOT_SENT, error)
        except TransportError as error:
            return Failed(Trouble.LOST, error)
        return outcome(operation, answer, self.now(), self._reading)

    async def _turn(self, operation: Operation[Any]) -> float:
        """Waits until token, points, pace and pool agree; returns the loop time of the start.

        Who waited for its turn looks again: others may have spent the points, and CJ may have
        rejected the token meanwhile.
        """
        options, account = self.options, self.account
        priority = _PRIORITIES.get(operation.effect, options.priority)
        lane, patience = account.lane_of(operation.id), options.max_wait
        while True:
            if operation.auth:
                await account.auth.get()
            patience -= await self._wait_for_points(operation, patience)
            started = await lane.wait(priority, max_wait=patience, operation=operation.id)
            covered = not account.points.wait_for(operation.points, options.priority)
            if covered and not (operation.auth and account.auth.is_rejected):
                return started
            self.pool.ip.left()

    async def _wait_for_points(self, operation: Operation[Any], patience: float) -> float:
        """Waits until the points cover a call, as long as patience lasts; returns the seconds."""
        wait = self.account.points.wait_for(operation.points, self.options.priority)
        if wait > patience:
            raise self._points_exhausted(operation)
        if wait:
            logger.info("%s: waiting %.1f s for points", operation.id, wait)
            await self._rest(wait)
        return wait

    async def _rest(self, seconds: float) -> None:
        if seconds > 0:
            with self.account.interrupts:
                await self.sleep(seconds)

    def _points_exhausted(self, operation: Operation[Any]) -> PointsExhausted:
        points = self.account.points
        info = points.info
        return PointsExhausted(
            operation.id,
            used=info.used_today if info else None,
            remaining=info.remaining if info else None,
            required=operation.points,
            retry_at=points.retry_at(operation.points, self.options.priority),
            message="nothing was sent: the points do not cover the call",
        )

    async def _send(self, operation: Operation[Any], request: Request, token: str | None) -> Answer:
        """Sends once and reads the whole answer within the time limit, or says what went wrong."""
        session, proxy = self.pool.session, self.pool.proxy_for(self.base_url)
        if operation.effect not in _HARMLESS_TWICE:
            # Lets the loop see which kept-alive connections have ended: sent over one of those, a
            # call is lost, and this one could not be repeated.
            await asyncio.sleep(0)
        try:
            with self.account.interrupts:
                return await self._exchange(session, proxy, request, token)
        except (ConfigurationError, aiohttp.ClientError, OSError, _AnswerLostError) as error:
            problem = error
        raise self._failure(operation, problem) from _fit_to_show(problem)

    def _failure(self, operation: Operation[Any], problem: Exception) -> TransportError:
        kind = type(problem).__name__
        if isinstance(problem, _SURELY_NOT_SENT):
            host = URL(self.base_url).authority
            return ConnectFailed(operation.id, f"no connection to {host} ({kind})")
        if isinstance(problem, TimeoutError):
            return TimedOut(operation.id, f"no answer within {self.options.timeout:g} s")
        if isinstance(problem, aiohttp.ClientResponseError):
            return ConnectionLost(operation.id, "the answer is no HTTP")
        if isinstance(problem, ConfigurationError):
            return ConnectionLost(operation.id, "the client was closed before the answer came")
        reason = f"the connection broke before the answer was complete ({kind})"
        return ConnectionLost(operation.id, reason)

    async def _exchange(
        self,
        session: aiohttp.ClientSession,
        proxy: str | None,
        request: Request,
        token: str | None,
    ) -> Answer:
        headers = dict(self.pool.headers)
        if token is not None:
            headers["CJ-Access-Token"] = token
        headers.update(request.headers)
        body = multipart(request.body) if isinstance(request.body, Form) else request.body
        if isinstance(body, bytes):
            headers["Content-Type"] = "application/json"
        bare = request.body is None and request.method != "GET"
        async with session.request(
            request.method,
            URL(f"{self.base_url}{request.target}", encoded=True),
            data=body,
            headers=headers,
            skip_auto_headers=_NO_GUESS if bare else None,
            allow_redirects=False,
            raise_for_status=False,
            auto_decompress=True,
            timeout=self._limits,
            proxy=proxy,
            middlewares=_MIDDLEWARES,
        ) as response:
            answer = await response.read()
            content_type = response.headers.get("Content-Type", "")
        return Answer(response.status, content_type, answer, self._secrets(request, token))

    def _secrets(self, request: Request, token: str | None) -> tuple[str, ...]:
        """What must not come back in an error: what was sent along, and the account's openId."""
        return tuple(filter(None, (token, self.account.auth.open_id, *secrets_in(request))))

    def _learn(self, operation: Operation[Any], result: Done[Any] | Failed, started: float) -> None:
        """Takes over what an answer tells on the side: the server lives, its rate, points."""
        account = self.account
        account.counts["sent"] += 1
        if isinstance(result, Failed):
            self._learn_refusal(operation, result, started)
            if result.trouble in _UNANSWERED:
                return
        else:
            account.lane_of(operation.id).succeeded()
        account.budget.succeeded()
        info = result.envelope.points_info if result.envelope is not None else None
        if info is None or info.used_today is None or info.remaining is None:
            return
        if isinstance(result, Done) or result.trouble is not Trouble.POINTS:
            account.points.learned(info.used_today, info.remaining, info.total or 0)

    def _learn_refusal(self, operation: Operation[Any], failed: Failed, started: float) -> None:
        if failed.trouble in _COUNTED:
            self.account.counts[_COUNTED[failed.trouble]] += 1
        if failed.trouble is Trouble.NOT_SENT:
            self.account.never_left(operation.id)
        elif failed.trouble is Trouble.RATE:
            self.account.lane_of(operation.id).refused(started, rate=failed.rate)
            logger.info("%s: refused for its rate; the account pauses for a slot", operation.id)
        elif isinstance(failed.error, PointsExhausted):
            error = failed.error
            self.account.points.refused(error.used, error.remaining, error.required)
            logger.info("%s: refused for want of points, %s left", operation.id, error.remaining)


class _AnswerLostError(Exception):
    """A sent request whose answer did not come; aiohttp must not take it for its own to repeat."""


async def _once(request: ClientRequest, send: ClientHandlerType) -> ClientResponse:
    """Keeps aiohttp from resending GET, HEAD, PUT and DELETE by itself on a dead connection.

    Every send must pass the pace and the effect rule; a resend inside aiohttp passes neither.
    """
    try:
        return await send(request)
    except _SURELY_NOT_SENT:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _AnswerLostError(type(error).__name__) from error


_MIDDLEWARES = (_once,)


def _fit_to_show(problem: Exception) -> Exception | None:
    """The cause to keep: none that carries the request's headers (a token) or a proxy's password."""
    return (
        None if isinstance(problem, aiohttp.ClientResponseError | aiohttp.InvalidURL) else problem
    )


def _log_attempt(
    operation: Operation[Any], request: Request, result: Done[Any] | Failed | None, elapsed: float
) -> None:
    """One line per attempt, without query, headers or bodies: they may hold secrets."""
    said: object = "interrupted"
    if isinstance(result, Done):
        said = result.envelope.code
    elif result is not None:
        error = result.error
        said = error.code if isinstance(error, APIError) else type(error).__name__
    envelope = None if result is None else result.envelope
    logger.debug(
        "%s %s %s: %s, request id %s, %.1f ms",
        operation.id,
        request.method,
        request.path,
        said,
        None if envelope is None else envelope.request_id,
        elapsed * 1000,
    )
