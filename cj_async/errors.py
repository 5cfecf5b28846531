"""What can go wrong, one class per meaning.

The tree follows what the caller can do about it: mend the settings, mend the call, try again, look
whether a write happened, or read CJ's own answer. Nothing here ever carries a key or a token.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any


class CJError(Exception):
    """Base of every error this package raises."""


class ConfigurationError(CJError):
    """The settings cannot work: no key, a token pasted as a key, plain http, a closed client."""


class InvalidRequest(CJError):
    """Bad input, found before anything was sent.

    Attributes:
        operation: Name of the method, such as ``products.get``.
        parameter: Name of the parameter as Python spells it (several are joined by ``, ``).
        value: What was given (``None`` when nothing was).
        rule: What the documentation asks for.
    """

    def __init__(self, operation: str, parameter: str, value: object, rule: str) -> None:
        self.operation = operation
        self.parameter = parameter
        self.value = value
        self.rule = rule
        super().__init__(f"{operation}: {parameter}={_short(value)} is not valid: {rule}")


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
    """

    def __init__(
        self, operation: str, reason: str, *, status: int, content_type: str, head: bytes
    ) -> None:
        self.status = status
        self.content_type = content_type
        self.head = head
        super().__init__(
            operation, f"{reason} (HTTP {status}, {content_type or 'no content type'})"
        )


class OutcomeUnknown(CJError):
    """A write was sent and its answer was lost: it may have happened or not.

    Never repeat it blindly: look first, as ``how_to_find_out`` says.

    Attributes:
        operation: Name of the method.
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
        code: CJ's code, ``None`` when the answer had none.
        message: CJ's words; they change, never decide by them.
        status: HTTP status.
        request_id: Quote it when you ask CJ for help.
        data: The answer's ``data`` as plain JSON values, for refusals that explain themselves.
        raw: The bytes of the answer.
    """

    def __init__(
        self,
        operation: str,
        *,
        code: int | None = None,
        message: str = "",
        status: int = 200,
        request_id: str | None = None,
        data: Any = None,
        raw: bytes = b"",
    ) -> None:
        self.operation = operation
        self.code = code
        self.message = message
        self.status = status
        self.request_id = request_id
        self.data = data
        self.raw = raw
        super().__init__()

    def __str__(self) -> str:
        detail = self._detail()
        return (
            f"{self.operation}: {self.code}: {self.message or 'no message'}"
            f"{f' ({detail})' if detail else ''} [HTTP {self.status}, request id {self.request_id}]"
        )

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


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
