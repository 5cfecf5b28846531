"""Does an answer mean what CJ meant by it, and does the right thing follow from it?"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cj_async import errors
from cj_async._codes import CODES, REFINEMENTS, STATUSES
from cj_async._envelope import Envelope
from cj_async._masking import is_mapping
from cj_async._operation import Effect, Operation
from cj_async._protocol import (
    Answer,
    Done,
    Failed,
    Reading,
    Step,
    Trouble,
    final_error,
    meaning_of,
    next_step,
    outcome,
)
from cj_async._request import Request
from cj_async.errors import (
    APIError,
    AuthenticationFailed,
    BadResponse,
    Conflict,
    InsufficientBalance,
    InvalidParameter,
    NotFound,
    OutcomeUnknown,
    PointsExhausted,
    QuotaExhausted,
    RateLimited,
    Rejected,
    ServerFailed,
)
from cj_async.resources import operations
from codegen.load import read_spec

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 22, tzinfo=UTC)
SPEC = Path(__file__).resolve().parent.parent / "spec"
BY_ID = {operation.id: operation for operation in operations().values()}
GET = BY_ID["products.get"]
LIST = BY_ID["variants.list"]
SEARCH = BY_ID["products.search"]
ADD = BY_ID["products.add_to_my_products"]
SOURCE = BY_ID["sourcing.create"]
LOGIN = BY_ID["auth.get_access_token"]
LOGOUT = BY_ID["auth.logout"]
UPDATE = BY_ID["settings.update_account"]
RAW: Operation[Any] = Operation(
    id="GET /x", method="GET", path="/x", result=Any, effect=Effect.READ, nullable=True
)
PRODUCT = {"pid": "1", "sellPrice": "1.50"}
HTML = b"<html><body>Bad gateway</body></html>"


def read(
    operation: Operation[Any],
    body: object,
    status: int = 200,
    *,
    content_type: str = "application/json",
    secrets: tuple[str, ...] = (),
    reading: Reading | None = None,
) -> Done[Any] | Failed:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return outcome(
        operation, Answer(status, content_type, data, secrets), NOW, reading or Reading()
    )


def done(operation: Operation[Any], body: object) -> Any:
    result = read(operation, body)
    assert isinstance(result, Done), result
    return result.value


def failed(operation: Operation[Any], body: object, status: int = 200, **rest: Any) -> Failed:
    result = read(operation, body, status, **rest)
    assert isinstance(result, Failed), result
    return result


def refused(operation: Operation[Any], body: object, status: int = 200, **rest: Any) -> APIError:
    error = failed(operation, body, status, **rest).error
    assert isinstance(error, APIError)
    return error


def refusal(code: object, message: str | None = "no", **rest: object) -> dict[str, object]:
    return {
        "code": code,
        "result": False,
        "message": message,
        "data": None,
        "requestId": "r-1",
        **rest,
    }


def without_absent(**fields: object) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value is not ABSENT}


ABSENT = "(absent)"

# --- success


GOOD_CODES = [ABSENT, None, 200, 0, "200", "0", " 200 ", "", 200.0]
GOOD_FLAGS = [ABSENT, None, True, "true", 1, "1", ""]
BAD_FLAGS = [False, "false", 0, "0"]
BAD_CODES = [1, -1, 201, 1600100, "1600100", "abc", "OK", 200.5, True, False, 10**30]


@pytest.mark.parametrize("code", GOOD_CODES, ids=repr)
def test_success_is_a_good_code_and_no_false_flag(code: object) -> None:
    for result, success in product(GOOD_FLAGS, GOOD_FLAGS):
        body = without_absent(code=code, result=result, success=success, data=PRODUCT)
        assert done(GET, body).pid == "1"


@pytest.mark.parametrize("code", GOOD_CODES, ids=repr)
def test_a_false_flag_is_a_refusal_whatever_the_code(code: object) -> None:
    for bad, other in product(BAD_FLAGS, [*GOOD_FLAGS, *BAD_FLAGS]):
        for flags in ({"result": bad, "success": other}, {"result": other, "success": bad}):
            body = without_absent(code=code, data=PRODUCT, **flags)
            assert failed(GET, body).trouble is Trouble.FINAL


@pytest.mark.parametrize("code", BAD_CODES, ids=repr)
@pytest.mark.parametrize("flag", [ABSENT, True, False], ids=repr)
def test_any_other_code_is_a_refusal_whatever_the_flags(code: object, flag: object) -> None:
    body = without_absent(code=code, result=flag, success=flag, data=PRODUCT)
    assert failed(GET, body).trouble is Trouble.FINAL


@pytest.mark.parametrize(
    "status", [199, 201, 202, 204, 206, 301, 302, 304, 400, 404, 418, 500, 599]
)
def test_there_is_no_success_but_with_http_200(status: int) -> None:
    result = failed(ADD, {"code": 200, "result": True, "data": True}, status)
    assert isinstance(result.error, BadResponse if status < 400 else APIError)
    if status < 400:  # CJ says both yes and no: whether it happened is not known
        assert result.trouble is Trouble.UNREADABLE


def test_the_answer_comes_with_its_envelope() -> None:
    result = read(
        GET,
        {
            "code": "200",
            "requestId": 7,
            "pointsInfo": {"usedToday": 10, "remaining": 5, "total": 15},
            "data": PRODUCT,
        },
    )
    assert isinstance(result, Done)
    assert (result.envelope.code, result.envelope.request_id) == (200, "7")
    assert result.envelope.points_info is not None
    assert result.envelope.points_info.used_today == 10


@pytest.mark.parametrize("odd", [5, "x", [], {"usedToday": "many"}])
def test_odd_points_do_not_cost_the_answer(odd: object) -> None:
    assert done(GET, {"code": 200, "pointsInfo": odd, "data": PRODUCT}).pid == "1"


@pytest.mark.parametrize("lead", [b"\xef\xbb\xbf", b"\n ", b"\xef\xbb\xbf \r\n"])
def test_what_stands_before_the_json_does_no_harm(lead: bytes) -> None:
    assert done(GET, lead + b'{"code":200,"data":{"pid":"1"}}').pid == "1"
    assert refused(GET, lead + b'{"code":1602001,"data":null}').code == 1602001


# --- success without data


def test_a_read_that_finds_nothing_is_not_found() -> None:
    error = refused(GET, {"code": 200, "result": True, "message": "Success", "data": None})
    assert type(error) is NotFound
    assert (
        str(error)
        == "products.get 200 NotFound: CJ answered with success and without data: Success (HTTP 200)"
    )


@pytest.mark.parametrize("nothing", [ABSENT, None, "", "null"], ids=repr)
def test_nothing_is_spelled_in_several_ways(nothing: object) -> None:
    body = without_absent(code=200, success=True, data=nothing)
    result = failed(GET, body)
    assert type(result.error) is NotFound
    assert result.trouble is Trouble.FINAL
    assert done(LIST, body) == []
    assert done(SEARCH, body) is None


def test_an_empty_list_and_an_empty_page_are_what_they_are() -> None:
    assert done(LIST, {"code": 200, "data": []}) == []
    assert done(SEARCH, {"code": 200, "data": {"content": []}}).content == []


def test_null_is_an_answer_where_the_spec_says_so() -> None:
    assert UPDATE.nullable
    assert done(UPDATE, {"code": 200, "data": None}) is None
    assert done(RAW, {"code": 200, "data": None}) is None


def test_what_says_yes_or_no_says_yes_when_cj_succeeded() -> None:
    for operation in (ADD, LOGOUT):
        assert done(operation, {"code": 200, "result": True, "data": None}) is True
        assert done(operation, {"code": 200, "result": True, "data": False}) is False


def test_a_write_that_tells_too_little_is_no_missing_thing() -> None:
    result = failed(SOURCE, {"success": True, "code": 0, "message": None, "data": None})
    assert isinstance(result.error, BadResponse)
    assert result.trouble is Trouble.UNREADABLE
    assert next_step(SOURCE.effect, result.trouble) is Step.UNKNOWN


EMPTY = {"code": 200, "result": True, "data": None}


def test_a_question_answered_with_nothing_is_not_answered_with_yes() -> None:
    question = replace(ADD, effect=Effect.READ)
    assert type(refused(question, EMPTY)) is NotFound


@pytest.mark.parametrize("effect", [Effect.IDEMPOTENT, Effect.WRITE, Effect.PAY])
@pytest.mark.parametrize("operation", [LIST, SEARCH, SOURCE], ids=lambda operation: operation.id)
def test_what_was_to_be_done_is_not_done_when_nothing_is_told(
    operation: Operation[Any], effect: Effect
) -> None:
    result = failed(replace(operation, effect=effect), EMPTY)
    assert result.trouble is Trouble.UNREADABLE
    assert isinstance(result.error, BadResponse)
    assert result.error.reason.startswith("CJ answered with success and without data")


def test_a_login_without_tokens_found_nothing() -> None:
    assert type(refused(LOGIN, {"code": 200, "result": True, "data": None})) is NotFound


# --- answers that are not CJ's


NO_ENVELOPES: dict[str, tuple[object, str]] = {
    "nothing": (b"", "the answer is empty"),
    "html": (HTML, "the answer is not JSON but text/html"),
    "cut off": (b'{"code":200,"data":{"pid":"1"', "the answer is not JSON but text/html"),
    "not utf-8": (b'{"code":200,"message":"\xff\xfe"}', "the answer is not JSON but text/html"),
    "array": ([1, 2], "the answer is JSON, but not an object"),
    "text": ("success", "the answer is JSON, but not an object"),
    "number": (200, "the answer is JSON, but not an object"),
    "true": (True, "the answer is JSON, but not an object"),
    "null": (None, "the answer is JSON, but not an object"),
    "empty object": ({}, "the answer is JSON, but nothing that CJ says"),
    "somebody else's": ({"error": "upstream"}, "the answer is JSON, but nothing that CJ says"),
    "words only": (
        {"message": "busy", "data": None},
        "the answer is JSON, but nothing that CJ says",
    ),
}


@pytest.mark.parametrize("name", NO_ENVELOPES)
@pytest.mark.parametrize("operation", [GET, LIST, SEARCH, ADD, UPDATE, RAW], ids=lambda o: o.id)
def test_what_cj_did_not_say_is_neither_success_nor_an_empty_result(
    name: str, operation: Operation[Any]
) -> None:
    body, reason = NO_ENVELOPES[name]
    result = failed(operation, body, content_type="text/html")
    assert result.trouble is Trouble.LOST
    assert isinstance(result.error, BadResponse)
    assert result.error.reason == f"{reason} (HTTP 200, text/html)"


def test_an_answer_of_no_type_is_told_so() -> None:
    error = failed(GET, HTML, content_type="").error
    assert (
        str(error)
        == "products.get: the answer is not JSON but of no known type (HTTP 200, no content type)"
    )


def test_the_bytes_of_an_unusable_answer_are_kept() -> None:
    error = failed(GET, b"<" * 1000).error
    assert isinstance(error, BadResponse)
    assert (error.status, error.content_type) == (200, "application/json")
    assert error.head == b"<" * 200
    assert error.raw == b"<" * 1000


GATEWAY: list[tuple[int, type[errors.CJError], Trouble]] = [
    (200, BadResponse, Trouble.LOST),
    (302, BadResponse, Trouble.LOST),
    (400, InvalidParameter, Trouble.FINAL),
    (401, AuthenticationFailed, Trouble.TOKEN),
    (403, Rejected, Trouble.FINAL),
    (404, NotFound, Trouble.FINAL),
    (405, APIError, Trouble.FINAL),
    (429, RateLimited, Trouble.RATE),
    (500, ServerFailed, Trouble.LOST),
    (502, ServerFailed, Trouble.LOST),
    (503, ServerFailed, Trouble.LOST),
    (504, ServerFailed, Trouble.LOST),
    (520, ServerFailed, Trouble.LOST),
]


@pytest.mark.parametrize(("status", "kind", "trouble"), GATEWAY)
@pytest.mark.parametrize("body", [HTML, b"", b"[]", b"{}", b'{"error":"x"}'], ids=repr)
def test_a_gateway_speaks_by_its_status(
    status: int, kind: type[errors.CJError], trouble: Trouble, body: bytes
) -> None:
    result = failed(GET, body, status, content_type="text/html")
    assert type(result.error) is kind
    assert result.trouble is trouble
    if isinstance(result.error, APIError):
        assert (result.error.code, result.error.status, result.error.raw) == (None, status, body)
        assert str(result.error).startswith("products.get ")


def test_a_gateway_that_writes_json_is_quoted() -> None:
    error = refused(GET, {"status": 503, "message": "Service Unavailable", "requestId": "g-1"}, 503)
    assert str(error) == "products.get ServerFailed: Service Unavailable (HTTP 503), request id g-1"


# --- refusals: the code decides, wherever it stands


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429, 500, 502])
def test_a_code_means_the_same_with_every_status(status: int) -> None:
    for code in CODES:
        check_refusal(code, status)


def check_refusal(code: int, status: int) -> None:
    error = refused(GET, refusal(code), status)
    assert type(error) is CODES[code].error
    assert (error.code, error.status, error.request_id, error.message) == (
        code,
        status,
        "r-1",
        "no",
    )
    assert error.operation == "products.get"
    assert str(error).startswith(f"products.get {code} {type(error).__name__}: no (HTTP {status}")
    assert str(error).endswith(", request id r-1")


@pytest.mark.parametrize("code", ["1600100", " 1600100 ", 1600100.0])
def test_a_code_may_be_text(code: object) -> None:
    assert refused(GET, refusal(code)).code == 1600100


@pytest.mark.parametrize("code", [1, 999, 1699999, -5, 10**15])
def test_a_code_nobody_knows_is_a_plain_refusal(code: int) -> None:
    result = failed(GET, refusal(code))
    assert type(result.error) is APIError
    assert result.trouble is Trouble.FINAL


@pytest.mark.parametrize("code", ["abc", "E-17", "2OO"])
def test_a_code_that_is_no_number_is_kept_as_it_is(code: str) -> None:
    error = refused(GET, refusal(code))
    assert type(error) is APIError
    assert error.code == code
    assert str(error) == f"products.get {code} APIError: no (HTTP 200), request id r-1"


@pytest.mark.parametrize("code", [ABSENT, None, 999, "abc"])
@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, AuthenticationFailed), (429, RateLimited), (502, ServerFailed), (200, APIError)],
)
def test_without_a_known_code_the_status_decides(
    code: object, status: int, kind: type[APIError]
) -> None:
    body = without_absent(code=code, result=False, message="no")
    assert type(refused(GET, body, status)) is kind


@pytest.mark.parametrize("message", [None, "", ABSENT], ids=repr)
def test_a_refusal_may_be_wordless(message: object) -> None:
    error = refused(GET, without_absent(code=1602001, message=message))
    assert error.message == ""
    assert str(error) == "products.get 1602001 NotFound: no message (HTTP 200)"


@pytest.mark.parametrize("message", [5, ["a"], {"a": 1}])
def test_a_refusal_with_odd_words_is_still_itself(message: object) -> None:
    assert type(refused(GET, {"code": 1602001, "message": message})) is NotFound


@pytest.mark.parametrize(
    "data", [None, "text", 5, True, [], ["a"], {}, {"pid": 5}, [{"vid": None}], {"a": {"b": [1.5]}}]
)
@pytest.mark.parametrize("operation", [GET, LIST, SEARCH, ADD, LOGIN], ids=lambda o: o.id)
def test_a_refusal_surfaces_as_itself_whatever_its_data(
    operation: Operation[Any], data: object
) -> None:
    seen: list[str] = []
    reading = Reading(drift=lambda path, _: seen.append(path))
    for strict in (reading, Reading(strict=True, drift=reading.drift)):
        error = refused(operation, refusal(1600300, data=data), reading=strict)
        assert type(error) is InvalidParameter
        assert error.data == data
    assert seen == []


def test_the_data_of_a_refusal_keeps_exact_numbers() -> None:
    error = refused(GET, b'{"code":1603001,"data":{"price":0.10,"id":12345678901234567890}}')
    assert error.data == {"price": Decimal("0.10"), "id": 12345678901234567890}


def test_the_raw_answer_is_reachable_from_a_refusal() -> None:
    body = b'{ "code" : 1602001, "data" : null }'
    assert refused(GET, body).raw == body


# --- what codes mean


FINAL_CODES = [
    1600003,
    1600004,
    1600005,
    1600006,
    1600007,
    1600008,
    1600009,
    1600012,
    1600013,
    1600030,
    1600031,
    1601000,
]


@pytest.mark.parametrize("status", [200, 401, 500])
def test_1600100_is_a_wrong_parameter_and_final(status: int) -> None:
    result = failed(GET, refusal(1600100, "Interface is offline"), status)
    assert type(result.error) is InvalidParameter
    assert result.trouble is Trouble.FINAL


@pytest.mark.parametrize("code", [1600001, 1600002])
def test_token_trouble_asks_for_a_new_token(code: int) -> None:
    result = failed(GET, refusal(code))
    assert type(result.error) is AuthenticationFailed
    assert result.trouble is Trouble.TOKEN


@pytest.mark.parametrize("code", FINAL_CODES)
@pytest.mark.parametrize("status", [200, 400, 401])
def test_trouble_with_credentials_is_final(code: int, status: int) -> None:
    result = failed(GET, refusal(code), status)
    assert type(result.error) is AuthenticationFailed
    assert result.trouble is Trouble.FINAL


def test_a_dead_refresh_token_is_told_apart() -> None:
    assert [code for code, row in CODES.items() if row.token == "refresh-dead"] == [1600003]
    assert [code for code, row in CODES.items() if row.token == "rejected"] == [1600001, 1600002]


@pytest.mark.parametrize("code", [1600000, 1600301])
def test_a_busy_server_leaves_the_outcome_open(code: int) -> None:
    result = failed(GET, refusal(code))
    assert type(result.error) is ServerFailed
    assert result.trouble is Trouble.LOST


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (1602001, NotFound),
        (1602002, NotFound),
        (1603003, Conflict),
        (1604000, InsufficientBalance),
        (5027, InvalidParameter),
        (16900403, InvalidParameter),
        (1608001, NotFound),
    ],
)
def test_the_rest_is_final(code: int, kind: type[APIError]) -> None:
    result = failed(GET, refusal(code))
    assert type(result.error) is kind
    assert result.trouble is Trouble.FINAL


def test_an_empty_balance_is_not_taken_for_empty_points() -> None:
    assert type(refused(GET, refusal(1604000, "Balance is insufficient"))) is InsufficientBalance
    assert (
        type(
            refused(
                GET,
                refusal(999, "Insufficient API points. Used today: 1, Remaining: 0, Required: 2"),
            )
        )
        is APIError
    )


# --- the same code with another meaning


@pytest.mark.parametrize(
    ("operation", "code", "message", "kind"),
    [
        ("products.add_to_my_products", 1600000, "This product HAS BEEN ADDED already.", Conflict),
        ("products.add_to_my_products", 1600000, "System busy", ServerFailed),
        ("products.get", 1600000, "it has been added", ServerFailed),
        ("orders.get", 1600300, "order not found", NotFound),
        ("orders.get", 1600300, "Param error", InvalidParameter),
        ("orders.list", 1600300, "order not found", InvalidParameter),
        ("products.search", 1600300, "the max offset is 6000", InvalidParameter),
        ("products.search", None, "The Max Offset is 6000", InvalidParameter),
        ("products.search", 999, "the max offset is 6000", InvalidParameter),
        ("outbound.submit", 1603001, "Insufficient stock", Rejected),
        ("orders.change_warehouse", 1603001, "order query fail", Rejected),
        ("orders.edit_pod_pictures", 804, "anything", InvalidParameter),
        ("orders.upload_waybill", 804, "anything", Rejected),
    ],
)
def test_operation_and_words_refine_a_code(
    operation: str, code: int | None, message: str, kind: type[APIError]
) -> None:
    assert meaning_of(operation, code, message, 200).error is kind


def test_what_was_added_before_is_final() -> None:
    result = failed(ADD, refusal(1600000, "This product has been added already."))
    assert type(result.error) is Conflict
    assert result.trouble is Trouble.FINAL


# --- rates, quotas, points


@pytest.mark.parametrize("status", [200, 429])
@pytest.mark.parametrize(
    ("message", "rate", "retry_after"),
    [
        ("Too Many Requests, QPS limit is 1 time/1second", 1, 1),
        ("Too Many Requests, QPS limit is 4 times/1second", 4, 0.25),
        ("QPS limit is 5 times/60second", 5 / 60, 12),
        ("Too much request", None, 1),
        ("", None, 1),
    ],
)
def test_a_rate_refusal_tells_the_true_rate(
    status: int, message: str, rate: float | None, retry_after: float
) -> None:
    result = failed(GET, refusal(1600200, message), status)
    assert result.trouble is Trouble.RATE
    assert result.rate == rate
    assert isinstance(result.error, RateLimited)
    assert result.error.retry_after == pytest.approx(retry_after)


def test_only_a_rate_refusal_tells_a_rate() -> None:
    assert failed(GET, refusal(1600201, "10 times/1second")).rate is None
    assert failed(GET, refusal(1602001, "10 times/1second")).rate is None


def test_a_quota_starts_anew_at_midnight() -> None:
    result = failed(GET, refusal(1600201))
    assert result.trouble is Trouble.FINAL
    assert isinstance(result.error, QuotaExhausted)
    assert result.error.retry_at == MIDNIGHT


POINTS = "Insufficient API points. Used today: 104,890, Remaining: 4, Required: 50. Wait or buy."
INFO = {"usedToday": 200, "remaining": 20, "total": 100_000}


@pytest.mark.parametrize("status", [200, 429])
@pytest.mark.parametrize(
    ("message", "info", "numbers", "seconds"),
    [
        (POINTS, None, (104_890, 4, 50), 46 * 1.728),
        (POINTS, INFO, (104_890, 4, 50), 46 * 0.864),
        ("Insufficient API points.", INFO, (200, 20, 50), 30 * 0.864),
        ("Insufficient API points.", None, (None, None, 50), 50 * 1.728),
        (None, {"usedToday": None}, (None, None, 50), 50 * 1.728),
        ("Used today: 1, Remaining: 99, Required: 50", None, (1, 99, 50), 1.728),
        (
            "Used today: 1, Remaining: 0, Required: 999999999999999999",
            None,
            (1, 0, 10**18 - 1),
            43_200,
        ),
    ],
)
def test_a_points_refusal_tells_its_numbers_and_when_to_come_back(
    status: int,
    message: str | None,
    info: object,
    numbers: tuple[int | None, int | None, int],
    seconds: float,
) -> None:
    result = failed(SEARCH, refusal(16900500, message, pointsInfo=info), status)
    assert result.trouble is Trouble.POINTS
    error = result.error
    assert isinstance(error, PointsExhausted)
    assert (error.used, error.remaining, error.required) == numbers
    assert error.retry_at - NOW == pytest.approx(
        timedelta(seconds=seconds), abs=timedelta(seconds=0.01)
    )


def test_points_refused_to_a_call_of_unknown_cost_are_not_worth_an_immediate_repeat() -> None:
    error = refused(RAW, refusal(16900500, "Insufficient API points."))
    assert isinstance(error, PointsExhausted)
    assert error.required == 10
    assert error.retry_at > NOW + timedelta(seconds=10)


# --- success that does not fit


def test_a_success_that_fits_nothing_is_unreadable() -> None:
    for data in ("oops", 5, [1], {"productNameEn": "no id"}):
        result = failed(GET, {"code": 200, "data": data, "requestId": "r-1"})
        assert result.trouble is Trouble.UNREADABLE
        assert isinstance(result.error, BadResponse)
        assert "does not fit the documentation" in str(result.error)
        assert result.envelope is not None
        assert result.envelope.request_id == "r-1"


def test_a_list_in_which_nothing_fits_is_not_an_empty_list() -> None:
    assert failed(LIST, {"code": 200, "data": [{"a": 1}]}).trouble is Trouble.UNREADABLE
    assert failed(LIST, {"code": 200, "data": "none"}).trouble is Trouble.UNREADABLE


def test_what_does_not_fit_is_reported_and_the_rest_survives() -> None:
    seen: list[tuple[str, object]] = []
    body = {"code": 200, "data": {"pid": "1", "listedNum": "many", "sellPrice": "2"}}
    result = read(GET, body, reading=Reading(drift=lambda path, kind: seen.append((path, kind))))
    assert isinstance(result, Done)
    assert result.value.pid == "1"
    assert result.value.listed_num is None
    assert seen == [("Product.listedNum", "string")]


def test_strictly_read_it_is_an_error_that_names_the_field_and_keeps_the_bytes() -> None:
    body = {"code": 200, "data": {"pid": "1", "listedNum": "many"}}
    result = failed(GET, body, reading=Reading(strict=True))
    assert result.trouble is Trouble.UNREADABLE
    assert isinstance(result.error, BadResponse)
    assert "Product.listedNum" in str(result.error)
    assert json.loads(result.error.raw) == body


# --- what follows


R, A, N, U = Step.RAISE, Step.AGAIN, Step.REAUTHENTICATE, Step.UNKNOWN
TABLE: dict[Effect, dict[Trouble, Step]] = {
    # refused before it ran, nothing sent, answer lost; a new token; does not fit; a refusal
    Effect.READ: {
        Trouble.RATE: A,
        Trouble.POINTS: A,
        Trouble.NOT_SENT: A,
        Trouble.LOST: A,
        Trouble.TOKEN: N,
        Trouble.UNREADABLE: R,
        Trouble.FINAL: R,
    },
    Effect.IDEMPOTENT: {
        Trouble.RATE: A,
        Trouble.POINTS: A,
        Trouble.NOT_SENT: A,
        Trouble.LOST: A,
        Trouble.TOKEN: N,
        Trouble.UNREADABLE: R,
        Trouble.FINAL: R,
    },
    Effect.WRITE: {
        Trouble.RATE: A,
        Trouble.POINTS: A,
        Trouble.NOT_SENT: A,
        Trouble.LOST: U,
        Trouble.TOKEN: N,
        Trouble.UNREADABLE: U,
        Trouble.FINAL: R,
    },
    Effect.PAY: {
        Trouble.RATE: R,
        Trouble.POINTS: R,
        Trouble.NOT_SENT: A,
        Trouble.LOST: U,
        Trouble.TOKEN: N,
        Trouble.UNREADABLE: U,
        Trouble.FINAL: R,
    },
    Effect.TOKEN: {
        Trouble.RATE: R,
        Trouble.POINTS: R,
        Trouble.NOT_SENT: A,
        Trouble.LOST: R,
        Trouble.TOKEN: N,
        Trouble.UNREADABLE: R,
        Trouble.FINAL: R,
    },
}


@pytest.mark.parametrize("effect", Effect)
@pytest.mark.parametrize("trouble", Trouble)
def test_effect_and_trouble_decide_what_follows(effect: Effect, trouble: Trouble) -> None:
    assert next_step(effect, trouble) is TABLE[effect][trouble]


def test_what_moves_money_or_writes_is_never_repeated_once_it_may_have_run() -> None:
    for effect in (Effect.WRITE, Effect.PAY):
        for trouble in (Trouble.LOST, Trouble.UNREADABLE):
            assert next_step(effect, trouble) is Step.UNKNOWN


REQUEST = Request("POST", "/product/addToMyProduct", "", b'{"productId":"7","apiKey":"canary"}')


def test_a_lost_write_says_what_was_sent_and_how_to_find_out() -> None:
    result = failed(ADD, HTML, 502, content_type="text/html")
    error = final_error(ADD, REQUEST, result, Step.UNKNOWN)
    assert isinstance(error, OutcomeUnknown)
    assert error.operation == ADD.id
    assert error.sent == {"productId": "7", "apiKey": "***"}
    assert error.how_to_find_out == ADD.how_to_find_out
    assert error.__cause__ is result.error
    assert error.reason == "ServerFailed: the answer is not JSON but text/html (HTTP 502)"
    assert str(error).startswith("products.add_to_my_products: it is unknown whether")


def test_the_reason_of_an_unknown_outcome_does_not_repeat_the_operation() -> None:
    result = failed(ADD, b"")
    error = final_error(ADD, REQUEST, result, Step.UNKNOWN)
    assert isinstance(error, OutcomeUnknown)
    assert error.reason == "the answer is empty (HTTP 200, application/json)"
    refusing = failed(ADD, refusal(1600000, "System busy"))
    error = final_error(ADD, REQUEST, refusing, Step.UNKNOWN)
    assert isinstance(error, OutcomeUnknown)
    assert error.reason == "1600000 ServerFailed: System busy (HTTP 200), request id r-1"


def test_a_lost_write_to_an_undescribed_path_advises_to_look() -> None:
    error = final_error(RAW, REQUEST, failed(RAW, b""), Step.UNKNOWN)
    assert isinstance(error, OutcomeUnknown)
    assert error.how_to_find_out == "look up what the call should have changed"


@pytest.mark.parametrize("step", [Step.RAISE, Step.AGAIN, Step.REAUTHENTICATE])
def test_otherwise_the_error_itself_is_raised(step: Step) -> None:
    result = failed(GET, refusal(1602001))
    assert final_error(GET, REQUEST, result, step) is result.error


# --- secrets


KEY, TOKEN = "CJ7@api@canary0123456789", "API@CJ7@CJ:canary.0123.456789"
LEAKS = [
    refusal(1600005, f"key {KEY} is wrong"),
    refusal(1600001, f"token {TOKEN} is wrong"),
    refusal(1600001, "token secret-canary-1 is wrong"),
    refusal(1600300, "no", data={"accessToken": "canary", "rows": [{"openId": 99977755}]}),
    refusal(1600300, "no", data=json.dumps({"refreshToken": "canary"})),
    refusal(1600000, 'headers: {"CJ-Access-Token": "secret-canary-1"}'),
    {"code": 200, "data": {"pid": None, "accessToken": "canary", "openId": "99977755"}},
    f"<html>CJ-Access-Token: {TOKEN}, apiKey={KEY}</html>".encode(),
    b'{"code":200,"data":{"accessToken":"canary',
    b'{"code":1600001,"message":"' + TOKEN.replace("@", "%40").replace(":", "%3A").encode() + b'"}',
]


@pytest.mark.parametrize("body", LEAKS, ids=lambda body: str(body)[:50])
@pytest.mark.parametrize("status", [200, 400, 500])
def test_no_secret_of_an_answer_gets_into_an_error(body: object, status: int) -> None:
    result = failed(GET, body, status, secrets=(TOKEN, "secret-canary-1"))
    shown = f"{result.error} {result.error!r} {vars(result.error)} {result!r} {result.envelope!r}"
    assert "canary" not in shown
    assert "99977755" not in shown


def test_what_was_refused_for_its_secret_is_still_itself() -> None:
    error = refused(GET, LEAKS[0])
    assert (type(error), error.code, error.message) == (
        AuthenticationFailed,
        1600005,
        "key *** is wrong",
    )


def test_an_answer_shows_neither_body_nor_secrets() -> None:
    shown = repr(Answer(200, "application/json", b'{"accessToken":"canary"}', ("canary",)))
    assert shown == "Answer(status=200, content_type='application/json')"


def test_an_envelope_shows_no_secrets() -> None:
    envelope = Envelope[Any](code=200, data={"openId": 99977755, "a": [1]}, message=f"hello {KEY}")
    assert (
        repr(envelope)
        == "Envelope(code=200, message='hello ***', data={'openId': '***', 'a': [1]})"
    )
    pair = done(LOGIN, {"code": 200, "data": {"accessToken": "canary", "openId": 99977755}})
    assert "canary" not in repr(Envelope[Any](data=pair))
    assert "99977755" not in repr(Envelope[Any](data=pair))


# --- whatever comes


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(
            st.sampled_from(["pid", "vid", "content", "list", "a"]), inside, max_size=3
        )
    ),
    max_leaves=8,
)
envelopes = st.fixed_dictionaries(
    {},
    optional={
        "code": st.sampled_from([*filter(lambda code: code is not ABSENT, GOOD_CODES), *CODES])
        | anything,
        "result": anything,
        "success": anything,
        "message": st.sampled_from([POINTS, "QPS limit is 1 time/1second"]) | anything,
        "data": st.just(PRODUCT) | anything,
        "requestId": anything,
        "pointsInfo": st.just(INFO) | anything,
    },
)
statuses = st.sampled_from([200, 200, 200, 204, 302, 400, 401, 404, 429, 500, 503])


@given(st.sampled_from(list(BY_ID)), envelopes | anything, statuses, st.booleans())
def test_whatever_json_comes_is_done_or_failed(
    name: str, body: object, status: int, strict: bool
) -> None:
    result = read(BY_ID[name], body, status, reading=Reading(strict=strict))
    if isinstance(result, Failed):
        assert str(result.error).startswith(name)
        assert next_step(BY_ID[name].effect, result.trouble)
    else:
        assert status == 200
        told = dict(body) if is_mapping(body) else {}
        assert told.get("result") is not False
        assert told.get("success") is not False
        assert str(told.get("code")) not in map(str, CODES)
        msgspec.to_builtins(result.value)


@given(st.binary(max_size=200), statuses)
def test_whatever_bytes_come_are_an_error(body: bytes, status: int) -> None:
    result = failed(GET, body, status)
    assert isinstance(result.error, BadResponse | APIError)


# --- the table of codes


DOCUMENTED = [
    0, 200,
    803, 804, 806, 811, 818, 819, 820, 821, 5027, 5030, 10063,
    1600000, 1600001, 1600002, 1600003, 1600004, 1600005, 1600006, 1600007, 1600008, 1600009,
    1600010, 1600011, 1600012, 1600013, 1600030, 1600031, 1600100, 1600101, 1600200, 1600201,
    1600300, 1600301, 1601000,
    1602000, 1602001, 1602002, 1602003, 1602004,
    1603000, 1603001, 1603002, 1603003, 1603100, 1603101, 1603102, 1604000, 1604001,
    1605000, 1605001, 1605002, 1606000, 1606001, 1606010, 1606011, 1606012, 1606013,
    1607000, 1607001, 1607002, 1607003, 1607004, 1607006, 1607007, 1607008, 1607009, 1607010,
    1608001, 1608002, *range(1609000, 1609017),
    16070002, 16900202, 16900203, 16900204, 16900205, 16900403, 16900500,
]  # fmt: skip
"""Every code of the documentation's editions, and those that integrators have seen."""


