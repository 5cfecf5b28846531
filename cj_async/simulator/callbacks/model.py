"""The webhooks of an account: where they go, and what was sent."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

Progress = Literal["due", "waiting", "delivered", "given up", "dropped"]


@dataclass(slots=True)
class Event:
    """Something that a webhook tells: ``type`` and ``messageType`` of the message, params, when."""

    kind: str
    message_type: str
    params: dict[str, object]
    at: float


@dataclass(slots=True)
class Rate:
    """How many attempts an hour saw, and how many of them succeeded."""

    attempts: int = 0
    successes: int = 0


@dataclass(slots=True)
class Topic:
    """A topic that was set.

    Attributes:
        enabled: whether messages are sent.
        url: where they go.
        closed: why it was switched off, when it was not its owner who did; "" otherwise.
        hours: the newest hours that saw attempts, by hours since 1970.
    """

    enabled: bool
    url: str
    closed: str = ""
    hours: dict[int, Rate] = field(default_factory=dict[int, Rate])


@dataclass(slots=True)
class Attempt:
    """A message was posted; ``status`` is None when nothing came back in time."""

    at: float
    url: str
    status: int | None


@dataclass(slots=True)
class Delivery:
    """A message and what became of it.

    Attributes:
        progress: ``due`` to be posted now, ``waiting`` for the next attempt, ``delivered``,
            ``given up`` after the last attempt, or ``dropped`` because its topic is off by now.
    """

    message_id: str
    topic: str
    event: Event
    attempts: list[Attempt] = field(default_factory=list[Attempt])
    progress: Progress = "due"


@dataclass(slots=True)
class CallbackState:
    """The webhooks of an account.

    Attributes:
        topics: what was set, by CJ's names (``privateOrder``).
        outbox: events that nobody has looked at yet; the callbacks room sends or drops them.
        deliveries: the newest messages by their ids, oldest first.
        due: ids of the messages that are to be posted now, by topic, in their order.
        made: how many message ids there were.
    """

    topics: dict[str, Topic] = field(default_factory=dict[str, Topic])
    outbox: list[Event] = field(default_factory=list[Event])
    deliveries: dict[str, Delivery] = field(default_factory=dict[str, Delivery])
    due: dict[str, deque[str]] = field(default_factory=dict[str, deque[str]])
    made: int = 0
