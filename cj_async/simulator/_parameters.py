"""What did the request ask for? Query and headers read as the operation documents them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite, nan
from urllib.parse import parse_qsl

from ._answers import PARAM_ERROR, Refused, empty
from ._spec import Parameter, Route

Value = str | int | float | bool | tuple[str, ...]

_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


class Query(dict[str, Value]):
    """The parameters that were given, by their JSON names, each readable as what is needed."""

    def text(self, name: str, default: str = "") -> str:
        """A parameter as text."""
        value = self.get(name, default)
        return ",".join(value) if isinstance(value, tuple) else str(value)

    def texts(self, name: str) -> tuple[str, ...]:
        """A parameter as texts; one text is split at its commas."""
        value = self.get(name, ())
        if isinstance(value, tuple):
            return value
        return tuple(part.strip() for part in str(value).split(",") if part.strip())

    def integer(self, name: str, default: int = 0) -> int:
        """A parameter as a whole number.

        Raises:
            Refused: it is none.
        """
        return int(self.number(name, default))

    def number(self, name: str, default: float = 0) -> float:
        """A parameter as a finite number.

        Raises:
            Refused: it is none.
        """
        value = self.get(name, default)
        try:
            number = float(value) if not isinstance(value, tuple) else nan
        except (ValueError, OverflowError):
            number = nan
        if not isfinite(number):
            raise Refused(PARAM_ERROR)
        return number

    def choice(self, name: str, choices: Sequence[str], default: str = "") -> str:
        """A parameter that must be one of a few texts.

        Raises:
            Refused: it is another.
        """
        text = self.text(name, default).strip().lower()
        if text not in choices:
            raise Refused(PARAM_ERROR)
        return text


def read_query(route: Route, query: str) -> Query:
    """The documented parameters that were given; unknown and empty ones are passed over.

    Raises:
        Refused: a required one is missing, or a value is not of its kind or out of its range.
    """
    given: dict[str, list[str]] = {}
    for name, text in parse_qsl(query):
        given.setdefault(name, []).append(text)
    return _read(route.parameters, given)


def read_headers(route: Route, headers: Mapping[str, str]) -> Query:
    """The documented headers that were given and are not empty, by their documented names.

    Raises:
        Refused: as of ``read_query``.
    """
    given = {each.name: headers.get(each.name, "").strip() for each in route.headers}
    return _read(route.headers, {name: [text] for name, text in given.items() if text})


def _read(parameters: Iterable[Parameter], given: Mapping[str, list[str]]) -> Query:
    values = Query()
    for parameter in parameters:
        texts = given.get(parameter.name)
        if texts:
            values[parameter.name] = _value(parameter, texts)
        elif parameter.required:
            raise Refused(empty(parameter.name))
    return values


def _value(parameter: Parameter, texts: list[str]) -> Value:
    if parameter.kind == "array":
        return tuple(part.strip() for text in texts for part in text.split(",") if part.strip())
    return _single(parameter, texts[0].strip())


def _single(parameter: Parameter, text: str) -> Value:
    unknown = parameter.choices and text not in parameter.choices
    if unknown or (parameter.longest is not None and len(text) > parameter.longest):
        raise Refused(PARAM_ERROR)
    try:
        match parameter.kind:
            case "integer":
                return _within(parameter, int(text))
            case "number":
                return _within(parameter, float(text))
            case "boolean":
                return _BOOLEANS[text.lower()]
            case _:
                return text
    except (ValueError, KeyError):
        raise Refused(PARAM_ERROR) from None


def _within(parameter: Parameter, number: float) -> Value:
    too_low = parameter.minimum is not None and number < parameter.minimum
    too_high = parameter.maximum is not None and number > parameter.maximum
    if too_low or too_high or number != number:
        raise Refused(PARAM_ERROR)
    return number
