"""What is wrong with a body that is no message."""

from __future__ import annotations

from cj_async._masking import without_secrets
from cj_async.errors import CJError

_HEAD_LENGTH = 200


class BadMessage(CJError):
    """A body that is no message of CJ: no JSON, no object, or one without a type.

    Attributes:
        reason: What is wrong with it.
        head: Its first bytes, without secrets.
    """

    def __init__(self, reason: str, raw: bytes = b"") -> None:
        self.reason = reason
        self.head = without_secrets(raw[:_HEAD_LENGTH])
        super().__init__(f"not a message of CJ: {reason}")


class Probe(BadMessage):
    """An object without a type, as CJ posts it to an address while ``webhooks.set`` registers it.

    It tells nothing, but wants HTTP 200, or the registration fails. Any other `BadMessage` did not
    come from CJ.
    """
