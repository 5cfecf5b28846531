"""PURE: reads an answer, says what it means and what follows from it. No network, no clock, no loop.

CJ's answers lie in many ways: business errors inside HTTP 200, two envelopes, no code at all, HTML
from a gateway. The body is read first and classified by code, then message, then HTTP status.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, Generic, TypeVar, get_args, get_origin

import msgspec
from msgspec.structs import replace

from cj_async._codes import CODES, REFINEMENTS, STATUSES, Meaning
from cj_async._decode import DriftReport, Reader, reader
from cj_async._envelope import Envelope
from cj_async._masking import without_secrets
from cj_async._operation import Effect, Operation, Paging
from cj_async._refusals import next_midnight, points_in, rate_in, refilled_at
from cj_async._request import Request, sent_values
from cj_async.errors import (
    APIError,
    BadResponse,
    CJError,
    NotFound,
    OutcomeUnknown,
    PointsExhausted,
    QuotaExhausted,
    RateLimited,
    ServerFailed,
)
from cj_async.models.common import PointsInfo

T = TypeVar("T")
HTTP_OK = 200
HTTP_BAD_REQUEST = 400
EPOCH = datetime.fromtimestamp(0, UTC)
_HEAD = 200
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NO_DATA = "CJ answered with success and without data"
_CHANGES_SOMETHING = frozenset({Effect.IDEMPOTENT, Effect.WRITE, Effect.PAY})
_LEAST_COST = 10
"""Points that the cheapest of the calls costs that cost any."""


class Answer(msgspec.Struct, frozen=True):
    """What came over the wire. ``secrets`` were sent along and must not come back in an error."""

    status: int
    content_type: str
    body: bytes
    secrets: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Answer(status={self.status}, content_type={self.content_type!r})"


class Trouble(Enum):
    """What kind of failure an attempt met; decides with the effect what may be done."""

    RATE = "refused: too many requests"
    POINTS = "refused: not enough points"
    TOKEN = "refused: the token is not accepted"
    NOT_SENT = "nothing was sent"
    LOST = "it was sent and no answer tells what became of it"
    UNREADABLE = "it succeeded, and the answer does not fit the documentation"
    FINAL = "a refusal that repeating does not change"


class Step(Enum):
    """What follows a failed attempt."""

    AGAIN = "try again, after the wait that the trouble asks for"
    REAUTHENTICATE = "get a new token, then try once more"
    RAISE = "raise the error"
    UNKNOWN = "raise OutcomeUnknown"


class Done(msgspec.Struct, Generic[T], frozen=True):
    """An attempt that succeeded."""

    value: T
    envelope: Envelope[Any]


class Failed(msgspec.Struct, frozen=True):
    """An attempt that failed: the kind, the error to raise, and the rate that the words told."""

    trouble: Trouble
    error: CJError
    envelope: Envelope[Any] | None = None
    rate: float | None = None


_BY_TROUBLE = {
    Trouble.TOKEN: Step.REAUTHENTICATE,
    Trouble.NOT_SENT: Step.AGAIN,
    Trouble.FINAL: Step.RAISE,
}
_REPEATABLE = {
    Trouble.RATE: Step.AGAIN,
    Trouble.POINTS: Step.AGAIN,
    Trouble.LOST: Step.AGAIN,
    Trouble.UNREADABLE: Step.RAISE,
}
_WRITING = {**_REPEATABLE, Trouble.LOST: Step.UNKNOWN, Trouble.UNREADABLE: Step.UNKNOWN}
_PAYING = {**_WRITING, Trouble.RATE: Step.RAISE, Trouble.POINTS: Step.RAISE}
_BY_EFFECT = {
    Effect.READ: _REPEATABLE,
    Effect.IDEMPOTENT: _REPEATABLE,
    Effect.WRITE: _WRITING,
    Effect.PAY: _PAYING,
    Effect.TOKEN: dict.fromkeys(_REPEATABLE, Step.RAISE),
}


def next_step(effect: Effect, trouble: Trouble) -> Step:
    """Says what may be done after a failed attempt: the table of effects."""
    return _BY_TROUBLE.get(trouble) or _BY_EFFECT[effect][trouble]


def final_error(operation: Operation[Any], request: Request, failed: Failed, step: Step) -> CJError:
    """The error to raise when nothing more may be tried."""
    if step is not Step.UNKNOWN:
        return failed.error
    error = OutcomeUnknown(
        operation.id,
        str(failed.error).removeprefix(operation.id).lstrip(": "),
        sent=sent_values(request),
        how_to_find_out=operation.how_to_find_out or "look up what the call should have changed",
    )
    error.__cause__ = failed.error
    return error


class Reading(msgspec.Struct, frozen=True):
    """How answers are read: strictly or tolerantly, and who hears of what did not fit."""

    strict: bool = False
    drift: DriftReport | None = None


_SIGNS_OF_SUCCESS = frozenset({"Envelope.code", "Envelope.result", "Envelope.success"})


def outcome(
    operation: Operation[T], answer: Answer, now: datetime, reading: Reading
) -> Done[T] | Failed:
    """Reads an answer once, straight into its type; looks again only when that is no success."""
    if answer.status != HTTP_OK:
        return _second_look(operation, answer, now, None)
    notes: dict[str, object] = {}
    body = answer.body.removeprefix(_BYTE_ORDER_MARK)
    read = _reader_of(operation.result).read
    try:
        envelope: Envelope[Any] = read(body, reading.strict, notes.__setitem__)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        return _second_look(operation, answer, now, problem)
    if not envelope.succeeded or envelope.says_nothing:
        return _second_look(operation, answer, now, None)
    lost = _lost(operation.paging, notes) if notes else None
    if lost is not None:
        return _second_look(operation, answer, now, lost)
    if reading.drift is not None:
        for path, json_type in notes.items():
            reading.drift(path, json_type)
    data: Any = envelope.data
    if operation.nullable or data is not None:
        return Done(data, envelope)
    return _without_data(operation, answer, envelope)


def _lost(paging: Paging | None, notes: Mapping[str, object]) -> Exception | None:
    """What must not be left out: the signs of success, and all rows of a page at once.

    Without a readable sign nobody knows that CJ succeeded; without its rows a page would end the
    list early. A single row that fits nothing is left out and reported (``… in a list``).
    """
    rows = paging.fields if paging is not None else ()
    for path, json_type in notes.items():
        are_rows = path.rpartition(".")[2] in rows and not str(json_type).endswith("in a list")
        if are_rows or path in _SIGNS_OF_SUCCESS:
            return msgspec.ValidationError(f"{path} does not fit ({json_type})")
    return None


@cache
def _reader_of(result: Any) -> Reader:
    return reader(Envelope[result])


def _without_data(
    operation: Operation[Any], answer: Answer, envelope: Envelope[Any]
) -> Done[Any] | Failed:
    """Success without data: nothing was found, or, where something was to be done, too little was told.

    What only says yes or no has said yes: that CJ succeeded is all that the caller wants to know.
    """
    changes = operation.effect in _CHANGES_SOMETHING
    if changes and bool in {operation.result, *get_args(operation.result)}:
        return Done(True, envelope)
    if not changes and get_origin(operation.result) is list:
        return Done([], envelope)
    if not changes and operation.paging is not None:
        return Done(None, envelope)
    safe = _fit_to_show(answer)
    shown: Envelope[Any] = _reader_of(Any).read(safe.body, False, None)
    if changes:
        return Failed(Trouble.UNREADABLE, _bad_response(operation, safe, _NO_DATA), shown)
    message = f"{_NO_DATA}: {shown.message}" if shown.message else _NO_DATA
    told = _Told(operation, safe, shown, message=message)
    return Failed(Trouble.FINAL, _error(NotFound, told), shown)


def _fit_to_show(answer: Answer) -> Answer:
    """The answer without secrets; its content type, too, may hold what a server sends back."""
    body = without_secrets(answer.body.removeprefix(_BYTE_ORDER_MARK), answer.secrets)
    content_type = without_secrets(answer.content_type.encode(), answer.secrets).decode()
    return replace(answer, body=body, content_type=content_type)


def _second_look(
    operation: Operation[Any], answer: Answer, now: datetime, problem: Exception | None
) -> Failed:
    """An error must surface as itself, never as a failure to decode; no secret comes along."""
    safe = _fit_to_show(answer)
    try:
        envelope = _reader_of(Any).read(safe.body, False, None)
    except msgspec.ValidationError:
        return _no_envelope(operation, safe, now, "the answer is JSON, but not an object")
    except (msgspec.DecodeError, UnicodeDecodeError):
        kind = safe.content_type or "of no known type"
        reason = f"the answer is not JSON but {kind}" if safe.body else "the answer is empty"
        return _no_envelope(operation, safe, now, reason)
    if answer.status < HTTP_BAD_REQUEST and envelope.says_nothing:
        return _no_envelope(operation, safe, now, "the answer is JSON, but nothing that CJ says")
    if answer.status < HTTP_BAD_REQUEST and envelope.succeeded:
        reason = (
            f"the answer does not fit the documentation: {problem or 'success, but not HTTP 200'}"
        )
        return Failed(Trouble.UNREADABLE, _bad_response(operation, safe, reason), envelope)
    return _refusal(_Told(operation, safe, envelope, message=envelope.message or "", now=now))


def _no_envelope(operation: Operation[Any], answer: Answer, now: datetime, reason: str) -> Failed:
    """A gateway speaks: its status says what can be said; 200 and redirects say nothing."""
    if answer.status < HTTP_BAD_REQUEST:
        return Failed(Trouble.LOST, _bad_response(operation, answer, reason))
    return _refusal(_Told(operation, answer, Envelope(), message=reason, now=now))


def _bad_response(operation: Operation[Any], answer: Answer, reason: str) -> BadResponse:
    return BadResponse(
        operation.id,
        reason,
        status=answer.status,
        content_type=answer.content_type,
        head=answer.body[:_HEAD],
        raw=answer.body,
    )


class _Told(msgspec.Struct, frozen=True):
    """Everything that is known about a refusal."""

    operation: Operation[Any]
    answer: Answer
    envelope: Envelope[Any]
    message: str
    now: datetime = EPOCH


def _refusal(told: _Told) -> Failed:
    meaning = meaning_of(told.operation.id, told.envelope.code, told.message, told.answer.status)
    trouble = _trouble(meaning)
    rate = rate_in(told.message) if trouble is Trouble.RATE else None
    return Failed(trouble, _error(meaning.error, told), told.envelope, rate)


def meaning_of(operation: str, code: int | str | None, message: str, status: int) -> Meaning:
    """Finds what a refusal means: refined code, code, refined message, HTTP status."""
    words = message.casefold()
    for row in REFINEMENTS:
        if (
            row.code in {None, code}
            and row.operation in {None, operation}
            and row.contains.casefold() in words
        ):
            return row.meaning
    if isinstance(code, int) and code in CODES:
        return CODES[code]
    for (low, high), meaning in STATUSES.items():
        if low <= status <= high:
            return meaning
    return Meaning("unknown", APIError)


def _trouble(meaning: Meaning) -> Trouble:
    if meaning.token == "rejected":
        return Trouble.TOKEN
    return _TROUBLES.get(meaning.error, Trouble.FINAL)


_TROUBLES: Mapping[type[APIError], Trouble] = {
    RateLimited: Trouble.RATE,
    PointsExhausted: Trouble.POINTS,
    ServerFailed: Trouble.LOST,
}


def _error(kind: type[APIError], told: _Told) -> APIError:
    extras = _EXTRAS[kind](told) if kind in _EXTRAS else {}
    return kind(
        told.operation.id,
        code=told.envelope.code,
        message=told.message,
        status=told.answer.status,
        request_id=told.envelope.request_id,
        data=told.envelope.data,
        details=_details(told),
        raw=told.answer.body,
        **extras,
    )


def _details(told: _Told) -> Any:
    """The data of a refusal as the model that the documentation gives it; None where it does not fit."""
    if told.operation.refusal is None or not told.envelope.data:
        return None
    try:
        return _reader_of(told.operation.refusal).read(told.answer.body, False, None).data
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _rate_extras(told: _Told) -> dict[str, Any]:
    return {"retry_after": 1 / (rate_in(told.message) or 1.0)}


def _quota_extras(told: _Told) -> dict[str, Any]:
    return {"retry_at": next_midnight(told.now)}


def _points_extras(told: _Told) -> dict[str, Any]:
    info = told.envelope.points_info or PointsInfo()
    words = points_in(told.message)
    remaining = words.remaining if words else info.remaining
    required = words.required if words else told.operation.points or _LEAST_COST
    missing = required - (remaining or 0)
    return {
        "used": words.used if words else info.used_today,
        "remaining": remaining,
        "required": required,
        "retry_at": refilled_at(told.now, missing, info.total),
    }


_EXTRAS = {
    RateLimited: _rate_extras,
    QuotaExhausted: _quota_extras,
    PointsExhausted: _points_extras,
}
