"""Numbers in templates."""

from django import template

from frontend import numbers

register = template.Library()


@register.filter
def score(value: float) -> str:
    return numbers.score_text(value)


@register.filter
def signed(value: float) -> str:
    return numbers.signed_text(value)
