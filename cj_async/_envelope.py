"""PURE: what surrounds every answer of CJ, in both of its shapes, and when it says success."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

from cj_async._masking import masked
from cj_async.models.common import PointsInfo

T = TypeVar("T")


class Envelope(msgspec.Struct, Generic[T], rename="camel"):
    """What surrounds every answer, in both of its shapes.

    Attributes:
        code: 200 or 0 on success; some answers have none. Text only where CJ sent no number.
        result: Whether the call succeeded (first shape).
        success: Whether the call succeeded (second shape).
        message: CJ's words.
        data: What was asked for.
        request_id: Quote it when you ask CJ for help. Disputes call it redirectUri.
        points_info: The account's points after the call.
    """

    code: int | str | None = None
    result: bool | None = None
    success: bool | None = None
    message: str | None = None
    data: T | None = None
    request_id: str | None = None
    points_info: PointsInfo | None = None
    redirect_uri: str | None = None

    def __post_init__(self) -> None:
        if self.request_id is None:
            self.request_id = self.redirect_uri
        if isinstance(self.code, str):
            self.code = _number_or_text(self.code.strip())

    def __repr__(self) -> str:
        fields = ((name, getattr(self, name)) for name in self.__struct_fields__)
        shown = (f"{name}={masked(value)!r}" for name, value in fields if value is not None)
        return f"Envelope({', '.join(shown)})"

    @property
    def succeeded(self) -> bool:
        """Success is a code of 200, 0 or none, and no flag that says otherwise."""
        return (
            self.code in {None, 0, 200} and self.result is not False and self.success is not False
        )

    @property
    def says_nothing(self) -> bool:
        """Whether nothing of an envelope is there: somebody else's JSON, which is no success."""
        return self.code is self.result is self.success is self.data is None


def _number_or_text(code: str) -> int | str | None:
    try:
        return int(code) if code else None
    except ValueError:
        return code
