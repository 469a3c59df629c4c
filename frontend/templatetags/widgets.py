"""Form fields in templates."""

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def styled(field: BoundField) -> SafeString:
    """Render a field as our inputs look, without placeholders that repeat the label."""
    return field.as_widget(attrs={"class": "input", "placeholder": ""})
