"""Numbers in templates."""

from collections.abc import Mapping
from operator import itemgetter

from django import template

from frontend import numbers

register = template.Library()


@register.filter
def score(value: float) -> str:
    return numbers.score_text(value)


@register.filter
def summed(values: Mapping[str, float]) -> float | None:
    """Return the sum of named numbers, or nothing where there are none."""
    return sum(values.values()) if values else None


@register.filter
def slowest_first(seconds: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(seconds.items(), key=itemgetter(1), reverse=True)


@register.filter
def tenths(value: float) -> str:
    return numbers.score_text(value, decimals=1)


@register.filter
def points(value: float | None, decimals: int = 1) -> str:
    """Write a difference, with its sign; a dash where there is none."""
    if value is None:
        return "–"
    text = numbers.score_text(value, decimals=decimals)
    return text if round(value, decimals) <= 0 else f"+{text}"


@register.filter
def plus(value: float, other: float) -> float:
    return value + other


@register.filter
def minus(value: float, other: float) -> float:
    return value - other
