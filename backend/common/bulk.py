"""Whole tables in and out of PostgreSQL, by COPY and polars frames: a million rows in about a second."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO

import polars as pl
from django.db import connection
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
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv{})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, frame.columns)),
        sql.SQL(", FREEZE" if freeze else ""),
    )
    with _copying(statement) as copy:
        for part in frame.iter_slices(SLICE):
            copy.write(part.write_csv(include_header=False, quote_style="non_numeric"))


@contextmanager
def _copying(statement: str | sql.Composed, parameters: Sequence[object] = ()) -> Iterator[Copy]:
    """Open a COPY whose errors are Django's, like those of any other statement."""
    with connection.wrap_database_errors, connection.cursor() as cursor:
        text = statement if isinstance(statement, str) else statement.as_string(cursor.connection)
        with cursor.copy(text, parameters) as copy:
            yield copy