def test_every_documented_code_has_a_meaning() -> None:
    assert set(DOCUMENTED) == {*CODES, 0, 200}


def test_the_table_is_what_the_spec_says() -> None:
    spec = read_spec(SPEC).errors
    rows = {code: row for code, row in spec["codes"].items() if row["class"] is not None}
    assert set(spec["codes"]) - set(rows) == {0, 200}
    assert {
        code: (row["name"], row["class"], row["waiting-helps"], row.get("token", ""))
        for code, row in rows.items()
    } == {
        code: (row.name, row.error.__name__, row.waiting_helps, row.token)
        for code, row in CODES.items()
    }
    assert [row["name"] for row in spec["refinements"]] == [row.meaning.name for row in REFINEMENTS]
    assert {row["name"] for row in spec["statuses"].values()} == {
        row.name for row in STATUSES.values()
    }


def test_waiting_helps_where_the_client_waits_and_nowhere_else() -> None:
    waits = {RateLimited, PointsExhausted, ServerFailed}
    assert all(row.waiting_helps is (row.error in waits) for row in CODES.values())


def test_an_exact_status_goes_before_a_group_of_statuses() -> None:
    assert list(STATUSES)[-1] == (500, 599)
    assert all(low == high for low, high in list(STATUSES)[:-1])


