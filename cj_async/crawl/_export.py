"""How is a sink written anew? From what the state knows now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cj_async.crawl._documents import models_of
from cj_async.crawl._errors import SinkFailed
from cj_async.crawl._given import sinks_of, state_of
from cj_async.crawl._lists import LISTS
from cj_async.crawl._projection import Model, closed, guarded, parts_of
from cj_async.crawl._sink import Batch, Kind, Sink
from cj_async.crawl._state import _census, _runs
from cj_async.crawl._state._current import current
from cj_async.crawl._state._file import Database
from cj_async.crawl._state._reading import Snapshot
from cj_async.crawl._state._schema import KINDS


async def export(state: str | Path, sink: Sink | Sequence[Sink]) -> int:
    """Writes sinks anew: each product that is not gone once, and each of its documents, as last seen.

    It shows the state at one moment, and goes on beside a crawl. The lines are those that the crawl
    handed on: ``_change``, ``_run`` and ``_seen`` say when, and how, a row became what it is.

    A sink of an export is none of the crawl's, which goes on telling its own: it must be empty. One
    that an earlier export of the same state wrote, or left half-written, starts over where it can:
    JSON lines and Parquet do. A sink that can only go on, such as tables, is refused then; remove
    what is in it, or give another.

    Args:
        state: Path of the state file.
        sink: Where to, such as ``ParquetSink("out/")``; one or several, one after the other.

    Returns:
        How many lines each of them was handed.

    Raises:
        InvalidRequest: something is no sink, or the state is no path.
        StateError: there is no such state, or it cannot be read.
        SinkFailed: a sink failed, or is not empty.
    """
    path = state_of(state, "crawl.export")
    sinks = sinks_of(sink, path, "crawl.export")
    count = 0
    async with Snapshot(path) as snapshot:
        models = await snapshot.do(_models)
        for each in sinks:
            count = await _written(snapshot, each, models)
    return count


async def _written(snapshot: Snapshot, sink: Sink, models: Mapping[Kind, Model]) -> int:
    source = f"{snapshot.source}-export"  # a sink of the crawl is told apart by that
    keys = {KINDS.index(kind): model.key for kind, model in models.items()}
    count = position = 0
    try:
        if await _opened(snapshot, sink, source):
            raise SinkFailed(
                sink.name,
                "an earlier export wrote to it, and it cannot start over: remove what is in it,"
                " or give another",
            )
        while pages := await snapshot.do(current, position, sink.batch, keys):
            position = pages[-1].position
            batch = Batch(source, position, parts_of(pages, models))
            await guarded(sink.name, sink.write(batch))
            count += batch.count
    finally:
        await closed(sink)
    return count


async def _opened(snapshot: Snapshot, sink: Sink, source: str) -> int | None:
    try:
        return await guarded(sink.name, sink.open(source, None))
    except SinkFailed as error:
        if sink.name in {each.name for each in await snapshot.do(_census.sinks)}:
            reason = "it is a sink of the crawl, which goes on telling it: give another place"
            raise SinkFailed(sink.name, reason) from error
        raise


def _models(database: Database) -> Mapping[Kind, Model]:
    run = _runs.newest(database)
    return models_of(LISTS["rich" if run is None else run.about["profile"]])
