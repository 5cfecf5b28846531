"""The sink of Parquet files."""

from __future__ import annotations

import errno
import importlib
import json
import os
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cj_async import CJClient
from cj_async.crawl._errors import SinkFailed
from cj_async.crawl._sink import Sink
from cj_async.crawl.sinks import ParquetSink
from cj_async.errors import ConfigurationError
from tests.conftest import error_of
from tests.crawl.sinks.batches import (
    SOURCE,
    batch,
    data,
    line,
    line_of,
    numbered,
    part,
    place,
    products,
    there,
)
from tests.crawl.sinks.dying import deaths
from tests.crawl.sinks.refusing import refusal

arrow: Any = importlib.import_module("pyarrow")
parquet: Any = importlib.import_module("pyarrow.parquet")
dataset: Any = importlib.import_module("pyarrow.dataset")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out"


async def opened(folder: Path, token: str | None = None) -> ParquetSink:
    sink = ParquetSink(folder)
    assert await sink.open(SOURCE, token) is None
    return sink


async def refused(folder: Path, token: str | None = None, source: str = SOURCE) -> SinkFailed:
    return await refusal(ParquetSink(folder), token, source)


async def written(folder: Path, count: int = 3) -> None:
    """Batches end at positions 10, 20 and so on; details come with the second one."""
    sink = await opened(folder)
    for position in range(10, 10 * count + 1, 10):
        parts = [numbered(position)] + [numbered(position, 1, "details")] * (position > 10)
        assert await sink.write(batch(position, *parts)) == str(position)
    await sink.aclose()


def table(folder: Path, kind: str = "products") -> Any:
    """All files of a kind, as one."""
    return dataset.dataset(folder / kind, format="parquet").to_table()


def ids(folder: Path, kind: str = "products") -> list[str]:
    if not (folder / kind).is_dir():
        return []
    names = table(folder, kind).column_names
    return list(table(folder, kind)["id" if "id" in names else "pid"].to_pylist())


def manifest(folder: Path) -> Any:
    return json.loads((folder / "_manifest.json").read_bytes())


def files(folder: Path) -> list[str]:
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file())


def test_it_is_a_sink() -> None:
    sink: Sink = ParquetSink("out", rows_per_file=500)
    assert (sink.name, sink.batch) == ("out", 500)


def test_a_file_has_a_row_at_least() -> None:
    with pytest.raises(ConfigurationError, match="1 or more"):
        ParquetSink("out", rows_per_file=0)


async def test_a_folder_of_files_reads_as_one_dataset(folder: Path, cj: CJClient) -> None:
    found = cj.products.search(features=["enable_category", "enable_description"], size=100)
    rows = [row async for row in found]
    sink = await opened(folder)
    for start in range(0, 300, 100):
        lines = part(map(line_of, rows[start : start + 100]))
        await sink.write(batch(start + 100, lines))
    await sink.aclose()
    whole = [dataset.dataset(folder).to_table(), parquet.read_table(folder)]  # also from outside
    for read in (*whole, dataset.dataset(folder / "products").to_table(), table(folder)):
        assert read["id"].to_pylist() == [row.id for row in rows]
    prices = [row.sell_price for row in rows]
    assert table(folder)["sellPriceLow"].to_pylist() == [each and each.low for each in prices]
    assert table(folder)["sellPriceHigh"].to_pylist() == [each and each.high for each in prices]
    assert table(folder)["createAt"].to_pylist() == [row.create_at for row in rows]
    assert table(folder)["zoneRecommendJson"].to_pylist() == [
        row.zone_recommend_json for row in rows
    ]


async def test_columns_have_types(folder: Path) -> None:
    await written(folder)
    schema = table(folder).schema
    expected = {
        "_change": arrow.string(),
        "_run": arrow.int64(),
        "_seen": arrow.timestamp("us", tz="UTC"),
        "id": arrow.string(),
        "sellPriceLow": arrow.decimal128(38, 9),
        "discountPriceRate": arrow.decimal128(38, 9),
        "createAt": arrow.timestamp("us", tz="UTC"),
        "isVideo": arrow.bool_(),
        "listedNum": arrow.int64(),
        "videoList": arrow.list_(arrow.string()),
        "inventoryInfo": arrow.string(),
    }
    for name, kind in expected.items():
        assert schema.field(name).type.equals(kind) or name == "videoList", name
    assert schema.field("videoList").type.value_type == arrow.string()
    schemas = [parquet.read_schema(each) for each in (folder / "products").iterdir()]
    assert all(each.equals(schemas[0]) for each in schemas)


