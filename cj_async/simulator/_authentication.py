"""Logging in, refreshing and logging out: the operations of the chapter Authentication."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

from ._account import Account, Pair
from ._answers import BAD_REFRESH_TOKEN, WRONG_KEY, Refusal, Refused, empty
from ._bodies import Fields
from ._limits import Window
from ._world import Call, OpenOperation, Operation, World

_BEIJING = timezone(timedelta(hours=8))


def _log_in(world: World, body: Fields) -> object:
    api_key = body.get("apiKey")
    if "email" in body and not api_key:
        raise Refused(WRONG_KEY)
    if not api_key:
        raise Refused(empty("apiKey"))
    account = world.accounts.with_key(str(api_key))
    if account is None:
        raise Refused(WRONG_KEY)
    _check_pace(world, account.logins, "1 time/300second")
    return {"openId": account.open_id, **_tokens(account.log_in())}


def _refresh(world: World, body: Fields) -> object:
    token = body.get("refreshToken")
    if not token:
        raise Refused(empty("refreshToken"))
    account = world.accounts.with_refresh_token(str(token))
    if account is None:
        raise Refused(BAD_REFRESH_TOKEN)
    _check_pace(world, account.refreshes, "5 time/60second")
    return _tokens(_refreshed(account, str(token)))


def _log_out(call: Call) -> object:
    call.account.end_tokens()
    return True


def _refreshed(account: Account, token: str) -> Pair:
    pair = account.refresh(token)
    if pair is None:
        raise Refused(BAD_REFRESH_TOKEN)
    return pair


def _check_pace(world: World, window: Window, limit: str) -> None:
    if not world.token_limits:
        return
    now = world.clock.monotonic()
    if not window.is_open(now):
        raise Refused(Refusal(1600200, f"Too Many Requests, QPS limit is {limit}"))
    window.passed(now)


def _tokens(pair: Pair) -> dict[str, object]:
    return {
        "accessToken": pair.access,
        "accessTokenExpiryDate": _date(pair.access_ends),
        "refreshToken": pair.refresh,
        "refreshTokenExpiryDate": _date(pair.refresh_ends),
        "createDate": _date(pair.made),
    }


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), _BEIJING).isoformat()


OPEN_OPERATIONS: Mapping[str, OpenOperation] = {
    "auth.get_access_token": _log_in,
    "auth.refresh_access_token": _refresh,
}
OPERATIONS: Mapping[str, Operation] = {"auth.logout": _log_out}
