"""Names for people in place of names for machines."""

from urllib.parse import urlsplit

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

register = template.Library()

STEPS: dict[str, Promise] = {
    "snapshot": _("Reading the judgments"),
    "trust": _("Whom people trust"),
    "preferences": _("Each contributor's own scores"),
    "voting rights": _("How much each contributor may say"),
    "scaling": _("One scale for all contributors"),
    "standardisation": _("A common unit and zero"),
    "aggregation": _("The common scores"),
    "publication": _("Publishing"),
}
"""Steps of a run."""


@register.filter
def step(name: str) -> str | Promise:
    return STEPS.get(name, name)


@register.filter
def site(url: str) -> str:
    """Return the site of an address, as people say it."""
    return (urlsplit(url).hostname or url).removeprefix("www.")
