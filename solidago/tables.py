"""The tables of facts that a dataset is made of, and the rules their rows obey.

A table is a polars frame. `as_table` brings any columns to the table's types, `check` finds the first row that
breaks a rule, `codes` numbers ids. Files and databases come through here, so that they meet the same rules.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from solidago.errors import InvalidInput, InvalidRow

if TYPE_CHECKING:
    from numpy.typing import NDArray

LONGEST_ID = 500
"""Characters in an id or the name of a criterion; the longest in Tournesol's exports have about 60."""
SHOWN = 60
"""Characters of an offending text that a message repeats."""

Columns = Mapping[str, object] | pl.DataFrame


@dataclass(frozen=True, slots=True)
class Kind:
    """What a column holds: its type inside, its name in messages, and which types may be brought to it."""

    type: pl.DataType
    name: str
    fits: Callable[[pl.DataType], bool]


TEXT = Kind(pl.String(), "text", lambda found: isinstance(found, pl.String | pl.Categorical | pl.Enum))
NUMBER = Kind(pl.Float64(), "numbers", lambda found: found.is_numeric())
FLAG = Kind(pl.Boolean(), "booleans", lambda found: isinstance(found, pl.Boolean))


@dataclass(frozen=True, slots=True)
class Rule:
    """``broken`` is true in rows that break the rule; ``problem`` may name the row's columns in braces."""

    broken: pl.Expr
    problem: str


@dataclass(frozen=True, slots=True)
class Table:
    """Name, columns and rules of one table; ``defaults`` holds the value of each column that may be left out."""

    name: str
    ids: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    defaults: Mapping[str, float | bool] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()

    def empty(self) -> dict[str, list[object]]:
        """Return the table's columns without a row."""
        return {name: [] for name in self.ids + self.numbers + self.flags}


def _outside_unit(column: str) -> pl.Expr:
    return ~pl.col(column).is_between(0.0, 1.0)


JUDGMENTS = Table(
    "judgments",
    ids=("user", "left", "right", "criterion"),
    numbers=("value", "maximum"),
    defaults={"maximum": 1.0},
    rules=(
        Rule(pl.col("left") == pl.col("right"), "compares {left!r} with itself"),
        Rule(
            ~pl.col("maximum").is_finite() | (pl.col("maximum") <= 0.0),
            "has the maximum {maximum}, which must be a positive number",
        ),
        Rule(~pl.col("value").is_finite(), "has the value {value}, which must be a finite number"),
        Rule(pl.col("value").abs() > pl.col("maximum"), "has the value {value}, beyond its maximum {maximum}"),
    ),
)
USERS = Table(
    "users",
    ids=("user",),
    numbers=("trust",),
    flags=("pretrusted",),
    defaults={"trust": math.nan, "pretrusted": False},
    rules=(
        Rule(
            pl.col("trust").is_not_nan() & _outside_unit("trust"),
            "gives {user!r} the trust {trust}, which must lie between 0 and 1",
        ),
    ),
)
VOUCHES = Table(
    "vouches",
    ids=("voucher", "vouchee"),
    numbers=("weight",),
    defaults={"weight": 1.0},
    rules=(
        Rule(pl.col("voucher") == pl.col("vouchee"), "lets {voucher!r} vouch for themselves"),
        Rule(
            pl.col("weight").is_nan() | _outside_unit("weight"),
            "gives a vouch the weight {weight}, which must lie between 0 and 1",
        ),
    ),
)
PRIVATE = Table("private", ids=("user", "entity"))


def as_table(columns: Columns, table: Table) -> pl.DataFrame:
    """Bring columns to the table's names and types, in its order.

    Raises
    ------
    InvalidInput
        A column is missing, of unequal length, or not of the kind that the table holds.
    """
    try:
        frame = pl.DataFrame(columns)
    except (pl.exceptions.PolarsError, TypeError, ValueError, OverflowError) as error:
        raise InvalidInput(f"The columns of {table.name} do not form a table: {error}") from error
    expressions = [
        _column(frame, name, table, kind)
        for kind, names in ((TEXT, table.ids), (NUMBER, table.numbers), (FLAG, table.flags))
        for name in names
    ]
    return frame.select(expressions).rechunk()


def _column(frame: pl.DataFrame, name: str, table: Table, kind: Kind) -> pl.Expr:
    found, default = frame.schema.get(name), table.defaults.get(name)
    if found is None and default is None:
        raise InvalidInput(f"The column {name!r} of {table.name} is missing.")
    if found is None:
        return pl.lit(default, dtype=kind.type).alias(name)
    if found != pl.Null and not kind.fits(found):
        raise InvalidInput(f"The column {name!r} of {table.name} must hold {kind.name}, not {found}.")
    typed = pl.col(name).cast(kind.type)
    # What is unknown by default may arrive as null or as NaN: one of the two is enough inside.
    return typed.fill_null(default) if isinstance(default, float) and math.isnan(default) else typed


