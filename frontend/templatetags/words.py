"""Names for people in place of names for machines."""

from collections.abc import Mapping
from typing import Any
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
    "audit": _("Trying whether a judgment can backfire"),
    "influence": _("Trying how far others could move a score"),
    "publication": _("Publishing"),
    "effect": _("Comparing with the published scores"),
}
"""Steps of a run."""


QUESTIONS: dict[str, Promise] = {
    "own": _("The contributor's own scores (never, or the run fails)"),
    "own_each": _("The contributor's own scores, each by itself"),
    "scaled": _("The same, with the contributor's scale found anew"),
    "frozen": _("Common scores, on the scales as they were (never, or the run fails)"),
    "intervals": _("The same, with the contributor's new intervals"),
    "end_to_end": _("Common scores, with everything found anew"),
}
"""What an audit asks of each moved judgment, in order."""


@register.filter
def answers(audited: Mapping[str, Any]) -> list[tuple[Promise, Mapping[str, Any]]]:
    """Return each question that was asked of a criterion with its figures."""
    return [(QUESTIONS[name], audited[name]) for name in QUESTIONS if audited.get(name)]


@register.filter
def titled(name: str, titles: Mapping[str, str]) -> str:
    """Return the title of a criterion; its name, if the poll has lost it since."""
    return titles.get(name, name)


@register.filter
def step(name: str) -> str | Promise:
    return STEPS.get(name, name)


@register.filter
def site(url: str) -> str:
    """Return the site of an address, as people say it."""
    return (urlsplit(url).hostname or url).removeprefix("www.")
