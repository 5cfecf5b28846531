"""Finds the values that a note names: ``0-no, 1-yes``, ``values: A,B``, ``1=new；2=old``."""

from __future__ import annotations

import re

NOISE = re.compile(
    r"https?://\S+|\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d:\d\d)?|[\[{][^\[\]{}]*[\"“].*[\]}]"
    r"|\d-letter|Example: \d+|\b(?:Such as|e\.?g\.?|Format)\b:? ?[\w, ]+",
    re.IGNORECASE,
)
"""Addresses, moments, JSON and samples inside a note."""
KEYED = re.compile(
    r"(?<![A-Za-z0-9_.=-])"
    r"(-?\d{1,5}|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[a-z]+(?:_[a-z]+)+|[A-Z]{3,}(?=\s-\s))"
    r"\s*(?:[-=:：]\s*(?=[^\d\s])|\(|（|means\b|表示)"
)
"""A value with its meaning behind it."""
WORD = re.compile(r"(?!(?:SKU|SPU|USD)\b)[A-Z][A-Z0-9_]{2,}")
LISTED = re.compile(
    rf"(?<![\w.])(?:{WORD.pattern})(?:\s*(?:[,，、]|或)\s*(?:{WORD.pattern}))+", re.ASCII
)
"""Values in capitals, one after the other."""

LABELLED = re.compile(r"\bvalues:((?:\s*,?\s*[A-Za-z]\w*\s*\([^)]*\))+)", re.IGNORECASE)
NAMED = re.compile(r"([A-Za-z]\w*)\s*\([^)]*\)")
"""Words behind "values:", each with its meaning in brackets."""


def values_in(note: str) -> tuple[str, ...]:
    """The values that a note names, in its order."""
    text = NOISE.sub(" ", note)
    found = [match[1] for match in KEYED.finditer(text)]
    found.extend(word for match in LISTED.finditer(text) for word in WORD.findall(match[0]))
    found.extend(word for match in LABELLED.finditer(text) for word in NAMED.findall(match[1]))
    return tuple(dict.fromkeys(found))
