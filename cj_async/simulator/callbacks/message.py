"""What goes over the wire? The body of a message, and its signature."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

import msgspec

from .._account import Account
from .._evidence import behaves
from .model import Event

_NUMBERS: Mapping[str, str] = {"ORDER": "cjOrderId", "LOGISTIC": "orderId"}
_WITH_OPEN_ID = frozenset({"LOGISTIC", "MAKEUP"})


@behaves("webhooks", "messageId is 32 hex digits, new for each message.", "documented", "000")
def new_id(account: Account) -> str:
    """The id of the account's next message; the same in every run of a seed."""
    state = account.state.callbacks
    state.made += 1
    return hashlib.shake_128(f"message:{account.open_id}:{state.made}".encode()).hexdigest(16)


@behaves(
    "webhooks",
    "cjOrderId of ORDER and orderId of LOGISTIC are JSON numbers above 2**53.",
    "documented",
    "000, Webhook",
)
@behaves("webhooks", "LOGISTIC carries openId.", "documented", "000, Webhook")
@behaves(
    "webhooks",
    "MAKEUP carries openId; one page shows it, another does not.",
    "documented",
    "2026-09",
)
def body_of(account: Account, message_id: str, event: Event) -> bytes:
    """The body of a message; the same for every attempt."""
    message: dict[str, object] = {
        "messageId": message_id,
        "type": event.kind,
        "messageType": event.message_type,
    }
    if event.kind in _WITH_OPEN_ID:
        message["openId"] = account.open_id
    message["params"] = _numbered(event)
    return msgspec.json.encode(message)


def _numbered(event: Event) -> dict[str, object]:
    """The params with the ids as numbers that CJ sends as numbers."""
    name = _NUMBERS.get(event.kind, "")
    value = event.params.get(name)
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        return {**event.params, name: int(value)}
    return event.params


@behaves("webhooks.set", "The probe has no type.", "seen live", "field note 46")
@behaves("webhooks.set", "The probe holds a messageId, and params that are null.", "assumed")
def probe_of(account: Account) -> bytes:
    """The body that an address gets while it is set."""
    return msgspec.json.encode({"messageId": new_id(account), "params": None})


@behaves(
    "webhooks",
    "Header sign is Base64 of HMAC-SHA256 of the raw body, keyed with openId as decimal text.",
    "seen live",
    "field note 45",
)
def sign(open_id: int, body: bytes) -> str:
    """The signature of a body."""
    digest = hmac.digest(str(open_id).encode(), body, "sha256")
    return base64.b64encode(digest).decode()