def check(frame: pl.DataFrame, table: Table) -> None:
    """Refuse the first row that breaks a rule of its table.

    Raises
    ------
    InvalidRow
        With the table, the row and what is wrong with it.
    """
    rules = [*_id_rules(table), *_null_rules(table), *table.rules]
    firsts = frame.select(pl.arg_where(rule.broken).first().alias(str(i)) for i, rule in enumerate(rules)).row(0)
    broken = [(row, i) for i, row in enumerate(firsts) if row is not None]
    if broken:
        row, i = min(broken)
        raise InvalidRow(_message(rules[i].problem, frame, row), table=table.name, row=row)


def _id_rules(table: Table) -> list[Rule]:
    return [
        rule
        for name in table.ids
        for rule in (
            Rule(pl.col(name).is_null() | (pl.col(name) == ""), f"has an empty {name}"),
            Rule(
                pl.col(name).str.len_chars() > LONGEST_ID,
                f"has a {name} of more than {LONGEST_ID} characters, which begins with {{{name}!r}}",
            ),
        )
    ]


def _null_rules(table: Table) -> list[Rule]:
    return [Rule(pl.col(name).is_null(), f"has no {name}") for name in table.numbers + table.flags]


def _message(problem: str, frame: pl.DataFrame, row: int) -> str:
    values = frame.row(row, named=True)
    return problem.format_map({k: v[:SHOWN] if isinstance(v, str) else v for k, v in values.items()})


def codes(frame: pl.DataFrame, table: Table, **indices: pl.Series) -> list[NDArray[np.int64]]:
    """Return, for each named column, the position of its ids in its index.

    Parameters
    ----------
    frame : DataFrame
    table : Table
        For the error.
    **indices : Series
        Of each column: its ids, ascending.

    Returns
    -------
    list of (rows,) int64
        In the order in which the columns are named.

    Raises
    ------
    InvalidRow
        An id that the index does not know.
    """
    numbers = {name: pl.Series(np.arange(len(index))) for name, index in indices.items()}
    # One query for all columns: polars works on them in parallel.
    coded = frame.select(
        pl.col(name).replace_strict(index, numbers[name], default=None, return_dtype=pl.Int64)
        for name, index in indices.items()
    )
    for column in coded:
        if column.null_count():
            name, row = column.name, int(column.is_null().arg_max() or 0)
            problem = _message(f"names the unknown {name} {{{name}!r}}", frame, row)
            raise InvalidRow(problem, table=table.name, row=row)
    return [column.to_numpy() for column in coded]


def index_of(*columns: pl.Series) -> pl.Series:
    """Return the distinct ids of some columns, ascending as strings (by code point)."""
    return pl.concat([column.rename("id") for column in columns]).unique().sort()


def refuse_doubles(
    key: NDArray[np.int64], order: NDArray[np.int64], frame: pl.DataFrame, table: Table, says: str
) -> None:
    """Refuse two rows with the same key; ``order`` sorts ``key``. The later row of a double is the one named.

    Parameters
    ----------
    key : (rows,) int64
    order : (rows,) int64
    frame : DataFrame
        What the keys are of.
    table : Table
        For the error.
    says : str
        What a double means, with the names of columns in braces.

    Raises
    ------
    InvalidRow
        There is a double.
    """
    ordered = key[order]
    same = np.flatnonzero(ordered[1:] == ordered[:-1])
    if len(same):
        row = int(np.maximum(order[same], order[same + 1]).min())
        raise InvalidRow(_message(says, frame, row), table=table.name, row=row)


def packed(*parts: tuple[NDArray[np.int64], int]) -> NDArray[np.int64]:
    """Pack columns of codes, each with its number of codes, into one column of keys that sort like their tuples.

    Parameters
    ----------
    *parts : (column, size)
        Codes from 0 to ``size - 1``, (rows,) int64; the most significant first.

    Returns
    -------
    (rows,) int64 >= 0
    """
    key, span = np.zeros_like(parts[0][0]), 1
    for column, size in parts:
        if span * max(size, 1) > np.iinfo(np.int64).max:
            # The keys so far are renumbered without gaps, which needs no more numbers than there are rows.
            distinct, key = np.unique(key, return_inverse=True)
            span = len(distinct)
        key = key * size + column
        span *= max(size, 1)
    return key
