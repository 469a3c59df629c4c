"""Items with their scores, as lists show them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.entities.models import Entity
from backend.entities.selectors import entities_warned
from backend.polls.models import Criterion, Poll
from backend.scores.models import CollectiveScore
from backend.scores.selectors import scores_of
from frontend.charts import Petal


@dataclass(frozen=True, slots=True)
class RankedItem:
    """An item of a ranking: its score by the weights of the ranking, and its flower."""

    rank: int
    entity: Entity
    petals: Sequence[Petal]
    score: float | None
    low: float
    high: float
    contributors: int
    is_warned: bool
    """Moderators warn of it; its own page tells why."""

    @property
    def is_scored(self) -> bool:
        return self.score is not None


def petal_of(criterion: Criterion, score: CollectiveScore | None) -> Petal:
    if score is None:
        return Petal(criterion.title)
    low, high = score.score - score.left, score.score + score.right
    return Petal(criterion.title, score.score, low, high, score.contributors)


def ranked_items(
    *,
    poll: Poll,
    weights: Mapping[Criterion, float],
    criteria: Sequence[Criterion],
    entities: Iterable[Entity],
    first_rank: int = 1,
) -> list[RankedItem]:
    """Return rows for some items of a poll, in the order given; two queries."""
    entities = list(entities)
    scores = scores_of(poll=poll, entities=entities)
    warned = entities_warned(entities=entities)
    return [
        _ranked_item(first_rank + i, entity, weights, criteria, scores[entity.pk], entity.pk in warned)
        for i, entity in enumerate(entities)
    ]


def _ranked_item(
    rank: int,
    entity: Entity,
    weights: Mapping[Criterion, float],
    criteria: Sequence[Criterion],
    scores: dict[int, CollectiveScore],
    is_warned: bool,
) -> RankedItem:
    petals = [petal_of(c, scores.get(c.pk)) for c in criteria]
    main = _weighted([(petal_of(c, scores.get(c.pk)), weight) for c, weight in weights.items()])
    return RankedItem(rank, entity, petals, main.score, main.low, main.high, main.contributors, is_warned)


def _weighted(petals: Sequence[tuple[Petal, float]]) -> Petal:
    """Return the weighted mean of some scores. One that is not there counts as 0, as it does in the ranking."""
    total = sum(weight for _petal, weight in petals)
    judged = [(petal, petal.score, weight / total) for petal, weight in petals if petal.score is not None]
    if not judged:
        return Petal("")
    return Petal(
        "",
        sum(share * score for _petal, score, share in judged),
        sum(share * petal.low for petal, _score, share in judged),
        sum(share * petal.high for petal, _score, share in judged),
        max(petal.contributors for petal, _score, _share in judged),
    )
