"""PURE: checks the input of a call and turns it into the request that is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote_plus

import msgspec

from cj_async._masking import is_list, is_mapping, masked, secrets_of
from cj_async._operation import Operation, Parameter
from cj_async._values import Broken, checked, json_value, query_text
from cj_async.errors import InvalidRequest

_ENCODER = msgspec.json.Encoder()
_ORDER_CREATION = "createorder"
"""How the last part of the path begins, in small letters: createOrderV2, createOrderV3, createOrder."""


class Request(NamedTuple):
    """What goes over the wire, without address and headers."""

    method: str
    path: str
    query: str
    body: bytes | None

    def __repr__(self) -> str:
        return f"Request({self.method} {self.path})"  # query and body may hold secrets

    @property
    def target(self) -> str:
        """The path with its query."""
        return f"{self.path}?{self.query}" if self.query else self.path


def build(operation: Operation[Any], values: Mapping[str, object]) -> Request:
    """Returns the request for an operation; ``None`` means "not given" and is left out.

    Raises :class:`InvalidRequest`, naming parameter, value and rule, for anything the documentation
    rules out.
    """
    _check_groups(operation, values)
    query: list[tuple[str, str]] = []
    body: dict[str, object] = {}
    for parameter in operation.parameters:
        value = _checked(operation.id, parameter, values.get(parameter.python))
        if value is None:
            continue
        if parameter.place == "query":
            query.extend(_query_pairs(parameter, value))
        else:
            body[parameter.name] = value
    has_body = any(parameter.place == "body" for parameter in operation.parameters)
    encoded = _ENCODER.encode(body) if has_body else None
    return Request(operation.method, operation.path, _encoded(query), encoded)


def _checked(operation: str, parameter: Parameter, value: object) -> object:
    if value is None and parameter.required:
        raise InvalidRequest(operation, parameter.python, None, "it is required")
    if value is None:
        return None
    try:
        travels = checked(parameter, value)
        return json_value(travels) if parameter.place == "body" else travels
    except Broken as broken:
        shown = masked(value, parameter.name)
        raise InvalidRequest(operation, parameter.python, shown, str(broken)) from None


def _check_groups(operation: Operation[Any], values: Mapping[str, object]) -> None:
    for group in operation.one_of:
        given = {name: values[name] for name in group if values.get(name) is not None}
        if len(given) != 1:
            rule = f"give exactly one of {', '.join(group)}"
            raise InvalidRequest(operation.id, ", ".join(given or group), given or None, rule)
        [(name, value)] = given.items()
        if isinstance(value, str) and not value.strip():
            raise InvalidRequest(operation.id, name, value, "it must not be empty")


def _encoded(pairs: list[tuple[str, str]]) -> str:
    return "&".join([f"{_quoted(name)}={_quoted(value)}" for name, value in pairs])


def _quoted(text: str) -> str:
    """As ``quote_plus``, which takes ten times as long for what needs no quoting: ids and numbers."""
    return text if text.isascii() and text.isalnum() else quote_plus(text)


def _query_pairs(parameter: Parameter, value: object) -> list[tuple[str, str]]:
    texts = [query_text(item) for item in (value if is_list(value) else [value])]
    if parameter.joined:
        return [(parameter.name, ",".join(texts))]
    return [(parameter.name, text) for text in texts]


def build_raw(operation: Operation[Any], query: object, body: object) -> Request:
    """Returns the request of an operation that is not described: query and body as given.

    Raises :class:`InvalidRequest` for what can be written in more than one way, such as a time.
    """
    pairs = list(_raw_query(operation.id, query))
    encoded = None if body is None else _ENCODER.encode(_raw("body", operation.id, body))
    return Request(operation.method, operation.path, _encoded(pairs), encoded)


def _raw_query(operation: str, query: object) -> Iterator[tuple[str, str]]:
    if query is None:
        return
    if not is_mapping(query):
        raise InvalidRequest(operation, "query", query, "a mapping of names to values is due")
    for name, value in query.items():
        for item in value if is_list(value) else [value]:
            if item is not None:
                yield str(name), _raw_query_text(operation, f"query[{name!r}]", item)


def _raw_query_text(operation: str, name: str, value: object) -> str:
    if not isinstance(value, str | int | float | Decimal):
        rule = "text, a number, True or False, or a list of these is due"
        raise InvalidRequest(operation, name, value, rule)
    plain = _raw(name, operation, value)
    return bytes(plain).decode() if isinstance(plain, msgspec.Raw) else query_text(plain)


def _raw(name: str, operation: str, value: object) -> object:
    try:
        return json_value(value)
    except Broken as broken:
        raise InvalidRequest(operation, name, masked(value), str(broken)) from None


def sent_values(request: Request) -> dict[str, Any]:
    """What a request carries, by CJ's names and without secrets, for an error that must explain itself."""
    query: dict[str, Any] = {}
    for name, text in parse_qsl(request.query, keep_blank_values=True):
        query[name] = [*query[name], text] if name in query else [text]
    shown = {name: texts[0] if len(texts) == 1 else texts for name, texts in query.items()}
    return {name: masked(value, name) for name, value in {**shown, **_fields(request.body)}.items()}


def secrets_in(body: bytes) -> tuple[str, ...]:
    """The keys and tokens in the body of a request; an answer may send them back."""
    return tuple(secrets_of(_fields(body)))


def _fields(body: bytes | None) -> dict[str, Any]:
    """The fields of a JSON body; what is no object is one field, ``body``."""
    if not body:
        return {}
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.ValidationError:
        return {"body": msgspec.json.decode(body)}


def check_sandbox(request: Request) -> None:
    """Raises :class:`InvalidRequest` for an order that would be a real one.

    Only the integer ``isSandbox: 1`` makes a sandbox order; the API ignores any other spelling. Every
    spelling of a path that a server may take for the creation of an order counts as one.
    """
    name = request.path.rstrip("/").rpartition("/")[2].casefold()
    if not name.startswith(_ORDER_CREATION):
        return
    value = _fields(request.body).get("isSandbox")
    if type(value) is not int or value != 1:
        rule = "the client was made with sandbox=True, and only the integer 1 makes a sandbox order"
        raise InvalidRequest(request.path, "is_sandbox", value, rule)
