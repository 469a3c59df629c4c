"""Numbers as people read them."""

from django.utils.formats import number_format

MINUS = "−"


def score_text(value: float, *, decimals: int = 0) -> str:
    """Return a score in the reader's language, with a real minus sign and never a negative zero."""
    rounded = round(value, decimals) + 0.0
    text = number_format(abs(rounded), decimal_pos=decimals)
    return MINUS + text if rounded < 0 else text


def signed_text(value: float, *, decimals: int = 1) -> str:
    """Return a change: ``+3.2``, ``−1.0`` or ``0.0``."""
    text = score_text(value, decimals=decimals)
    return "+" + text if round(value, decimals) > 0 else text
