"""A contributor's own model, refitted in a few milliseconds: shown at once, never stored."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backend.accounts.models import Contributor
from backend.comparisons.models import Judgment
from backend.polls.models import Criterion, Poll
from backend.scores.models import ContributorScaling
from backend.scores.selectors import CommonView, common_views, own_scalings, score_set_published
from solidago.config import Config
from solidago.licchavi_run import fit_one as fit_one_beside
from solidago.preference.gbt import fit_one
from solidago.triples import Triples


@dataclass(frozen=True, slots=True)
class OwnScore:
    """A contributor's own score of an entity, on the published scale (-100, 100)."""

    score: float
    left: float
    right: float


OwnScores = dict[int, OwnScore]
"""By the entity's key."""
Rows = list[tuple[int, int, float]]
"""Judgments: left and right item by their keys, and the value, from -1 to 1."""
Codes = NDArray[np.int64]

IDENTITY = ContributorScaling(
    multiplier=1.0, translation=0.0, multiplier_uncertainty=0.0, translation_uncertainty=0.0, is_scaler=False
)
"""Of a contributor who is not in the published score set yet."""


def own_models_fit(*, contributor: Contributor, poll: Poll, criteria: Iterable[Criterion]) -> dict[int, OwnScores]:
    """Return the contributor's scores by criterion key, from what is stored now and the last published scaling."""
    wanted = [criterion.pk for criterion in criteria]
    rows: dict[int, Rows] = {pk: [] for pk in wanted}
    for pk, left, right, value, maximum in own_judgments(contributor=contributor, poll=poll, criteria=wanted):
        rows[pk].append((left, right, value / maximum))
    shown = score_set_published(poll=poll)
    config = Config.from_mapping(shown.config if shown else poll.run_config)
    if config.method == "licchavi":
        items = {item for judged in rows.values() for left, right, _ in judged for item in (left, right)}
        views = common_views(contributor=contributor, poll=poll, criteria=wanted, entities=items)
        return {pk: _fitted_beside(rows[pk], config, views.get(pk)) for pk in wanted}
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


def _fitted(rows: Rows, config: Config, scaling: ContributorScaling) -> OwnScores:
    if not rows:
        return {}
    entities, left, right, value = _coded(rows)
    return _shown(entities, fit_one(left, right, value, len(entities), config), scaling)


def _fitted_beside(rows: Rows, config: Config, view: CommonView | None) -> OwnScores:
    """Fit the model beside the published common one, as the next run does but for what this changes in common scores.

    Where nothing is published yet there is nothing to hold to. Whoever is not in the published set holds to it as
    somebody with a full voting right.
    """
    if view is None or not rows:
        return _fitted(rows, config, IDENTITY)
    entities, left, right, value = _coded(rows)
    common = [_unsquashed(view.scores.get(entity, 0.0)) / view.multiplier for entity in entities.tolist()]
    voting_right = 1.0 if view.voting_right is None else view.voting_right
    unit = ContributorScaling(
        multiplier=view.multiplier, translation=0.0, multiplier_uncertainty=0.0, translation_uncertainty=0.0
    )
    return _shown(entities, fit_one_beside(left, right, value, common, voting_right, config), unit)


def _coded(rows: Rows) -> tuple[Codes, Codes, Codes, NDArray[np.float64]]:
    """Return the keys of the items, then each judgment's items as numbers of these, and its value."""
    left, right, value = (np.array(column) for column in zip(*rows, strict=True))
    entities, codes = np.unique(np.concatenate([left, right]), return_inverse=True)
    return entities, codes[: len(left)], codes[len(left) :], value


def _shown(entities: Codes, fitted: Triples, scaling: ContributorScaling) -> OwnScores:
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


def _unsquashed(score: float) -> float:
    share = score / 100
    return share / math.sqrt((1 - share) * (1 + share))
