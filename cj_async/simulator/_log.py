"""What was asked of the simulator? A list of records and counters, without any secret."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import overload

from ._forms import File
from ._schema import is_list, is_object

_SECRET = frozenset(
    {"apiKey", "accessToken", "refreshToken", "platformToken", "password", "openId"}
)
_MASK = "***"
_DEEPEST = 50  # levels of a body that are kept


@dataclass(slots=True)
class Record:
    """One request and what became of it; written when it arrives, completed when it is answered.

    Attributes:
        time: when it arrived, by the simulator's clock.
        at: the same moment on the clock's monotonic scale, seconds.
        operation: its name, ``products.search``; "" for an unknown path or method.
        query: the raw query string.
        headers: the documented headers besides the access token, secrets masked.
        body: the body, secrets masked: the fields of an object or of a form, whose files have name,
            type, size and content, or the rows of a list; None when there is none that can be read.
        account: number of the account, None when no good token came along.
        peer: the address it came from.
        status: HTTP status of the answer; None in flight, and when the connection was cut.
        code: code in the answer; None when the answer has none.
        took_effect: whether the operation ran to its end, whatever was answered; one that is answered
            by example did, when nothing was wrong with the request.
        faulted: whether a fault changed the answer.
        number: of the request, from 1, as long as the simulator lives.
        seconds: real seconds from its arrival to its answer; None in flight.
    """

    time: datetime
    at: float
    method: str
    path: str
    peer: str
    query: str = ""
    operation: str = ""
    headers: Mapping[str, object] = field(default_factory=dict[str, object])
    body: Mapping[str, object] | Sequence[Mapping[str, object]] | None = None
    account: int | None = None
    status: int | None = None
    code: int | None = None
    took_effect: bool = False
    faulted: bool = False
    number: int = 0
    seconds: float | None = None


Watcher = Callable[[Record], None]
"""Whoever wants to know of every answer."""


@dataclass(slots=True, eq=False)
class RequestLog(Sequence[Record]):
    """The newest records, oldest first; the counters count all there ever were.

    Attributes:
        operations: how often each operation was asked for.
        codes: how often each code was answered.
        watchers: called with every record once it is complete.
    """

    keep: int
    operations: Counter[str] = field(default_factory=Counter[str])
    codes: Counter[int | None] = field(default_factory=Counter[int | None])
    watchers: list[Watcher] = field(default_factory=list[Watcher], repr=False)
    _arrived: int = field(default=0, init=False, repr=False)
    _records: deque[Record] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._records = deque(maxlen=self.keep)

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Record]:
        return iter(list(self._records))

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> list[Record]: ...
    def __getitem__(self, index: int | slice) -> Record | list[Record]:
        return list(self._records)[index] if isinstance(index, slice) else self._records[index]

    @property
    def total(self) -> int:
        """How many requests for documented operations there ever were."""
        return self.operations.total()

    def of(self, operation: str) -> list[Record]:
        """The records of one operation, oldest first."""
        return [record for record in self._records if record.operation == operation]

    def arrived(self, record: Record) -> None:
        """Write down a request."""
        self._arrived += 1
        record.number = self._arrived
        self._records.append(record)

    def answered(
        self, record: Record, status: int | None, code: int | None, seconds: float | None = None
    ) -> None:
        """Complete a record."""
        record.status, record.code, record.seconds = status, code, seconds
        self.codes[code] += 1
        for watcher in self.watchers:
            watcher(record)

    def select(
        self,
        *,
        operation: str | None = None,
        account: int | None = None,
        status: int | None = None,
        code: int | None = None,
        since: datetime | int | None = None,
        limit: int | None = None,
    ) -> list[Record]:
        """The records that are meant, oldest first; None is any.

        Args:
            operation: its name; "" for unknown paths.
            account: number of the account.
            status: HTTP status of the answer.
            code: code in the answer.
            since: from that moment of the simulator's clock on, or after the record of that number.
            limit: the newest so many.
        """
        wanted = {"operation": operation, "account": account, "status": status, "code": code}
        asked = [(name, value) for name, value in wanted.items() if value is not None]
        found = (
            record
            for record in reversed(self._records)
            if _is_since(record, since)
            and all(getattr(record, name) == value for name, value in asked)
        )
        return list(islice(found, limit))[::-1]

    def clear(self) -> None:
        """Forget all records and counts."""
        self._records.clear()
        self.operations.clear()
        self.codes.clear()


def _is_since(record: Record, since: datetime | int | None) -> bool:
    if since is None:
        return True
    return record.number > since if isinstance(since, int) else record.time >= since


def masked(fields: Mapping[str, object], levels: int = _DEEPEST) -> dict[str, object]:
    """The fields of a body, or headers, with every secret replaced, however deep."""
    return {
        name: _MASK if name in _SECRET else _without_secrets(value, levels - 1)
        for name, value in fields.items()
    }


def without_files(value: object) -> object:
    """A body with the name, type and size of every file in place of its content."""
    if isinstance(value, File):
        return {"name": value.name, "contentType": value.content_type, "size": value.size}
    if is_object(value):
        return {name: without_files(each) for name, each in value.items()}
    if is_list(value):
        return [without_files(each) for each in value]
    return value


def _without_secrets(value: object, levels: int) -> object:
    if is_object(value):
        return masked(value, levels) if levels else "..."
    if is_list(value):
        return [_without_secrets(each, levels - 1) for each in value] if levels else "..."
    return value
