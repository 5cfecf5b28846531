"""What must hold between the parameters and fields of a call? The rules of the spec."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ._answers import PARAM_ERROR, Refusal, Refused
from ._bodies import is_missing
from ._spec import Condition, Rule

_OWN_REFUSALS: Mapping[tuple[str, ...], Refusal] = {
    ("storageId",): Refusal(5030, "storageId can not be empty")
}
"""Rules that are refused with a code of their own, by the names they are about (field note 40)."""


def check_rules(rules: Iterable[Rule], given: Mapping[str, object]) -> None:
    """Refuse a call that breaks a rule.

    Args:
        rules: of the operation.
        given: query, headers and body by their JSON names.

    Raises:
        Refused: as a wrong parameter, or with a code of the rule's own.
    """
    for rule in rules:
        count = sum(not is_missing(given.get(name)) for name in rule.names)
        if _applies(rule, given) and _is_broken(rule, count):
            raise Refused(_OWN_REFUSALS.get(rule.names, PARAM_ERROR))


def _applies(rule: Rule, given: Mapping[str, object]) -> bool:
    if rule.when is not None and not _holds(rule.when, given):
        return False
    return rule.unless is None or not _holds(rule.unless, given)


def _holds(condition: Condition, given: Mapping[str, object]) -> bool:
    """Whether the value is one of those meant; 3 and "3" are the same."""
    return _text(given.get(condition.name)) in map(_text, condition.values)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_broken(rule: Rule, count: int) -> bool:
    match rule.kind:
        case "exactly-one-of":
            return count != 1
        case "at-least-one-of":
            return count == 0
        case "required":
            return count < len(rule.names)
        case "forbidden":
            return count > 0
