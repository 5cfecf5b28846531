"""Rules for rules: they speak of parameters that exist and may be missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from codegen.load import Json
from codegen.parameters import RULES


def rule_findings(holder: dict[str, Json], inputs: Mapping[str, bool]) -> Iterator[str]:
    """Yields what is wrong with the rules of an operation or of an object inside a request.

    Args:
        holder: What has the rules.
        inputs: Every parameter or field by name, and whether it is required.
    """
    for rule in holder.get("x-cj-rules", []):
        [kind] = [name for name in RULES if name in rule]
        for name in rule[kind]:
            if name not in inputs:
                yield f"x-cj-rules: {kind} names {name!r}, which is no parameter"
            elif inputs[name]:
                yield f"x-cj-rules: {kind} names {name!r}, which is required anyway"
        conditions: list[dict[str, Json]] = [rule[key] for key in ("when", "unless") if key in rule]
        for condition in conditions:
            for name in condition:
                if name not in inputs:
                    yield f"x-cj-rules: a condition names {name!r}, which is no parameter"
