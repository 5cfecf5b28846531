"""How do lines of one kind become the bytes of a Parquet file?"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any, Final

from cj_async.crawl._sink import Part
from cj_async.crawl.sinks._columns import Cell, Column, ColumnType, Misfits, layout_of

PRECISION: Final = 38
SCALE: Final = 9
"""Digits of a decimal, and of those behind the point; BigQuery's NUMERIC has as many."""


def parquet(part: Part, compression: str, misfits: Misfits) -> bytes:
    """A Parquet file with the lines of a part, a row each.

    Args:
        part: The lines.
        compression: As pyarrow calls it.
        misfits: Counts the values that did not fit their column; they are null.
    """
    layout = layout_of(part.model)
    arrow = load("pyarrow")
    arrays = [
        _array(column, cells, misfits)
        for column, cells in zip(layout.columns, layout.fill(part.lines, misfits), strict=True)
    ]
    table = arrow.Table.from_arrays(arrays, schema=_schema(layout.columns))
    into = arrow.BufferOutputStream()
    load("pyarrow.parquet").write_table(table, into, compression=compression)
    data: bytes = into.getvalue().to_pybytes()
    return data


def load(module: str) -> Any:
    """A module of pyarrow, which is an extra, and whose types nothing describes.

    Raises:
        ImportError: It is not installed.
    """
    return importlib.import_module(module)


def _schema(columns: Sequence[Column]) -> Any:
    return load("pyarrow").schema([(column.name, _type(column.type)) for column in columns])


def _type(column: ColumnType) -> Any:
    arrow = load("pyarrow")
    match column:
        case "text" | "json":
            return arrow.string()
        case "texts":
            return arrow.list_(arrow.string())
        case "integer":
            return arrow.int64()
        case "flag":
            return arrow.bool_()
        case "decimal":
            return arrow.decimal128(PRECISION, SCALE)
        case "time":
            return arrow.timestamp("us", tz="UTC")


def _array(column: Column, cells: Sequence[Cell], misfits: Misfits) -> Any:
    """Decimals and times are read from their text by pyarrow, all at once where all of them fit."""
    arrow = load("pyarrow")
    kind = _type(column.type)
    if column.type not in ("decimal", "time"):
        return arrow.array(cells, kind)
    try:
        return arrow.array(cells, arrow.string()).cast(kind)
    except arrow.ArrowInvalid:
        return arrow.array([_scalar(column, cell, misfits) for cell in cells], kind)


def _scalar(column: Column, cell: Cell, misfits: Misfits) -> Any:
    arrow = load("pyarrow")
    try:
        return arrow.scalar(cell, arrow.string()).cast(_type(column.type))
    except arrow.ArrowInvalid:
        misfits[column.name] += 1
        return None
