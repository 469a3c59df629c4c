"""A contributor's own model, refitted in a few milliseconds: shown at once, never stored."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from backend.accounts.models import Contributor
from backend.comparisons.models import Judgment
from backend.polls.models import Criterion, Poll
from backend.scores.models import ContributorScaling
from backend.scores.selectors import own_scalings, score_set_published
from solidago.config import Config
from solidago.preference.gbt import fit_one


@dataclass(frozen=True, slots=True)
class OwnScore:
    """A contributor's own score of an entity, on the published scale (-100, 100)."""

    score: float
    left: float
    right: float


OwnScores = dict[int, OwnScore]
"""By the entity's key."""

IDENTITY = ContributorScaling(
    multiplier=1.0, translation=0.0, multiplier_uncertainty=0.0, translation_uncertainty=0.0, is_scaler=False
)
"""Of a contributor who is not in the published score set yet."""


def own_models_fit(*, contributor: Contributor, poll: Poll, criteria: Iterable[Criterion]) -> dict[int, OwnScores]:
    """Return the contributor's scores by criterion key, from what is stored now and the last published scaling."""
    wanted = [criterion.pk for criterion in criteria]
    rows: dict[int, list[tuple[int, int, float]]] = {pk: [] for pk in wanted}
    for pk, left, right, value, maximum in own_judgments(contributor=contributor, poll=poll, criteria=wanted):
        rows[pk].append((left, right, value / maximum))
    shown = score_set_published(poll=poll)
    config = Config.from_mapping(shown.config if shown else poll.run_config)
    scalings = own_scalings(contributor=contributor, poll=poll)
    return {pk: _fitted(rows[pk], config, scalings.get(pk, IDENTITY)) for pk in wanted}


def own_judgments(
    *, contributor: Contributor, poll: Poll, criteria: list[int]
) -> Iterable[tuple[int, int, int, float, float]]:
    """Return a contributor's judgments of shown items: criterion, left and right item, value and its maximum."""
    return Judgment.objects.filter(
        criterion__in=criteria,
        comparison__contributor=contributor,
        comparison__poll=poll,
        comparison__left__is_hidden=False,
        comparison__right__is_hidden=False,
    ).values_list("criterion_id", "comparison__left_id", "comparison__right_id", "value", "maximum")


def _fitted(rows: list[tuple[int, int, float]], config: Config, scaling: ContributorScaling) -> OwnScores:
    if not rows:
        return {}
    left, right, value = (np.array(column) for column in zip(*rows, strict=True))
    entities, codes = np.unique(np.concatenate([left, right]), return_inverse=True)
    fitted = fit_one(codes[: len(left)], codes[len(left) :], value, len(entities), config)
    triples = zip(fitted.score.tolist(), fitted.left.tolist(), fitted.right.tolist(), strict=True)
    scores = (_published(score, low, high, scaling) for score, low, high in triples)
    return dict(zip(entities.tolist(), scores, strict=True))


def _published(score: float, left: float, right: float, scaling: ContributorScaling) -> OwnScore:
    """Scale a raw score and its interval, then squash them, as a run does (maths, "Scaled triple" and "Squash")."""
    m, dm, dt = scaling.multiplier, scaling.multiplier_uncertainty, scaling.translation_uncertainty
    low, high = score - left, score + right
    scaled = m * score + scaling.translation
    scaled_left = m * left + dt + (low * min(dm, m) if low > 0 else -low * dm)
    scaled_right = m * right + dt + (high * dm if high > 0 else -high * min(dm, m))
    middle = _squashed(scaled)
    return OwnScore(middle, middle - _squashed(scaled - scaled_left), _squashed(scaled + scaled_right) - middle)


def _squashed(x: float) -> float:
    return 100 * x / math.hypot(1.0, x)
