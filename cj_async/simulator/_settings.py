"""What does the account look like from outside? The operations of the chapter Setting."""

from __future__ import annotations

from collections.abc import Mapping

from ._account import Account
from ._answers import PARAM_ERROR, Refused
from ._world import Call, Operation

_TOPICS = ("product", "stock", "order", "logistics", "makeup", "privateOrder")
_LONGEST = 200
_PER_DAY = 4


def _get(call: Call) -> object:
    account = call.account
    return {
        "openId": account.open_id,
        "openName": account.name,
        "openEmail": account.email,
        "setting": {
            "quotaLimits": [
                {
                    "quotaUrl": "/api2.0/v1/product/list",
                    "quotaLimit": 1000,
                    "quotaType": _PER_DAY,
                }
            ],
            "qpsLimit": _whole(account.rate),
        },
        "callback": _topics(),
        "root": "GENERAL",
        "isSandbox": False,
    }


def _topics() -> dict[str, dict[str, object]]:
    """No topic has a webhook."""
    nowhere: list[str] = []
    return {topic: {"type": "CANCEL", "urls": nowhere} for topic in _TOPICS}


def _update(call: Call) -> object:
    """Only what is given and not empty changes."""
    account = call.account
    account.name = _given(call, "openName") or account.name
    account.email = _given(call, "openEmail") or account.email
    return _profile(account)


def _profile(account: Account) -> dict[str, object]:
    return {"openName": account.name, "openEmail": account.email}


def _given(call: Call, field: str) -> str:
    value = call.body.get(field)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise Refused(PARAM_ERROR)
    return value


def _whole(rate: float) -> int | float:
    return int(rate) if rate.is_integer() else rate


OPERATIONS: Mapping[str, Operation] = {
    "settings.get": _get,
    "settings.get_account": _get,
    "settings.update_account": _update,
}
