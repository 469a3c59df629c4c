"""Writes: many judgments of a contributor at once, and their own scores afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.accounts.models import Contributor
from backend.comparisons.many import Fate, Line, Outcome, comparisons_save_many
from backend.entities.models import Entity
from backend.participation.own_model import OwnScore
from backend.participation.pairs.rate_later import rate_later_settle
from backend.participation.pairs.set_aside import set_aside_remove_many
from backend.participation.services import own_models_tried
from backend.polls.models import Criterion, Poll
from backend.polls.selectors import criterion_list

STORED = (Fate.CREATED, Fate.CHANGED, Fate.UNCHANGED)


@dataclass(frozen=True, slots=True)
class ScoreNow:
    """The contributor's own score of an item that the lines are of, with all of them."""

    criterion: Criterion
    entity: Entity
    score: OwnScore


@dataclass(frozen=True, slots=True)
class JudgeManyOutcome:
    """What became of each line, in their order, and the own scores of the items compared."""

    lines: list[Outcome]
    scores: list[ScoreNow]


def judge_many(
    *, contributor: Contributor, poll: Poll, lines: Sequence[Line], is_repeated: bool = False
) -> JudgeManyOutcome:
    """Store many judgments (see `comparisons_save_many`), then refit their contributor's own model once.

    As in `judge`, the refit is outside of the saving transaction.
    """
    outcomes = comparisons_save_many(contributor=contributor, poll=poll, lines=lines, is_repeated=is_repeated)
    stored = [(line, outcome) for line, outcome in zip(lines, outcomes, strict=True) if outcome.fate in STORED]
    entities = {entity.pk: entity for _, outcome in stored for entity in outcome.entities}
    pairs = {frozenset(entity.pk for entity in outcome.entities) for _, outcome in stored}
    set_aside_remove_many(contributor=contributor, pairs=pairs)
    rate_later_settle(contributor=contributor, entities=entities.values())
    judged = {name for line, _ in stored for name in line.judgments}
    criteria = [criterion for criterion in criterion_list(poll=poll) if criterion.name in judged]
    models = own_models_tried(contributor=contributor, poll=poll, criteria=criteria)
    scores = [
        ScoreNow(criterion, entity, models[criterion.pk][pk])
        for criterion in criteria
        for pk, entity in entities.items()
        if pk in models.get(criterion.pk, {})
    ]
    return JudgeManyOutcome(outcomes, scores)
