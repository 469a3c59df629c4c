"""What a personal token may do. A session may do all that its account may."""

from collections.abc import Collection
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Scope(TextChoices):
    """One thing that a token may be made for."""

    READ = "read", _("Read what is yours: comparisons, lists, scores, trust")
    WRITE = "write", _("Write as you: comparisons, lists, who sees your opinions, vouches")
    MANAGE = "manage", _("Manage polls that are yours to manage: start, follow and cancel runs, choose shown scores")


class Scopes(NamedTuple):
    """What an endpoint for whoever is logged in needs of a token; None: any token will do."""

    reads: Scope | None
    writes: Scope | None


OWN = Scopes(Scope.READ, Scope.WRITE)
MANAGED = Scopes(Scope.MANAGE, Scope.MANAGE)
ANY = Scopes(None, None)


def scopes_of(token: object) -> Collection[str] | None:
    """Return what the token of a request may do; None where it came without one, hence may do everything."""
    granted: Collection[str] | None = getattr(token, "scopes", None)
    return granted
