"""CSV members of an archive as frames of text, with errors that name the line."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from solidago.errors import InvalidFile
from solidago.tables import SHOWN

if TYPE_CHECKING:
    from _csv import Reader
    from collections.abc import Sequence

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
TRUTH = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class CsvMember:
    """A member's name, its bytes (UTF-8, at least a header) and its columns."""

    name: str
    data: bytes
    columns: tuple[str, ...]

    def texts(self, required: Sequence[str], optional: Sequence[str] = ()) -> pl.DataFrame:
        """Return columns as texts, null where a field is empty; other columns of the file are left alone.

        Raises
        ------
        InvalidFile
            A column is missing or there twice, or the rows are no CSV.
        """
        for name in required:
            if name not in self.columns:
                raise InvalidFile(f"the column {name!r} is missing", member=self.name, line=1)
        wanted = [name for name in (*required, *optional) if name in self.columns]
        for name in wanted:
            if self.columns.count(name) > 1:
                raise InvalidFile(f"the column {name!r} is there twice", member=self.name, line=1)
        try:
            # All columns are read: polars does not count the fields of a row when it reads only some.
            return pl.read_csv(self.data, infer_schema=False).select(wanted)
        except pl.exceptions.PolarsError as error:
            raise self._malformed() from error

    def line_of(self, row: int) -> int:
        """Return the line, counted from 1, on which a row (counted from 0, after the header) begins."""
        records = self._records()
        # A field beyond the csv module's limit is in the row itself: those before it were read.
        with suppress(csv.Error):
            for _ in range(row + 1):
                next(records)
        return records.line_num + 1

    def error(self, problem: str, row: int) -> InvalidFile:
        """Return the error that a row has a problem."""
        return InvalidFile(problem, member=self.name, line=self.line_of(row))

    def _records(self) -> Reader:
        return csv.reader(io.StringIO(self.data.decode(), newline=""))

    def _malformed(self) -> InvalidFile:
        """Say where a CSV that cannot be read goes wrong, if that can be found out."""
        records = self._records()
        with suppress(csv.Error):
            for record in records:
                if len(record) > len(self.columns):
                    problem = f"has {len(record)} fields where the header has {len(self.columns)}"
                    return InvalidFile(problem, member=self.name, line=records.line_num)
        return InvalidFile("is not well-formed CSV: check its quotes", member=self.name)


def csv_member(name: str, data: bytes) -> CsvMember:
    """Check what holds for any CSV member and read its header.

    Raises
    ------
    InvalidFile
        Not UTF-8, empty, with zero bytes or a quote that is never closed.
    """
    data = data.removeprefix(BYTE_ORDER_MARK).rstrip(b"\r\n")
    if not data.isascii():
        _check_utf8(name, data)
    if not data or data[:1] in b"\r\n":
        raise InvalidFile("has no header", member=name, line=1)
    if (zero := data.find(b"\0")) >= 0:
        raise InvalidFile("holds a zero byte", member=name, line=_line_at(data, zero))
    if data.count(b'"') % 2:
        raise InvalidFile("has a quote that is never closed", member=name)
    try:
        columns = next(csv.reader(io.StringIO(data[: 2**16].decode(errors="ignore"), newline="")))
    except csv.Error as error:
        raise InvalidFile("has no readable header", member=name, line=1) from error
    return CsvMember(name, data, tuple(columns))


def _check_utf8(name: str, data: bytes) -> None:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise InvalidFile("is not UTF-8", member=name, line=_line_at(data, error.start)) from error


def _line_at(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1


def numbers(member: CsvMember, texts: pl.DataFrame, column: str) -> pl.Series:
    """Parse a column of texts as finite numbers, null where empty.

    Raises
    ------
    InvalidFile
        A text that is no finite number, with its line.
    """
    parsed = texts[column].cast(pl.Float64, strict=False)
    wrong = texts[column].is_not_null() & ~parsed.is_finite().fill_null(value=False)
    _refuse(member, texts[column], wrong, "is not a finite number")
    return parsed


def flags(member: CsvMember, texts: pl.DataFrame, column: str) -> pl.Series:
    """Parse a column of texts as booleans: true, false, 1 or 0, in any case.

    Raises
    ------
    InvalidFile
        Any other text, an empty one included, with its line.
    """
    parsed = texts[column].str.to_lowercase().replace_strict(TRUTH, default=None, return_dtype=pl.Boolean)
    _refuse(member, texts[column], parsed.is_null(), "is not true or false")
    return parsed


def _refuse(member: CsvMember, texts: pl.Series, wrong: pl.Series, problem: str) -> None:
    if wrong.any():
        row = int(wrong.arg_max() or 0)
        raise member.error(f"{texts.name} {(texts[row] or '')[:SHOWN]!r} {problem}", row)
