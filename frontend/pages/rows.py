"""Items with their scores, as lists show them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backend.entities.models import Entity
from backend.polls.models import Criterion, Poll
from backend.scores.models import CollectiveScore
from backend.scores.selectors import scores_of
from frontend.charts import Petal


@dataclass(frozen=True, slots=True)
class RankedItem:
    """An item of a ranking: its score on the criterion of the ranking, and its flower."""

    rank: int
    entity: Entity
    petals: Sequence[Petal]
    score: float | None
    low: float
    high: float
    contributors: int

    @property
    def is_scored(self) -> bool:
        return self.score is not None


def petal_of(criterion: Criterion, score: CollectiveScore | None) -> Petal:
    if score is None:
        return Petal(criterion.title)
    low, high = score.score - score.left, score.score + score.right
    return Petal(criterion.title, score.score, low, high, score.contributors)


def ranked_items(
    *, poll: Poll, criterion: Criterion, criteria: Sequence[Criterion], entities: Iterable[Entity], first_rank: int = 1
) -> list[RankedItem]:
    """Return rows for some items of a poll, in the order given; one query."""
    entities = list(entities)
    scores = scores_of(poll=poll, entities=entities)
    return [
        _ranked_item(first_rank + i, entity, criterion, criteria, scores[entity.pk])
        for i, entity in enumerate(entities)
    ]


def _ranked_item(
    rank: int, entity: Entity, criterion: Criterion, criteria: Sequence[Criterion], scores: dict[int, CollectiveScore]
) -> RankedItem:
    petals = [petal_of(c, scores.get(c.pk)) for c in criteria]
    main = petal_of(criterion, scores.get(criterion.pk))
    return RankedItem(rank, entity, petals, main.score, main.low, main.high, main.contributors)
