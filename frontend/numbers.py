"""Numbers as people read them."""

from decimal import Decimal

from django.utils.formats import number_format

MINUS = "−"


def score_text(value: float, *, decimals: int = 0) -> str:
    """Return a score in the reader's language, with a real minus sign and never a negative zero."""
    rounded = round(value, decimals) + 0.0
    text = number_format(abs(rounded), decimal_pos=decimals)
    return MINUS + text if rounded < 0 else text


def number_text(value: float) -> str:
    """Return a number in the reader's language, with only the decimals it needs: ``3``, ``2.5``, ``1,000,000``."""
    exact = Decimal(value if isinstance(value, int) else f"{value:g}")
    # Of a Decimal, digits are written out: no 1e+06.
    return str(number_format(exact.normalize(), force_grouping=True))


def constant_text(value: object) -> str:
    """Return the value of a constant: a number as people write it, a word as it is."""
    return number_text(value) if isinstance(value, int | float) else str(value)
