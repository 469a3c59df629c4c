"""Times in templates."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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


FEW, TENS, MINUTE, HOUR = 10, 10, 60, 3600


@register.filter
def time_left(seconds: float | None) -> str:
    """Tell how long something still takes, as roughly as it is known; nothing where it is not."""
    if seconds is None:
        return ""
    if seconds < FEW:
        return _("a few seconds left")
    if seconds < MINUTE:
        return _("about %(n)d seconds left") % {"n": TENS * round(seconds / TENS)}
    if seconds < HOUR:
        minutes = round(seconds / MINUTE)
        return ngettext("about a minute left", "about %(n)d minutes left", minutes) % {"n": minutes}
    hours = round(seconds / HOUR)
    return ngettext("about an hour left", "about %(n)d hours left", hours) % {"n": hours}
