"""Do request and answer keep to the spec? The checks of every operation, made when first needed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from ._answers import PARAM_ERROR, Refusal, Refused
from ._schema import Check, Compiler, is_object
from ._spec import document

_ODD = "isSandbox"
"""CJ takes any spelling of it; what it means then is the business of the order."""
_MORE_IS_MOST = ("private_inventory.cart", "pageSize")
"""CJ takes more than the documented maximum of it, and means the maximum."""

_NOTHING = ("data", None)
"""Success without data: nothing was found, whatever the data would be."""


class Checks(NamedTuple):
    """What is checked of one operation; None: it has no body."""

    body: Check | None
    answer: Check


def check_body(operation: str, body: object) -> None:
    """Refuse a body that the operation does not document.

    Raises:
        Refused: as a wrong parameter.
    """
    check = _checks(operation).body
    if check is None:
        return
    if is_object(body):
        body = {
            name: value
            for name, value in body.items()
            if name != _ODD and (operation, name) != _MORE_IS_MOST and value not in (None, "")
        }
    problem = check(body)
    if problem is not None:
        words = f"{PARAM_ERROR.message}{problem.replace(':', ' is wrong:', 1)}"
        raise Refused(Refusal(PARAM_ERROR.code, words))


def answer_problem(operation: str, answer: Mapping[str, object]) -> str | None:
    """Says where an answer is outside the spec; None where it is not. One is a bug of the simulator."""
    told = {name: value for name, value in answer.items() if (name, value) != _NOTHING}
    problem = _checks(operation).answer(told)
    return None if problem is None else f"{operation} answers outside the spec: answer{problem}"


@cache
def _checks(operation: str) -> Checks:
    whole = document()
    node = next(
        verb
        for item in whole["paths"].values()
        for verb in item.values()
        if verb["operationId"] == operation
    )
    body = next(iter(node.get("requestBody", {}).get("content", {}).values()), None)
    answer = node["responses"]["200"]["content"]["application/json"]["schema"]
    return Checks(
        body=None if body is None else _requests().check(body["schema"]),
        answer=_answers().check(answer),
    )


@cache
def _requests() -> Compiler:
    return Compiler(document(), lax=True)


@cache
def _answers() -> Compiler:
    return Compiler(document(), lax=False)
