"""Is what a crawl was given usable? Found before anything is opened or sent."""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterator
from pathlib import Path

from cj_async import CJClient, InvalidRequest
from cj_async.crawl import _rules
from cj_async.crawl._plan import Plan
from cj_async.crawl._rules import TRUTH, Rule, above_zero, kind, whole
from cj_async.crawl._sink import Sink
from cj_async.crawl._stop import Stop
from cj_async.crawl.sinks._threaded import ThreadedSink

_NO_SINK = "an object with name, batch, open, write and aclose is due, such as JsonlSink(path)"
_NO_PATH = "the path of a file is due"
_NOT_KEPT = f"{_NO_PATH}: a state in memory could not be gone on with"
_TWICE = "its place is given twice, to another sink or as the state: name another one"
_IN_MEMORY = ":memory:"  # what SQLite calls it


def check(operation: str, **values: object) -> None:
    """Checks arguments by their names.

    Raises:
        InvalidRequest: one cannot be used; says which, and the rule.
    """
    _rules.check(operation, values, _ARGUMENTS)


def state_of(given: object, operation: str) -> Path:
    """The path of a state.

    Raises:
        InvalidRequest: it is no path.
    """
    if given == _IN_MEMORY:
        raise InvalidRequest(operation, "state", given, _NOT_KEPT)
    if not isinstance(given, str | Path) or not given:
        raise InvalidRequest(operation, "state", given, _NO_PATH)
    return Path(os.path.expanduser(given))  # noqa: PTH111  # a user who is not there is no error


def sinks_of(given: object, state: Path, operation: str) -> list[Sink]:
    """The sinks, one or several.

    Args:
        given: What was given as such.
        state: The state, which can be none of their files.
        operation: Who was given it.

    Raises:
        InvalidRequest: something is no sink, such as a path; or two would write to one place, not
            knowing of each other.
    """
    sinks = [_sink(each, operation) for each in (given if _rules.is_row(given) else [given])]
    taken: dict[object, set[str | None]] = {state.resolve(): {None}}
    for sink in sinks:
        for place, table in _places(sink):
            there = taken.setdefault(place, set())
            if there and (None in {table, *there} or table in there):
                raise InvalidRequest(operation, "sink", sink, _TWICE)
            there.add(table)
    return sinks


def _places(sink: Sink) -> Iterator[tuple[object, str | None]]:
    """Where it writes: what nobody else can, unless it is another table there."""
    yield sink.name, None
    if isinstance(sink, ThreadedSink):
        yield sink.path.resolve(), sink.table and sink.table.lower()


def _sink(given: object, operation: str) -> Sink:
    if isinstance(given, type) or not isinstance(given, Sink):
        raise InvalidRequest(operation, "sink", given, _NO_SINK)
    for name, rule in _OF_SINKS.items():
        value = getattr(given, name)
        if not rule.is_kept(value):
            raise InvalidRequest(operation, f"sink.{name}", value, rule.words)
    return given


def _is_watcher(value: object) -> bool:
    call = getattr(value, "__call__", None)  # noqa: B004  # that of an object may be a coroutine
    is_coroutine = inspect.iscoroutinefunction(value) or inspect.iscoroutinefunction(call)
    return callable(value) and not is_coroutine


_CALLABLE = Rule(callable, "a method is due")
_OF_SINKS = {
    "name": Rule(lambda value: isinstance(value, str) and value != "", "a text is due"),
    "batch": whole(1),
    "open": _CALLABLE,
    "write": _CALLABLE,
    "aclose": _CALLABLE,
}
"""What the attributes of a sink have to be."""

_ARGUMENTS = {
    "cj": kind(CJClient, "a CJClient is due"),
    "plan": kind(Plan, "a crawl.Plan is due").or_none(),
    "on_progress": Rule(
        _is_watcher, "a function that returns at once is due, not a coroutine: it is not awaited"
    ).or_none(),
    "every": above_zero("seconds above 0 are due"),
    "join": TRUTH,
    "stop": kind(Stop, "a crawl.Stop is due").or_none(),
    "products": whole(0),
    "windows": whole(0),
    "seed": Rule(lambda value: isinstance(value, int), "a whole number").or_none(),
}
"""What arguments have to be."""
