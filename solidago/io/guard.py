"""Names in CSV files that a spreadsheet would take for formulas.

A text that begins with ``=``, ``+``, ``-``, ``@`` or a control character is evaluated when a spreadsheet opens the
file, and a formula can call, link and fetch. Such a text gets an apostrophe before it, which makes it plain text. Names
that hold nothing but letters, digits and ``_ . @ + -``, as those of accounts and the ids of videos, cannot do that,
and stay as they are, so that tools which know them by name still find them. Taking the apostrophe away gives the
exact name back, also of names that had apostrophes of their own.

References
----------
OWASP, "CSV Injection".
"""

from __future__ import annotations

import re

import polars as pl

MARK = "'"
_FORMULA = "[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"  # the last four: their full-width forms
_HARMLESS = r"^'*[\w.@+-]*$"
_RISKY = re.compile(f"'*{_FORMULA}")
_PLAIN = re.compile(r"'*[\w.@+-]*")


def guarded(name: str) -> str:
    """Return a name as it is written.

    Examples
    --------
    >>> guarded("=cmd|' /C calc'!A1"), guarded("-ab_cdefghi"), guarded("ada")
    ("'=cmd|' /C calc'!A1", '-ab_cdefghi', 'ada')
    """
    return MARK + name if _RISKY.match(name) and not _PLAIN.fullmatch(name) else name


def unguarded(column: str) -> pl.Expr:
    """Return a column of names as they were before `guarded`."""
    text = pl.col(column)
    was_guarded = text.str.contains(f"^'+{_FORMULA}") & ~text.str.contains(_HARMLESS)
    return pl.when(was_guarded).then(text.str.slice(1)).otherwise(text).alias(column)
