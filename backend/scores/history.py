"""Reads: how a published score moved from day to day."""

from dataclasses import dataclass
from datetime import UTC, date

from django.db.models.functions import TruncDate

from backend.entities.models import Entity
from backend.polls.models import Criterion
from backend.scores.models import CollectiveScore, Publication

DAYS = 180
"""Days that are told at most, the newest ones: about what a chart can show."""


@dataclass(frozen=True, slots=True)
class DayScore:
    """The last score of a day (UTC) and between what it probably lay."""

    day: date
    score: float
    low: float
    high: float


def score_history(*, entity: Entity, criterion: Criterion) -> list[DayScore]:
    """Return the score of an item on a criterion for each day of which a score set is kept, oldest first; one query.

    Sets newer than the published one, as there are after a roll-back, are left out.
    """
    published = Publication.objects.filter(poll=entity.poll_id).values("score_set")
    found = (
        CollectiveScore.objects.filter(entity=entity, criterion=criterion, score_set__lte=published)
        .annotate(day=TruncDate("score_set__created_at", tzinfo=UTC))
        .order_by("-day", "-score_set_id")
        .distinct("day")
        .values_list("day", "score", "left", "right")[:DAYS]
    )
    return [DayScore(day, score, score - left, score + right) for day, score, left, right in reversed(found)]
