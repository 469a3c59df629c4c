"""A criterion by Licchavi: everybody's scores and the common ones, learned together, in the columns of any run.

A contributor's own model holds to the common one with a force of at most ``licchavi_force`` times their voting right,
and pulls it with no more. Then all scores are divided by one number, the resilient 90 % deviation of personal scores,
so that they are as wide as those of other methods; zero stays where it is, at what nobody says anything about.

The model and its source are those of `solidago.preference.licchavi`; what a run adds is in docs/decisions, number 5.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from solidago.aggregation.quantile import aggregate
from solidago.dataset import Judgments
from solidago.engine.threads import Threads
from solidago.errors import InvalidInput
from solidago.kernels import uncertainty as kernels
from solidago.outcome import individual_scores, scalings_of_active
from solidago.personal_rights import one_right_each
from solidago.post_process import squash
from solidago.preference import gbt
from solidago.preference.licchavi import Coupling, fit, personal_models
from solidago.ratings import Ratings, index_ratings
from solidago.results import CollectiveScores, CriterionResult, FitCertificate
from solidago.scaling.pooled import pooled_weights
from solidago.scaling.scaling import UserScalings
from solidago.scaling.standardise import spread
from solidago.triples import Triples

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from solidago.config import Config
    from solidago.dataset import Dataset, Floats
    from solidago.preference.skewness import StrategicGain
    from solidago.steps import Steps

STEPS: tuple[str, ...] = ("trust", "voting rights", "preferences", "standardisation", "aggregation")

_FULL = 1.0 - 1e-12
"""A pull this near to a contributor's whole force counts as this: no distance would make it whole."""


