"""What do the options of `cj` mean? Words of the command line, and the values they stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Final, Literal, TypeGuard, get_args, get_origin, get_type_hints

import msgspec
import typer

from cj_async import CJError, InvalidRequest, reference
from cj_async._settings import rate_of
from cj_async.crawl import ListFilters, Plan, SearchFilters
from cj_async.crawl._filters import NUMBERS
from cj_async.crawl._plan import DOCUMENTS, Document

PER_ADDRESS: Final = 10.0
"""Requests a second that CJ allows from one address; the client keeps to it whatever the tier."""

TOKENS: Final = Path("~/.config/cj-async/tokens.json")
STATE: Final = Path("cj-crawl.db")

_FILTERS: Final[dict[str, dict[str, Any]]] = {
    "rich": get_type_hints(SearchFilters),
    "cheap": get_type_hints(ListFilters),
}
_NAMED: Final[dict[str, dict[str, str]]] = {
    "--country": {"rich": "country_code", "cheap": "country_code"},
    "--category": {"rich": "category_id", "cheap": "category_id"},
    "--keyword": {"rich": "key_word", "cheap": "product_name_en"},
}
"""The filters that options of their own stand for, by profile."""

_UNITS: Final = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_SPAN: Final = re.compile(r"(?:\d+[dhms])+")
_PART: Final = re.compile(r"(\d+)([dhms])")
_MOMENT: Final = "a moment with a zone such as 2030-01-31T08:00+01:00"


def tier_of(text: str) -> float:
    """A tier's name, or a number of requests a second: ``advanced`` is 6.0."""
    try:
        return rate_of(float(text) if text.replace(".", "", 1).isdigit() else text)
    except CJError as error:
        raise typer.BadParameter(str(error).removeprefix("tier="), param_hint="--tier") from error


def permitted(rate: float) -> float:
    """The requests a second that an account can use from one address."""
    return min(rate, PER_ADDRESS)


def deadline_of(text: str | None, now: datetime) -> datetime | None:
    """A moment, or a span from now: ``90m``, ``2h``, ``1h30m``, ``1d``."""
    if text is None:
        return None
    if not _SPAN.fullmatch(text):
        return _moment("--deadline", text, f"{_MOMENT}, or a span such as 90m, 2h, 1h30m")
    parts = {_UNITS[unit]: int(many) for many, unit in _PART.findall(text)}
    try:
        return now + timedelta(**parts)
    except OverflowError as error:
        raise typer.BadParameter(f"{text!r} is too far away", param_hint="--deadline") from error


def since_of(text: str | None) -> datetime | Literal["last"] | None:
    """``last``, or a moment."""
    if text is None:
        return None
    if text == "last":
        return "last"
    return _moment("--since", text, f"last, or {_MOMENT}")


def documents_of(given: Iterable[str]) -> tuple[Document, ...]:
    """Kinds of documents in the order that is given: the most urgent first."""
    try:
        return msgspec.convert(words_of(given), tuple[Document, ...])
    except msgspec.ValidationError as error:
        rule = f"of {', '.join(DOCUMENTS)}, with commas between them"
        raise typer.BadParameter(f"{','.join(given)!r}: {rule}", param_hint="--enrich") from error


def words_of(given: Iterable[str]) -> tuple[str, ...]:
    """Words with commas between them, or an option each."""
    return tuple(word for text in given for each in text.split(",") if (word := each.strip()))


def filters_of(
    profile: str, given: Iterable[str], named: Mapping[str, str | None]
) -> dict[str, Any]:
    """The filters of a plan: those with an option of their own, and each ``name=value``.

    Args:
        profile: ``rich`` or ``cheap``.
        given: What each `--filter` says.
        named: What the other options say, by the name of the option.

    Raises:
        BadParameter: one has no ``=`` or no value, is given twice, or its value does not fit; the plan
            checks its name.
    """
    filters: dict[str, Any] = {}
    for option, name, value in _filters_in(profile, given, named):
        what = f"{name}={value}"
        if not value.strip():
            raise typer.BadParameter(f"{name} is empty: a value is due", param_hint=option)
        if name in filters:
            raise typer.BadParameter(f"{what}: {name} is given twice", param_hint=option)
        filters[name] = _value(_FILTERS.get(profile, {}), name, value)
        if name == "country_code":
            filters[name] = _countries(option, value)
    return filters


def _filters_in(
    profile: str, given: Iterable[str], named: Mapping[str, str | None]
) -> Iterator[tuple[str, str, str]]:
    """Option, name and value of each filter."""
    for option, value in named.items():
        if value is not None:
            yield option, _NAMED[option].get(profile, option), value
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise typer.BadParameter(f"{text!r}: name=value is due", param_hint="--filter")
        yield "--filter", name, value


def _countries(option: str, text: str) -> str:
    """Codes of countries, with commas between them; those that CJ cannot know are refused."""
    return ",".join(_country(option, word.strip()) for word in text.split(","))


def _country(option: str, word: str) -> str:
    if len(word) == 2 and word.upper() in _CODES:
        return word.upper()
    try:
        near = f"{word!r}: two letters are due: {reference.country(word).alpha2}"
    except LookupError as error:
        near = f"{word!r}: two letters are due, such as US: {error.args[0]}"
    raise typer.BadParameter(near, param_hint=option)


