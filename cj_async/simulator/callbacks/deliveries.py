"""What is to be sent, when again, and when does a topic close? Events become messages and end."""

from __future__ import annotations

from collections import deque

from .._account import Account
from .._evidence import behaves
from .._world import World
from .message import new_id
from .model import Attempt, CallbackState, Delivery, Event, Progress, Rate, Topic
from .topics import TOPIC_OF, wants

RETRY = "callbacks.retry"
REVIEW = "callbacks.review"
MOST_RETRIES = 3
RETRY_SECONDS = 300.0
_HOUR = 3600
_LEAST_SUCCESS = 0.8
_KEPT = 1000
_OK = 200


@behaves("webhooks", "Events of a topic that is off are never sent, not even later.", "assumed")
@behaves("webhooks", "VARIANT belongs to the topic product.", "documented", "2026-09, Webhook")
@behaves("webhooks", "ORDERSPLIT belongs to the topic order, SOURCINGCREATE to product.", "assumed")
@behaves("webhooks", "An account hears of every product, subscribed or not.", "assumed")
def collect(account: Account) -> None:
    """Turn the events of the outbox into messages; those of topics that are off are dropped."""
    state = account.state.callbacks
    events, state.outbox = state.outbox, []
    for event in events:
        if event.kind in TOPIC_OF and wants(state, event.kind):
            enqueue(account, event)


def enqueue(account: Account, event: Event) -> Delivery:
    """A message that is to be posted now."""
    state = account.state.callbacks
    delivery = Delivery(new_id(account), TOPIC_OF[event.kind], event)
    state.deliveries[delivery.message_id] = delivery
    _line(state, delivery.topic).append(delivery.message_id)
    if len(state.deliveries) > 2 * _KEPT:
        _forget(state)
    return delivery


def first_due(state: CallbackState, topic: str) -> Delivery | None:
    """The message of a topic that is to be posted next."""
    line = state.due.get(topic)
    return state.deliveries[line[0]] if line else None


@behaves("webhooks", "Anything but HTTP 200 within 3 seconds is a failure.", "documented", "000")
@behaves("webhooks", "Up to 3 retries, with the same messageId.", "documented", "2026-09, Webhook")
@behaves("webhooks", "A retry comes 5 minutes after the attempt before.", "assumed")
def finish(
    world: World, account: Account, state: CallbackState, delivery: Delivery, attempt: Attempt
) -> None:
    """Write down how posting a message went, and what follows.

    ``state`` is the one the message was taken from; by now the account may have been given another.
    """
    delivery.attempts.append(attempt)
    _take_out(state, delivery)
    succeeded = attempt.status == _OK
    _count(world, account, state.topics.get(delivery.topic), delivery.topic, succeeded)
    if delivery.progress != "due":
        return
    if succeeded:
        delivery.progress = "delivered"
    elif len(delivery.attempts) > MOST_RETRIES:
        delivery.progress = "given up"
    else:
        delivery.progress = "waiting"
        at = world.clock.time() + RETRY_SECONDS
        world.agenda.add(at, RETRY, account.number, delivery.message_id)


def retry(world: World, account: Account, message_id: str) -> None:
    """The time for another attempt has come."""
    state = account.state.callbacks
    delivery = state.deliveries.get(message_id)
    if delivery is not None and delivery.progress == "waiting":
        delivery.progress = "due"
        _line(state, delivery.topic).append(message_id)
        world.nudge()


@behaves(
    "webhooks",
    "A topic closes when less than 80 % of its attempts succeeded in each of two full hours.",
    "documented",
    "2026-09, Webhook",
)
@behaves("webhooks", "An hour without an attempt closes no topic.", "assumed")
@behaves("webhooks", "The rate counts attempts, retries among them.", "assumed")
def review(_: World, account: Account, about: str) -> None:
    """A full hour is over in which a topic was used: does it stay open?

    ``about`` is the topic and the hour that ended.
    """
    name, _at, ended = about.partition("@")
    state = account.state.callbacks
    topic = state.topics.get(name)
    if topic is None or not topic.enabled:
        return
    rates = [topic.hours.get(int(ended) - back) for back in (0, 1)]
    if all(rate is not None and _is_poor(rate) for rate in rates):
        topic.enabled = False
        topic.closed = f"less than {_LEAST_SUCCESS:.0%} succeeded in each of two full hours"
        drop(state, name)


def drop(state: CallbackState, topic: str) -> None:
    """Send none of the messages of a topic that have not arrived."""
    state.due.pop(topic, None)
    unfinished: tuple[Progress, ...] = ("due", "waiting")
    for delivery in state.deliveries.values():
        if delivery.topic == topic and delivery.progress in unfinished:
            delivery.progress = "dropped"


def _count(world: World, account: Account, topic: Topic | None, name: str, succeeded: bool) -> None:
    if topic is None:
        return
    hour = int(world.clock.time() // _HOUR)
    if hour not in topic.hours:
        topic.hours = {each: rate for each, rate in topic.hours.items() if each >= hour - 2}
        topic.hours[hour] = Rate()
        world.agenda.add((hour + 1) * _HOUR, REVIEW, account.number, f"{name}@{hour}")
    topic.hours[hour].attempts += 1
    topic.hours[hour].successes += succeeded


def _is_poor(rate: Rate) -> bool:
    return rate.successes < _LEAST_SUCCESS * rate.attempts


def _line(state: CallbackState, topic: str) -> deque[str]:
    return state.due.setdefault(topic, deque())


def _take_out(state: CallbackState, delivery: Delivery) -> None:
    line = state.due.get(delivery.topic)
    if line and line[0] == delivery.message_id:
        line.popleft()


def _forget(state: CallbackState) -> None:
    """Keep what is still to come, and the newest of what is over."""
    over = [
        each.message_id
        for each in state.deliveries.values()
        if each.progress not in ("due", "waiting")
    ]
    for message_id in over[:-_KEPT]:
        del state.deliveries[message_id]
