"""Numbers as people read them."""

from django.utils.formats import number_format

MINUS = "−"


def score_text(value: float, *, decimals: int = 0) -> str:
    """Return a score in the reader's language, with a real minus sign and never a negative zero."""
    rounded = round(value, decimals) + 0.0
    text = number_format(abs(rounded), decimal_pos=decimals)
    return MINUS + text if rounded < 0 else text


def number_text(value: float) -> str:
    """Return a small number in the reader's language, with only the decimals it needs: ``3``, ``2.5``."""
    return str(number_format(f"{value:g}"))
