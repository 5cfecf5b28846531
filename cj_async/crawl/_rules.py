"""PURE: what may a value be? A rule for each name, told in words where it is not kept."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TypeGuard

import msgspec

from cj_async.errors import InvalidRequest


class Rule(msgspec.Struct, frozen=True):
    """What a value has to be.

    Attributes:
        is_kept: Whether a value, of whatever type, is that.
        words: The same in words.
    """

    is_kept: Callable[[object], bool]
    words: str

    def or_none(self) -> Rule:
        """The same, and None as well."""
        return Rule(lambda value: value is None or self.is_kept(value), self.words)


def check(operation: str, values: Mapping[str, object], rules: Mapping[str, Rule]) -> None:
    """Checks values by the rules of their names.

    Raises:
        InvalidRequest: the first that does not keep its rule, and the rule.
    """
    for name, value in values.items():
        if not rules[name].is_kept(value):
            raise InvalidRequest(operation, name, value, rules[name].words)


def whole(least: int, most: int | None = None) -> Rule:
    """A whole number, and no truth value."""

    def is_kept(value: object) -> bool:
        if not isinstance(value, int) or isinstance(value, bool):
            return False
        return least <= value and (most is None or value <= most)

    end = f"{least} or more" if most is None else f"{least} to {most}"
    return Rule(is_kept, f"a whole number, {end}")


def above_zero(words: str) -> Rule:
    """A finite number above 0."""

    def is_kept(value: object) -> bool:
        if not isinstance(value, int | float) or isinstance(value, bool):
            return False
        return 0 < value < math.inf

    return Rule(is_kept, words)


def one_of(names: Iterable[str]) -> Rule:
    """One of some words."""
    known = tuple(names)
    return Rule(
        lambda value: isinstance(value, str) and value in known, f"one of {', '.join(known)}"
    )


def some_of(names: Iterable[str]) -> Rule:
    """Some words, in a tuple or a list; each of them is one of those."""
    known = one_of(names)
    return Rule(
        lambda value: is_row(value) and all(map(known.is_kept, value)),
        f"a tuple, each {known.words}",
    )


def kind(of: type, words: str) -> Rule:
    """An object of a class."""
    return Rule(lambda value: isinstance(value, of), words)


def is_row(value: object) -> TypeGuard[tuple[object, ...] | list[object]]:
    """Whether it is a tuple or a list."""
    return isinstance(value, list | tuple)


def is_mapping(value: object) -> TypeGuard[Mapping[object, object]]:
    """Whether it is a dictionary, or like one."""
    return isinstance(value, Mapping)


def is_aware(value: object) -> TypeGuard[datetime]:
    """Whether it is a moment with a zone."""
    return isinstance(value, datetime) and value.utcoffset() is not None


TRUTH = kind(bool, "True or False")
AWARE = Rule(is_aware, "a datetime with a zone")