async def test_the_manifest_tells_what_there_is(folder: Path) -> None:
    await written(folder, 2)
    told = manifest(folder)
    assert (told["version"], told["source"], told["position"]) == (1, SOURCE, 20)
    assert told["columns"]["details"]["productWeightLow"] == "decimal"
    assert files(folder) == [
        "_manifest.json",
        "details/000000000011-000000000020.parquet",
        "products/000000000001-000000000010.parquet",
        "products/000000000011-000000000020.parquet",
    ]
    [details] = told["files"]["details"]
    size = len(data(folder / details.pop("file")))
    assert details == {"rows": 1, "first": 11, "last": 20, "bytes": size}


@pytest.mark.parametrize("kept", range(1, 5))
async def test_a_token_brings_it_back_to_where_it_was(folder: Path, kept: int) -> None:
    await written(folder, 4)
    place(folder / "products" / ".000000000041-000000000050.parquet.tmp", b"half")
    place(folder / "products" / "000000000041-000000000050.parquet", b"not in the manifest")
    place(folder / "._manifest.json.tmp", b"half")
    sink = await opened(folder, str(kept * 10))
    assert ids(folder) == [f"{p}0-{n}" for p in range(1, kept + 1) for n in range(2)]
    assert ids(folder, "details") == [f"{p}0-0" for p in range(2, kept + 1)]
    assert manifest(folder)["position"] == kept * 10
    assert len(files(folder)) == 2 * kept
    await sink.write(products(99))
    await sink.aclose()
    assert ids(folder)[-2:] == ["99-0", "99-1"]
    assert manifest(folder)["files"]["products"][-1]["first"] == kept * 10 + 1


@pytest.mark.parametrize("token", [None, "20"])
async def test_a_crash_at_any_call_is_undone(tmp_path: Path, token: str | None) -> None:
    start, before = tmp_path / "start", list[str]()
    start.mkdir()
    if token:
        await written(start / "out", 2)
        before = ["10-0", "10-1", "20-0", "20-1"]

    async def work(place: Path) -> None:
        sink = ParquetSink(place / "out")
        try:
            await sink.open(SOURCE, token)
            for at in (30, 40):
                await sink.write(batch(at, numbered(at), numbered(at, 1, "stock")))
        finally:
            await sink.aclose()

    async for left in deaths(work, start):
        folder = left / "out"
        sink = await opened(folder, token)
        assert ids(folder) == before
        assert manifest(folder)["position"] == len(before) * 5
        assert len(files(folder)) == 1 + len(before) // 2 + len(before) // 4
        await sink.write(products(30))
        await sink.aclose()
        assert ids(folder) == [*before, "30-0", "30-1"]


async def test_what_is_foreign_in_the_folder_stays(folder: Path) -> None:
    await written(folder)
    place(folder / "products" / "notes.txt", b"mine")
    place(folder / "LICENSE", b"mine")
    await (await opened(folder, "10")).aclose()
    assert data(folder / "products" / "notes.txt") == data(folder / "LICENSE") == b"mine"


@pytest.mark.parametrize(
    "name", ["000000000099-000000000100.parquet", "000000000011-000000000015.parquet"]
)
async def test_a_file_named_like_one_of_its_own_is_refused_and_stays(
    folder: Path, name: str
) -> None:
    await written(folder, 4)
    mine = folder / "reviews" / name
    place(mine, b"mine")
    before = files(folder)
    for token in ("10", "40", None):
        error = await refused(folder, token)
        told = f"{mine} is named like one of its files, and is none; move it away"
        assert error.reason == told
        assert files(folder) == before
    assert data(mine) == b"mine"


@pytest.mark.parametrize(
    "name", [".000000000031-000000000040.parquet", "000000000031-000000000040.parquet.tmp"]
)
async def test_what_is_only_almost_named_like_its_own_stays(folder: Path, name: str) -> None:
    await written(folder, 3)
    place(folder / "stock" / name, b"mine")
    await (await opened(folder, "30")).aclose()
    assert data(folder / "stock" / name) == b"mine"


async def test_the_first_time_the_folder_must_be_empty(folder: Path) -> None:
    place(folder / ".hidden", b"does not count")
    place(folder / "other.csv", b"mine")
    error = await refused(folder)
    assert error.reason == "the folder is not empty; give another one, or move its content away"
    assert files(folder) == [".hidden", "other.csv"]


