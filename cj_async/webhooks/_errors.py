"""What is wrong with a body that is no message."""

from __future__ import annotations

from cj_async._masking import without_secrets
from cj_async.errors import CJError

_HEAD_LENGTH = 200


class BadMessage(CJError):
    """A body that is no message of CJ: no JSON, or no object. Answer it with HTTP 400.

    Attributes:
        reason: What is wrong with it.
        head: Its first bytes, without secrets.
    """

    def __init__(self, reason: str, raw: bytes = b"") -> None:
        self.reason = reason
        self.head = without_secrets(raw[:_HEAD_LENGTH])
        super().__init__(f"not a message of CJ: {reason}")
