"""What can go wrong, one class per meaning.

The tree follows what the caller can do about it: mend the settings, mend the call, try again, look
whether a write happened, or read CJ's own answer. Nothing here ever carries a key or a token.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

_LONGEST_VALUE = 80
_LONGEST_MESSAGE = 400


class CJError(Exception):
    """Base of every error this package raises. Copies and pickles keep all attributes."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (type(self), self.args, self.__dict__)


class ConfigurationError(CJError):
    """The settings cannot work: no key, a token pasted as a key, plain http, a closed client."""


class InvalidRequest(CJError):
    """Bad input, found before anything was sent.

    Attributes:
        operation: Name of the method, such as ``products.get``.
        parameter: Name of the parameter as Python spells it (several are joined by ``, ``).
        value: What was given, ``None`` when nothing was; ``***`` for a key or a token.
        rule: What the documentation asks for.
    """

    def __init__(self, operation: str, parameter: str, value: object, rule: str) -> None:
        self.operation = operation
        self.parameter = parameter
        self.value = value
        self.rule = rule
        given = parameter if value is None else f"{parameter}={_short(value)}"
        super().__init__(f"{operation}: {given}: {rule}")


class ListCapped(CJError):
    """A list reached CJ's limit of rows per query, so that what follows cannot be fetched by paging.

    Every row up to the cap was delivered. Narrow the query (category, price, creation time) and go on.

    Attributes:
        operation: Name of the method.
        cap: Rows that one query can reach.
        total: Total that the server reported; at the cap it means "at least".
    """

    def __init__(self, operation: str, cap: int, total: int | None) -> None:
        self.operation = operation
        self.cap = cap
        self.total = total
        super().__init__(
            f"{operation}: CJ serves only the first {cap} rows of a query and reports {total} in total;"
            " narrow the query to reach the rest"
        )


class IncompleteList(CJError):
    """A list did not move on to the page that was asked for, so the rest of it was not fetched.

    Attributes:
        operation: Name of the method.
        asked: Page that was asked for.
        answered: Page that the server says it sent.
    """

    def __init__(self, operation: str, asked: int, answered: int | None) -> None:
        self.operation = operation
        self.asked = asked
        self.answered = answered
        super().__init__(f"{operation}: asked for page {asked}, CJ answered with page {answered}")


class TransportError(CJError):
    """The call got no usable answer.

    Attributes:
        operation: Name of the method.
        reason: What happened.
    """

    def __init__(self, operation: str, reason: str) -> None:
        self.operation = operation
        self.reason = reason
        super().__init__(f"{operation}: {reason}")


class ConnectFailed(TransportError):
    """No connection could be made; nothing was sent."""


class TimedOut(TransportError):
    """No answer came within the time limit."""


class ConnectionLost(TransportError):
    """The connection broke after the call was sent and before its answer was complete."""


class BadResponse(TransportError):
    """The answer is not JSON, or not what the documentation describes.

    Attributes:
        status: HTTP status.
        content_type: Value of the Content-Type header.
        head: First bytes of the body.
        raw: All bytes of the body, without secrets.
    """

    def __init__(
        self,
        operation: str,
        reason: str,
        *,
        status: int,
        content_type: str,
        head: bytes,
        raw: bytes = b"",
    ) -> None:
        self.status = status
        self.content_type = content_type
        self.head = head
        self.raw = raw
        super().__init__(
            operation, f"{reason} (HTTP {status}, {content_type or 'no content type'})"
        )


class OutcomeUnknown(CJError):
    """A write was sent and its answer was lost: it may have happened or not.

    Never repeat it blindly: look first, as ``how_to_find_out`` says.

    Attributes:
        operation: Name of the method.
        reason: Why it is unknown; the error that was met is the ``__cause__``.
        sent: The parameters that were sent, without secrets.
        how_to_find_out: Which call tells whether the write took effect.
    """

    def __init__(
        self, operation: str, reason: str, *, sent: dict[str, Any], how_to_find_out: str
    ) -> None:
        self.operation = operation
        self.reason = reason
        self.sent = sent
        self.how_to_find_out = how_to_find_out
        super().__init__(
            f"{operation}: it is unknown whether this took effect ({reason}); "
            f"do not repeat it blindly: {how_to_find_out}"
        )