_CODES: Final = frozenset(row.alpha2 for row in reference.countries)


def plan_of(**values: Any) -> Plan:
    """A plan; what is wrong with it is told with the name of the option.

    Raises:
        BadParameter: a value cannot work.
    """
    try:
        return Plan(**values)
    except InvalidRequest as error:
        names = {name: f"--{name.replace('_', '-')}" for name in values}
        raise usage(error, names) from error


def usage(error: InvalidRequest, options: Mapping[str, str]) -> typer.BadParameter:
    """What is wrong with a value, told with its option; a name that has none is that of a filter."""
    option = options.get(error.parameter)
    if option is None:
        words = str(error).removeprefix(f"{error.operation}: ")
        return typer.BadParameter(words, param_hint="--filter")
    value = error.value
    given = ",".join(map(str, value)) if _is_several(value) else str(value)
    return typer.BadParameter(f"{given}: {error.rule}", param_hint=option)


def _is_several(value: object) -> TypeGuard[tuple[object, ...]]:
    return isinstance(value, tuple)


def _value(hints: Mapping[str, Any], name: str, text: str) -> object:
    hint = Decimal if name in NUMBERS else hints.get(name, str)
    given = list(words_of([text])) if name.endswith("_list") else text
    try:
        return msgspec.convert(given, hint, strict=False)
    except msgspec.ValidationError as error:
        words = f"{name}={text}: {_rule(hint)} is due"
        raise typer.BadParameter(words, param_hint="--filter") from error


def _rule(hint: object) -> str:
    """What a value of a filter has to be; ``Literal[0, 1] | None``: ``one of 0, 1``."""
    kinds = [each for each in get_args(hint) if each is not NoneType] or [hint]
    if get_origin(kinds[0]) is Literal:
        return f"one of {', '.join(map(str, get_args(kinds[0])))}"
    return _RULES.get(kinds[0], "text")


_RULES: Final[dict[object, str]] = {
    bool: "true or false",
    int: "a whole number",
    Decimal: "a number",
}


def _moment(option: str, text: str, rule: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r}: {rule}", param_hint=option) from error
    if moment.tzinfo is None:
        raise typer.BadParameter(f"{text!r} has no zone: {rule}", param_hint=option)
    return moment


TierOption = Annotated[str, typer.Option(help="free, plus, prime, advanced, or requests a second.")]
TierAgain = Annotated[
    str | None,
    typer.Option(
        help="free, plus, prime, advanced, or requests a second; by default as before, or free."
    ),
]
SameTier = Annotated[
    str | None,
    typer.Option(help="free, plus, prime, advanced, or requests a second; by default as before."),
]
TokenFile = Annotated[Path, typer.Option(help="Where the access token is kept between runs.")]
StateOption = Annotated[Path, typer.Option(help="The state file of the crawl.", dir_okay=False)]
AsJson = Annotated[
    bool | None,
    typer.Option(
        "--json/--table",
        help="How to tell the result; by default a table on a terminal, JSON elsewhere.",
        show_default=False,
    ),
]
_OUT: Final = (
    "Where to write, may be repeated: .jsonl or .jsonl.gz, .db or .sqlite, a folder (out/) for"
    " Parquet; or jsonl:PATH, sqlite:PATH, parquet:PATH."
)
Outs = Annotated[list[str] | None, typer.Option("--out", help=_OUT, metavar="PATH")]
RequiredOuts = Annotated[list[str], typer.Option("--out", help=_OUT, metavar="PATH")]
ProfileOption = Annotated[
    str, typer.Option(help="rich rows (100 a call) or cheap ones (200 a call).")
]
Enrich = Annotated[
    list[str] | None,
    typer.Option(
        help="Documents of each product, the most urgent first: details,variants,stock,reviews.",
        metavar="KINDS",
    ),
]
Filters = Annotated[
    list[str] | None,
    typer.Option("--filter", help="Any filter of the list: name=value.", metavar="NAME=VALUE"),
]
Features = Annotated[
    list[str] | None,
    typer.Option(
        help="What rich rows should hold; by default all: enable_category,enable_combine,…",
        metavar="NAMES",
    ),
]
MaxPoints = Annotated[int | None, typer.Option(help="Stop before more points than this are spent.")]
Deadline = Annotated[
    str | None,
    typer.Option(
        help="Stop at a moment (2030-01-31T08:00+01:00), or after a span (90m, 2h, 1h30m).",
        metavar="WHEN",
    ),
]
Reserve = Annotated[
    int | None, typer.Option(help="Points to leave in the account; 5 % of a day's at least.")
]
Limit = Annotated[
    int | None, typer.Option(help="Stop after so many products; their page is finished.")
]
OnExhausted = Annotated[
    str | None,
    typer.Option(help="When the points are used up: wait for the refill (default), or stop."),
]
Parallel = Annotated[
    int | None,
    typer.Option(help="Segments read side by side, 1 to 64; by default as needed."),
]
Join = Annotated[
    bool, typer.Option("--join", help="Work along with another process on this state.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Show no progress.")]
Since = Annotated[
    str | None,
    typer.Option(
        help="Only what was created since a moment, or since the last complete run: last.",
        metavar="WHEN",
    ),
]
