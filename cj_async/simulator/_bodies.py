"""What does the body of a request hold? JSON objects, lists of them, and forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from ._answers import NO_BODY, NOT_JSON, Refusal, Refused, empty
from ._forms import File, read_form
from ._spec import BodyRule

Fields = Mapping[str, object]
_JSON = "application/json"
_FORM = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Body:
    """A body that was read.

    Attributes:
        fields: of an object or a form; the files of a form are ``File``.
        rows: the objects of a list, None when the body is no list.
    """

    fields: Fields = field(default_factory=dict[str, object])
    rows: Sequence[Fields] | None = None

    @property
    def whole(self) -> Fields | Sequence[Fields]:
        """The body as it was sent."""
        return self.fields if self.rows is None else self.rows


def read_body(rule: BodyRule, content_type: str, content: bytes) -> Body:
    """Read a body as the operation documents it.

    Raises:
        Refused: it is of another type, missing, or cannot be read.
    """
    if rule.optional and not content.strip():
        return Body()
    kind = content_type.partition(";")[0].strip().lower()
    if kind != (_FORM if rule.kind == "form" else _JSON):
        raise Refused(Refusal(16900203, f"Content type not supported[{kind}]"))
    if not content.strip():
        raise Refused(NO_BODY)
    if rule.kind == "form":
        return Body(read_form(content_type, content))
    try:
        if rule.kind == "list":
            return Body(rows=msgspec.json.decode(content, type=list[dict[str, object]]))
        return Body(msgspec.json.decode(content, type=dict[str, object]))
    except (msgspec.DecodeError, RecursionError):
        raise Refused(NOT_JSON) from None


def check_required(rule: BodyRule, body: Body) -> None:
    """Refuse a body in which a required field is missing or empty, or a file is none.

    Raises:
        Refused: naming the first such field.
    """
    for fields in (body.fields,) if body.rows is None else body.rows:
        for name in rule.required:
            if is_missing(fields.get(name)):
                raise Refused(empty(name))
    for name in rule.files:
        if name in body.fields and not isinstance(body.fields[name], File):
            raise Refused(empty(name))


def is_missing(value: object) -> bool:
    """Whether a value counts as not given."""
    return value in (None, "", [], ()) or (isinstance(value, File) and not value.content)
