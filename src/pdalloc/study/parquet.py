"""Rows in Parquet files: what each column of figures is stands beside it in the file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pdalloc.errors import ProblemError
from pdalloc.study.columns import Column, in_order, joined_columns
from pdalloc.study.rows import COLUMNS

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow

__all__ = ["columns_of", "keys_of", "merge", "merged_into", "read_frame", "write_frame"]

FIGURE, PARTS = b"pdalloc.figure", b"pdalloc.parts"
KEYS = ["problem", "solver", "seed"]


def write_frame(frame: pd.DataFrame, columns: Mapping[str, Column], file: Path) -> None:
    """Write a frame whole or not at all."""
    import pyarrow
    import pyarrow.parquet

    schema = _schema(columns, [])
    table = pyarrow.Table.from_pandas(frame, schema, preserve_index=False).replace_schema_metadata(schema.metadata)
    unfinished = file.with_suffix(".unfinished")
    pyarrow.parquet.write_table(table, unfinished)
    os.replace(unfinished, file)


def merge(files: Sequence[Path], final: Path) -> None:
    """Write the rows of several files into one, which may be among them, a block at a time; whole or not at all."""
    import pyarrow.parquet

    schema = _schema(columns_of(files), [file.name for file in files if file != final])
    unfinished = final.with_suffix(".unfinished")
    with pyarrow.parquet.ParquetWriter(unfinished, schema) as writer:
        for file in files:
            with pyarrow.parquet.ParquetFile(file) as part:
                for block in part.iter_batches():
                    writer.write_table(_with_all_columns(block, schema))
    os.replace(unfinished, final)


def merged_into(final: Path) -> list[str]:
    """Return the names of the files that `merge` wrote into this one."""
    metadata = _schema_in(final).metadata or {}
    names: list[str] = json.loads(metadata.get(PARTS, b"[]"))
    return names


def columns_of(files: Iterable[Path]) -> dict[str, Column]:
    """Return the columns of figures of several files."""
    columns: dict[str, Column] = {}
    for file in files:
        schema = _schema_in(file)
        figures = {field.name: field.metadata[FIGURE] for field in schema if FIGURE in (field.metadata or {})}
        columns = joined_columns(columns, {name: Column.from_json(text) for name, text in figures.items()})
    return columns


def keys_of(files: Iterable[Path]) -> Iterator[tuple[str, str, int]]:
    """Yield the problem, solver and seed of each row."""
    import pyarrow.parquet

    for file in files:
        keys = pyarrow.parquet.read_table(file, columns=KEYS)
        yield from zip(*(keys.column(name).to_pylist() for name in KEYS), strict=True)


def read_frame(files: Sequence[Path]) -> tuple[pd.DataFrame, dict[str, Column]]:
    """Return the rows of several files as one frame, each run once, with what its columns of figures are."""
    import pyarrow
    import pyarrow.parquet

    columns = columns_of(files)
    schema = _schema(columns, [])
    tables = [_with_all_columns(pyarrow.parquet.read_table(file), schema) for file in files]
    whole = pyarrow.concat_tables(tables) if tables else schema.empty_table()
    # one file may have been merged into another that is read as well
    frame: pd.DataFrame = whole.to_pandas().drop_duplicates(KEYS)
    return frame.astype({name: "string" for name, kind in COLUMNS.items() if kind == "string"}), columns


def _schema_in(file: Path) -> pyarrow.Schema:
    """Return the schema of a file.

    Raises
    ------
    ProblemError
        If it is damaged, or not one of a study.
    """
    import pyarrow
    import pyarrow.parquet

    try:
        schema = pyarrow.parquet.read_schema(file)
        reason = "" if COLUMNS.keys() <= set(schema.names) else "it has no runs of a study"
    except pyarrow.ArrowInvalid as error:
        reason = str(error)
    if reason:
        raise ProblemError(f"{file}: cannot be read: {reason}; take it away: runs that it alone had are run again")
    return schema


def _schema(columns: Mapping[str, Column], parts: Sequence[str]) -> pyarrow.Schema:
    import pyarrow

    fields = [pyarrow.field(name, kind) for name, kind in COLUMNS.items()]
    fields += [pyarrow.field(name, "float64", metadata={FIGURE: columns[name].to_json()}) for name in in_order(columns)]
    return pyarrow.schema(fields, metadata={PARTS: json.dumps(list(parts))})


def _with_all_columns(block: pyarrow.Table | pyarrow.RecordBatch, schema: pyarrow.Schema) -> pyarrow.Table:
    """Return rows with every column of a schema, empty where they had none."""
    import pyarrow

    there = set(block.schema.names)
    parts = [
        block.column(field.name) if field.name in there else pyarrow.nulls(len(block), field.type) for field in schema
    ]
    return pyarrow.Table.from_arrays(parts, schema=schema)