# ------------------------------------------------------------------------------- rows of a page


def search_answer(content: object) -> dict[str, object]:
    return {
        "code": 200,
        "result": True,
        "data": {"pageNumber": 1, "totalRecords": 900, "content": content},
    }


@pytest.mark.parametrize(
    "content",
    ["later", ["later"], [{"productList": "later"}], [{"productList": [{"nameEn": "no id"}]}]],
)
def test_rows_that_cannot_be_read_are_an_error_and_never_the_end_of_a_list(content: object) -> None:
    failure = failed(SEARCH, search_answer(content))
    assert failure.trouble is Trouble.UNREADABLE
    assert isinstance(failure.error, BadResponse)


def test_a_single_row_that_cannot_be_read_costs_only_itself() -> None:
    drift: dict[str, object] = {}
    rows = [{"id": "1"}, {"nameEn": "no id"}, {"id": "3"}]
    result = read(
        SEARCH,
        search_answer([{"productList": rows}]),
        reading=Reading(drift=drift.__setitem__),
    )
    assert isinstance(result, Done)
    assert [row.id for row in result.value.content[0].product_list] == ["1", "3"]
    assert "ProductSearchGroup.productList" in drift


@pytest.mark.parametrize("content", [None, [], "", [{"productList": None}]])
def test_no_rows_are_no_rows(content: object) -> None:
    assert isinstance(read(SEARCH, search_answer(content)), Done)


@pytest.mark.parametrize("sign", [{"code": {"is": 1}}, {"result": "perhaps"}, {"success": [1]}])
@pytest.mark.parametrize("operation", [GET, LIST, SEARCH, ADD], ids=lambda operation: operation.id)
def test_a_sign_of_success_that_cannot_be_read_is_no_success(
    operation: Operation[Any], sign: dict[str, object]
) -> None:
    failure = failed(operation, {"code": 200, "success": True, "data": None} | sign)
    assert failure.trouble is Trouble.UNREADABLE
