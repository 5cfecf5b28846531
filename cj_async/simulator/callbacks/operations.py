"""What does ``webhooks.set`` do, and what happens to messages by itself?"""

from __future__ import annotations

from collections.abc import Mapping

from .._answers import Refusal, Refused
from .._evidence import behaves
from .._world import Action, Call, Operation, World
from .deliveries import RETRY, REVIEW, drop, retry, review
from .model import Topic
from .topics import read_topics

_OK = 200
UNFIT = Refusal(
    1607000,
    "You do not meet our service requirements, Please check and try again. 1.Request Protocols: "
    "HTTPS, 2. Request Method: POST, 3.Content-Type: application/json, 4. Response Status Code: "
    "200, 5. Response must be returned within 3 seconds.",
)
NOT_200 = Refusal(1607003, "Webhook url error, Http Status must be 200")


@behaves("webhooks.set", "Setting what is set already replaces it; no 1606000.", "assumed")
@behaves("webhooks.set", "One address that is refused changes no topic.", "assumed")
@behaves("webhooks.set", "ENABLE opens a topic that closed itself.", "documented", "2026-09")
@behaves("webhooks.set", "What waits to be sent again is dropped with CANCEL.", "assumed")
def _set(call: Call) -> object:
    state = call.account.state.callbacks
    wanted = read_topics(call.body, anywhere=call.world.callbacks_anywhere)
    for each in wanted.values():
        if each.enabled:
            _check_probe(call.world, call.probed.get(each.url))
    for name, each in wanted.items():
        state.topics[name] = Topic(each.enabled, each.url)
        if not each.enabled:
            drop(state, name)
    return True


@behaves("webhooks.set", "Each address of ENABLE is called at once.", "documented", "2026-09")
@behaves("webhooks.set", "Addresses of CANCEL are not called.", "assumed")
@behaves(
    "webhooks.set",
    "An address that does not answer within 3 seconds is refused (1607000).",
    "documented",
    "000, appendix 1",
)
@behaves(
    "webhooks.set",
    "An address that answers other than 200 is refused as a wrong parameter (1600300).",
    "documented",
    "2026-09, errors; field note 7",
)
@behaves(
    "webhooks.set",
    "Without the quirk it is refused with a code of its own (1607003).",
    "documented",
    "000, appendix 1",
)
def _check_probe(world: World, status: int | None) -> None:
    if status is None:
        raise Refused(UNFIT)
    if status == _OK:
        return
    if world.has("callbacks_as_param_error"):
        raise Refused(Refusal(1600300, f"Param error, the callback URL answered {status}"))
    raise Refused(NOT_200)


OPERATIONS: Mapping[str, Operation] = {"webhooks.set": _set}

ACTIONS: Mapping[str, Action] = {RETRY: retry, REVIEW: review}