def coupling_of(config: Config) -> Coupling:
    """Return how contributors and the common model hold to each other in a run."""
    return Coupling(
        config.licchavi_force, config.licchavi_inertia, config.sigma, config.root_law, everywhere=False
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What Licchavi learned of one criterion.

    Attributes
    ----------
    score, pull, distance : (S,) float64
        By rating: the contributor's own score, the force p with which they pull the common one, and how far their
        model is from the common one on the other entities that they compared.
    collective : (E,) float64
        The common model; 0 for an entity that nobody rates.
    error : float
        Bound on the distance of any score to the optimum.
    residual : float
    newton_steps : int
    gain : StrategicGain or None
        What lying can be worth; not found again by a fit that starts from another one.
    """

    score: Floats
    pull: Floats
    distance: Floats
    collective: Floats
    error: float
    residual: float
    newton_steps: int
    gain: StrategicGain | None


def learn(ratings: Ratings, rights: Floats, config: Config, threads: Threads, start: Floats | None = None) -> Learned:
    """Fit the personal models and the common one.

    Parameters
    ----------
    ratings : Ratings of S ratings
    rights : (U,) float64 in [0, 1]
        Whoever has none gets a model of their own, which holds to nothing and pulls nothing.
    config : Config
    threads : Threads
    start : (E,) float64, optional
        A common model to start from, if one is known to be near.

    Returns
    -------
    Learned
        With its certificate.

    Raises
    ------
    NotConverged
        The optimum, or a model of somebody without voting right, cannot be certified.
    """
    entities, users = _cast(ratings, rights)
    found = fit(
        _compact(ratings, users, entities), len(entities), rights[users], coupling_of(config),
        start=None if start is None else start[entities], with_gain=start is None,
    )  # fmt: skip
    collective = np.zeros(ratings.n_entities)
    collective[entities] = found.collective
    score = _with_the_unheard(found.personal, ratings, rights, config, threads)
    pull = np.zeros(len(ratings))
    pull[rights[ratings.user] > 0.0] = found.pull
    return Learned(
        score, pull, _distance(ratings, score - collective[ratings.entity]), collective,
        found.error_bound, found.residual, found.newton_steps, found.gain,
    )  # fmt: skip


def own_scores(ratings: Ratings, rights: Floats, collective: Floats, config: Config, threads: Threads) -> Floats:
    """Return everybody's own scores beside a common model that stays as it is; arguments as for `learn`.

    Parameters
    ----------
    ratings : Ratings of S ratings
    rights : (U,) float64 in [0, 1]
    collective : (E,) float64
        The common model.
    config : Config
    threads : Threads

    Returns
    -------
    (S,) float64
        In the order of the ratings.
    """
    entities, users = _cast(ratings, rights)
    judgments = _compact(ratings, users, entities)
    found = personal_models(judgments, collective[entities], rights[users], coupling_of(config))
    return _with_the_unheard(found, ratings, rights, config, threads)


def fit_one(
    left: ArrayLike, right: ArrayLike, value: ArrayLike, common: ArrayLike, voting_right: float, config: Config
) -> Triples:
    """Fit one contributor's model beside a common model that stays as it is, in some milliseconds.

    Parameters
    ----------
    left, right : (C,) array_like of int
        Compared entities, from 0 to A - 1; each of the A entities is in at least one comparison.
    value : (C,) array_like of float in [-1, 1]
        Judgments divided by their maximum; positive prefers the right entity.
    common : (A,) array_like of float
        The common model, in the unit of raw scores.
    voting_right : float in [0, 1]
    config : Config

    Returns
    -------
    Triples of (A,)
        With the uncertainties that the judgments alone give.

    Raises
    ------
    InvalidInput
        An entity of ``common`` is in no comparison.
    NotConverged
        The model cannot be certified.
    """
    known = np.array(common, np.float64)
    a, b, r = np.array(left, np.int32), np.array(right, np.int32), np.array(value, np.float64)
    n = len(known)
    if not np.array_equal(np.unique(np.concatenate((a, b))), np.arange(n)):
        raise InvalidInput("Every entity of the common model must be in a comparison.")
    ratings = Ratings(
        user=np.zeros(n, np.int32), entity=np.arange(n, dtype=np.int32), rows=np.array([0, n], np.int32),
        comparisons=np.array([0, len(r)], np.int32), a=a, b=b, value=r, privacy=np.ones(n), n_entities=n,
    )  # fmt: skip
    with Threads(1) as pool:
        score = own_scores(ratings, np.array([voting_right]), known, config, pool)
        return gbt.with_uncertainties(score, ratings, config, pool)


def _cast(ratings: Ratings, rights: Floats) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the entities that somebody rates, and the users who rate with a voting right."""
    return np.unique(ratings.entity), ratings.active[rights[ratings.active] > 0.0]


def _with_the_unheard(found: Floats, ratings: Ratings, rights: Floats, config: Config, threads: Threads) -> Floats:
    """Return the scores of all ratings, given those of users who have a voting right."""
    heard, score = rights[ratings.user] > 0.0, np.zeros(len(ratings))
    score[heard] = found
    if not heard.all():
        alone, _ = gbt.fit(ratings, config, threads)
        score[~heard] = alone.score[~heard]
    return score


def _compact(ratings: Ratings, users: NDArray[np.int32], entities: NDArray[np.int32]) -> Judgments:
    """Return the judgments, who and what takes part numbered from 0: what does not must not change a rounding."""
    owner = np.repeat(np.arange(ratings.n_users), np.diff(ratings.comparisons))
    kept = np.isin(owner, users)
    first = ratings.rows[owner]
    left, right = (
        np.searchsorted(entities, ratings.entity[first + side])[kept].astype(np.int32)
        for side in (ratings.a, ratings.b)
    )
    return Judgments(np.searchsorted(users, owner[kept]).astype(np.int32), left, right, ratings.value[kept])


def _distance(ratings: Ratings, gap: Floats) -> Floats:
    """Return, by rating, the Euclidean length of its user's gaps on all their other ratings."""
    squares = np.zeros(ratings.n_users)
    if len(gap):
        squares[ratings.active] = np.add.reduceat(gap**2, ratings.rows[ratings.active])
    distance: Floats = np.sqrt(np.maximum(squares[ratings.user] - gap**2, 0.0))
    return distance


class LicchaviCriterion:
    """The computation of one criterion: everybody's models and the common one together."""

    def __init__(self, dataset: Dataset, name: str, trust: Floats, config: Config, threads: Threads) -> None:
        self.dataset, self.name, self.trust, self.config, self.threads = dataset, name, trust, config, threads

    def result(self, steps: Steps, done: int) -> CriterionResult:
        """Go through the steps."""
        config, threads = self.config, self.threads
        with steps.timed("voting rights", done):
            ratings = self._ratings()
            each = one_right_each(ratings, self.trust, config)
            rights = each[ratings.user]
        with steps.timed("preferences", done):
            learned = learn(ratings, each, config, threads)
            raw = gbt.with_uncertainties(learned.score, ratings, config, threads)
        with steps.timed("standardisation", done):
            deviation = spread(raw, pooled_weights(ratings, rights), config)
            maps = UserScalings.identity(ratings.n_users).divided(deviation)
            scaled = maps.apply(ratings, raw, threads)
        with steps.timed("aggregation", done):
            collective = collective_scores(ratings, learned, scaled, rights, deviation, config, threads)
            published = squash(scaled, threads)
        certificate = FitCertificate(
            len(ratings.active), learned.residual, learned.error, learned.newton_steps, gbt.unbounded(raw)
        )
        return CriterionResult(
            individual=individual_scores(ratings, raw, scaled, published, rights),
            collective=collective,
            scalings=scalings_of_active(ratings, maps),
            deviation=deviation,
            shift=0.0,
            certificate=certificate,
            strategic_gain=learned.gain,
        )

    def _ratings(self) -> Ratings:
        dataset = self.dataset
        return index_ratings(
            dataset.judgments[self.name], len(dataset.users), len(dataset.entities), dataset.private,
            self.config.private_weight, self.threads,
        )  # fmt: skip


def collective_scores(
    ratings: Ratings,
    learned: Learned,
    scaled: Triples,
    rights: Floats,
    deviation: float,
    config: Config,
    threads: Threads,
) -> CollectiveScores:
    """Return the common model as collective scores, with intervals; polarisation and counts as of any method.

    Parameters
    ----------
    ratings : Ratings of S ratings
    learned : Learned
    scaled : Triples of (S,)
        Own scores, divided by the deviation.
    rights : (U,) float64 in [0, 1]
    deviation : float
        By which the common model is divided too.
    config : Config
    threads : Threads

    Returns
    -------
    CollectiveScores
        Of every entity with a rater, ascending.
    """
    voted = aggregate(ratings, scaled, rights, config, threads)
    score = learned.collective[voted.entity] / deviation
    left, right = _uncertainties(ratings, learned, scaled, rights, deviation, voted.entity, score, config, threads)
    published = squash(Triples(score, left, right), threads)
    return replace(
        voted,
        scaled_score=score,
        scaled_left=left,
        scaled_right=right,
        score=published.score,
        left=published.left,
        right=published.right,
    )


def _uncertainties(
    ratings: Ratings,
    learned: Learned,
    scaled: Triples,
    rights: Floats,
    deviation: float,
    entities: NDArray[np.int32],
    score: Floats,
    config: Config,
    threads: Threads,
) -> tuple[Floats, Floats]:
    """Return how sure common scores are, as `solidago.aggregation.uncertainty` does for robust medians.

    Seen from one entity, all else as it is, Licchavi *is* such a median: of the contributors' scores v, whose
    "uncertainty" is how far they are from the common model elsewhere, with the resilience force / inertia. A
    contributor would follow a moved score, though, as far as their judgments leave them free: that counts as distance
    too. Each v is placed where its pull on the score is exactly the contributor's.
    """
    votes = _votes(ratings, learned, scaled, rights, deviation, config)
    resilience = config.licchavi_force / (config.licchavi_inertia * deviation)
    start, raters = ratings.by_entity()
    left, right = np.empty(len(entities)), np.empty(len(entities))
    threads.over(
        np.diff(start)[entities],
        lambda first, last: kernels.uncertainties(
            first, last, entities, start, raters, votes.score, votes.left, votes.right, rights,
            resilience, 0.5, score, left, right,
        ),
    )  # fmt: skip
    return left, right


def _votes(
    ratings: Ratings, learned: Learned, scaled: Triples, rights: Floats, deviation: float, config: Config
) -> Triples:
    """Return each rating as a voter of a robust median."""
    force = config.licchavi_force * rights
    share = np.clip(np.divide(learned.pull, force, out=np.zeros_like(force), where=force > 0.0), -_FULL, _FULL)
    left, right = (np.hypot(learned.distance / deviation, side) for side in (scaled.left, scaled.right))
    reach = np.where(share > 0.0, right, left)
    here = learned.collective[ratings.entity] / deviation
    return Triples(here - reach * share / np.sqrt(1.0 - share**2), left, right)
