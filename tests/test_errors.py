"""Do errors say what happened, keep what they know, and form the tree that callers catch by?"""

from __future__ import annotations

import copy
import inspect
import pickle
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

import cj_async
from cj_async import errors
from cj_async.errors import (
    APIError,
    AuthenticationFailed,
    BadResponse,
    CJError,
    ConfigurationError,
    Conflict,
    ConnectFailed,
    ConnectionLost,
    IncompleteList,
    InsufficientBalance,
    InvalidParameter,
    InvalidRequest,
    ListCapped,
    NotFound,
    OutcomeUnknown,
    PointsExhausted,
    QuotaExhausted,
    RateLimited,
    Rejected,
    ServerFailed,
    TimedOut,
    TransportError,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ANSWER = {
    "code": 1602001,
    "message": "Product not found",
    "status": 200,
    "request_id": "2b97",
    "data": {"pid": "1"},
    "raw": b"{}",
}

EXAMPLES: list[CJError] = [
    ConfigurationError("no key"),
    InvalidRequest("products.get", "pid", 5, "text is due"),
    ListCapped("products.list", 6000, 6000),
    IncompleteList("products.list", 3, 1),
    ConnectFailed("products.get", "no route"),
    ConnectionLost("products.get", "it broke"),
    TimedOut("products.get", "no answer within 30 s"),
    BadResponse("products.get", "no", status=502, content_type="a/b", head=b"<", raw=b"<html>"),
    OutcomeUnknown("orders.delete", "lost", sent={"orderId": "1"}, how_to_find_out="orders.get"),
    APIError("products.get", **ANSWER),  # type: ignore[arg-type]
    RateLimited("products.get", retry_after=0.5, **ANSWER),
    QuotaExhausted("products.get", retry_at=NOON, **ANSWER),
    PointsExhausted("products.get", used=1, remaining=2, required=3, retry_at=NOON, **ANSWER),
    *(
        kind("products.get", **ANSWER)  # type: ignore[arg-type]
        for kind in (
            AuthenticationFailed,
            InvalidParameter,
            NotFound,
            Conflict,
            InsufficientBalance,
            Rejected,
            ServerFailed,
        )
    ),
]

TREE: dict[type[CJError], type[Exception]] = {
    CJError: Exception,
    ConfigurationError: CJError,
    InvalidRequest: CJError,
    ListCapped: CJError,
    IncompleteList: CJError,
    TransportError: CJError,
    ConnectFailed: TransportError,
    ConnectionLost: TransportError,
    TimedOut: TransportError,
    BadResponse: TransportError,
    OutcomeUnknown: CJError,
    APIError: CJError,
    AuthenticationFailed: APIError,
    RateLimited: APIError,
    QuotaExhausted: APIError,
    PointsExhausted: APIError,
    InvalidParameter: APIError,
    NotFound: APIError,
    Conflict: APIError,
    InsufficientBalance: APIError,
    Rejected: APIError,
    ServerFailed: APIError,
}


def error_classes() -> set[type[CJError]]:
    found = {value for value in vars(errors).values() if inspect.isclass(value)}
    return {value for value in found if issubclass(value, CJError)}


def named(error: CJError) -> str:
    return type(error).__name__


# --- the tree


def test_the_tree_is_the_documented_one() -> None:
    assert {kind: kind.__base__ for kind in error_classes()} == TREE


def test_every_error_class_is_public() -> None:
    for kind in error_classes():
        assert getattr(cj_async, kind.__name__) is kind
        assert kind.__name__ in cj_async.__all__


def test_every_kind_of_error_is_tried_here() -> None:
    assert {type(error) for error in EXAMPLES} == error_classes() - {CJError, TransportError}


@pytest.mark.parametrize("error", EXAMPLES, ids=named)
def test_every_attribute_is_documented(error: CJError) -> None:
    docs = "\n".join(
        kind.__doc__ or "" for kind in type(error).__mro__ if issubclass(kind, CJError)
    )
    documented = set(re.findall(r"^\s+(\w+): ", docs, re.MULTILINE))
    assert set(vars(error)) <= documented


# --- copies


def pickled(error: CJError) -> CJError:
    twin: CJError = pickle.loads(pickle.dumps(error))
    return twin


HOW: dict[str, Callable[[CJError], CJError]] = {
    "copied": copy.copy,
    "copied deeply": copy.deepcopy,
    "pickled": pickled,
}


@pytest.mark.parametrize("error", EXAMPLES, ids=named)
@pytest.mark.parametrize("how", HOW)
def test_copies_keep_everything(error: CJError, how: str) -> None:
    twin = HOW[how](error)
    assert type(twin) is type(error)
    assert twin is not error
    assert vars(twin) == vars(error)
    assert twin.args == error.args
    assert str(twin) == str(error)


def test_a_copy_keeps_notes() -> None:
    error = NotFound("products.get", code=1602001)
    error.add_note("seen twice")
    assert pickled(error).__notes__ == ["seen twice"]


# --- what they say


@pytest.mark.parametrize("error", EXAMPLES[1:], ids=named)
def test_an_error_begins_with_the_operation(error: CJError) -> None:
    assert str(error).startswith(error.operation)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            NotFound("products.get", **ANSWER),  # type: ignore[arg-type]
            "products.get 1602001 NotFound: Product not found (HTTP 200), request id 2b97",
        ),
        (APIError("x.y", code=999, status=400), "x.y 999 APIError: no message (HTTP 400)"),
        (APIError("x.y", code="E-7", message="odd"), "x.y E-7 APIError: odd"),
        (
            ServerFailed("x.y", status=502, message="the answer is not JSON but text/html"),
            "x.y ServerFailed: the answer is not JSON but text/html (HTTP 502)",
        ),
        (
            RateLimited("x.y", retry_after=2.04, message="nothing was sent"),
            "x.y RateLimited: nothing was sent (try again in 2.0 s)",
        ),
        (
            RateLimited("x.y", retry_after=1, code=1600200, status=429, request_id="r1"),
            "x.y 1600200 RateLimited: no message (HTTP 429; try again in 1.0 s), request id r1",
        ),
        (
            QuotaExhausted("x.y", retry_at=NOON, code=1600201, status=200, message="used up"),
            "x.y 1600201 QuotaExhausted: used up"
            " (HTTP 200; try again at 2026-11-21T12:00:00+00:00)",
        ),
        (
            PointsExhausted("x.y", used=9, remaining=4, required=10, retry_at=NOON, request_id="r"),
            "x.y PointsExhausted: no message (4 points left, 10 required,"
            " try again at 2026-11-21T12:00:00+00:00), request id r",
        ),
        (
            BadResponse("x.y", "the answer is empty", status=200, content_type="", head=b""),
            "x.y: the answer is empty (HTTP 200, no content type)",
        ),
        (
            BadResponse("x.y", "it is cut", status=200, content_type="text/html", head=b""),
            "x.y: it is cut (HTTP 200, text/html)",
        ),
        (TimedOut("x.y", "no answer within 30 s"), "x.y: no answer within 30 s"),
        (
            OutcomeUnknown("x.y", "no answer", sent={}, how_to_find_out="x.list shows it"),
            "x.y: it is unknown whether this took effect (no answer);"
            " do not repeat it blindly: x.list shows it",
        ),
        (InvalidRequest("x.y", "pid", None, "it is required"), "x.y: pid: it is required"),
        (
            InvalidRequest("x.y", "page", 0, "at least 1 is allowed"),
            "x.y: page=0: at least 1 is allowed",
        ),
        (
            ListCapped("x.y", 6000, None),
            "x.y: CJ serves only the first 6000 rows of a query and reports None in total;"
            " narrow the query to reach the rest",
        ),
        (IncompleteList("x.y", 3, 1), "x.y: asked for page 3, CJ answered with page 1"),
    ],
    ids=lambda value: named(value) if isinstance(value, CJError) else "",
)
def test_errors_read_like_this(error: CJError, text: str) -> None:
    assert str(error) == text


