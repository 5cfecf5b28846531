"""How the token coroutine asks CJ for a token: two operations, read into a :class:`Token`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from cj_async._operation import Operation
from cj_async._request import build
from cj_async._tokens import Token
from cj_async._transport import Transport
from cj_async.errors import AuthenticationFailed
from cj_async.models.authentication import TokenPair
from cj_async.resources.auth import AUTH_GET_ACCESS_TOKEN, AUTH_REFRESH_ACCESS_TOKEN

FetchToken = Callable[[str], Awaitable[Token]]


def token_calls(transport: Transport) -> tuple[FetchToken, FetchToken]:
    """Returns (login with an API key, refresh with a refresh token)."""

    async def login(api_key: str) -> Token:
        now = datetime.now(UTC)
        answer = await _fetch(transport, AUTH_GET_ACCESS_TOKEN, {"api_key": api_key})
        return _token(AUTH_GET_ACCESS_TOKEN, answer, now, logged_in_at=now)

    async def refresh(refresh_token: str) -> Token:
        now = datetime.now(UTC)
        answer = await _fetch(
            transport, AUTH_REFRESH_ACCESS_TOKEN, {"refresh_token": refresh_token}
        )
        return _token(AUTH_REFRESH_ACCESS_TOKEN, answer, now)

    return login, refresh


async def _fetch(
    transport: Transport, operation: Operation[TokenPair], values: dict[str, object]
) -> TokenPair:
    done = await transport.call(operation, build(operation, values))
    return done.value


def _token(
    operation: Operation[Any], pair: TokenPair, now: datetime, logged_in_at: datetime | None = None
) -> Token:
    if not pair.access_token:
        raise AuthenticationFailed(operation.id, message="the answer holds no access token")
    return Token(
        access=str(pair.access_token),
        obtained_at=now,
        access_expires=pair.access_token_expiry_date,
        refresh=pair.refresh_token,
        refresh_expires=pair.refresh_token_expiry_date,
        open_id=pair.open_id,
        logged_in_at=logged_in_at,
    )
