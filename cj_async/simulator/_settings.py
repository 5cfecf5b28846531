"""What does the account look like from outside? The operations of the chapter Setting."""

from __future__ import annotations

from collections.abc import Mapping

from ._account import Account
from ._answers import PARAM_ERROR, Refused
from ._evidence import behaves
from ._quotas import TYPES
from ._world import Call, Operation
from .callbacks.topics import topics_of

_LONGEST = 200


@behaves(
    "settings.get",
    "Shows the quotas and the webhook topics as they are.",
    "documented",
    "000, 2.1.1",
)
def _get(call: Call) -> object:
    account = call.account
    return {
        "openId": account.open_id,
        "openName": account.name,
        "openEmail": account.email,
        "setting": {
            "quotaLimits": [
                {
                    "quotaUrl": quota.url,
                    "quotaLimit": quota.limit,
                    "quotaType": TYPES[quota.period],
                }
                for quota in account.quotas.limits
            ],
            "qpsLimit": _whole(account.rate),
        },
        "callback": topics_of(account.state.callbacks),
        "root": "GENERAL",
        "isSandbox": False,
    }


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
