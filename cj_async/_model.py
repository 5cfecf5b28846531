"""What all generated Structs have in common."""

from __future__ import annotations

import functools
import inspect
from typing import Any, TypeVar

import msgspec


class Model(msgspec.Struct, kw_only=True, gc=False, omit_defaults=True, repr_omit_defaults=True):
    """Base of every model. Its repr leaves out what is not set and masks what is secret.

    ``gc=False``: answers are trees, so counting references frees them, and decoding is faster.
    """

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        secret = _secret_fields(type(self))
        shown = super().__rich_repr__()
        return [(name, "***" if name in secret else value) for name, value in shown]

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"{type(self).__name__}({shown})"


@functools.cache
def _secret_fields(model: type[Model]) -> frozenset[str]:
    """The fields whose annotation is ``Secret``; modules of models keep annotations as text."""
    return frozenset(
        name
        for base in model.__mro__
        for name, annotation in inspect.get_annotations(base).items()
        if "Secret" in str(annotation)
    )


T = TypeVar("T")


def first_of(*values: T | None) -> T | None:
    """The first value that is there: a thing that CJ sends now under this name, now under that.

    Empty text is as good as nothing, unless nothing better is there.
    """
    told = [value for value in values if value is not None]
    return next((value for value in told if value != ""), told[0] if told else None)
