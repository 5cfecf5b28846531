"""PURE: rules between the parameters of a call, such as "exactly one of these"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from cj_async._operation import Rule


class BrokenRule(NamedTuple):
    """A rule between parameters that does not hold: which ones, what they were, and the rule."""

    names: tuple[str, ...]
    value: object
    rule: str


def broken_rule(rules: Iterable[Rule], values: Mapping[str, object]) -> BrokenRule | None:
    """Returns the first rule that does not hold between the values, which go by Python's names."""
    for rule in rules:
        given = {name: values[name] for name in rule.names if values.get(name) is not None}
        if _holds_here(rule, values) and _breaks(rule, given):
            told = tuple(given) if rule.kind in _TOO_MANY and given else rule.names
            return BrokenRule(told, given or None, rule_text(rule))
        for name, value in given.items():
            if rule.kind in _CHOICES and isinstance(value, str) and not value.strip():
                return BrokenRule((name,), value, "it must not be empty")
    return None


_TOO_MANY = frozenset({"exactly one", "forbidden"})
_CHOICES = frozenset({"exactly one", "at least one"})


def _holds_here(rule: Rule, values: Mapping[str, object]) -> bool:
    if rule.when is not None and values.get(rule.when[0]) not in rule.when[1]:
        return False
    return rule.unless is None or values.get(rule.unless[0]) not in rule.unless[1]


def _breaks(rule: Rule, given: Mapping[str, object]) -> bool:
    match rule.kind:
        case "exactly one":
            return len(given) != 1
        case "at least one":
            return not given
        case "required":
            return any(_is_blank(given.get(name)) for name in rule.names)
        case "forbidden":
            return bool(given)


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def rule_text(rule: Rule) -> str:
    """A rule in words, for errors."""
    names = ", ".join(rule.names)
    text = {
        "exactly one": f"give exactly one of {names}",
        "at least one": f"give at least one of {names}",
        "required": f"{names} {_is_or_are(rule.names)} required",
        "forbidden": f"{names} {_is_or_are(rule.names)} not allowed",
    }[rule.kind]
    for word, condition in (("when", rule.when), ("unless", rule.unless)):
        if condition is not None:
            text += f" {word} {condition[0]} is {' or '.join(map(repr, condition[1]))}"
    return f"{text} ({rule.reason})" if rule.reason else text


def _is_or_are(names: tuple[str, ...]) -> str:
    return "is" if len(names) == 1 else "are"
