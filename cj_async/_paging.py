"""Pages: awaited gives one page, iterated gives every item of every page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Mapping
from typing import Any, Generic, TypeVar

import msgspec

from cj_async._operation import Operation, Paging
from cj_async.errors import APIError, IncompleteList, InvalidRequest, ListCapped

Item = TypeVar("Item")
Fetch = Callable[[Operation[Any], Mapping[str, object]], Awaitable[Any]]


class Page(msgspec.Struct, Generic[Item], frozen=True, kw_only=True):
    """One page of a list.

    Attributes:
        items: The rows of this page; groups are flattened.
        total: Rows that match, as CJ reports it; ``None`` when it does not. At the cap: "at least".
        number: Number of this page, from 1.
        size: Rows that were asked for.
        has_next: Whether another page can follow.
        capped: Whether more rows match than a query can reach.
        answer: The whole decoded answer, for what stands beside the rows.
    """

    items: list[Item]
    total: int | None
    number: int
    size: int
    has_next: bool
    capped: bool
    answer: Any


class Pages(Generic[Item]):
    """The pages of a list; nothing is sent before it is awaited or iterated.

    ``await pages`` gives one :class:`Page` (the one asked for, or the first). ``async for item in
    pages`` gives every item from there to the end and asks for the largest pages unless a size was
    given. ``pages.pages()`` gives whole pages. When CJ's limit of rows per query cuts a list short,
    iteration delivers all that can be reached and then raises :class:`ListCapped`.
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

    def __await__(self) -> Generator[Any, None, Page[Item]]:
        return self._page(self._values).__await__()

    async def __aiter__(self) -> AsyncIterator[Item]:
        async for page in self.pages():
            for item in page.items:
                yield item

    async def pages(self) -> AsyncIterator[Page[Item]]:
        """Gives page after page until an empty one or the end of the list.

        Raises:
            ListCapped: the limit of rows per query was reached; all rows up to it were delivered.
            IncompleteList: CJ did not move on to the next page.
        """
        values = self._from_start()
        while True:
            page = await self._listed(values)
            if page.items:
                yield page
            if not page.has_next:
                break
            values = {**values, self._paging.page: page.number + 1}
        if page.capped:
            raise ListCapped(self._operation.id, self._paging.cap or 0, page.total)

    def _from_start(self) -> dict[str, object]:
        values = dict(self._values)
        if values.get(self._paging.page) is None:
            values[self._paging.page] = 1
        if values.get(self._paging.size) is None:
            values[self._paging.size] = self._paging.default_size
        return values

    async def _listed(self, values: Mapping[str, object]) -> Page[Item]:
        asked = values[self._paging.page]
        try:
            page = await self._page(values)
        except APIError as error:
            if _is_offset_refusal(error):
                raise ListCapped(self._operation.id, self._paging.cap or 0, None) from error
            raise
        if page.items and page.number != asked:
            assert isinstance(asked, int)
            raise IncompleteList(self._operation.id, asked, page.number)
        return page

    async def _page(self, values: Mapping[str, object]) -> Page[Item]:
        answer = await self._fetch(self._operation, values)
        return read_page(self._paging, answer, values)


def read_page(paging: Paging, answer: Any, values: Mapping[str, object]) -> Page[Any]:
    """Reads either page shape of the API; no answer (``data: null``) is an empty page."""
    items = _items(answer, paging.items)
    number = _first(getattr(answer, paging.number, None), _int(values.get(paging.page)), 1)
    size = _first(
        _int(values.get(paging.size)), getattr(answer, paging.page_size, None), len(items)
    )
    total: int | None = getattr(answer, paging.total, None)
    reached = number * size
    more = bool(items) and (len(items) >= size if total is None else reached < total)
    capped = paging.cap is not None and total is not None and total >= paging.cap
    return Page(
        items=items,
        total=total,
        number=number,
        size=size,
        has_next=more and not (capped and reached >= (paging.cap or 0)),
        capped=capped,
        answer=answer,
    )


def _items(answer: Any, path: tuple[str, ...]) -> list[Any]:
    level: list[Any] = [answer] if answer is not None else []
    for name in path:
        level = [item for group in level for item in getattr(group, name, None) or ()]
    return level


def _first(*candidates: int | None) -> int:
    return next(value for value in candidates if value is not None)


def _int(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _is_offset_refusal(error: APIError) -> bool:
    return "the max offset is" in error.message
