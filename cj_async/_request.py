"""PURE: checks the input of a call and turns it into the request that is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

import msgspec

from cj_async import _wire
from cj_async._operation import Operation, Parameter
from cj_async.errors import InvalidRequest

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_SECRETS = frozenset({"apiKey", "accessToken", "refreshToken", "openId"})
_ORDER_CREATION = frozenset({"/shopping/order/createOrderV2", "/shopping/order/createOrderV3"})


class Request(NamedTuple):
    """What goes over the wire, without address and headers."""

    method: str
    path: str
    query: str
    body: bytes | None

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
        value = values.get(parameter.python)
        if value is None:
            if parameter.required:
                raise InvalidRequest(operation.id, parameter.python, None, "it is required")
        elif parameter.place == "query":
            query.extend(_query_pairs(operation.id, parameter, value))
        else:
            body[parameter.name] = _checked(operation.id, parameter, value)
    has_body = any(parameter.place == "body" for parameter in operation.parameters)
    encoded = _ENCODER.encode(body) if has_body else None
    return Request(operation.method, operation.path, urlencode(query), encoded)


def build_raw(
    operation: Operation[Any], query: Mapping[str, Any] | None, body: Any | None
) -> Request:
    """Returns the request of an operation that is not described: query and body as given."""
    pairs = [
        (name, _query_text(item))
        for name, value in (query or {}).items()
        for item in (value if isinstance(value, list | tuple) else (value,))
        if item is not None
    ]
    encoded = None if body is None else _ENCODER.encode(body)
    return Request(operation.method, operation.path, urlencode(pairs), encoded)


def sent_values(request: Request) -> dict[str, Any]:
    """What a request carries, by CJ's names and without secrets, for an error that must explain itself."""
    body = msgspec.json.decode(request.body) if request.body else {}
    values = {
        **dict(parse_qsl(request.query)),
        **(body if isinstance(body, dict) else {"body": body}),
    }
    return {name: "***" if name in _SECRETS else value for name, value in values.items()}


def check_sandbox(request: Request) -> None:
    """Raises :class:`InvalidRequest` for an order that would be a real one.

    Only the integer ``isSandbox: 1`` makes a sandbox order; the API ignores any other spelling.
    """
    if request.path not in _ORDER_CREATION:
        return
    body = msgspec.json.decode(request.body or b"{}")
    value = body.get("isSandbox") if isinstance(body, dict) else None
    if value is True or value != 1:
        rule = "the client was made with sandbox=True, and only the integer 1 makes a sandbox order"
        raise InvalidRequest(request.path, "is_sandbox", value, rule)


def _check_groups(operation: Operation[Any], values: Mapping[str, object]) -> None:
    for group in operation.one_of:
        given = {name: values.get(name) for name in group if values.get(name) is not None}
        if len(given) != 1:
            rule = f"give exactly one of {', '.join(group)}"
            raise InvalidRequest(operation.id, ", ".join(given or group), given or None, rule)


def _query_pairs(operation: str, parameter: Parameter, value: object) -> list[tuple[str, str]]:
    checked = _checked(operation, parameter, value)
    if not isinstance(checked, list):
        return [(parameter.name, _query_text(checked))]
    texts = [_query_text(item) for item in checked]
    if parameter.joined:
        return [(parameter.name, ",".join(texts))]
    return [(parameter.name, text) for text in texts]


def _query_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _checked(operation: str, parameter: Parameter, value: object) -> object:
    """Returns the value as it travels; raises :class:`InvalidRequest` when it breaks a rule."""
    try:
        if parameter.kind == "array":
            return _list(parameter, value)
        return _single(parameter, parameter.kind, value)
    except _Broken as broken:
        raise InvalidRequest(operation, parameter.python, value, str(broken)) from None


class _Broken(Exception):
    """A rule is broken; the text is the rule."""


def _list(parameter: Parameter, value: object) -> list[object]:
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise _Broken("a list is due")
    checked = [_single(parameter, parameter.items, item) for item in value]
    if not checked:
        raise _Broken("the list is empty; leave the parameter out instead")
    if parameter.most is not None and len(checked) > parameter.most:
        raise _Broken(f"at most {parameter.most} values are allowed")
    if parameter.joined and any("," in str(item) for item in checked):
        raise _Broken("a value of this list must not contain a comma")
    return checked


def _single(parameter: Parameter, kind: str, value: object) -> object:
    checked = _CONVERSIONS[kind](parameter, value)
    if parameter.choices and checked not in parameter.choices:
        raise _Broken(f"one of {', '.join(map(repr, parameter.choices))} is due")
    return checked


def _text(parameter: Parameter, value: object) -> str:
    if not isinstance(value, str):
        raise _Broken("text is due")
    if parameter.required and not value.strip():
        raise _Broken("it must not be empty")
    return value


def _integer(parameter: Parameter, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _Broken("a whole number is due")
    _check_range(parameter, value)
    return value


def _number(parameter: Parameter, value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise _Broken("a number is due")
    exact = Decimal(str(value))
    if not exact.is_finite():
        raise _Broken("a finite number is due")
    _check_range(parameter, exact)
    return exact


def _boolean(_: Parameter, value: object) -> bool:
    if not isinstance(value, bool):
        raise _Broken("True or False is due")
    return value


def _epoch_ms(parameter: Parameter, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | datetime):
        raise _Broken("a datetime with a zone, or milliseconds since 1970, is due")
    try:
        milliseconds = _wire.epoch_ms(value)
    except ValueError as error:
        raise _Broken(str(error)) from error
    _check_range(parameter, milliseconds)
    return milliseconds


def _clock(parameter: Parameter, value: object) -> str:
    if not isinstance(value, datetime):
        raise _Broken("a datetime with a zone is due")
    try:
        return _wire.clock_text(value, parameter.zone, parameter.pattern)
    except ValueError as error:
        raise _Broken(str(error)) from error


def _json(_: Parameter, value: object) -> object:
    if not isinstance(value, Mapping):
        raise _Broken("a mapping is due")
    return dict(value)


_CONVERSIONS: dict[str, Callable[[Parameter, object], object]] = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "epoch_ms": _epoch_ms,
    "clock": _clock,
    "json": _json,
}


def _check_range(parameter: Parameter, value: int | Decimal) -> None:
    low, high = parameter.minimum, parameter.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = [
            f"at least {low:g}" if low is not None else "",
            f"at most {high:g}" if high is not None else "",
        ]
        raise _Broken(f"{' and '.join(filter(None, bounds))} is allowed")
