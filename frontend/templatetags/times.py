"""Times in templates."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def moment(when: datetime | None) -> SafeString | str:
    """Tell a time in the reader's zone, naming the zone; a dash where there is none."""
    if when is None:
        return "–"
    local = timezone.localtime(when)
    return format_html(
        '<time datetime="{}">{} {}</time>', local.isoformat(), date_format(local, "DATETIME_FORMAT"), local.tzname()
    )
