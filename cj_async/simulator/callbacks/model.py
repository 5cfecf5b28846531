"""The webhooks of an account: where they go, and what was sent."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Event:
    """Something that a webhook tells: ``type`` and ``messageType`` of the message, params, when."""

    kind: str
    message_type: str
    params: dict[str, object]
    at: float


@dataclass(slots=True)
class CallbackState:
    """The webhooks of an account.

    Attributes:
        outbox: events that nobody has looked at yet; the callbacks room sends or drops them.
    """

    outbox: list[Event] = field(default_factory=list[Event])
