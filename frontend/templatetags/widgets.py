"""Form fields in templates."""

import json

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def styled(field: BoundField) -> SafeString:
    """Render a field as our inputs look, without placeholders that repeat the label."""
    return field.as_widget(attrs={"class": "input", "placeholder": ""})


@register.filter(name="json")
def as_json(value: object) -> str:
    """Write a value for an attribute that a script reads."""
    return json.dumps(value)
