"""How the token coroutine asks CJ for a token: two operations, read into a :class:`Token`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from cj_async._operation import Operation
from cj_async._request import build
from cj_async._tokens import Token
from cj_async._transport import Transport
from cj_async.errors import AuthenticationFailed, NotFound
from cj_async.models.authentication import TokenPair
from cj_async.resources.auth import AUTH_GET_ACCESS_TOKEN, AUTH_REFRESH_ACCESS_TOKEN

FetchToken = Callable[[str], Awaitable[Token]]

_SUCCESS = frozenset({None, 0, 200})
_TOKENLESS = "the answer holds no access token"


def token_calls(transport: Transport) -> tuple[FetchToken, FetchToken]:
    """Returns (login with an API key, refresh with a refresh token).

    Both raise what the transport raises, and ``AuthenticationFailed`` for a success without a token.
    """

    async def login(api_key: str) -> Token:
        return await _fetch(transport, AUTH_GET_ACCESS_TOKEN, {"api_key": api_key})

    async def refresh(refresh_token: str) -> Token:
        return await _fetch(transport, AUTH_REFRESH_ACCESS_TOKEN, {"refresh_token": refresh_token})

    return login, refresh


async def _fetch(
    transport: Transport, operation: Operation[TokenPair], values: dict[str, object]
) -> Token:
    try:
        done = await transport.call(operation, build(operation, values))
    except NotFound as error:
        if error.code not in _SUCCESS:
            raise
        # Refused credentials are remembered and not tried again at once; NotFound would not be.
        raise AuthenticationFailed(
            operation.id, code=error.code, message=_TOKENLESS, request_id=error.request_id
        ) from error
    pair = done.value
    if not pair.access_token:
        request_id = done.envelope.request_id
        raise AuthenticationFailed(operation.id, message=_TOKENLESS, request_id=request_id)
    return _token(pair, datetime.now(UTC))


def _token(pair: TokenPair, now: datetime) -> Token:
    return Token(
        access=pair.access_token or "",
        obtained_at=now,
        access_expires=pair.access_token_expiry_date,
        refresh=pair.refresh_token,
        refresh_expires=pair.refresh_token_expiry_date,
        open_id=pair.open_id,
    )
