"""The pairs that a contributor cannot compare: kept with the reason, not asked again."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import QuerySet

from backend.accounts.models import Contributor
from backend.accounts.services import contributor_require_active
from backend.common.errors import (
    ComparisonExists,
    EntityNotInPoll,
    InvalidText,
    PollClosed,
    SelfComparison,
    UnknownReason,
)
from backend.comparisons.models import Comparison
from backend.comparisons.selectors import pair
from backend.entities.models import Entity
from backend.observability.selectors import switch_require
from backend.observability.switches import COMPARING
from backend.participation.models import SetAside
from backend.polls.models import Poll


# ---------------------------------------------------------------- reads
def set_aside_list(*, contributor: Contributor, poll: Poll) -> QuerySet[SetAside]:
    """Return the pairs of a poll that a contributor set aside, with their items, newest first; hidden ones left out."""
    return (
        SetAside.objects.filter(contributor=contributor, left__poll=poll, left__is_hidden=False, right__is_hidden=False)
        .select_related("left", "right")
        .defer("left__search", "right__search")
        .order_by("-pk")
    )


def set_aside_get_pair(*, contributor: Contributor, left: Entity, right: Entity) -> SetAside | None:
    """Return what a contributor said when they set two entities aside, whichever way round."""
    return SetAside.objects.filter(pair(left, right), contributor=contributor).first()


# ---------------------------------------------------------------- writes
@transaction.atomic
def set_aside_add(
    *, contributor: Contributor, poll: Poll, left: Entity, right: Entity, reason: str, words: str = ""
) -> SetAside:
    """Remember that a contributor cannot compare two entities; the last reason counts.

    Raises
    ------
    PollClosed, ContributorSuspended, SelfComparison, EntityNotInPoll, UnknownReason, InvalidText, ComparisonExists,
    ComparingPaused
        Nothing is stored then.
    """
    switch_require(COMPARING)
    _check(contributor, poll, left, right)
    words = _checked(reason, words)
    # Locked, so that two tabs that set one pair aside at once do not collide; without the key, which judgments need.
    Contributor.objects.select_for_update(no_key=True).get(pk=contributor.pk)
    if Comparison.objects.filter(pair(left, right), contributor=contributor, poll=poll).exists():
        raise ComparisonExists
    set_aside_remove(contributor=contributor, left=left, right=right)
    return SetAside.objects.create(contributor=contributor, left=left, right=right, reason=reason, words=words)


def set_aside_remove(*, contributor: Contributor, left: Entity, right: Entity) -> bool:
    """Let a pair be asked again; tell whether it was set aside.

    Raises
    ------
    ComparingPaused
    """
    switch_require(COMPARING)
    deleted, _ = SetAside.objects.filter(pair(left, right), contributor=contributor).delete()
    return bool(deleted)


def set_aside_remove_many(*, contributor: Contributor, pairs: Collection[frozenset[int]]) -> None:
    """Let pairs be asked again, by the keys of their items."""
    entities = {entity for pair in pairs for entity in pair}
    own = SetAside.objects.filter(contributor=contributor, left__in=entities, right__in=entities)
    rows = own.values_list("pk", "left_id", "right_id")
    SetAside.objects.filter(pk__in=[pk for pk, left, right in rows if frozenset((left, right)) in pairs]).delete()


def _check(contributor: Contributor, poll: Poll, left: Entity, right: Entity) -> None:
    contributor_require_active(contributor=contributor)
    if not poll.is_open:
        raise PollClosed
    if left.pk == right.pk:
        raise SelfComparison(field="right")
    for field, entity in (("left", left), ("right", right)):
        if entity.poll_id != poll.pk or entity.is_hidden:
            raise EntityNotInPoll(field=field, uid=entity.uid)


def _checked(reason: str, words: str) -> str:
    """Return the words that go with a reason: only another one has some."""
    if reason not in SetAside.Reason.values:
        raise UnknownReason(field="reason")
    words = words.strip()
    if len(words) > SetAside.LONGEST or "\0" in words:
        raise InvalidText(field="words", longest=SetAside.LONGEST)
    return words if reason == SetAside.Reason.OTHER else ""