async def test_a_folder_of_another_state_is_refused(folder: Path) -> None:
    await written(folder)
    before = files(folder)
    for token in (None, "10"):
        error = await refused(folder, token, source="another")
        assert "that of another state file; give another folder" in error.reason
    assert files(folder) == before


async def test_under_another_name_nothing_is_taken_over(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await written(folder)
    monkeypatch.chdir(folder.parent)
    assert "not empty" in (await refused(Path("out"))).reason
    assert len(ids(folder)) == 6


async def test_a_manifest_that_makes_no_sense_is_refused(folder: Path) -> None:
    await written(folder)
    told = manifest(folder)
    place(folder / "_manifest.json", json.dumps(told | {"version": 2}).encode())
    assert "a newer version of cj-async" in (await refused(folder, "10")).reason
    place(folder / "_manifest.json", b'{"version":')
    assert "broken" in (await refused(folder, "10")).reason


@pytest.mark.parametrize("broken", ["_manifest.json", "details/000000000011-000000000020.parquet"])
async def test_a_file_that_is_gone_is_told(folder: Path, broken: str) -> None:
    await written(folder)
    (folder / broken).unlink()
    error = await refused(folder, "20")
    assert f"{broken} is gone, or not what was written; put it back, or give" in error.reason


async def test_a_token_beyond_the_manifest_or_of_another_make_is_refused(folder: Path) -> None:
    await written(folder)
    assert "is gone, or not what" in (await refused(folder, "40")).reason
    assert "makes no sense" in (await refused(folder, "{}")).reason


async def test_a_value_that_does_not_fit_is_null_and_told_once(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    odd: dict[str, Any] = {
        "sellPrice": {"low": "1.0000000001", "high": "2.50"},
        "nowPrice": {"low": "1E+2", "high": "1" * 30},
        "createAt": "yesterday",
        "listedNum": 10**30,
    }
    sink = await opened(folder)
    for position in (1, 2):
        await sink.write(batch(position, part([line("id", "1", **odd), line("id", "2")])))
    await sink.aclose()
    [row, empty, *_] = table(folder).to_pylist()
    assert row["sellPriceLow"] is row["nowPriceHigh"] is row["createAt"] is row["listedNum"] is None
    assert row["sellPriceHigh"] == Decimal("2.5")
    assert row["nowPriceLow"] == 100
    assert empty["id"] == "2"
    told = sorted(record.getMessage() for record in caplog.records)
    assert [each.split(" of ")[1].split()[0] for each in told] == [
        "products.createAt",
        "products.listedNum",
        "products.nowPriceHigh",
        "products.sellPriceLow",
    ]
    assert "1 values" in told[0]


@pytest.mark.parametrize("compression", ["zstd", "snappy", "gzip", "lz4", "brotli", "none"])
async def test_every_compression_works(folder: Path, compression: Any) -> None:
    sink = ParquetSink(folder, compression=compression)
    await sink.open(SOURCE, None)
    await sink.write(products(1))
    await sink.aclose()
    assert ids(folder) == ["1-0", "1-1"]


async def test_without_pyarrow_it_says_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    error = await refused(folder)
    assert error.reason == "it needs pyarrow: pip install 'cj-async[parquet]'"
    assert not there(folder)


@pytest.mark.parametrize("room", [0, 300, 8000])
async def test_a_full_disk_is_told_and_leaves_what_was_safe(
    folder: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    await written(folder)
    sink, before = await opened(folder, "30"), files(folder)
    real, left = os.write, [room]

    def full(descriptor: int, data: bytes) -> int:
        if not left[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        count = real(descriptor, data[: left[0]])
        left[0] -= count
        return count

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        error = await error_of(sink.write(batch(40, numbered(40, 9))), SinkFailed)
    assert "No space left on device; make room, and go on" in error.reason
    assert str(folder) in error.reason
    assert isinstance(error.__cause__, OSError)
    assert files(folder) == before
    await sink.open(SOURCE, "30")
    await sink.write(products(40))
    await sink.aclose()
    assert len(ids(folder)) == 8


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    place(tmp_path / "file", b"")
    for path in (tmp_path / "file", tmp_path / "file" / "out"):
        assert "give the path of a folder" in (await refused(path)).reason


async def test_a_read_only_folder_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(*_: Any) -> Any:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "open", read_only)
    error = await refused(folder)
    assert "Permission denied; make it writable, or give another path" in error.reason
