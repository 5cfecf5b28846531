"""Messages that are none of those in `cj_async.models.webhook`, and are to be answered all the same."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cj_async._masking import masked
from cj_async._model import Model
from cj_async._wire import Secret


class UnknownMessage(Model):
    """A message of a type that this version does not know; nothing in it is lost.

    Attributes:
        type: What CJ calls it.
        message_id: Id of the message; the same when CJ sends it again.
        message_type: What happened, such as UPDATE.
        open_id: The account's id, and the secret that signs the messages.
        params: What it says, as plain JSON values; numbers with a fraction are Decimal.
    """

    type: str
    message_id: str | None = None
    message_type: str | None = None
    open_id: Secret | None = None
    params: Any = None

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [(name, masked(value, name)) for name, value in super().__rich_repr__()]


def unknown(body: dict[str, Any]) -> UnknownMessage | None:
    """Makes the most of a message that no model is made for; None when it has no type.

    Args:
        body: The message as plain JSON values.
    """
    kind = _text(body.get("type"))
    if kind is None:
        return None
    return UnknownMessage(
        type=kind,
        message_id=_text(body.get("messageId")),
        message_type=_text(body.get("messageType")),
        open_id=_text(body.get("openId")),
        params=body.get("params"),
    )


def _text(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    return str(value).strip() or None
