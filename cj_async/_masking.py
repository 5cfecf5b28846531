"""PURE: which fields are secret, and how secrets are masked in answers and in values to be shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeGuard
from urllib.parse import quote, quote_plus

MASK = "***"
_NAMES = r"api_?key|access_?token|refresh_?token|platform_?token|open_?id"
_IS_SECRET = re.compile(_NAMES, re.IGNORECASE)
_DEEPEST = 50  # levels of a value that are shown
_SHORT = 8  # characters; what is shorter may be an ordinary word's part


def is_secret(name: object) -> bool:
    """Whether a field or a parameter of this name holds a key, a token or an openId."""
    return isinstance(name, str) and _IS_SECRET.fullmatch(name) is not None


def is_mapping(value: object) -> TypeGuard[Mapping[object, object]]:
    """Whether a value maps names to values."""
    return isinstance(value, Mapping)


def is_list(value: object) -> TypeGuard[list[object] | tuple[object, ...]]:
    """Whether a value is a list or a tuple."""
    return isinstance(value, list | tuple)


def masked(value: Any, name: object = "", levels: int = _DEEPEST) -> Any:
    """Returns a plain JSON value fit to be shown: secret fields and what looks like a key are masked."""
    if is_secret(name) and value is not None:
        return MASK
    if levels == 0:
        return "..."
    if is_mapping(value):
        return {key: masked(item, key, levels - 1) for key, item in value.items()}
    if is_list(value):
        return [masked(item, "", levels - 1) for item in value]
    if isinstance(value, str):
        return without_secrets(value.encode(errors="replace")).decode()
    return value


def secrets_of(value: Any, name: object = "") -> Iterator[str]:
    """Gives the texts and numbers of all secret fields in a plain JSON value."""
    if is_mapping(value):
        for key, item in value.items():
            yield from secrets_of(item, key)
    elif is_list(value):
        for item in value:
            yield from secrets_of(item, name)
    elif is_secret(name) and value:
        yield str(value)


def without_secrets(body: bytes, secrets: Iterable[str] = ()) -> bytes:
    """Masks secret fields, also in JSON inside text, what looks like a key, and the secrets given.

    What was JSON stays JSON. An answer that was cut off in the middle of a secret is masked to its end.

    Args:
        body: JSON, or anything else that an answer may hold.
        secrets: What was sent along, such as the access token; masked in every usual spelling.
    """
    safe = _FIELD.sub(rb'\1"***"', body)
    safe = _NESTED_FIELD.sub(rb"\1\2***\2", safe)
    safe = _ASSIGNMENT.sub(rb"\1***", safe)
    safe = _KEY_OR_TOKEN.sub(b"***", safe)
    for secret in filter(None, secrets):
        safe = _without(safe, secret)
    return safe


_FIELD = re.compile(
    rf'("(?:{_NAMES})"\s*:\s*)'.encode() + rb'(?:"(?:[^"\\]|\\.)*(?:"|\\?\Z)|-?\d[\d.eE+-]*)',
    re.IGNORECASE | re.DOTALL,
)
_NESTED_FIELD = re.compile(
    # The quotes of JSON inside text have backslashes, n of them. Inside a value, 2(n + 1) of them are
    # an escaped backslash, and n + 1 before a quote escape it. A quote with fewer ends the text around.
    rf'((?<!\\)((\\+)")(?:{_NAMES})\2\s*:\s*)'.encode()
    + rb'(?:\2(?>(?:[^"\\]|\\+[^"\\]|(?:\3\\\3\\)*\3\\\2)*)'
    + rb'(?:(?:\3\\\3\\)*\2|(?=\\*")|\\*\Z)|-?\d[\d.eE+-]*)',
    re.IGNORECASE,
)
_ASSIGNMENT = re.compile(
    rf"(\b(?:{_NAMES}|cj-access-token)\s*[=:]\s*)".encode()
    + rb"""(?=[^\s"'&,;<>\\{}]*\d)[^\s"'&,;<>\\{}]{6,}""",
    re.IGNORECASE,
)
_AT, _COLON = rb"(?:@|%40|\\+u0040)", rb"(?::|%3A|\\+u003A)"
_KEY_OR_TOKEN = re.compile(
    rb"API" + _AT + rb"CJ\d+" + _AT + rb"CJ" + _COLON + rb"[\w.%=+/-]*"
    rb"|CJ\d+" + _AT + rb"api" + _AT + rb"[\w-]+"
    rb"|\beyJ[\w-]+\.[\w-]+\.[\w-]+",
    re.IGNORECASE,
)


def _without(body: bytes, secret: str) -> bytes:
    for spelling in sorted(_spellings(secret), key=len, reverse=True):
        pattern = re.escape(spelling.encode(errors="surrogatepass"))
        if secret.isdecimal():  # it may stand as a number, where only a number is JSON
            body = re.sub(rb"(?<![\d.])" + pattern + rb"(?![\d.])", b"0", body)
        elif len(secret) < _SHORT:
            body = re.sub(rb"(?<!\w)" + pattern + rb"(?!\w)", b"***", body)
        else:
            body = re.sub(pattern, b"***", body)
    return body


def _spellings(secret: str) -> set[str]:
    """A secret as it is, inside JSON text (also twice), and inside an address."""
    escaped = json.dumps(secret)[1:-1]
    texts = {secret, json.dumps(secret, ensure_ascii=False)[1:-1], escaped}
    texts |= {escaped.replace("/", "\\/"), json.dumps(escaped)[1:-1]}
    data = secret.encode(errors="surrogatepass")
    quoted = {quote_plus(data), *(quote(data, safe=safe) for safe in ("", "/", "@:", "/@:"))}
    return texts | quoted | {_LARGE_HEX.sub(_small, text) for text in quoted}


_LARGE_HEX = re.compile(r"%[0-9A-F]{2}")


def _small(found: re.Match[str]) -> str:
    return found[0].lower()
