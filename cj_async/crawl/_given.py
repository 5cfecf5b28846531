"""Is what a crawl was given usable? Found before anything is opened or sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeGuard

from cj_async import InvalidRequest
from cj_async.crawl._errors import SinkFailed
from cj_async.crawl._plan import Plan
from cj_async.crawl._sink import Sink

_NO_SINK = "an object with name, batch, open, write and aclose is due, such as JsonlSink(path)"


def sinks_of(given: object, operation: str = "crawl.run") -> list[Sink]:
    """The sinks, one or several.

    Raises:
        InvalidRequest: something is no sink, such as a path.
        SinkFailed: two have one name: they would write to the same place, not knowing of each other.
    """
    found = given if _is_several(given) else [given]
    sinks = [_sink(each, operation) for each in found]
    names = [sink.name for sink in sinks]
    for name in names:
        if names.count(name) > 1:
            raise SinkFailed(name, "it is given twice: name another place for one of them")
    return sinks


def _sink(given: object, operation: str) -> Sink:
    if isinstance(given, type) or not isinstance(given, Sink):
        raise InvalidRequest(operation, "sink", given, _NO_SINK)
    return given


def _is_several(given: object) -> TypeGuard[Sequence[object]]:
    return isinstance(given, list | tuple)


def check(plan: object, every: object) -> None:
    """Refuses what is no plan, and a pause that is none.

    Raises:
        InvalidRequest: says which.
    """
    if plan is not None and not isinstance(plan, Plan):
        raise InvalidRequest("crawl.run", "plan", plan, "a crawl.Plan is due")
    if isinstance(every, bool) or not isinstance(every, int | float) or not every > 0:
        raise InvalidRequest("crawl.run", "every", every, "seconds above 0 are due")
