"""Whole tables in and out of PostgreSQL, by COPY and polars frames: a million rows in about a second."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO

import numpy as np
import polars as pl
from django.db import connection
from numpy.typing import NDArray
from polars.datatypes import DataType, DataTypeClass
from psycopg import Copy, sql

Schema = Mapping[str, DataType | DataTypeClass]
SLICE = 50_000
"""Rows sent at a time: a few megabytes."""
BLOCK = 2**18
"""Bytes handed on at a time."""


def copy_out(query: str, parameters: Sequence[object], schema: Schema) -> pl.DataFrame:
    """Return the rows of a query; ``schema`` names and types its columns, in order."""
    buffer = BytesIO()
    statement = f"COPY ({query}) TO STDOUT (FORMAT csv)"
    with _copying(statement, parameters) as copy:
        for block in copy:
            buffer.write(block)
    if not buffer.tell():
        return pl.DataFrame(schema=schema)
    buffer.seek(0)
    return pl.read_csv(buffer, has_header=False, schema=schema)


def copy_to(query: str, parameters: Sequence[object], write: Callable[[bytes], object]) -> int:
    """Hand the rows of a query to ``write`` as CSV without a header, block by block; return how many there are."""
    block = bytearray()
    with connection.wrap_database_errors, connection.cursor() as cursor:
        with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)", parameters) as copy:
            for row in copy:  # one by one as they come: too small to be written so
                block += row
                if len(block) >= BLOCK:
                    write(bytes(block))
                    block.clear()
        rows: int = cursor.rowcount
    write(bytes(block))
    return rows


def copy_in(table: str, frame: pl.DataFrame, *, freeze: bool = False) -> None:
    """Append a frame to a table, column by name.

    ``freeze`` writes rows that need no vacuum later; the table must have been made in the same transaction.
    """
    statement = _into(table, frame, "csv", freeze=freeze)
    with _copying(statement) as copy:
        for part in frame.iter_slices(SLICE):
            copy.write(part.write_csv(include_header=False, quote_style="non_numeric"))


# ---------------------------------------------------------------- numbers in PostgreSQL's own format
WIRE: Mapping[DataType | DataTypeClass, str] = {pl.Int64: ">i8", pl.Float64: ">f8", pl.Boolean: "?"}
"""How bigint, double precision and boolean travel."""
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"


def copy_out_numbers(query: str, parameters: Sequence[object], schema: Schema) -> pl.DataFrame:
    """Do as `copy_out` where all columns are bigint, double precision or boolean, and none is null; it is cheaper.

    Raises
    ------
    ValueError
        A value is missing, or is not of the type that the schema says.
    """
    buffer = bytearray()
    with _copying(f"COPY ({query}) TO STDOUT (FORMAT binary)", parameters) as copy:
        for block in copy:
            buffer += block
    wire = _wire(schema)
    count, rest = divmod(len(buffer) - len(HEADER) - len(TRAILER), wire.itemsize)
    rows = np.frombuffer(buffer, wire, offset=len(HEADER), count=count)
    if rest or any((rows[f"{name} length"] != wire[name].itemsize).any() for name in schema):
        raise ValueError("a value is missing, or of another type than was said")
    return pl.DataFrame({name: _native(rows[name]) for name in schema}, schema=schema)


def copy_in_numbers(table: str, frame: pl.DataFrame, *, freeze: bool = False) -> None:
    """Do as `copy_in` where all columns are bigint, double precision or boolean, and none is null; a third of the cost.

    Raises
    ------
    ValueError
        A value is missing.
    """
    if frame.null_count().sum_horizontal().item():
        raise ValueError("a value is missing")
    statement = _into(table, frame, "binary", freeze=freeze)
    wire = _wire(frame.schema)
    with _copying(statement) as copy:
        copy.write(HEADER)
        for part in frame.iter_slices(SLICE):
            rows = np.empty(len(part), wire)
            rows["columns"] = len(frame.columns)
            for name in frame.columns:
                rows[f"{name} length"], rows[name] = wire[name].itemsize, part[name].to_numpy()
            copy.write(rows.tobytes())
        copy.write(TRAILER)


def _wire(schema: Schema) -> np.dtype[np.void]:
    """Return the layout of a row: the number of columns, then each column's length and value."""
    pairs = (((f"{name} length", ">i4"), (name, WIRE[kind])) for name, kind in schema.items())
    return np.dtype([("columns", ">i2"), *(field for pair in pairs for field in pair)])


def _native(column: NDArray[np.generic]) -> NDArray[np.generic]:
    return column.astype(column.dtype.newbyteorder("="))


# ---------------------------------------------------------------- both
def _into(table: str, frame: pl.DataFrame, kind: str, *, freeze: bool) -> sql.Composed:
    return sql.SQL("COPY {} ({}) FROM STDIN (FORMAT {}{})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, frame.columns)),
        sql.SQL(kind),
        sql.SQL(", FREEZE" if freeze else ""),
    )


@contextmanager
def _copying(statement: str | sql.Composed, parameters: Sequence[object] = ()) -> Iterator[Copy]:
    """Open a COPY whose errors are Django's, like those of any other statement."""
    with connection.wrap_database_errors, connection.cursor() as cursor:
        text = statement if isinstance(statement, str) else statement.as_string(cursor.connection)
        with cursor.copy(text, parameters) as copy:
            yield copy
