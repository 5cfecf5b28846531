"""Writes the docstring of a generated method: meaning, parameters, result, errors, cost and source."""

from __future__ import annotations

import textwrap

from codegen.operations import OperationRecord
from codegen.parameters import ParameterRecord, RuleRecord
from codegen.pytypes import plain_type, snake

WIDTH = 92

EFFECTS = {
    "read": "reads only, repeated by itself after a failure",
    "idempotent": "sending it twice does no harm, repeated by itself after a failure",
    "write": "changes something, never repeated by itself once it was sent",
    "pay": "moves money, never repeated by itself once it was sent",
    "token": "a call of the token coroutine, limited on its own",
}


def docstring(op: OperationRecord) -> str:
    """Returns the text between the quotes, its first line the summary."""
    parts = [op.summary]
    if op.deprecated:
        parts.append("Deprecated by CJ.")
    if op.evidence != "documented":
        parts.append(f"Evidence: {EVIDENCE[op.evidence]}")
    if op.description:
        parts.append(_wrapped(op.description))
    parts.extend(_wrapped(rule_sentence(rule)) for rule in op.rules)
    if op.pays_when:
        parts.append(_wrapped(_payment(op.pays_when)))
    if op.parameters:
        parts.append("Args:\n" + "\n".join(map(_argument, op.parameters)))
    parts.append(f"Returns:\n{_indented(_result(op))}")
    parts.append(f"Raises:\n{_raises(op)}")
    parts.append(_wrapped(f"{_points(op)} Effect {op.effect}: {EFFECTS[op.effect]}."))
    parts.append(_wrapped(f"CJ documentation: {_sources(op)}."))
    return quotable("\n\n".join(parts))


def input_docstring(
    description: str, fields: tuple[ParameterRecord, ...], rules: tuple[RuleRecord, ...]
) -> str:
    """Returns the text between the quotes of an object inside a request."""
    summary, _, rest = description.partition(". ")
    parts = [f"{summary.rstrip('.')}.", _wrapped(rest)] if rest else [_wrapped(description)]
    if len(parts[0]) > WIDTH:
        parts = ["Part of a request.", _wrapped(description)]
    parts += [_wrapped(rule_sentence(rule)) for rule in rules]
    parts.append("Attributes:\n" + "\n".join(map(_argument, fields)))
    return quotable("\n\n".join(parts))


SENTENCES = {
    "exactly one": "Give exactly one of {}",
    "at least one": "Give at least one of {}",
    "required": "{} must be given",
    "forbidden": "{} must not be given",
}


def rule_sentence(rule: RuleRecord) -> str:
    """A rule as a sentence of a docstring."""
    text = SENTENCES[rule.kind].format(", ".join(rule.names))
    for word, condition in (("when", rule.when), ("unless", rule.unless)):
        if condition:
            text += f" {word} {condition[0]} is {' or '.join(map(repr, condition[1]))}"
    return f"{text}: {rule.reason}." if rule.reason else f"{text}."


def _payment(condition: tuple[str, tuple[object, ...]]) -> str:
    name, values = condition
    told = " or ".join(map(repr, values))
    return f"With {snake(name)}={told} it moves money: its effect is pay."


def quotable(text: str) -> str:
    """Returns a text as it may stand between triple quotes, whatever it contains."""
    safe = text.replace("\\", "\\\\").replace('"""', "'''")
    return f'{safe[:-1]}\\"' if safe.endswith('"') else safe


EVIDENCE = {
    "mention-only": "the documentation only mentions this address; what it does is an assumption.",
    "sample-only": "the documentation shows only a sample call; its answer is not described.",
}


def _argument(parameter: ParameterRecord) -> str:
    facts = [parameter.description.rstrip(".") + "."] if parameter.description else []
    facts.extend(_facts(parameter))
    return _indented(f"{parameter.python}: {' '.join(facts)}")


def _facts(parameter: ParameterRecord) -> list[str]:
    bounds = (parameter.minimum, parameter.maximum)
    facts = [
        ("Deprecated by CJ.", parameter.deprecated),
        ("Required.", parameter.required),
        (f"Range {_number(bounds[0])} to {_number(bounds[1])}.", None not in bounds),
        (f"At least {_number(bounds[0])}.", bounds[0] is not None and bounds[1] is None),
        (f"At most {_number(bounds[1])}.", bounds[0] is None and bounds[1] is not None),
        (f"At most {parameter.most} of them.", parameter.most is not None),
        (f"At most {parameter.max_length} characters.", parameter.max_length is not None),
        (f"Written in the zone {parameter.zone}.", parameter.kind == "clock"),
        ("A datetime with a zone, or milliseconds since 1970.", parameter.kind == "epoch_ms"),
        ("A datetime with a zone, or seconds since 1970.", parameter.kind == "epoch_s"),
        (
            "A path, bytes, a file opened in binary mode, or (name, one of these).",
            parameter.kind == "file",
        ),
        (f"The server's default is {parameter.default}.", parameter.default is not None),
    ]
    return [text for text, holds in facts if holds]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}" if value < 1e6 else str(value)


def _result(op: OperationRecord) -> str:
    if op.paging:
        return (
            f"Pages of {op.paging.item.text.rpartition('.')[2]}: await it for one page,"
            " `async for` over it for the items of every page."
        )
    return (
        f"{plain_type(op.result.text)}, or None where CJ answers without data."
        if op.nullable
        else plain_type(op.result.text)
    )


def _raises(op: OperationRecord) -> str:
    rows = [("InvalidRequest", "bad input, found before anything was sent."), *_effect_errors(op)]
    if op.paging and op.paging.cap:
        rows.append(
            ("ListCapped", f"more rows match than the {op.paging.cap} that a query can reach.")
        )
    if op.paging:
        rows.append(("IncompleteList", "CJ did not move on to the next page."))
    rows.append(("APIError", "CJ refused; see the subclasses in `cj_async.errors`."))
    rows.append(("TransportError", "no usable answer came."))
    return "\n".join(_indented(f"{name}: {text}") for name, text in rows)


def _effect_errors(op: OperationRecord) -> list[tuple[str, str]]:
    if op.effect in {"write", "pay"}:
        return [("OutcomeUnknown", f"it was sent and the answer was lost. {op.how_to_find_out}")]
    return []


def _points(op: OperationRecord) -> str:
    return f"Costs {op.points} points a call." if op.points else "Costs no points."


def _sources(op: OperationRecord) -> str:
    return "; ".join(f"{page['section']} (edition {page['edition']})" for page in op.docs)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _indented(text: str) -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent="    ",
        subsequent_indent="        ",
        break_long_words=False,
        break_on_hyphens=False,
    )
