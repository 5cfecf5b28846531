"""What a namespace of methods needs from the client: somebody who carries out operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, Protocol, Self, TypeVar, overload

from cj_async._operation import Operation

T = TypeVar("T")
N = TypeVar("N")


class Calls(Protocol):
    """Whoever carries out operations; in practice the client."""

    async def call(self, operation: Operation[T], values: Mapping[str, object]) -> T:
        """Carries out one operation and returns its data."""
        ...


class lazy(Generic[N]):  # noqa: N801  # used like property
    """A namespace that is made, and its module loaded, when it is first used; then an attribute.

    Each client has its own: a sibling does not inherit those of the client that it was made from.
    """

    def __init__(self, make: Callable[[Any], N]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type[object], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type[object]) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type[object]) -> N: ...
    def __get__(self, instance: object | None, owner: type[object]) -> Self | N:
        if instance is None:
            return self
        made = instance.__dict__[self._name] = self._make(instance)
        return made


def forget(instance: object) -> None:
    """Drops the namespaces that were made already, so that a copy of a client makes its own."""
    for kind in type(instance).__mro__:
        for name, member in vars(kind).items():
            if isinstance(member, lazy):
                instance.__dict__.pop(name, None)


class Namespace:
    """Base of the generated namespaces."""

    __slots__ = ("_call",)

    def __init__(self, calls: Calls) -> None:
        self._call = calls.call
