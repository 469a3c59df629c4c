"""The four tables of facts a dataset is made of, and the rules their rows obey.

A table is a polars frame. `as_table` brings any columns to the table's types, `check` finds the first row that
breaks a rule; files and databases go through the same two functions, so that they meet the same rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from solidago.errors import InvalidInput, InvalidRow

LONGEST_ID = 500
"""Characters in an id or a criterion; Tournesol's longest is under 60."""
SHOWN = 60
"""Characters of an offending id that a message repeats."""

Columns = Mapping[str, object] | pl.DataFrame


@dataclass(frozen=True, slots=True)
class Rule:
    """``broken`` is true in rows that break the rule; ``problem`` may name the row's columns in braces."""

    broken: pl.Expr
    problem: str


@dataclass(frozen=True, slots=True)
class Table:
    """Name, columns and rules of one table; ``optional`` gives the value of a column that is left out."""

    name: str
    ids: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    optional: Mapping[str, float | bool] = ()  # type: ignore[assignment]
    rules: tuple[Rule, ...] = ()
    unique: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return self.ids + self.numbers + self.flags
