"""Reads: what a contributor said."""

from dataclasses import dataclass

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, When

from backend.accounts.models import Contributor
from backend.common.errors import ComparisonNotFound
from backend.comparisons.models import Comparison, Rating
from backend.entities.models import Entity
from backend.polls.models import Criterion, Poll

OPPONENTS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Opponent:
    """An item that another one was compared with, and how many preferred which of the two, or neither."""

    entity: Entity
    against: int
    equal: int
    favourable: int


def pair(left: Entity, right: Entity) -> Q:
    """Return the condition for a comparison of two entities, whichever way round."""
    return Q(left=left, right=right) | Q(left=right, right=left)


def comparison_list(*, contributor: Contributor, poll: Poll) -> QuerySet[Comparison]:
    """Return a contributor's comparisons, newest first, with entities and judgments; hidden entities' left out."""
    return (
        Comparison.objects.filter(contributor=contributor, poll=poll, left__is_hidden=False, right__is_hidden=False)
        .select_related("left", "right")
        .defer("left__search", "right__search")
        .prefetch_related("judgments__criterion")
        .order_by("-updated_at", "-pk")
    )


def comparisons_public() -> QuerySet[Comparison]:
    """Return the comparisons both of whose items their contributor shows."""
    left, right = (
        Rating.objects.filter(contributor=OuterRef("contributor"), entity=OuterRef(side), is_public=True)
        for side in ("left", "right")
    )
    return Comparison.objects.filter(Exists(left), Exists(right))


def opponents_of(*, entity: Entity, criterion: Criterion) -> list[Opponent]:
    """Return what an item was compared with most, of comparisons that their contributors show; two queries."""
    other = Case(When(left=entity, then=F("right")), default=F("left"))
    gain = Case(When(left=entity, then=-F("judgments__value")), default=F("judgments__value"))
    rows = (
        comparisons_public()
        .filter(Q(left=entity) | Q(right=entity), contributor__is_suspended=False, judgments__criterion=criterion)
        .filter(left__is_hidden=False, right__is_hidden=False)
        .annotate(other=other, gain=gain)
        .values("other")
        .annotate(
            said=Count("pk"),
            against=Count("pk", filter=Q(gain__lt=0)),
            favourable=Count("pk", filter=Q(gain__gt=0)),
        )
        .order_by("-said", "other")[:OPPONENTS_SHOWN]
    )
    entities = Entity.objects.defer("search").in_bulk(row["other"] for row in rows)
    return [
        Opponent(
            entities[row["other"]],
            row["against"],
            row["said"] - row["against"] - row["favourable"],
            row["favourable"],
        )
        for row in rows
    ]


def comparison_get_pair(*, contributor: Contributor, left: Entity, right: Entity) -> Comparison:
    """Return a contributor's comparison of two entities, as it was first given (maybe the other way round).

    Raises
    ------
    ComparisonNotFound
    """
    found = comparison_list(contributor=contributor, poll=left.poll).filter(pair(left, right)).first()
    if found is None:
        raise ComparisonNotFound
    return found


def values_of(*, comparison: Comparison, left: Entity) -> dict[str, float]:
    """Return the values by criterion name as seen with ``left`` on the left: turned where it was given otherwise."""
    sign = 1 if comparison.left_id == left.pk else -1
    return {judgment.criterion.name: sign * judgment.value for judgment in comparison.judgments.all()}


def version_of(*, comparison: Comparison) -> str:
    """Return what changes whenever the judgments of a comparison do; a pair without judgments has the version ""."""
    return comparison.updated_at.isoformat()
