"""Reads: which pair to ask about next."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from backend.accounts.models import Contributor
from backend.entities.models import Entity
from backend.polls.models import Poll


class Reason(TextChoices):
    """Why a pair is asked."""

    FIRST = "first", _("A first pair")
    LITTLE_COMPARED = "little_compared", _("Few people have compared this item")
    CONNECTED = "connected", _("Joins two items that you have already compared with others")
    RANDOM = "random", _("Chosen at random, so that the ranking stays unbiased")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A pair to compare and why."""

    left: Entity
    right: Entity
    reason: Reason


def next_pair(*, contributor: Contributor | None, poll: Poll, exclude: Collection[int] = ()) -> Suggestion | None:
    """Return a pair that the contributor has not compared, or None where all are.

    ``exclude``: keys of entities not to ask about (just skipped). Without a contributor: a pair to try.
    """
    raise NotImplementedError
