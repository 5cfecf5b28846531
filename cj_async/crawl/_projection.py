"""How do sinks learn what the state knows? Batch by batch, in the order of its positions."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Mapping, Sequence
from typing import Self, TypeVar

import msgspec

from cj_async.crawl._errors import CrawlError, SinkFailed
from cj_async.crawl._sink import Batch, Kind, Part, Sink
from cj_async.crawl._state import _sinks
from cj_async.crawl._state._file import StateFile
from cj_async.crawl._state._schema import KINDS
from cj_async.crawl._state._sinks import Lines
from cj_async.crawl._waiting import first_of

T = TypeVar("T")

logger = logging.getLogger("cj_async")

_MOST_LINES = 200  # of one page
_LOOK = 1.0  # seconds between two looks for what other processes have found
_HANGS = (
    "the process that has it hangs, and owes it lines: end that one (`cj crawl status` shows which),"
    " and run again; the state has all of them"
)


class Model(msgspec.Struct, frozen=True):
    """What lines of a kind look like: their Struct, and the field with the product's id."""

    model: type[msgspec.Struct]
    key: str


class Projection:
    """Tells one sink what the state knows.

    Args:
        state: The state.
        sink: Who is told.
        models: What the lines of each kind look like.
    """

    def __init__(self, state: StateFile, sink: Sink, models: Mapping[Kind, Model]) -> None:
        self._state = state
        self._sink = sink
        self._models = models
        self._worker = self._position = self._told = 0
        self._more = asyncio.Event()
        self._is_ours = self._is_ending = False

    async def open(self, worker: int) -> None:
        """Gets the sink ready, exactly where it was; another process may have it already."""
        self._worker = worker
        await self._take()

    async def _take(self) -> bool:
        """Takes the sink if nobody has it; whether this process has it now.

        What the sink is told has to last before it is told: it relies on its token, and must never be
        ahead of the state.
        """
        name = self._sink.name
        mark = await self._state.do(_sinks.enter, name, self._worker)
        if mark is None:
            return False
        await self._state.secure()
        try:
            own = await self._guarded(self._sink.open(self._state.source, mark.token))
        except BaseException:
            if mark.is_new:
                await self._state.do(_sinks.forget, name)
            raise
        self._position = mark.position if own is None else own
        last = await self._state.do(_sinks.last)
        if self._position > last:
            raise SinkFailed(
                name, f"it is ahead of the state ({self._position} of {last}): another one's?"
            )
        await self._confirm(self._position, mark.token)
        self._is_ours = True
        return True

    def tell(self) -> None:
        """Says that a page or a document was kept; looks when that may make a batch, and now and then."""
        self._told += 1
        if self._told * _MOST_LINES >= self._sink.batch:
            self._more.set()

    async def follow(self) -> None:
        """Hands on what comes, in batches of the size that the sink likes; until it is told to end."""
        while not self._is_ending:
            self._more.clear()
            self._told = 0
            if self._is_ours or await self._take():
                waiting = await self._state.do(_sinks.waiting, self._position)
                if waiting >= self._sink.batch:
                    await self._hand_on()
                    continue
            await self._wait()

    def end(self) -> None:
        """Lets `follow` return after the batch that it is at."""
        self._is_ending = True
        self._more.set()

    async def finish(self) -> None:
        """Hands on all the rest, if this process has the sink."""
        while self._is_ours and await self._hand_on():
            pass

    async def outlast(self, stopping: asyncio.Event) -> None:
        """Sees to it that the sink has everything, also when another process has it, and even dies.

        Args:
            stopping: Ends the wait for another process.

        Raises:
            SinkFailed: it lacks lines, and the process that has it hangs.
        """
        name = self._sink.name
        while not self._is_ours:
            left = await self._state.do(_sinks.is_left, name, time.time())
            if stopping.is_set():
                if left is not False:
                    logger.info("crawl: another process has sink %s, and owes it lines still", name)
                return
            if left is None:
                raise SinkFailed(name, _HANGS)
            if left:
                await first_of(asyncio.sleep(_LOOK), stopping.wait())
            elif not await self._take():
                return
        await self.finish()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await closed(self._sink)

    async def _wait(self) -> None:
        """Waits a while for news, or to be told to end."""
        try:
            async with asyncio.timeout(_LOOK):
                await self._more.wait()
        except TimeoutError:
            pass

    async def _confirm(self, position: int, token: str | None) -> None:
        if not await self._state.do(_sinks.confirm, self._sink.name, self._worker, position, token):
            raise SinkFailed(self._sink.name, "another process has taken it over; run it again")

    async def _hand_on(self) -> bool:
        """Hands on one batch; False when there is none."""
        pages = await self._state.do(_sinks.due, self._position, self._sink.batch)
        if not pages:
            return False
        position = pages[-1].position
        batch = Batch(self._state.source, position, parts_of(pages, self._models))
        await self._state.secure()
        token = await self._guarded(self._sink.write(batch))
        await self._confirm(position, token)
        self._position = position
        return True

    async def _guarded(self, work: Awaitable[T]) -> T:
        return await guarded(self._sink.name, work)


def parts_of(pages: Sequence[Lines], models: Mapping[Kind, Model]) -> tuple[Part, ...]:
    """The lines of several pages, together by what they are about.

    Args:
        pages: The pages, in their order.
        models: What the lines of each kind look like.
    """
    kinds = sorted({page.kind for page in pages})
    return tuple(
        _part(kind, [page for page in pages if page.kind == kind], models) for kind in kinds
    )


def _part(number: int, pages: Sequence[Lines], models: Mapping[Kind, Model]) -> Part:
    kind: Kind = KINDS[number]
    known = models[kind]
    lines = b"".join(page.lines for page in pages)
    return Part(kind, known.model, known.key, sum(page.many for page in pages), lines)


async def closed(sink: Sink) -> None:
    """Closes a sink. What goes wrong with that is only logged: whether lines are safe, `write` has said."""
    try:
        await guarded(sink.name, sink.aclose())
    except CrawlError as failure:
        logger.warning("crawl: closing it failed, what it was handed stays: %s", failure)


async def guarded(sink: str, work: Awaitable[T]) -> T:
    """What a sink returns; whatever it raises is told as `SinkFailed`."""
    try:
        return await work
    except CrawlError:
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise SinkFailed(sink, reason) from error