class APIError(CJError):
    """CJ refused the call. Base of the refusals below; unknown codes are raised as this class.

    Attributes:
        operation: Name of the method.
        code: CJ's code; ``None`` when there was none, text when it is no number.
        message: CJ's words; they change, never decide by them.
        status: HTTP status; 0 when CJ was not asked.
        request_id: Quote it when you ask CJ for help.
        data: The answer's ``data`` as plain JSON values, for refusals that explain themselves.
        details: The same as a model, where the documentation describes it (``outbound.submit``).
        raw: The bytes of the answer, without secrets.
    """

    def __init__(
        self,
        operation: str,
        *,
        code: int | str | None = None,
        message: str = "",
        status: int = 0,
        request_id: str | None = None,
        data: Any = None,
        details: Any = None,
        raw: bytes = b"",
    ) -> None:
        self.operation = operation
        self.code = code
        self.message = message
        self.status = status
        self.request_id = request_id
        self.data = data
        self.details = details
        self.raw = raw
        super().__init__()

    def __str__(self) -> str:
        code = "" if self.code is None else f" {self.code}"
        http = f"HTTP {self.status}" if self.status else ""
        aside = "; ".join(filter(None, (http, self._detail())))
        return (
            f"{self.operation}{code} {type(self).__name__}: {_one_line(self.message)}"
            f"{f' ({aside})' if aside else ''}"
            f"{f', request id {self.request_id}' if self.request_id else ''}"
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def _detail(self) -> str:
        return ""


class AuthenticationFailed(APIError):
    """The key, the token or the account is not accepted."""


class RateLimited(APIError):
    """Too many requests a second, or the wait for a turn would be longer than ``max_wait``.

    Attributes:
        retry_after: Seconds until it is worth trying again.
    """

    def __init__(self, operation: str, *, retry_after: float, **answer: Any) -> None:
        self.retry_after = retry_after
        super().__init__(operation, **answer)

    def _detail(self) -> str:
        return f"try again in {self.retry_after:.1f} s"


class QuotaExhausted(APIError):
    """The number of calls that the account may make to this address is used up.

    Attributes:
        retry_at: Moment when it is worth trying again.
    """

    def __init__(self, operation: str, *, retry_at: datetime, **answer: Any) -> None:
        self.retry_at = retry_at
        super().__init__(operation, **answer)

    def _detail(self) -> str:
        return f"try again at {self.retry_at.isoformat(timespec='seconds')}"


class PointsExhausted(APIError):
    """The account's API points do not cover the call.

    Attributes:
        used: Points used today, when known.
        remaining: Points left, when known.
        required: Points the call costs.
        retry_at: Moment when the refill covers the call.
    """

    def __init__(
        self,
        operation: str,
        *,
        used: int | None,
        remaining: int | None,
        required: int,
        retry_at: datetime,
        **answer: Any,
    ) -> None:
        self.used = used
        self.remaining = remaining
        self.required = required
        self.retry_at = retry_at
        super().__init__(operation, **answer)

    def _detail(self) -> str:
        moment = self.retry_at.isoformat(timespec="seconds")
        return f"{self.remaining} points left, {self.required} required, try again at {moment}"


class InvalidParameter(APIError):
    """CJ found the parameters wrong."""


class NotFound(APIError):
    """What was asked for does not exist (any more)."""


class Conflict(APIError):
    """It exists already, or it is in a state that does not allow this."""


class InsufficientBalance(APIError):
    """The account's balance does not cover the payment."""


class Rejected(APIError):
    """CJ understood the call and declined it."""


class ServerFailed(APIError):
    """CJ's side failed; waiting helps."""


def _rebuilt(kind: type[CJError], args: tuple[Any, ...], attributes: dict[str, Any]) -> CJError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(attributes)
    return error


def _short(value: object) -> str:
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001  # a repr that fails must not hide what is wrong
        return f"<{type(value).__name__}>"
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 3]}..."


def _one_line(message: str) -> str:
    words = " ".join(message.split()) or "no message"
    return words if len(words) <= _LONGEST_MESSAGE else f"{words[: _LONGEST_MESSAGE - 3]}..."
