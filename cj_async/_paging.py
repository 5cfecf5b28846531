"""Pages: awaited gives one page, iterated gives every item of every page."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator, Mapping
from typing import Any, Generic, TypeVar

import msgspec

from cj_async._masking import is_list
from cj_async._operation import Operation, Paging
from cj_async.errors import (
    APIError,
    ConfigurationError,
    IncompleteList,
    InvalidRequest,
    ListCapped,
)

Item = TypeVar("Item")
Fetch = Callable[[Operation[Any], Mapping[str, object]], Awaitable[Any]]

logger = logging.getLogger("cj_async")

_OFFSET_REFUSAL = re.compile(r"the max offset is\D{0,3}(\d+)", re.IGNORECASE)


class Page(msgspec.Struct, Generic[Item], frozen=True, kw_only=True):
    """One page of a list.

    Attributes:
        items: The rows of this page; groups are flattened.
        total: Rows that match, as CJ reports it; ``None`` when it does not. At the cap: "at least".
        number: Number of this page, from 1.
        size: Rows that a page holds, as CJ reports it; what was asked for when it does not.
        has_next: Whether another page can follow. One that follows may still be empty.
        capped: Whether CJ's limit of rows per query cuts this list short, as far as ``total`` tells.
        answer: The whole decoded answer, for what stands beside the rows.
    """

    items: list[Item]
    total: int | None
    number: int
    size: int
    has_next: bool
    capped: bool
    answer: Any

    def __repr__(self) -> str:
        return (
            f"Page(number={self.number}, size={self.size}, items=<{len(self.items)} rows>,"
            f" total={self.total}, has_next={self.has_next}, capped={self.capped})"
        )


class Pages(Generic[Item]):
    """The pages of a list; nothing is sent before it is awaited or iterated.

    ``await pages`` gives one :class:`Page`: the one asked for, or the first, with as many rows as
    asked for or as CJ gives by itself. ``async for item in pages`` gives every item from there to
    the end, and asks for the largest pages unless a size was given. ``pages.pages()`` gives whole
    pages. Every new ``await`` or ``async for`` asks anew.

    An iteration may be left at any time, there is nothing to close. After an error it can be asked
    for its next item again and goes on with the page that failed.

    Raises:
        InvalidRequest: bad input, found before anything was sent.
        ListCapped: the rows asked for lie beyond CJ's limit of rows per query. An iteration first
            gives all rows up to the limit.
        IncompleteList: an iteration asked for the next page and got another one.
        APIError: CJ refused.
        TransportError: no usable answer came.
    """

    def __init__(
        self, fetch: Fetch, operation: Operation[Any], values: Mapping[str, object]
    ) -> None:
        if operation.paging is None:
            raise InvalidRequest(operation.id, "paging", None, "this operation is not a list")
        self._fetch = fetch
        self._operation = operation
        self._paging = operation.paging
        self._values = values

    def __repr__(self) -> str:
        return f"<Pages of {self._operation.id}>"

    def __await__(self) -> Generator[Any, None, Page[Item]]:
        return self._page(self._values).__await__()

    def __aiter__(self) -> AsyncIterator[Item]:
        return _Items(self.pages())

    def pages(self) -> AsyncIterator[Page[Item]]:
        """Gives page after page, until an empty one or the end of the list.

        Returns:
            An iterator of :class:`Page`; none of them is empty.

        Raises:
            ListCapped: the limit of rows per query was reached; all rows up to it were delivered.
            IncompleteList: CJ did not move on to the next page.
            APIError: CJ refused.
            TransportError: no usable answer came.
        """
        return _Walk(self._page, self._operation.id, self._paging, self._values)

    async def _page(self, values: Mapping[str, object], before: int | None = None) -> Page[Item]:
        try:
            answer = await self._fetch(self._operation, values)
        except APIError as error:
            cap = _cap_in(error.message)
            if cap is None:
                raise
            raise ListCapped(self._operation.id, cap, None) from error
        return read_page(self._paging, answer, values, before)


class _Walk(Generic[Item]):
    """Asks for page after page; an error leaves it where it is, so that it can be asked again.

    No async generator: left in the middle, that would have to be closed, and an error would end it
    as if the list were complete.
    """

    __slots__ = (
        "_asking",
        "_before",
        "_capped",
        "_fetch",
        "_last",
        "_operation",
        "_paging",
        "_values",
    )

    def __init__(
        self,
        fetch: Callable[[Mapping[str, object], int | None], Awaitable[Page[Item]]],
        operation: str,
        paging: Paging,
        values: Mapping[str, object],
    ) -> None:
        self._fetch = fetch
        self._operation = operation
        self._paging = paging
        self._values: dict[str, object] | None = _started(paging, values)
        self._last: Page[Item] | None = None
        self._before: int | None = None
        self._capped: ListCapped | None = None
        self._asking = False

    def __aiter__(self) -> AsyncIterator[Page[Item]]:
        return self

    async def __anext__(self) -> Page[Item]:
        if self._asking:
            raise ConfigurationError(
                f"{self._operation}: two tasks share one iteration: give each its own"
            )
        self._asking = True
        try:
            page = None if self._values is None else await self._next(self._values)
        finally:
            self._asking = False
        if page is None:
            raise self._end()
        return page

    async def _next(self, values: dict[str, object]) -> Page[Item] | None:
        try:
            page = await self._fetch(values, self._before)
        except ListCapped:
            self._values = None
            raise
        self._check_moved(page, values[self._paging.page])
        self._values = {**values, self._paging.page: page.number + 1} if page.has_next else None
        if self._values is None and page.capped:
            self._capped = ListCapped(self._operation, self._paging.cap or 0, page.total)
        if not page.items:
            self._report_gap(page)
            return None
        self._before = _rows_before(page.number, page.size, self._before) + len(page.items)
        self._last = page
        return page

    def _check_moved(self, page: Page[Item], asked: object) -> None:
        """Refuses a page other than the one asked for, and the same rows under another number."""
        if not page.items:
            return
        if page.number != asked:
            assert isinstance(asked, int), "a request without a whole number is never sent"
            raise IncompleteList(self._operation, asked, page.number)
        if self._last is not None and page.items == self._last.items:
            raise IncompleteList(self._operation, page.number, self._last.number)

    def _report_gap(self, page: Page[Item]) -> None:
        if page.total is not None and page.total > (page.number - 1) * page.size:
            logger.info(
                "%s: page %d is empty, although CJ reports %d rows; the list ends here",
                self._operation,
                page.number,
                page.total,
            )

    def _end(self) -> Exception:
        """What to raise at the end: that the list was cut short, said once; then just the end."""
        capped, self._capped = self._capped, None
        return capped or StopAsyncIteration()


class _Items(Generic[Item]):
    """Every item of every page."""

    __slots__ = ("_pages", "_rows")

    def __init__(self, pages: AsyncIterator[Page[Item]]) -> None:
        self._pages = pages
        self._rows: Iterator[Item] = iter(())

    def __aiter__(self) -> AsyncIterator[Item]:
        return self

    async def __anext__(self) -> Item:
        for row in self._rows:
            return row
        self._rows = iter((await anext(self._pages)).items)
        return next(self._rows)


def read_page(
    paging: Paging, answer: Any, values: Mapping[str, object], before: int | None = None
) -> Page[Any]:
    """Reads either page shape of the API; no answer (``data: null``) is an empty page.

    A next page is expected as long as the rows up to here are fewer than the total. So a server that
    gives fewer rows a page than it was asked for costs a call, and no row.

    Args:
        paging: How the list is walked.
        answer: The decoded answer.
        values: What was asked for.
        before: Rows of the pages before this one, when they were counted.
    """
    items = _items(answer, paging.items)
    number = _first(_at(answer, paging.number), values.get(paging.page), 1)
    size = _first(_at(answer, paging.page_size), values.get(paging.size), len(items))
    total: int | None = _at(answer, paging.total)
    so_far = _rows_before(number, size, before) + len(items)
    capped = paging.cap is not None and total is not None and total >= paging.cap
    at_cap = capped and number * size >= (paging.cap or 0)
    more = len(items) >= size if total is None else so_far < total
    return Page(
        items=items,
        total=total,
        number=number,
        size=size,
        has_next=bool(items) and more and not at_cap,
        capped=capped,
        answer=answer,
    )


def _rows_before(number: int, size: int, counted: int | None) -> int:
    return (number - 1) * size if counted is None else counted


def _items(answer: Any, path: tuple[str, ...]) -> list[Any]:
    level: list[Any] = [answer] if answer is not None else []
    for name in path:
        level = [item for group in level for item in _several(getattr(group, name, None))]
    return level


def _several(found: Any) -> list[Any]:
    """A list as it is, an object as a list of one."""
    if found is None:
        return []
    return list(found) if is_list(found) else [found]


def _at(answer: Any, path: str) -> Any:
    """The attribute at the end of a path such as ``page_data.total``; None where one is missing."""
    for name in path.split("."):
        answer = getattr(answer, name, None)
    return answer


def _first(*candidates: object) -> int:
    """The first that is a whole number above 0; 0 when none is."""
    return next((value for value in candidates if isinstance(value, int) and value > 0), 0)


def _started(paging: Paging, values: Mapping[str, object]) -> dict[str, object]:
    """The values of the first page: the first number, and the largest size, where none is given."""
    started = dict(values)
    if started.get(paging.page) is None:
        started[paging.page] = 1
    if started.get(paging.size) is None:
        started[paging.size] = paging.default_size
    return started


def _cap_in(message: str) -> int | None:
    """``Param error, the max offset is 6000`` -> 6000."""
    found = _OFFSET_REFUSAL.search(message)
    return None if found is None else int(found[1])
