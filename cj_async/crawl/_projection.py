"""How do sinks learn what the state knows? Batch by batch, in the order of its positions."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from typing import TypeVar

import msgspec

from cj_async.crawl._errors import CrawlError, SinkFailed
from cj_async.crawl._sink import Batch, Kind, Part, Sink
from cj_async.crawl._state import _sinks
from cj_async.crawl._state._file import StateFile
from cj_async.crawl._state._schema import KINDS
from cj_async.crawl._state._sinks import Lines

T = TypeVar("T")

_LOOK = 1.0  # seconds between two looks for what other processes have found


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
        self._position = 0
        self._more = asyncio.Event()
        self._is_ours = self._is_ending = False

    async def open(self, worker: int) -> None:
        """Gets the sink ready, exactly where it was; another process may have it already."""
        name = self._sink.name
        mark = await self._state.do(_sinks.enter, name, worker)
        if mark is None:
            return
        self._is_ours = True
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
        await self._state.do(_sinks.confirm, name, self._position, mark.token)

    def tell(self) -> None:
        """Says that there may be something new."""
        self._more.set()

    async def follow(self) -> None:
        """Hands on what comes, in batches of the size that the sink likes; until it is told to end."""
        while self._is_ours and not self._is_ending:
            self._more.clear()
            waiting = await self._state.do(_sinks.waiting, self._position)
            if waiting >= self._sink.batch:
                await self._hand_on()
                continue
            try:
                async with asyncio.timeout(_LOOK):
                    await self._more.wait()
            except TimeoutError:
                continue

    def end(self) -> None:
        """Lets `follow` return after the batch that it is at."""
        self._is_ending = True
        self._more.set()

    async def finish(self) -> None:
        """Hands on all the rest."""
        while self._is_ours and await self._hand_on():
            pass

    async def aclose(self) -> None:
        """Closes the sink."""
        await self._guarded(self._sink.aclose())

    async def _hand_on(self) -> bool:
        """Hands on one batch; False when there is none."""
        pages = await self._state.do(_sinks.due, self._position, self._sink.batch)
        if not pages:
            return False
        position = pages[-1].position
        batch = Batch(self._state.source, position, self._parts(pages))
        token = await self._guarded(self._sink.write(batch))
        await self._state.do(_sinks.confirm, self._sink.name, position, token)
        self._position = position
        return True

    def _parts(self, pages: Sequence[Lines]) -> tuple[Part, ...]:
        kinds = sorted({page.kind for page in pages})
        return tuple(
            self._part(kind, [page for page in pages if page.kind == kind]) for kind in kinds
        )

    def _part(self, number: int, pages: Sequence[Lines]) -> Part:
        kind: Kind = KINDS[number]
        known = self._models[kind]
        lines = b"".join(page.lines for page in pages)
        return Part(kind, known.model, known.key, sum(page.many for page in pages), lines)

    async def _guarded(self, work: Awaitable[T]) -> T:
        try:
            return await work
        except CrawlError:
            raise
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise SinkFailed(self._sink.name, reason) from error
