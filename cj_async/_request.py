"""PURE: checks the input of a call and turns it into the request that is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl, quote_plus

import msgspec
from msgspec.structs import replace

from cj_async._masking import is_list, is_mapping, masked, secrets_of
from cj_async._operation import Effect, Operation, Parameter
from cj_async._rules import broken_rule
from cj_async._upload import Upload
from cj_async._values import Broken, checked, json_value, query_text
from cj_async.errors import InvalidRequest

T = TypeVar("T")
_ENCODER = msgspec.json.Encoder()
_ORDER_CREATION = "createorder"
"""How the last part of the path begins, in small letters: createOrderV2, createOrderV3, createOrder."""


class Form(NamedTuple):
    """A body of several parts: texts and files."""

    parts: tuple[tuple[str, str | Upload], ...]

    def __repr__(self) -> str:
        return f"Form(<{len(self.parts)} parts>)"


class Request(NamedTuple):
    """What goes over the wire, without address and the headers that every call has."""

    method: str
    path: str
    query: str
    body: bytes | Form | None
    headers: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        return f"Request({self.method} {self.path})"  # the rest may hold secrets

    @property
    def target(self) -> str:
        """The path with its query."""
        return f"{self.path}?{self.query}" if self.query else self.path


def build(operation: Operation[Any], values: Mapping[str, object]) -> Request:
    """Returns the request for an operation; ``None`` means "not given" and is left out.

    Raises :class:`InvalidRequest`, naming parameter, value and rule, for anything the documentation
    rules out.
    """
    broken = broken_rule(operation.rules, values)
    if broken is not None:
        raise InvalidRequest(operation.id, ", ".join(broken.names), broken.value, broken.rule)
    placed: dict[str, list[tuple[Parameter, Any]]] = {}
    for parameter in operation.parameters:
        value = _checked(operation.id, parameter, values.get(parameter.python))
        if value is not None:
            placed.setdefault(parameter.place, []).append((parameter, value))
    query = [pair for each in placed.get("query", ()) for pair in _query_pairs(*each)]
    headers = tuple((each.name, value) for each, value in placed.get("header", ()))
    body = _body(operation, placed)
    return Request(operation.method, operation.path, _encoded(query), body, headers)


def _body(
    operation: Operation[Any], placed: Mapping[str, list[tuple[Parameter, Any]]]
) -> bytes | Form | None:
    fields = [(parameter.name, value) for parameter, value in placed.get("body", ())]
    if operation.body == "json":
        whole = [value for _, value in placed.get("whole body", ())]
        return _ENCODER.encode(whole[0] if whole else dict(fields))
    if operation.body == "form":
        return Form(tuple((name, _form_value(value)) for name, value in fields))
    return None


def _form_value(value: object) -> str | Upload:
    return value if isinstance(value, Upload) else query_text(value)


def _checked(operation: str, parameter: Parameter, value: object) -> object:
    if value is None and parameter.required:
        raise InvalidRequest(operation, parameter.python, None, "it is required")
    if value is None:
        return None
    try:
        travels = checked(parameter, value)
        if parameter.place == "header":
            return _header(travels)
        plain = parameter.place == "query" or parameter.kind == "file"
        return travels if plain else json_value(travels)
    except Broken as broken:
        name = f"{parameter.python}{broken.path}"
        last = broken.path.rpartition(".")[2] or parameter.name
        shown = masked(broken.value if broken.path else value, last)
        raise InvalidRequest(operation, name, shown, str(broken)) from None


def _header(value: object) -> str:
    text = query_text(value)
    if not (text.isascii() and text.isprintable()):
        raise Broken("printable ASCII characters are due")
    return text


def paying(operation: Operation[T], request: Request) -> Operation[T]:
    """The operation as it is for this request: one that moves money, where a field of the body says so."""
    if operation.pays_when is None:
        return operation
    name, values = operation.pays_when
    pays = str(_fields(request.body).get(name)) in map(str, values)
    return replace(operation, effect=Effect.PAY) if pays else operation


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
    everything = {**shown, **dict(request.headers), **_fields(request.body)}
    return {name: masked(value, name) for name, value in everything.items()}


def secrets_in(request: Request) -> tuple[str, ...]:
    """The keys and tokens in body and headers of a request; an answer may send them back."""
    if request.body is None and not request.headers:
        return ()
    return tuple(secrets_of({**_fields(request.body), **dict(request.headers)}))


def _fields(body: bytes | Form | None) -> dict[str, Any]:
    """The fields of a body; what is no object is one field, ``body``; a file is told by its name."""
    if not body:
        return {}
    if isinstance(body, Form):
        return {
            name: value.file_name if isinstance(value, Upload) else value
            for name, value in body.parts
        }
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
