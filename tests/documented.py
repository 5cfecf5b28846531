"""What the spec documents of every operation: the call, and the answer of the newest edition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from cj_async.simulator import _gateway, _operations
from cj_async.simulator._spec import Route, routes
from codegen.load import is_list
from tests.examples import SPEC, shown

NEWEST_FIRST = ("edition-2026-09", "edition-002", "edition-000", "edition-001")
EXAMPLES = SPEC.examples
ROUTES: Mapping[str, Route] = {
    route.operation: route for methods in routes().values() for route in methods.values()
}
FILE = b"%PDF-1.4\r\n\x00\xff--\r\nmade up\n"
"""What every documented file holds in tests: also bytes that a careless reader of forms stumbles over."""


@dataclass(frozen=True)
class Documented:
    """The documented call and answer of an operation.

    Attributes:
        query: what goes into the query; empty when the call has a body.
        body: the JSON body, or the fields of a form with a file by its name; None without a body.
        answer: the answer that succeeded in the newest edition, whole.
    """

    route: Route
    query: Mapping[str, Any]
    body: Any
    answer: Mapping[str, Any]


@cache
def documented(operation: str) -> Documented:
    known = shown(operation)
    newest = next(name for name in NEWEST_FIRST if name in known.answers)
    return Documented(ROUTES[operation], known.query, known.request, known.answers[newest])


def several(value: Any) -> list[Any]:
    """A list as it is, anything else as a list of one."""
    return value if is_list(value) else [value]


BY_EXAMPLE = sorted(name for name in ROUTES if name not in _operations.OPEN_OPERATIONS)
"""What can be answered by its example: all but the login, without which nobody could ask."""


def forget_handlers(patch: pytest.MonkeyPatch) -> None:
    """Makes the local CJ answer everything by its example, as what nobody has written a handler for."""
    patch.setattr(_gateway, "OPERATIONS", {})
    patch.setattr(_gateway, "is_written", _operations.OPEN_OPERATIONS.__contains__)
