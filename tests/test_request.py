"""Does a request say exactly what was given, and is bad input found before anything is sent?"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from cj_async._operation import Effect, Kind, Operation, Parameter, Rule
from cj_async._request import (
    Form,
    Request,
    build,
    build_raw,
    check_sandbox,
    secrets_in,
    sent_values,
)
from cj_async.errors import InvalidRequest
from cj_async.resources import operations

BY_ID = {operation.id: operation for operation in operations().values()}
SEARCH = BY_ID["products.search"]
GET = BY_ID["products.get"]
LIST = BY_ID["products.list"]
LOGIN = BY_ID["auth.get_access_token"]

KINDS: tuple[Kind, ...] = ("text", "integer", "number", "boolean", "epoch_ms", "clock", "json")


def operation(*parameters: Parameter, method: str = "GET", path: str = "/x") -> Operation[Any]:
    return Operation(
        id="x.y",
        method=method,
        path=path,
        result=bool,
        effect=Effect.READ,
        parameters=parameters,
        body="json" if any("body" in each.place for each in parameters) else "none",
    )


def query_of(parameter: Parameter, value: object) -> str:
    return build(operation(parameter), {parameter.python: value}).query


def body_of(parameter: Parameter, value: object) -> bytes:
    body = build(operation(parameter), {parameter.python: value}).body
    assert isinstance(body, bytes)
    return body


def sent(parameter: Parameter, value: object) -> str | bytes:
    """What travels of one value: the query, or the body."""
    travels = query_of if parameter.place == "query" else body_of
    return travels(parameter, value)


def asked(kind: Kind = "text", **rest: Any) -> Parameter:
    """A parameter of the query called ``name``."""
    return Parameter(name="name", python="name", place="query", kind=kind, **rest)


def listed(items: Kind = "text", **rest: Any) -> Parameter:
    return asked("array", items=items, **rest)


def written(kind: Kind = "text", **rest: Any) -> Parameter:
    """A field of the body called ``name``."""
    return Parameter(name="name", python="name", place="body", kind=kind, **rest)


def clocked(zone: str, pattern: str = "%Y-%m-%d %H:%M:%S") -> Parameter:
    return asked("clock", zone=zone, pattern=pattern)


def refusal(parameter: Parameter, value: object) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as refused:
        build(operation(parameter), {parameter.python: value})
    return refused.value


def broken_rule(parameter: Parameter, value: object) -> str:
    return refusal(parameter, value).rule


# --- what is given is sent, and nothing else


def test_nothing_given_is_nothing_sent() -> None:
    for each in operations().values():
        if not each.rules and not any(parameter.required for parameter in each.parameters):
            request = build(each, {})
            assert request.query == ""
            assert request.body in {None, b"{}"}
            assert request.target == each.path


def test_none_is_not_given() -> None:
    values = dict.fromkeys((parameter.python for parameter in SEARCH.parameters), None)
    assert build(SEARCH, values) == Request("GET", "/product/listV2", "", None)


def test_only_what_is_given_is_sent() -> None:
    request = build(SEARCH, {"key_word": "lamp", "size": 100, "page": None})
    assert request == Request("GET", "/product/listV2", "keyWord=lamp&size=100", None)
    assert request.target == "/product/listV2?keyWord=lamp&size=100"


def test_a_body_is_there_even_when_nothing_is_given() -> None:
    assert build(operation(written(), method="POST"), {}).body == b"{}"
    assert build(operation(method="POST"), {}).body is None


def test_zero_false_and_empty_text_are_given() -> None:
    assert sent(asked("integer"), 0) == "name=0"
    assert sent(asked("boolean"), False) == "name=false"
    assert sent(asked(), "") == "name="
    assert sent(written("boolean"), False) == b'{"name":false}'


def test_a_request_shows_neither_query_nor_body() -> None:
    request = build(LOGIN, {"api_key": "CJ1@api@canary"})
    assert repr(request) == "Request(POST /authentication/getAccessToken)"


# --- how values travel


class Word(str, Enum):  # noqa: UP042  # str() of it is its name
    A = "a"


class Number(IntEnum):
    ONE = 1


EAST = timezone(timedelta(hours=8))
MOMENT = datetime(2026, 11, 21, 20, 30, 15, 123_999, tzinfo=EAST)
WAYS: dict[str, tuple[Parameter, object, str | bytes]] = {
    "text": (asked(), "lamp", "name=lamp"),
    "text with all that is special": (
        asked(),
        "a b&c=d+é%/?#,",
        "name=a+b%26c%3Dd%2B%C3%A9%25%2F%3F%23%2C",
    ),
    "text with a line break": (asked(), "a\r\nb\0", "name=a%0D%0Ab%00"),
    "text beyond the first plane": (asked(), "灯💡", "name=%E7%81%AF%F0%9F%92%A1"),
    "text of an enum": (asked(), Word.A, "name=a"),
    "number of an enum": (asked("integer"), Number.ONE, "name=1"),
    "text in the body": (written(), 'a"\\é', '{"name":"a\\"\\\\é"}'.encode()),
    "number of an enum in the body": (written("integer"), Number.ONE, b'{"name":1}'),
    "whole number": (asked("integer"), -12, "name=-12"),
    "whole number in the body": (written("integer"), 2**63 - 1, b'{"name":9223372036854775807}'),
    "true": (asked("boolean"), True, "name=true"),
    "true in the body": (written("boolean"), True, b'{"name":true}'),
    "a tenth": (asked("number"), 0.1, "name=0.1"),
    "sum of floats": (asked("number"), 0.1 + 0.2, "name=0.30000000000000004"),
    "small float": (asked("number"), 1e-7, "name=0.0000001"),
    "large float": (asked("number"), 1e22, "name=10000000000000000000000"),
    "whole float": (asked("number"), 5.0, "name=5.0"),
    "whole number as number": (asked("number"), 5, "name=5"),
    "decimal with zeros": (asked("number"), Decimal("1.50"), "name=1.50"),
    "decimal with exponent": (asked("number"), Decimal("1E+2"), "name=100"),
    "tiny decimal": (asked("number"), Decimal("1E-10"), "name=0.0000000001"),
    "minus zero": (asked("number"), -0.0, "name=0.0"),
    "a tenth in the body": (written("number"), 0.1, b'{"name":0.1}'),
    "decimal in the body": (written("number"), Decimal("19.990"), b'{"name":19.990}'),
    "decimal with exponent in the body": (written("number"), Decimal("1E+2"), b'{"name":100}'),
    "small float in the body": (written("number"), 1e-7, b'{"name":0.0000001}'),
    "milliseconds": (asked("epoch_ms"), 1_609_459_200_000, "name=1609459200000"),
    "moment as milliseconds": (asked("epoch_ms"), MOMENT, "name=1795264215123"),
    "moment before 1970": (
        asked("epoch_ms"),
        datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
        "name=-1000",
    ),
    "moment in the zone of the parameter": (
        clocked("+08:00"),
        MOMENT,
        "name=2026-11-21+20%3A30%3A15",
    ),
    "moment of another zone": (
        clocked("+08:00"),
        datetime(2026, 11, 21, 20, tzinfo=UTC),
        "name=2026-11-22+04%3A00%3A00",
    ),
    "moment in UTC": (clocked("UTC"), MOMENT, "name=2026-11-21+12%3A30%3A15"),
    "moment by another pattern": (
        clocked("UTC", "%Y-%m-%dT%H:%M"),
        MOMENT,
        "name=2026-11-21T12%3A30",
    ),
    "list with commas": (listed(joined=True), ["a", "b c"], "name=a%2Cb+c"),
    "list with repeated keys": (listed(), ["a", "b,c"], "name=a&name=b%2Cc"),
    "list of one": (listed(joined=True), ["a"], "name=a"),
    "tuple": (listed(joined=True), ("a", "b"), "name=a%2Cb"),
    "set": (listed(joined=True), {"a"}, "name=a"),
    "frozen set": (listed(joined=True), frozenset({"a"}), "name=a"),
    "generator": (listed(joined=True), (letter for letter in "ab"), "name=a%2Cb"),
    "keys": (listed(joined=True), {"a": 1, "b": 2}.keys(), "name=a%2Cb"),
    "list of numbers": (listed("integer", joined=True), [1, 2], "name=1%2C2"),
    "list of decimals": (listed("number"), [Decimal("1E+1"), 0.5], "name=10&name=0.5"),
    "list in the body": (written("array", items="text"), ("a", "b"), b'{"name":["a","b"]}'),
    "decimals in the body": (written("array", items="number"), [Decimal("1E+1")], b'{"name":[10]}'),
    "mapping": (
        written("json"),
        {"a": {"b": [Decimal("1E+1"), None, True, "c"]}},
        b'{"name":{"a":{"b":[10,null,true,"c"]}}}',
    ),
    "mapping of another kind": (written("json"), MappingProxyType({"a": 1}), b'{"name":{"a":1}}'),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_value_travels_like_this(way: str) -> None:
    parameter, value, travels = WAYS[way]
    assert sent(parameter, value) == travels


def test_a_comma_list_is_one_value_for_the_server() -> None:
    request = build(SEARCH, {"features": ["enable_video", "enable_combine"]})
    assert parse_qsl(request.query) == [("features", "enable_video,enable_combine")]


@given(st.text())
def test_any_text_survives_the_way_to_the_server(text: str) -> None:
    query = query_of(asked(), text)
    url = URL(f"http://127.0.0.1:1/x?{query}", encoded=True)
    assert url.query.getall("name") == [text]
    assert url.raw_query_string == query
    assert query.isascii()


@given(st.lists(st.text(min_size=1).filter(str.strip), min_size=1))
def test_any_list_survives_as_repeated_keys(texts: list[str]) -> None:
    url = URL(f"http://127.0.0.1:1/x?{query_of(listed(), texts)}", encoded=True)
    assert url.query.getall("name") == texts


@given(st.text())
def test_any_text_survives_in_the_body(text: str) -> None:
    assert msgspec.json.decode(body_of(written(), text)) == {"name": text}


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12
    )
)
def test_any_amount_keeps_its_value_and_needs_no_exponent(amount: Decimal) -> None:
    text = query_of(asked("number"), amount).removeprefix("name=")
    assert body_of(written("number"), amount) == b'{"name":%s}' % text.encode()
    assert "E" not in text.upper()
    assert Decimal(text) == amount


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=1e-9, max_value=1e20))
def test_any_float_is_sent_as_a_person_would_write_it(number: float) -> None:
    text = query_of(asked("number"), number).removeprefix("name=")
    assert "e" not in text
    assert float(text) == number


# --- rules


A_MOMENT = "a datetime with a zone, or milliseconds since 1970, is due"
SIXTY_FOUR_BITS = "a whole number of at most 64 bits is due"
THIRTY_DIGITS = "a number of at most 30 digits is due"
EMPTY = "the list is empty; leave the parameter out instead"
RULES: dict[str, tuple[Parameter, object, str]] = {
    "text: a number": (asked(), 5, "text is due"),
    "text: bytes": (asked(), b"a", "text is due"),
    "text: a list": (asked(), ["a"], "text is due"),
    "text: half a surrogate pair": (
        asked(),
        "\ud800",
        "text that UTF-8 can write is due (half a surrogate pair is in it)",
    ),
    "required text: empty": (asked(required=True), "", "it must not be empty"),
    "required text: blank": (asked(required=True), " \t\n", "it must not be empty"),
    "required: none": (asked(required=True), None, "it is required"),
    "required in the body: none": (written(required=True), None, "it is required"),
    "whole number: true": (asked("integer"), True, "a whole number is due"),
    "whole number: a float": (asked("integer"), 1.0, "a whole number is due"),
    "whole number: text": (asked("integer"), "1", "a whole number is due"),
    "whole number: too many bits": (written("integer"), 2**63, SIXTY_FOUR_BITS),
    "whole number: far too many bits": (asked("integer"), 10**5000, SIXTY_FOUR_BITS),
    "too small": (asked("integer", minimum=1), 0, "at least 1 is allowed"),
    "too large": (asked("integer", maximum=100), 101, "at most 100 is allowed"),
    "out of range": (
        asked("integer", minimum=1, maximum=1_000_000),
        0,
        "at least 1 and at most 1000000 is allowed",
    ),
    "out of a range of fractions": (asked("number", minimum=0.5), 0.4, "at least 0.5 is allowed"),
    "number: true": (asked("number"), True, "a number is due"),
    "number: text": (asked("number"), "1.5", "a number is due"),
    "number: nan": (asked("number"), float("nan"), "a finite number is due"),
    "number: infinity": (asked("number"), float("inf"), "a finite number is due"),
    "number: minus infinity": (asked("number", minimum=0), float("-inf"), "a finite number is due"),
    "number: decimal nan": (asked("number"), Decimal("NaN"), "a finite number is due"),
    "number: signalling nan": (written("number"), Decimal("sNaN"), "a finite number is due"),
    "number: decimal infinity": (written("number"), Decimal("Infinity"), "a finite number is due"),
    "number: endless digits": (asked("number"), Decimal("1E+999999"), THIRTY_DIGITS),
    "number: endless fraction": (asked("number"), Decimal("1E-999999"), THIRTY_DIGITS),
    "whole number: too many bits below zero": (asked("integer"), -(2**63), SIXTY_FOUR_BITS),
    "number: one digit too many": (asked("number"), Decimal(10) ** 30, THIRTY_DIGITS),
    "number: one place too many": (asked("number"), Decimal("1E-31"), THIRTY_DIGITS),
    "number: below zero": (asked("number", minimum=0), Decimal("-0.01"), "at least 0 is allowed"),
    "flag: a number": (asked("boolean"), 1, "True or False is due"),
    "flag: text": (asked("boolean"), "true", "True or False is due"),
    "choice: another": (asked(choices=("asc", "desc")), "up", "one of 'asc', 'desc' is due"),
    "choice: other letters": (asked(choices=("asc", "desc")), "ASC", "one of 'asc', 'desc' is due"),
    "choice: a number for text": (asked(choices=("24", "48")), 24, "one of '24', '48' is due"),
    "choice: text for a number": (asked("integer", choices=(0, 1)), "1", "one of 0, 1 is due"),
    "choice: true for one": (asked("integer", choices=(0, 1)), True, "one of 0, 1 is due"),
    "choice: a float for one": (asked("integer", choices=(0, 1)), 1.0, "one of 0, 1 is due"),
    "choice: another number": (asked("integer", choices=(0, 1)), 2, "one of 0, 1 is due"),
    "list: bare text": (listed(), "enable_video", "a list is due"),
    "list: bytes": (listed(), b"ab", "a list is due"),
    "list of numbers: bytes": (listed("integer"), bytearray(b"ab"), "a list is due"),
    "list: a mapping": (listed(), {"a": 1}, "a list is due"),
    "list: a number": (listed(), 5, "a list is due"),
    "list: empty": (listed(), [], EMPTY),
    "list: empty generator": (listed(), iter(()), EMPTY),
    "list: none in it": (listed(), ["a", None], "text is due"),
    "list: a list in it": (listed(), [["a"]], "text is due"),
    "list: an empty text in it": (
        listed(joined=True),
        ["a", ""],
        "a value of this list must not be empty",
    ),
    "list: a comma in it": (
        listed(joined=True),
        ["a,b"],
        "a value of this list must not contain a comma",
    ),
    "list in the body: empty": (written("array"), [], EMPTY),
    "list: too many": (listed(most=2), ["a", "b", "c"], "at most 2 values are allowed"),
    "list: another choice": (listed(choices=("a", "b")), ["a", "x"], "one of 'a', 'b' is due"),
    "list of numbers: true in it": (listed("integer"), [True], "a whole number is due"),
    "milliseconds: true": (asked("epoch_ms"), True, A_MOMENT),
    "milliseconds: a float": (asked("epoch_ms"), 1.5, A_MOMENT),
    "milliseconds: text": (asked("epoch_ms"), "2026", A_MOMENT),
    "milliseconds: a date": (asked("epoch_ms"), date(2026, 1, 1), A_MOMENT),
    "milliseconds: too many": (asked("epoch_ms"), 2**63, SIXTY_FOUR_BITS),
    "milliseconds: out of range": (asked("epoch_ms", minimum=0), -1, "at least 0 is allowed"),
    "clock: milliseconds": (clocked("UTC"), 5, "a datetime with a zone is due"),
    "clock: text": (clocked("UTC"), "2026-01-01 00:00:00", "a datetime with a zone is due"),
    "clock: beyond the calendar": (
        clocked("+08:00"),
        datetime.max.replace(tzinfo=UTC),
        "date value out of range",
    ),
    "mapping: a list": (written("json"), [1], "a mapping is due"),
    "mapping: text": (written("json"), "{}", "a mapping is due"),
}


@pytest.mark.parametrize("name", RULES)
def test_a_broken_rule_is_named(name: str) -> None:
    parameter, value, rule = RULES[name]
    assert broken_rule(parameter, value) == rule


@pytest.mark.parametrize("parameter", [asked("epoch_ms"), clocked("UTC")])
def test_a_time_without_a_zone_is_no_moment(parameter: Parameter) -> None:
    rule = broken_rule(parameter, datetime(2026, 1, 1))  # noqa: DTZ001
    assert "2026-01-01T00:00:00 has no time zone" in rule
    assert "datetime.now(UTC)" in rule


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        (asked("integer", minimum=1, maximum=100), 1),
        (asked("integer", minimum=1, maximum=100), 100),
        (asked("number", minimum=0), 0),
        (asked(choices=("asc",)), "asc"),
        (listed(most=2), ["a", "b"]),
        (asked(required=True), " a "),
        (asked("integer"), 2**63 - 1),
        (asked("integer"), 1 - 2**63),
        (asked("number"), Decimal("1E-30")),
        (asked("number"), Decimal("9" * 30)),
    ],
)
def test_the_bounds_themselves_are_allowed(parameter: Parameter, value: object) -> None:
    assert sent(parameter, value)


def test_a_refusal_names_operation_parameter_value_and_rule() -> None:
    with pytest.raises(InvalidRequest) as refused:
        build(SEARCH, {"verified_warehouse": 7})
    error = refused.value
    assert (error.operation, error.parameter, error.value) == (
        "products.search",
        "verified_warehouse",
        7,
    )
    assert error.rule == "one of 0, 1, 2 is due"
    assert str(error) == "products.search: verified_warehouse=7: one of 0, 1, 2 is due"


def test_a_wrong_item_is_refused_with_the_whole_list() -> None:
    error = refusal(listed(choices=("a",)), ["a", "x"])
    assert error.value == ["a", "x"]


def test_a_refused_key_is_not_shown() -> None:
    for wrong in (b"CJ1@api@canary", ["CJ1@api@canary"], {"CJ1@api@canary"}):
        with pytest.raises(InvalidRequest) as refused:
            build(LOGIN, {"api_key": wrong})
        assert refused.value.value == "***"
        assert "canary" not in str(refused.value)


def test_a_refused_value_that_holds_a_key_is_masked() -> None:
    error = refusal(asked(choices=("a",)), "my key is CJ1@api@canary")
    assert error.value == "my key is ***"


# --- one of several


def test_exactly_one_of_a_group_is_fine() -> None:
    assert build(GET, {"product_sku": "CJ1", "pid": None}).query == "productSku=CJ1"


@pytest.mark.parametrize("values", [{}, {"pid": None}, {"pid": None, "product_sku": None}])
def test_one_of_a_group_is_missing(values: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        build(GET, values)
    assert refused.value.parameter == "pid, product_sku, variant_sku"
    assert refused.value.value is None
    assert str(refused.value) == (
        "products.get: pid, product_sku, variant_sku:"
        " give exactly one of pid, product_sku, variant_sku"
    )


def test_two_of_a_group_conflict() -> None:
    with pytest.raises(InvalidRequest) as refused:
        build(GET, {"pid": "1", "variant_sku": "2"})
    assert refused.value.parameter == "pid, variant_sku"
    assert refused.value.value == {"pid": "1", "variant_sku": "2"}
    assert refused.value.rule == "give exactly one of pid, product_sku, variant_sku"


def test_one_of_a_group_that_is_no_text_is_told_so() -> None:
    with pytest.raises(InvalidRequest, match="text is due"):
        build(GET, {"pid": 5})


@pytest.mark.parametrize("blank", ["", "  "])
def test_an_empty_one_of_a_group_is_none(blank: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        build(GET, {"pid": blank})
    assert refused.value.parameter == "pid"
    assert refused.value.rule == "it must not be empty"


# --- anything may be given


anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.text(st.characters()),
    st.binary(),
    st.datetimes(timezones=st.none() | st.just(UTC) | st.just(EAST)),
    st.dates(),
    st.uuids(),
    st.lists(st.text() | st.integers(), max_size=3),
    st.dictionaries(st.text(), st.integers(), max_size=3),
    st.builds(object),
)


@given(st.sampled_from(KINDS), st.sampled_from(["query", "body", "list"]), st.booleans(), anything)
def test_whatever_is_given_is_sent_or_refused(
    kind: Kind, place: str, required: bool, value: object
) -> None:
    rest: dict[str, Any] = {"zone": "+08:00", "pattern": "%Y-%m-%d", "required": required}
    parameter = {
        "query": asked(kind, **rest),
        "body": written(kind, **rest),
        "list": listed(kind, **rest),
    }[place]
    try:
        made: Request | InvalidRequest = build(operation(parameter), {"name": value})
    except InvalidRequest as error:
        made = error
    if isinstance(made, InvalidRequest):
        assert made.parameter == "name"
        assert str(made).startswith("x.y: name")
    else:
        assert made.query.isascii()
        assert not isinstance(made.body, Form)
        assert isinstance(msgspec.json.decode(made.body or b"{}"), dict)


# --- requests that are not described


RAW: Operation[Any] = operation(method="POST", path="/shop/getShops")


@dataclass
class Address:
    city: str
    price: Decimal = field(default=Decimal("1E+2"))


class Recipient(msgspec.Struct, rename="camel"):
    zip_code: str


def test_a_struct_travels_as_a_mapping() -> None:
    assert sent(written("json"), Recipient("01234")) == b'{"name":{"zipCode":"01234"}}'


RAW_QUERIES: list[tuple[Mapping[str, object] | None, str]] = [
    (None, ""),
    ({}, ""),
    ({"a": None}, ""),
    (
        {"a": "x y", "b": 1, "c": True, "d": 0.1, "e": Decimal("1E+2")},
        "a=x+y&b=1&c=true&d=0.1&e=100",
    ),
    ({"a": ["x", None, 2], "b": ("y",), "c": []}, "a=x&a=2&b=y"),
    ({"trackNumber": ["a,b", "c"]}, "trackNumber=a%2Cb&trackNumber=c"),
]
RAW_BODIES: list[tuple[object, bytes | None]] = [
    (None, None),
    ({}, b"{}"),
    ({"a": None}, b'{"a":null}'),
    (
        {"a": 0.1, "b": Decimal("1E+2"), "c": [True, {"d": "é"}]},
        '{"a":0.1,"b":100,"c":[true,{"d":"é"}]}'.encode(),
    ),
    ([1, "a"], b'[1,"a"]'),
    ("text", b'"text"'),
    (Address("X"), b'{"city":"X","price":100}'),
    ({"id": uuid.UUID(int=1)}, b'{"id":"00000000-0000-0000-0000-000000000001"}'),
    ({Number.ONE: Word.A}, b'{"1":"a"}'),
]


@pytest.mark.parametrize(("query", "travels"), RAW_QUERIES)
def test_a_raw_query_is_sent_as_given(query: Mapping[str, object] | None, travels: str) -> None:
    assert build_raw(RAW, query, None) == Request("POST", "/shop/getShops", travels, None)


@pytest.mark.parametrize(("body", "travels"), RAW_BODIES)
def test_a_raw_body_is_sent_as_given(body: object, travels: bytes | None) -> None:
    assert build_raw(RAW, None, body).body == travels


def endless() -> list[object]:
    itself: list[object] = []
    itself.append(itself)
    return itself


BAD_QUERIES: list[object] = ["a=b", ["a"], 5, b"a"]
BAD_QUERY_VALUES: list[object] = [
    {"a": 1},
    b"x",
    datetime.now(UTC),
    float("nan"),
    Decimal("sNaN"),
    10**30,
    "\udfff",
    [["x"]],
    object(),
]
BAD_BODIES: list[object] = [
    object(),
    {"a": object()},
    {"a": float("nan")},
    {"a": [Decimal("Infinity")]},
    {"a": 10**30},
    {"a": "\ud800"},
    {"a": b"bytes"},
    {"a": datetime.now(UTC)},
    {"a": date(2026, 1, 1)},
    {"a": timedelta(seconds=1)},
    {None: 1},
    {True: 1},
    endless(),
]


@pytest.mark.parametrize("query", BAD_QUERIES, ids=repr)
def test_a_raw_query_is_a_mapping(query: object) -> None:
    with pytest.raises(InvalidRequest, match="a mapping of names to values is due") as refused:
        build_raw(RAW, query, None)
    assert refused.value.parameter == "query"


@pytest.mark.parametrize("value", BAD_QUERY_VALUES, ids=lambda value: type(value).__name__)
def test_a_raw_query_takes_only_what_can_be_written_in_one_way(value: object) -> None:
    with pytest.raises(InvalidRequest) as refused:
        build_raw(RAW, {"name": value}, None)
    assert refused.value.parameter == "query['name']"


@pytest.mark.parametrize("body", BAD_BODIES, ids=lambda value: repr(value)[:30])
def test_a_raw_body_takes_only_what_json_can_hold_in_one_way(body: object) -> None:
    with pytest.raises(InvalidRequest) as refused:
        build_raw(RAW, None, body)
    assert refused.value.parameter == "body"


@given(anything, anything)
def test_whatever_is_given_raw_is_sent_or_refused(query: object, body: object) -> None:
    try:
        made: Request | InvalidRequest = build_raw(RAW, {"name": query}, {"name": body})
    except InvalidRequest as error:
        made = error
    if isinstance(made, InvalidRequest):
        assert made.operation == RAW.id
    else:
        assert made.query.isascii()
        assert isinstance(made.body, bytes)
        assert list(msgspec.json.decode(made.body)) == ["name"]


# --- what was sent, for an error that must explain itself


def test_what_was_sent_is_told_by_the_names_of_cj() -> None:
    request = Request("POST", "/x", "a=1&b=x+y&b=z&c=", b'{"d":[1,{"e":null}],"a":"body"}')
    assert sent_values(request) == {"a": "body", "b": ["x y", "z"], "c": "", "d": [1, {"e": None}]}


def test_what_was_sent_has_no_secrets() -> None:
    body = b"""{"apiKey":"canary","x":{"openId":1234567,"y":[{"refreshToken":"canary"}]},
                "remark":"CJ7@api@canary","t":"{\\"accessToken\\":\\"canary\\"}","openId":null}"""
    assert sent_values(Request("POST", "/x", "accessToken=canary&b=1", body)) == {
        "accessToken": "***",
        "b": "1",
        "apiKey": "***",
        "x": {"openId": "***", "y": [{"refreshToken": "***"}]},
        "remark": "***",
        "t": '{"accessToken":"***"}',
        "openId": None,
    }


def test_a_body_that_is_no_object_is_told_whole() -> None:
    assert sent_values(Request("POST", "/x", "", b'[1,"a"]')) == {"body": [1, "a"]}
    assert sent_values(Request("GET", "/x", "", None)) == {}


def test_the_secrets_of_a_body_are_found() -> None:
    body = b'{"apiKey":"one","a":[{"openId":22}],"refreshToken":"","b":{"accessToken":"three"}}'
    headers = (("platformToken", "four"),)
    found = secrets_in(Request("POST", "/x", "", body, headers))
    assert sorted(found) == ["22", "four", "one", "three"]
    assert secrets_in(Request("POST", "/x", "", b"[]")) == ()
    assert secrets_in(Request("GET", "/x", "", None)) == ()


# --- the sandbox


ORDER = "/shopping/order/createOrderV2"


def order(body: bytes | None, path: str = ORDER) -> Request:
    return Request("POST", path, "", body)


@pytest.mark.parametrize("body", [b'{"isSandbox":1}', b'{"a":2,"isSandbox": 1 }'])
def test_the_integer_one_makes_a_sandbox_order(body: bytes) -> None:
    check_sandbox(order(body))


@pytest.mark.parametrize(
    "value", ["true", "1.0", '"1"', "0", "2", "null", '"true"', "[1]", '{"isSandbox":1}', "1e0"]
)
def test_nothing_but_the_integer_one_makes_a_sandbox_order(value: str) -> None:
    with pytest.raises(InvalidRequest, match="only the integer 1") as refused:
        check_sandbox(order(f'{{"isSandbox":{value}}}'.encode()))
    assert refused.value.parameter == "is_sandbox"


@pytest.mark.parametrize("body", [None, b"{}", b"[]", b'"isSandbox"', b"[1]", b'{"issandbox":1}'])
def test_an_order_without_the_flag_is_a_real_one(body: bytes | None) -> None:
    with pytest.raises(InvalidRequest):
        check_sandbox(order(body))


@pytest.mark.parametrize(
    "path",
    [
        ORDER,
        "/shopping/order/createOrderV3",
        "/shopping/order/createOrderV4",
        "/shopping/order/createOrder",
        "/shopping/order/createorderv2",
        "/shopping/order/createOrderV2/",
        "/shopping/privateInventory/createOrder",
    ],
)
def test_every_creation_of_an_order_is_watched(path: str) -> None:
    with pytest.raises(InvalidRequest):
        check_sandbox(order(b"{}", path))


@pytest.mark.parametrize("path", ["/shopping/order/list", "/product/sourcing/create", "/x"])
def test_everything_else_is_let_through(path: str) -> None:
    check_sandbox(order(b"{}", path))


def test_a_typed_order_with_a_float_is_refused_before_the_sandbox_is_asked() -> None:
    flag = Parameter(name="isSandbox", python="is_sandbox", place="body", kind="integer")
    for wrong in (True, 1.0, "1"):
        with pytest.raises(InvalidRequest):
            build(operation(flag, path=ORDER), {"is_sandbox": wrong})
    check_sandbox(build(operation(flag, path=ORDER), {"is_sandbox": 1}))


# --- every generated operation


def numbers_out_of_range() -> Iterator[tuple[Operation[Any], Parameter, float]]:
    for each in operations().values():
        for parameter in each.parameters:
            if parameter.minimum is not None:
                yield each, parameter, int(parameter.minimum) - 1
            if parameter.maximum is not None:
                yield each, parameter, int(parameter.maximum) + 1


@pytest.mark.parametrize(
    ("each", "parameter", "value"),
    list(numbers_out_of_range()),
    ids=lambda value: getattr(value, "id", getattr(value, "python", str(value))),
)
def test_every_documented_range_is_kept(
    each: Operation[Any], parameter: Parameter, value: float
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        build(each, {**required_values(each), parameter.python: value})
    assert refused.value.parameter == parameter.python
    assert "is allowed" in refused.value.rule


@pytest.mark.parametrize("each", BY_ID.values(), ids=lambda each: each.id)
def test_every_required_parameter_is_asked_for(each: Operation[Any]) -> None:
    values = required_values(each)
    build(each, values)
    for parameter in each.parameters:
        if parameter.required:
            with pytest.raises(InvalidRequest) as refused:
                build(each, {**values, parameter.python: None})
            assert refused.value.parameter == parameter.python


def required_values(each: Operation[Any]) -> dict[str, object]:
    """The least that a call needs, the least of each object in it included."""
    return least(each.parameters, each.rules)


def least(fields: tuple[Parameter, ...], rules: tuple[Rule, ...]) -> dict[str, object]:
    by_name = {field.python: field for field in fields}
    given = {field.python: sample(field) for field in fields if field.required}
    for rule in rules:
        holds = rule.when is None or given.get(rule.when[0]) in rule.when[1]
        if holds and rule.kind != "forbidden":
            due = rule.names if rule.kind == "required" else rule.names[:1]
            given |= {name: sample(by_name[name]) for name in due}
    return given


def sample(field: Parameter) -> object:
    return [one(field, field.items)] if field.kind == "array" else one(field, field.kind)


def one(field: Parameter, kind: str) -> object:
    if field.choices:
        return field.choices[0]
    if kind == "object":
        return least(field.fields, field.rules)
    return SAMPLES[kind]


SAMPLES: dict[str, object] = {
    "text": "a",
    "integer": 1,
    "number": 1,
    "boolean": True,
    "file": b"%PDF",
}
