"""Rules for errors.yaml: every row complete, every class one of the client's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codegen.load import Json, Spec

CLASSES = (
    "APIError",
    "AuthenticationFailed",
    "Conflict",
    "InsufficientBalance",
    "InvalidParameter",
    "NotFound",
    "PointsExhausted",
    "QuotaExhausted",
    "RateLimited",
    "Rejected",
    "ServerFailed",
)
TOKEN = ("rejected", "refresh-dead")


def error_findings(spec: Spec) -> Iterator[str]:
    """Yields what is wrong with the error table."""
    names: dict[str, Json] = {}
    for code, row in spec.errors.get("codes", {}).items():
        where = f"errors.yaml: {code}"
        if not isinstance(code, int):
            yield f"{where}: a code is a number"
        yield from _row(row, where, success=row.get("class") is None and code in {0, 200})
        if row.get("name") in names:
            yield f"{where}: the name {row['name']!r} is taken by {names[row['name']]}"
        names[row.get("name")] = code
    for row in spec.errors.get("refinements", []):
        where = f"errors.yaml: refinement of {row.get('code')}"
        yield from _row(row, where, success=False)
        if not (row.get("operation") or row.get("message-contains")):
            yield f"{where}: operation or message-contains is due"
    for status, row in spec.errors.get("statuses", {}).items():
        where = f"errors.yaml: status {status}"
        if not re.fullmatch(r"[1-5](?:\d\d|xx)", str(status)):
            yield f"{where}: a status such as 404, or a group such as 5xx, is due"
        yield from _row(row, where, success=False)


def _row(row: dict[str, Json], where: str, *, success: bool) -> Iterator[str]:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", str(row.get("name"))):
        yield f"{where}: a name in snake_case is due"
    if not row.get("meaning"):
        yield f"{where}: meaning missing"
    if not success and row.get("class") not in CLASSES:
        yield f"{where}: class {row.get('class')!r} is not one of {', '.join(CLASSES)}"
    if not success and not isinstance(row.get("waiting-helps", False), bool):
        yield f"{where}: waiting-helps is true or false"
    if row.get("token", "rejected") not in TOKEN:
        yield f"{where}: token is one of {', '.join(TOKEN)}"