@pytest.mark.parametrize("error", [e for e in EXAMPLES if isinstance(e, APIError)], ids=named)
def test_a_refusal_begins_with_operation_and_code_and_ends_with_the_request_id(
    error: APIError,
) -> None:
    assert str(error).startswith("products.get 1602001 ")
    assert str(error).endswith(" 2b97")


def test_a_refusal_shows_itself_where_only_its_repr_is_shown() -> None:
    assert repr(NotFound("x.y", code=1)) == "NotFound('x.y 1 NotFound: no message')"


def test_words_of_a_server_cannot_begin_a_new_line_in_a_log() -> None:
    error = APIError("x.y", message="a\r\n2026 ERROR forged\x0b\tb")
    assert str(error) == "x.y APIError: a 2026 ERROR forged b"
    assert error.message.startswith("a\r\n")


def test_endless_words_of_a_server_are_cut() -> None:
    fitting, endless = APIError("x.y", message="a" * 400), APIError("x.y", message="a" * 401)
    assert str(fitting) == f"x.y APIError: {'a' * 400}"
    assert str(endless) == f"x.y APIError: {'a' * 397}..."
    assert endless.message == "a" * 401


class Unreadable:
    def __repr__(self) -> str:
        raise RuntimeError("no repr")


@pytest.mark.parametrize(
    "value",
    ["x" * 10_000, 10**5000, Unreadable(), list(range(10_000))],
    ids=["long", "many digits", "no repr", "many values"],
)
def test_a_bad_value_is_shown_briefly_whatever_it_is(value: object) -> None:
    text = str(InvalidRequest("x.y", "pid", value, "text is due"))
    assert len(text) < 120
    assert text.endswith(": text is due")


def test_a_value_is_shown_whole_when_it_is_short_enough() -> None:
    fitting, long = (
        InvalidRequest("x.y", "a", "v" * 78, "!"),
        InvalidRequest("x.y", "a", "v" * 79, "!"),
    )
    assert str(fitting) == f"x.y: a='{'v' * 78}': !"
    assert str(long) == f"x.y: a='{'v' * 76}...: !"
    assert str(InvalidRequest("x.y", "a", Unreadable(), "!")) == "x.y: a=<Unreadable>: !"


def test_moments_are_told_to_the_second() -> None:
    moment = NOON.replace(microsecond=123_456)
    points = PointsExhausted("x.y", used=1, remaining=2, required=3, retry_at=moment)
    for error in (QuotaExhausted("x.y", retry_at=moment), points):
        assert "try again at 2026-11-21T12:00:00+00:00)" in str(error)


def test_a_refusal_that_never_came_over_the_wire_has_no_http_status() -> None:
    assert RateLimited("x.y", retry_after=1).status == 0


# --- what callers do with them


def test_a_refusal_is_caught_as_any_of_its_bases() -> None:
    for base in (NotFound, APIError, CJError, Exception):
        with pytest.raises(base):
            raise NotFound("products.get", code=1602001)


def test_a_transport_error_is_no_refusal() -> None:
    assert not issubclass(TransportError, APIError)
    assert not issubclass(OutcomeUnknown, TransportError | APIError)
