"""What a namespace of methods needs from the client: somebody who carries out operations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeVar

from cj_async._operation import Operation

T = TypeVar("T")


class Calls(Protocol):
    """Whoever carries out operations; in practice the client."""

    async def call(self, operation: Operation[T], values: Mapping[str, object]) -> T:
        """Carries out one operation and returns its data."""
        ...


class Namespace:
    """Base of the generated namespaces."""

    __slots__ = ("_call",)

    def __init__(self, calls: Calls) -> None:
        self._call = calls.call
