"""Writes: a judgment, and at once what it changed for its contributor; suspension and deletion."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from backend.accounts.models import Contributor, User
from backend.common.audit import staff_log, staff_log_forget
from backend.comparisons.models import Comparison
from backend.comparisons.services import comparison_save
from backend.entities.models import Entity
from backend.participation.own_model import OwnScore, OwnScores, own_models_fit
from backend.participation.pairs.rate_later import rate_later_settle
from backend.participation.pairs.set_aside import set_aside_remove
from backend.pipeline.snapshot import snapshots_forget
from backend.polls.models import Criterion, Poll
from backend.polls.selectors import criterion_list
from backend.polls.services import news_add_everywhere
from backend.scores.services import individual_scores_delete

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """The place of an entity among all that a contributor has scored: 1 is the best; entities level share one."""

    rank: int
    among: int

    @classmethod
    def of(cls, entity: Entity, scores: OwnScores) -> "Place | None":
        """Return the place of an entity, or None where it has no score."""
        own = scores.get(entity.pk)
        if own is None:
            return None
        return cls(1 + sum(other.score > own.score for other in scores.values()), len(scores))


@dataclass(frozen=True, slots=True)
class Change:
    """What a judgment did to the contributor's own score of one entity, and to its place; None: no score then."""

    criterion: Criterion
    entity: Entity
    before: OwnScore | None
    after: OwnScore | None
    place_before: Place | None
    place_after: Place | None

    @classmethod
    def of(cls, criterion: Criterion, entity: Entity, before: OwnScores, after: OwnScores) -> "Change":
        """Return what moved an entity between two fits."""
        scores = before.get(entity.pk), after.get(entity.pk)
        return cls(criterion, entity, *scores, Place.of(entity, before), Place.of(entity, after))


@dataclass(frozen=True, slots=True)
class JudgeOutcome:
    """The stored comparison (``comparison.was_created``: the pair is new) and the changes, left entity first."""

    comparison: Comparison
    changes: list[Change]


def judge(
    *,
    contributor: Contributor,
    poll: Poll,
    left: Entity,
    right: Entity,
    judgments: Mapping[str, float | None],
    seen: str | None = None,
) -> JudgeOutcome:
    """Store a judgment (see `comparison_save` for arguments and errors) and refit its contributor's own model.

    The refit is outside of the saving transaction: whatever happens to it, the judgment is kept and the changes are
    left out.
    """
    criteria = [criterion for criterion in criterion_list(poll=poll) if criterion.name in judgments]
    before = own_models_tried(contributor=contributor, poll=poll, criteria=criteria)
    comparison = comparison_save(
        contributor=contributor, poll=poll, left=left, right=right, judgments=judgments, seen=seen
    )
    set_aside_remove(contributor=contributor, left=left, right=right)
    rate_later_settle(contributor=contributor, entities=(left, right))
    after = own_models_tried(contributor=contributor, poll=poll, criteria=criteria)
    changes = [
        Change.of(criterion, entity, before[criterion.pk], after[criterion.pk])
        for criterion in criteria
        for entity in (left, right)
        if criterion.pk in before and criterion.pk in after
    ]
    return JudgeOutcome(comparison, changes)


def own_models_tried(*, contributor: Contributor, poll: Poll, criteria: list[Criterion]) -> dict[int, OwnScores]:
    """Return the contributor's scores as `own_models_fit` does, or nothing where it fails: what they said is stored."""
    try:
        return own_models_fit(contributor=contributor, poll=poll, criteria=criteria)
    except Exception:
        logger.exception("The own model of contributor %s could not be fitted", contributor.pk)
        return {}


@transaction.atomic
def contributor_set_suspended(*, contributor: Contributor, is_suspended: bool, by: User | None = None) -> Contributor:
    """Leave a contributor's judgments and vouches out of the next runs, or bring them back."""
    changed = Contributor.objects.filter(pk=contributor.pk, is_suspended=not is_suspended)
    if changed.update(is_suspended=is_suspended):
        news_add_everywhere()
        staff_log(by=by, row=contributor, changes={"is_suspended": (not is_suspended, is_suspended)})
    contributor.is_suspended = is_suspended
    return contributor


@transaction.atomic
def contributor_delete(*, contributor: Contributor) -> None:
    """Delete a contributor, their account and all that came from them; the next runs equal runs that never saw it.

    Collective scores that are published stay until the next run, which this asks for.
    """
    # Locked first: a run that publishes now either commits before, and its rows are deleted here, or fails on a
    # foreign key.
    Contributor.objects.select_for_update().get(pk=contributor.pk)
    snapshots_forget(contributor_id=contributor.pk)
    individual_scores_delete(contributor=contributor)
    news_add_everywhere()
    if contributor.user is not None:
        staff_log_forget(rows=[contributor, contributor.user])
        contributor.user.delete()
    else:
        staff_log_forget(rows=[contributor])
        contributor.delete()
