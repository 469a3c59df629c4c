"""The items that a contributor means to compare: a list of their own in each poll."""

from collections import Counter
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet

from backend.accounts.models import Contributor
from backend.common.errors import RateLaterFull
from backend.comparisons.models import Comparison
from backend.entities.models import Entity
from backend.observability.selectors import switch_require
from backend.observability.switches import COMPARING
from backend.participation.models import RateLater
from backend.polls.models import Poll

QUOTA = 1_000
"""Items in the list of one poll: more than anybody works off."""
ENOUGH = 4
"""Comparisons of an item, since it was put on the list, after which it leaves: the reference platform's number. A score
from fewer is little more than the prior."""


# ---------------------------------------------------------------- reads
def rate_later_list(*, contributor: Contributor, poll: Poll) -> QuerySet[RateLater]:
    """Return a contributor's list in a poll with its items, the last added first; hidden items are left out."""
    return (
        RateLater.objects.filter(contributor=contributor, entity__poll=poll, entity__is_hidden=False)
        .select_related("entity")
        .defer("entity__search")
        .order_by("-pk")
    )


def rate_later_holds(*, contributor: Contributor, entity: Entity) -> bool:
    """Tell whether an item is in the contributor's list."""
    return RateLater.objects.filter(contributor=contributor, entity=entity).exists()


# ---------------------------------------------------------------- writes
@transaction.atomic
def rate_later_add(*, contributor: Contributor, entity: Entity) -> tuple[RateLater, bool]:
    """Put an item on the list; tell whether it was not there before.

    Raises
    ------
    RateLaterFull, ComparingPaused
    """
    switch_require(COMPARING)
    # Locked, so that two additions at the same moment cannot both be the last one of the quota; without the key, which
    # the contributor's judgments need.
    Contributor.objects.select_for_update(no_key=True).get(pk=contributor.pk)
    known = RateLater.objects.filter(contributor=contributor, entity=entity).first()
    if known is not None:
        return known, False
    if RateLater.objects.filter(contributor=contributor, entity__poll=entity.poll_id).count() >= QUOTA:
        raise RateLaterFull(quota=QUOTA)
    return RateLater.objects.create(contributor=contributor, entity=entity), True


def rate_later_remove(*, contributor: Contributor, entity: Entity) -> bool:
    """Take an item off the list; tell whether it was there.

    Raises
    ------
    ComparingPaused
    """
    switch_require(COMPARING)
    deleted, _ = RateLater.objects.filter(contributor=contributor, entity=entity).delete()
    return bool(deleted)


def rate_later_settle(*, contributor: Contributor, entities: Iterable[Entity]) -> None:
    """Take off the list what has been compared often enough since it was put there."""
    waiting = list(RateLater.objects.filter(contributor=contributor, entity__in=list(entities)))
    if not waiting:
        return
    since = {later.entity_id: later.created_at for later in waiting}
    own = Comparison.objects.filter(contributor=contributor, created_at__gte=min(since.values())).order_by()
    pairs = own.filter(Q(left__in=since) | Q(right__in=since)).values_list("left_id", "right_id", "created_at")
    counts = Counter(side for *sides, made_at in pairs for side in sides if side in since and made_at >= since[side])
    enough = [later.pk for later in waiting if counts[later.entity_id] >= ENOUGH]
    RateLater.objects.filter(pk__in=enough).delete()
